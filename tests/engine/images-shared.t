#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# timeout: 300
# Services built from the project's directory, which they share; secrets of builds; Dockerfiles in the project's
# own directory.
# shellcheck source=tests/engine/project.sh
. "${DTK_SRC:?}/tests/engine/project.sh"

# The names of what was built since forget, sorted, on one line.
built() { sed -n "s#.* build .*-t \($id-[^ :]*\):.*#\1#p" "$log" | sed "s#^$id-##" | sort | tr '\n' ' ' | sed 's/ $//'; }

counting_docker
mkdir -p "$temp/p/common/lib"
cd "$temp/p"
echo shared >common/lib/file
for name in drawio notebook plantuml; do
	mkdir -p "docker/$name" "services/$name"
	echo "$name" >"services/$name/code"
	printf 'FROM scratch\nCOPY services/%s /app\nCOPY common /common\n' "$name" >"docker/$name/Dockerfile"
done
printf 'FROM scratch\nCOPY services/plantuml /app\n' >docker/plantuml/Dockerfile
cat >m.yaml <<END
discover: {files: docker/*/Dockerfile, name: "$id-{dir}", context: .}
END

try "one code, one build; the shared directory, those that copy it"
generate --config m.yaml
forget
run_ninja docker
expect_built 'drawio notebook plantuml' "the group of the directory above"
tick
echo changed >services/notebook/code
expect_ninja all notebook "one service"
tick
echo changed >common/lib/file
expect_ninja all 'drawio notebook' "what is shared"
tick
echo new >common/lib/new
expect_ninja all 'drawio notebook' "a new shared file"
tick
echo readme >README
forget
run_ninja
expect_calls 0 "a file that nothing copies"

try "a secret reaches the build and nothing else"
mkdir secrets
echo s3cr3t-of-the-test >secrets/token
cp /bin/busybox docker/tool
cat >docker/drawio/Dockerfile <<END
FROM scratch
COPY docker/tool /bin/busybox
RUN --mount=type=secret,id=token ["/bin/busybox", "sh", "-c", "/bin/busybox md5sum /run/secrets/token >/sum"]
RUN --mount=type=secret,id=other ["/bin/busybox", "sh", "-c", "/bin/busybox cat /run/secrets/other >/other"]
END
cat >>m.yaml <<END
images:
  - name: $id-drawio
    secrets: ["id=token,src=secrets/token", "id=other,env=DTK_TEST_SECRET"]
END
export DTK_TEST_SECRET=another-s3cr3t
tick
expect_ninja all drawio "the first build"
equal "$(md5sum <secrets/token | cut -c1-32)" \
	"$(real run --rm --network none "$id-drawio" /bin/busybox cut -c1-32 /sum)" "in the image"
if grep -r -e s3cr3t-of-the-test -e another-s3cr3t generated build.ninja; then
	broken "the secret was written down"
fi
grep -q 'id=token' generated/stamps/*-drawio.key || broken "the secret's id is not in the key"
if grep -q -e secrets/token -e DTK_TEST_SECRET generated/stamps/*-drawio.key; then
	broken "where the secret is from is in the key"
fi

try "another value or place of a secret builds nothing"
tick
echo changed >secrets/token
export DTK_TEST_SECRET=changed
forget
run_ninja
expect_calls 0 "another value"
mv secrets elsewhere
sed -i 's#src=secrets/#src=elsewhere/#' m.yaml
forget
run_ninja
expect_builds 0 "another place"

try "directories of services in the project's own one: a new one is found"
rm -r docker
mkdir one
printf 'FROM scratch\nCOPY file /\n' >one/Dockerfile
echo one >one/file
echo "discover: {files: '*/Dockerfile', name: '$id-{dir}'}" >m.yaml
generate --config m.yaml
expect_ninja all one "the first"
tick
cp -r one two
echo two >two/file
expect_ninja all two "a new one"
forget
run_ninja
expect_calls 0 "nothing changed"
