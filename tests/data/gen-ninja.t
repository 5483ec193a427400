#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# build.ninja under a real Ninja, with a stand-in for dtk-stamp: regeneration heals and comes to rest.
# timeout: 300
# shellcheck source=tests/data/gen-project.sh
. "${DTK_SRC:?}/tests/data/gen-project.sh"
need ninja

run() { ninja "$@" >"$temp/out" 2>&1 || { cat "$temp/out"; fail "ninja $*"; }; }
# rests WORDS: a further run has nothing to do and runs nothing.
rests()
{
	: >"$log"
	run -d explain all
	has 'no work to do' "$temp/out"
	lacks 'dtk-gen' "$temp/out"
	[ ! -s "$log" ] || fail "$1: ran $(cat "$log")"
}
built() { sed -n 's/^build [^ ]*stamps\/\([^ ]*\)\.image .*/\1/p' "$log" | sort | tr '\n' ' ' | sed 's/ $//'; }

new_project
stand_in
status 0 dtk-gen
run
equal '1.4-base 1.4-py3.10-node 1.4-py3.10-python 2.0-base 2.0-py3.10-node 2.0-py3.10-python' "$(built)"
rests "the first build"

try "a target builds what it stands on"
rm -rf generated/stamps
: >"$log"
run 2.0-py3.10-python
equal '2.0-base 2.0-py3.10-python' "$(built)"
: >"$log"
run short
equal '1.4-base 1.4-py3.10-python' "$(built)"
: >"$log"
run node
equal '1.4-py3.10-node 2.0-py3.10-node' "$(built)" "a layer"
rests "after all targets"

try "what the image edge's command is"
grep '^build generated/stamps/1.4-py3.10-python.image ' build.ninja >line
ninja -t commands 1.4-py3.10-python | grep 'dtk-stamp build .*python.image' >line
has 'generated/stamps/1.4-py3.10-python.image -p 1.4-base=t/os:1.4 -- DOCKER_BUILDKIT=1' line
has 'docker build --build-arg PY_VER=3.10.7 -t t/os:1.4-py3.10 -f generated/Dockerfile.1.4-py3.10-python .' line

try "every generated file that vanishes comes back"
tree >"$temp/before"
for file in $(cat generated/.files) generated/.files generated/.root; do
	[ "$file" != build.ninja ] || continue
	rm "$file"
	run all
	present "$file"
	rests "$file was deleted"
done
tree >"$temp/after"
same "$temp/before" "$temp/after"
rm generated/Dockerfile.* generated/_env*
run all
rests "all Dockerfiles were deleted"
rm -rf generated
run full
run all
rests "the whole tree was deleted"
tree >"$temp/after"
same "$temp/before" "$temp/after"

try "the moment a run ends a file is deleted"
n=0
while [ "$n" -lt 8 ]; do
	n=$((n + 1))
	dtk-gen
	rm generated/Dockerfile.1.4-base
	run all
	present generated/Dockerfile.1.4-base
done
rests "files deleted at once"

try "edits: one regeneration, then rest"
matrix '"1.4", "2.0"' CET
: >"$log"
run all
equal '1.4-base 1.4-py3.10-node 1.4-py3.10-python 2.0-base 2.0-py3.10-node 2.0-py3.10-python' "$(built)" \
	"who uses the time zone, and what stands on it"
rests "an edited matrix"
touch matrices/build-matrix.yaml
run all
rests "a touched matrix"
echo 'RUN more' >>templates/node.j2
: >"$log"
run all
equal '1.4-py3.10-node 2.0-py3.10-node' "$(built)" "an edited template"
rests "an edited template"
echo 'RUN even more' >>templates/node.j2
dtk-gen
run all
rests "an edited template, dtk-gen by hand"
matrix '"1.4", "2.0", "3.0"' CET
: >"$log"
run all
equal '3.0-base 3.0-py3.10-node 3.0-py3.10-python' "$(built)" "a new OS"
rests "a new OS"

try "an included template is watched too"
echo '{% include "part.j2" %}' >>templates/node.j2
echo 'RUN part' >templates/part.j2
run all
rests "a new include"
echo 'RUN another part' >templates/part.j2
: >"$log"
run all
equal '1.4-py3.10-node 2.0-py3.10-node 3.0-py3.10-node' "$(built)" "an edited include"
rests "an edited include"

try "inputs and a tree outside the project"
mkdir "$temp/shared"
cp templates/* "$temp/shared"
status 0 dtk-gen --templates ../shared --output "$temp/tree"
run all
rests "templates beside the project"
echo 'RUN outside' >>../shared/node.j2
: >"$log"
run all
equal '1.4-py3.10-node 2.0-py3.10-node 3.0-py3.10-node' "$(built)" "an edited template outside"
rests "an edited template outside"
status 0 dtk-gen --templates ../shared --output ../tree2
run all
rests "a tree beside the project"
(cd / && sh "$temp/tree/build.sh" -n >/dev/null) || fail "build.sh of a tree outside"
head -n 5 "$temp/tree/build.sh" >line
has "cd $(pwd -P) || exit 1" line
status 0 dtk-gen
run all

try "a deleted input stops nobody with Ninja's words"
mv templates/part.j2 "$temp/part.j2"
ninja all >"$temp/out" 2>&1 && fail "a missing template passed"
lacks 'missing and no known rule' "$temp/out"
has 'part.j2' "$temp/out"
mv "$temp/part.j2" templates/part.j2
run all
run all
rests "a template came back"

try "an input from the future: regeneration every time, no loop"
touch -d '+1 hour' templates/part.j2
run all
has 'in the future' "$temp/out"
: >"$log"
run all
has dtk-gen "$temp/out"
[ ! -s "$log" ] || fail "ran $(cat "$log")"
touch templates/part.j2
run all
rests "the present again"

try "a name that Ninja cannot watch"
sed -i 's/part.j2/pa;rt.j2/' templates/node.j2
mv templates/part.j2 'templates/pa;rt.j2'
run all
has 'cannot watch' "$temp/out"
run all
has dtk-gen "$temp/out"
sed -i 's/pa;rt.j2/part.j2/' templates/node.j2
mv 'templates/pa;rt.j2' templates/part.j2
run all
run all
rests "a name that can be watched"

try "a lost log runs edges, not regeneration for ever"
rm generated/stamps/.ninja_log generated/stamps/.ninja_deps
run all
run all
rests "a lost log"

try "without dtk-gen a tree works as it is"
mkdir "$temp/without"
for tool in sh cat cmp rm mv env; do ln -s "$(command -v $tool)" "$temp/without/$tool"; done
touch matrices/build-matrix.yaml
ninja=$(command -v ninja)
env "PATH=$temp/bin:$temp/without" "$ninja" all >"$temp/out" 2>&1 || fail "needs dtk-gen: $(cat "$temp/out")"
has 'no dtk-gen' "$temp/out"

try "help, report, graph and pushes"
run all
run help
has 'push-short' "$temp/out"
run report
has generated/reports/index.html "$temp/out"
if command -v dot >/dev/null 2>&1; then
	run graph
	has 'generated/reports/graph.svg' "$temp/out"
	present generated/reports/graph.svg
fi
absent help report graph
: >"$log"
run push-short
equal 'push generated/do/push-short @generated/_images.short -- DOCKER_BUILDKIT=1 DOCKER_DEFAULT_PLATFORM= BUILDX_NO_DEFAULT_ATTESTATIONS=1 docker' \
	"$(cat "$log")"
printf 'generated/stamps/%s.image\n' 1.4-base 1.4-py3.10-python >expected
same expected generated/_images.short
: >"$log"
run push-2.0-base
has 'push generated/do/push-2.0-base generated/stamps/2.0-base.image -- DOCKER_BUILDKIT=1' "$log"
run save-short
has 'save generated/do/save-short @generated/_images.short -- DOCKER_BUILDKIT=1' "$log"
mkdir full short base
run full
run push-full
rests "directories with the names of targets"

try "a set is pushed as it is now, after all of it"
matrix '"1.4", "2.0", "3.0", "4.0"' CET
: >"$log"
run push-full
equal '4.0-base 4.0-py3.10-node 4.0-py3.10-python' "$(built)" "what is new in the set"
tail -n 1 "$log" >line
has 'push generated/do/push-full @' line
equal 12 "$(grep -c . generated/_images.full)" "images of the list"
has generated/stamps/4.0-py3.10-python.image generated/_images.full
sed -i 's/, layers: \[base, python\]/, layers: [base]/' matrices/build-matrix.yaml
: >"$log"
run push-short
echo generated/stamps/1.4-base.image >expected
same expected generated/_images.short
equal '' "$(built)" "a set without its top"
matrix '"1.4", "2.0", "3.0"' CET
run all
rests "a set as it was"
rm generated/stamps/1.4-base.key
: >"$log"
run push-node
[ "$(grep -n '^push' "$log" | cut -d: -f1)" -eq "$(grep -c . "$log")" ] || fail "not pushed last: $(cat "$log")"
rests "a push of a layer"

try "the graph is of layers"
ninja -t graph full >"$temp/out"
has 'generated/stamps/1.4-base.image' "$temp/out"
lacks 'matrices' "$temp/out"
lacks 'templates' "$temp/out"

try "only what Ninja 1.9 knows"
grep -q '^ninja_required_version = 1.9$' build.ninja || fail "the version"
grep -q -e '|@' -e '^ *dyndep' build.ninja && fail "newer syntax"
has '  depth = 3' build.ninja
if command -v samu >/dev/null 2>&1; then
	samu -n all >/dev/null || fail "samurai does not read it"
fi
