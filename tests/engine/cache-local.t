#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Caches in a local directory, with an engine of today: they serve an empty engine, and do not grow.
# timeout: 600
# needs: current
KIND=current
# shellcheck source=tests/engine/caches.sh
. "${DTK_SRC:?}/tests/engine/caches.sh"

CACHE_LOCAL_PATH=$temp/cache
scopes() { find "$temp/cache" -mindepth 1 -maxdepth 1 -type d | wc -l | tr -d ' '; }
exports() { find "$temp/cache" -mindepth 2 -maxdepth 2 -type d | wc -l | tr -d ' '; }
# The files of the exports of the image whose tag ends so.
blobs() { find "$temp"/cache/*"$1"-*/*/blobs -type f | wc -l | tr -d ' '; }
size() { du -sk "$temp"/cache/*"$1"-* | cut -f 1; }
new_project
unique_steps

try "without a cache nothing is asked, and nothing kept"
forget
run_ninja stack
expect_builds 8 "a first build"
grep -E ' --cache-|buildx inspect| info ' "$log" && broken "a cache that nobody asked for"

try "naming a cache later is no reason to build"
export CACHE_LOCAL_PATH
quiet
absent "$temp/cache"

try "each image leaves a cache of its own"
wipe
forget
run_ninja stack
expect_builds 8 "an empty engine"
note_ids
equal 8 "$(scopes)" "caches"
equal 8 "$(exports)" "exports"
equal 1 "$(grep -c ' info ' "$log")" "how often the engine was asked what it can do"
quiet

try "an engine that has nothing builds from them, to the same images"
wipe
forget
run_ninja stack
expect_all_cached "a local cache"
expect_same_ids "a local cache"
equal 8 "$(exports)" "exports"
quiet

try "without it the steps are run"
wipe
(
	unset CACHE_LOCAL_PATH
	run_ninja 1.0-base
)
[ "$(ran 1.0-base)" -gt 0 ] || broken "no step was run"

try "an edit runs what it has to; over many edits the cache keeps its size"
wipe
for round in 1 2 3 4; do
	head -c 300000 /dev/urandom >app/deep/er/two
	tick
	run_ninja 1.0-py3.9-app
	[ "$round" != 1 ] || files=$(blobs 1.0-py3.9-app) kilobytes=$(size 1.0-py3.9-app)
done
equal "$files" "$(blobs 1.0-py3.9-app)" "blobs after many edits"
[ "$(size 1.0-py3.9-app)" -le $((kilobytes + 100)) ] || broken "the cache has grown to $(size 1.0-py3.9-app) KB"
wipe
run_ninja 1.0-py3.9-app
equal 0 "$(ran 1.0-py3.9-app)" "steps run"

try "two checkouts at once"
mkdir "$temp/q"
head -c 300000 /dev/urandom >app/deep/er/two
cp -R matrices templates app busybox outside "$temp/q"
# Two that name an image for the first time at one moment are too much for containerd's store.
wipe
run_ninja 1.0-py3.9-app
rm -r generated/stamps
real builder prune -af >/dev/null
(
	cd "$temp/q"
	generate
	run_ninja 1.0-py3.9-app
) &
other=$!
ninja 1.0-py3.9-app >"$temp/out.first" 2>&1 || {
	cat "$temp/out.first"
	broken "one of two at once"
}
wait "$other"
equal 8 "$(exports)" "exports"
wipe
run_ninja 1.0-py3.9-app
for image in 1.0-base 1.0-py3.9-tool 1.0-py3.9-app; do
	equal 0 "$(ran "$image")" "steps run"
done

try "a build that is killed, and one that fails, leave it as it was"
cp templates/tool.dockerfile.j2 "$temp/tool"
echo 'RUN sleep 3 && false' >>templates/tool.dockerfile.j2
before=$(find "$temp/cache" -type f | sort)
run_ninja generated/stamps/1.0-py3.9-tool.key
ninja -t commands generated/stamps/1.0-py3.9-tool.image | tail -n 1 >"$temp/edge"
sh "$temp/edge" >"$temp/out" 2>&1 &
pid=$!
left=400
until grep -qs 'sleep 3' generated/logs/1.0-py3.9-tool.log || [ "$left" = 0 ]; do
	sleep 0.05
	left=$((left - 1))
done
[ "$(exports)" = 9 ] || broken "no export is under way"
kill -9 "$pid"
wait "$pid" || true
ninja 1.0-py3.9-tool >"$temp/out" 2>&1 && broken "the build does not fail"
cp "$temp/tool" templates/tool.dockerfile.j2
tick
run_ninja 1.0-py3.9-tool
equal 8 "$(exports)" "exports"
[ "$before" = "$(find "$temp/cache" -type f | sort)" ] ||
	[ "$(echo "$before" | wc -l)" = "$(find "$temp/cache" -type f | wc -l)" ] || broken "the cache has changed"

try "a place that cannot be is told, and the build goes on"
CACHE_LOCAL_PATH=/proc/none
wipe
run_ninja 1.0-base
expect_said "no local cache in /proc/none: " "a warning"

try "in the context it would change what it is a cache of"
mkdir "$temp/p/app/kept"
CACHE_LOCAL_PATH=app/kept
wipe
run_ninja 1.0-base
expect_said "app/kept lies in the build context of 1.0-base: no local cache" "a warning"
CACHE_LOCAL_PATH=generated/stamps/cache
wipe
run_ninja 1.0-base
present generated/stamps/cache/*/1/index.json
rmdir "$temp/p/app/kept"
quiet 1.0-base

try "a pull request reads and does not write"
CACHE_LOCAL_PATH=$temp/cache GITHUB_EVENT_NAME=pull_request
export GITHUB_EVENT_NAME
wipe
before=$(find "$temp/cache" -type f | sort)
head -c 300 /dev/urandom >app/one
tick
run_ninja 1.0-py3.9-app
expect_said "in a pull request caches are read and not written" "a warning"
equal 1 "$(ran 1.0-py3.9-app)" "steps run"
[ "$before" = "$(find "$temp/cache" -type f | sort)" ] || broken "the cache was written"

try "a name that is told apart from another by its punctuation only; commas"
unset GITHUB_EVENT_NAME
CACHE_LOCAL_PATH="$temp/a, \"b\""
cat >matrices/build-matrix.yaml <<END
images:
  - {name: one, dockerfile: Dockerfile, tags: "$id/a-b:1"}
  - {name: two, dockerfile: Dockerfile, tags: "$id/a/b:1"}
END
printf 'FROM scratch\nCOPY busybox /x\n' >Dockerfile
run_ninja all
equal 2 "$(find "$CACHE_LOCAL_PATH" -mindepth 1 -maxdepth 1 -type d | wc -l)" "caches"
no_secrets "$temp/cache"

try "dtk-gen -t clean removes what no build wrote of late, and nothing else"
mkdir "$CACHE_LOCAL_PATH/mine"
echo mine >"$CACHE_LOCAL_PATH/mine/index.json"
dtk-gen -t clean >"$temp/out"
expect_said 'nothing is that old' "the caches of just now"
dtk-gen -t clean --max-age 0 >"$temp/out"
expect_said "$CACHE_LOCAL_PATH/.*-a-b-" "the scope of one"
equal mine "$(ls "$CACHE_LOCAL_PATH")" "what is left"
