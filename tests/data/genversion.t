#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# genversion: what git and versioneer say, as a Python module; what it depends on; that it writes only what changed.
. "${DTK_SRC:?}/tests/lib.sh"
need git python3

PATH=$DTK_SRC/share/bin:$DTK_BIN:$PATH
export PATH
temp=$PWD
HOME=$temp GIT_CONFIG_NOSYSTEM=1
export HOME GIT_CONFIG_NOSYSTEM
git config --global user.email tester@example.org
git config --global user.name tester
git config --global init.defaultBranch trunk

# field NAME: of the version, as Python sees it.
field() {
	python3 -c 'import runpy, sys; print(runpy.run_path("_version.py.bld")["get_versions"]()[sys.argv[1]])' "$1"
}
# is VERSION [WORDS]: genversion says so.
is() {
	genversion >"$temp/out" 2>&1 || { cat "$temp/out"; fail "genversion: ${2-}"; }
	equal "$1" "$(field version)" "${2-}"
}
short() { git rev-parse --short HEAD; }
new() { # a project DIRECTORY
	mkdir -p "$1/docker/dev"
	echo 'FROM scratch' >"$1/docker/dev/Dockerfile"
	cd "$1"
}

try "git: no commit, no tag, a tag, commits since, changes that are not committed"
new "$temp/my p"
git init -q .
is 0+unknown "no commit"
equal None "$(field full-revisionid)"
echo one >file
git add file docker
git commit -qm one
is "0+untagged.1.g$(short)" "no tag"
git tag v1.2
is 1.2 "a tag"
equal "$(git rev-parse HEAD)" "$(field full-revisionid)"
equal False "$(field dirty)"
equal None "$(field error)"
equal "$(git show -s --format=%ci | sed 's/ /T/; s/ //')" "$(field date)"
git commit -qm two --allow-empty
is "1.2+1.g$(short)" "a commit since"
echo two >file
is "1.2+1.g$(short).dirty" "a change"
equal True "$(field dirty)"
git commit -qam three
git tag -a -m words 1.3+local
echo abc >file
is "1.3+local.0.g$(short).dirty" "a local version"
git checkout -q file
is 1.3+local "clean again"
for tag in "it's" 'a"b' 'a$(id)b;c|d' 'x-1-gabc'; do
	git tag -d "$(git describe --tags)" >/dev/null
	git tag "$tag"
	genversion || fail "a tag $tag"
	equal "$(printf %s "$tag" | tr -c 'a-zA-Z0-9+.-' -)" "$(field version)" "a tag"
done
absent hacked
git tag -d "$tag" >/dev/null
git tag 2.0

try "a change in the tick in which the index was written, of the same size"
for word in aaa bbb ccc ddd; do
	echo "$word" >file
	git commit -qam "$word"
	echo xxx >file
	genversion
	equal True "$(field dirty)" "after $word"
	git checkout -q file
done
git tag -f 2.0 >/dev/null

try "it writes only what changed, and nothing of git's"
is 2.0
touch -d '2001-01-01' _version.py.bld
find .git -newer _version.py.bld | sort >"$temp/before"
stat -c '%n %y' .git .git/* >"$temp/times"
genversion
stat -c '%n %y' .git .git/* | same - "$temp/times"
equal 2001 "$(date -r _version.py.bld +%Y)" "the time of a file that is the same"
equal '_version.py.bld docker file' "$(find . -maxdepth 1 ! -name .git ! -name . | sed 's|./||' | sort | tr '\n' ' ' | sed 's/ $//')"

try "what Ninja is to watch"
watched() { # the names in the depfile, sorted
	sed 's/^[^:]*://; s/ \\$//; s/^ *//; /^$/d' "$1" | sort | tr '\n' ' ' | sed 's/ $//'
}
rm -f .git/packed-refs
mkdir -p generated/stamps
ln -s .. generated/.root
genversion -C . -d generated/stamps/.d -o _version.py.bld
equal 'generated/.root/.git generated/.root/.git/HEAD generated/.root/.git/index generated/.root/.git/refs/heads/trunk generated/.root/.git/refs/tags' \
	"$(watched generated/stamps/.d)"
grep -q '^_version.py.bld:' generated/stamps/.d || fail "the name of the output"
git pack-refs --all
git tag deep/tag HEAD~1
genversion -C . -d generated/stamps/.d -o _version.py.bld
equal 'generated/.root/.git/HEAD generated/.root/.git/index generated/.root/.git/packed-refs generated/.root/.git/refs/heads generated/.root/.git/refs/tags generated/.root/.git/refs/tags/deep' \
	"$(watched generated/stamps/.d)" "packed"
git checkout -q HEAD~1
is deep-tag "detached, a tag with a slash"
git checkout -q trunk
git tag -d deep/tag >/dev/null

try "from below, from elsewhere, in a worktree, in a part of a repository"
(cd docker/dev && genversion)
absent docker/dev/_version.py.bld
(cd / && genversion -C "$temp/my p" -o "$temp/elsewhere")
same _version.py.bld "$temp/elsewhere"
(cd docker && genversion --directory=dev --output=../there)
same _version.py.bld there
rm there
git worktree add -q -b side "$temp/a worktree" 2>/dev/null
(
	cd "$temp/a worktree"
	is 2.0 "a worktree"
	echo more >>file
	is "2.0+0.g$(short).dirty" "a worktree's own index"
	genversion -d "$temp/d"
	case $(watched "$temp/d") in
	*x*) ;;
	*) fail "the worktree's index is not watched: $(cat "$temp/d")" ;;
	esac
)
is 2.0 "the repository itself"
(
	new "$temp/my p/part"
	is 2.0 "a part"
)
GIT_DIR=/nowhere GIT_INDEX_FILE=/nowhere is 2.0 "another repository in the environment"

try "no git: it says so and goes on"
new "$temp/none"
GIT_CEILING_DIRECTORIES=$temp
export GIT_CEILING_DIRECTORIES
is 0+unknown "no repository"
equal 'neither versioneer nor git tells the version' "$(field error)"
mkdir "$temp/bin"
for program in sh readlink mktemp mkdir rm mv touch cmp cat sort sed find tr cp env; do
	ln -s "$(command -v "$program")" "$temp/bin/$program"
done
(
	cd "$temp/my p"
	PATH=$DTK_SRC/share/bin:$temp/bin genversion 2>err
	has 'there is no git' err
	equal 0+unknown "$(field version)" "no git program"
	rm err
)

try "versioneer comes first"
cat >versioneer.py <<'END'
def get_versions():
    print("said aside")
    return {"version": "7'''+\\\"x", "full-revisionid": None, "dirty": False, "error": None, "date": None}
END
is "7'''+\\\"x" "a module"
absent __pycache__
echo 'raise RuntimeError("broken")' >versioneer.py
status 1 genversion
has 'versioneer.py does not tell' err
equal "7'''+\\\"x" "$(field version)" "what was there stays"
cd "$temp/my p"
echo 'raise RuntimeError("broken")' >versioneer.py
ln -s "$(command -v git)" "$temp/bin/git"
PATH=$DTK_SRC/share/bin:$temp/bin genversion 2>err || fail "git, where there is no python3"
has 'no python3' err
equal 2.0 "$(field version)"
rm err versioneer.py
if command -v versioneer >/dev/null 2>&1; then
	new "$temp/real"
	git init -q .
	mkdir pkg
	: >pkg/__init__.py
	: >setup.py
	printf '[versioneer]\nVCS = git\nstyle = pep440\nversionfile_source = pkg/_version.py\n' >setup.cfg
	printf 'versionfile_build = pkg/_version.py\ntag_prefix = rel-\nparentdir_prefix = x-\n' >>setup.cfg
	versioneer install --vendor >"$temp/out" 2>&1 || : "it misses what setup.py is to do with it"
	present versioneer.py
	git add -A
	git commit -qm one
	git tag rel-3.1
	is 3.1 "the real one"
	git commit -qm two --allow-empty
	is "3.1+1.g$(short)" "the real one, a commit later"
	equal "$(git rev-parse HEAD)" "$(field full-revisionid)"
fi

try "a wrong command line"
status 2 genversion -x
status 2 genversion -o
status 2 genversion here
status 0 genversion --help
has 'usage: genversion' out
status 0 genversion --version
cd "$temp"
status 1 genversion
