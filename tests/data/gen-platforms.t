#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Images for several platforms: an image each in the plan, and what cannot be.
. "${DTK_SRC:?}/tests/lib.sh"
PATH=$DTK_BIN:$PATH

for name in base app side; do
	mkdir $name
done
printf 'FROM scratch\nCOPY Dockerfile /x\n' >base/Dockerfile
printf 'FROM p/base\nCOPY --from=p/base:2 /x /y\n' >app/Dockerfile
printf 'FROM p/base\nCOPY Dockerfile /z\n' >side/Dockerfile
# matrix BASE APP SIDE: the platforms of each, or nothing.
matrix()
{
	cat >m.yaml <<-END
	images:
	  - {name: base, dockerfile: base/Dockerfile, tags: [p/base, "p/base:2"]${1:+, platforms: [$1]}}
	  - {name: app, dockerfile: app/Dockerfile, tags: [h.example:5000/p/app], groups: [apps]${2:+, platforms: [$2]}}
	  - {name: side, dockerfile: side/Dockerfile, tags: [p/side]${3:+, platforms: [$3]}}
	END
}
both='linux/amd64, linux/arm/v7'

try "without platforms nothing is named after one"
matrix '' '' ''
status 0 dtk-gen --config m.yaml
lacks platform build.ninja
lacks linux build.ninja

try "one platform is an option and no more"
matrix linux/arm64 linux/arm64 linux/arm64
status 0 dtk-gen --config m.yaml
has 'build generated/stamps/app.image | generated/stamps/app.seal: image' build.ninja
has '--platform linux/arm64' build.ninja
lacks build-context build.ninja
lacks buildx build.ninja
cp build.ninja one.ninja
matrix '' '' ''
status 0 dtk-gen --config m.yaml --platform linux/arm64
sed '/dtk-gen/d' one.ninja >one
sed '/dtk-gen/d' build.ninja >other
same one other

try "several are images of their own"
matrix "$both" "$both" linux/arm/v7
status 0 dtk-gen --config m.yaml --registry r.example/x
for platform in linux-amd64 linux-arm-v7; do
	has "build generated/stamps/app.$platform.image | generated/stamps/app.$platform.seal: image" build.ninja
	has "-t h.example:5000/p/app:latest-$platform -f app/Dockerfile app" build.ninja
	has "-t p/base:latest-$platform -t p/base:2-$platform -f" build.ninja
	has "--build-context p/base=docker-image://p/base:latest-$platform" build.ninja
	has "--build-context p/base:2=docker-image://p/base:2-$platform" build.ninja
done
has 'buildx build --load' build.ninja
has ' -t p/side -f side/Dockerfile side' build.ninja
has 'tally | generated/stamps/app.linux-amd64.seal generated/stamps/app.linux-arm-v7.seal' build.ninja
same - "$(grep -rl '^%app=linux-amd64,linux-arm-v7$' generated | grep 'apps$')" <<END
generated/stamps/app.linux-amd64.image
%app=linux-amd64,linux-arm-v7
generated/stamps/app.linux-arm-v7.image
END

try "what each stands on has to be there"
matrix 'linux/amd64, linux/arm64' "$both" linux/amd64
status 1 dtk-gen --config m.yaml
has "'app' is built for linux/arm/v7, but 'base', on which it stands, is not" err
has "give both their 'platforms'" err
matrix "$both" "$both" ''
status 1 dtk-gen --config m.yaml
has "'side' stands on 'base', which is built for several platforms, and does not say for which it is" err
matrix '' "$both" ''
status 1 dtk-gen --config m.yaml
has "'app' is built for linux/amd64, but 'base', on which it stands, is not" err
matrix 'linux/amd64, linux/amd64' linux/amd64 linux/amd64
status 1 dtk-gen --config m.yaml
has "the name 'base.linux-amd64', of 'base' for one platform, is another's already" err

try "only buildx can"
matrix "$both" "$both" linux/amd64
for engine in docker podman; do
	status 1 dtk-gen --config m.yaml --engine $engine
	has "$engine cannot build for several platforms" err
	has '--engine buildx can' err
done
status 1 dtk-gen --config m.yaml --docker podman
has 'podman cannot build for several platforms' err
for list in linux linux,arm 'linux/amd64,,linux/arm64' 'linux/a b' linux/a/b/c; do
	status 2 dtk-gen --config m.yaml --platform "$list"
	has '--platform is a list such as' err
done

try "what is rendered is one file for all platforms"
mkdir rendered
cd rendered
mkdir templates
echo 'FROM scratch' >templates/b.j2
cat >m.yaml <<'END'
platforms: [linux/amd64, linux/arm64]
os_versions: [1]
build_layers: [{name: base, template: b.j2, tag: "p/os:${os_version}"}]
images: [{name: app, base: "p/os:1", apt_packages: x}]
END
status 0 dtk-gen --config m.yaml
present generated/Dockerfile.1-base generated/Dockerfile.app generated/_env.1.sh
equal 4 "$(grep -c -e '--env generated/_env.1.sh' build.ninja)" "edges that know the script of all platforms"
echo env >dkbuildprebuildscript.sh
for platform in linux-amd64 linux-arm64; do
	ninja "generated/stamps/1-base.$platform.key" >out 2>&1 || fail "$(cat out)"
	has _env.1.sh "generated/stamps/1-base.$platform.key"
done
equal 2 "$(grep -c 'ledger m.app.dtk-ledger' build.ninja)" "builds that write one ledger"
equal 2 "$(grep -c -e '-f generated/Dockerfile.app' build.ninja)" "builds of one Dockerfile"
