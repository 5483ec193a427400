# SPDX-License-Identifier: Apache-2.0
"""report.py PAGE STATUS DIRECTORY: holds a page of `dtk-gen -t report` against `-t status --json`, in Chromium.

Screenshots and the browser's profile go to DIRECTORY.
"""
import json, os, re, sys

sys.path.insert(0, os.path.dirname(__file__))
from browser import Browser

ENTER = "\ue007"

ROWS = """
return Array.from(document.querySelectorAll('#images tbody tr'), row => ({
    id: row.id, name: row.cells[0].textContent, state: row.cells[1].textContent,
    why: (row.cells[2].querySelector('summary') || row.cells[2]).textContent,
    tags: Array.from(row.cells[8].querySelectorAll('code'), code => code.textContent),
    parents: Array.from(row.cells[7].querySelectorAll('a'), a => [a.textContent, a.getAttribute('href')]),
    shown: row.offsetHeight > 0}))"""

NODES = """
return Array.from(document.querySelectorAll('.dag .node'), node => {
    const box = node.querySelector('rect').getBBox(), text = node.querySelector('text');
    return {name: node.querySelector('title').textContent, class: node.getAttribute('class'), href: node.getAttribute('href'),
            x: box.x, y: box.y, right: box.x + box.width, bottom: box.y + box.height,
            text: text.textContent, textRight: text.getBBox().x + text.getBBox().width}})"""

HEADS = "return Array.from(document.querySelectorAll('#images thead th'), th => th.getAttribute('aria-sort'))"

# The least ratio of a text's colour to what is behind it (www.w3.org/TR/WCAG22, 1.4.3), and whose it is.
CONTRAST = """
function parse(colour) { return colour.match(/[0-9.]+/g).map(Number); }
function light(colour) {
    const parts = colour.slice(0, 3).map(c => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2];
}
function behind(element) {
    for (; element; element = element.parentElement) {
        const colour = parse(getComputedStyle(element).backgroundColor);
        if (colour.length === 3 || colour[3] > 0) return colour;
    }
}
let least = [99, ''];
for (const element of document.querySelectorAll('body *:not(svg *)')) {
    const own = Array.from(element.childNodes).some(n => n.nodeType === 3 && n.textContent.trim());
    if (!own || element.closest('.skip') || !element.offsetHeight) continue;
    const a = light(parse(getComputedStyle(element).color)), b = light(behind(element));
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < least[0]) least = [ratio, element.outerHTML.slice(0, 120)];
}
for (const node of document.querySelectorAll('.dag .node')) {
    const a = light(parse(getComputedStyle(node.querySelector('text')).fill));
    const b = light(parse(getComputedStyle(node.querySelector('rect')).fill));
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < least[0]) least = [ratio, node.outerHTML.slice(0, 120)];
}
return least"""


def expect(what, expected, got):
    assert expected == got, "%s: expected %r, got %r" % (what, expected, got)


def as_shown(image):
    """HTML holds no control characters."""
    shown = lambda value: re.sub("[\\0-\\x1f\\x7f]", "\ufffd", value) if isinstance(value, str) else value
    return {key: [shown(each) for each in value] if key == "tags" else shown(value) for key, value in image.items()}


def check_quiet(browser):
    expect("the console", [], browser.console())
    expect("what was fetched", [], browser.run("return performance.getEntriesByType('resource').map(e => e.name)"))


def check_table(browser, images):
    rows = browser.run(ROWS)
    ids = {row["name"]: "#" + row["id"] for row in rows}
    expect("the images of the table", [image["name"] for image in images], [row["name"] for row in rows])
    for row, image in zip(rows, images):
        expect("the state of " + image["name"], image["state"], row["state"])
        expect("the tags of " + image["name"], image["tags"], row["tags"])
        if image["why"]:
            expect("why " + image["name"], image["why"], row["why"])
        for name, link in row["parents"]:
            expect("the link to " + name, ids[name], link)
    return rows


def check_picture(browser, images):
    nodes = browser.run(NODES)
    expect("the images of the picture", [image["name"] for image in images], [re.split(": (?=[a-z]+(?:,|$))", node["name"])[0] for node in nodes])
    for node, image in zip(nodes, images):
        assert image["state"] in node["class"].split(), (image["name"], node["class"])
        assert image["state"] in node["name"], node["name"]
        assert node["textRight"] <= node["right"], "%s sticks out of its box" % node["name"]
    across = {}
    for node in nodes:
        across.setdefault(node["x"], []).append(node)
    for column in across.values():
        column.sort(key=lambda node: node["y"])
        for above, below in zip(column, column[1:]):
            assert above["bottom"] <= below["y"], "%s lies on %s" % (above["name"], below["name"])
    edges = browser.run("return Array.from(document.querySelectorAll('.edges path'), p => p.dataset.e.split(' ').map(Number))")
    for start, end in edges:
        assert nodes[start]["right"] < nodes[end]["x"], "an edge leads backwards"
    return edges


def check_edges(rows, edges):
    names = [row["name"] for row in rows]
    told = sorted((parent, row["name"]) for row in rows for parent, _ in row["parents"])
    expect("the edges", told, sorted((names[start], names[end]) for start, end in edges))


def check_sorting(browser, images):
    order = [image["name"] for image in images]
    names = lambda: [row["name"] for row in browser.run(ROWS)]
    head = "#images thead th:nth-child(%d) button"
    expect("before", ["none"] * 9, browser.run(HEADS))
    browser.click(head % 1)
    expect("aria-sort", ["ascending"] + ["none"] * 8, browser.run(HEADS))
    up = names()
    expect("all are there", sorted(order), sorted(up))
    assert up == browser.run("return arguments[0].sort(new Intl.Collator('en', {numeric: true}).compare)", order[:]), up
    browser.press(head % 1, ENTER)
    expect("aria-sort by Enter", ["descending"] + ["none"] * 8, browser.run(HEADS))
    expect("the other way round", up[::-1], names())
    browser.press(head % 2, " ")
    expect("aria-sort of another one", ["none", "ascending"] + ["none"] * 7, browser.run(HEADS))
    ranks = ["failed", "unknown", "missing", "stale", "fresh"]
    states = [ranks.index(row["state"]) for row in browser.run(ROWS)]
    expect("by state", sorted(states), states)
    for column, key in ((5, lambda i: i["last"]["took_ms"] if i["last"] else -1), (7, lambda i: -1 if i["size"] is None else i["size"])):
        browser.click(head % column)
        by_name = {image["name"]: key(image) for image in images}
        keys = [by_name[name] for name in names()]
        expect("by the numbers of column %d" % column, sorted(keys), keys)
    browser.click(head % 7)
    browser.click(head % 7)
    expect("and back", order, names())


def check_filter(browser, images):
    name = images[-1]["name"]
    browser.type("#filter", name)
    shown = [row["name"] for row in browser.run(ROWS) if row["shown"]]
    assert name in shown and all(name in row or name != row for row in shown), shown
    expect("how many", "%d of %d" % (len(shown), len(images)), browser.run("return document.getElementById('shown').textContent"))
    browser.clear("#filter")
    browser.type("#filter", "no such image")
    expect("nothing is left", [], [row for row in browser.run(ROWS) if row["shown"]])
    browser.clear("#filter")
    browser.run("document.getElementById('filter').dispatchEvent(new Event('input'))")


def check_zoom(browser, images):
    small = "return document.querySelector('.dag').getBoundingClientRect().height"
    before = browser.run(small)
    shown = browser.run("return document.getElementById('zoom').offsetHeight > 0")
    expect("a large picture can be made smaller", len(images) > 100, shown)
    if shown:
        browser.press("#zoom", "\ue011")
        assert browser.run(small) < before / 5, "it is no smaller"


def check_marks(browser, edges):
    """All that leads to an image and all that it leads to."""
    reached, at = {1}, [1]
    for way in (lambda e: e, lambda e: e[::-1]):
        at, seen = [1], {1}
        while at:
            here = at.pop()
            new = {end for start, end in map(way, edges) if start == here} - seen
            seen |= new
            at.extend(new)
        reached |= seen
    browser.run("document.querySelectorAll('.dag .node')[1].dispatchEvent(new PointerEvent('pointerover', {bubbles: true}))")
    lit = browser.run("return Array.from(document.querySelectorAll('.node.lit'), n => Number(n.dataset.n))")
    expect("what is marked", sorted(reached), sorted(lit))
    browser.run("document.querySelector('.dag').dispatchEvent(new PointerEvent('pointerleave'))")
    expect("nothing is marked", 0, browser.run("return document.querySelectorAll('.lit, .marked').length"))


def check_access(browser):
    """What a screen reader goes by."""
    expect("one first heading", 1, browser.run("return document.querySelectorAll('h1').length"))
    expect("a language", "en", browser.run("return document.documentElement.lang"))
    expect("tables without a caption", 0, browser.run("return document.querySelectorAll('table:not(:has(caption))').length"))
    expect("heads without a scope", 0, browser.run("return document.querySelectorAll('th:not([scope])').length"))
    expect("sections without a name", 0, browser.run(
        "return Array.from(document.querySelectorAll('section, svg.dag')).filter("
        "s => !document.getElementById(s.getAttribute('aria-labelledby'))).length"))
    expect("identifiers given twice", [], browser.run(
        "const ids = Array.from(document.querySelectorAll('[id]'), e => e.id);"
        "return ids.filter((id, i) => ids.indexOf(id) !== i)"))
    expect("links to nowhere", [], browser.run(
        "return Array.from(document.querySelectorAll('a[href], use'), a => a.getAttribute('href'))"
        ".filter(h => !document.getElementById(h.slice(1)))"))
    browser.press("#images thead th:nth-child(3) button", "\ue004")
    browser.press("#images thead th:nth-child(2) button", "\ue004")
    outline = browser.run("return [document.activeElement.textContent, getComputedStyle(document.activeElement).outlineStyle]")
    expect("Tab goes on, and it shows where", ["Why", "solid"], outline)


def check_shut(browser):
    """Whatever came in as a script would not run."""
    browser.run("const s = document.createElement('script'); s.textContent = 'window.evil = 1'; document.body.append(s)")
    browser.run("document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"window.evil = 2\">')")
    expect("a foreign script", None, browser.run("return window.evil || null"))
    said = browser.console()
    assert any("Content Security Policy" in line for line in said), said


def check_schemes(browser, page, directory):
    backs = []
    for scheme in ("light", "dark"):
        browser.scheme(scheme)
        browser.open(page)
        ratio, element = browser.run(CONTRAST)
        assert ratio >= 4.5, "%s: contrast %.2f of %s" % (scheme, ratio, element)
        backs.append(browser.run("return getComputedStyle(document.body).backgroundColor"))
        browser.picture("%s/%s.png" % (directory, scheme))
    assert backs[0] != backs[1], backs
    browser.scheme("light")


def check_plain(browser, page, images):
    """Without a script all is there to be read, and nothing that would do nothing."""
    browser.scripts(False)
    browser.open(page)
    expect("rows", len(images), len(browser.run(ROWS)))
    expect("buttons", 0, browser.run("return document.querySelectorAll('button').length"))
    expect("no tools", True, browser.run("return Array.from(document.querySelectorAll('.tools')).every(t => t.offsetHeight === 0)"))
    browser.scripts(True)


def main(page, status, directory):
    images = [as_shown(image) for image in json.load(open(status))["images"]]
    os.makedirs(directory, exist_ok=True)
    with Browser(os.path.join(directory, "browser")) as browser:
        browser.open(page)
        check_quiet(browser)
        rows = check_table(browser, images)
        edges = check_picture(browser, images)
        check_edges(rows, edges)
        check_marks(browser, edges)
        check_sorting(browser, images)
        check_filter(browser, images)
        check_access(browser)
        check_zoom(browser, images)
        if len(images) < 100:
            check_schemes(browser, page, directory)
        check_quiet(browser)
        check_plain(browser, page, images)
        browser.open(page)
        check_shut(browser)


if __name__ == "__main__":
    main(*sys.argv[1:])
