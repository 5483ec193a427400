#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The words that the engine's client gets from run-image, for the configurations in run/*.case: what is recorded,
# and that the printed line gives the same once it is pasted.
# timeout: 300
#
# A case has parts, each with a line "--- ...": cfg (run.cfg), run WORDS (run-image's, for a shell), argv (a word a
# line, in <>), line (the command as it is printed), says (the rest of standard error), status N (where the client
# is not called).  HERE is the project's directory, TIME what makes a container's name its own.
. "${DTK_SRC:?}/tests/lib.sh"
PATH=$DTK_BIN:$DTK_SRC/share/bin:$PATH
top=$PWD
# shellcheck disable=SC2089 # they are to be literal
LOGNAME=joe HOME="/h o'me" PLAIN=plain HOSTILE="\$(touch pwned) 'x' \"y\" * \\" EMPTY='' SECRET=hunter2
# shellcheck disable=SC2090
export LOGNAME HOME PLAIN HOSTILE EMPTY SECRET
unset UNSET DOCKER_DEFAULT_PLATFORM

mkdir -p proj/docker/dev proj/docker/web proj/sub/dir
cd proj
cat >client <<'END'
#!/bin/sh
for word; do
	printf '<%s>\n' "$word"
done >words
exit 7
END
chmod +x client
# The images are there, as far as run-image can tell, so that the client is called once.
mkdir -p generated/stamps
touch generated/stamps/dev.seal generated/stamps/web.seal
printf 'FROM scratch\n' >docker/dev/Dockerfile
cp docker/dev/Dockerfile docker/web

# shown FILE: what changes from run to run has one name.
shown()
{
	sed "s|$top/proj|HERE|g; s/[0-9][0-9]-[0-9][0-9]-[0-9][0-9]_[0-9][0-9]\.[0-9][0-9]\.[0-9][0-9]\.[0-9][0-9]*/TIME/" "$1"
}

# split FILE: its parts are N.KIND in the directory parts, and what stands behind KIND is in N.rest.
split()
{
	rm -rf "$top/parts"
	mkdir "$top/parts"
	awk -v dir="$top/parts" '
		/^--- / {
			file = sprintf("%s/%03d.%s", dir, ++n, $2)
			printf "" >file
			sub(/^--- [a-z]+ ?/, "")
			print >sprintf("%s/%03d.rest", dir, n)
			next
		}
		{ print >file }' "$1"
}

# once WORDS: run-image; its words, what it said, its exit status.
once()
{
	rm -f words
	result=0
	eval "run-image $1" >"$top/out" 2>"$top/err" </dev/null || result=$?
	[ ! -s "$top/out" ] || fail "run-image $1: something on standard output"
	if [ -e words ]; then
		equal 7 "$result" "run-image $1: the client's exit status"
		cp words "$top/words"
		shown words >"$top/argv"
		paste_line "$1"
	else
		: >"$top/argv"
	fi
	shown "$top/err" >"$top/shown"
	sed '/client run /d; s/^[^ ]*\/_run\.dev\.sh: [line ]*[0-9]*: //' "$top/shown" >"$top/said"
	sed -n '/client run /p' "$top/shown" >"$top/line"
}

paste_line()
{
	rm words
	result=0
	sh "$top/err" || result=$?
	equal 7 "$result" "run-image $1: the pasted line"
	same "$top/words" words
	result=7
}

count=0
for case in "$DTK_SRC"/tests/data/run/*.case; do
	try "${case##*/}"
	split "$case"
	for part in "$top"/parts/*; do
		rest=$(cat "${part%.*}.rest")
		case $part in
		*.cfg)
			cp "$part" docker/run.cfg
			status 0 dtk-gen --docker ./client
			;;
		*.run)
			once "$rest"
			count=$((count + 1))
			;;
		*.argv) same "$part" "$top/argv" || fail "run-image $words" ;;
		*.says) same "$part" "$top/said" ;;
		*.line) same "$part" "$top/line" ;;
		*.status)
			equal "$rest" "$result" "exit status"
			[ ! -s "$top/argv" ] || fail "the client was called"
			;;
		esac
		case $part in *.run) words=$rest ;; esac
	done
done
[ "$count" -gt 60 ] || fail "only $count calls"
absent "$top/pwned" pwned

try "texts at random"
printf '[dev]\n' >docker/run.cfg
status 0 dtk-gen --docker ./client
"$DTK_PYTHON" "$DTK_SRC/tests/data/run-words.py" generated/_run.dev.sh 200 || fail "words"
