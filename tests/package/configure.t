#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# configure: its options, what it writes, and that what it compiles is never run.
# timeout: 300
. "${DTK_SRC:?}/tests/lib.sh"

unset DOCKER_HOST DOCKER CC CFLAGS CPPFLAGS LDFLAGS LIBS AR MAKE NINJA PKG_CONFIG PYTHON
top=$PWD
configure=$DTK_SRC/configure
mkdir bin build

# A client that builds nothing and says that it did.
cat >bin/docker <<'END'
#!/bin/sh
printf '%s\n' "$*" >>"${0%/*}/calls"
case " $*" in
*" buildx "*) [ -e "${0%/*}/has-buildx" ] || exit 1 ;;
esac
while [ $# -gt 0 ]; do
	[ "$1" != --iidfile ] || echo sha256:0 >"$2"
	shift
done
END
chmod +x bin/docker
PATH=$top/bin:$PATH
export PATH

# fresh: an empty build directory, entered.
fresh()
{
	rm -rf "$top/build"
	mkdir "$top/build"
	cd "$top/build"
}

try "help names every option, and what is not one is refused"
status 0 "$configure" --help
for option in --prefix --matrix --engine --host --docker --registry --bootstrap --sanitize CC= PKG_CONFIG=; do
	has "$option" out
done
status 2 "$configure" --matrx=x
has 'did you mean --matrix' err
status 2 "$configure" CFLGS=-O2
has 'did you mean CFLAGS' err
status 2 "$configure" -x
status 2 "$configure" modern-stack
status 2 "$configure" --matrix
status 2 "$configure" --help=yes
status 2 "$configure" --engine=dokcer
status 2 "$configure" --matrix=none.yaml
status 2 "$configure" --bootstrap=everything
status 2 "$configure" --host=aarch64-linux-gnu
has 'CC' err
status 2 "$configure" "--prefix=/a
b"
absent config.log Makefile build.ninja config.h config.ninja

try "out of a tree"
fresh
status 0 "$configure" --prefix /opt/dtk
present config.h config.log config.ninja config.status Makefile build.ninja
has '#define DTK_DATADIR "/opt/dtk/share/dtk"' config.h
has "--templates $DTK_SRC/templates" build.ninja
has '+ cc -std=c11' config.log
lacks ' --host' build.ninja
lacks ' --docker' build.ninja

try "the engine was found out by building, and its image removed"
grep -q '^build ' ../bin/calls || fail "no build"
grep -q '^rmi sha256:0' ../bin/calls || fail "the image stays"

try "buildx is taken where it builds on the engine's images"
lacks ' --engine' build.ninja
touch ../bin/has-buildx
status 0 "$configure" --prefix /opt/dtk
has ' --engine buildx' build.ninja
grep -q "^buildx build --load -q -t dtk-probe-.*-child" ../bin/calls || fail "nothing was built on a tag"
status 0 "$configure" --prefix /opt/dtk --engine=docker
has ' --engine docker' build.ninja
rm ../bin/has-buildx
status 0 "$configure" --prefix /opt/dtk --engine=buildx
has 'no engine that can build' err
status 0 "$configure" --prefix /opt/dtk

try "the same again changes nothing but build.ninja, which dtk-gen has replaced"
echo '# dtk-gen' >build.ninja
ls -l --time-style=full-iso config.h config.ninja >../before
status 0 "$configure" --prefix /opt/dtk
ls -l --time-style=full-iso config.h config.ninja >../after
same ../before ../after
has 'dtk-generate' build.ninja

try "a build.ninja of somebody else's stays"
echo 'rule mine' >build.ninja
status 1 "$configure"
has 'build.ninja' err
equal 'rule mine' "$(cat build.ninja)"

try "what was asked is recorded"
fresh
echo 'os_versions: []' >'my matrix.yaml'
status 0 "$configure" '--matrix=my matrix.yaml' --engine=docker --host=tcp://127.0.0.1:1 "--docker=$top/bin/docker" \
	--registry=r.example:5000/x
has "--config 'my matrix.yaml'" build.ninja
has "--engine docker --host tcp://127.0.0.1:1 --docker $top/bin/docker --registry r.example:5000/x" build.ninja
sh ./config.status >out
has "--engine docker --host tcp://127.0.0.1:1 --docker $top/bin/docker --registry r.example:5000/x" build.ninja
fresh
DOCKER_HOST=tcp://127.0.0.1:2 status 0 "$configure"
has '--host tcp://127.0.0.1:2' build.ninja

try "hostile values are data"
fresh
# shellcheck disable=SC2016,SC1003 # nothing is to expand, and it ends so
hostile='/x $(touch bad1) `touch bad2` "; touch bad3; '\''#$@ \'
status 0 "$configure" "--prefix=$hostile" "CPPFLAGS=-DX=\$(touch\${IFS}bad4)" "--registry=a;touch\${IFS}bad5"
cat >show.c <<'END'
#include "config.h"
#include <stdio.h>
int main(void) { puts(DTK_DATADIR); return 0; }
END
cc -I. -o show show.c
equal "$hostile/share/dtk" "$(./show)" "config.h"
# shellcheck disable=SC2016 # make's dollars
printf 'include Makefile\nexport SHOW = $(prefix)\nprint: ; @printenv SHOW\n' >Show.mk
equal "$hostile" "$(make -s -f Show.mk print)" "Makefile"
make -n all >out
absent bad1 bad2 bad3 bad4 bad5
sed -n 's/^  command = \.\/dtk-gen/printf "%s\\n"/p' build.ninja | sed 's/\$\$/$/g' >words.sh
sh words.sh >words
# shellcheck disable=SC2016
has 'a;touch${IFS}bad5' words
absent bad5

try "a cross compiler: its programs are linked and never run"
fresh
cat >../bin/cross-cc <<'END'
#!/bin/sh
cc "$@" || exit 1
while [ $# -gt 0 ]; do
	if [ "$1" = -o ]; then
		printf '#!/bin/sh\ntouch "%s"\n' "${0%/*}/was-run" >"$2"
		chmod +x "$2"
	fi
	shift
done
END
chmod +x ../bin/cross-cc
status 0 "$configure" CC=cross-cc
has 'CC = cross-cc' Makefile
absent ../bin/was-run

try "a library that is not there"
fresh
printf '#!/bin/sh\ncase "$*" in *-lxxhash*) exit 1 ;; esac\nexec cc "$@"\n' >../bin/poor-cc
chmod +x ../bin/poor-cc
status 1 "$configure" CC=poor-cc
has 'libxxhash-dev' err
absent Makefile

try "no engine is a warning"
fresh
printf '#!/bin/sh\nexit 1\n' >../bin/docker
status 0 "$configure" --docker=docker
has 'no engine that can build' err

try "another compiler and sanitizers"
fresh
status 0 "$configure" --sanitize=undefined CC=gcc CFLAGS=-O0
has 'SANITIZE = -fsanitize=undefined' Makefile
