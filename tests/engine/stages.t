#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# timeout: 400
# Images made of stages: what an edit runs and what the engine's cache serves, and who writes the ledger.
# shellcheck source=tests/engine/project.sh
. "${DTK_SRC:?}/tests/engine/project.sh"

ledger=matrices/stages.dtk-ledger

# declare STAGE=VERSION[<NEED]...: ten stages of a line each, in the order of the words.
declare_stages() {
	cat >matrices/stages.yaml <<END
name: $id-stages
base: $id/busybox
user: app
env_scripts: ["echo $id >/env"]
stages:
END
	for word; do
		name=${word%%=*} version=${word#*=}
		need=
		case $version in *'<'*) need=${version#*<} version=${version%<*} ;; esac
		printf '  - {name: %s, dependencies: [%s], commands: ["echo start-%s >/start-%s", "echo %s-%s >/%s"]}\n' \
			"$name" "$need" "$name" "$name" "$name" "$version" "$name"
	done >>matrices/stages.yaml
	tick
}

# What the last build ran, by the names of stages and files, in order, on one line; the rest of its steps were CACHED.
ran() {
	awk '
		/^#[0-9]+ \[ *[0-9]+\/[0-9]+\] (RUN|COPY)/ { title[$1] = $0; if (!($1 in at)) { at[$1] = ++n; order[n] = $1 } }
		/^#[0-9]+ CACHED/ { cached[$1] = 1 }
		END { for (i = 1; i <= n; i++) if (!(order[i] in cached)) print title[order[i]] }
	' "generated/logs/$id-stages.log" | sed -n 's#.*>/\([^ ;"]*\)$#\1#p; s/.*COPY \([^ ]*\).*/copy-\1/p; s/.*RUN user=\([a-z]*\);.*/user-\1/p' |
		tr '\n' ' ' | sed 's/ $//'
}
cached() { grep -c '^#[0-9]* CACHED' "generated/logs/$id-stages.log" || true; }
# expect_ran NAMES WORDS: ninja builds once, and of its steps only these run.
expect_ran() {
	forget
	run_ninja
	expect_builds 1 "$2"
	[ "$(ran)" = "$1" ] || { cat "generated/logs/$id-stages.log"; broken "$2: '$(ran)' ran, not '$1'"; }
}
still() {
	forget
	run_ninja
	expect_calls 0 "$1"
}

counting_docker
mkdir -p "$temp/p/matrices"
cd "$temp/p"
mkdir base
cp /bin/busybox base/
cat >base/Dockerfile <<'END'
FROM scratch
COPY busybox /bin/busybox
RUN ["/bin/busybox", "--install", "-s", "/bin"]
RUN echo root:x:0:0::/:/bin/sh >/etc/passwd && : >/etc/group
END
DOCKER_BUILDKIT=1 real build -q -t "$id/busybox" base >/dev/null || fail "no base"

try "a first build runs everything and writes the ledger"
declare_stages s1=1 s2=1 s3=1 s4=1 's5=1<s2' 's6=1<s5' s7=1 s8=1 s9=1 s10=1
generate --config matrices/stages.yaml
[ ! -e "$ledger" ] || fail "dtk-gen writes the ledger"
expect_ran "user-app env start-s1 s1 start-s2 s2 start-s3 s3 start-s4 s4 start-s5 s5 start-s6 s6 start-s7 s7 start-s8 s8 \
start-s9 s9 start-s10 s10" "all of it"
[ -s "$ledger" ] || fail "no ledger"
equal "user env stage stage stage stage stage stage stage stage stage stage" \
	"$(sed 1d "$ledger" | cut -d ' ' -f 2 | tr '\n' ' ' | sed 's/ $//')"
equal app "$(real image inspect --format '{{.Config.User}}' "$id-stages")" "its user"
equal "$id" "$(cat_in "$id-stages" /env)" "the script's file"
cp "$ledger" first
cp "generated/Dockerfile.$id-stages" Dockerfile.first

try "the ledger is an input: dtk-gen looks at it, writes nothing, and nothing is built"
still "again"
same Dockerfile.first "generated/Dockerfile.$id-stages"
still "once more"

try "a stage in the middle of ten changes: what stands before it is cached, and it becomes the last"
declare_stages s1=1 s2=1 s3=1 s4=1 's5=2<s2' 's6=1<s5' s7=1 s8=1 s9=1 s10=1
expect_ran "start-s7 s7 start-s8 s8 start-s9 s9 start-s10 s10 start-s5 s5 start-s6 s6" "the first change"
still "the first change"

try "from then on exactly it and what needs it run, and the rest is cached"
declare_stages s1=1 s2=1 s3=1 s4=1 's5=3<s2' 's6=1<s5' s7=1 s8=1 s9=1 s10=1
expect_ran "s5 start-s6 s6" "the second change"
equal 19 "$(cached)" "what is cached: the user, the script and 17 of 20 commands"
equal s5-3 "$(cat_in "$id-stages" /s5)" "the changed stage's file"
declare_stages s1=1 s2=1 s3=1 s4=1 's5=3<s2' 's6=2<s5' s7=1 s8=1 s9=1 s10=1
expect_ran "s6" "the last one changes: its unchanged commands are cached"
still "the last one"

try "a new stage in the middle of the declaration runs alone"
declare_stages s1=1 s2=1 new=1 s3=1 s4=1 's5=3<s2' 's6=2<s5' s7=1 s8=1 s9=1 s10=1
expect_ran "start-new new" "a new stage"

try "another order of the declaration is none of the build"
cp "generated/Dockerfile.$id-stages" before
declare_stages s10=1 s9=1 's6=2<s5' s8=1 s7=1 's5=3<s2' new=1 s4=1 s3=1 s2=1 s1=1
still "another order"
same before "generated/Dockerfile.$id-stages"

try "a stage is removed where it stood"
declare_stages s2=1 's6=2<s5' 's5=3<s2' new=1 s1=1 s3=1
expect_ran "start-s5 s5 start-s6 s6 start-new new" "s4 and s7 to s10 are gone"

try "only a successful build writes the ledger"
cp "$ledger" before
cp matrices/stages.yaml good.yaml
sed -i '/name: new/s/echo new-1/false new-1/' matrices/stages.yaml
tick
if ninja >"$temp/out" 2>&1; then broken "a command that fails"; fi
same before "$ledger"
sed -i '/name: new/s/false new-1/echo new-2/' matrices/stages.yaml
tick
expect_ran new "repaired"
if cmp -s before "$ledger"; then fail "the ledger is as it was"; fi

try "an edit that is taken back before it is built builds nothing"
cp matrices/stages.yaml good.yaml
sed -i '/name: s1,/s/echo s1-1/echo s1-2/' matrices/stages.yaml
tick
run_ninja build.ninja
cp good.yaml matrices/stages.yaml
tick
still "taken back"

try "a lost one: a fresh order, the right image"
cp "$ledger" before
rm "$ledger"
tick
run_ninja
[ -s "$ledger" ] || broken "no ledger"
if cmp -s before "$ledger"; then broken "the order is the old one"; fi
sed -i '/name: s1,/s/echo s1-1/echo s1-2/' matrices/stages.yaml
tick
run_ninja
equal s1-2 "$(cat_in "$id-stages" /s1)" "the right image"

try "a damaged one: a warning, a fresh order, the right image"
sed -i 's/stage s6/stage s5/' "$ledger"
tick
run_ninja
expect_said 'dtk-ledger:[0-9]*:1: warning: the digits before this line do not fit it' "damaged"
equal s6-2 "$(cat_in "$id-stages" /s6)" "the right image"
dtk-gen --config matrices/stages.yaml --docker "$client" ${host:+--host "$host"} --check >"$temp/out" 2>&1 ||
	broken "the tree is not what the ledger says"
lacks warning "$temp/out"

try "--repack: a fresh order that holds until it is built"
declare_stages s1=1 s2=1 s3=1
run_ninja
declare_stages s1=2 s2=1 s3=1
run_ninja
cp "$ledger" before
cp "generated/Dockerfile.$id-stages" Dockerfile.before
generate --config matrices/stages.yaml --repack
if cmp -s Dockerfile.before "generated/Dockerfile.$id-stages"; then broken "the order is the old one"; fi
cp "generated/Dockerfile.$id-stages" Dockerfile.fresh
present generated/_repack
generate --config matrices/stages.yaml
same Dockerfile.fresh "generated/Dockerfile.$id-stages"
same before "$ledger"
expect_ran "s1 start-s2 s2 start-s3 s3" "repacked"
still "repacked"
same Dockerfile.fresh "generated/Dockerfile.$id-stages"
absent generated/_repack
if cmp -s before "$ledger"; then broken "the ledger is the old one"; fi

try "cp of files of the context is COPY; the ledger beside them is no part of it"
mkdir -p app
echo one >app/one
cat >>matrices/stages.yaml <<'END'
  - {name: files, commands: ["mkdir -p /app", "cp -r app /app", "cp . /all"]}
copy: {app/one: /the one}
END
tick
run_ninja
equal one "$(cat_in "$id-stages" /app/one)" "cp -r app"
equal one "$(cat_in "$id-stages" "/the one")" "copy"
has '# cp . /all: of the context' "generated/Dockerfile.$id-stages"
still "with all of the context"
real run --rm --network none "$id-stages" find /all >list
has /all/matrices/stages.yaml list
lacks dtk-ledger list
tick
echo two >app/one
run_ninja
equal two "$(cat_in "$id-stages" /app/one)" "a changed file"

try "sudo where it is there already; hostile values are data"
cat >matrices/stages.yaml <<END
name: $id-stages
base: $id/busybox
user: app
sudo: true
args: {WHO: "\$(touch /pwned) 'x'"}
stages:
  - name: hostile
    commands:
      - |
        cat >/text <<'EOF'
        RUN false
        back\\slash \$HOME "quoted" \\
        EOF
        false || echo "\$WHO" >/who
      - "[ -e /text ]"
      - "  echo 'a # b' >/hash  "
      - "echo ends in a backslash >/back\\\\"
END
DOCKER_BUILDKIT=1 real build -q -t "$id/busybox" - >/dev/null <<END || fail "no base with sudo"
FROM $id/busybox
RUN touch /bin/sudo && chmod +x /bin/sudo
END
tick
run_ninja
printf 'RUN false\nback\\slash $HOME "quoted" \\\n' >text
cat_in "$id-stages" /text >got
same text got
# shellcheck disable=SC2016 # it is not to be run
equal '$(touch /pwned) '"'x'" "$(cat_in "$id-stages" /who)"
equal 'app ALL=(ALL:ALL) NOPASSWD: ALL' "$(real run --rm --network none -u root "$id-stages" cat /etc/sudoers.d/dtk)"
equal app "$(real run --rm --network none "$id-stages" whoami)"
if real run --rm --network none "$id-stages" ls /pwned >"$temp/out" 2>&1; then broken "a value was run"; fi
