#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# dtk-gen -t.
# shellcheck source=tests/data/gen-project.sh
. "${DTK_SRC:?}/tests/data/gen-project.sh"

new_project

try "list"
status 0 dtk-gen -t list
for tool in render parse context targets graph list; do
	grep -q "^  $tool " out || fail "$tool is not listed"
	status 0 dtk-gen -t "$tool" --help
	has "usage: dtk-gen -t $tool" out
	status 0 dtk-gen -t list
done

try "render"
mkdir -p inc
printf 'Hello {{ name }}{%% include "part" %%}\n' >t.j2
printf ' from {{ list | join(",") }}{{ missing }}' >inc/part
printf 'name: file\nlist: [1, 2.50, "x"]\nyes: true\n' >vars.yaml
printf '{"name": "json", "list": [3]}' >vars.json
status 0 dtk-gen -t render -I inc --vars vars.yaml t.j2
equal 'Hello file from 1,2.5,x' "$(cat out)" "typed YAML"
status 0 dtk-gen -t render -I inc --vars vars.yaml --vars vars.json t.j2
equal 'Hello json from 3' "$(cat out)" "the last file counts"
status 0 dtk-gen -t render --include=inc --vars vars.json -D name=given -D empty= t.j2
equal 'Hello given from 3' "$(cat out)" "-D"
printf '{%% if true %%}\n  x {{ a }}\n{%% endif %%}\n' | dtk-gen -t render -Da=1 --trim-blocks --lstrip-blocks - >out
equal '  x 1' "$(cat out)" "standard input"
printf 'x\n' | dtk-gen -t render --keep-trailing-newline - >out
equal 2 "$(wc -c <out | tr -d ' ')" "the newline"
status 1 dtk-gen -t render -I inc --strict --vars vars.yaml t.j2
has 'missing' err
[ ! -s out ] || fail "printed half a template"
status 1 dtk-gen -t render nothing.j2
has nothing.j2 err
printf '{%% if %%}' >bad.j2
status 1 dtk-gen -t render bad.j2
has 'bad.j2:1:' err
status 1 dtk-gen -t render --vars nothing.yaml t.j2
echo '- 1' >list.yaml
status 1 dtk-gen -t render --vars list.yaml t.j2
has 'list.yaml:1:1: error' err
status 2 dtk-gen -t render
status 2 dtk-gen -t render t.j2 -D novalue
status 2 dtk-gen -t render --trimblocks t.j2
has "did you mean 'trim-blocks'" err

try "render: variables"
printf '{"a": 1e+16, "b": 1E3, "c": 10, "d": "1e3", "e": true, "f": null, "g": "\\ud83d\\ude00\\u00e9\\\\ud83d\\n", "h": 1.50}' >types.json
printf '{{ a }} {{ b }} {{ c }} {{ [d, e, f, g] }} {{ h }}' >types.j2
status 0 dtk-gen -t render --vars types.json types.j2
equal "1e+16 1000.0 10 ['1e3', True, None, '😀é\\\\ud83d\\n'] 1.5" "$(cat out)" "JSON"
printf 'a: 1e+16\nb: 0x1f\nc: 010\nd: ~\ne: yes\nf: "3.10"\ng: 3.10\nh: 2024-01-01\n' >types.yaml
printf '{{ [a, b, c, d, e, f, g, h] }}' >types.j2
status 0 dtk-gen -t render --vars types.yaml types.j2
equal "[1e+16, 31, 8, None, True, '3.10', 3.1, '2024-01-01']" "$(cat out)" "YAML"
status 0 dtk-gen -t render --vars types.yaml -D a=1 -Db=x=y types.j2
has "['1', 'x=y', 8" out
printf '{{ x' | status 1 dtk-gen -t render -
has '<stdin>:1:5: error' err

try "render: paths stay inside"
mkdir -p inside/sub outside
echo secret >outside/secret
echo fine >inside/sub/fine
ln -s ../outside/secret inside/link
ln -s ../outside inside/dir
ln -s sub/fine inside/good
for name in ../outside/secret sub/../../outside/secret "$PWD/outside/secret" link dir/secret; do
	printf '{%% include "%s" %%}' "$name" >inside/t.j2
	status 1 dtk-gen -t render inside/t.j2
	has "template '$name' not found" err
	printf '{%% include "%s" ignore missing %%}' "$name" >inside/t.j2
	status 0 dtk-gen -t render inside/t.j2
	lacks secret out
done
for name in good sub/fine ./sub//fine; do
	printf '{%% include "%s" %%}' "$name" >inside/t.j2
	status 0 dtk-gen -t render inside/t.j2
	equal fine "$(cat out)" "$name"
done

try "render: bounds"
# bounded TEMPLATE MESSAGE OPTION: fails by itself where it would never end, and sooner with OPTION.
bounded()
{
	printf '%s' "$1" >bound.j2
	if [ -z "${DTK_TEST_SLOW-}" ]; then
		status 1 timeout 20 dtk-gen -t render bound.j2
		has "$2" err
	fi
	status 1 dtk-gen -t render "$3" bound.j2
	has "$4" err
}
bounded '{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}' 'nested too deeply' --max-depth=7 '(more than 7)'
bounded '{{ range(1000000000)|length }}' 'range is too long' --max-range=5 '(more than 5 numbers)'
bounded '{% for a in range(1000000) %}{{ "x" * 1000 }}{% endfor %}' 'too much output' --max-output=10 '(more than 10 bytes)'
bounded '{% for a in range(1000000) %}{% for b in range(1000000) %}{% endfor %}{% endfor %}' \
	'too many loop turns' --max-steps=9 '(more than 9)'
echo '{{ range(2000000)|length }}' >bound.j2
status 0 dtk-gen -t render --max-range 3000000 bound.j2
equal 2000000 "$(cat out)" "a wider bound"

try "parse"
printf '# syntax=docker/dockerfile:1\nFROM a AS b\nRUN --mount=type=bind,target=/x echo "q"\nCMD ["a", "b"]\nCOPY <<-X /y\n\thi\nX\n' >Dockerfile
status 0 dtk-gen -t parse Dockerfile
same - out <<'EOF'
{"directive":"syntax","value":"docker/dockerfile:1"}
{"line":2,"instruction":"FROM","flags":[],"form":"args","args":["a","AS","b"],"heredocs":[]}
{"line":3,"instruction":"RUN","flags":["--mount=type=bind,target=/x"],"form":"shell","args":["echo \"q\""],"heredocs":[]}
{"line":4,"instruction":"CMD","flags":[],"form":"exec","args":["a","b"],"heredocs":[]}
{"line":5,"instruction":"COPY","flags":[],"form":"args","args":["<<-X","/y"],"heredocs":[{"name":"X","content":"\thi\n","expand":true,"chomp":true}]}
EOF
dtk-gen -t parse - <Dockerfile >from-stdin
same out from-stdin
echo >empty
status 1 dtk-gen -t parse empty
status 1 dtk-gen -t parse nothing
status 2 dtk-gen -t parse

try "context"
mkdir -p c/sub c/skipped
touch c/a c/sub/b c/sub/c c/skipped/d
printf 'skipped\n' >c/.dockerignore
printf 'FROM x\nCOPY sub/b /\n' >c/Dockerfile
status 0 dtk-gen -t context c
for name in .dockerignore Dockerfile a sub/b sub/c; do
	grep -qxF "$name" out || fail "$name is not sent"
done
lacks skipped/d out
sort out | diff out - || fail "not sorted"
status 0 dtk-gen -t context --copied c
grep -qxF sub/b out || fail "sub/b is not reached"
lacks sub/c out
printf '*\n' >c/other.dockerignore
printf 'FROM x\n' >c/other
status 0 dtk-gen -t context -f c/other c
lacks sub/b out
status 1 dtk-gen -t context nowhere
status 2 dtk-gen -t context

try "targets: all that Ninja has"
status 0 dtk-gen -t targets
has 'full ' out
has 'Everything there is' out
dtk-gen
cut -d' ' -f1 <out | sort >told
sed -n 's/^build \([^ :$/]*\): phony.*/\1/p' build.ninja | sort >there
same told there
same generated/.help out

try "graph"
status 0 dtk-gen -t graph
has '"1.4-base" -> "1.4-py3.10-python";' out
has 'label = "full";' out
equal 6 "$(grep -c '^		"' out)" "images in clusters"
equal 6 "$(grep -c -F '\nmissing"' out)" "states"
equal 4 "$(grep -c -e '->' out)" "edges"
if command -v dot >/dev/null 2>&1; then
	dot -Tsvg out >/dev/null || fail "no DOT"
fi
status 0 dtk-gen --sequence short -t graph
lacks 2.0 out

try "graph: another format, some images and what they stand on, a file"
status 0 dtk-gen -t graph --format mermaid -o new/graph.mmd 1.4-py3.10-python
equal '' "$(cat out)" "it is in the file"
has 'i0["1.4-base<br>missing"]:::missing' new/graph.mmd
has 'i0 --> i1' new/graph.mmd
lacks 2.0 new/graph.mmd
lacks node new/graph.mmd
status 2 dtk-gen -t graph --format svg
has "--format is dot, mermaid or text, not 'svg'" err
status 1 dtk-gen -t graph shrot
has "did you mean 'short'" err
equal '' "$(cat out)" "no half of a graph"
ln -s graph.mmd new/link
for name in new new/link new/graph.mmd/x; do
	status 1 dtk-gen -t graph -o "$name"
	has "error: $name: " err
done
status 2 dtk-gen -t graph -o ''
has flowchart new/graph.mmd

try "report: the same bytes every time, and of a project that was never generated"
rm -rf generated build.ninja
status 0 dtk-gen -t report
cp out first
status 0 dtk-gen -t report -o page.html
same first page.html
has '<h1>6 images</h1>' page.html
has '</svg>missing</td>' page.html
has '<code>t/os:latest</code></th><td><a href="#i0">1.4-base</a></td><td><a href="#i3">2.0-base</a></td>' page.html
absent generated

try "an unknown name: no image is told"
status 1 dtk-gen -t status 1.4-base nothing
equal '' "$(cat out)" "what was not looked at"

try "graph: a tree for a terminal, each image told once"
mkdir -p tree
{
	echo 'images:'
	for pair in base:scratch left:base right:base top:left end:top alone:scratch; do
		mkdir "tree/${pair%:*}"
		echo "FROM ${pair#*:}" | sed 's/ \([^s]\)/ t\/\1/' >"tree/${pair%:*}/Dockerfile"
		echo "  - {name: ${pair%:*}, dockerfile: tree/${pair%:*}/Dockerfile, tags: [t/${pair%:*}]}"
	done
} >tree.yaml
printf 'COPY --from=t/right /a /a\nCOPY --from=t/right /b /b\n' >>tree/top/Dockerfile
status 0 dtk-gen --config tree.yaml --output tree/out -t graph --format text
same - out <<'END'
base  missing
|-- left  missing
|   `-- top  missing
|       `-- end  missing
`-- right  missing
    `-- top  missing ...
alone  missing
END
status 0 dtk-gen --config tree.yaml --output tree/out -t graph --format text right
same - out <<'END'
base  missing
`-- right  missing
END

try "ninja graph without graphviz says what is missing"
dtk-gen
mkdir -p few
for program in dtk-gen dtk-stamp ninja; do
	ln -s "$(command -v "$program")" "few/$program"
done
need ninja
PATH=$PWD/few status 1 ninja graph
has 'install graphviz' out
absent generated/reports/graph.svg
PATH=$PWD/few status 0 ninja report
has generated/reports/index.html out
present generated/reports/index.html
