#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# --json of the tools that print tables: it parses, and says what the table says.
. "${DTK_SRC:?}/tests/data/gen-project.sh"

new_project

# both WORDS: the tool's table as `table`, its JSON as `json`, which another reader than dtk's own takes.
both()
{
	status 0 dtk-gen -t "$@"
	mv out table
	status 0 dtk-gen -t "$@" --json
	"$DTK_PYTHON" -m json.tool out json
}

# told PROGRAM: what the Python expression makes of the JSON, line by line, is the table.
told()
{
	"$DTK_PYTHON" -c '
import json, sys
rows = json.load(open("json"))
for line in eval(sys.argv[1]):
    print(line)' "$1" >lines
	same table lines
}

try "list"
both list
told '["  %-14s %s" % (row["name"], row["summary"]) for row in rows]'
has '"operands": "IMAGE..."' json

try "targets"
both targets
told '["%-25s %s" % (row["name"], row["summary"]) for row in rows]'
"$DTK_PYTHON" -c '
import json
kinds = {}
for row in json.load(open("json")):
    kinds.setdefault(row["kind"], []).append(row["name"])
assert kinds["all"] == ["all"], kinds
assert "base" in kinds["layer"] and "lint" in kinds["action"] and "push-all" in kinds["push"], kinds
assert kinds["sequence"] == ["full", "short"] and len(kinds["image"]) == 6, kinds'

words='{"first": "would be built for the first time", "none": "nothing changed", "build": "would be built",
	"parent": "would be built if its parent comes out changed", "tag": "would be tagged"}'
try "plan and why"
both plan
told "[line for row in rows for line in [row['name'] + ': ' + $words.get(row['action'])] +
	['\t' + reason for reason in row['reasons']]]"
name=$("$DTK_PYTHON" -c 'import json; print(json.load(open("json"))[0]["name"])')
both why "$name"
told "[line for row in rows for line in [row['name'] + ': ' + $words.get(row['action'])] +
	['\t' + reason for reason in row['reasons']]]"
has '"why": "Dockerfile changed"' json
status 1 dtk-gen -t why --json nothing
has "there is no image 'nothing'" err

try "status"
both status
"$DTK_PYTHON" -c '
import json
status = json.load(open("json"))
lines = [line.split() for line in open("table").read().split("\n\n")[0].splitlines()[1:]]
assert [[image["name"], image["state"]] for image in status["images"]] == [line[:2] for line in lines], lines
assert status["total"]["images"] == len(lines)'

try "targets as they were written"
status 0 dtk-gen
status 0 dtk-gen -t targets
mv out now
status 0 dtk-gen -t targets --written
same now out
echo 'os_versions: {' >matrices/build-matrix.yaml
status 1 dtk-gen -t targets
status 0 dtk-gen -t targets --written
same now out
status 0 dtk-gen -C . --output generated -t targets --written
same now out
mv generated '$ein: tree'
sed -i 's|^builddir = .*|builddir = $$ein$:$ tree/stamps|' build.ninja
status 0 dtk-gen -t targets --written
same now out
status 2 dtk-gen -t targets --written --json
rm -r '$ein: tree'
status 1 dtk-gen -t targets --written
[ ! -s out ] || fail "something was printed"
has 'tree/.help: No such file' err
