#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Pictures of a graph and the page about it, from views by hand: as they are written, as dot reads them, in a browser.
# shellcheck source=tests/lib.sh
. "${DTK_SRC:?}/tests/lib.sh"
dump=${DTK_UNIT:?}/view_dump
golden=$DTK_SRC/tests/data/view

try "DOT and Mermaid: images in each state, with names that are none"
"$dump" dot >few.dot
"$dump" mermaid >few.mmd
same "$golden/few.dot" few.dot
same "$golden/few.mmd" few.mmd

try "Mermaid: each node is declared once, and edges and classes name what is declared"
"$dump" mermaid 1000 >many.mmd
for file in few.mmd many.mmd; do
	awk '
		/^\t*i[0-9]+[^ ]*"[^"]*"[^ ]*:::[a-z]+$/ {
			id = $1; sub(/[^i0-9].*/, "", id)
			if (declared[id]++) { print "twice: " id; bad = 1 }
			class = $0; sub(/.*:::/, "", class); used[class] = 1; next
		}
		/^\ti[0-9]+ --> i[0-9]+$/ { ends[$1] = ends[$3] = 1; next }
		/^\tclassDef [a-z]+ / { defined[$2] = 1; next }
		/^\tsubgraph s[0-9]+\["[^"]*"\]$/ { open++; next }
		/^\tend$/ { open--; next }
		/^flowchart LR$/ && NR == 1 { next }
		{ print "what is this: " $0; bad = 1 }
		END {
			for (id in ends) if (!declared[id]) { print "an edge to " id; bad = 1 }
			for (class in used) if (!defined[class]) { print "a class " class; bad = 1 }
			exit bad || open
		}' "$file" || fail "$file is no flowchart"
done
equal 1000 "$(grep -c ':::' many.mmd)" "nodes"

try "a page holds nothing that came in as markup"
"$dump" page >few.html
"$dump" page 1000 >many.html
equal 1 "$(grep -c '<script>' few.html)" "scripts"
equal 0 "$(grep -c '<b>"' few.html || true)" "hostile names"
[ "$(wc -c <many.html)" -lt 2000000 ] || fail "a page of 1000 images has $(wc -c <many.html) bytes"

try "dot reads the same images, states and edges"
need "$DTK_PYTHON" dot
"$dump" json >few.json
dot -Tjson few.dot >read.json || fail "no DOT"
"$DTK_PYTHON" - read.json few.json <<'END' || fail "$(cat few.dot)"
import json, sys
graph, status = (json.load(open(name), strict=False) for name in sys.argv[1:])
objects = {o["_gvid"]: o for o in graph["objects"]}
nodes = {o["name"]: o for o in objects.values() if "nodes" not in o}
assert sorted(nodes) == sorted(image["name"].replace("\\", "\\\\") for image in status["images"]), sorted(nodes)
for image in status["images"]:
    node = nodes[image["name"].replace("\\", "\\\\")]
    assert node["label"].endswith("\\n" + image["state"]), node
looks = [tuple(node.get(key) for key in ("shape", "style", "penwidth")) for node in nodes.values()]
assert len(set(looks)) == 5, "two states look alike without a colour: %s" % looks
assert len(graph["edges"]) == 5
assert [len(o["nodes"]) for o in objects.values() if "nodes" in o] == [2, 2]
END

try "the page in a browser: a few images in every state, and a thousand"
need chromium chromedriver
"$dump" json 1000 >many.json
for page in few many; do
	"$DTK_PYTHON" "$DTK_SRC/tests/page/report.py" "$page.html" "$page.json" "$page.d" || fail "$page.html"
done
