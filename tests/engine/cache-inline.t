#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Caches with docker 20.10, which exports none: images carry them into a registry.
# timeout: 600
KIND=engine
# shellcheck source=tests/engine/caches.sh
. "${DTK_SRC:?}/tests/engine/caches.sh"

registry=${DTK_TEST_REGISTRY:?}
case $(real version --format '{{.Server.Version}}') in
20.*) ;;
*) skip "the engine is not docker 20.10" ;;
esac
new_project
unique_steps
printf 'cache: {local: %s/cache, registry: "%s/%s"}\n' "$temp" "$registry" "$id" >>matrices/build-matrix.yaml

try "what it cannot is told once"
forget
run_ninja stack
expect_builds 8 "a first build"
equal 1 "$(grep -c 'no local cache: the client has no buildx' "$temp/out")" "messages"
equal 1 "$(grep -c 'the registry has the cache of what is in images only' "$temp/out")" "messages"
absent "$temp/cache"
quiet

try "an image has its cache in the registry, and no tag of it here"
equal 8 "$(skopeo list-tags --tls-verify=false "docker://$registry/$id/dtk-cache" | grep -c -- "-[0-9a-f]*\"")" "caches"
real images --format '{{.Repository}}' | grep dtk-cache && broken "tags of caches stay in the engine"

try "an engine that has nothing builds from them, to the same images"
note_ids
wipe
forget
run_ninja stack
expect_all_cached "an inline cache"
expect_same_ids "an inline cache"
equal 8 "$(grep -c ' push ' "$log")" "pushes"

try "an edit runs what it has to"
wipe
echo new >app/one
run_ninja 1.0-py3.9-app
equal 1 "$(ran 1.0-py3.9-app)" "steps run"
equal 0 "$(ran 1.0-py3.9-tool)" "steps run"

try "a pull request reads and does not write"
wipe
forget
GITHUB_EVENT_NAME=pull_request_target run_ninja 1.0-base
equal 0 "$(ran 1.0-base)" "steps run"
equal 0 "$(grep -c ' push ' "$log" || true)" "pushes"

try "a registry that is not there is told, and the build goes on"
wipe
sed -i "s#\"$registry/#\"127.0.0.1:1/#" matrices/build-matrix.yaml
run_ninja 1.0-base
expect_said "1.0-base: its cache was not written: " "a warning"
no_secrets
