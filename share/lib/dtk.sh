# shellcheck shell=sh
# SPDX-License-Identifier: Apache-2.0
#
# dtk.sh: what the commands in share/bin share.  A command begins with
#
#	#!/bin/sh
#	# SPDX-License-Identifier: Apache-2.0
#	# NAME: what it is.
#	set -u
#	dtk_self=$(readlink -f "$0")
#	dtk_lib=${dtk_self%/*}/../lib
#	# shellcheck source=share/lib/dtk.sh
#	. "$dtk_lib/dtk.sh"
#
# where "make install" writes the directory that this file is in on the line dtk_lib=.  Every variable begins with
# dtk_, since what a command runs (docker run -e NAME) sees the user's environment.  Exit status: 0 done, 1 the
# project or the engine is not as it has to be, 2 the command line is wrong.
#
#	dtk_command     the command's name
#
#	say WORDS       a message on standard error
#	die WORDS       the same, and exit status 1
#	wrong WORDS     the same, for a wrong command line: exit status 2
#	version         prints the version
#	quoted WORD     prints WORD for a shell, bare where it can be
#	completion -- WORDS
#	                what the shells' completions ask for by --complete: what may stand in the place of the last of WORDS, as
#	                dtk-gen has it (src/cli/complete.h), by what the command's function usage prints
#	complete_images what IMAGE stands for there; a command may have its own
#
#	project_find    finds the project, from the working directory upwards; the working directory stays
#	    dtk_project     its directory, absolute
#	    dtk_tree        its generated tree, absolute
#	    dtk_ninja       1 where it has a build.ninja of dtk's, else empty
#	project_update  project_find, and brings the tree up to date: Ninja and dtk-gen with the options recorded do,
#	                where they and a build.ninja are there, else dtk-gen.  Where there is neither, a tree that is there (a committed one) is taken as it is.
#	in_project COMMAND...
#	                runs it in the project's directory, where dtk-gen and dtk-stamp are on PATH
#
# After project_update, the images that can be run, which are the sections of run.cfg and the directories of docker/:
#
#	image_list      prints each, a line of: name, reference, target of Ninja (its image, empty where dtk builds
#	                none), with tabs between
#	image_find NAME its line in variables; no such image: says which there are, exit status 2
#	    dtk_image       its name
#	    dtk_ref         the reference, NAME:TAG
#	    dtk_target      the target of Ninja, or empty

dtk_command=${0##*/}

say()
{
	printf '%s: %s\n' "$dtk_command" "$*" >&2
}

die()
{
	say "$@"
	exit 1
}

wrong()
{
	say "$@"
	printf '%s\n' "$dtk_command --help tells how it is called" >&2
	exit 2
}

quoted()
{
	case $1 in
	'' | *[!A-Za-z0-9_@%+=:,./-]*) ;;
	*)
		printf '%s\n' "$1"
		return
		;;
	esac
	dtk_rest=$1 dtk_word=
	while :; do
		case $dtk_rest in
		*\'*) dtk_word="$dtk_word${dtk_rest%%\'*}'\\''" dtk_rest=${dtk_rest#*\'} ;;
		*) break ;;
		esac
	done
	printf "'%s'\n" "$dtk_word$dtk_rest"
}

# with_programs COMMAND...: dtk-gen and dtk-stamp are found beside the command too.
with_programs()
{
	PATH=$PATH:${dtk_self%/*} "$@"
}

in_project()
{
	(
		CDPATH='' cd -- "$dtk_project" || exit 1
		PATH=$PATH:${dtk_self%/*}
		exec "$@"
	)
}

version()
{
	dtk_version=$(with_programs dtk-gen --version 2>/dev/null) || dtk_version=
	printf '%s\n' "$dtk_command${dtk_version#dtk-gen}"
}

complete_images()
{
	project_find
	image_list | cut -f 1,2
}

# complete_options: word, tab, what its argument is called, tab, help.
complete_options()
{
	usage | awk '/^ +-/ {
		sub(/^ +/, "")
		count = split(substr($0, 1, index($0 "  ", "  ") - 1), words, /,? /)
		value = words[count] ~ /^-/ ? "" : words[count]
		sub(/^.*  +/, "")
		for (i = 1; i <= count; i++)
			if (words[i] ~ /^-/)
				print words[i] "\t" value "\t" $0
	}'
}

# complete_value WORD: what the argument is called that is missing behind the option, or the letters, WORD.
complete_value()
{
	case $1 in
	--*) dtk_option=$1 ;;
	*) dtk_option=-${1#"${1%?}"} ;;
	esac
	complete_options | DTK_OPTION=$dtk_option awk -F '\t' '$1 == ENVIRON["DTK_OPTION"] { print $2 }'
}

# complete_operand NUMBER: what that operand is called, by the first line of usage.
complete_operand()
{
	usage | sed 's/^usage: [^ ]* *//; s/\[=[^]]*\]//g; s/\[-[^]]*\]\(\.\.\.\)\{0,1\}//g; s/[][]//g; q' |
		awk -v "number=$1" '{
			at = number < NF ? number + 1 : NF && $NF ~ /\.\.\./ ? NF : 0
			if (at)
				print $at
		}'
}

# complete_kinds KINDS: with '|' between them, each a word as it stands, or in capitals what it stands for.
complete_kinds()
{
	printf '%s\n' "$1" | tr '|' '\n' | while IFS= read -r dtk_kind; do
		case $dtk_kind in
		FILE | DIR) printf '@%s\n' "$dtk_kind" ;;
		*HOST) echo @HOST ;;
		IMAGE | IMAGE...) (complete_images) ;;
		[a-z]*) printf '%s\n' "$dtk_kind" ;;
		esac
	done | awk '!seen[$0]++'
}

# complete_begun WORD: the lines that begin with it, and what is for the shell.
complete_begun()
{
	while IFS= read -r dtk_line; do
		case $dtk_line in
		@* | "$1"*) printf '%s\n' "$dtk_line" ;;
		esac
	done
}

completion()
{
	[ $# -gt 1 ] || set -- -- ''
	shift
	dtk_kinds='' dtk_operands=0
	while [ $# -gt 1 ]; do
		case $dtk_kinds:$1 in
		?*:=) ;;
		?*:*) dtk_kinds= ;;
		:--*=*) ;;
		:-?*) dtk_kinds=$(complete_value "$1") ;;
		*) dtk_operands=$((dtk_operands + 1)) ;;
		esac
		shift
	done
	dtk_operand=$(complete_operand "$dtk_operands")
	case $dtk_kinds:$dtk_operand:$1 in
	?*:*:=) complete_kinds "$dtk_kinds" ;;
	?*:*:*) complete_kinds "$dtk_kinds" | complete_begun "$1" ;;
	:WORD*) ;;
	:*:--*=*) complete_kinds "$(complete_value "${1%%=*}")" | complete_begun "${1#*=}" | sed "/^@/!s/^/${1%%=*}=/" ;;
	:*:-*) complete_options | cut -f 1,3 | complete_begun "$1" ;;
	*) complete_kinds "$dtk_operand" | complete_begun "$1" ;;
	esac
}

# has_dtk_ninja DIRECTORY: its build.ninja is of dtk-gen, or the first one, of configure.
has_dtk_ninja()
{
	[ -f "$1/build.ninja" ] && IFS= read -r dtk_line <"$1/build.ninja" || return 1
	case $dtk_line in
	'# Written by dtk-gen '* | '# Written by configure.  dtk-gen '*) return 0 ;;
	esac
	return 1
}

# is_project DIRECTORY: it has a docker/ for dtk, and not just a directory of that name, or dtk's build.ninja.
is_project()
{
	[ ! -f "$1/docker/run.cfg" ] || return 0
	for dtk_file in "$1"/docker/*/Dockerfile; do
		[ ! -f "$dtk_file" ] || return 0
	done
	has_dtk_ninja "$1"
}

project_find()
{
	dtk_project=$(pwd -P && echo .) || die "the working directory is gone"
	dtk_project=${dtk_project%??}
	until is_project "$dtk_project"; do
		[ "$dtk_project" ] || die "no project here or above: no docker/run.cfg, docker/*/Dockerfile, build.ninja of dtk"
		dtk_project=${dtk_project%/*}
	done
	dtk_project=${dtk_project:-/} dtk_tree=generated dtk_ninja=
	if has_dtk_ninja "$dtk_project"; then
		dtk_ninja=1
		# builddir is the tree's stamps/; a dollar escapes what follows it.
		dtk_tree=$(sed -n '/^builddir = /{ s///; s|/stamps$||; s/\$\(.\)/\1/g; p; q; }' "$dtk_project/build.ninja")
	fi
	case $dtk_tree in
	/*) ;;
	*) dtk_tree=${dtk_project%/}/$dtk_tree ;;
	esac
}

# generate_as_recorded: what Ninja does not see, another user and another name of the directory, dtk-gen sees itself.
generate_as_recorded()
{
	dtk_line=$(in_project ninja -t commands build.ninja 2>/dev/null | tail -n 1)
	case $dtk_line in
	'if command -v '*) with_programs command -v dtk-gen >/dev/null 2>&1 || return 0 ;;
	esac
	in_project sh -c "$dtk_line"
}

# Ninja's own lines are told from what the generator has to say by NINJA_STATUS. What it warns of it has said once.
update_by_ninja()
{
	in_project env NINJA_STATUS='ninja: ' ninja build.ninja || return 1
	dtk_line=$(generate_as_recorded 2>&1) && return
	printf '%s\n' "$dtk_line"
	return 1
}

project_update()
{
	project_find
	dtk_failed='' dtk_said=''
	if [ "$dtk_ninja" ] && command -v ninja >/dev/null 2>&1; then
		dtk_said=$(update_by_ninja 2>&1) || dtk_failed=1
	elif with_programs command -v dtk-gen >/dev/null 2>&1; then
		dtk_said=$(in_project dtk-gen 2>&1) || dtk_failed=1
	elif [ ! -f "$dtk_tree/.runs" ]; then
		die "$dtk_project has no generated tree, and there is no dtk-gen to make one"
	fi
	dtk_said=$(printf '%s\n' "$dtk_said" | sed '/^ninja: /{ /^ninja: error: /!d; }; /^$/d')
	[ -z "$dtk_said" ] || printf '%s\n' "$dtk_said" >&2
	[ -z "$dtk_failed" ] || die "the generated tree of $dtk_project cannot be made"
	# What was found before may have been made only now.
	[ "$dtk_ninja" ] || project_find
}

image_list()
{
	[ -f "$dtk_tree/.runs" ] || die "$dtk_project has neither a docker/run.cfg nor a docker/*/Dockerfile"
	cat "$dtk_tree/.runs"
}

image_find()
{
	dtk_tab=$(printf '\t')
	image_list >/dev/null || exit 1
	while IFS= read -r dtk_line; do
		[ "${dtk_line%%"$dtk_tab"*}" = "$1" ] || continue
		dtk_image=$1
		dtk_target=${dtk_line##*"$dtk_tab"}
		dtk_ref=${dtk_line#*"$dtk_tab"}
		dtk_ref=${dtk_ref%"$dtk_tab"*}
		return 0
	done <"$dtk_tree/.runs"
	say "there is no image '$1' in $dtk_project; there are:"
	image_list | sed "s/$dtk_tab.*//; s/^/  /" >&2
	exit 2
}
