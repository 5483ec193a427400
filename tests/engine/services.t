#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# timeout: 400
# matrices/services.yaml and its two trees of hand-written Dockerfiles, on busybox instead of Debian: discovered, built,
# rebuilt where they changed and nowhere else, tested, pushed.
# shellcheck source=tests/engine/project.sh
. "${DTK_SRC:?}/tests/engine/project.sh"

registry=${DTK_TEST_REGISTRY:?}
mkdir -p "$temp/p"
cd "$temp/p"
cp -R "$DTK_SRC/matrices" "$DTK_SRC/templates" .
mkdir share
cp -R "$DTK_SRC/share/services" "$DTK_SRC/share/converters" share/
cp /bin/busybox busybox
# The same tree on busybox, under names of this test's own.
grep -rl dtk/services matrices share | xargs sed -i "s#dtk/services#$id#g"
sed -i '/^rootfs:/,/^$/d' matrices/services.yaml
cat >templates/service-os.dockerfile.j2 <<'TEMPLATE'
FROM scratch
COPY busybox /bin/busybox
RUN ["/bin/busybox", "--install", "-s", "/bin"]
RUN mkdir -p -m 1777 /tmp && mkdir -p /usr/bin && ln -s /bin/env /usr/bin/env
TEMPLATE
services=$PWD/share/services/docker
counting_docker
generate --config matrices/services.yaml --registry "$registry/$id"
run_dtk() { dtk-gen --config matrices/services.yaml "$@"; }

try "every image is found; one command builds them in order"
forget
run_ninja
expect_builds 12 "a fresh tree"
quiet all

# names: the images built since forget, sorted.
names() { sed -n "s#.* build .*-t $id/\([^ :]*\):.*#\1#p" "$log" | sort | tr '\n' ' ' | sed 's/ $//'; }
expect_names() { [ "$(names)" = "$1" ] || broken "$2: built '$(names)', not '$1'"; }
expect_after() { # TARGET NAMES WHAT
	tick
	forget
	run_ninja "$1"
	expect_names "$2" "$3"
}

try "one service's file: that service"
echo more >>"$services/services/trino/app/www/index.html"
expect_after all trino "a file of trino"

try "the shared directory: exactly those that copy it"
echo '# more' >>share/converters/clm-common/common.sh
expect_after all 'clm-drawio clm-notebook clm-plantuml' "the shared directory"
echo '# more' >>share/converters/services/notebook-processor/main.sh
expect_after all clm-notebook "a service beside it"

try "a base: everything below it, bases first"
echo '# more' >>"$services/base/java/scripts/serve"
expect_after all 'base-java nessie trino' "the base of two"
sed -i 's#^WORKDIR.*#&\nRUN echo more >more#' "$services/base/alpine/Dockerfile"
expect_after all 'base-alpine base-java base-postgresql clm-drawio clm-notebook clm-plantuml minio nessie patroni postgresql trino' \
	"the base of all"
sed -n "s#.* build .*-t $id/\([^ :]*\):.*#\1#p" "$log" >order
for pair in base-alpine:minio base-alpine:base-java base-java:nessie base-postgresql:patroni; do
	awk -v a="${pair%:*}" -v b="${pair#*:}" '$0 == a { x = NR } $0 == b { y = NR } END { exit !(x && x < y) }' order ||
		broken "$pair in another order: $(cat order)"
done

try "groups, and a name, are targets"
for target in base services converters nessie; do
	quiet "$target"
done

try "a directory that is added is found, and it alone is built"
mkdir "$services/services/redis"
printf 'FROM %s/base-alpine:latest\nRUN echo redis >redis\n' "$id" >"$services/services/redis/Dockerfile"
expect_after services redis "a new service"
rm -r "$services/services/redis"
expect_after services '' "a service that went"
if ninja redis >"$temp/out" 2>&1; then broken "the old service is still there"; fi

try "what each container does: configuration from the environment, the user, the shared code"
filled=$(real run --rm --network none -e NESSIE_STORE_TYPE='a$(id)b' "$id/nessie" cat /etc/service/nessie.properties)
equal "$(printf 'catalog.name=lakehouse\nstore.type=a$(id)b')" "$filled" "nessie's configuration"
equal 1000 "$(real run --rm --network none "$id/trino" id -u)" "the user"
said=$(printf 'a line\n' | real run --rm -i --network none "$id/clm-plantuml")
equal "plantuml-converter: a line" "$said" "the shared code"

try "tests: each once an image"
forget
run_ninja test-services
expect_builds 0 "tests"
expect_said 'nessie' "the names of what is tested"
quiet test-services
quiet test-nessie

try "a test that fails blocks the push of its group, and only that"
sed -i 's#grep -q batman#grep -q robin#' matrices/services.yaml
tick
forget
if ninja push-services >"$temp/out" 2>&1; then broken "pushed in spite of a test"; fi
expect_said 'patroni: the test failed' "which one"
grep ' push ' "$log" && broken "something was pushed"
run_ninja push-base
in_registry() { skopeo inspect --tls-verify=false "docker://$registry/$id/$1" >/dev/null 2>&1; }
in_registry base-java:latest || broken "the bases are not there"
in_registry nessie:latest && broken "a service is there"
sed -i 's#grep -q robin#grep -q batman#' matrices/services.yaml

try "push: latest, the version of all, each component's own"
tick
forget
run_ninja push-services
expect_builds 0 "pushing"
for ref in nessie:latest nessie:v1.2.0 nessie:nessie-0.104.2 trino:trino-476 patroni:v1.2.0; do
	in_registry "$ref" || broken "$ref is not in the registry"
done
in_registry patroni:patroni- && broken "a version that there is not"
forget
run_ninja push-services
grep ' push ' "$log" && broken "pushed what is there"

try "the local names are as written"
real image inspect "$id/nessie:latest" >/dev/null || broken "no local tag"
