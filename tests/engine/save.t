#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# save-T: images go to an archive, and with its script into an engine that knows nothing of this one.
# timeout: 300
# shellcheck source=tests/engine/project.sh
. "${DTK_SRC:?}/tests/engine/project.sh"
# shellcheck source=tests/engine/engine.sh
. "$DTK_SRC/tests/engine/engine.sh"

other=$temp/.engine-other
at_end() { engine_drop "$other"; }
there_host=$(engine_other "$other") || fail "no second engine"
there() { "$docker" --host "$there_host" "$@"; }
there_id() { there image inspect --format '{{.Id}}' "$1" 2>/dev/null | grep . || echo none; }
# load WORD...: the script, as somebody calls it who has nothing but the three files; its exit status.
load() { DOCKER="$docker --host $there_host" sh "$@" >"$temp/out" 2>&1; }
nothing_there() { [ -z "$(there image ls -aq)" ] || broken "$1: $(there image ls -a)"; }
wipe() { there image ls -q | sort -u | while read -r image; do there rmi -f "$image" >/dev/null; done; }
dates() { stat -c '%n %y %i' generated/saved/*; }
saves() { grep -c -E '(^| )save ' "$log" || true; }

new_project

try "a sequence: built first, then saved once, whatever its images share"
forget
run_ninja save-stack
expect_builds 8 "what is saved"
[ "$(saves)" = 1 ] || broken "$(saves) saves"
equal 'load-stack stack.sha256 stack.tar.gz' "$(find generated/saved -type f -exec basename {} \; | sort | tr '\n' ' ' | sed 's/ $//')"
(cd generated/saved && sha256sum -c stack.sha256 >/dev/null) || broken "its digest"
gzip -dc generated/saved/stack.tar.gz | tar -t >"$temp/list"
[ "$(sort "$temp/list" | uniq -d | wc -l)" -eq 0 ] || broken "an entry twice"
shared=$(gzip -dc generated/saved/stack.tar.gz | wc -c)
quiet stack

try "nothing changed: the archive is not written again"
dates >"$temp/before"
forget
run_ninja save-stack
[ "$(saves)" = 0 ] || broken "saved again"
dates | cmp -s - "$temp/before" || broken "written again"
expect_said 'generated/saved/stack.tar.gz: as it was saved, [0-9]* bytes' "what is there"
quiet stack

try "whichever of the three files is gone comes back, and an image gives the same bytes"
run_ninja save-1.0-py3.9-app
cp generated/saved/1.0-py3.9-app.tar.gz "$temp/first"
for file in 1.0-py3.9-app.tar.gz 1.0-py3.9-app.sha256 load-1.0-py3.9-app; do
	rm "generated/saved/$file"
	run_ninja save-1.0-py3.9-app
	cmp "$temp/first" generated/saved/1.0-py3.9-app.tar.gz || broken "other bytes"
	[ -f "generated/saved/$file" ] || broken "$file did not come back"
done

try "the regeneration does not see it, and no context has it"
forget
run_ninja -d explain stack
expect_calls 0 "saved files"
grep -q 'no work to do' "$temp/out" || broken "something to do"
sed -i 's/^COPY app .*/COPY . \/app/' templates/app.dockerfile.j2
tick
run_ninja 1.0-py3.9-app
if real run --rm --network none "$id/os:1.0-py3.9-app" find /app | grep -E 'saved|tar\.gz'; then
	broken "an archive is in an image"
fi
sed -i 's/^COPY \. .*/COPY app \/app/' templates/app.dockerfile.j2
tick
run_ninja save-stack

try "across the gap: three files, a shell and an engine that has nothing"
carrier="$temp/a carrier's \$HOME"
mkdir "$carrier"
cp generated/saved/* "$carrier"
load "$carrier/load-stack" || broken "it did not load"
expect_said "$id/os:1.0-py3.9-app is sha256:" "what it did"
for tag in 1.0 1 2.0 2 1.0-py3.9-tool 1.0-py3.9-app 2.0-py3.9-app 1.0-py3.9-side; do
	equal "$(id_of "$id/os:$tag")" "$(there_id "$id/os:$tag")" "$tag"
done
equal one "$(there run --rm --network none "$id/os:1.0-py3.9-app" cat /app/one)"
command -v shellcheck >/dev/null && { shellcheck "$carrier/load-stack" || broken "the script"; }

try "a second time nothing is loaded; -n only looks"
load "$carrier/load-stack" || broken "a second time"
expect_said 'all of it is there, nothing was loaded' "a second time"
there rmi "$id/os:1.0-py3.9-side" >/dev/null
if load "$carrier/load-stack" -n; then broken "-n says that all is there"; fi
expect_said "$id/os:1.0-py3.9-side is not sha256:" "what is missing"
equal none "$(there_id "$id/os:1.0-py3.9-side")" "-n loads nothing"
(cd "$carrier" && load load-stack) || broken "from its own directory"
wipe

try "one bit flipped anywhere, a cut or a longer archive: refused, nothing loaded"
size=$(wc -c <"$carrier/stack.tar.gz")
for at in 4 $((size / 3)) $((size - 1)); do
	cp "$carrier/stack.tar.gz" "$temp/flipped"
	byte=$(od -An -tu1 -j "$at" -N 1 "$temp/flipped" | tr -d ' ')
	# shellcheck disable=SC2059 # the format is the byte
	printf "\\$(printf %03o $((byte ^ 16)))" | dd of="$temp/flipped" bs=1 seek="$at" conv=notrunc 2>/dev/null
	if load "$carrier/load-stack" "$temp/flipped"; then broken "byte $at"; fi
	expect_said 'is not what was saved: its SHA-256 is' "byte $at"
	nothing_there "byte $at"
done
head -c "$((size / 2))" "$carrier/stack.tar.gz" >"$temp/flipped"
if load "$carrier/load-stack" "$temp/flipped"; then broken "a cut archive"; fi
{ cat "$carrier/stack.tar.gz"; echo; } >"$temp/flipped"
if load "$carrier/load-stack" "$temp/flipped"; then broken "a longer archive"; fi
nothing_there "a cut or longer archive"
if load "$carrier/load-stack" "$temp/none"; then broken "no archive"; fi
expect_said "there is no $temp/none" "no archive"

try "another image under the tag, with a digest that fits: told, and nothing stays"
run_ninja save-1.0-base
cp generated/saved/*1.0-base* "$carrier"
real tag "$id/os:2.0" "$id/keep"
real rmi "$id/os:1.0" >/dev/null
real tag "$id/keep" "$id/os:1.0"
real save "$id/os:1.0" "$id/os:1" | gzip -n >"$carrier/1.0-base.tar.gz"
digest=$(sha256sum <"$carrier/1.0-base.tar.gz")
sed -i "s/^digest=.*/digest=${digest%% *}/" "$carrier/load-1.0-base"
if load "$carrier/load-1.0-base"; then broken "another image was taken"; fi
expect_said "$id/os:1.0 is not sha256:" "which"
nothing_there "another image"
real save "$id/os:2.0" | there load >/dev/null
there tag "$id/os:2.0" "$id/os:1.0"
was=$(there_id "$id/os:1.0")
real rmi "$id/os:1.0" >/dev/null
real tag "$id/os:1.0-py3.9-side" "$id/os:1.0"
real save "$id/os:1.0" "$id/os:1" | gzip -n >"$carrier/1.0-base.tar.gz"
digest=$(sha256sum <"$carrier/1.0-base.tar.gz")
sed -i "s/^digest=.*/digest=${digest%% *}/" "$carrier/load-1.0-base"
if load "$carrier/load-1.0-base"; then broken "a third image was taken"; fi
equal "$was" "$(there_id "$id/os:1.0")" "what the tag named before"
equal none "$(there_id "$id/os:1")" "a tag that was not there"
there image ls -aq --no-trunc | grep -F "$(id_of "$id/os:1.0-py3.9-side")" && broken "the third image stayed"
run_ninja verify

try "an image without its tags where they say is not saved"
real rmi "$id/os:2" >/dev/null
real tag "$id/os:1.0" "$id/os:2"
rm generated/do/save-2.0-base 2>/dev/null || true
if ninja save-2.0-base >"$temp/out" 2>&1; then broken "saved a stranger"; fi
expect_said 'run ninja verify' "what to do"
[ ! -e generated/saved/2.0-base.tar.gz ] || broken "an archive of a stranger"
run_ninja verify
run_ninja save-2.0-base

try "an image that changed is saved again, and an interrupted save leaves the old archive"
run_ninja save-app
cp generated/saved/app.tar.gz "$temp/first"
tick
echo changed >app/one
cat >"$client" <<EOF
#!/bin/sh
printf '%s\n' "\$*" >>"$log"
case " \$* " in
*" save "*) "$docker" "\$@" | head -c 1000000; exit 0 ;;
esac
exec "$docker" "\$@"
EOF
if ninja save-app >"$temp/out" 2>&1; then broken "half an archive was taken"; fi
cmp "$temp/first" generated/saved/app.tar.gz || broken "the old archive"
[ -z "$(find generated/saved -name '.dtk-*')" ] || broken "half an archive stayed"
counting_docker
: >generated/saved/.dtk-of-one-that-was-killed
run_ninja save-app
[ -z "$(find generated/saved -name '.dtk-*')" ] || broken "what a killed save left stays"
cmp -s "$temp/first" generated/saved/app.tar.gz && broken "the old archive stayed"
wipe
load generated/saved/load-app || broken "$(cat "$temp/out")"
equal changed "$(there run --rm --network none "$id/os:2.0-py3.9-app" cat /app/one)"

try "shared layers were saved once"
run_ninja save-base save-all
alone=$(gzip -dc generated/saved/base.tar.gz | wc -c)
[ "$shared" -lt $((alone * 2)) ] || broken "$shared bytes where the bases alone take $alone"
