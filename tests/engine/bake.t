#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# -t bake: buildx reads it, its groups build the DAG with the parents first, and the images are what Ninja's are.
# timeout: 300
# needs: current
[ -n "${DTK_TEST_CURRENT_HOST-}" ] || { echo "skipped: no current engine"; exit 77; }
DTK_TEST_HOST=$DTK_TEST_CURRENT_HOST
DTK_TEST_DOCKER=$DTK_TEST_CURRENT_DOCKER
# shellcheck source=tests/engine/project.sh
. "${DTK_SRC:?}/tests/engine/project.sh"

counting_docker
mkdir -p "$temp/p/app" "$temp/p/ctx/sub"
cd "$temp/p"
cp /bin/busybox busybox
cat >base.df <<END
FROM scratch
COPY busybox /bin/busybox
RUN ["/bin/busybox", "--install", "-s", "/bin"]
RUN echo $id >/id
END
cat >app/Dockerfile <<END
FROM $id/base:1 AS first
ARG VALUE
ENV VALUE=\$VALUE
RUN printf %s "\$VALUE" >/value
FROM first AS last
RUN echo last >/last
END
printf 'FROM %s/base:1\nCOPY --from=%s/app:x /value /copied\nCOPY file /file\n' "$id" "$id" >ctx/sub/Dockerfile
echo one >ctx/file
cat >m.yaml <<'END'
images:
  - {name: base.1, dockerfile: base.df, context: ., tags: ["ID/base:1", "ID/base"], group: low}
  - name: app
    dockerfile: app/Dockerfile
    tags: ["ID/app:x"]
    target: first
    args: {VALUE: "a$${b} %{c} \"d\" $e %%{f} $$${g}"}
    labels: {"k.${x}": "v $${y} %{z}"}
  - {name: top, dockerfile: ctx/sub/Dockerfile, context: ctx, tags: ["ID/top"]}
groups:
  pair: [app, top]
END
sed -i "s#ID/#$id/#g" m.yaml

try "a target for each image, a group for each set, the same bytes every time"
generate --config m.yaml
dtk-gen --config m.yaml -t bake >docker-bake.json 2>err || broken "-t bake: $(cat err)"
dtk-gen --config m.yaml -t bake | cmp - docker-bake.json || broken "two runs differ"
"$DTK_PYTHON" - docker-bake.json <<'END' || broken "not what was expected"
import json, sys
file = json.load(open(sys.argv[1]))
assert list(file["target"]) == ["base_1", "app", "top"], list(file["target"])
assert {n: g["targets"] for n, g in file["group"].items()} == {
    "low": ["base_1"], "pair": ["base_1", "app", "top"], "default": ["base_1", "app", "top"]}, file["group"]
END

try "buildx reads what was meant"
real buildx bake --print pair >printed 2>err || broken "buildx bake --print: $(cat err)"
"$DTK_PYTHON" - printed "$id" <<'END' || broken "$(cat printed)"
import json, sys
targets = json.load(open(sys.argv[1]))["target"]
id = sys.argv[2]
app, top = targets["app"], targets["top"]
assert set(targets) == {"base_1", "app", "top"}, set(targets)
assert set(app["args"]) == {"VALUE"} and set(app["labels"]) == {"k.${x}"}, app
assert app["target"] == "first" and app["tags"] == [id + "/app:x"]
assert top["contexts"] == {id + "/base:1": "target:base_1", id + "/app:x": "target:app"}, top["contexts"]
assert top["context"] == "ctx" and top["dockerfile"] == "sub/Dockerfile"
assert targets["base_1"]["tags"] == [id + "/base:1", id + "/base"]
END

# content REF: what a container would see, file by file, and the configuration without times.
content() {
	container=$(real create "$1" /nothing)
	real export "$container" | "$DTK_PYTHON" -c '
import hashlib, sys, tarfile
tar = tarfile.open(fileobj=sys.stdin.buffer, mode="r|")
for m in tar:
    if m.name.split("/")[0] in ("dev", "etc", "proc", "sys", ".dockerenv"): continue
    print(m.name, m.mode, m.type, m.linkname, m.isfile() and hashlib.sha256(tar.extractfile(m).read()).hexdigest())'
	real rm "$container" >/dev/null
	real image inspect --format '{{json .Config.Env}} {{json .Config.Labels}} {{json .Config.Cmd}}' "$1"
}

try "one bake builds the group and what it stands on; its images are those that Ninja builds"
run_ninja
for image in base:1 app:x top; do
	content "$id/$image"
done >ninja.content
value=$(cat_in "$id/top" /copied)
for image in base:1 base app:x top; do
	real rmi -f "$id/$image" >/dev/null
done
real buildx bake --progress=plain pair >"$temp/out" 2>&1 || broken "buildx bake"
for image in base:1 app:x top; do
	content "$id/$image"
done >bake.content
cmp ninja.content bake.content || broken "$(diff ninja.content bake.content)"
equal "$value" "$(cat_in "$id/top" /copied)" "what the argument was"
# shellcheck disable=SC2016 # it is text
equal 'a${b} %{c} "d" $e %%{f} $${g}' "$value" "the argument that the matrix has"

try "a Dockerfile that its context cannot name"
mkdir -p "$temp/elsewhere"
printf 'images: [{name: far, dockerfile: base.df, context: ../elsewhere}]\n' >far.yaml
status 1 dtk-gen --config far.yaml -t bake
grep -q "far.yaml:1:.*cannot name base.df" err || broken "$(cat err)"
