#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The JSON Schema of a matrix, held by npm's ajv against the matrices that there are, and against what the loader says
# of matrices in which one thing is changed.
. "${DTK_SRC:?}/tests/lib.sh"
need node
data=$DTK_SRC/tests/data
temp=$PWD
# Debian's node finds Debian's modules by itself.
NODE_PATH=${NODE_PATH:+$NODE_PATH:}/usr/share/nodejs
export NODE_PATH
node -e 'require("ajv")' 2>/dev/null || skip "no ajv (node-ajv)"

# checked FILE...: verdicts on JSON files.
checked()
{
	node "$data/schema-check.js" schema "$@"
}

# to_json FILE...: each twice, as PyYAML reads it and as dtk does; the second time in directory typed.
to_json()
{
	mkdir -p json typed
	"$DTK_PYTHON" "$data/schema-compare.py" json json "$@"
	for file in "$@"; do
		"$DTK_UNIT/yaml2json" "$file" >"typed/$(basename "${file%.*}").json"
	done
}

status 0 "$DTK_GEN" -t schema
mv out schema
"$DTK_GEN" -t schema matrix | same schema -

try "shipped and valid matrices"
to_json "$DTK_SRC"/matrices/*.yaml "$data"/matrix/good/*.yaml "$data"/schema/*.yaml
(cd json && "$DTK_GEN" -t init -o init.json)
checked json/*.json typed/*.json >verdicts
! grep -v '	valid$' verdicts || fail "a good matrix is refused"
[ "$(wc -l <verdicts)" -gt 60 ] || fail "only $(wc -l <verdicts) were checked"

try "matrices that are wrong in their structure"
mkdir bad
for name in cache-kind cache discover-type empty keys list stages-beside stages-none stages types versions written \
	every unknown; do
	"$DTK_UNIT/yaml2json" "$data/matrix/bad/$name.yaml" >"bad/$name.json"
done
checked bad/*.json >verdicts
! grep '	valid$' verdicts || fail "a bad matrix is taken"
has "bad/stages-none.json	/name should be null" verdicts
grep -q "bad/keys.json.*/build_layers/0 should NOT have additional properties" verdicts || fail "an unknown key of a layer"

try "a list of images alone"
status 0 "$DTK_GEN" -t schema images
mv out schema-images
echo '[{"name": "a", "dockerfile": "Dockerfile"}]' >images.json
echo '[{"name": "a", "dockerfil": "Dockerfile"}]' >wrong.json
node "$data/schema-check.js" schema-images images.json wrong.json >verdicts
has "images.json	valid" verdicts
lacks "wrong.json	valid" verdicts
status 2 "$DTK_GEN" -t schema pictures
has "'pictures' is no key of a matrix" err

try "the loader and the schema agree on every key, with one thing changed"
mkdir changed
"$DTK_PYTHON" "$data/schema-compare.py" change schema changed "$data"/schema/*.yaml
find changed -name '*.json' | sort >list
xargs node "$data/schema-check.js" schema <list >verdicts
sed "s|^|$temp/|" verdicts >absolute
(cd "$data/matrix" && "$DTK_PYTHON" "$data/schema-compare.py" compare "$temp/absolute" "$DTK_UNIT/plan_dump")
