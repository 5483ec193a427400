#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# -t compose: compose starts the images of a group, and waits until all of them are well.
# timeout: 300
# needs: current
[ -n "${DTK_TEST_CURRENT_HOST-}" ] || { echo "skipped: no current engine"; exit 77; }
DTK_TEST_HOST=$DTK_TEST_CURRENT_HOST
DTK_TEST_DOCKER=$DTK_TEST_CURRENT_DOCKER
# shellcheck source=tests/engine/project.sh
. "${DTK_SRC:?}/tests/engine/project.sh"

counting_docker
mkdir -p "$temp/p"
cd "$temp/p"
cp /bin/busybox busybox
cat >base.df <<END
FROM scratch
COPY busybox /bin/busybox
RUN ["/bin/busybox", "--install", "-s", "/bin"]
RUN echo $id >/id
CMD ["sleep", "600"]
END
printf 'FROM %s/base\nENV MARK="a $ b"\nCMD ["sh", "-c", "sleep 1; : >/ready; exec sleep 600"]\n' "$id" >slow.df
printf 'FROM %s/base\nHEALTHCHECK --interval=1s CMD test -e /id\n' "$id" >own.df
cat >m.yaml <<'END'
images:
  - {name: base, dockerfile: base.df, context: ., tags: ["ID/base"]}
  - name: slow/one
    dockerfile: slow.df
    context: .
    tags: ["ID/slow"]
    groups: [services]
    health: test -e /ready && test "$MARK" = 'a $ b'
  - {name: slow_one, dockerfile: slow.df, context: ., tags: ["ID/words"], groups: [services], health: [test, -e, /ready]}
  - {name: own, dockerfile: own.df, context: ., tags: ["ID/own"], groups: [services]}
END
sed -i "s#ID/#$id/#g; s#slow/one#slow.one#" m.yaml

try "what compose reads: services by name, checks as they are"
generate --config m.yaml
run_ninja
dtk-gen --config m.yaml -t compose services >compose.yaml 2>err || broken "$(cat err)"
real compose -p "$id" config --format json >config.json 2>err || broken "$(cat err)"
"$DTK_PYTHON" - config.json "$id" <<'END' || broken "$(cat config.json)"
import json, sys
services, id = json.load(open(sys.argv[1]))["services"], sys.argv[2]
assert sorted(services) == ["own", "slow.one", "slow_one"], services
assert services["slow.one"]["healthcheck"]["test"] == [
    "CMD-SHELL", """test -e /ready && test "$$MARK" = 'a $$ b'"""], services["slow.one"]
assert services["slow_one"]["healthcheck"]["test"] == ["CMD", "test", "-e", "/ready"]
assert "healthcheck" not in services["own"] and services["own"]["image"] == id + "/own"
END

# down FILE: its containers go.
down() { real compose -p "$id" -f "$1" down -t 0 >/dev/null 2>&1 || true; }

try "all become well"
real compose -p "$id" up -d --wait --wait-timeout 60 >"$temp/out" 2>&1 || { down compose.yaml; broken "compose up"; }
states=$(real compose -p "$id" ps --format '{{.Service}} {{.Health}}' | sort | tr '\n' ' ')
down compose.yaml
equal "own healthy slow.one healthy slow_one healthy " "$states" "the services"

try "one that does not is told"
sed -i 's#test -e /ready &&#test -e /never \&\&#' m.yaml
dtk-gen --config m.yaml -t compose slow.one >never.yaml
sed -i 's/retries: 300/retries: 2/' never.yaml
if real compose -p "$id" -f never.yaml up -d --wait --wait-timeout 30 >"$temp/out" 2>&1; then
	down never.yaml
	broken "compose takes it for well"
fi
down never.yaml

try "without a target: what nothing else stands on"
dtk-gen --config m.yaml -t compose >all.yaml
lacks "image: $id/base" all.yaml
has "image: $id/own" all.yaml
status 1 dtk-gen --config m.yaml -t compose slowone
has "did you mean" err
