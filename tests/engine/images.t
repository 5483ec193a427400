#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# timeout: 400
# Images with Dockerfiles of their own, bases and services as a tree: found, grouped, built, each only when
# something of it changed; layers and images on each other.
# shellcheck source=tests/engine/project.sh
. "${DTK_SRC:?}/tests/engine/project.sh"

# The names of what was built since forget, sorted, on one line.
built() { sed -n "s#.* build .*-t $id/\([^ :]*\):.*#\1#p" "$log" | sort | tr '\n' ' ' | sed 's/ $//'; }

# service NAME BASE: one that copies a file of its own.
service() {
	mkdir -p "docker/services/$1"
	printf 'FROM %s/base-%s:latest\nCOPY app /app\n' "$id" "$2" >"docker/services/$1/Dockerfile"
	echo "$1" >"docker/services/$1/app"
}

counting_docker
mkdir -p "$temp/p/docker/base/small" "$temp/p/docker/base/java" "$temp/p/docker/base/sql"
cd "$temp/p"
cp /bin/busybox docker/base/small/busybox
cat >docker/base/small/Dockerfile <<END
FROM scratch
COPY busybox /bin/busybox
RUN ["/bin/busybox", "--install", "-s", "/bin"]
RUN echo "$id" >/id
END
printf 'ARG BASE=nothing\nFROM %s/base-${BASE}:latest\nRUN echo java >/java\n' "$id" >docker/base/java/Dockerfile
printf 'FROM %s/base-small\nRUN echo sql >/sql\n' "$id" >docker/base/sql/Dockerfile
service nessie java
service trino java
service postgres sql
service minio small
cat >m.yaml <<END
repository: $id
labels: {org.example.made-by: dtk}
discover:
  - {files: docker/base/*/Dockerfile, name: "base-{dir}"}
  - docker/services/*/Dockerfile
images:
  - {name: base-java, args: {BASE: small}}
  - {name: nessie, labels: {org.example.of: "\${name}"}}
END

try "a group: what it needs comes first, and nothing else"
generate --config m.yaml
expect_ninja base 'base-java base-small base-sql' "the bases"
expect_ninja services 'minio nessie postgres trino' "the services"
forget
run_ninja
expect_calls 0 "all of it, again"
equal nessie "$(cat_in "$id/nessie" /app)" "its file"
equal 'dtk nessie' "$(real image inspect --format \
	'{{index .Config.Labels "org.example.made-by"}} {{index .Config.Labels "org.example.of"}}' "$id/nessie")" "labels"

try "one service's file: one build"
tick
echo changed >docker/services/nessie/app
expect_ninja all nessie "one file"

try "an edited Dockerfile that gives the same image: one build, none below it"
tick
sed -i 's/^RUN/# a comment\nRUN/' docker/base/java/Dockerfile
expect_ninja all base-java "a comment"

try "a base: all that stands on it, in order"
tick
sed -i 's/echo sql/echo more sql/' docker/base/sql/Dockerfile
expect_ninja all 'base-sql postgres' "one base"
tick
sed -i "s/echo \"$id\"/echo \"$id more\"/" docker/base/small/Dockerfile
expect_ninja all 'base-java base-small base-sql minio nessie postgres trino' "the first base"

try "a label: one build"
tick
sed -i 's/of: ".*"/of: "others"/' m.yaml
expect_ninja all nessie "a label"

try "values are data: no shell, no Ninja runs them"
tick
cat >>m.yaml <<'END'
  - name: minio
    labels: {nasty: "$(touch pwned) `touch pwned` 'one' \"two\" ; $HOME $in ${name} | \\"}
END
expect_ninja all minio "a hostile label"
equal "\$(touch pwned) \`touch pwned\` 'one' \"two\" ; \$HOME \$in minio | \\" \
	"$(real image inspect --format '{{.Config.Labels.nasty}}' "$id/minio")" "the label"
forget
generated/build.sh minio >"$temp/out" 2>&1 || broken "build.sh with a hostile label"
[ ! -e pwned ] || broken "a label was run"

try "a new service directory: it alone"
tick
service spark java
expect_ninja services spark "a new one"
expect_ninja spark '' "a name of its own"
tick
mkdir docker/services/later
forget
run_ninja
expect_calls 0 "a directory without a Dockerfile"
tick
service later sql
expect_ninja all later "its Dockerfile"

try "a service that moves to another base"
tick
sed -i 's/base-java/base-sql/' docker/services/spark/Dockerfile
expect_ninja spark spark "another FROM"
grep -q 'spark.image .*base-sql.image' build.ninja || broken "no edge to the other base"

try "a service that is gone is no target"
rm -r docker/services/spark
forget
run_ninja
expect_calls 0 "nothing to build"
if ninja spark >"$temp/out" 2>&1; then
	broken "spark is still there"
fi

try "build.sh builds the same tree without Ninja"
forget
generated/build.sh nessie >"$temp/out" 2>&1 || broken "build.sh"
expect_built 'base-java base-small nessie' "build.sh"

try "layers on images and images on layers"
mkdir -p templates docker/tools/cli
printf 'FROM %s/base-small\nRUN echo "{{ os_version }}" >/os\n' "$id" >templates/os.j2
printf 'FROM %s/os:2.0\nCOPY --from=%s/nessie /app /nessie\n' "$id" "$id" >docker/tools/cli/Dockerfile
cat >>m.yaml <<END
  - {name: cli, dockerfile: docker/tools/cli/Dockerfile, groups: [tools]}
os_versions: ["1.0", "2.0"]
build_layers:
  - {name: os, template: os.j2, axes: os, groups: [tools], tags: "$id/os:\${os_version}"}
END
generate --config m.yaml
forget
run_ninja cli
expect_built 'cli os' "a layer below an image"
equal changed "$(cat_in "$id/cli" /nessie)" "of another image"
expect_ninja tools os "the group of both"
tick
sed -i 's/more/yet more/' docker/base/small/Dockerfile
expect_ninja tools 'base-java base-small cli nessie os os' "from the base up to the top"
