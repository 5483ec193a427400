# SPDX-License-Identifier: Apache-2.0
"""jinja-compare.py CASES...: whether Python's Jinja2 agrees with what the cases expect.

An expected error only has to be some error there.  The option nopython says that a
difference is meant (bounds, 64-bit integers, refused filters)."""

import sys

import jinja2
import yaml

FLAGS = ("trim_blocks", "lstrip_blocks", "keep_trailing_newline")


def read(path):
    cases, parts, lines = [], None, None
    with open(path, encoding="utf-8", newline="") as file:
        for line in file.read().split("\n")[:-1]:
            if line.startswith("== "):
                parts, lines = {}, None
                cases.append((line[3:], parts))
            elif line.startswith("-- ") and parts is not None:
                lines = parts[line[3:]] = []
            elif lines is not None:
                lines.append(line)
    return [(name, {key: "\n".join(text) for key, text in parts.items()}) for name, parts in cases]


def render(parts, options):
    texts = {key[9:] or "main": text for key, text in parts.items() if key.startswith("template")}
    environment = jinja2.Environment(
        loader=jinja2.DictLoader(texts),
        extensions=["jinja2.ext.do", "jinja2.ext.loopcontrols"],
        undefined=jinja2.StrictUndefined if "strict" in options else jinja2.Undefined,
        **{flag: True for flag in FLAGS if flag in options},
    )
    return environment.get_template("main").render(yaml.safe_load(parts.get("vars", "{}")))


def main():
    checked = wrong = 0
    for path in sys.argv[1:]:
        for name, parts in read(path):
            options = parts.get("options", "").split()
            if "nopython" in options:
                continue
            checked += 1
            try:
                got = render(parts, options)
            except Exception as error:  # any will do
                if "error" not in parts:
                    wrong += 1
                    print(f"{path}: {name}: Jinja2 fails: {error}")
                continue
            if got != parts.get("output"):
                wrong += 1
                print(f"{path}: {name}: Jinja2 gives {got!r}, expected is {parts.get('output')!r}")
    print(f"{checked} expectations checked, {wrong} wrong")
    return wrong != 0 or checked == 0


sys.exit(main())
