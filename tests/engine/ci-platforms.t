#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# -t github for two platforms: a job an image and platform, by levels as well; the last one makes the indexes.
# timeout: 300
# needs: current
[ -n "${DTK_TEST_CURRENT_HOST-}" ] || { echo "skipped: no current engine"; exit 77; }
DTK_TEST_HOST=$DTK_TEST_CURRENT_HOST
DTK_TEST_DOCKER=$DTK_TEST_CURRENT_DOCKER
# shellcheck source=tests/engine/project.sh
. "${DTK_SRC:?}/tests/engine/project.sh"
need git skopeo
registry=${DTK_TEST_REGISTRY:?}
unset CI_MERGE_REQUEST_IID GITHUB_EVENT_NAME
PATH=$temp:$PATH
DOCKER_HOST=$host
export DOCKER_HOST PATH

# Another machine's engine, before each job.
cat >"$temp/fresh" <<END
#!/bin/sh
for left in \$("$docker" images --format '{{.Repository}}:{{.Tag}}' | grep -e "^$id/" -e "^$registry/$id/" | grep -v '<none>'); do
	"$docker" rmi -f "\$left" >/dev/null
done
END
chmod +x "$temp/fresh"
at_end() { "$temp/fresh"; }
# What needs a machine that is thrown away is left out, and so is the login: the client has one configuration.
run_jobs()
{
	rm -rf "$temp/work"
	forget
	"$DTK_PYTHON" "$DTK_SRC/tests/engine/pipeline.py" run ci.yml "$temp/p" "$temp/work" "before=$temp/fresh" \
		"skip=set up other platforms,log in,log out" >"$temp/out" 2>&1 || broken "$(cat "$temp/work/trace")"
}
platforms_of()
{
	skopeo inspect --raw --tls-verify=false "docker://$registry/$id/$1" |
		"$DTK_PYTHON" -c 'import json, sys; print(*sorted(m["platform"]["architecture"] for m in json.load(sys.stdin)["manifests"]))'
}

counting_docker
mkdir -p "$temp/p"
cd "$temp/p"
printf 'FROM scratch\nARG TARGETARCH\nCOPY $TARGETARCH /arch\n' >base.df
printf 'FROM %s/base\nCOPY file /file\n' "$id" >app.df
echo amd64 >amd64
echo "arm64 $id" >arm64
echo "one $id" >file
cat >m.yaml <<END
registry: $registry
platforms: [linux/amd64, linux/arm64]
github: {checkout: actions/checkout@v5, setup: dtk-gen --version}
images:
  - {name: base, dockerfile: base.df, context: ., tags: ["$id/base"]}
  - {name: app, dockerfile: app.df, context: ., tags: ["$id/app"]}
END
dtk-gen --config m.yaml -t github >ci.yml
"$DTK_PYTHON" "$DTK_SRC/tests/engine/pipeline.py" check ci.yml || fail "its shape"
printf 'generated/\nbuild.ninja\n.ninja_*\n' >.gitignore
git init -q -b main .
git add -A
git -c user.name=t -c user.email=t@t.example commit -q -m one

try "each platform has its job, and what people pull is for both"
run_jobs
expect_builds 4 "$(cat "$temp/work/trace")"
has "app_linux-arm64 push ran" "$temp/work/trace"
equal "amd64 arm64" "$(platforms_of base)" "base"
equal "amd64 arm64" "$(platforms_of app)" "app"

try "by levels, as a file that is too large has them, nothing is built again"
sed "s/setup: dtk-gen --version/setup: 'dtk-gen --version # $(head -c 110000 /dev/zero | tr '\0' x)'/" m.yaml >large.yaml
dtk-gen --config large.yaml -t github | sed 's/large\.yaml/m.yaml/' >ci.yml
"$DTK_PYTHON" "$DTK_SRC/tests/engine/pipeline.py" check ci.yml || fail "its shape"
run_jobs
expect_builds 0 "$(cat "$temp/work/trace")"
has "level-2.app.linux-arm64 build ran" "$temp/work/trace"

try "what changed is built in the matrix of its level"
echo "two $id" >file
git add file
git -c user.name=t -c user.email=t@t.example commit -q -m two
run_jobs
expect_builds 2 "$(cat "$temp/work/trace")"
equal "amd64 arm64" "$(platforms_of app)" "app"
