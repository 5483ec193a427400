#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# dtk-gen's command line: options, messages, exit status.
# shellcheck source=tests/data/gen-project.sh
. "${DTK_SRC:?}/tests/data/gen-project.sh"

new_project

try "help and version"
status 0 dtk-gen --help
has 'usage: dtk-gen [OPTION]...' out
has '--config FILE' out
lacks '--complete' out
has '--engine docker|buildx|podman  what' out
status 0 dtk-gen --version
grep -q '^dtk-gen [0-9][0-9.a-z-]*$' out || fail "--version"

try "wrong command lines"
for words in --confg=x --jobs=0 --jobs=x --jobs --strict=yes -x --engine=moby 'operand' '-t nothing' '--check --summary'; do
	# shellcheck disable=SC2086 # several words are meant
	status 2 dtk-gen $words
	[ ! -s out ] || fail "$words: printed to standard output"
	[ -s err ] || fail "$words: said nothing"
	absent generated build.ninja
done
status 2 dtk-gen --matrix=x
status 2 dtk-gen --confg=x
has "did you mean 'config'" err
status 2 dtk-gen -t rendr
has "dtk-gen: unknown tool 'rendr'" err
has "did you mean 'render'" err

try "values that neither Ninja nor an engine could take"
for value in '' "q'uote" 'a|b' 'a
b'; do
	status 2 dtk-gen "--output=$value"
	has '--output: Ninja cannot work' err
	status 2 dtk-gen "--ninja=$value"
done
status 2 dtk-gen --docker=
for value in 'a b' https://h/x R.io/X x//y h:p/x; do
	status 2 dtk-gen --registry "$value"
	has "--registry: '$value' cannot be a registry" err
done
for value in '' 'a b' 1+2 -x; do
	status 2 dtk-gen "--release=$value"
	has "--release: '$value' cannot be a tag" err
done
absent generated build.ninja

try "--summary prints and writes nothing"
status 0 dtk-gen --summary
absent generated build.ninja
has 'OS Versions: 1.4, 2.0' out
has 'Python Versions: 3.10' out
has 'Build Layers: base, python, node' out
has '- full: Everything there is (6 images)' out
sed -i 's/Everything there is/"a\\nb\\e[31mc"/; s/description: A part, //' matrices/build-matrix.yaml
status 0 dtk-gen --summary
has '- full: a b [31mc (6 images)' out
has '- short: (2 images)' out
matrix
status 0 dtk-gen --summary
has '- short: A part (2 images)' out
has 't/os:latest' out

try "--dry-run tells and writes nothing"
status 0 dtk-gen --dry-run
absent generated build.ninja
has 'write generated/Dockerfile.1.4-base' out
has 'write build.ninja' out

try "--verbose says what is written"
status 0 dtk-gen --verbose
has 'write generated/_env.2.0-py3.10-node.sh' out
status 0 dtk-gen --verbose
[ ! -s out ] || fail "--verbose with nothing to do"

try "--check"
status 0 dtk-gen --check
[ ! -s out ] || fail "--check of a tree that is right"
echo '# edited' >>generated/Dockerfile.1.4-base
rm generated/_env.1.4.sh
status 1 dtk-gen --check
same - out <<EOF
generated/Dockerfile.1.4-base: differs
generated/_env.1.4.sh: is missing
EOF
status 0 dtk-gen
status 0 dtk-gen --check

try "every option but those of one call is recorded"
status 0 dtk-gen --strict --jobs 7 --host 'tcp://h h:1' --sequence short --registry r:5000 --release 1.2 --verbose
grep 'command = .*dtk-gen' build.ninja >line
for word in '--strict' '--jobs 7' "--host 'tcp://h h:1'" '--sequence short' '--registry r:5000' '--release 1.2'; do
	has " $word" line
done
lacks '--verbose' line
has 'depth = 7' build.ninja
has '--registry r:5000 --release 1.2' build.ninja
lacks 2.0 build.ninja

try "-C and another output"
cd "$temp"
status 0 dtk-gen -C p --output 'out tree'
present "p/out tree/Dockerfile.1.4-base"
status 1 dtk-gen -C nowhere
has nowhere err

try "another Ninja file"
cd "$temp/p"
status 0 dtk-gen --ninja sub/x.ninja
present sub/x.ninja
rm -r sub
status 1 dtk-gen --ninja generated/build.sh
has '--ninja generated/build.sh: another file of the tree has this name' err
status 0 dtk-gen

try "a limit on the size of files"
echo 'RUN {{ "x" * 9000 }}' >>templates/node.j2
rc=0
(ulimit -f 4 && dtk-gen) >out 2>err || rc=$?
equal 1 "$rc" "exit status"
has 'generated/Dockerfile.1.4-py3.10-node: cannot be written: File too large' err
status 0 dtk-gen
status 0 dtk-gen --check

try "errors of the input"
status 1 dtk-gen --config nothing.yaml
has nothing.yaml err
status 1 dtk-gen --sequence fulll
has fulll err

try "a full standard output is an error"
if [ -c /dev/full ]; then
	dtk-gen --summary >/dev/full 2>err && fail "a summary that nobody got"
	[ -s err ] || fail "said nothing"
fi
