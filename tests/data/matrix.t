#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Matrices and the plans that come out, errors and warnings to the letter.
#
# tests/data/matrix/good/NAME.yaml gives NAME.plan and, where it is there, the warnings NAME.err;
# tests/data/matrix/bad/NAME.yaml gives the errors NAME.err. Templates are in tests/data/matrix/templates.
# A first line "# args: WORDS" has options of plan_dump.  With DTK_UPDATE=1 what comes out is written there.
. "${DTK_SRC:?}/tests/lib.sh"

cases=$DTK_SRC/tests/data/matrix
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

# case_of STATUS FILE
case_of()
{
	case_args=$(sed -n '1s/^# args: //p' "$2")
	case_status=0
	# shellcheck disable=SC2086 # options are words
	"$DTK_UNIT/plan_dump" $case_args "$2" >"$temp/plan" 2>"$temp/err" || case_status=$?
	expect "${2%.yaml}.err" "$temp/err"
	equal "$1" "$case_status" "exit status of $2"
	ran=$((ran + 1))
}

cd "$cases"
for file in good/*.yaml; do
	try "$file"
	case_of 0 "$file"
	expect "${file%.yaml}.plan" "$temp/plan"
done
for file in bad/*.yaml; do
	try "$file"
	case_of 1 "$file"
	[ ! -s "$temp/plan" ] || fail "$file makes a plan"
	[ -s "$temp/err" ] || fail "$file says nothing"
done
[ "$ran" -gt 30 ] || fail "only $ran cases ran"

cd "$temp"
mkdir templates
printf 'FROM scratch\nLABEL os={{ os_version }}\n' >templates/t.j2

# refused TEXT: the matrix m.yaml is refused with TEXT, soon.
refused()
{
	rc=0
	timeout 20 "$DTK_UNIT/plan_dump" -q m.yaml >out 2>err || rc=$?
	equal 1 "$rc" "exit status"
	has "$1" err
}

try "100,000 brackets"
awk 'BEGIN { printf "os_versions: "; for (i = 0; i < 100000; i++) printf "["; print "" }' >m.yaml
refused "m.yaml:1:"

try "an alias bomb"
awk 'BEGIN {
	print "x-a0: &a0 [x, x, x, x, x, x, x, x, x, x]"
	for (i = 1; i < 12; i++) {
		printf "x-a%d: &a%d [", i, i
		for (j = 0; j < 10; j++) printf "*a%d, ", i - 1
		print "]"
	}
}' >m.yaml
refused "m.yaml:"

try "a name of 300 bytes"
awk 'BEGIN { printf "os_versions: ["; for (i = 0; i < 300; i++) printf "x"; print "]" }' >m.yaml
refused "may have 100 bytes at most, not 300"

try "no matrix"
rc=0
"$DTK_UNIT/plan_dump" >out 2>err || rc=$?
equal 1 "$rc" "exit status"
has "there is no matrix; looked for matrices/build-matrix.yaml and config/build-matrix.yaml" err

try "the default places, and what is watched"
mkdir config
{
	echo 'os_versions: [a]'
	echo 'build_layers: [{name: base, template: t.j2, tags: "x/y:${os_version}"}]'
} >config/build-matrix.yaml
status 0 "$DTK_UNIT/plan_dump" -t nowhere -t templates -i
has "input matrices/build-matrix.yaml (not there)" out
has "input config/build-matrix.yaml" out
has "input nowhere/t.j2 (not there)" out
has "input templates/t.j2" out

try "a matrix that cannot be read"
rc=0
"$DTK_UNIT/plan_dump" templates >out 2>err || rc=$?
equal 1 "$rc" "exit status"
has "templates" err

try "many images, each linked to its parent"
{
	echo 'os_versions:'
	seq -f '  - v%g' 1 500
	echo 'python_versions:'
	seq -f '  - {version: 3.%g, bump: 1}' 1 10
	echo 'build_layers:'
	echo '  - {name: base, template: t.j2, tags: "x/y:${os_version}"}'
	echo '  - {name: app, template: app.j2, depends_on: base, tags: ["x/y:${os_version}-${python_version}", "x/y:p"]}'
} >m.yaml
echo 'FROM {{ parent.ref }}' >templates/app.j2
status 0 "$DTK_UNIT/plan_dump" -q m.yaml
equal "5500 images, 2 targets, 1 collisions" "$(cat out)"
status 0 "$DTK_UNIT/plan_dump" m.yaml
equal 5000 "$(grep -c '^  parent: v[0-9]*-base as x/y:v[0-9]*$' out)"

try "10,000 images that were written by hand, each on another one"
seq -f tree/%04g 0 9999 | xargs mkdir -p
awk 'BEGIN {
	for (i = 0; i < 10000; i++) {
		dir = sprintf("tree/%04d", i)
		printf "FROM %s\n", i < 10 ? "scratch" : sprintf("r/n%04d", i / 10) >(dir "/Dockerfile")
		close(dir "/Dockerfile")
	}
}' || fail "no tree"
printf 'repository: r\nlabels: {a: b}\ndiscover: {files: tree/*/Dockerfile, name: "n{dir}", group: all-of-them}\n' >m.yaml
status 0 timeout 20 "$DTK_UNIT/plan_dump" m.yaml
equal 9990 "$(grep -c '^  parent: n[0-9]* as r/n[0-9]*$' out)"

try "git describe and the date"
mkdir git
cd git
printf 'FROM scratch\n' >Dockerfile
echo 'images: [{name: a, dockerfile: Dockerfile, tags: ["t/a:${git}", "t/a:${date}"]}]' >m.yaml
GIT_CEILING_DIRECTORIES=$PWD
export GIT_CEILING_DIRECTORIES
rc=0
"$DTK_UNIT/plan_dump" m.yaml >../out 2>../err || rc=$?
equal 1 "$rc" "exit status"
has "m.yaml:1:56: error: there is no git repository to describe" ../err
git init -q .
git config user.name t
git config user.email t@example.org
git add Dockerfile
git commit -qm one
status 0 "$DTK_UNIT/plan_dump" -i m.yaml
has "tags: t/a:$(git describe --always) t/a:$(date -u +%Y-%m-%d)" out
has "input .git/HEAD" out
has "input .git/refs/tags" out
git tag a/b
status 0 "$DTK_UNIT/plan_dump" m.yaml
has "tags: t/a:a-b " out
git worktree add -q ../worktree
cd ../worktree
cp ../git/m.yaml .
status 0 "$DTK_UNIT/plan_dump" -i m.yaml
has "tags: t/a:a-b " out
has "input ../git/.git/refs/heads/worktree" out
