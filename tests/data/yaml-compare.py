# SPDX-License-Identifier: Apache-2.0
"""yaml-compare.py YAML2JSON FILE...: what YAML2JSON makes of each FILE, and of random
scalars, against PyYAML.  The deliberate differences are those of Text."""

import itertools
import json
import re
import subprocess
import sys

import yaml

# Floats in JSON and YAML 1.2, text in PyYAML.
EXPONENT = re.compile(r"[-+]?[0-9][0-9_]*(\.[0-9_]*)?[eE][-+]?[0-9]+|\.[0-9][0-9_]*[eE][-+]?[0-9]+")


class Text(yaml.SafeLoader):
    """PyYAML, in which the deliberate differences are settled as dtk settles them."""


def scalar(loader, node):
    if node.style is None and EXPONENT.fullmatch(node.value):
        return float(node.value.replace("_", ""))
    return loader.construct_scalar(node)


def integer(loader, node):
    text = node.value.replace("_", "").lstrip("+-")
    if ":" in text or text in ("0b", "0x"):
        return node.value
    number = loader.construct_yaml_int(node)
    return number if -2**63 <= number < 2**63 else node.value


def real(loader, node):
    if ":" in node.value:
        return node.value
    if node.value.lower().endswith(".inf"):
        return float("-inf" if node.value.startswith("-") else "inf")
    return loader.construct_yaml_float(node)


PREFIX = "tag:yaml.org,2002:"
Text.add_constructor(PREFIX + "str", scalar)
Text.add_constructor(PREFIX + "int", integer)
Text.add_constructor(PREFIX + "float", real)
Text.add_constructor(PREFIX + "timestamp", lambda loader, node: node.value)
Text.add_constructor(PREFIX + "value", lambda loader, node: node.value)


def same(a, b):
    if isinstance(a, float) and isinstance(b, float):
        return a == b or (a != a and b != b)
    if type(a) is not type(b):
        return False
    if isinstance(a, list):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return list(a) == list(b) and all(same(a[k], b[k]) for k in a)
    return a == b


def as_json(value):
    """Keys as JSON has them."""
    if isinstance(value, dict):
        return {k if isinstance(k, str) else json.dumps(k): as_json(v) for k, v in value.items()}
    if isinstance(value, list):
        return [as_json(v) for v in value]
    return value


def run(program, file):
    return json.loads(subprocess.run([program, file], check=True, stdout=subprocess.PIPE).stdout)


def check(program, file):
    with open(file, "rb") as stream:
        expected = as_json(yaml.load(stream, Loader=Text))
    got = run(program, file)
    if same(expected, got):
        return 0
    if isinstance(expected, list) and isinstance(got, list) and len(expected) == len(got):
        for place, (e, g) in enumerate(zip(expected, got)):
            if not same(e, g):
                print(f"{file}: item {place}: PyYAML {e!r}, dtk {g!r}")
    else:
        print(f"{file}:\n  PyYAML {expected!r}\n     dtk {got!r}")
    return 1


def scalars():
    for n in (1, 2, 3, 4):
        for text in itertools.product("019_.eE+x~", repeat=n):
            yield "".join(text)
    for text in itertools.product("-+0", "0189bx", ["", "_", "0", "7", "f", ".", "e1", "e-1", ":1", ":59.5"], "_01.e", "_15:"):
        yield "".join(text)
    for word in ("yes no true false on off null y n nan inf").split():
        for text in (word, word.upper(), word.title(), word[0].upper() + word[1:-1] + word[-1].upper()):
            yield text
            yield "." + text
            yield "-." + text
            yield "+." + text


def main():
    program, files = sys.argv[1], sys.argv[2:]
    with open("scalars.yaml", "w", encoding="utf-8") as stream:
        for text in scalars():
            if not text.endswith(":"):
                stream.write(f"- {text}\n")
    failures = sum(check(program, file) for file in ["scalars.yaml", *files])
    print(f"{len(files) + 1} files, {failures} differ")
    sys.exit(failures != 0 or not files)


main()
