#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What is remembered of builds, and how dtk-gen -t status tells it.
# timeout: 400
# shellcheck source=tests/engine/project.sh
. "${DTK_SRC:?}/tests/engine/project.sh"
need "$DTK_PYTHON"

# Ten steps of which the sixth is told by a build argument's place: $1.
write_ten() {
	cat >ten/Dockerfile <<-END
	FROM $id/base
	RUN echo 1
	RUN echo 2
	RUN echo 3
	RUN echo 4
	RUN echo 5
	RUN echo $1
	RUN echo 7
	RUN echo 8
	RUN echo 9
	RUN echo 10 && echo '#3 CACHED'
	END
}

new_images() {
	counting_docker
	mkdir -p "$temp/p/base" "$temp/p/ten" "$temp/p/copy"
	cd "$temp/p"
	cp /bin/busybox base/busybox
	printf '%s\n' 'FROM scratch' 'COPY busybox /bin/busybox' \
		'RUN ["/bin/busybox", "--install", "-s", "/bin"]' "RUN echo $id >/id" >base/Dockerfile
	write_ten six
	echo one >copy/file
	printf '%s\n' "FROM $id/base" 'COPY file /' >copy/Dockerfile
	write_images ''
	generate --config m.yaml
}

# write_images TAGS: of the image copy, besides its first.
write_images() {
	sed 's/^	//' >m.yaml <<-END
	images:
	  - {name: base, dockerfile: base/Dockerfile, group: all-of-them, tags: ["$id/base"]}
	  - {name: ten, dockerfile: ten/Dockerfile, group: some, tags: ["$id/ten"]}
	  - {name: copy, dockerfile: copy/Dockerfile, group: some, tags: ["$id/copy"$1]}
	END
}

tool() {
	dtk-gen --config m.yaml --docker "$client" ${host:+--host "$host"} -t "$@"
}

# told EXPRESSION: of the JSON; `i` has the images by name.
told() {
	tool status --json >"$temp/json" 2>"$temp/err" || broken "status: $(cat "$temp/err")"
	"$DTK_PYTHON" -c '
import json, sys
all = json.load(open(sys.argv[1]))
i = {image["name"]: image for image in all["images"]}
print(eval(sys.argv[2]))' "$temp/json" "$1" || broken "no answer to $1: $(cat "$temp/json")"
}
states() { told '" ".join(x["name"] + "=" + x["state"] for x in all["images"])'; }
expect() { equal "$1" "$(told "$2")" "$3"; }

new_images
try "nothing is built: all is missing, and nobody is asked"
equal 'base=missing ten=missing copy=missing' "$(states)" "missing"
expect None 'i["ten"]["last"]' "no last build"
expect 'never built' 'i["ten"]["why"]' "why"
expect_calls 0 "status asked the engine"

try "built: when, how long, how large, and what ran"
before=$(date +%s)
run_ninja
after=$(date +%s)
equal 'base=fresh ten=fresh copy=fresh' "$(states)" "fresh"
expect built 'i["ten"]["last"]["result"]' "result"
expect '10 0' '"%d %d" % (i["ten"]["last"]["steps"], i["ten"]["last"]["cached"])' "the steps that ran"
expect "$(head -n 1 generated/stamps/ten.image)" 'i["ten"]["last"]["image"]' "the image"
expect "$(real image inspect --format '{{.Size}}' "$id/ten")" 'i["ten"]["size"]' "its size"
expect True "$before - 1 <= i['ten']['last']['begun_ms'] / 1000 <= $after" "when"
expect True "0 < i['ten']['last']['took_ms'] <= 1000 * ($after - $before + 1)" "how long"
expect True 'all["total"]["size"] == sum(x["size"] for x in all["images"])' "the sum"
expect None 'i["ten"]["why"]' "nothing to say"

try "a run without work remembers nothing and asks nobody"
cp generated/stamps/ten.history ten.history
quiet all
cmp ten.history generated/stamps/ten.history || broken "the history changed"
rm generated/stamps/.ninja_log
forget
run_ninja
expect_builds 0 "a lost log"
cmp ten.history generated/stamps/ten.history || broken "the history changed"

try "an edit in the middle: what comes before is cached"
tick
write_ten other
equal 'base=fresh ten=stale copy=fresh' "$(states)" "stale"
expect 'Dockerfile changed' 'i["ten"]["why"]' "why"
expect True '"Dockerfile:7: +RUN echo other" in i["ten"]["reasons"]' "in full"
run_ninja
expect '10 5' '"%d %d" % (i["ten"]["last"]["steps"], i["ten"]["last"]["cached"])' "cached"
expect 'its inputs changed' 'i["ten"]["last"]["why"]' "why it was built"
expect 2 'len(i["ten"]["runs"])' "two builds are remembered"
expect "$(head -n 1 generated/stamps/ten.image)" 'i["ten"]["runs"][0]["image"]' "the newest one first"
expect True 'all["total"]["last_cached"] >= 5 and all["total"]["builds"] == 4' "the sums"

try "the table"
tool status >"$temp/out"
expect_said '^IMAGE *STATE *LAST BUILD *TOOK *CACHED *SIZE' "its head"
expect_said "^ten *fresh *$(date +%Y)-[01][0-9]-[0-3][0-9] [0-2][0-9]:[0-5][0-9] .*  5/10  50% " "the row"
expect_said '^3 images: 3 fresh$' "the sum"
expect_said '^cache efficiency: [0-9]*% of the last builds ([0-9]* of 14 steps, ' "the efficiency"
tool status copy >"$temp/out"
expect_said '^1 image: 1 fresh$' "one image"
if grep -q '^base' "$temp/out"; then broken "its parent is shown"; fi
tool status some >"$temp/out"
expect_said '^2 images: 2 fresh$' "a group"
if tool status coppy >"$temp/out" 2>&1; then broken "an unknown name passed"; fi
expect_said "did you mean 'copy'" "an unknown name"
run_ninja status
expect_said '^3 images: 3 fresh$' "ninja status"

try "a failed build: where it failed; the stamps stay"
tick
sed -i 's/RUN echo 9$/RUN echo nine; false/' ten/Dockerfile
if ninja >"$temp/out" 2>&1; then broken "it failed not"; fi
equal 'base=fresh ten=failed copy=fresh' "$(states)" "failed"
expect '[10/11] RUN echo nine; false' 'i["ten"]["why"]' "where"
expect 'failed 9 8 None' '"%(result)s %(steps)d %(cached)d %(image)s" % i["ten"]["last"]' "the run"
expect True 'i["ten"]["size"] > 0' "the size of the one that is there"
expect "$(head -n 1 generated/stamps/ten.image)" 'i["ten"]["runs"][1]["image"]' "the one before"
tool status >"$temp/out"
expect_said '^ten *failed .*\[10/11\] RUN echo nine; false$' "the row"

try "as it was: fresh again without a build"
tick
sed -i 's/RUN echo nine; false/RUN echo 9/' ten/Dockerfile
equal 'base=fresh ten=fresh copy=fresh' "$(states)" "fresh"
forget
run_ninja
expect_builds 0 "as it was"

try "a script that fails is what failed"
tick
printf 'exit 3\n' >dkbuildprebuildscript.sh
if ninja >"$temp/out" 2>&1; then broken "it failed not"; fi
expect 'failed dkbuildprebuildscript.sh None' '"%(result)s %(why)s %(steps)s" % i["base"]["last"]' "the script"
equal 'base=failed ten=failed copy=stale' "$(states)" "the last build of both failed"
tick
rm dkbuildprebuildscript.sh
equal 'base=fresh ten=fresh copy=fresh' "$(states)" "gone"
forget
run_ninja
expect_builds 0 "gone"

try "parents, tags, a lost image"
tick
sed -i 's/echo t/echo  t/' base/Dockerfile
equal 'base=failed ten=stale copy=stale' "$(states)" "the last build failed, and it is not fresh"
run_ninja
equal 'base=fresh ten=fresh copy=fresh' "$(states)" "built"
sed -i 's/echo  t/echo   t/' base/Dockerfile
equal 'base=stale ten=stale copy=stale' "$(states)" "a parent"
expect 'parent is stale' 'i["ten"]["why"]' "why"
sed -i 's/echo   t/echo  t/' base/Dockerfile
tick
write_images ", \"$id/copy:more\""
equal 'base=fresh ten=fresh copy=stale' "$(states)" "a tag"
expect 'tags to apply' 'i["copy"]["why"]' "why"
expect built 'i["copy"]["last"]["result"]' "the last build"
forget
run_ninja
expect_builds 0 "a tag"
expect 'tagged built' 'i["copy"]["runs"][0]["result"] + " " + i["copy"]["last"]["result"]' "tagging is no build"
real rmi -f "$id/ten" >/dev/null
run_ninja verify
equal 'base=fresh ten=missing copy=fresh' "$(states)" "gone"
expect 'gone from engine' 'i["ten"]["why"]' "why"
run_ninja
expect 'the engine does not have it' 'i["ten"]["last"]["why"]' "why it was built"

try "a killed build leaves what was remembered"
cp generated/stamps/ten.history ten.history
tick
sed -i 's/RUN echo 9$/RUN sleep 30/' ten/Dockerfile
setsid ninja >"$temp/out" 2>&1 &
pid=$!
session() {
	cat /proc/[0-9]*/stat 2>/dev/null | awk -v s="$pid" '{ id = $1; sub(/.*\) /, ""); if ($4 == s) print id }'
}
left=200
until grep -q 'RUN sleep 30' generated/logs/ten.log; do
	left=$((left - 1))
	[ "$left" -gt 0 ] || broken "it does not come that far"
	sleep 0.1
done
session | xargs kill -KILL
wait "$pid" 2>/dev/null || true
cmp ten.history generated/stamps/ten.history || broken "the history changed"
equal 'base=fresh ten=stale copy=fresh' "$(states)" "killed"
tick
sed -i 's/RUN sleep 30/RUN echo 9/' ten/Dockerfile
run_ninja

try "a history that is lost or damaged is none: the seal still tells when"
printf 'rubbish' >generated/stamps/ten.history
rm generated/stamps/copy.history
expect 'True None 0' '"%s %s %d" % (i["ten"]["last"]["begun_ms"] > 0, i["ten"]["last"]["steps"], len(i["ten"]["runs"]))' \
	"damaged"
expect True 'i["copy"]["last"]["took_ms"] > 0' "lost"
equal 'base=fresh ten=fresh copy=fresh' "$(states)" "fresh all the same"
tick
write_ten third
run_ninja
expect 1 'len(i["ten"]["runs"])' "begun anew"

try "a table fits its terminal"
cat >narrow.py <<'END'
import fcntl, os, pty, struct, sys, termios
pid, fd = pty.fork()
if pid == 0:
    fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 24, int(sys.argv[1]), 0, 0))
    os.execvp(sys.argv[2], sys.argv[2:])
text = b""
while True:
    try:
        got = os.read(fd, 65536)
    except OSError:
        break
    if not got:
        break
    text += got
os.waitpid(pid, 0)
lines = text.decode().replace("\r", "").split("\n")
rows = [line for line in lines[:lines.index("")]]
assert max(map(len, rows)) <= int(sys.argv[1]), rows
print("\n".join(rows))
END
tick
write_ten fourth
for width in 72 80 200; do
	"$DTK_PYTHON" narrow.py "$width" dtk-gen --config m.yaml -t status >"$temp/out" || broken "at $width columns"
	expect_said 'Dockerfile changed$' "at $width columns"
done

try "clean: what is left of an image that is gone, and its place in the index of tags; never the image"
run_ninja
tags=$(find generated/stamps/.tags -type f | wc -l)
sed -i '/name: copy/d' m.yaml
generate --config m.yaml
tool clean --max-age 0 >"$temp/out"
expect_said '  copy is gone: [0-9]* files$' "what goes"
absent generated/stamps/copy.seal generated/stamps/copy.image generated/stamps/copy.key generated/logs/copy.log
present generated/stamps/ten.seal generated/stamps/ten.history
equal $((tags - 2)) "$(find generated/stamps/.tags -type f | wc -l)" "the index of tags"
real image inspect "$id/copy" >/dev/null || broken "an image was removed"
quiet all
