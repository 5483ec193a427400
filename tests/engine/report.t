#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# -t graph and -t report of images in every state, and the page in a real browser.
# timeout: 400
# shellcheck source=tests/engine/project.sh
. "${DTK_SRC:?}/tests/engine/project.sh"
need "$DTK_PYTHON" chromium chromedriver dot

counting_docker
mkdir -p "$temp/p"
cd "$temp/p"
cp /bin/busybox busybox
cat >base.df <<END
FROM scratch
COPY busybox /bin/busybox
RUN ["/bin/busybox", "--install", "-s", "/bin"]
RUN echo $id >/id
END
for name in kept old; do
	printf 'FROM %s/base\nCOPY %s /\nRUN sleep 0.2\nRUN echo %s\n' "$id" "$name" "$name" >"$name.df"
	echo one >"$name"
done
printf 'FROM %s/base\nRUN echo "<script>alert(1)</script> & \\"%s\\"" && false\n' "$id" "$id" >bad.df
printf 'FROM %s/kept\nCOPY --from=%s/base /id /id2\n' "$id" "$id" >top.df
cat >m.yaml <<END
images:
  - {name: base, dockerfile: base.df, context: ., tags: ["$id/base"]}
  - {name: kept, dockerfile: kept.df, context: ., group: all, tags: ["$id/kept", "$id/both"]}
  - {name: old, dockerfile: old.df, context: ., group: all, tags: ["$id/old", "$id/both"]}
  - {name: bad, dockerfile: bad.df, context: ., tags: ["$id/bad"]}
  - {name: top, dockerfile: top.df, context: ., tags: ["$id/top"]}
END
sed -i 's/group: all/group: pair/' m.yaml
generate --config m.yaml

try "builds, of which one fails; then an edit"
run_ninja base
ninja -k 0 kept old bad >"$temp/out" 2>&1 && broken "what fails is built"
echo two >old

tool() {
	dtk-gen --config m.yaml --docker "$client" ${host:+--host "$host"} -t "$@"
}
forget
tool status --json >"$temp/status.json" || broken "status"
tool report -o "$temp/page.html" || broken "report"
tool graph >"$temp/graph.dot" || broken "graph"
tool graph --format mermaid >"$temp/graph.mmd" || broken "graph"
expect_calls 0 "the engine was asked"

try "the graph: dot reads each state"
dot -Tjson -o "$temp/graph.json" "$temp/graph.dot"
"$DTK_PYTHON" - "$temp/graph.json" "$temp/status.json" "$temp/graph.mmd" <<'END' || broken "$(cat "$temp/graph.dot" "$temp/graph.mmd")"
import json, sys
graph, status = (json.load(open(name)) for name in sys.argv[1:3])
nodes = {o["name"]: o for o in graph["objects"] if "nodes" not in o}
states = {image["name"]: image["state"] for image in status["images"]}
assert states == {"base": "fresh", "kept": "fresh", "old": "stale", "bad": "failed", "top": "missing"}, states
assert {name: node["label"].split("\\n") for name, node in nodes.items()} == {n: [n, s] for n, s in states.items()}
looks = {s: tuple(nodes[n].get(key) for key in ("shape", "style", "penwidth")) for n, s in states.items()}
assert len(set(looks.values())) == 4, looks
names = [image["name"] for image in status["images"]]
mermaid = open(sys.argv[3]).read()
for number, name in enumerate(names):
    assert '"%s<br>%s"' % (name, states[name]) in mermaid and ":::" + states[name] in mermaid
END

try "the page"
"$DTK_PYTHON" "$DTK_SRC/tests/page/report.py" "$temp/page.html" "$temp/status.json" "$temp/shots" || broken "the page"

try "the last run: those of the second, by when they began"
"$DTK_PYTHON" - "$temp/page.html" <<'END' || broken "$(cat "$temp/page.html")"
import re, sys
page = open(sys.argv[1]).read()
run = page[page.index('<h2 id="h-run">'):page.index('<h2 id="h-tags">')]
rows = re.findall(r'<th scope="row"><a href="#i\d+">(\w+)</a></th><td class="\w+">(\w+)</td>', run)
assert sorted(rows)[-3:] == [("bad", "failed"), ("kept", "built"), ("old", "built")] or \
    sorted(rows) == [("bad", "failed"), ("base", "built"), ("kept", "built"), ("old", "built")], rows
assert "&lt;script&gt;alert(1)" in page and "<script>alert" not in page
tags = page[page.index('<h2 id="h-tags">'):page.index('<h2 id="h-bases">')]
assert re.search(r'/both:latest</code></th><td><a href="#i1">kept</a></td><td><a href="#i2">old</a></td>', tags), tags
END

try "ninja report and ninja graph: beside the scans, and no input of an image that copies all"
printf 'FROM %s/base\nCOPY . /all\n' "$id" >whole.df
printf '  - {name: whole, dockerfile: whole.df, context: ., tags: ["%s/whole"]}\n' "$id" >>m.yaml
run_ninja whole
run_ninja report
present generated/reports/index.html
run_ninja graph
present generated/reports/graph.svg
for name in base kept old bad top; do
	grep -q ">$name</text>" generated/reports/graph.svg || broken "$name is not in the picture"
done
quiet whole
echo '{}' >generated/reports/whole.json
quiet whole
