#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Caches in a registry, with an engine of today; the levels together; key tags with containerd's store of images.
# timeout: 600
# needs: current
KIND=current
# shellcheck source=tests/engine/caches.sh
. "${DTK_SRC:?}/tests/engine/caches.sh"

registry=${DTK_TEST_REGISTRY:?}
repository=$id/dtk-cache
tags() { skopeo list-tags --tls-verify=false "docker://$registry/$1" | sed -n 's/^ *"\([^:]*\)",*$/\1/p' | sort; }
digests() {
	for tag in $(tags "$repository"); do
		skopeo inspect --raw --tls-verify=false "docker://$registry/$repository:$tag" | sha256sum
	done
}
write_cached_matrix() {
	write_matrix
	printf 'cache:\n  registry: %s/%s\n' "$registry" "$id" >>matrices/build-matrix.yaml
	sed -n "${1:+p}" <<END >>matrices/build-matrix.yaml
  local: $temp/level
END
}
new_project
unique_steps
write_cached_matrix ''

try "each image leaves a tag of its own"
run_ninja stack
note_ids
equal 8 "$(tags "$repository" | wc -l)" "caches"
has "--cache-registry $registry/$id" build.ninja
equal 0 "$(grep -c -e --cache-to -e --cache-from build.ninja || true)" "cache options in the edges"

try "an engine that has nothing builds from them, to the same images"
wipe
forget
run_ninja stack
expect_all_cached "a registry's cache"
expect_same_ids "a registry's cache"

try "another level is no reason to build"
write_cached_matrix local
tick
forget
run_ninja stack
expect_builds 0 "a level more"

try "the levels are tried in order, and each is written"
wipe
run_ninja 1.0-base
equal 0 "$(ran 1.0-base)" "steps run"
present "$temp"/level/*/1/index.json
wipe
forget
run_ninja 1.0-base
equal 0 "$(ran 1.0-base)" "steps run"
grep -q -e '--cache-from type=local,.* --cache-to type=local,.* --cache-from type=registry,.* --cache-to type=registry,' \
	"$log" || broken "the order of the levels"

try "the environment takes the place of the matrix, and turns a level off"
wipe
forget
CACHE_LOCAL_PATH='' run_ninja 1.0-base
lacks type=local "$log"
has type=registry "$log"

try "a pull request reads and does not write"
before=$(digests)
wipe
echo new >app/one
CI_MERGE_REQUEST_IID=3 run_ninja 1.0-py3.9-app
equal 1 "$(ran 1.0-py3.9-app)" "steps run"
[ "$before" = "$(digests)" ] || broken "a cache was written"

try "a registry that is not there is told, and the build goes on"
wipe
sed -i "s#registry: $registry/.*#registry: 127.0.0.1:1/x#; /local:/d" matrices/build-matrix.yaml
run_ninja 1.0-base
expect_said "1.0-base: its cache was not written: see generated/logs/1.0-base.log" "a warning"
quiet 1.0-base

try "what this engine cannot is told once"
MINIO_ENDPOINT=s3.example.org:9000 MINIO_BUCKET=b
export MINIO_ENDPOINT MINIO_BUCKET
wipe
write_matrix
forget
run_ninja stack
equal 1 "$(grep -c 'no cache in S3: docker.s own driver has none' "$temp/out")" "messages"
grep -q s3 "$log" && broken "S3 for an engine that has none"
unset MINIO_ENDPOINT MINIO_BUCKET

try "key tags"
generate --reuse --registry "$registry"
DTK_PUSH_KEYS=1 run_ninja push-stack
note_ids
equal 8 "$(tags "$id/os" | grep -c '^key-')" "key tags"
wipe
forget
run_ninja stack
expect_builds 0 "a warm registry"
expect_same_ids "a warm registry"
quiet
no_secrets
