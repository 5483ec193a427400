#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Images made of stages: what dtk-gen makes of a matrix, a ledger and --repack; no engine is asked.
# shellcheck source=tests/lib.sh
. "${DTK_SRC:?}/tests/lib.sh"
need ninja
PATH=${DTK_BIN:?}:$PATH
export PATH

gen() { status 0 dtk-gen "$@"; }
# What a build of the image X leaves as its ledger FILE.
built() { sed -n 's/^#: //p' "generated/Dockerfile.$1" >"$2"; }
order() { sed -n 's/^#: [0-9a-f]* //p' "generated/Dockerfile.$1" | grep stage | cut -d ' ' -f 2 | tr '\n' ' '; }
tick() { sleep 0.05; }

mkdir seed
cd seed
cat >build-config.json <<'END'
{
  "user": "app",
  "sudo": true,
  "apt_packages": ["curl", "git", "python3"],
  "yum_packages": [],
  "env_scripts": ["pip3 install --upgrade pip"],
  "stages": [
    {
      "name": "dependencies", 
      "dependencies": [],
      "commands": ["pip3 install requests flask"]
    },
    {
      "name": "application",
      "dependencies": ["dependencies"], 
      "commands": ["mkdir -p /app", "cp . /app"]
    }
  ]
}
END

try "the seed's example: one image, named after its file, under the tag given"
gen --config build-config.json --tag myapp:latest
[ ! -s err ] || fail "something is said"
has ' --ledger build-config.dtk-ledger ' build.ninja
has '-t myapp:latest -f generated/Dockerfile.build-config .' build.ninja
generated/build.sh -n >plan
has '-t myapp:latest ' plan
absent build-config.dtk-ledger generated/_repack
ls generated >list
lacks _env list
gen --config build-config.json
has '-t build-config:latest ' build.ninja
# YAML is no other matrix.
"$DTK_PYTHON" -c 'import json, sys, yaml; yaml.safe_dump(json.load(sys.stdin), sys.stdout)' <build-config.json >build-config.yaml
cp generated/Dockerfile.build-config json
gen --config build-config.yaml
same json generated/Dockerfile.build-config

try "what it builds with is in the plain text"
has 'pip3 install requests flask' json
has 'COPY . /app' json
equal 'USER app' "$(tail -n 1 json)"
dtk-gen -t parse json | tail -n 1 >last
has '"instruction":"USER"' last

try "a ledger is read, watched and part of what --check sees"
gen --config build-config.json
built build-config build-config.dtk-ledger
tick
gen --config build-config.json
same json generated/Dockerfile.build-config
has generated/.root/build-config.dtk-ledger generated/.dep
gen --config build-config.json --check
sed -i 's/"curl", //' build-config.json
status 1 dtk-gen --config build-config.json --check
has Dockerfile.build-config out

try "without BuildKit there are no mounts"
echo 'build_config: {buildkit_enabled: false}' >>build-config.yaml
gen --config build-config.yaml
lacks --mount generated/Dockerfile.build-config
has '/var/lib/apt/lists' generated/Dockerfile.build-config
cd ..

mkdir project
cd project
mkdir m
# stages NAME=VERSION...
stages()
{
	echo 'images: [{name: app, base: b, stages: ['
	for word; do
		printf '{name: %s, commands: echo %s},\n' "${word%%=*}" "$word"
	done
	echo ']}, {name: other, base: b, apt_packages: x}]'
} >m/x.yaml

try "regeneration: the ledger's change writes nothing new, and ends"
stages a=1 b=1 c=1
gen --config m/x.yaml
has ' --ledger m/x.app.dtk-ledger ' build.ninja
has ' --ledger m/x.other.dtk-ledger ' build.ninja
cp generated/Dockerfile.app first
tick
built app m/x.app.dtk-ledger
ninja build.ninja >out
has dtk-gen out
same first generated/Dockerfile.app
ninja build.ninja >out
has 'no work to do' out
tick
touch m/x.app.dtk-ledger
ninja build.ninja >out
has dtk-gen out
ninja build.ninja >out
has 'no work to do' out

try "an edit, not built: taken back, it has left no trace"
cp -p m/x.yaml m/kept
tick
stages a=2 b=1 c=1
ninja build.ninja >out
equal 'b c a ' "$(order app)"
tick
cp m/kept m/x.yaml
ninja build.ninja >out
same first generated/Dockerfile.app
stages a=2 b=1 c=1
gen --config m/x.yaml
built app m/x.app.dtk-ledger
gen --config m/x.yaml
equal 'b c a ' "$(order app)"
gen --config m/x.yaml
present generated/stamps/.seen

try "--repack is a fresh order, and not forgotten before it is built"
gen --config m/x.yaml --repack --dry-run
has Dockerfile.app out
has _repack out
equal 'b c a ' "$(order app)"
status 1 dtk-gen --config m/x.yaml --repack --check
gen --config m/x.yaml --repack
equal 'a b c ' "$(order app)"
equal m/x.app.dtk-ledger "$(cut -d ' ' -f 2 generated/_repack)" "what is aside"
lacks repack build.ninja
for again in 1 2; do
	gen --config m/x.yaml
	equal 'a b c ' "$(order app)" "again $again"
done
gen --config m/x.yaml --check
tick
stages a=2 b=2 c=1
ninja build.ninja >out
equal 'a b c ' "$(order app)" "an edit meanwhile"
gen --config m/x.yaml --verbose

try "once it is built, or the ledger has become another, it is over"
cp generated/_repack kept
built app built
tick
cp built m/x.app.dtk-ledger
ninja build.ninja >out
equal 'a b c ' "$(order app)"
absent generated/_repack
lacks _repack generated/.files
ninja build.ninja >out
has 'no work to do' out
tick
stages a=3 b=2 c=1
ninja build.ninja >out
equal 'b c a ' "$(order app)" "the order is remembered again"
built app m/x.app.dtk-ledger
gen --config m/x.yaml

try "--repack of what is in a fresh order already, or was never built, leaves nothing behind"
stages b=2 c=1 a=3
gen --config m/x.yaml --repack
absent generated/_repack
rm m/x.app.dtk-ledger
gen --config m/x.yaml --repack
absent generated/_repack

try "a ledger that is none: a warning that is said again, a fresh order"
for bad in '' nonsense 'dtk-ledger 1
deadbeef stage a 00000000000000000000000000000000' "$(printf 'dtk-ledger 1\n<<<<<<< ours')"; do
	printf '%s\n' "$bad" >m/x.app.dtk-ledger
	for again in 1 2; do
		gen --config m/x.yaml
		has 'm/x.app.dtk-ledger:' err
		has 'the order of the stages is a fresh one' err
		equal 'b c a ' "$(order app)" "again $again"
	done
done
rm m/x.app.dtk-ledger
mkdir m/x.app.dtk-ledger
gen --config m/x.yaml
has 'm/x.app.dtk-ledger: cannot be read' err
rmdir m/x.app.dtk-ledger

try "names are data"
mkdir 'it'\''s $HOME; x'
cp m/x.yaml 'it'\''s $HOME; x/a b.yaml'
gen --config 'it'\''s $HOME; x/a b.yaml'
ninja -t commands app >list
has "--ledger 'it'\\''s \$HOME; x/a b.app.dtk-ledger' " list
cd ..

try "the same bytes, whatever the place and the environment"
cp -r project elsewhere
(cd project && gen --config m/x.yaml)
(cd elsewhere && rm -rf generated && TZ=Asia/Tokyo LC_ALL=C.UTF-8 gen --config m/x.yaml)
same project/generated/Dockerfile.app elsewhere/generated/Dockerfile.app

try "init: an example that is there once"
mkdir init
cd init
gen -t init
has '--config build-config.json --tag' out
present build-config.json app/hello.py
gen --config build-config.json
[ ! -s err ] || fail "something is said of the example"
cp build-config.json before
status 1 dtk-gen -t init
has 'build-config.json: it is there already' err
status 1 dtk-gen -t init -o "a b.yaml"
has 'app/hello.py: it is there already' err
absent "a b.yaml"
same before build-config.json
rm app/hello.py
gen -t init -o "d/a b.yaml"
has "--config 'd/a b.yaml'" out
sed -i '1i name: x' "d/a b.yaml"
gen --config "d/a b.yaml"
cp generated/Dockerfile.x yaml
gen --config build-config.json
same yaml generated/Dockerfile.build-config
status 2 dtk-gen -t init -o ''
status 2 dtk-gen -t init x
