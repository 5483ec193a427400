#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""seed0.py MATRIX TEMPLATES OUT: the way that dtk replaces, to be timed beside it.

PyYAML reads the matrix, Jinja2 renders a template for every image, and each
Dockerfile and environment script is one write.
"""
import os
import shlex
import sys

import jinja2
import yaml

ENV = """#!/bin/sh
export UBUNTU_VER={os}
export UBUNTU_VER_BASE={major}
export TZ_NAME={tz}
export PY_VER_BASE={py}
export PY_VER={py}
export dockertag={tag}
dkbuildprebuildscript=dkbuildprebuildscript.sh
dkbuildbuildsuccessscript=dkbuildbuildsuccessscript.sh
dkbuildfailedscript=dkbuildfailedscript.sh
dkbuildpostbuildscript=dkbuildpostbuildscript.sh
"""


def main(matrix_file, templates, out):
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    with open(matrix_file, encoding="utf-8") as file:
        matrix = yaml.load(file, Loader=loader)
    env = jinja2.Environment(loader=jinja2.FileSystemLoader(templates))
    config = matrix.get("build_config", {})
    os.makedirs(out, exist_ok=True)

    def tags(layer, os_version, python):
        values = {"os_version": os_version, "os_major": os_version.split(".")[0], "python_version": python}
        result = []
        for tag in layer["tags"]:
            for key, value in values.items():
                tag = tag.replace("${%s}" % key, value)
            result.append(tag)
        return result

    def write(layer, os_version, python_config, parent):
        python = python_config["version"] if python_config else ""
        names = tags(layer, os_version, python)
        stem = os_version + ("-py" + python if python else "") + "-" + layer["name"]
        text = env.get_template(layer["template"]).render(
            os_version=os_version, os_major=os_version.split(".")[0], python_version=python,
            python_config=python_config or {}, build_config=config, layer_config=layer,
            image={"name": stem, "tags": names}, parent=parent)
        with open(os.path.join(out, "Dockerfile." + stem), "w", encoding="utf-8") as file:
            file.write(text + "\n")
        with open(os.path.join(out, "_env.%s.sh" % stem), "w", encoding="utf-8") as file:
            file.write(ENV.format(os=shlex.quote(os_version), major=os_version.split(".")[0],
                                  tz=shlex.quote(str(config.get("timezone", ""))), py=python, tag=names[0]))
        return {"name": stem, "tags": names, "ref": names[0]}

    layers = {layer["name"]: layer for layer in matrix["build_layers"]}
    for os_version in matrix["os_versions"]:
        base = write(layers["base"], os_version, None, None)
        for python_config in matrix["python_versions"]:
            parent = base
            for layer in matrix["build_layers"]:
                if layer["name"] != "base":
                    parent = write(layer, os_version, python_config, parent)


if __name__ == "__main__":
    main(*sys.argv[1:4])
