#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# timeout: 400
# Pushing groups of services to a real registry: versions and components' versions beside latest, other registries.
# shellcheck source=tests/engine/project.sh
. "${DTK_SRC:?}/tests/engine/project.sh"

registry=${DTK_TEST_REGISTRY:?}
# What was pushed since forget, without the registry, sorted, on one line.
pushed() { sed -n "s#.* push $registry/\([^ ]*\)\$#\1#p" "$log" | sort | tr '\n' ' ' | sed 's/ $//'; }
# The digest of the configuration of what the registry holds as REF.
config_of() {
	skopeo inspect --raw --tls-verify=false "docker://$registry/$1" 2>/dev/null |
		tr -d ' \n' | sed -n 's/.*"config":{[^}]*"digest":"\([^"]*\)".*/\1/p'
}
# expect_there REF IMAGE: the registry has it.
expect_there() { [ "$(config_of "$1")" = "$(id_of "$2")" ] || broken "the registry does not have $2 as $1"; }
expect_pushed() { [ "$(pushed)" = "$1" ] || broken "$2: pushed '$(pushed)', not '$1'"; }

counting_docker
mkdir -p "$temp/p"
cd "$temp/p"
for dir in base/alpine services/nessie services/trino; do
	mkdir -p "docker/$dir"
	echo "$dir" >"docker/$dir/file"
	printf 'FROM %s/base-alpine:latest\nCOPY file /%s\n' "$id" "$dir" >"docker/$dir/Dockerfile"
done
printf 'FROM scratch\nCOPY file /%s\n' "$id" >docker/base/alpine/Dockerfile
cat >m.yaml <<END
repository: $id
version: v1.2.0
discover:
  - {files: docker/base/*/Dockerfile, name: "base-{dir}"}
  - docker/services/*/Dockerfile
images:
  - {name: nessie, version: 0.104.2}
END

try "a group: all of it, with the matrix's version and a component's own"
generate --config m.yaml --registry "$registry/$id-a"
forget
run_ninja push-services
expect_pushed "$id-a/nessie:latest $id-a/nessie:nessie-0.104.2 $id-a/nessie:v1.2.0 $id-a/trino:latest $id-a/trino:v1.2.0" \
	"the services"
for tag in latest v1.2.0 nessie-0.104.2; do
	expect_there "$id-a/nessie:$tag" "$id/nessie"
done
[ -z "$(config_of "$id-a/base-alpine:latest")" ] || broken "a base was pushed"
[ "$(real images -q "$id/nessie" | wc -l)" = 1 ] || broken "the local names changed"

try "again: nothing is pushed, nothing is built"
forget
run_ninja push-services
expect_pushed '' "again"
expect_builds 0 "again"
run_ninja push
expect_pushed "$id-a/base-alpine:latest $id-a/base-alpine:v1.2.0" "what was left"

try "another release: pushed under that, without a build"
tick
sed -i 's/v1.2.0/v1.3.0/' m.yaml
forget
run_ninja push-nessie
expect_pushed "$id-a/nessie:v1.3.0" "a new version"
expect_builds 0 "a new version"
generate --config m.yaml --registry "$registry/$id-a" --release v2
forget
run_ninja push-nessie
expect_pushed "$id-a/nessie:v2" "--release"
expect_builds 0 "--release"

try "a component's new version"
tick
sed -i 's/0.104.2/0.105.0/' m.yaml
forget
run_ninja push-nessie
expect_pushed "$id-a/nessie:nessie-0.105.0" "a component's version"

try "nothing of a group is published before all of it is built"
tick
echo 'RUN ["/nothing"]' >>docker/services/trino/Dockerfile
echo changed >docker/services/nessie/file
forget
if ninja -k0 push-services >"$temp/out" 2>&1; then
	broken "pushed although an image failed"
fi
expect_pushed '' "one of them failed"
sed -i '$d' docker/services/trino/Dockerfile
run_ninja push-services
expect_there "$id-a/nessie:latest" "$id/nessie"

try "git describe as the version: a commit and a tag make it another one"
git init -q .
git config user.name t
git config user.email t@example.org
printf 'generated\nbuild.ninja\n' >.gitignore
git add -A
git commit -qm one
git tag v3
sed -i 's/^version: .*/version: git/' m.yaml
generate --config m.yaml --registry "$registry/$id-a"
forget
run_ninja push-nessie
expect_pushed "$id-a/nessie:v3" "a tag"
tick
git commit -qam two
forget
run_ninja push-nessie
expect_pushed "$id-a/nessie:$(git describe --tags)" "a commit"
tick
git tag v4
forget
run_ninja push-nessie
expect_pushed "$id-a/nessie:v4" "another tag"
expect_builds 0 "versions"

try "a user's name is a registry: below it, whatever the local names"
cat >"$temp/pushing" <<END
#!/bin/sh
case " \$* " in
*' push '*) printf '%s\n' "\$*" >>"$log"; exit 0 ;;
*' manifest '*) exit 1 ;;
esac
exec "$docker" "\$@"
END
chmod +x "$temp/pushing"
dtk-gen --docker "$temp/pushing" --host "$host" --config m.yaml --registry "$id-user" --release 0.3.0 ||
	broken "dtk-gen --registry USER"
forget
run_ninja push-trino
equal "$id-user/trino:0.3.0 $id-user/trino:latest" \
	"$(sed -n 's/.* push //p' "$log" | sort | tr '\n' ' ' | sed 's/ $//')" "pushed to a user"
