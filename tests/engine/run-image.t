#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Containers that run-image and ninja run-X start: volumes, ports, environment, network, command, terminal, what
# is kept, exit status.
# timeout: 300
# shellcheck source=tests/engine/project.sh
. "${DTK_SRC:?}/tests/engine/project.sh"
need script
PATH=$PATH:$DTK_SRC/share/bin
# The user is part of the containers' names and of the images' tags.
LOGNAME=$id
export LOGNAME
unset DOCKER_DEFAULT_PLATFORM

# project.sh removes the images; no container may hold them.
end()
{
	end_status=$?
	set +e
	for left in $(real ps -aq --filter "name=^/${id}_"); do
		real rm -f "$left" >/dev/null
	done
	! real network inspect "$id" >/dev/null 2>&1 || real network rm "$id" >/dev/null
	(exit "$end_status")
	finish
}
trap end EXIT

# containers: the names of those that there are.
containers() { real ps -a --filter "name=^/${id}_" --format '{{.Names}}'; }
# named FILE: the container's name on the printed line.
named() { sed -n 's/.* --name \([^ ]*\) .*/\1/p' "$1"; }
# within SECONDS COMMAND...: until it succeeds.
within()
{
	left=$(($1 * 10))
	shift
	until "$@"; do
		left=$((left - 1))
		[ "$left" -gt 0 ] || return 1
		sleep 0.1
	done
}
no_container() { [ -z "$(containers)" ]; }

counting_docker
mkdir -p "$temp/$id/docker/base" "$temp/$id/docker/dev" "$temp/$id/data" "$temp/$id/sub" "$temp/$id/home"
cd "$temp/$id"
cp /bin/busybox busybox
cat >docker/base/Dockerfile <<'EOF'
FROM scratch
COPY busybox /bin/busybox
RUN ["/bin/busybox", "--install", "-s", "/bin"]
EOF
cat >docker/dev/Dockerfile <<EOF
FROM $id-base:$id
RUN mkdir -p /www && echo "$id" >/www/index.html
ENV FROM_IMAGE=1
CMD ["echo", "the image's own"]
EOF
echo "it's data" >data/file
echo 'at home' >home/file
cat >docker/run.cfg <<'EOF'
[run_image]
synthetic_images = web, fails, pass, home

[dev]
volumes = -v {project_root}/data:/data -v "{project_root}/sub:/a b:ro"
environment = -e 'A=two  words; $$(id)' -e B=$DTK_TEST_B -e USER={user}

[web]
name = dev
interactive = -d
ports = -p 127.0.0.1::80
cmd = httpd -f -p 80 -h /www

[fails]
name = dev
cmd = sh -c "exit 42"

[pass]
name = dev
environment = -e DTK_TEST_SECRET

[home]
name = dev
volumes = -v {home}:/home
cmd = cat /home/file
EOF
# shellcheck disable=SC2089 # they are to be literal
DTK_TEST_B='b "$(id)" *' DTK_TEST_SECRET=hunter2
# shellcheck disable=SC2090
export DTK_TEST_B DTK_TEST_SECRET
generate

try "what is not built yet is no registry's image either"
status 125 run-image dev
grep -qi 'no such image' err || broken "$(cat err)"
grep -qxF "run-image: $id-dev:$id is not built yet; this builds it: build-image dev" err || broken "no hint: $(cat err)"

try "Ninja builds what a container needs and starts it"
HOME=$PWD/home ninja run-home >"$temp/out" 2>&1 || broken "ninja run-home"
expect_said '^at home$' "ninja run-home"
expect_said '"${HOME}":/home' "the variable stands on the printed line"
expect_builds 2 "the image and its parent"
forget
run-image dev true >"$temp/out" 2>&1 || broken "run-image dev true"
! grep -q "not built" "$temp/out" || broken "a hint where the image is there"
expect_calls 1 "an image that was built here is not asked for"
forget
rc=0
ninja run-fails >"$temp/out" 2>&1 || rc=$?
equal 1 "$rc" "Ninja's status for a command that failed"
expect_builds 0 "nothing has changed"

try "what run.cfg says reaches the container"
status 0 run-image dev
equal "the image's own" "$(cat out)" "the image's command"
status 0 run-image dev sh -c 'echo "$A|$B|$USER|$FROM_IMAGE"; cat /data/file; touch /data/new; ! touch "/a b/new"'
equal "two  words; \$(id)|b \"\$(id)\" *|$id|1
it's data" "$(cat out)"
present data/new
absent sub/new
(cd sub && status 0 run-image dev cat /data/file && has "it's data" out)
no_container || fail "something is left"

try "the command and the environment of the command line"
status 0 run-image -e 'C=c "c" $B' -e A=other -c 'sh -c "echo \"\$A|\$C|\$1\"" x' dev 'a  b'
equal 'other|c "c" $B|a  b' "$(cat out)"
status 0 run-image -e DTK_TEST_SECRET dev sh -c 'echo "$DTK_TEST_SECRET"'
equal hunter2 "$(cat out)"
lacks hunter2 err
status 0 run-image pass sh -c 'echo "$DTK_TEST_SECRET"'
equal hunter2 "$(cat out)"
lacks hunter2 err
has '-e DTK_TEST_SECRET' err
status 0 run-image -a '--hostname "my-host" --label x="$(id)"' dev hostname
equal my-host "$(cat out)"
printf 'piped\n' | run-image dev cat >piped 2>err || fail "standard input"
equal piped "$(cat piped)"

try "the exit status is the container's"
status 42 run-image fails
status 3 run-image dev sh -c 'exit 3'
status 127 run-image dev /nothing
status 125 run-image -a --no-such-option dev
status 143 run-image dev sh -c 'kill -TERM $$'
within 10 no_container || fail "something is left"

try "a request through the port"
status 0 run-image web
name=$(named err)
port=$(real port "$name" 80 | sed 's/.*://')
within 10 busybox wget -q -O page "http://127.0.0.1:$port/" || broken "no answer on port $port"
equal "$id" "$(cat page)"
real rm -f "$name" >/dev/null
within 10 no_container || fail "something is left"

try "networks"
status 0 run-image -n none dev sh -c 'ls /sys/class/net'
equal lo "$(cat out)"
real network create "$id" >/dev/null
status 0 run-image -k -n "$id" -c 'httpd -f -p 8080 -h /www' dev
name=$(named err)
fetch() { run-image -n "$id" dev wget -q -O - "http://$name:8080/" >page 2>err; }
within 10 fetch || broken "no answer from $name"
equal "$id" "$(cat page)" "one container finds the other by its name"
real rm -f "$name" >/dev/null

try "-k keeps a container that has ended, and does not wait"
status 0 run-image -k fails
name=$(named err)
equal 42 "$(real wait "$name")"
equal exited "$(real inspect --format '{{.State.Status}}' "$name")"
equal "$name" "$(containers)"
real rm "$name" >/dev/null

try "a terminal"
script -qec 'run-image dev sh -c "test -t 0 && test -t 1 && echo is one"' typescript >script.out 2>&1 </dev/null ||
	broken "script"
has 'is one' typescript
has ' -it ' typescript
status 0 run-image dev sh -c 'test -t 0 || test -t 1 || echo is none'
equal 'is none' "$(cat out)"

try "the tree alone, in another place, without anything of dtk's"
mkdir "$temp/moved"
cp -R generated data sub "$temp/moved"
echo moved >"$temp/moved/data/file"
(
	PATH=/usr/bin:/bin
	status 0 "$temp/moved/generated/_run.dev.sh" cat /data/file
)
equal moved "$(cat out)"
