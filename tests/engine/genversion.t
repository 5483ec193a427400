#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# timeout: 300
# _version.py.bld as an edge of Ninja's: what git knows changes exactly the images that have the file, and nothing else does.
# shellcheck source=tests/engine/run-project.sh
. "${DTK_SRC:?}/tests/engine/run-project.sh"
need git

HOME=$temp GIT_CONFIG_NOSYSTEM=1 GIT_CEILING_DIRECTORIES=$temp
export HOME GIT_CONFIG_NOSYSTEM GIT_CEILING_DIRECTORIES
git config --global user.email tester@example.org
git config --global user.name tester
version() { sed -n 's/^ "version": "\(.*\)"$/\1/p' _version.py.bld; }
in_image() { cat_in "$(ref "${1:-dev}")" /v | sed -n 's/^ "version": "\(.*\)"$/\1/p'; }
# expect_version VERSION WORDS: Ninja builds dev, and only that, with it; then there is nothing to do.
expect_version() {
	expect_ninja all dev "$2"
	equal "$1" "$(version)" "$2"
	equal "$1" "$(in_image)" "$2, in the image"
	still "$2"
}
# still WORDS: Ninja finds nothing to do, twice.
still() {
	for _ in 1 2; do
		forget
		run_ninja
		expect_calls 0 "$1: nothing is built"
	done
	expect_said 'no work to do' "$1"
}
short() { git rev-parse --short HEAD; }
run_project
echo 'COPY _version.py.bld /v' >>docker/dev/Dockerfile
printf 'generated\nbuild.ninja\n_version.py.bld\n' >.gitignore
echo words >README

try "without git"
generate
forget
run_ninja
equal 0+unknown "$(in_image)" "without git"
still "without git"
grep -c '_version.py.bld' build.ninja | grep -qx 2 || broken "not one edge and one key"

try "a repository, a tag, a commit of nothing"
git init -q .
git add .
git commit -qm one
tick
expect_version "0+untagged.1.g$(short)" "a repository"
git tag v1.0
expect_version 1.0 "a tag"
tick
git commit -qm two --allow-empty
expect_version "1.0+1.g$(short)" "a commit of nothing"
tick
git tag 1.1
expect_version 1.1 "a tag again"

try "what does not change the version changes nothing"
tick
git status >"$temp/out"
touch README
git update-index --refresh >"$temp/out"
git pack-refs --all
git branch other
git gc -q
still "git's own business"

try "the index: a change that is staged, and back"
tick
echo more >>README
git add README
expect_version "1.1+0.g$(short).dirty" "a staged change"
tick
git commit -qm three
expect_version "1.1+1.g$(short)" "a commit with packed refs"
tick
git checkout -q other
expect_version 1.1 "a branch"
tick
git tag -d 1.1 >/dev/null
expect_version "1.0+1.g$(short)" "a tag that is gone"

try "a worktree has its own"
git worktree add -q -b side "$temp/w/$id" v1.0
(
	cd "$temp/w/$id"
	cp "$temp/$id/docker/base/busybox" docker/base/
	generate
	run_ninja dev
	equal 1.0 "$(version)" "the worktree"
	tick
	git commit -qm side --allow-empty
	forget
	run_ninja dev
	expect_built dev "a commit in the worktree"
	equal "1.0+1.g$(short)" "$(version)" "a commit in the worktree"
)

try "the file is lost, edited, and put right"
run_ninja
rm _version.py.bld
forget
run_ninja
expect_builds 0 "a lost file"
present _version.py.bld
tick
run_ninja -t clean
run_ninja
still "after a clean"

try "generated/build.sh writes it too"
rm _version.py.bld
call sh generated/build.sh dev
equal "1.0+1.g$(short)" "$(in_image)" "build.sh"

try "without an image that has the file there is no such edge"
sed -i '/_version/d' docker/dev/Dockerfile
generate
grep -q 'version.py' build.ninja && broken "an edge for nobody"
exit 0
