#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# dtk-migrate(7): every command that it offers is one: programs, options, tools, targets and files that are there.
. "${DTK_SRC:?}/tests/lib.sh"
PATH=${DTK_BIN:?}:$DTK_SRC/share/bin:$PATH
export PATH

try "the targets of the projects that it speaks of"
mkdir p
cp -R "$DTK_SRC/matrices" "$DTK_SRC/templates" "$DTK_SRC/share" p/
cp -R "$DTK_SRC/share/patterns/python" python
(cd python && LOGNAME=me dtk-gen && dtk-gen -t targets) >told
(cd p && dtk-gen -t init >/dev/null && dtk-gen --config build-config.json --tag a:b --output init --ninja init.ninja &&
	dtk-gen --config build-config.json --output init -t targets) >>told
for matrix in services build-matrix; do
	(cd p && dtk-gen --config "matrices/$matrix.yaml" && dtk-gen --config "matrices/$matrix.yaml" -t targets) >>told
done
{ sed 's/ .*//' told; cut -f 1 python/generated/.runs; } | sort -u >names

# The commands stand in bold: one a line, without what a shell makes of the line.
sed -n 's/\\fB/\n&/gp' "$DTK_SRC/man/dtk-migrate.7" | sed -n 's/^\\fB\([^\\]*\)\\fP.*/\1/p' | sed 's/ && /\n/g' |
	sed 's/^[A-Z_]*=[^ ]* //; s/ >[^ ]*$//' >commands
[ "$(wc -l <commands)" -gt 60 ] || fail "only $(wc -l <commands) commands were found"

# known OPTION LIST: it is the first word of a line.
known() { cut -f 1 "$2" | grep -qxF -e "${1%%=*}" || fail "'$command': there is no option $1"; }
target() { grep -qxF -e "$1" names || fail "'$command': there is no target $1"; }
# options_of PROGRAM...: each option that its help has, and after a tab whether it takes a word.
options_of()
{
	"$@" --help | awk 'sub(/^ +-/, "-") {
		sub(/  .*/, "")
		takes = / [^-]/ ? "word" : ""
		for (n = split($0, names, ", "); n > 0; n--)
			print substr(names[n], 1, index(names[n] " ", " ") - 1) "\t" takes
	}'
}
# Options that take the next word.
valued() { awk -F '\t' -v option="$1" '$1 == option && $2 != "" { found = 1 } END { exit !found }' "$2"; }

check_ninja()
{
	while [ $# -gt 0 ]; do
		case $1 in
		-j) shift ;;
		-v) ;;
		*) target "$1" ;;
		esac
		shift
	done
}

# check_options LIST WORD...: of a program whose operands are names of images and sets, or HOST.
check_options()
{
	list=$1
	shift
	while [ $# -gt 0 ]; do
		case $1 in
		-t)
			dtk-gen -t list | grep -q "^ *$2 " || fail "'$command': there is no tool $2"
			options_of dtk-gen -t "$2" >list.tool
			shift 2
			check_options list.tool "$@"
			return
			;;
		-*)
			known "$1" "$list"
			if valued "$1" "$list"; then
				shift
			fi
			;;
		HOST) ;;
		*) target "$1" ;;
		esac
		shift
	done
}

check()
{
	program=$1
	shift
	case $program in
	ninja) check_ninja "$@" ;;
	dtk-gen | build-image | run-image | transfer-image | publish-image | genversion)
		options_of "$program" >list
		check_options list "$@"
		;;
	./configure)
		for option; do
			"$DTK_SRC/configure" --help | grep -q -e "^ *${option%%=*}" || fail "configure has no $option"
		done
		;;
	.) present "p/$1" ;;
	generated/build.sh) present "p/$program" ;;
	docker) ;;
	*) fail "'$command' is no command of ours" ;;
	esac
}

try "each command"
while IFS= read -r command; do
	# shellcheck disable=SC2086 # words are meant
	check $command
done <commands

try "files that it names"
for file in $(sed -n 's/^\.It Pa //p; s/^.*\(share\/patterns\/entrypoint\).*/\1/p' "$DTK_SRC/man/dtk-migrate.7" | tr -d ,); do
	present "$DTK_SRC/$file"
done
