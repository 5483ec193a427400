# SPDX-License-Identifier: Apache-2.0
"""
schema-compare.py json DIR YAML...: each matrix as DIR/NAME.json, as PyYAML reads it.
schema-compare.py change SCHEMA DIR YAML...: writes what comes of each matrix with one thing changed, as
    DIR/NAME-NUMBER.json, and fails where a key of the schema's is in none of them.
schema-compare.py compare VERDICTS PLAN_DUMP: VERDICTS are schema-check.js's of such files.  What the schema
    refuses, the loader has to refuse; and what is wrong with the loader's keys and types, the schema.
"""
import copy
import json
import pathlib
import re
import subprocess
import sys

import yaml


class Loader(yaml.SafeLoader):
    """Without dates: they are texts to dtk, as they are in YAML 1.2."""


Loader.yaml_implicit_resolvers = {
    first: [pair for pair in pairs if pair[0] != "tag:yaml.org,2002:timestamp"]
    for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
}

STRUCTURE = re.compile(
    r"error: (unknown key|.* must be (text|a list|a dict|true|a number)|.* has no '|'\w+' is .* or |"
    r"'\w+' is for a matrix that|'\w+' cannot stand beside|'\w+' is for an image with a Dockerfile|"
    r"the matrix has none of|the name of this (layer|sequence|stage|OS version|Python version)|.* is no platform|"
    r".* cannot be the name of a|an agent is|.* is no part of)")
# Which axes are declared is beyond a schema.
AXIS = re.compile(r"error: unknown key .* in (a sequence|an exclude|an include)$")
VALUES = ["text", 3, True, None, [], ["a", None], {"a": ["b"]}, "a b"]


def load(name):
    with open(name, encoding="utf-8") as file:
        return yaml.load(file, Loader)


def places(value, path=()):
    """The paths of all values in VALUE but itself."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield path + (key,)
        yield from places(inner, path + (key,))


def at(value, path):
    for key in path:
        value = value[key]
    return value


def changed(matrix):
    """Matrices that differ from MATRIX in one value, which is another, is gone, or is a key that was not there."""
    for path in list(places(matrix)):
        for value in VALUES:
            made = copy.deepcopy(matrix)
            at(made, path[:-1])[path[-1]] = value
            yield made
        made = copy.deepcopy(matrix)
        del at(made, path[:-1])[path[-1]]
        yield made
    for path in [()] + list(places(matrix)):
        if isinstance(at(matrix, path), dict):
            for key in "unknown", "stages", "build_layers", "un known":
                made = copy.deepcopy(matrix)
                at(made, path).setdefault(key, "text")
                yield made


def check_all_there(matrices, schema):
    """Each key that the schema has for a section stands somewhere in the matrices."""
    keys = {path[-1] for matrix in matrices for path in places(matrix)}
    for name, section in schema["definitions"].items():
        missing = set(section.get("properties", ())) - keys
        if missing:
            sys.exit(f"no matrix has these keys of {name}: {sorted(missing)}")


def compare(verdicts, plan_dump):
    wrong = checked = refused = 0
    with open(verdicts, encoding="utf-8") as file:
        lines = [line.rstrip("\n").split("\t", 1) for line in file]
    for name, verdict in lines:
        run = subprocess.run([plan_dump, "-q", name], capture_output=True, text=True, check=False)
        valid = verdict == "valid"
        with open(name, encoding="utf-8") as file:
            axes = json.load(file).get("axes") is not None
        structure = [line for line in run.stderr.splitlines()
                     if STRUCTURE.search(line) and not (axes and AXIS.search(line))]
        checked += 1
        refused += not valid
        if not valid and run.returncode == 0:
            print(f"{name}: the loader takes it, the schema says: {verdict}")
            wrong += 1
        elif valid and structure:
            print(f"{name}: the schema takes it, the loader says: {structure[0]}")
            wrong += 1
        elif run.returncode not in (0, 1):
            print(f"{name}: exit status {run.returncode}")
            wrong += 1
    print(f"{checked} checked, {refused} refused, {wrong} wrong")
    return wrong != 0 or refused < checked // 4


def main(what, *args):
    if what == "json":
        for name in args[1:]:
            with open(f"{args[0]}/{pathlib.Path(name).stem}.json", "w", encoding="utf-8") as file:
                json.dump(load(name), file)
    elif what == "change":
        matrices = {pathlib.Path(name).stem: load(name) for name in args[2:]}
        check_all_there(matrices.values(), load(args[0]))
        for name, matrix in matrices.items():
            for number, made in enumerate(changed(matrix)):
                with open(f"{args[1]}/{name}-{number:05}.json", "w", encoding="utf-8") as file:
                    json.dump(made, file)
    else:
        return compare(*args)
    return 0


sys.exit(main(*sys.argv[1:]))
