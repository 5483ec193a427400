#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The macros of cache.j2: their flags, other paths, and no flags; the same bytes as Jinja2 makes.
# shellcheck source=tests/lib.sh
. "${DTK_SRC:?}/tests/lib.sh"

cat >t.j2 <<'END'
{% import "cache.j2" as cache with context -%}
RUN {{ cache.apt() }}{{ cache.apt("other") }}apt
RUN {{ cache.yum() }}yum
RUN {{ cache.pip() }}pip
RUN {{ cache.npm() }}npm
RUN {{ cache.conda() }}conda
RUN {{ cache.ccache() }}make
RUN {{ cache.dir("maven", "/root/.m2", "locked") }}mvn
{{ cache.on("pip") }}{{ cache.on("npm") }}
END

# render YAML: to the file out; Jinja2 has to agree.
render()
{
	printf '%s\n' "$1" >vars.yaml
	status 0 "$DTK_GEN" -t render --strict -I "$DTK_SRC/templates" --vars vars.yaml t.j2
	{ cat out && echo; } >rendered
	"$DTK_PYTHON" -c 'import jinja2, yaml' 2>/dev/null || return 0
	"$DTK_PYTHON" - "$DTK_SRC/templates" >jinja <<'END'
import sys, jinja2, yaml
loader = jinja2.FileSystemLoader([".", sys.argv[1]])
env = jinja2.Environment(loader=loader, undefined=jinja2.StrictUndefined)
print(env.get_template("t.j2").render(yaml.safe_load(open("vars.yaml"))))
END
	same jinja rendered
}

try "the usual paths; who may share"
render '{os_version: "22.04", build_config: {}}'
same - rendered <<'END'
RUN --mount=type=cache,id=apt-22.04,target=/var/cache/apt,sharing=locked \
    --mount=type=cache,id=apt-lists-22.04,target=/var/lib/apt/lists,sharing=locked \
    --mount=type=cache,id=apt-other,target=/var/cache/apt,sharing=locked \
    --mount=type=cache,id=apt-lists-other,target=/var/lib/apt/lists,sharing=locked \
    apt
RUN --mount=type=cache,id=yum-22.04,target=/var/cache/yum,sharing=locked \
    --mount=type=cache,id=dnf-22.04,target=/var/cache/dnf,sharing=locked \
    yum
RUN --mount=type=cache,id=pip,target=/root/.cache/pip,sharing=shared \
    pip
RUN --mount=type=cache,id=npm,target=/root/.npm,sharing=shared \
    npm
RUN --mount=type=cache,id=conda,target=/opt/conda/pkgs,sharing=locked \
    conda
RUN --mount=type=cache,id=ccache,target=/root/.cache/ccache,sharing=shared \
    make
RUN --mount=type=cache,id=maven,target=/root/.m2,sharing=locked \
    mvn
yesyes
END

try "other paths, and one that is off"
render '{os_version: 9, build_config: {cache_mounts: {apt: false, pip: /p, maven: /m, yum: false, dnf: /d}}}'
same - rendered <<'END'
RUN apt
RUN --mount=type=cache,id=dnf-9,target=/d,sharing=locked \
    yum
RUN --mount=type=cache,id=pip,target=/p,sharing=shared \
    pip
RUN --mount=type=cache,id=npm,target=/root/.npm,sharing=shared \
    npm
RUN --mount=type=cache,id=conda,target=/opt/conda/pkgs,sharing=locked \
    conda
RUN --mount=type=cache,id=ccache,target=/root/.cache/ccache,sharing=shared \
    make
RUN --mount=type=cache,id=maven,target=/m,sharing=locked \
    mvn
yesyes
END

try "without BuildKit"
render '{os_version: 9, build_config: {buildkit_enabled: false, cache_mounts: {pip: /p}}}'
equal "RUN apt RUN yum RUN pip RUN npm RUN conda RUN make RUN mvn " "$(tr '\n' ' ' <rendered | sed 's/ *$/ /')" "flags"

try "no template that ships writes a mount by hand"
equal "templates/cache.j2" "$(cd "$DTK_SRC" && grep -l -e --mount=type=cache templates/*)" "templates with mounts"
