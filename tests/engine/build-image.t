#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# timeout: 400
# build-image: through the base, forced, without cache, with bases pulled anew, commands around a build, other tags.
# shellcheck disable=SC2016 # what stands in single quotes is to stay as it is
# shellcheck source=tests/engine/run-project.sh
. "${DTK_SRC:?}/tests/engine/run-project.sh"

stamp() { cat "generated/stamps/$1.image"; }
uuid_in() { cat_in "$(ref "$1")" "$2"; }
run_project
generate

try "the base first, and only what has to be built"
forget
call build-image dev
expect_built 'base dev' "the first time"
forget
call build-image dev
expect_calls 0 "nothing changed"
expect_said 'no work to do' "nothing changed"
forget
call build-image check other
equal 'check other' "$(built | tr ' ' '\n' | sort | tr '\n' ' ' | sed 's/ $//')" "two at once"
tick
echo edited >docker/dev/file
forget
(cd docker/dev && call build-image dev)
expect_built dev "an edit, from below"

try "what it prints can be copied"
call build-image -f other
line=$(sed -n '/ build .*-f docker\/other/p' "$temp/out")
[ -n "$line" ] || broken "no command was printed"
real rmi -f "$(ref other)" >/dev/null
sh -c "$line" >"$temp/out" 2>&1 || broken "the printed line"
equal "$(stamp other | head -n 1)" "$(id_of "$(ref other)")" "the image of the printed line"

try "-f builds the image, and the base that it stands on"
forget
call build-image -f dev
expect_built 'base dev' "-f dev"
forget
call build-image -f base
expect_built base "-f base"
forget
call build-image -f other
expect_built other "-f of what stands on nothing"
forget
call build-image -f all
equal 'base check dev other' "$(built | tr ' ' '\n' | sort | tr '\n' ' ' | sed 's/ $//')" "-f all"
quiet all

try "--no-cache runs the steps again, -f alone does not"
before=$(uuid_in dev /uuid)
call build-image -f dev
equal "$before" "$(uuid_in dev /uuid)" "-f"
call build-image --no-cache dev
expect_said ' build --no-cache ' "the command"
[ "$before" != "$(uuid_in dev /uuid)" ] || broken "the steps did not run"
quiet dev
forget
call ninja
expect_built check "what stood on the old base"
grep -rqi 'no-cache\|forced' build.ninja generated/stamps/*.key generated/stamps/*.seal && broken "it was recorded"

try "a forced build that fails leaves the stamps, and stays due"
stamp dev >"$temp/stamp"
cat >"$client" <<EOF
#!/bin/sh
printf '%s\n' "\$*" >>"$log"
case \$* in *' build '*docker/dev/*) exit 9 ;; esac
exec "$docker" "\$@"
EOF
refuse 1 build-image -f dev
expect_said 'the build failed with status 9' "the failing build"
stamp dev | cmp - "$temp/stamp" || broken "the stamp of a failed build"
call dtk-gen -t why dev
expect_said 'a build was forced' "why"
refuse 1 ninja dev
counting_docker
forget
run_ninja dev
expect_built dev "the next run of Ninja"
quiet dev

try "-i and -t: one more name"
call build-image -t "$id.tag" dev
equal "$(id_of "$(ref dev)")" "$(id_of "$id-dev:$id.tag")" "-t"
call build-image -i "$id/else" -t 2 dev
equal "$(id_of "$(ref dev)")" "$(id_of "$id/else:2")" "-i -t"
call build-image --image_name="$id/third" other
equal "$(id_of "$(ref other)")" "$(id_of "$id/third:tester")" "-i"
forget
call build-image -f -t forced check
equal "$(id_of "$(ref check)")" "$(id_of "$id-check:forced")" "-f -t"
quiet all
for wrong in '-t x all' '-t x dev check' '-i a:b -t c dev' '-j 0 dev' '-x dev' '-t' ''; do
	# shellcheck disable=SC2086 # words are meant
	refuse 2 build-image $wrong
done
refuse 2 build-image -t '$(touch hacked)' dev
refuse 2 build-image "-i;touch hacked" dev
absent hacked

try "a name that is none"
refuse 2 build-image devv
expect_said "did you mean 'dev'" "a near name"
for name in base dev check other; do
	expect_said "^  $name\$" "the list"
done

try "any target of Ninja"
call build-image help
expect_said 'clean-images' "help"
call build-image --help
expect_said 'usage: build-image' "--help"

try "another user, another name of the directory: other images"
(
	LOGNAME=guest USER=guest
	sed -i 's/:tester/:guest/' docker/*/Dockerfile
	call build-image dev
	id_of "$id-base:guest" >"$temp/id" || broken "the base of another user"
	id_of "$id-dev:guest" >"$temp/id" || broken "the image of another user"
	sed -i 's/:guest/:tester/' docker/*/Dockerfile
)
mv "$temp/$id" "$temp/$id-moved"
cd "$temp/$id-moved"
forget
call build-image other
expect_builds 0 "another name of the directory"
equal "$(stamp other | head -n 1)" "$(id_of "$id-moved-other:tester")" "the image's name"
cd ..
mv "$temp/$id-moved" "$temp/$id"
cd "$temp/$id"
call build-image dev other

try "what the shells complete with"
call build-image --complete -- ''
expect_said '^dev$' "an image"
expect_said '^clean$' "the word for all"

try "clean"
call build-image clean
expect_said " rmi .*$(ref dev)" "the command"
id_of "$(ref dev)" >"$temp/out" 2>&1 && broken "the image is there still"
forget
call build-image dev
expect_built 'base dev' "after that"

try "a project that nothing was generated for yet"
rm -r generated build.ninja
call build-image help
expect_said '^dev  ' "its targets"
