#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# matrix.lock with an engine that has no named contexts: it is given the pinned images under their tags.
# timeout: 300
# shellcheck source=tests/engine/project.sh
. "${DTK_SRC:?}/tests/engine/project.sh"
need skopeo
# shellcheck source=tests/engine/pins.sh
. "$DTK_SRC/tests/engine/pins.sh"

pins_work docker

try "what nothing is built on any more is gone, unless another matrix may need it"
sed -i '/name: side/d' matrices/build-matrix.yaml
printf 'images: []\n' >matrices/another.yaml
update
expect_said "$registry/$id/other:1: unused" "another matrix"
has "$id/other:1 " matrices/matrix.lock
rm matrices/another.yaml
update
expect_said "$registry/$id/other:1: gone" "gone"
lacks "$id/other:1 " matrices/matrix.lock

try "a registry that does not answer keeps its pin, and the others move"
sed -i "s/^\([^ ]*base:t\) .*/\1 sha256:$one/" matrices/matrix.lock
image lost "FROM 127.0.0.1:1/$id/lost:1" 'RUN true'
echo "  - {name: lost, dockerfile: lost/Dockerfile, tags: [\"$id/lost\"]}" >>matrices/build-matrix.yaml
echo "127.0.0.1:1/$id/lost:1 sha256:$one # kept" >>matrices/matrix.lock
if ninja update-bases >"$temp/out" 2>&1; then broken "it should fail"; fi
expect_said "127.0.0.1:1/$id/lost:1: not known, kept $(short "$one")" "kept"
expect_said "error: cannot ask for 127.0.0.1:1/$id/lost:1: skopeo: " "why"
expect_said "$base: moved $(short "$one") -> $(short "$two")" "the other one"
has "127.0.0.1:1/$id/lost:1 sha256:$one # kept" matrices/matrix.lock
has "$base sha256:$two" matrices/matrix.lock
forget
if ninja lost >"$temp/out" 2>&1; then broken "it should fail"; fi
expect_said "cannot pull 127.0.0.1:1/$id/lost@sha256:$one, to which 127.0.0.1:1/$id/lost:1 is pinned" "says so"
expect_ninja app 'app' "the others"
rm -r lost
sed -i '/lost/d' matrices/build-matrix.yaml matrices/matrix.lock
run_ninja

try "a tag that is given away during the build fails the edge, which leaves the stamps"
cat >"$client" <<END
#!/bin/sh
printf '%s\n' "\$*" >>"$log"
case " \$* " in
*' -f '*' - ') [ ! -e "$temp/thief" ] || "$docker" --host "$host" tag "$registry/$id/other:1" "$base" ;;
esac
exec "$docker" "\$@"
END
: >"$temp/thief"
tick
echo 'RUN echo stolen' >>app/Dockerfile
cp generated/stamps/app.seal "$temp/seal"
if ninja app >"$temp/out" 2>&1; then broken "it should fail"; fi
expect_said "app: $base was given to another image than the pinned one during the build" "says so"
cmp -s generated/stamps/app.seal "$temp/seal" || broken "the stamps are others"
rm "$temp/thief"
expect_ninja app app "again"
equal 2 "$(cat_in "$id/app" /w)" "the pinned base"

try "without skopeo the engine is asked, also for what a mirror of its has"
publish 3 "$base" "${DTK_TEST_MIRROR:?}/library/$id-hub:1"
three=$(digest_of "$base")
image hub "FROM $id-hub:1" 'RUN cat /v >/w'
echo "  - {name: hub, dockerfile: hub/Dockerfile, tags: [\"$id/hub\"]}" >>matrices/build-matrix.yaml
mkdir "$temp/bin"
for program in sh ninja cat mkdir dtk-gen dtk-stamp; do
	ln -s "$(command -v $program)" "$temp/bin/$program"
done
PATH=$temp/bin "$temp/bin/ninja" update-bases >"$temp/out" 2>&1 || broken "ninja update-bases"
expect_said "$base: moved $(short "$two") -> $(short "$three")" "moved"
expect_said "$id-hub:1: new $(short "$three")" "the mirror's"
expect_ninja all 'app hub top' "both"
equal 3 "$(cat_in "$id/hub" /w)" "the mirror's"
real rmi -f "$id/hub" "$id-hub:1" "$id-hub@sha256:$three" >/dev/null 2>&1 || true

try "an index is pinned as such"
publish 4 "$registry/$id/multi:4" "$registry/$id/multi:arm"
index=$(
	DIGEST=$(digest_of "$registry/$id/multi:4") \
		SIZE=$(skopeo inspect --raw --tls-verify=false "docker://$registry/$id/multi:4" | wc -c) \
		"$DTK_PYTHON" - "$registry" "$id/multi" <<'END'
import hashlib, json, os, sys, urllib.request
kind = "application/vnd.docker.distribution.manifest."
entry = {"mediaType": kind + "v2+json", "size": int(os.environ["SIZE"]), "digest": "sha256:" + os.environ["DIGEST"]}
text = json.dumps({"schemaVersion": 2, "mediaType": kind + "list.v2+json", "manifests": [
    dict(entry, platform={"os": "linux", "architecture": a}) for a in ("amd64", "arm64")]}).encode()
urllib.request.urlopen(urllib.request.Request("http://%s/v2/%s/manifests/t" % tuple(sys.argv[1:]), text,
    {"Content-Type": kind + "list.v2+json"}, method="PUT"))
print(hashlib.sha256(text).hexdigest())
END
)
image multi "FROM $registry/$id/multi:t" 'RUN cat /v >/w'
echo "  - {name: multi, dockerfile: multi/Dockerfile, tags: [\"$id/multi\"]}" >>matrices/build-matrix.yaml
real pull -q "$registry/$id/multi:t" >/dev/null
expect_ninja multi multi "before"
update
expect_said "$registry/$id/multi:t: new $(short "$index")" "the index"
expect_ninja multi '' "it is the one that was used"
tick
echo 'RUN true' >>multi/Dockerfile
expect_ninja multi multi "on the pin"
equal 4 "$(cat_in "$id/multi" /w)" "on the pin"

try "a matrix in the project's own directory"
cp matrices/build-matrix.yaml m.yaml
rm matrices/matrix.lock
generate --config m.yaml
run_ninja
update
expect_said 'matrix.lock: written' "beside it"
present matrix.lock
publish 5 "$base"
update
expect_ninja all 'app top' "its pins count"
equal 5 "$(cat_in "$id/app" /w)" "the new base"

try "a key tag is of the pin that was built on"
generate --config m.yaml --reuse --registry "$registry"
run_ninja
DTK_PUSH_KEYS=1 run_ninja push-app
five=$(digest_of "$base")
elsewhere() { # another machine's: no images, no stamps
	real rmi -f "$id/app" "$id/top" >/dev/null
	rm -f generated/stamps/app.* generated/stamps/top.*
	forget
	run_ninja app
}
elsewhere
expect_builds 0 "the same pin"
equal 5 "$(cat_in "$id/app" /w)" "what was pulled"
sed -i "s/^\([^ ]*base:t\) .*/\1 sha256:$two/" matrix.lock
elsewhere
expect_built app "another pin"
equal 2 "$(cat_in "$id/app" /w)" "what was built"
sed -i "s/^\([^ ]*base:t\) .*/\1 sha256:$five/" matrix.lock
elsewhere
expect_builds 0 "the first pin again"
equal 5 "$(cat_in "$id/app" /w)" "what was pulled"
