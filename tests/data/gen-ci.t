#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# -t github and -t gitlab: tests/data/ci/NAME.yaml gives NAME.github and NAME.gitlab, to the letter and of the shape
# that GitHub and GitLab ask for.  With DTK_UPDATE=1 what comes out is written there.
. "${DTK_SRC:?}/tests/lib.sh"
PATH=$DTK_BIN:$PATH
cases=$DTK_SRC/tests/data/ci

# shape FILE
shape() { "$DTK_PYTHON" "$DTK_SRC/tests/engine/pipeline.py" check "$1" || fail "the shape of $1"; }
# expand FILE: the commands of a workflow as a shell gets them.
expand() { "$DTK_PYTHON" "$DTK_SRC/tests/engine/pipeline.py" expand "$1"; }
# golden NAME KIND [TARGET...]: what -t KIND prints of NAME.yaml is NAME.KIND.
golden()
{
	golden_name=$1
	golden_kind=$2
	shift 2
	dtk-gen --config "$golden_name.yaml" -t "$golden_kind" "$@" >"$golden_name.$golden_kind" 2>err || fail "$(cat err)"
	[ ! -s err ] || fail "$golden_name: $(cat err)"
	shape "$golden_name.$golden_kind"
	if [ "${DTK_UPDATE-}" = 1 ]; then
		cp "$golden_name.$golden_kind" "$cases"
	fi
	same "$cases/$golden_name.$golden_kind" "$golden_name.$golden_kind"
	dtk-gen --config "$golden_name.yaml" -t "$golden_kind" "$@" | cmp - "$golden_name.$golden_kind" || fail "two runs differ"
}

cp "$cases"/*.yaml .
printf '#!/bin/sh\n' >configure
chmod +x configure
printf 'FROM scratch\nARG A\nCOPY configure /x\n' >base.df
printf 'FROM o/base\nCOPY configure /x\n' >on-base.df
printf 'FROM o/left\nCOPY --from=o/right /x /y\nCOPY --from=o/base /x /z\n' >on-both.df
git init -q .
git -c user.name=t -c user.email=t@t.example commit -q --allow-empty -m one

for name in small platforms hostile; do
	try "$name"
	golden "$name" github
	golden "$name" gitlab
done

try "what git tells is of all commits"
has 'fetch-depth: 0' platforms.github
has 'GIT_DEPTH: "0"' platforms.gitlab
lacks fetch-depth small.github

try "a text is the same text to a shell"
expand hostile.github | sed -n 1,3p >commands
sh -e commands
same - written <<'END'
${{ secrets.TOKEN }}
a'b
}}${{${{ github.event.pull_request.title }}
END
lacks evil hostile.github
lacks evil hostile.gitlab

try "options are repeated, but those of this machine"
mkdir "it's \${{ x }}"
cp small.yaml "it's \${{ x }}/m.yaml"
dtk-gen --config "it's \${{ x }}/m.yaml" --host unix:///nowhere --docker /nowhere/docker --strict --platform linux/amd64 \
	-t github >options.github
shape options.github
lacks nowhere options.github
expand options.github >commands
grep -qxF "./dtk-gen --config 'it'\\''s \${{ x }}/m.yaml' --platform linux/amd64 --strict --reuse" commands ||
	fail "$(grep dtk-gen commands)"

try "a project that is a part of its repository"
mkdir -p "a b/images"
cp -R base.df on-base.df on-both.df configure small.yaml "a b/images"
dtk-gen -C "a b/images/." --config small.yaml -t github >part.github
shape part.github
has 'working-directory: a b/images' part.github
sed '/working-directory/d' part.github | same small.github -
dtk-gen -C "a b/images" --config small.yaml -t gitlab | grep -qxF "  - cd 'a b/images'" || fail "no way there"
dtk-gen -C "$PWD/a b/images" --config small.yaml -t github | same small.github -

try "targets: they and what they stand on"
dtk-gen --config small.yaml -t github some left >targets.github
shape targets.github
has 'run: ninja push-some push-left' targets.github
lacks 'top' targets.github
has 'IMAGE: base' targets.github
status 1 dtk-gen --config small.yaml -t gitlab lef
has "did you mean 'left'" err

# family N: N images on one, and a last one that copies from all of them.
family()
{
	mkdir -p many
	printf 'FROM o/i1:1\n' >many/Dockerfile
	printf 'github: {checkout: actions/checkout@v5}\nimages:\n  - {name: base, dockerfile: base.df, context: ., tags: [o/base]}\n'
	family_i=0
	while [ "$family_i" -lt "$1" ]; do
		family_i=$((family_i + 1))
		echo "  - {name: i$family_i, dockerfile: on-base.df, context: ., tags: ['o/i$family_i:1']}"
		echo "COPY --from=o/i$family_i:1 /x /x$family_i" >>many/Dockerfile
	done
	echo "  - {name: all-of-them, dockerfile: many/Dockerfile, context: ., tags: [o/all]}"
}

try "more than a job may need"
family 120 >needs.yaml
golden needs gitlab
[ "$(grep -c '^collect' needs.gitlab)" = 3 ] || fail "collectors"
family 50 >fifty.yaml
dtk-gen --config fifty.yaml -t gitlab >fifty.gitlab
shape fifty.gitlab
lacks collect fifty.gitlab
family 2600 >deep.yaml
dtk-gen --config deep.yaml -t gitlab >deep.gitlab
shape deep.gitlab

try "more images than a workflow has jobs: matrices, level by level"
family 300 >levels.yaml
golden levels github
family 254 >all.yaml
dtk-gen --config all.yaml -t github >all.github
shape all.github
lacks strategy all.github
has 'IMAGE: i254' all.github
family 255 >one-more.yaml
dtk-gen --config one-more.yaml -t github >one-more.github
has strategy one-more.github
lacks 'test-' one-more.github

try "fewer images in a file that is too large"
# large BYTES: one with as long a command, in each job.
large()
{
	printf 'github:\n  checkout: actions/checkout@v5\n  setup: "%s"\n' "$(head -c "$1" /dev/zero | tr '\0' x)"
	sed 1d all.yaml
}
large 3000 >large.yaml
dtk-gen --config large.yaml -t github >large.github 2>err || fail "$(cat err)"
shape large.github
has strategy large.github
large 200000 >large.yaml
status 1 dtk-gen --config large.yaml -t github
has "GitHub reads 500000" err
has "name the targets" err
[ ! -s out ] || fail "it is printed"

try "what a workflow cannot be without"
sed '/^github:/,/^gitlab:/d' small.yaml >bare.yaml
status 1 dtk-gen --config bare.yaml -t github
has "does not say which checkout" err
status 0 dtk-gen --config bare.yaml -t gitlab
rm configure
status 1 dtk-gen --config bare.yaml -t gitlab
has "does not say how a job gets dtk" err
has "gitlab: {setup: COMMANDS}" err
sed 's/^registry:.*//; s#\[o/left\]#[r.example/left]#' small.yaml >two.yaml
touch configure
chmod +x configure
status 1 dtk-gen --config two.yaml -t github
has "'r.example/left' goes to r.example, and others go to docker.io" err
status 0 dtk-gen --config two.yaml --registry r.example -t github
sed 's/env=API_KEY/env=GITHUB_X/' small.yaml >secret.yaml
status 1 dtk-gen --config secret.yaml -t github
has "its secret cannot be called 'GITHUB_X'" err
sed 's/id=key,env=API_KEY/id=key,env=${{ x }}/' small.yaml >secret.yaml
status 1 dtk-gen --config secret.yaml -t github
