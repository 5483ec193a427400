#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# timeout: 400
# pre_build_script and post_build_script: when they run, what their failure does, and that they are inputs.
# shellcheck disable=SC2016 # what stands in single quotes is to stay as it is
# shellcheck source=tests/engine/run-project.sh
. "${DTK_SRC:?}/tests/engine/run-project.sh"

# ran TEXT WORDS: what the commands wrote since the last time.
ran() {
	equal "$1" "$(tr '\n' ' ' <"$temp/ran" | sed 's/ $//')" "$2"
	: >"$temp/ran"
}
: >"$temp/ran"
run_project
mkdir tools
printf 'echo "pre $1" >>%s/ran; cp tools/data docker/dev/made\n' "$temp" >tools/pre.sh
echo data >tools/data
printf '#!/bin/sh\necho "post $*" >>%s/ran; date +%%s%%N >stamp\n' "$temp" >tools/post
chmod +x tools/post
echo 'COPY docker/dev/made /made' >>docker/dev/Dockerfile
write_cfg() {
	cat >docker/run.cfg <<END
[dev]
pre_build_script = sh tools/pre.sh "\$PWD" tools/data
post_build_script = tools/post 'a  b' stamp
END
}
write_cfg
generate

try "the one before the snapshot, the other after the build, in the project's directory"
forget
call build-image dev
expect_built 'base dev' "the build"
ran "pre $PWD post a  b stamp" "what ran"
equal data "$(cat_in "$(ref dev)" /made)" "what the first one made"
expect_said 'sh tools/pre.sh' "it is printed"
quiet dev
call build-image dev
ran '' "with a fresh image"
quiet dev
equal 2 "$(grep -c tools/pre build.ninja)" "the edges that know of it"

try "an edited command, an edited script, and what the first one is given are inputs"
tick
sed -i 's/"\$PWD"/again/' docker/run.cfg
expect_ninja dev dev "an edited command"
ran 'pre again post a  b stamp' "the edited command"
for file in tools/pre.sh tools/post tools/data; do
	tick
	echo '# edited' >>"$file"
	expect_ninja dev dev "an edited $file"
	quiet dev
done
call dtk-gen -t plan dev
ninja verify >"$temp/out" 2>&1 || broken verify
expect_said '^[0-9]* images verified$' "verify has nothing to say"
: >"$temp/ran"
tick
echo '# edited' >>tools/pre.sh
call dtk-gen -t why dev
expect_said 'script changed: tools/pre.sh' "why"
run_ninja dev
: >"$temp/ran"

try "a failure of the first stops the build"
cp -r generated/stamps "$temp/stamps"
tick
cp tools/pre.sh "$temp/pre.sh"
echo 'exit 3' >>tools/pre.sh
forget
refuse 1 build-image dev
expect_builds 0 "after a failing command"
expect_said 'the command before the build failed with status 3: sh tools/pre.sh' "the error"
for file in dev.image dev.seal base.seal; do
	cmp "$temp/stamps/$file" "generated/stamps/$file" || broken "$file of a build that failed"
done
tick
cp "$temp/pre.sh" tools/pre.sh
forget
run_ninja dev
expect_builds 0 "it is as it was built"
: >"$temp/ran"

try "a failure of the second: the build has failed, and is done again"
stamp=$(cat generated/stamps/dev.image)
tick
cp tools/post "$temp/post"
echo 'exit 4' >>tools/post
refuse 1 build-image dev
expect_said 'the command after the build failed with status 4' "the error"
equal "$stamp" "$(cat generated/stamps/dev.image)" "the stamp"
refuse 1 ninja dev
cp "$temp/post" tools/post
: >"$temp/ran"

try "a command is a script for sh, and what it says is data for all else"
tick
cat >docker/run.cfg <<'END'
[dev]
pre_build_script =
    cp tools/data docker/dev/made
    printf '%%s\n' 'a"b $(touch hacked) `touch hacked` ; %% \ &' >>docker/dev/made
    for word in 'one two' $UNSET_BY_ALL three; do
        echo "$word" >>docker/dev/made
    done
END
forget
call build-image dev
expect_built dev "other commands"
printf '%s\n' '# edited' 'a"b $(touch hacked) `touch hacked` ; % \ &' 'one two' three | (cat tools/data && tail -n 3) >"$temp/want"
cat_in "$(ref dev)" /made | cmp - "$temp/want" || broken "what was made"
absent hacked
quiet dev

try "generated/build.sh runs them as well"
write_cfg
generate
real rmi -f "$(ref dev)" >/dev/null
: >"$temp/ran"
forget
call sh generated/build.sh dev
expect_built 'base dev' "build.sh"
ran "pre $PWD post a  b stamp" "what ran"
echo 'exit 3' >>tools/pre.sh
forget
refuse 1 sh generated/build.sh dev
expect_built base "build.sh after a failing command"
