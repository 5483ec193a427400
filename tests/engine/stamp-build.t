#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# timeout: 300
# While an image builds: failures, kills, edits, hooks, two at once.
# shellcheck source=tests/engine/stamp.sh
. "${DTK_SRC:?}/tests/engine/stamp.sh"

new_stamps
run_ninja

try "a failing RUN: the log's tail, the stamps as they were, siblings go on"
cp generated/stamps/app.seal generated/stamps/app.image "$temp"
tick
echo 'RUN echo told; false' >>generated/Dockerfile.app
echo '# comment' >>generated/Dockerfile.side
forget
if ninja -k0 >"$temp/out" 2>&1; then broken "a failing build passed"; fi
expect_built 'app side' "the sibling is built"
expect_said told "the tail of the log"
expect_said 'generated/logs/app.log' "where the log is"
same "$temp/app.image" generated/stamps/app.image
same "$temp/app.seal" generated/stamps/app.seal
sed -i '$d' generated/Dockerfile.app
forget
run_ninja
expect_builds 0 "as it was before"
quiet_all "after a failure"

try "killed while it builds: only that one again"
tick
echo 'RUN sleep 30' >>generated/Dockerfile.side
ninja >"$temp/out" 2>&1 &
ninja_pid=$!
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
	grep -q 'sleep 30' generated/logs/side.log && break
	sleep 0.2
done
sleep 0.5
kill -INT "$ninja_pid"
wait "$ninja_pid" || :
sed -i '$d' generated/Dockerfile.side
echo 'RUN sleep 0' >>generated/Dockerfile.side
expect_ninja '' side "the killed one"
quiet_all "after a kill"
[ -z "$(find generated -name '.dtk-*' -o -name '*.iid' -o -name '*.tar')" ] || broken "left behind: $(ls -a generated/stamps)"

try "killed between build and seal"
tick
echo 'RUN echo unsealed >/unsealed' >>generated/Dockerfile.side
cat >"$temp/killing" <<END
#!/bin/sh
"$temp/docker" "\$@" || exit
case " \$* " in *' build '*) kill -KILL "\$PPID" ;; esac
END
chmod +x "$temp/killing"
sed -i "s#$temp/docker#$temp/killing#" build.ninja
if ninja side >"$temp/out" 2>&1; then broken "not killed"; fi
sed -i "s#$temp/killing#$temp/docker#" build.ninja
run_ninja
[ "$(id_of "$id/side")" = "$(sealed side engine)" ] || broken "side is not what was sealed"
[ "$(cat_in "$id/side" /unsealed)" = unsealed ] || broken "side is the old one"
quiet_all "after that"

try "a file edited while it is built: the seal says what the image holds"
tick
echo 'RUN sleep 3' >>generated/Dockerfile.app
ninja app >"$temp/out" 2>&1 &
pid=$!
sleep 2
echo edited >app/one
wait "$pid" || broken "the build"
[ "$(cat_in "$id/app" /app/one)" = one ] || broken "the snapshot was not taken before"
expect_ninja app app "the edit is seen"
[ "$(cat_in "$id/app" /app/one)" = edited ] || broken "the edit is not in the image"
run_ninja
quiet_all "after an edit"
sed -i '$d' generated/Dockerfile.app
run_ninja

try "a pre-build script that writes into the context"
cat >dkbuildprebuildscript.sh <<'END'
echo "from the script" >app/written
END
run_ninja app
[ "$(cat_in "$id/app" /app/written)" = 'from the script' ] || broken "what it wrote is not in the image"
[ "$(sealed app key)" = "$(sed -n 's/^hash //p' generated/stamps/app.key)" ] || broken "the key is not the snapshot's"
forget
run_ninja app
expect_calls 0 "the key was rewritten with it"
run_ninja
run_ninja
quiet_all "with a script"

try "a failing pre-build script: no build; the failed and the post script run"
for hook in dkbuildbuildsuccessscript dkbuildfailedscript dkbuildpostbuildscript; do
	echo "echo $hook \$X >>'$temp/hooks'" >$hook.sh
done
echo 'export X=xvalue' >generated/_env.side.sh
echo 'export X=base' >generated/_env.base.sh
run_ninja
sort -u "$temp/hooks" >hooks
for hook in dkbuildbuildsuccessscript dkbuildpostbuildscript; do
	printf '%s\n' "$hook" "$hook base" "$hook xvalue"
done >expected
same expected hooks
: >"$temp/hooks"
echo 'exit 3' >dkbuildprebuildscript.sh
forget
if ninja side >"$temp/out" 2>&1; then broken "built in spite of the script"; fi
expect_builds 0 "a failing script"
printf '%s\n' 'dkbuildfailedscript base' 'dkbuildpostbuildscript base' >expected
same expected "$temp/hooks"
rm dkbuild*.sh app/written
tick
run_ninja
quiet_all "without scripts"

try "two ninja at once build each image once"
tick
echo 'RUN sleep 2' >>generated/Dockerfile.side
forget
ninja >"$temp/out" 2>&1 &
one=$!
ninja >"$temp/out2" 2>&1 &
two=$!
wait "$one" || broken "the first"
wait "$two" || { cat "$temp/out2"; broken "the second"; }
expect_built side "once"
run_ninja
quiet_all "after two"

try "the context of a Dockerfile outside it, and of one that is ignored"
mkdir -p services/one
echo service >services/one/file
dockerfile one 'FROM scratch' 'COPY file /file'
context=services/one edges one
expect_ninja '' one "a context of its own"
quiet_all "with it"
tick
echo other >services/one/file
expect_ninja '' one "a changed file there"
echo generated >.dockerignore
run_ninja
quiet_all "the Dockerfile itself is ignored"
rm .dockerignore
mkdir "$temp/outside"
echo outside >"$temp/outside/file"
dockerfile out 'FROM scratch' 'COPY file /file'
context=../outside edges out
expect_ninja '' out "a context outside the project"
tick
echo again >"$temp/outside/file"
expect_ninja '' out "a changed file outside the project"
run_ninja
quiet_all "with a context outside"

try "the project as context: generated files are, stamps are not; still a no-op"
dockerfile whole 'FROM scratch' 'COPY . /all'
edges whole
expect_ninja '' whole "the whole project"
run_ninja
quiet_all "the whole project"
real create --name "$id" "$id/whole" x >/dev/null
real export "$id" | tar t >list
real rm "$id" >/dev/null
has all/generated/Dockerfile.whole list
lacks generated/stamps list
lacks generated/logs list
lacks build.ninja list
