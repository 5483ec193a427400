#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What the commands say may stand somewhere on their command lines, and bash, zsh and fish, which ask them.
. "${DTK_SRC:?}/tests/data/gen-project.sh"
new_project
PATH=$DTK_SRC/share/bin:$PATH
dtk-gen
mkdir -p "$temp/q/docker/dev" "$temp/q/docker/shell"
printf 'FROM scratch\n' | tee "$temp/q/docker/dev/Dockerfile" >"$temp/q/docker/shell/Dockerfile"
printf '[dev]\nnetwork = host\n' >"$temp/q/docker/run.cfg"
dtk-gen -C "$temp/q"

# offered LINE WANTED [WORDS]: what may stand at the end of LINE, in which '|' stands between words.
offered()
{
	offered_line=$1 offered_wanted=$2
	offered_ifs=$IFS
	IFS='|'
	set -f
	# shellcheck disable=SC2086 # words
	set -- $offered_line
	set +f
	IFS=$offered_ifs
	case $offered_line in
	*'|') set -- "$@" '' ;;
	esac
	offered_command=$1
	shift
	"$offered_command" --complete -- "$@" >out 2>err || fail "$offered_line: exit status $?"
	[ ! -s err ] || fail "$offered_line: $(cat err)"
	equal "$offered_wanted" "$(cut -f 1 out | paste -s -d ' ' -)" "$offered_line"
}

try "dtk-gen"
offered 'dtk-gen|--conf' --config
offered 'dtk-gen|--config|' @FILE
offered 'dtk-gen|-C|' @DIR
offered 'dtk-gen|--engine|' 'docker buildx podman'
offered 'dtk-gen|--engine=p' '--engine=podman'
offered 'dtk-gen|--engine|=|p' podman
offered 'dtk-gen|--sequence|' 'full short'
offered 'dtk-gen|-t|stat' status
offered 'dtk-gen|--strict|-t|status|--j' --json
offered 'dtk-gen|-t|status|full|--j' --json
offered 'dtk-gen|-t|plan|sh' short
offered 'dtk-gen|-t|why|1.4-base|2.0-b' 2.0-base
offered 'dtk-gen|-t|why|f' ''
offered 'dtk-gen|-t|schema|ma' matrix
offered 'dtk-gen|-t|schema|ima' images
offered 'dtk-gen|-t|lint|--off|use' user
offered 'dtk-gen|-t|lint|' @FILE
offered 'dtk-gen|-t|context|' @DIR
offered 'dtk-gen|-t|graph|--format|' 'dot mermaid text'
offered 'dtk-gen|-t|nothing|' ''
offered "dtk-gen|-C|$temp/p|-t|plan|sh" short
(
	cd /
	offered 'dtk-gen|-t|plan|' ''
	offered "dtk-gen|-C|$temp/p|-t|plan|sh" short
	offered "dtk-gen|-C|$temp/none|-t|plan|sh" ''
) >"$temp/log" 2>&1 || fail "$(cat "$temp/log")"

try "dtk-stamp"
offered 'dtk-stamp|cache-' 'cache-usage cache-prune'
offered 'dtk-stamp|cache-prune|--a' --age
offered 'dtk-stamp|cache-prune|--|' ''
offered 'dtk-stamp|--ver' --version

try "the commands around images"
cd "$temp/q"
offered 'run-image|' 'dev shell'
offered 'run-image|-g|-n|host|s' shell
offered 'run-image|-gn|host|s' shell
offered 'run-image|-g|--key' ''
offered 'run-image|-g|--ke' --keep
offered 'run-image|-n|' ''
offered 'run-image|dev|' ''
offered 'run-image|dev|-' ''
offered 'publish-image|-i|x|d' dev
offered 'publish-image|dev|' ''
offered 'build-image|cl' clean
offered 'build-image|dev|sh' shell
offered 'build-image|--no-c' --no-cache
offered 'transfer-image|sh' shell
offered 'transfer-image|shell|' @HOST
offered 'genversion|' ''
offered 'genversion|--output|' @FILE
offered 'genversion|--directory=' @DIR
(
	cd /
	for command in run-image publish-image build-image transfer-image; do
		"$command" --complete -- dev '' 2>/dev/null | grep -q dev && fail "$command names an image where there is none"
	done
	true
)

commands='dtk-gen dtk-stamp build-image run-image publish-image transfer-image genversion'

cd "$temp/p"
try "bash"
if command -v bash >/dev/null; then
	cat >"$temp/ask.bash" <<-'END'
	completions=$DTK_SRC/share/completion/bash
	for command in $1; do
		. "$completions/$command"
		complete -p "$command"
	done
	ask()
	{
		COMP_WORDS=("$@")
		COMP_CWORD=$(($# - 1))
		_dtk
		echo "${COMPREPLY[*]}"
	}
	ask dtk-gen -t stat
	ask dtk-gen --engine = po
	ask dtk-gen --engine =
	ask dtk-gen --config mat
	ask dtk-gen --templates t
	ask dtk-gen -t plan sh
	cd ../q
	ask run-image s
	ask run-image dev ''
	cd / && ask build-image d
	END
	bash "$temp/ask.bash" "$commands" >out 2>err
	[ ! -s err ] || fail "$(cat err)"
	for command in $commands; do
		echo "complete -F _dtk $command"
	done >wanted
	printf '%s\n' status podman 'docker buildx podman' matrices templates short shell '' '' >>wanted
	same wanted out
fi

# In a terminal of its own; what was typed is completed where it says so.
try "zsh"
if command -v zsh >/dev/null; then
	cat >"$temp/ask.zsh" <<-'END'
	zmodload zsh/zpty
	export PS1='> ' TERM=dumb ZDOTDIR=$PWD
	zpty shell zsh -f -i
	zpty -w shell "fpath=($DTK_SRC/share/completion/zsh \$fpath); autoload -Uz compinit; compinit -u -D; print rea\dy"
	zpty -r shell line '*ready*'
	ask()
	{
		zpty -w -n shell "$1"$'\t'
		zpty -r shell line "*$2*"
		print -r -- "$2"
		zpty -w -n shell $'\x15'
	}
	ask 'dtk-gen -t stat' 'status'
	ask 'dtk-gen --engine=po' 'podman'
	ask 'dtk-gen --templates tem' 'templates/'
	zpty -w -n shell $'cd ../q\n'
	ask 'run-image she' 'shell'
	ask 'dtk-stamp cache-u' 'cache-usage'
	END
	timeout 50 zsh -f "$temp/ask.zsh" >out 2>&1 || fail "zsh: $(cat out)"
	printf '%s\n' status podman templates/ shell cache-usage | same - out
fi

try "fish"
if command -v fish >/dev/null; then
	cat >"$temp/ask.fish" <<-'END'
	for command in (string split ' ' $argv[1])
		source $DTK_SRC/share/completion/fish/$command.fish
	end
	for line in 'dtk-gen -t stat' 'dtk-gen --engine=po' 'dtk-gen --templates tem' 'dtk-gen -t plan sh'
		complete -C $line
	end
	cd ../q
	complete -C 'run-image '
	cd /
	complete -C 'build-image d'
	END
	HOME=$temp XDG_CONFIG_HOME=$temp/config fish -N "$temp/ask.fish" "$commands" >out 2>err || fail "fish: $(cat err)"
	cut -f 1 out >lines
	printf '%s\n' status --engine=podman templates/ short dev shell | same - lines
fi
