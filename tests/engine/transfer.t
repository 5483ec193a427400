#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# transfer-image: to a second engine, through a real sshd on this machine: whole, thinned, cut, and by hostile names.
# timeout: 300
# shellcheck source=tests/engine/project.sh
. "${DTK_SRC:?}/tests/engine/project.sh"
# shellcheck source=tests/engine/engine.sh
. "$DTK_SRC/tests/engine/engine.sh"
sshd=$(PATH=$PATH:/usr/sbin:/sbin command -v sshd) || skip "no sshd"
need ssh ssh-keygen zstd gzip script pv
PATH=$DTK_SRC/share/bin:$PATH

other=$temp/.engine-other
at_end()
{
	[ ! -f "$temp/sshd.pid" ] || kill "$(cat "$temp/sshd.pid")"
	engine_drop "$other"
}
there_host=$(engine_other "$other") || fail "no second engine"
there() { "$docker" --host "$there_host" "$@"; }
there_id() { there image inspect --format '{{.Id}}' "$1" 2>/dev/null | grep . || echo none; }
there_images() { there image ls -a --no-trunc --format '{{.ID}} {{.Repository}}:{{.Tag}}' | sort; }
cat_there() { there run --rm --network none "$1" cat "$2"; }

# serve PORT: sshd as the user who runs the test, with nothing of the machine's; false where it does not listen.
serve()
{
	sed 's/^	//' >"$temp/sshd_config" <<-END
	Port $1
	ListenAddress 127.0.0.1
	HostKey $temp/host_key
	AuthorizedKeysFile "$temp/authorized keys"
	PidFile none
	UsePAM no
	StrictModes no
	PasswordAuthentication no
	PermitRootLogin yes
	SetEnv TMPDIR=$temp/tmp
	END
	"$sshd" -D -f "$temp/sshd_config" -E "$temp/sshd.log" &
	echo $! >"$temp/sshd.pid"
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		grep -q 'Server listening' "$temp/sshd.log" 2>/dev/null && return 0
		kill -0 "$(cat "$temp/sshd.pid")" 2>/dev/null || return 1
		sleep 0.1
	done
	return 1
}

if [ ! -d /run/sshd ] && ! mkdir /run/sshd 2>/dev/null && ! sudo -n mkdir /run/sshd; then
	skip "no /run/sshd"
fi
mkdir "$temp/tmp" "$temp/here" "$temp/with blanks"
ssh-keygen -q -t ed25519 -N '' -f "$temp/host_key"
ssh-keygen -q -t ed25519 -N '' -f "$temp/with blanks/a key"
cp "$temp/with blanks/a key.pub" "$temp/authorized keys"
port=$((20000 + $$ % 20000))
until serve "$port"; do
	port=$((port + 1))
	[ "$port" -lt $((20020 + $$ % 20000)) ] || fail "sshd does not start: $(cat "$temp/sshd.log")"
done

# The user's ssh, which counts what it is given: a file in sent/ for each call.
mkdir "$temp/sent"
printf 'Host there\n  HostName 127.0.0.1\n  Port %s\n  User %s\n  IdentitiesOnly yes\n  LogLevel ERROR\n' \
	"$port" "$(id -un)" >"$temp/ssh_config"
printf '  UserKnownHostsFile %s\n  StrictHostKeyChecking accept-new\n  BatchMode yes\n' "$temp/known" >>"$temp/ssh_config"
cat >"$temp/ssh" <<EOF
#!/bin/sh
tee "$temp/sent/\$\$" | ssh -F "$temp/ssh_config" "\$@"
EOF
chmod +x "$temp/ssh"
DTK_SSH=$temp/ssh SSH_KEY="$temp/with blanks/a key" TMPDIR=$temp/here DTK_REMOTE_DOCKER="$docker --host $there_host"
export DTK_SSH SSH_KEY TMPDIR DTK_REMOTE_DOCKER

ssh_calls() { find "$temp/sent" -type f | wc -l; }
sent() { cat "$temp/sent"/* | wc -c; }
received() { sed -n 's/^received \([0-9]*\) bytes$/\1/p' "$temp/out"; }
# transfer WORD...: succeeds; transfer_fails STATUS WORD...
transfer()
{
	rm -f "$temp/sent"/*
	transfer-image "$@" >"$temp/out" 2>&1 </dev/null || broken "transfer-image $*: status $?"
	tidy "$*"
}
transfer_fails()
{
	expected=$1
	shift
	rm -f "$temp/sent"/*
	result=0
	transfer-image "$@" >"$temp/out" 2>&1 </dev/null || result=$?
	equal "$expected" "$result" "transfer-image $*: $(cat "$temp/out")"
	tidy "$*"
}
# Nothing stays on either side; the other one takes a moment to see that a connection is gone.
tidy()
{
	[ -z "$(ls -A "$temp/here")" ] || broken "$1: left here: $(ls -A "$temp/here")"
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		[ -n "$(ls -A "$temp/tmp")" ] || return 0
		sleep 0.25
	done
	broken "$1: left there: $(ls -AR "$temp/tmp")"
}

# A base that does not compress, and what is built on it.
mkdir image
cp /bin/busybox image
head -c 3000000 /dev/urandom >image/noise
printf '%s\n' 'FROM scratch' 'COPY busybox /bin/busybox' 'RUN ["/bin/busybox", "--install", "-s", "/bin"]' \
	"RUN echo $id >/id" 'COPY noise /noise' >image/Dockerfile
DOCKER_BUILDKIT=1 real build -q -t "$id/base:1" -t "$id/base:2" image >out
printf 'FROM %s\nRUN echo more >/more\nRUN true\nENV A=b\n' "$id/base:1" |
	DOCKER_BUILDKIT=1 real build -q -t "$id/app:1" - >out
DOCKER=$docker DOCKER_HOST=$host
export DOCKER DOCKER_HOST

try "a dry run says what it is, and what would be run"
transfer -n "$id/base:1" there
expect_said "^$id/base:1: 4 of 4 layers to send, about [0-9]* bytes" "what"
expect_said "save $id/base:1 | zstd .* | .*ssh -i '$temp/with blanks/a key' there 'zstd -dc | $docker --host $there_host load'" "how"
equal none "$(there_id "$id/base:1")"

try "the whole image: the same ID, and it runs there"
transfer "$id/base:1" there
equal "$(id_of "$id/base:1")" "$(there_id "$id/base:1")"
equal "$id" "$(cat_there "$id/base:1" /id)"
equal none "$(there_id "$id/base:2")" "another tag of the same name"
expect_said "^$id/base:1 is sha256:" "what it is there"
whole=$(received)
if [ "$whole" -lt 3000000 ] || [ "$(sent)" -lt "$whole" ]; then broken "it sent $(sent) and received $whole bytes"; fi

try "a second time nothing is sent"
transfer "$id/base:1" there
expect_said "^there has $id/base:1 already: nothing to transfer" "a second time"
[ "$(sent)" -lt 4000 ] || broken "$(sent) bytes"

try "another tag of what is there: only that"
transfer "$id/base:2" there
equal "$(id_of "$id/base:1")" "$(there_id "$id/base:2")"
expect_said ' tag sha256:' "the command"
[ "$(sent)" -lt 4000 ] || broken "$(sent) bytes"

try "an image on it: only its own layers"
transfer "$id/app:1" there
expect_said "^$id/app:1: [12] of [56] layers to send" "how many"
equal "$(id_of "$id/app:1")" "$(there_id "$id/app:1")"
equal more "$(cat_there "$id/app:1" /more)"
[ "$(received)" -lt 20000 ] || broken "$(received) bytes"
transfer "$id/app:1" there
expect_said "nothing to transfer" "a second time"

try "-w sends all layers, and each compressor does"
for packer in gzip none; do
	there rmi -f "$id/app:1" >/dev/null
	transfer -w -z "$packer" "$id/app:1" there
	equal more "$(cat_there "$id/app:1" /more)" "$packer"
	[ "$(received)" -gt 3000000 ] || broken "$packer: only $(received) bytes"
done
there rmi -f "$id/app:1" >/dev/null
transfer_fails 1 -z no-such-packer "$id/app:1" there
expect_said 'there is no no-such-packer here or on there' "which"
transfer_fails 2 -z '../bin/sh' "$id/app:1" there

try "an image by its ID"
app=$(id_of "$id/app:1")
transfer "$(printf %.20s "${app#sha256:}")" there
equal "$app" "$(there_id "$app")"
transfer "$app" there
expect_said "nothing to transfer" "by its ID"
there rmi -f "$app" >/dev/null
real tag "$id/app:1" "$id/latest"
transfer "$id/latest" there
equal "$app" "$(there_id "$id/latest:latest")" "no tag means latest"
there rmi -f "$id/latest" "$id/base:1" "$id/base:2" >/dev/null

try "the connection is cut: nothing is loaded, no file stays"
there_images >"$temp/before"
cat >"$temp/cut" <<EOF
#!/bin/sh
# The second call gets so many bytes; then its ssh is killed, or its input just ends.
if [ ! -e "$temp/sent/1" ]; then
	: >"$temp/sent/1"
	exec ssh -F "$temp/ssh_config" "\$@"
fi
mkfifo "$temp/sent/fifo"
ssh -F "$temp/ssh_config" "\$@" <"$temp/sent/fifo" &
{
	head -c "\$(cat "$temp/bytes")"
	[ -e "$temp/end" ] || kill -9 "\$!"
} >"$temp/sent/fifo"
wait "\$!"
EOF
chmod +x "$temp/cut"
DTK_SSH=$temp/cut
for bytes in 200 3000 2000000; do
	echo "$bytes" >"$temp/bytes"
	transfer_fails 1 "$id/app:1" there
	expect_said 'the connection to there broke' "$bytes bytes"
	there_images | cmp - "$temp/before" || broken "something was loaded after $bytes bytes"
done
: >"$temp/end"
for bytes in 2000000 "$whole"; do
	echo "$bytes" >"$temp/bytes"
	transfer_fails 1 "$id/app:1" there
	expect_said 'it did not arrive whole: nothing was loaded' "$bytes bytes"
	there_images | cmp - "$temp/before" || broken "something was loaded of $bytes bytes"
done
DTK_SSH=$temp/ssh

try "here the engine ends half way: nothing is loaded there"
cat >"$temp/half" <<EOF
#!/bin/sh
case " \$* " in
*" save "*) "$docker" "\$@" | head -c 2000000; exit 1 ;;
esac
exec "$docker" "\$@"
EOF
chmod +x "$temp/half"
DOCKER=$temp/half transfer_fails 1 "$id/app:1" there
expect_said 'it did not arrive whole: nothing was loaded' "half"
there_images | cmp - "$temp/before" || broken "something was loaded of half an image"

try "a layer is lost there meanwhile: nothing is loaded, and -w does it"
transfer "$id/base:1" there
cat >"$temp/lose" <<EOF
#!/bin/sh
[ ! -e "$temp/sent/1" ] || "$docker" --host "$there_host" rmi -f "$id/base:1" >/dev/null
: >"$temp/sent/1"
exec ssh -F "$temp/ssh_config" "\$@"
EOF
chmod +x "$temp/lose"
DTK_SSH=$temp/lose
transfer_fails 1 "$id/app:1" there
expect_said 'there did not load' "what happened"
expect_said '[-]w sends all layers' "what to do"
there_images | cmp - "$temp/before" || broken "something was loaded on a layer that is gone"
DTK_SSH=$temp/ssh
transfer -w "$id/app:1" there
equal more "$(cat_there "$id/app:1" /more)"

try "what cannot be done is said"
transfer_fails 1 "$id/none:1" there
expect_said "the engine has no image $id/none:1" "no such image"
transfer_fails 1 "$id/app:1" nowhere.invalid
expect_said 'nowhere.invalid cannot be reached' "no such host"
DTK_REMOTE_DOCKER="$docker --host unix:///nowhere" transfer_fails 1 "$id/app:1" there
expect_said 'the engine of there does not answer' "no engine there"
transfer_fails 1 --remote-docker 'no-such-client' "$id/app:1" there
DOCKER_HOST=unix:///nowhere transfer_fails 1 "$id/app:1" there
expect_said 'did not answer' "no engine here"
SSH_KEY=$temp/none transfer_fails 1 "$id/app:1" there
expect_said 'none cannot be read' "no key"
transfer_fails 2 "$id/app:1"
transfer_fails 2
transfer_fails 2 "$id/app:1" there more
transfer_fails 2 --no-such-option "$id/app:1" there
transfer-image --help | grep -q '^usage: transfer-image' || broken "no help"

try "hostile images and hosts are refused before anything is called"
for word in '' '-' '--' '-oProxyCommand=touch pwned' "\$(touch pwned)" "a b" "a'b" 'a"b' "a;touch pwned" 'a|b' 'a&b' 'a
b' 'a`touch pwned`' 'a>pwned' '*'; do
	transfer_fails 2 "$word" there
	transfer_fails 2 "$id/app:1" "$word"
	transfer_fails 2 -- "$word" there
	transfer_fails 2 -- "$id/app:1" "$word"
	equal 0 "$(ssh_calls)" "$word"
done
if find "$temp" -name 'pwned*' | grep .; then broken "something ran"; fi

try "a client there with a hostile word is given it as a word"
transfer_fails 1 --remote-docker "$docker --host '; touch $temp/pwned; #" "$id/app:1" there
transfer_fails 1 --remote-docker "$docker \$(touch $temp/pwned)" "$id/app:1" there
absent "$temp/pwned"

try "on a terminal: pv shows how far it is; without pv it works as well"
there rmi -f "$id/app:1" >/dev/null
TERM=dumb script -qec "transfer-image '$id/app:1' there" "$temp/typescript" >"$temp/out" 2>&1 </dev/null || broken "pv"
expect_said 'iB/s' "pv"
there rmi -f "$id/app:1" >/dev/null
mkdir "$temp/bin"
find /usr/bin /bin/ -maxdepth 1 ! -name pv ! -name zstd -exec ln -sf {} "$temp/bin/" \;
PATH=$DTK_SRC/share/bin:$DTK_BIN:$temp/bin script -qec "transfer-image '$id/app:1' there" "$temp/typescript" \
	>"$temp/out" 2>&1 </dev/null || broken "no pv"
if grep -q 'iB/s' "$temp/out"; then broken "where is pv?"; fi
expect_said 'gzip -nc' "what both have"
equal more "$(cat_there "$id/app:1" /more)"
tidy "terminals"

try "a directory of docker/, from anywhere in the project, by the engine that the project has"
unset DOCKER DOCKER_HOST
mkdir -p "$temp/proj/docker/dev" "$temp/proj/src/deep"
cd "$temp/proj"
printf 'FROM %s\nRUN echo dev >/dev-image\n' "$id/base:1" >docker/dev/Dockerfile
printf '[dev]\ntag=%s\n[run_image]\nsynthetic_images=shell\n[shell]\nname=dev\n' "$id" >docker/run.cfg
client=$docker generate
run_ninja dev
cd src/deep
transfer dev there
equal dev "$(cat_there "proj-dev:$id" /dev-image)"
equal "dev shell" "$(transfer-image --list | sort | tr '\n' ' ' | sed 's/ $//')" "the images"
transfer shell there
expect_said "nothing to transfer" "a second name of it"
real rmi -f "proj-dev:$id" >/dev/null
transfer_fails 1 dev there
expect_said "the engine has no image proj-dev:$id" "which is not built"

try "an image of Ninja's goes with all its tags"
cd "$temp"
new_project
run_ninja 1.0-base
transfer 1.0-base there
for tag in 1.0 1; do
	equal "$(id_of "$id/os:$tag")" "$(there_id "$id/os:$tag")" "$tag"
done
real rmi "$id/os:1" >/dev/null
transfer_fails 1 1.0-base there
expect_said 'run ninja verify' "a tag is lost"
