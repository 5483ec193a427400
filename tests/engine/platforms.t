#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Several platforms: an image each with a key of its own, on parents of its platform; a push makes an index of them.
# timeout: 400
# needs: current
[ -n "${DTK_TEST_CURRENT_HOST-}" ] || { echo "skipped: no current engine"; exit 77; }
[ -n "${DTK_TEST_ARM64-}" ] || { echo "skipped: this machine does not run arm64's programs"; exit 77; }
old_host=$DTK_TEST_HOST
DTK_TEST_HOST=$DTK_TEST_CURRENT_HOST
DTK_TEST_DOCKER=$DTK_TEST_CURRENT_DOCKER
# shellcheck source=tests/engine/project.sh
. "${DTK_SRC:?}/tests/engine/project.sh"
registry=${DTK_TEST_REGISTRY:?}

# The names of what was built since forget, sorted, on one line.
built() { sed -nE 's#.* --iidfile generated/stamps/(.*)\.iid .*#\1#p' "$log" | sort | tr '\n' ' ' | sed 's/ $//'; }
# What the index that the registry has as REF lists, a line each.
index_of() {
	skopeo inspect --raw --tls-verify=false "docker://$registry/$1" |
		"$DTK_PYTHON" -c 'import json, sys
for m in json.load(sys.stdin)["manifests"]: print("%(os)s/%(architecture)s" % m["platform"], m["digest"])'
}
# in_registry REF PLATFORM FILE: what FILE holds in the image for PLATFORM that the registry has.
in_registry() {
	rm -rf "$temp/layout"
	skopeo copy -q --src-tls-verify=false --override-os linux --override-arch "${2#linux/}" \
		"docker://$registry/$1" "dir:$temp/layout"
	"$DTK_PYTHON" -c 'import json, sys
for l in json.load(open(sys.argv[1] + "/manifest.json"))["layers"]: print(l["digest"].split(":")[1])' "$temp/layout" |
		while read -r layer; do
			tar -xzOf "$temp/layout/$layer" "$3" 2>/dev/null || true
		done
}

counting_docker
mkdir -p "$temp/p/base" "$temp/p/app" "$temp/p/native"
cd "$temp/p"
cp /bin/busybox base/busybox-amd64
cp "$DTK_TEST_ARM64" base/busybox-arm64
cat >base/Dockerfile <<END
FROM scratch
ARG TARGETARCH
COPY busybox-\$TARGETARCH /bin/busybox
RUN ["/bin/busybox", "--install", "-s", "/bin"]
RUN echo "$id \$(uname -m)" >/base
END
printf 'FROM %s/base:2\nCOPY file /file\nRUN uname -m >/app\nCOPY --from=%s/base /base /copied\n' "$id" "$id" >app/Dockerfile
echo one >app/file
printf 'FROM %s/native-base\nRUN echo native >/native\n' "$id" >native/Dockerfile
mkdir native-base
printf 'FROM scratch\nCOPY busybox /bin/busybox\nRUN ["/bin/busybox", "--install", "-s", "/bin"]\n' >native-base/Dockerfile
cp /bin/busybox native-base/busybox
cat >m.yaml <<END
repository: $id
images:
  - {name: base, dockerfile: base/Dockerfile, tags: ["$id/base", "$id/base:2"], platforms: [linux/amd64, linux/arm64]}
  - name: app
    dockerfile: app/Dockerfile
    version: "7"
    groups: [apps]
    platforms: [linux/amd64, linux/arm64]
  - {name: native-base, dockerfile: native-base/Dockerfile}
  - {name: native, dockerfile: native/Dockerfile}
END

try "an image for each platform, on parents of its own"
generate --config m.yaml --registry "$registry" --release 1.5
forget
run_ninja
expect_built 'app.linux-amd64 app.linux-arm64 base.linux-amd64 base.linux-arm64 native native-base' all
equal x86_64 "$(cat_in "$id/app:latest-linux-amd64" /app)" "amd64"
equal aarch64 "$(real run --rm --network none --platform linux/arm64 "$id/app:latest-linux-arm64" cat /app)" "arm64"
equal "$id aarch64" "$(real run --rm --network none --platform linux/arm64 "$id/app:latest-linux-arm64" cat /copied)" \
	"copied from arm64"
present generated/stamps/base.linux-arm64.key generated/stamps/app.linux-amd64.seal generated/stamps/native.image
quiet all

try "one platform alone, and a change: exactly what depends on it"
tick
echo two >app/file
expect_ninja app.linux-arm64 app.linux-arm64 "one platform"
expect_ninja app app.linux-amd64 "the other one"
tick
echo >>base/busybox-arm64
expect_ninja all 'app.linux-arm64 base.linux-arm64' "a file that one platform alone uses"
quiet all

try "a push makes an index of each tag"
run_ninja push-apps
index_of "app:latest" >index
equal 'linux/amd64 linux/arm64' "$(cut -d ' ' -f 1 index | tr '\n' ' ' | sed 's/ $//')" "the index"
same index - <<END
$(index_of app:1.5)
END
same index - <<END
$(index_of app:app-7)
END
equal aarch64 "$(in_registry app:1.5 linux/arm64 app)" "arm64 from the registry"
equal x86_64 "$(in_registry app:1.5 linux/amd64 app)" "amd64 from the registry"
if index_of base >/dev/null 2>&1; then broken "the base was pushed"; fi

try "again: nothing is pushed"
forget
run_ninja push-apps
expect_builds 0 "again"
if grep -E ' (push|imagetools create -t) ' "$log"; then broken "pushed again"; fi
expect_said "$registry/app:1.5: the registry has it" "says so"

try "one platform changed: that and the index"
tick
echo three >app/file
run_ninja push-apps
forget
run_ninja push-all
equal 'one' "$(grep -c "imagetools create -t $registry/base:2 " "$log" | sed 's/1/one/')" "the base's index"
equal 'linux/amd64 linux/arm64' "$(index_of base:2 | cut -d ' ' -f 1 | tr '\n' ' ' | sed 's/ $//')" "the base's index"
equal 'three' "$(in_registry app linux/arm64 file)" "the new file"

try "verify puts back a tag of one platform, and names an image that is gone"
real tag "$id/base:latest-linux-amd64" "$id/app:latest-linux-arm64"
run_ninja verify
real rmi -f "$(sed -n 's/^engine //p' generated/stamps/app.linux-amd64.seal)" >/dev/null
run_ninja verify
expect_said 'app.linux-amd64: the engine does not have it' "verify"
forget
run_ninja
case $(built) in
*app.linux-amd64*) ;;
*) broken "not built again" ;;
esac
quiet all

try "a machine that lacks a platform's programs"
sed -i 's#linux/arm64\]#linux/s390x]#' m.yaml
# No kernel knows what begins so.
printf '\377no program\n' >base/busybox-s390x
chmod +x base/busybox-s390x
generate --config m.yaml
if ninja base.linux-s390x >"$temp/out" 2>&1; then broken "it ran"; fi
expect_said 'install qemu-user-static' "binfmt"

try "an engine and a client that are too old"
host=$old_host
docker=$(command -v docker)
counting_docker
sed -i 's#linux/s390x\]#linux/arm64]#' m.yaml
generate --config m.yaml
if ninja base >"$temp/out" 2>&1; then broken "it should not work"; fi
expect_said 'the client has no buildx: install' "no buildx"
docker=$DTK_TEST_CURRENT_DOCKER
counting_docker
if ninja app.linux-amd64 >"$temp/out" 2>&1; then broken "it should not work either"; fi
expect_said 'the engine is too old: several platforms need docker 23' "an old engine"
