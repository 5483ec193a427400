#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What a client is told of caches, by a recording one: no engine here has S3, so its options are looked at and not run.
# shellcheck source=tests/lib.sh
. "${DTK_SRC:?}/tests/lib.sh"

PATH=$DTK_BIN:$PATH
temp=$PWD
AWS_ACCESS_KEY_ID=AKIAc4n4ry AWS_SECRET_ACCESS_KEY=s3cr3t-c4n4ry
export AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY

# A client as `ps` sees it: what it is called with goes to calls, and whether it has the credentials to seen.
mkdir bin p
cat >bin/docker <<END
#!/bin/sh
tr '\\0' ' ' <"/proc/\$\$/cmdline" | sed 's/^[^ ]* [^ ]* //; s/\$/\\n/' >>'$temp/calls'
case " \$* " in
*' image inspect '*)
	echo 'Error: No such image' >&2
	exit 1
	;;
*' --help '*) cat '$temp/help' ;;
*' inspect '*) printf 'Name: b\\nDriver:   %s\\n' "\$(cat '$temp/driver')" ;;
*' info '*) cat '$temp/store' ;;
*' build '*)
	cat >/dev/null
	[ "\$AWS_SECRET_ACCESS_KEY" = s3cr3t-c4n4ry ] && echo yes >'$temp/seen'
	while [ "\$1" != --iidfile ]; do shift; done
	printf 'sha256:%064d' 7 >"\$2"
	;;
esac
END
chmod +x bin/docker
echo '--cache-to' >help
echo docker-container >driver
echo '[["Backing Filesystem","extfs"]]' >store
cd p
git init -q . 2>/dev/null || mkdir .git
mkdir matrices
printf 'FROM scratch\nCOPY Dockerfile /\n' >Dockerfile

# matrix LINE...: of one image, with LINEs.
matrix() {
	printf 'images:\n  - {name: one, dockerfile: Dockerfile, tags: "me/one:1"}\n' >matrices/build-matrix.yaml
	[ $# = 0 ] || printf '%s\n' "$@" >>matrices/build-matrix.yaml
	rm -rf generated build.ninja .ninja_*
	status 0 dtk-gen --docker "$temp/bin/docker" --engine buildx
}
# built [NAME=VALUE...]: a build in that environment; its cache options to the file options, what it says to said.
built() {
	: >"$temp/calls"
	rm -rf generated/stamps .ninja_*
	env "$@" ninja >"$temp/said" 2>&1 || {
		cat "$temp/said"
		fail "the build with $*"
	}
	grep -o -e '--cache-[a-z]* [^ ]*' "$temp/calls" >"$temp/options" || true
}
# expect OPTION...: those of the last build, with SCOPE for what is its own.
expect() {
	scope=$(sed -n 's/.*\(me-one-1-[0-9a-f]\{16\}\).*/\1/p' "$temp/options" | head -n 1)
	printf '%s\n' "$@" | sed "s/SCOPE/$scope/" >"$temp/wanted"
	[ $# -gt 0 ] || : >"$temp/wanted"
	same "$temp/wanted" "$temp/options"
}
s3=type=s3,endpoint_url=http://minio.example.com:9000,use_path_style=true,bucket=docker-cache,region=us-east-1,name=SCOPE
more=,mode=max,ignore-error=true

try "nothing"
matrix
built
expect
lacks ' inspect b' "$temp/calls"
key=$(cat generated/stamps/one.key)

try "MinIO by the environment"
built MINIO_ENDPOINT=minio.example.com:9000 MINIO_BUCKET=docker-cache
expect "--cache-from $s3" "--cache-to $s3$more"
present "$temp/seen"
equal "$key" "$(cat generated/stamps/one.key)" "the key"

try "all levels, in their order"
built CACHE_LOCAL_PATH="$temp/cache" MINIO_ENDPOINT=minio.example.com:9000 MINIO_BUCKET=docker-cache GHCR_NAMESPACE=MyOrg
sed -i 's/part-[0-9]*-0/PART/' "$temp/options"
ghcr=type=registry,ref=ghcr.io/myorg/dtk-cache:SCOPE
expect "--cache-to type=local,dest=$temp/cache/SCOPE/PART$more" "--cache-from $s3" "--cache-to $s3$more" \
	"--cache-from $ghcr" "--cache-to $ghcr$more"

try "S3 itself, a region, and TLS"
built MINIO_BUCKET=b AWS_REGION=eu-central-1
expect "--cache-from type=s3,bucket=b,region=eu-central-1,name=SCOPE" \
	"--cache-to type=s3,bucket=b,region=eu-central-1,name=SCOPE$more"
built MINIO_ENDPOINT=https://s3.example.org MINIO_BUCKET=b AWS_DEFAULT_REGION=x
has "type=s3,endpoint_url=https://s3.example.org,use_path_style=true,bucket=b,region=x,name=" "$temp/options"

try "by the matrix, and the environment before it"
matrix 'cache: {s3: {endpoint: "minio.example.com:9000", bucket: docker-cache}, registry: r.io/c, mode: min}'
built
r=type=registry,ref=r.io/c/dtk-cache:SCOPE
expect "--cache-from $s3" "--cache-to $s3,mode=min,ignore-error=true" "--cache-from $r" \
	"--cache-to $r,mode=min,ignore-error=true"
equal "$key" "$(cat generated/stamps/one.key)" "the key"
equal 0 "$(grep -c -e '^ v = .*cache' build.ninja)" "edges with caches"
built MINIO_BUCKET='' GHCR_NAMESPACE=o
expect "--cache-from type=registry,ref=ghcr.io/o/dtk-cache:SCOPE" \
	"--cache-to type=registry,ref=ghcr.io/o/dtk-cache:SCOPE,mode=min,ignore-error=true"
built MINIO_BUCKET='' MINIO_ENDPOINT='' GHCR_NAMESPACE=
expect
lacks ' inspect b' "$temp/calls"

try "an image that is left out"
sed -i 's/"me.one:1"/&, cache: false/' matrices/build-matrix.yaml
built GHCR_NAMESPACE=o
expect
lacks 'inspect b' "$temp/calls"

try "what is told and left out"
matrix
built MINIO_ENDPOINT=http://u:c4n4ry@minio:9000 MINIO_BUCKET=b
has "MINIO_ENDPOINT is HOST:PORT or a URL without credentials: no cache there" "$temp/said"
expect
built MINIO_ENDPOINT=minio:9000
has "MINIO_ENDPOINT without MINIO_BUCKET: no cache there" "$temp/said"
expect
for namespace in 'a b' 'a;x' '../x' 'a,mode=min' '-a'; do
	built GHCR_NAMESPACE="$namespace"
	has "GHCR_NAMESPACE is no name of a namespace: no cache there" "$temp/said"
	expect
done
built CACHE_LOCAL_PATH="$(printf 'a\nb')"
has "CACHE_LOCAL_PATH has a control character: no cache there" "$temp/said"
expect

try "what an engine cannot"
echo docker >"$temp/driver"
all="CACHE_LOCAL_PATH=$temp/cache MINIO_BUCKET=b GHCR_NAMESPACE=o"
# shellcheck disable=SC2086 # words
built $all
expect "--cache-from ghcr.io/o/dtk-cache:SCOPE"
has '--build-arg BUILDKIT_INLINE_CACHE=1' "$temp/calls"
has 'push ghcr.io/o/dtk-cache:' "$temp/calls"
for level in "local cache" "cache in S3"; do
	has "no $level: docker's own driver exports none without containerd's store of images" "$temp/said"
done
has "the registry has the cache of what is in images only: docker's own driver" "$temp/said"
echo '[["driver-type","io.containerd.snapshotter.v1"]]' >"$temp/store"
# shellcheck disable=SC2086 # words
built $all
equal "local registry registry " "$(grep -o 'type=[a-z0-9]*' "$temp/options" | sed 's/type=//' | tr '\n' ' ')" levels
has "no cache in S3: docker's own driver has none: a builder of another driver has" "$temp/said"
: >"$temp/help"
# shellcheck disable=SC2086 # words
built $all
has "no local cache: the client has no buildx" "$temp/said"
expect "--cache-from ghcr.io/o/dtk-cache:SCOPE"

try "podman, and no BuildKit"
ln -s docker "$temp/bin/podman"
status 0 dtk-gen --docker "$temp/bin/podman"
# shellcheck disable=SC2086 # words
built $all
has "no cache in a registry: podman exports none" "$temp/said"
expect
matrix 'build_config: {buildkit_enabled: false}'
status 0 dtk-gen --docker "$temp/bin/docker" --engine docker
# shellcheck disable=SC2086 # words
built $all
has "no cache in a registry: without BuildKit there is none" "$temp/said"
expect

try "a platform has a cache of its own"
echo '--cache-to' >"$temp/help"
echo remote >"$temp/driver"
matrix 'platforms: [linux/amd64, linux/arm64]'
built GHCR_NAMESPACE=o
equal 2 "$(sed -n 's/.*dtk-cache:\([^,]*\).*/\1/p' "$temp/options" | sort -u | wc -l)" "caches"

try "no credential is in a file, on a command line, or in what is said"
if grep -rl c4n4ry "$temp/p" "$temp/calls" "$temp/said" "$temp/cache"; then
	fail "a credential is in these files"
fi
