#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# timeout: 400
# publish-image and push-T of images with a publication_tag: a real registry, read back, also one that wants a password.
# Only the client of AWS is a stand-in, as there is no AWS here: what it prints is what the real one would.
# shellcheck disable=SC2016 # what stands in single quotes is to stay as it is
# shellcheck source=tests/engine/run-project.sh
. "${DTK_SRC:?}/tests/engine/run-project.sh"

registry=${DTK_TEST_REGISTRY-}
[ -n "$registry" ] || skip "no registry"
need skopeo docker-registry python3
DOCKER_CONFIG=$temp/config
PUBLISH_TO=$registry/$id PUBLISH_AS=x
export DOCKER_CONFIG PUBLISH_TO PUBLISH_AS
mkdir "$DOCKER_CONFIG"

# The digest of the configuration of what the registry holds as REF.
registry_config() {
	skopeo inspect --raw --tls-verify=false ${creds:+--creds "$creds"} "docker://$1" 2>/dev/null |
		tr -d ' \n' | sed -n 's/.*"config":{[^}]*"digest":"\([^"]*\)".*/\1/p' | grep .
}
stamped() { head -n 1 "generated/stamps/$1.image"; }
# published NAME REF: the registry has the image NAME as REF.
published() { equal "$(stamped "$1")" "$(registry_config "$2" || echo nothing)" "$2 in the registry"; }
unpublished() { ! registry_config "$1" >"$temp/digest" || broken "$1 is in the registry"; }
# What was pushed since forget, sorted, on one line.
pushed() { sed -n 's/.* push \([^ ]*\)$/\1/p; s/^push \([^ ]*\)$/\1/p' "$log" | sort | tr '\n' ' ' | sed 's/ $//'; }
creds=''
run_project
printf 'FROM %s AS builder\nRUN echo a >/a\nFROM %s\nCOPY --from=builder /a /a\n' "$(ref base)" "$(ref base)" \
	>docker/check/Dockerfile
cat >docker/run.cfg <<END
[run_image]
synthetic_images = shell
[dev]
publication_tag = \$PUBLISH_TO/{project-name}/{image}:{tag}-{user}-\${PUBLISH_AS}
[shell]
name = dev
publication_tag = $registry/$id/shell:1
[elsewhere]
name = $id/elsewhere
prefix = False
tag = 3
publication_tag = $registry/{image}:{tag}
END
generate --registry "$registry/$id-all"
dev=$registry/$id/$id/$id-dev:tester-tester-x

try "it is built, and published as run.cfg says, not under its own tag"
forget
call publish-image dev
expect_built 'base dev' "what it needs"
equal "$dev" "$(pushed)" "pushed"
published dev "$dev"
expect_said "tag $(ref dev) \"\${PUBLISH_TO}/$id/$id-dev:tester-tester-\${PUBLISH_AS}\"\$" "the first command"
expect_said " push \"\${PUBLISH_TO}/$id/$id-dev:tester-tester-\${PUBLISH_AS}\"\$" "the second command"
quiet dev

try "again: nothing is pushed"
forget
call publish-image dev
equal '' "$(pushed)" "pushed again"
expect_builds 0 "again"
expect_said "$dev: the registry has it" "again"

try "an edit: built and pushed"
tick
echo edited >docker/dev/file
forget
call ninja push-dev
expect_built dev "an edit"
equal "$dev" "$(pushed)" "an edit"
published dev "$dev"

try "another name, another tag"
forget
call publish-image -i "$id-other" dev
published dev "$registry/$id/$id/$id-other:tester-tester-x"
PUBLISH_AS=y call publish-image dev
published dev "${dev%x}y"
expect_builds 0 "another name"

try "a variable that is not set, a name that is none"
(unset PUBLISH_AS && refuse 1 publish-image dev)
expect_said 'PUBLISH_AS: is not set, or empty: docker/run.cfg: \[dev\] publication_tag' "the variable"
forget
PUBLISH_AS='a;touch hacked' refuse 1 publish-image dev
expect_said "docker/run.cfg: \[dev\] publication_tag: .* cannot be the name of an image" "the value"
refuse 1 publish-image -i '$(touch hacked)' dev
equal '' "$(pushed)" "pushed"
absent hacked
for wrong in '' '-x dev' 'dev base' '-i'; do
	# shellcheck disable=SC2086 # words are meant
	refuse 2 publish-image $wrong
done

try "a synthetic image by its own name, one from elsewhere"
call publish-image shell
published dev "$registry/$id/shell:1"
real tag "$(ref dev)" "$id/elsewhere:3"
call publish-image elsewhere
published dev "$registry/$id/elsewhere:3"

try "the script alone, from anywhere"
(cd / && call sh "$temp/$id/generated/_publish.dev.sh" -r)
equal "$dev" "$(cat "$temp/out")" "-r"
real rmi "$dev" >/dev/null
forget
(cd / && call "$temp/$id/generated/_publish.dev.sh" -i "$id-alone")
equal "$registry/$id/$id/$id-alone:tester-tester-x" "$(pushed)" "the script"
refuse 2 sh generated/_publish.dev.sh x
if command -v shellcheck >/dev/null 2>&1; then
	shellcheck generated/_publish.*.sh || broken "shellcheck"
fi

try "all: nothing before all is built and the variables are known; never the stage builder"
sed -i 's/echo a/false/' docker/check/Dockerfile
tick
echo once more >docker/dev/file
before=$(registry_config "$dev")
refuse 1 ninja -k 0 push-all
(unset PUBLISH_AS && sed -i 's/false/echo a/' docker/check/Dockerfile && refuse 1 ninja push-all)
equal "$before" "$(registry_config "$dev")" "what was there"
unpublished "$registry/$id-all/$id-base:tester"
call ninja push-all
published dev "$dev"
published base "$registry/$id-all/$id-base:tester"
published check "$registry/$id-all/$id-check:tester"
unpublished "$registry/$id-all/$id-check-builder:tester"
unpublished "$registry/$id-all/$id-dev:tester"

try "without a publication_tag"
refuse 1 publish-image other
expect_said 'set publication_tag in \[other\] of docker/run.cfg' "the error"
refuse 2 publish-image devv

try "a test that fails: nothing is published"
cat >m.yaml <<END
repository: $id
discover: [{files: docker/*/Dockerfile, context: .}]
images:
  - {name: dev, test: "false"}
END
sed -i "s/^publication_tag = .PUBLISH_TO.*/publication_tag = $registry\/$id\/tested:{tag}/" docker/run.cfg
sed -i "s/^FROM $id-base:tester/FROM $id\/base/" docker/*/Dockerfile
generate --config m.yaml
refuse 1 publish-image dev
unpublished "$registry/$id/tested:latest"
sed -i 's/"false"/"true"/' m.yaml
call publish-image dev
published dev "$registry/$id/tested:latest"
rm m.yaml
sed -i "s/^FROM $id\/base/FROM $id-base:tester/" docker/*/Dockerfile

# A registry that lets in whoever knows the password.
mkdir "$temp/private"
python3 -W ignore -c 'import crypt; print("AWS:" + crypt.crypt("pass$word", crypt.METHOD_BLOWFISH).replace("$2b$", "$2y$"))' \
	>"$temp/private/htpasswd"
cat >"$temp/private/config" <<END
version: 0.1
log: {level: info}
storage: {filesystem: {rootdirectory: $temp/private/files}}
http: {addr: 127.0.0.1:0}
auth: {htpasswd: {realm: test, path: $temp/private/htpasswd}}
END
docker-registry serve "$temp/private/config" >"$temp/private/log" 2>&1 </dev/null &
private_pid=$!
trap 'kill "$private_pid" 2>/dev/null; finish' EXIT
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
	private=$(sed -n 's/.*listening on \(127\.0\.0\.1:[0-9]*\).*/\1/p' "$temp/private/log" | head -n 1)
	[ -z "$private" ] || break
	sleep 0.1
done
[ -n "$private" ] || broken "the second registry"

try "docker_hub: with the login that the user has"
printf '[dev]\nimage_repo = docker_hub\npublication_tag = %s/{image}:1\n' "$private" >docker/run.cfg
generate
refuse 1 publish-image dev
expect_said 'login' "the hint"
printf '%s\n' 'pass$word' | real login --username AWS --password-stdin "$private" >/dev/null 2>&1
call publish-image dev
creds='AWS:pass$word'
published dev "$private/$id-dev:1"
real logout "$private" >/dev/null

try "aws: account and region are asked for, the password is given from one program to the other"
cat >docker/run.cfg <<END
[dev]
image_repo = aws
publication_tag = \$AWS_HOST/{image}/{account}-{region}:{tag}
END
generate
AWS_HOST=$private
export AWS_HOST
unset AWS_REGION AWS_DEFAULT_REGION
refuse 1 env PATH="$DTK_BIN:$DTK_SRC/share/bin:/usr/bin:/bin" publish-image dev
expect_said 'there is no aws' "without the client"
mkdir "$temp/bin"
cat >"$temp/bin/aws" <<END
#!/bin/sh
echo "\$*" >>"$temp/aws.log"
case \$* in
'configure get region') cat "$temp/region" ;;
'sts get-caller-identity --query Account --output text') echo 123456789012 ;;
'ecr get-login-password --region '*) echo 'pass\$word' ;;
'ecr describe-repositories --region '*' --repository-names $id-dev/123456789012-'*) [ -e "$temp/repository" ] ;;
'ecr create-repository --region '*' --repository-name $id-dev/123456789012-'*) : >"$temp/repository" ;;
*) exit 9 ;;
esac
END
chmod +x "$temp/bin/aws"
PATH=$temp/bin:$PATH
: >"$temp/region"
refuse 1 publish-image dev
expect_said 'no region is known' "no region"
echo eu-west-1 >"$temp/region"
forget
call publish-image dev
published dev "$private/$id-dev/123456789012-eu-west-1:tester"
present "$temp/repository"
expect_said 'aws ecr get-login-password --region eu-west-1 | .* login --username AWS --password-stdin' "the command"
expect_said 'aws ecr create-repository' "the repository"
forget
call publish-image dev
equal '' "$(pushed)" "pushed again"
AWS_REGION=us-east-2 call publish-image dev
published dev "$private/$id-dev/123456789012-us-east-2:tester"
grep -c create-repository "$temp/aws.log" | grep -qx 1 || broken "the repository was made twice"
grep -rlF 'pass$word' generated "$log" "$temp/out" build.ninja && broken "the password was written down"
exit 0
