#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# run.cfg and docker/: what they mean, errors and warnings to the letter.
#
# tests/data/runcfg/good/NAME.cfg gives NAME.plan and, where it is there, the warnings NAME.err;
# tests/data/runcfg/bad/NAME.cfg gives the errors NAME.err.  Each is docker/run.cfg in a copy of
# tests/data/runcfg/tree, a directory called Project, and read for the user jane.  Comments at its top say
# otherwise: "# args: WORDS" (of plan_dump), "# user: NAME", "# project: NAME".  With DTK_UPDATE=1 what comes out is
# written there.
# shellcheck source=tests/lib.sh
. "${DTK_SRC:?}/tests/lib.sh"

cases=$DTK_SRC/tests/data/runcfg
temp=$PWD
ran=0

# expect FILE ACTUAL: a missing file stands for an empty one.
expect()
{
	if [ "${DTK_UPDATE-}" = 1 ]; then
		if [ -s "$2" ]; then
			cp "$2" "$1"
		else
			rm -f "$1"
		fi
	elif [ -e "$1" ]; then
		same "$1" "$2"
	else
		same /dev/null "$2"
	fi
}

# said KEY FILE DEFAULT: what a comment at its top says of KEY.
said()
{
	said_value=$(sed -n "s/^# $1: //p" "$2")
	echo "${said_value:-$3}"
}

# case_of STATUS FILE
case_of()
{
	case_dir="$temp/$(said project "$2" Project)"
	rm -rf "$case_dir"
	cp -R "$cases/tree" "$case_dir"
	cp "$2" "$case_dir/docker/run.cfg"
	cd "$case_dir"
	case_status=0
	# shellcheck disable=SC2046 # options are words
	LOGNAME=$(said user "$2" jane) "$DTK_UNIT/plan_dump" $(said args "$2" '') >"$temp/plan" 2>"$temp/err" ||
		case_status=$?
	cd "$temp"
	expect "${2%.cfg}.err" "$temp/err"
	equal "$1" "$case_status" "exit status of $2"
	ran=$((ran + 1))
}

for file in "$cases"/good/*.cfg; do
	try "${file#"$cases/"}"
	case_of 0 "$file"
	expect "${file%.cfg}.plan" "$temp/plan"
done
for file in "$cases"/bad/*.cfg; do
	try "${file#"$cases/"}"
	case_of 1 "$file"
	[ ! -s "$temp/plan" ] || fail "$file makes a plan"
	[ -s "$temp/err" ] || fail "$file says nothing"
done
[ "$ran" -gt 20 ] || fail "only $ran cases ran"

try "words as Python's shlex and a shell split them"
rm -rf "$temp/words"
mkdir "$temp/words"
cd "$temp/words"
"$DTK_PYTHON" "$cases/compare.py" "$DTK_UNIT/plan_dump" || fail "words differ"
cd "$temp"

# project NAME: makes the tree a project of that name, and goes there.
project()
{
	rm -rf "${temp:?}/$1"
	cp -R "$cases/tree" "$temp/$1"
	cd "$temp/$1"
}
# refused STATUS TEXT WORDS: dtk-gen WORDS is refused with TEXT.
refused()
{
	refused_status=$1
	refused_text=$2
	shift 2
	status "$refused_status" dtk-gen "$@"
	has "$refused_text" err
}
LOGNAME=jane
PATH=${DTK_BIN:?}:$PATH
export LOGNAME PATH

try "no matrix, no docker/"
mkdir "$temp/nothing"
cd "$temp/nothing"
refused 1 "there is no matrix; looked for matrices/build-matrix.yaml and config/build-matrix.yaml; and neither docker/run.cfg nor docker/*/Dockerfile is there"
mkdir -p docker/a/b
echo 'FROM debian' >docker/a/b/Dockerfile
echo 'FROM debian' >docker/Dockerfile
refused 1 "neither docker/run.cfg nor docker/*/Dockerfile is there"
refused 1 "there is no matrix; looked for m.yaml" --config m.yaml
refused 1 "x.cfg: cannot be read: No such file or directory" --run-cfg x.cfg
[ ! -e build.ninja ] || fail "something was written"

try "docker/ alone: the tools"
project Project
status 0 dtk-gen --summary
has "Images: 5" out
has "- multi: project-multi:jane" out
status 0 dtk-gen -t targets
grep -q "^dev  *image project-dev:jane$" out || fail "no dev"
has "push-multi " out
! grep -q multi-builder out || fail "help names the builder"
status 0 dtk-gen -t graph
has '"multi-builder" -> "multi";' out
status 0 dtk-gen
grep -q '^build multi-builder: phony' build.ninja || fail "the builder is no target"
! grep -q 'push-multi-builder' build.ninja || fail "the builder would be pushed"
! grep -q 'multi-builder' generated/_images.all || fail "the builder is in a list"
has "stamps/multi.image" generated/_images.all
equal 1 "$(grep '^build generated/do/lint:' build.ninja | grep -o 'docker/multi/Dockerfile' | wc -l | tr -d ' ')"
status 1 dtk-gen -t lint
equal 1 "$(grep -c 'docker/multi/Dockerfile:.*\[syntax\]' err)"
status 0 dtk-gen --check
equal "" "$(cat out err)"
grep -q '^ generated/.root/docker \\$' generated/.dep || fail "docker/ is not watched"
grep -q '^ generated/.root/docker/empty \\$' generated/.dep || fail "docker/empty is not watched"

# again WHAT: dtk-gen has something else to say than --check would have found, and then nothing more.
again()
{
	status 1 dtk-gen --check
	status 0 dtk-gen
	status 0 dtk-gen --check
	sleep 0.1
	status 0 dtk-gen
}

try "a directory more, a Dockerfile more, a directory less"
sleep 0.1
dtk-gen
mkdir docker/new
again
echo 'FROM debian' >docker/new/Dockerfile
again
has "project-new:jane" build.ninja
echo 'FROM debian' >docker/empty/Dockerfile
again
has "project-empty:jane" build.ninja
rm -r docker/new
again
! grep -q project-new build.ninja || fail "docker/new is still there"

try "run.cfg is made, edited, removed"
echo '[base]' >docker/run.cfg
printf 'tag = one\n' >>docker/run.cfg
again
has "project-base:one" build.ninja
sed -i 's/one/two/' docker/run.cfg
again
has "project-base:two" build.ninja
rm docker/run.cfg
again
has "project-base:jane" build.ninja

try "another user, another directory, and what was seen before"
sleep 0.1
dtk-gen
LOGNAME=joe
again
has "project-base:joe" build.ninja
unset LOGNAME
USER=joan
export USER
again
has "project-base:joan" build.ninja
LOGNAME=''
export LOGNAME
status 0 dtk-gen --check
unset LOGNAME USER
again
has "project-base:$(id -un)" build.ninja
LOGNAME=jane
export LOGNAME
again
cd ..
mv Project Other
cd Other
again
has "other-base:jane" build.ninja

try "nobody's name counts where every image says its own"
project Project
rm -r docker/dev docker/web docker/multi
printf '[base]\ntag = t\nname = n\nprefix = False\n' >docker/run.cfg
sleep 0.1
dtk-gen
cp generated/stamps/.seen seen
LOGNAME='no tag @' dtk-gen
cd ..
rm -rf 'My Project'
mv Project 'My Project'
cd 'My Project'
status 0 dtk-gen --check
cmp -s seen generated/stamps/.seen || fail "the record changed"

try "--run-cfg is kept by a regeneration"
project Project
printf '[base]\ntag = elsewhere\n' >other.cfg
status 0 dtk-gen --run-cfg other.cfg
has "project-base:elsewhere" build.ninja
grep '^rule regen' -A 1 build.ninja | grep -q -e "--run-cfg other.cfg" || fail "--run-cfg is not recorded"
grep -q '^ generated/.root/other.cfg \\$' generated/.dep || fail "the file is not watched"
sleep 0.1
printf '[bas]\n' >other.cfg
refused 1 "other.cfg:1:2: error: [bas]: there is no docker/bas/Dockerfile" --run-cfg other.cfg
has "did you mean 'base'?" err

try "the manual's example"
project shop
rm -r docker/multi docker/empty
printf 'ARG EXTRAS\nFROM shop-base\n' >docker/dev/Dockerfile
printf 'FROM shop-base\n' >docker/web/Dockerfile
sed -n '/^.Sh EXAMPLES/,/^.Ed/p' "$DTK_SRC/man/dtk-run.cfg.5" | sed -n '/^.Bd/,/^.Ed/p' | sed '1d; $d' >docker/run.cfg
status 0 dtk-gen --strict --summary
sed -n '/^Runs:/,$p' out >runs
cat >expected <<'END'
Runs:
- base: shop-base:latest
- dev: shop-dev:jane
- web: shop-web:jane
- shell: shop-dev:jane
- notebook: jupyter/base-notebook:latest
Images: 3
END
same expected runs
equal "" "$(cat err)"
sed 's/project_root/project_rot/' docker/run.cfg >wrong.cfg
status 1 dtk-gen --run-cfg wrong.cfg
sed -n '/^.Sh DIAGNOSTICS/,/^.Ed/p' "$DTK_SRC/man/dtk-run.cfg.5" | sed -n '/^.Bd/,/^.Ed/p' | sed '1d; $d' >expected
sed -n '/error:.*volumes/,$p' err | sed 's#^wrong.cfg#docker/run.cfg#' >said
same expected said

try "run.cfg alone: nothing to build"
rm -rf "$temp/alone"
mkdir -p "$temp/alone/docker"
cd "$temp/alone"
printf '[notebook]\nname = jupyter\ntag = 1\nprefix = no\n' >docker/run.cfg
status 0 dtk-gen
status 0 dtk-gen --check
status 0 dtk-gen --summary
has "- notebook: jupyter:1" out
if command -v ninja >/dev/null; then
	ninja -n all >out 2>&1 || fail "ninja cannot read it: $(cat out)"
fi

try "names that are targets already"
mkdir -p docker/test docker/push-x
echo 'FROM debian' >docker/test/Dockerfile
echo 'FROM debian' >docker/push-x/Dockerfile
status 0 dtk-gen -t targets
grep -q '^docker-test  *image alone-test:jane$' out || fail "docker/test is not docker-test"
grep -q '^docker-push-x  *image alone-push-x:jane$' out || fail "docker/push-x is not docker-push-x"
status 0 dtk-gen --summary
has "- test: alone-test:jane" out

try "a Dockerfile that is wrong is said once"
project Project
printf 'FROM debian AS builder\nRUNN x\n' >docker/multi/Dockerfile
printf 'FROM debian AS builder\nCOPY a\nFROM debian\n' >docker/web/Dockerfile
status 1 dtk-gen
equal 1 "$(grep -c 'docker/web/Dockerfile:2' err)"
