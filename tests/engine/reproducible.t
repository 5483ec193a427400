#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# `reproducible`: two builds without any cache give the same digest; an engine that cannot do that says so.
# timeout: 300
# needs: current
[ -n "${DTK_TEST_CURRENT_HOST-}" ] || { echo "skipped: no current engine"; exit 77; }
old_docker=$DTK_TEST_DOCKER old_host=$DTK_TEST_HOST
DTK_TEST_HOST=$DTK_TEST_CURRENT_HOST
DTK_TEST_DOCKER=$DTK_TEST_CURRENT_DOCKER
# shellcheck source=tests/engine/project.sh
. "${DTK_SRC:?}/tests/engine/project.sh"
registry=${DTK_TEST_REGISTRY:?}

# A client whose builds use no cache.
cat >"$client" <<END
#!/bin/sh
printf '%s\n' "\$*" >>"$log"
for word; do
	shift
	set -- "\$@" "\$word"
	[ "\$word" != build ] || set -- "\$@" --no-cache
done
exec "$docker" "\$@"
END
chmod +x "$client"
: >"$log"
mkdir -p p/base p/app p/loose
cd p
cp /bin/busybox base/busybox
cat >base/Dockerfile <<END
FROM scratch
COPY busybox /bin/busybox
RUN ["/bin/busybox", "--install", "-s", "/bin"]
RUN echo "$id" >/id && mkdir -p /a/b && ln -s b /a/c
END
cat >app/Dockerfile <<END
FROM $id/base
COPY file /file
RUN echo "\${SOURCE_DATE_EPOCH-none}" >/made
END
echo one >app/file
sed "s/made/loose/" app/Dockerfile >loose/Dockerfile
echo one >loose/file
cat >m.yaml <<END
reproducible: true
images:
  - {name: base, dockerfile: base/Dockerfile, tags: ["$id/base"]}
  - {name: app, dockerfile: app/Dockerfile, tags: ["$id/app", "$id/app:2"]}
  - {name: loose, dockerfile: loose/Dockerfile, tags: ["$id/loose"], reproducible: false}
END
date_in() { real run --rm --network none "$1" date -u -r "$2" +%s; }

try "two builds without cache are one image"
generate --config m.yaml
run_ninja
base=$(id_of "$id/base") app=$(id_of "$id/app") loose=$(id_of "$id/loose")
equal "$app" "$(id_of "$id/app:2")" "all its tags"
equal "$app" "$(sed -n 's/^engine //p' generated/stamps/app.seal)" "the seal"
equal 1704067200 "$(date_in "$id/app" /made)" "the times in it"
equal 2024-01-01T00:00:00Z "$(real image inspect --format '{{.Created}}' "$id/app")" "when it was made"
forget
run_ninja
expect_calls 0 "nothing changed"
real rmi -f "$id/app" "$id/app:2" "$id/base" "$id/loose" >/dev/null
rm generated/stamps/*.image generated/stamps/*.seal
sleep 1.1
touch app/file base/busybox
run_ninja
expect_builds 3 "all again"
equal "$base" "$(id_of "$id/base")" "the base"
equal "$app" "$(id_of "$id/app")" "what stands on it"
[ "$loose" != "$(id_of "$id/loose")" ] || broken "the other one should have the time of its build in it"
absent generated/stamps/app.archive

try "it is pushed under that digest"
generate --config m.yaml --registry "$registry/$id"
run_ninja push-app
equal "$app" "sha256:$(skopeo inspect --raw --tls-verify=false "docker://$registry/$id/$id/app:2" | sha256sum |
	sed 's/ .*//')" "in the registry"

try "another time is another image"
tick
sed -i 's/^reproducible: true/reproducible: 1600000000/' m.yaml
generate --config m.yaml
run_ninja
[ "$app" != "$(id_of "$id/app")" ] || broken "the same"
equal 1600000000 "$(date_in "$id/app" /made)" "the times in it"
tick
sed -i 's/reproducible: false/args: {SOURCE_DATE_EPOCH: 1500000000}/' m.yaml
run_ninja
equal 1500000000 "$(date_in "$id/loose" /loose)" "one of its own"

try "build.sh makes the same"
real rmi -f "$id/base" "$id/app" "$id/app:2" >/dev/null
sh generated/build.sh app >"$temp/out" 2>&1 || broken "build.sh"
equal 1600000000 "$(date_in "$id/app" /made)" "the times in it"
first=$(id_of "$id/app")
sleep 1.1
sh generated/build.sh app >"$temp/out" 2>&1 || broken "build.sh"
equal "$first" "$(id_of "$id/app")" "twice"

try "an engine that cannot says so"
dtk-gen --config m.yaml --engine docker >"$temp/out" 2>&1 && broken "docker without buildx"
expect_said 'error: docker cannot build reproducibly' "docker"
generate --config m.yaml --docker "$old_docker" --host "$old_host"
if ninja base >"$temp/out" 2>&1; then broken "it should fail"; fi
expect_said 'error: base is to be reproducible, and this client has no buildx' "a client without buildx"
docker=$DTK_TEST_CURRENT_DOCKER
generate --config m.yaml --docker "$docker" --host "$old_host"
if ninja base >"$temp/out" 2>&1; then broken "it should fail"; fi
expect_said 'error: base is to be reproducible, and the engine is docker 20' "an old daemon"
