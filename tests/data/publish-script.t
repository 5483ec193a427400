#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# generated/_publish.NAME.sh with a stand-in for docker: names, what is printed, what is refused; and Ninja's pushes.
. "${DTK_SRC:?}/tests/lib.sh"
need ninja

temp=$PWD
PATH=$temp/bin:$DTK_BIN:$PATH
LOGNAME=tester USER=tester
export PATH LOGNAME USER
unset AWS_REGION AWS_DEFAULT_REGION
mkdir -p bin p/docker/dev p/docker/db
printf '#!/bin/sh\nfor word; do printf "[%%s]" "$word"; done >>"%s/log"\necho >>"%s/log"\n' "$temp" "$temp" >bin/docker
chmod +x bin/docker
cd p
echo 'FROM scratch' >docker/dev/Dockerfile
echo 'FROM scratch' >docker/db/Dockerfile
# config LINE...: run.cfg, with which the scripts are made.
config() {
	printf '%s\n' '[dev]' 'tag = t1' "$@" >docker/run.cfg
	dtk-gen >"$temp/out" 2>&1 || { cat "$temp/out"; fail "dtk-gen: $*"; }
}
publish() { sh generated/_publish.dev.sh "$@"; }
# names REF: that is what it publishes.
names() { equal "$1" "$(publish -r)" "$1"; }

try "every variable"
config 'publication_tag = r.example:5000/{project-name}/{image}:{tag}-{user}-$TEAM-${X_1}'
TEAM=t X_1=1
export TEAM X_1
names r.example:5000/p/p-dev:t1-tester-t-1
DTK_PUBLISH_AS=else names r.example:5000/p/else:t1-tester-t-1
equal r.example:5000/p/n.o/p_e:t1-tester-t-1 "$(publish -i n.o/p_e -r)"

try "what is printed is what runs, and leaves the environment to whoever runs it"
rm -f "$temp/log"
publish 2>printed
same - "$temp/log" <<'END'
[tag][p-dev:t1][r.example:5000/p/p-dev:t1-tester-t-1]
[push][r.example:5000/p/p-dev:t1-tester-t-1]
END
same - printed <<'END'
docker tag p-dev:t1 "r.example:5000/p/p-dev:t1-tester-${TEAM}-${X_1}"
docker push "r.example:5000/p/p-dev:t1-tester-${TEAM}-${X_1}"
END
mv "$temp/log" "$temp/ran"
sh printed
same "$temp/ran" "$temp/log"

try "a variable that is not set or makes no name"
(
	unset TEAM
	publish >"$temp/out" 2>"$temp/err" && fail "published"
	has 'TEAM: is not set, or empty: docker/run.cfg: [dev] publication_tag' "$temp/err"
)
(TEAM='' && ! publish 2>/dev/null) || fail "an empty variable"
rm -f "$temp/log"
for TEAM in 'a b' '$(touch hacked)' 'a;b' "a'b" 'A"' '`touch hacked`'; do
	status 1 publish
	has 'cannot be the name of an image' err
done
TEAM=t
for name in '$(touch hacked)' 'A' '-x' 'a b' 'a;b'; do
	status 1 publish -i "$name"
done
absent hacked "$temp/log"
status 2 publish -x
status 2 publish word
status 0 publish -h
has 'usage: _publish.dev.sh' out

try "account and region are of AWS"
config 'publication_tag = {account}.ecr.{region}.example/{image}'
status 1 publish
has 'image_repo is aws' err
config 'image_repo = aws' 'publication_tag = {account}.ecr.{region}.example/x/{image}:{tag}'
(PATH=/usr/bin:/bin && ! command -v aws >/dev/null && status 1 publish && has 'there is no aws' err) || :
cat >"$temp/bin/aws" <<END
#!/bin/sh
for word; do printf '(%s)' "\$word"; done >>"$temp/log"
echo >>"$temp/log"
case \$1 in
configure) exit 1 ;;
sts) echo 12 ;;
esac
[ "\$2" != describe-repositories ]
END
chmod +x "$temp/bin/aws"
status 1 publish
has 'no region is known' err
AWS_DEFAULT_REGION=r1
export AWS_DEFAULT_REGION
rm -f "$temp/log"
publish 2>printed
grep -v get-login-password "$temp/log" | grep -v '^\[login' >"$temp/rest"
same - "$temp/rest" <<'END'
(sts)(get-caller-identity)(--query)(Account)(--output)(text)
(ecr)(describe-repositories)(--region)(r1)(--repository-names)(x/p-dev)
(ecr)(create-repository)(--region)(r1)(--repository-name)(x/p-dev)
[tag][p-dev:t1][12.ecr.r1.example/x/p-dev:t1]
[push][12.ecr.r1.example/x/p-dev:t1]
END
grep -qF '[login][--username][AWS][--password-stdin][12.ecr.r1.example]' "$temp/log" || fail "the login"
grep -qF '(ecr)(get-login-password)(--region)(r1)' "$temp/log" || fail "the password"
has 'aws ecr get-login-password --region r1 | docker login --username AWS --password-stdin 12.ecr.r1.example' printed

try "clean under shellcheck"
! command -v shellcheck >/dev/null 2>&1 || shellcheck generated/_publish.*.sh

try "Ninja's pushes: the tag of run.cfg instead of the image's own; others as ever"
cat >docker/run.cfg <<'END'
[run_image]
synthetic_images = shell
[dev]
tag = t1
publication_tag = r.example/dev:1
[shell]
name = dev
publication_tag = r.example/shell:1
[far]
name = far
prefix = False
publication_tag = r.example/far:1
END
dtk-gen
command_of() { ninja -t commands "$1" | tail -n 1 | sed 's/ -- .*//'; }
equal 'exec dtk-stamp push generated/do/push-dev generated/stamps/dev.image =dev=generated/_publish.dev.sh' "$(command_of push-dev)"
equal 'exec dtk-stamp push generated/do/push-db generated/stamps/db.image' "$(command_of push-db)"
equal 'exec dtk-stamp push generated/do/push-shell generated/stamps/dev.image =dev=generated/_publish.shell.sh' \
	"$(command_of push-shell)"
equal 'sh generated/_publish.far.sh' "$(command_of push-far)"
equal '=dev=generated/_publish.dev.sh generated/stamps/db.image generated/stamps/dev.image ' \
	"$(sort generated/_images.all | tr '\n' ' ')"
for name in push-dev push-shell push-far; do
	grep -q "^$name  *[a-z]" generated/.help || fail "no help for $name"
done
sed -i '/publication_tag/d' docker/run.cfg
dtk-gen
absent generated/_publish.dev.sh generated/_publish.shell.sh
