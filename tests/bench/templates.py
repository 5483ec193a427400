#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Python's Jinja2, timed as templates.c times dtk's.

templates.py images COUNT     the variables of COUNT images for the shipped templates, as JSON
templates.py table            those of table.html.j2, 100 x 100 cells
templates.py render DIR VARS TIMES OUT
templates.py compile DIR TIMES
"""
import json
import os
import sys
import time

import jinja2

CONFIG = {"timezone": "America/Toronto", "registry": "docker.io", "cache_mounts": {"apt": "/var/cache/apt"},
          "buildkit_enabled": True, "parallel_builds": True, "syntax": "docker/dockerfile:1",
          "custom_packages": ["jq", "rsync"], "development_mode": False}
LAYERS = ["base", "python", "node", "ml-tooled"]


def image(layer, os_version, python, parent):
    name = os_version + ("-py%s" % python["version"] if python else "") + "-" + layer
    variables = {"os_version": os_version, "os_major": os_version.split(".")[0], "build_config": CONFIG,
                 "layer_config": {"name": layer}, "image": {"name": name, "tags": ["bench/ubuntu:" + name]}}
    if python:
        variables.update(python_version=python["version"], python_config=python)
    if parent:
        variables["parent"] = dict(parent, ref=parent["tags"][0])
    return {"template": layer + ".dockerfile.j2", "vars": variables}


def images(count):
    every = []
    for major in range(100, 1000):
        every.append(image("base", "%d.04" % major, None, None))
        base = every[-1]["vars"]["image"]
        for minor in range(6, 19):
            parent = base
            python = {"version": "3.%d" % minor, "base_os": "100.04", "bump": str(minor),
                      "compilation_method": "source" if minor % 3 else "packages"}
            for layer in LAYERS[1:]:
                every.append(image(layer, "%d.04" % major, python, parent))
                parent = every[-1]["vars"]["image"]
        if len(every) >= count:
            return every[:count]
    return every


def table():
    rows = [{"name": "Row No %d" % y,
             "cells": [{"name": " cell %d " % (x * y % 97), "value": x * y % 101, "hidden": (x + y) % 7 == 0,
                        "unit": "kg" if x % 3 else None} for x in range(100)]} for y in range(100)]
    return [{"template": "table.html.j2", "vars": {"rows": rows, "limit": 40}}]


def render(directory, variables, times, out):
    with open(variables, encoding="utf-8") as file:
        every = json.load(file)
    env = jinja2.Environment(loader=jinja2.FileSystemLoader(directory))
    best = None
    for _ in range(int(times) + 1):
        start = time.monotonic()
        texts = [env.get_template(each["template"]).render(each["vars"]) for each in every]
        took = time.monotonic() - start
        best = took if best is None else min(best, took)
    with open(out, "w", encoding="utf-8") as file:
        file.write("".join(texts))
    print("seconds %.9f" % best)


def compile_all(directory, times):
    texts = []
    for name in sorted(os.listdir(directory)):
        if name.endswith(".j2"):
            with open(os.path.join(directory, name), encoding="utf-8") as file:
                texts.append((name, file.read()))
    best = None
    for _ in range(int(times)):
        env = jinja2.Environment()
        start = time.monotonic()
        for name, text in texts:
            env.compile(text, name, name)
        took = time.monotonic() - start
        best = took if best is None else min(best, took)
    print("seconds %.9f" % best)


def main(mode, *args):
    if mode == "images":
        json.dump(images(int(args[0])), sys.stdout)
    elif mode == "table":
        json.dump(table(), sys.stdout)
    elif mode == "render":
        render(*args)
    else:
        compile_all(*args)


if __name__ == "__main__":
    main(*sys.argv[1:])
