#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A run that makes no plan because nothing has changed comes to the same as one that does.
# shellcheck source=tests/data/gen-project.sh
. "${DTK_SRC:?}/tests/data/gen-project.sh"

# settled NAME: dtk-gen heals what was done, as if there were no record; then there is one again.
settled()
{
	status 0 dtk-gen
	tree >healed
	present generated/stamps/.seen
	cp generated/stamps/.seen seen
	rm generated/stamps/.seen
	status 0 dtk-gen
	tree >anew
	same anew healed
	same seen generated/stamps/.seen
}

new_project
sleep 0.1
status 0 dtk-gen
tree >first
head=$(head -c 32 generated/stamps/.seen)

try "nothing changed: nothing is written, not even the record"
touch -d '2001-01-01' generated/stamps/.seen
status 0 dtk-gen
tree >second
same first second
equal "$(date -d 2001-01-01 +%s)" "$(stat -c %Y generated/stamps/.seen)" "the record's time"

try "a generated file of the same size and time"
touch -r generated/Dockerfile.1.4-base time
sed 's/TZ_NAME/TZ_GAME/' generated/Dockerfile.1.4-base >edited
cat edited >generated/Dockerfile.1.4-base
touch -r time generated/Dockerfile.1.4-base
settled
same first healed

try "modes, lost files, a lost list, lost directories, a lost link"
chmod -x generated/build.sh
settled
same first healed
rm generated/_env.1.4.sh build.ninja
settled
same first healed
rm generated/.files
settled
same first healed
rm -r generated/logs generated/.root
settled
same first healed
[ -d generated/logs ] || fail "generated/logs is not made again"

try "an interrupted run"
echo generated/Dockerfile.gone >generated/.dtk-files
echo old >generated/Dockerfile.gone
settled
same first healed
absent generated/Dockerfile.gone generated/.dtk-files

try "a template of the same size and time"
touch -r templates/node.j2 time
sed 's/RUN node/RUN nope/' templates/node.j2 >edited
cat edited >templates/node.j2
touch -r time templates/node.j2
sleep 0.1
settled
grep -q nope generated/Dockerfile.1.4-py3.10-node || fail "the template's new text is nowhere"
[ "$head" != "$(head -c 32 generated/stamps/.seen)" ] || fail "the record is the same"

try "an option"
status 0 dtk-gen --registry r.example
grep -q r.example build.ninja || fail "the registry is nowhere"
status 0 dtk-gen
! grep -q r.example build.ninja || fail "the registry is still there"

try "what is said is said every time"
printf 'FROM t/os:strange\n' >templates/node.j2
sleep 0.1
status 0 dtk-gen
cp err once
[ -s once ] || fail "a strange FROM says nothing"
status 0 dtk-gen
same once err

try "an error is one every time"
rm templates/node.j2
status 1 dtk-gen
status 1 dtk-gen

try "directories that are searched for Dockerfiles"
mkdir -p found/docker/services/one
cd found
echo 'FROM scratch' >docker/services/one/Dockerfile
echo 'discover: docker/services/*/Dockerfile' >m.yaml
sleep 0.1
# made WORDS: dtk-gen says what the record does not hide.
made()
{
	status 0 dtk-gen --config m.yaml
	present generated/stamps/.seen
	sleep 0.05
	touch -d '2001-01-01' generated/stamps/.seen
	status 0 dtk-gen --config m.yaml
	equal "$(date -d 2001-01-01 +%s)" "$(stat -c %Y generated/stamps/.seen)" "the record's time"
}
made
has 'build one: phony' build.ninja
cp -r docker/services/one docker/services/two
touch -d '2001-01-01' docker/services
made
has 'build two: phony' build.ninja
mkdir docker/services/three
made
lacks 'build three: phony' build.ninja
echo 'FROM one' >docker/services/three/Dockerfile
made
has 'build three: phony' build.ninja
rm -r docker/services/two
made
lacks 'build two: phony' build.ninja

try "a matrix that asks for the date"
echo 'images: [{name: dated, dockerfile: docker/services/one/Dockerfile, tags: "t/x:${date}"}]' >m.yaml
made
has "t/x:$(date -u +%Y-%m-%d)" build.ninja
has "@$(date -u +%Y-%m-%d)" generated/stamps/.seen
has .always generated/.dep
sed -i 's/^@.*/@2001-01-01/' generated/stamps/.seen
status 0 dtk-gen --config m.yaml
has "@$(date -u +%Y-%m-%d)" generated/stamps/.seen
