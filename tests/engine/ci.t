#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# -t github and -t gitlab: each job in a clone and an engine of its own, with a registry that asks for a password.
# timeout: 300
# shellcheck source=tests/engine/project.sh
. "${DTK_SRC:?}/tests/engine/project.sh"
need git skopeo perl docker-registry

unset CI_MERGE_REQUEST_IID CI_COMMIT_BRANCH GITHUB_EVENT_NAME
password=p4ssw0rd-$id
DOCKER_CONFIG=$temp/docker-config
PATH=$temp:$PATH
export DOCKER_CONFIG PATH
[ -z "$host" ] || { DOCKER_HOST=$host; export DOCKER_HOST; }

# serve DIR AUTH: a registry on the files of $temp/files; prints HOST:PORT.
serve()
{
	mkdir -p "$temp/files" "$temp/$1"
	printf '%s\n' 'version: 0.1' 'log: {level: info}' "$2" 'http: {addr: 127.0.0.1:0}' \
		"storage: {filesystem: {rootdirectory: $temp/files}, delete: {enabled: true}}" >"$temp/$1/config"
	docker-registry serve "$temp/$1/config" >"$temp/$1/log" 2>&1 </dev/null &
	echo $! >"$temp/$1/pid"
	for serve_left in 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0; do
		sleep 0.2
		sed -n 's/.*listening on \(127\.0\.0\.1:[0-9]*\).*/\1/p' "$temp/$1/log" | head -n 1 >"$temp/$1/address"
		[ ! -s "$temp/$1/address" ] || break
	done
	cat "$temp/$1/address"
}
at_end()
{
	for pid in "$temp"/private/pid "$temp"/public/pid; do
		[ ! -e "$pid" ] || kill "$(cat "$pid")"
	done
	for left in $(real images --format '{{.Repository}}:{{.Tag}}' | grep "^127[^ ]*/$id/" | grep -v '<none>'); do
		real rmi -f "$left" >/dev/null 2>&1
	done
}
# A word's hash as htpasswd has it.
perl -e 'print "robot:", crypt($ARGV[0], q($2y$05$abcdefghijklmnopqrstuu)), "\n"' "$password" >"$temp/htpasswd"
private=$(serve private "auth: {htpasswd: {realm: x, path: $temp/htpasswd}}")
public=$(serve public '')
[ -n "$private" ] || fail "no registry"
[ -n "$public" ] || fail "no second registry"

# All that is published, with digests.
published()
{
	for published_name in base tool app; do
		skopeo list-tags --tls-verify=false "docker://$public/$id/$published_name" 2>/dev/null |
			sed -n 's/^ *"\([^:]*\)",*$/\1/p' | while read -r published_tag; do
			printf '%s:%s %s\n' "$published_name" "$published_tag" \
				"$(skopeo inspect --tls-verify=false --format '{{.Digest}}' "docker://$public/$id/$published_name:$published_tag")"
		done
	done
}
keys() { published | grep -c ':key-' || true; }
# Each job has a machine of its own: before=$fresh
cat >"$temp/fresh" <<END
#!/bin/sh
for left in \$("$docker" images --format '{{.Repository}}:{{.Tag}}' | grep -e "^$id/" -e "^127[^ ]*/$id/" | grep -v '<none>'); do
	"$docker" rmi -f "\$left" >/dev/null
done
[ "\$JOB" != tags ] || skopeo list-tags --tls-verify=false "docker://$public/$id/app" >"$temp/before-tags"
END
chmod +x "$temp/fresh"

run=0
# pipeline FILE STATUS WORDS...: runs the file's jobs for what WORDS say happened; $work is where.
pipeline()
{
	pipeline_file=$1
	pipeline_status=0
	run=$((run + 1))
	work=$temp/run$run
	expected=$2
	shift 2
	forget
	"$DTK_PYTHON" "$DTK_SRC/tests/engine/pipeline.py" run "$pipeline_file" "$temp/p" "$work" "before=$temp/fresh" "$@" \
		>"$temp/out" 2>&1 || pipeline_status=$?
	[ "$pipeline_status" = "$expected" ] || broken "exit status $pipeline_status: $(cat "$work/trace")"
}
github_push() { pipeline ci.yml 0 secret.REGISTRY_USER=robot "secret.REGISTRY_PASSWORD=$password" "$@"; }
gitlab_push() { pipeline gitlab.yml 0 secret.REGISTRY_USER=robot "secret.REGISTRY_PASSWORD=$password" "$@"; }
no_password()
{
	if grep -rlF -e "$password" "$temp/p" "$work" "$log"; then
		broken "the password is in these files"
	fi
}
commit() { git add -A && git commit -q -m "$1"; }

counting_docker
mkdir -p "$temp/p"
cd "$temp/p"
cp /bin/busybox busybox
cat >base.df <<END
FROM scratch
COPY busybox /bin/busybox
RUN ["/bin/busybox", "--install", "-s", "/bin"]
RUN echo $id >/id && head -c 8 /dev/urandom >/unique
END
printf 'FROM %s/base\nRUN echo tool >/tool\n' "$id" >tool.df
printf 'FROM %s/tool\nCOPY app /app\n' "$id" >app.df
echo one >app
cat >m.yaml <<END
registry: $private
github: {checkout: actions/checkout@08c6903cd8c0fde910a37f88322edcfb5dd907a8, setup: dtk-gen --version}
gitlab: {setup: dtk-gen --version}
images:
  - {name: base, dockerfile: base.df, context: ., tags: ["$id/base"]}
  - {name: tool, dockerfile: tool.df, context: ., tags: ["$id/tool"]}
  - {name: app, dockerfile: app.df, context: ., tags: ["$id/app"], test: "grep -q . /app"}
END
dtk-gen --config m.yaml -t github >ci.yml
dtk-gen --config m.yaml -t gitlab >gitlab.yml
for file in ci.yml gitlab.yml; do
	"$DTK_PYTHON" "$DTK_SRC/tests/engine/pipeline.py" check $file || fail "$file"
done
git init -q -b main .
git config user.name t
git config user.email t@t.example
printf 'generated/\nbuild.ninja\n.ninja_*\n' >.gitignore
commit one

try "the first push: each image is built in its job, tags are moved last"
github_push
expect_builds 3 "$(cat "$work/trace")"
equal 3 "$(keys)" "key tags"
equal 6 "$(published | wc -l | tr -d ' ')" "tags"
lacks latest "$temp/before-tags"
has key- "$temp/before-tags"
lacks skipped "$work/trace"
no_password
lacks "$private" "$DOCKER_CONFIG/config.json"
[ "$(grep -c 'logout' "$log")" = 4 ] || broken "not all log out"
published >"$temp/first"

try "again with nothing changed: nothing is built, nothing moves"
github_push
expect_builds 0 "$(cat "$work/trace")"
published | same "$temp/first" -

try "so it is on GitLab, which has the same images"
gitlab_push
expect_builds 0 "$(cat "$work/trace")"
published | same "$temp/first" -
no_password

try "a change builds what it changes"
echo two >app
commit two
gitlab_push
expect_builds 1 "$(cat "$work/trace")"
equal 4 "$(keys)" "key tags"
[ "$(published | grep app:latest)" != "$(grep app:latest "$temp/first")" ] || broken "the tag stays"
published >"$temp/second"

try "a pull request builds, and pushes nothing, whatever it is given"
dtk-gen --config m.yaml --registry "$public" -t github >public.yml
dtk-gen --config m.yaml --registry "$public" -t gitlab >public-gitlab.yml
pipeline "$temp/p/public.yml" 0 event=pull_request ref=refs/pull/7/merge
expect_builds 0 "there is nothing to build"
echo three >app
commit three
for file in public.yml public-gitlab.yml; do
	pipeline "$temp/p/$file" 0 event=pull_request ref=refs/pull/7/merge \
		secret.REGISTRY_USER=robot "secret.REGISTRY_PASSWORD=$password"
	expect_builds 1 "$(cat "$work/trace")"
	grep -E '(^| )(login|push) ' "$log" && broken "$file: it logs in or pushes"
	grep -E 'tags (-|script) skipped' "$work/trace" >/dev/null || broken "$file: $(cat "$work/trace")"
	published | same "$temp/second" -
done

try "another branch does not push either"
pipeline "$temp/p/public.yml" 0 event=workflow_dispatch ref=refs/heads/other
grep -E '(^| )(login|push) ' "$log" && broken "it logs in or pushes"
published | same "$temp/second" -

try "without a test that passes no tag moves, and no key tag comes"
: >app
commit four
pipeline ci.yml 1 secret.REGISTRY_USER=robot "secret.REGISTRY_PASSWORD=$password"
has "app test failed" "$work/trace"
has "app push skipped" "$work/trace"
has "app log-out ran" "$work/trace"
has "tags - skipped" "$work/trace"
published | same "$temp/second" -
