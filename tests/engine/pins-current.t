#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# matrix.lock with an engine that has named contexts: no tag is touched.
# timeout: 300
# needs: current
[ -n "${DTK_TEST_CURRENT_HOST-}" ] || { echo "skipped: no current engine"; exit 77; }
# shellcheck disable=SC2034 # for pins.sh
pins_pusher=$DTK_TEST_DOCKER pins_host=$DTK_TEST_HOST
DTK_TEST_HOST=$DTK_TEST_CURRENT_HOST
DTK_TEST_DOCKER=$DTK_TEST_CURRENT_DOCKER
# shellcheck source=tests/engine/project.sh
. "${DTK_SRC:?}/tests/engine/project.sh"
need skopeo
# shellcheck source=tests/engine/pins.sh
. "$DTK_SRC/tests/engine/pins.sh"

# docker's own build is buildx there.
pins_work docker
if grep -q -e "^.* tag .* $base\$" "$log"; then broken "a tag was given"; fi
equal "$(real image inspect --format '{{.Id}}' "$registry/$id/other:1")" \
	"$(real image inspect --format '{{.Id}}' "$base")" "the tag is what it was"

try "buildx without skopeo asks the registry itself"
publish 3 "$base"
three=$(digest_of "$base")
mkdir "$temp/bin"
for program in sh ninja cat mkdir dtk-gen dtk-stamp; do
	ln -s "$(command -v $program)" "$temp/bin/$program"
done
forget
PATH=$temp/bin "$temp/bin/ninja" update-bases >"$temp/out" 2>&1 || broken "ninja update-bases"
expect_said "$base: moved $(short "$one") -> $(short "$three")" "moved"
if grep -q ' pull ' "$log"; then broken "pulled"; fi
expect_ninja all 'app top' "moved"
equal 3 "$(cat_in "$id/app" /w)" "the new base"

try "COPY --from and mounts are bases as well, whatever form the name has"
publish 1 "${DTK_TEST_MIRROR:?}/library/$id-tools:latest"
image copies "FROM docker.io/library/$id-tools AS stage" 'FROM scratch' "COPY --from=$id-tools:latest /v /copied" \
	'COPY --from=stage /id /id'
echo "  - {name: copies, dockerfile: copies/Dockerfile, tags: [\"$id/copies\"]}" >>matrices/build-matrix.yaml
echo "$id-tools sha256:$(digest_of "$DTK_TEST_MIRROR/library/$id-tools:latest")" >>matrices/matrix.lock
expect_ninja copies copies "built"
publish 2 "$DTK_TEST_MIRROR/library/$id-tools:latest"
tick
echo '# more' >>copies/Dockerfile
echo "COPY --from=$id-tools /v /again" >>copies/Dockerfile
expect_ninja copies copies "built again"
container=$(real create "$id/copies" none)
equal 1 "$(real cp "$container:/copied" - | tar -xO)" "the pinned one"
equal 1 "$(real cp "$container:/again" - | tar -xO)" "in another form"
real rm "$container" >/dev/null

try "bake builds on the pins"
dtk-gen -t bake >bake.json
publish 4 "$base"
docker=$DTK_TEST_CURRENT_DOCKER
"$docker" --host "$host" buildx bake -f bake.json --load app >"$temp/out" 2>&1 || broken "bake"
equal 3 "$(cat_in "$id/app" /w)" "bake"
