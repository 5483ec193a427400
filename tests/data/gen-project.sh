# shellcheck shell=sh
# SPDX-License-Identifier: Apache-2.0
# gen-project.sh, sourced by gen-*.t: a small project in a directory p of its own, without an engine.
#
#     base -> python -> node       over the OS versions 1 and 2 and the Python 3.10
#     two sequences: full (all), short (base and python of 1)

# shellcheck source=tests/lib.sh
. "${DTK_SRC:?}/tests/lib.sh"
temp=$PWD
PATH=${DTK_BIN:?}:$PATH
export PATH

# matrix [OS-VERSIONS [TIMEZONE]]
matrix()
{
	matrix_os=${1-'"1.4", "2.0"'}
	cat >matrices/build-matrix.yaml <<-EOF
	os_versions: [$matrix_os]
	python_versions:
	  - {version: 3.10, bump: "7", compilation_method: source}
	build_layers:
	  - {name: base, template: base.j2, tags: ["t/os:\${os_version}", "t/os:latest"]}
	  - {name: python, template: python.j2, depends_on: base, tags: ["t/os:\${os_version}-py\${python_version}"]}
	  - {name: node, template: node.j2, depends_on: python, tags: ["t/os:\${os_version}-py\${python_version}-node"]}
	build_sequences:
	  - name: full
	    description: Everything there is
	    os_versions: [$matrix_os]
	    python_versions: ["3.10"]
	    layers: [base, python, node]
	  - {name: short, description: A part, os_versions: ["1.4"], python_versions: ["3.10"], layers: [base, python]}
	build_config: {timezone: "${2-UTC}", parallel_builds: 3}
	EOF
}

# new_project: makes p and goes there.
new_project()
{
	rm -rf "$temp/p"
	mkdir -p "$temp/p/matrices" "$temp/p/templates"
	cd "$temp/p"
	matrix "$@"
	printf 'FROM scratch\nARG UBUNTU_VER\nARG TZ_NAME\nCOPY templates /t\n' >templates/base.j2
	printf 'FROM t/os:{{ os_version }}\nARG PY_VER\nRUN echo {{ build_config.timezone }}\n' >templates/python.j2
	printf 'FROM t/os:{{ os_version }}-py{{ python_version }}\nRUN node\n' >templates/node.j2
}

# A stand-in for dtk-stamp: keys copy their Dockerfile, images their key; each call is a line of the file log.
stand_in()
{
	mkdir -p "$temp/bin"
	PATH=$temp/bin:$PATH
	log=$temp/log
	: >"$log"
	cat >"$temp/bin/dtk-stamp" <<-EOF
	#!/bin/sh
	echo "\$*" >>"$log"
	# put OUT WORDS: writes what it reads where that differs.
	put() { cat >"\$1.new"; if cmp -s "\$1.new" "\$1"; then rm "\$1.new"; else mv "\$1.new" "\$1"; fi; }
	case \$1 in
	hooks) echo none | put "\$2"; echo "\$2: generated/.root/matrices" >"\$2.d" ;;
	key)
		shift
		while [ "\$#" -gt 0 ] && [ "\$1" != -- ]; do
			case \$1 in
			-f) file=\$2; shift ;;
			-*) shift ;;
			*) out=\$1 ;;
			esac
			shift
		done
		{ cat "\$file"; echo "\$*"; } | put "\$out"
		echo "\$out:" >"\$out.d"
		;;
	build)
		echo "\$*" >"\${2%.image}.seal"
		put "\$2" <"\${2%.image}.key"
		;;
	esac
	EOF
	chmod +x "$temp/bin/dtk-stamp"
}

# Everything that is generated, with modes, in one text.
tree()
{
	find build.ninja generated \( -name .lock -o -name stamps -prune \) -o \( -type f -o -type l \) -print | sort |
		while read -r tree_file; do
			if [ -L "$tree_file" ]; then
				printf '%s -> %s\n' "$tree_file" "$(readlink "$tree_file")"
			else
				printf '%s %s %s\n' "$tree_file" "$(stat -c %a "$tree_file")" "$(cksum <"$tree_file")"
			fi
		done
}
