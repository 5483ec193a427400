# SPDX-License-Identifier: Apache-2.0
"""Renders the matrices that ship with Jinja2 and checks what comes out; see templates.t.

templates.py SRC [DTK_GEN]: with DTK_GEN, its output is compared, byte for byte.
"""
import os
import re
import subprocess
import sys

import jinja2
import yaml

SRC = sys.argv[1]
DTK_GEN = sys.argv[2] if len(sys.argv) > 2 else None
TEMPLATES = os.path.join(SRC, "templates")
MATRICES = ("build-matrix", "debian")

# Settings laid over build_config; None takes one away.
VARIANTS = {
    "plain": {},
    "bare": {"syntax": None, "timezone": None, "custom_packages": None, "development_mode": None,
             "buildkit_enabled": None, "cache_mounts": None, "npm_packages": None, "optimize": None},
    "custom": {"custom_packages": ["vim", "htop", "tree"]},
    "development": {"development_mode": True},
    "both": {"development_mode": True, "custom_packages": ["vim", "htop", "tree"]},
    "syntax": {"syntax": "docker/dockerfile:1.7"},
    "timezone": {"timezone": "Europe/Berlin"},
    "classic": {"buildkit_enabled": False},
    "upstream": {"sources": "upstream", "code_server": True, "gcloud": True},
    "packages": {"sources": "distribution", "code_server": False, "gcloud": False},
    "mounts": {"cache_mounts": {"apt": "/a", "pip": "/p", "npm": "/n"}, "sources": "upstream",
               "npm_packages": ["yarn"]},
    "optimize": {"optimize": True},
}

SEED_TAGS = {  # what seed 0's documentation lists
    "22.04-base": ["jgwill/ubuntu:22.04", "jgwill/ubuntu:22", "jgwill/ubuntu:latest"],
    "22.04-py3.10-python": ["jgwill/ubuntu:22.04-py3.10-base", "jgwill/ubuntu:py3.10"],
    "22.04-py3.10-node": ["jgwill/ubuntu:22.04-py3.10-node", "jgwill/ubuntu:py3.10-node"],
    "22.04-py3.10-ml-tooled": ["jgwill/ubuntu:22.04-py3.10-ml", "jgwill/ubuntu:py3.10-ml"],
}

IMAGES = {  # how many each matrix has: sequences, and bases that only a FROM names
    "build-matrix": 3 * (1 + 2 * 3) + 2 + 1,
    "debian": 2 * 4 + 2,
}

failures = []


def check(good, what):
    if not good:
        failures.append(what)
        print("failed: " + what)


def as_list(value):
    return value if isinstance(value, list) else [value]


class Matrix:
    """As much of a matrix as the shipped ones need: images with what their templates see."""

    def __init__(self, data):
        self.data = data
        self.pythons = {p["version"]: p for p in data["python_versions"]}
        self.layers = {layer["name"]: layer for layer in data["build_layers"]}
        self.images = {}
        for sequence in data["build_sequences"]:
            for os_version in sequence["os_versions"]:
                for python in sequence["python_versions"]:
                    if not self.excluded(os_version, python):
                        for layer in sequence["layers"]:
                            self.add(layer, os_version, python)
        for python in self.pythons.values():
            if "base_os" in python:
                self.add("base", python["base_os"], None)

    def excluded(self, os_version, python):
        return any(os_version in as_list(e["os_version"]) and python in as_list(e["python_version"])
                   for e in self.data.get("exclude", []))

    def names(self, layer, os_version, python):
        python = None if layer == "base" else python
        words = {"os_version": os_version, "os_major": os_version.split(".")[0]}
        if python:
            words["python_version"] = python
        tags = [re.sub(r"\$\{(\w+)\}", lambda m: words[m[1]], tag) for tag in self.layers[layer]["tags"]]
        name = os_version + ("-py" + python if python else "") + "-" + layer
        return words, {"name": name, "tags": tags, "ref": tags[0]}

    def add(self, layer, os_version, python):
        words, image = self.names(layer, os_version, python)
        seen = dict(words, image=image, layer_config=self.layers[layer],
                    build_config=self.data["build_config"])
        if "python_version" in words:
            seen["python_config"] = self.pythons[python]
        if "depends_on" in self.layers[layer]:
            seen["parent"] = self.names(self.layers[layer]["depends_on"], os_version, python)[1]
        if os_version in self.data.get("rootfs", {}):
            seen["rootfs"] = "generated/rootfs/%s.tar" % os_version
        self.images[image["name"]] = seen

    def render(self, undefined=jinja2.Undefined):
        env = jinja2.Environment(loader=jinja2.FileSystemLoader(TEMPLATES), undefined=undefined)
        return {name: env.get_template(seen["layer_config"]["template"]).render(**seen)
                for name, seen in self.images.items()}


def load(name, variant):
    with open(os.path.join(SRC, "matrices", name + ".yaml"), encoding="utf-8") as file:
        data = yaml.safe_load(file)
    for key, value in VARIANTS[variant].items():
        data["build_config"].pop(key, None)
        if value is not None:
            data["build_config"][key] = value
    return data


def instructions(text):
    """(keyword, arguments) of each, continued lines joined; comments inside vanish."""
    joined, out = "", []
    for line in text.split("\n"):
        if line.startswith("#") or (not joined and not line.strip()):
            continue
        joined += line
        if joined.endswith("\\"):
            joined = joined[:-1]
            continue
        out.append(tuple(joined.split(None, 1)))
        joined = ""
    return out, joined


def shell(command):
    return subprocess.run(["sh", "-n"], input=command, text=True, check=False, stderr=subprocess.PIPE).stderr


def check_run(where, arguments):
    flags = re.match(r"((?:--\S+\s+)*)(.*)", arguments, re.S)
    for flag in flags[1].split():
        check(re.fullmatch(r"--mount=type=cache,id=[\w.-]+,target=/[\w/.]+,sharing=(locked|shared)", flag),
              "%s: flag %s" % (where, flag))
        if "apt" in flag:
            check(flag.endswith("locked"), where + ": apt's cache is not locked")
    command = flags[2]
    check(shell(command) == "", "%s: sh -n: %s\n  %s" % (where, shell(command), command))
    check(";" not in command or command.startswith("set -eu;"), where + ": RUN without set -eu: " + command)
    check(not re.search(r"curl[^|;]*\|\s*(ba)?sh", command), where + ": pipes a download into a shell")
    if "apt-get install" in command:
        check("DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends " in command,
              where + ": apt-get install asks, or takes what is only recommended")
        check(command.startswith("set -eu; ") and "do apt-get update && " in command,
              where + ": install without update")
        check(' && break; test "$try" != 3; done; ' in command, where + ": a mirror that stalls fails the build")


def check_text(where, text, tags):
    """Well-formed: what every Dockerfile has to be."""
    found, rest = instructions(text)
    check(rest == "", where + ": ends in a continued line")
    check("{{" not in text and "{%" not in text and "{#" not in text, where + ": template syntax left")
    check("None" not in text and "True" not in text and "False" not in text, where + ": a Python value left")
    check(not re.search(r"[ \t]$", text, re.M), where + ": white space at the end of a line")
    check("\n\n\n" not in text and not text.startswith("\n"), where + ": blank lines")
    declared, stages, froms = set(), set(), 0
    for word in found:
        check(len(word) == 2, "%s: %s without arguments" % (where, word[0]))
        keyword, arguments = word
        check(keyword in ("FROM", "ARG", "ENV", "RUN", "COPY", "ADD", "CMD", "EXPOSE", "WORKDIR"),
              "%s: instruction %s" % (where, keyword))
        check(froms or keyword in ("FROM", "ARG"), "%s: %s before FROM" % (where, keyword))
        if keyword == "FROM":
            froms += 1
            image, *stage = arguments.split(" AS ")
            stages.update(stage)
            check(image in tags or image in ("scratch", "ubuntu:${UBUNTU_VER}"),
                  "%s: FROM %s" % (where, image))
        elif keyword == "ARG":
            declared.add(arguments.split("=")[0])
        elif keyword == "COPY":
            check(arguments.split()[0][len("--from="):] in stages, "%s: COPY %s" % (where, arguments))
        elif keyword == "RUN":
            check_run(where, arguments)
    used = set(re.findall(r"\$\{([A-Z_]+)\}", text))
    check(used <= declared, "%s: not declared: %s" % (where, sorted(used - declared)))
    check(froms, where + ": no FROM")
    return found


def check_settings(where, text, seen):
    config = seen["build_config"]
    layer = seen["layer_config"]["name"]
    first = text.split("\n")[0]
    if config.get("syntax"):
        check(first == "# syntax=" + config["syntax"], where + ": syntax is not the first line")
    else:
        check("syntax=" not in text, where + ": syntax where none is set")
    for package in config.get("custom_packages", []):
        check(re.search(r"^ +%s( &&| \\)" % package, text, re.M), "%s: lacks %s" % (where, package))
    if layer == "base":
        zone = config.get("timezone", "Etc/UTC")
        check('ARG TZ_NAME="%s"' % zone in text, where + ": timezone")
    if config.get("buildkit_enabled", True):
        check("--mount=type=cache,id=apt-" in text, where + ": apt without its cache")
    else:
        check("--mount" not in text and "/var/lib/apt/lists/*" in text,
              where + ": cache mounts without BuildKit")
    if layer == "ml-tooled":
        check(("code-server" in text) == config.get("code_server", True), where + ": code_server")
        check(("google-cloud-cli" in text) == config.get("gcloud", True), where + ": gcloud")
    for name, package in (("pip", "pip install"), ("npm", "npm install --global"), ("apt", "apt-get")):
        target = config.get("cache_mounts", {}).get(name)
        if target and package in text and config.get("buildkit_enabled", True):
            check("target=%s," % target in text, "%s: cache of %s" % (where, name))


def check_layer(where, found, seen):
    """What a layer is to be, whatever the settings."""
    layer, os_version = seen["layer_config"]["name"], seen["os_version"]
    distribution = seen["build_config"].get("sources") == "distribution"
    froms = [arguments.split()[0] for keyword, arguments in found if keyword == "FROM"]
    runs = " ".join(arguments for keyword, arguments in found if keyword == "RUN")
    if layer == "base":
        check(("ADD", "generated/rootfs/%s.tar /" % os_version) in found if "rootfs" in seen
              else ("ARG", "UBUNTU_VER=" + os_version) in found, where + ": base")
        return
    config = seen["python_config"]
    old = config["version"] == "3.6"
    if layer == "python":
        base = seen["parent"]["ref"].split(":")[0]
        source = config["compilation_method"] == "source"
        check(set(froms) == {base + ":" + ("18.04" if old else os_version)}, where + ": FROM %s" % froms)
        check(("./configure" in runs) == source, where + ": compilation_method")
        if source and distribution and "source_package" in config:
            check("apt-get source --download-only " + config["source_package"] in runs,
                  where + ": source package")
        if source and not distribution and "sha256" in config:
            check(config["sha256"] in runs, where + ": tarball not checked")
        if source:
            check(("--enable-optimizations" in runs) == seen["build_config"].get("optimize", False),
                  where + ": optimize")
        return
    check(froms == [seen["parent"]["ref"]], where + ": FROM %s" % froms)
    if layer == "node" and distribution:
        check("nodejs npm" in re.sub(r"\s+", " ", runs) and "nodesource" not in runs,
              where + ": Node.js of Debian")
    elif layer == "node":
        check("node_%s.x nodistro" % (16 if old else 20) in runs, where + ": version of Node.js")
    elif distribution:
        check(all("python3-" + p in runs for p in ("numpy", "scipy", "sklearn")) and "jupyter" in runs,
              where + ": libraries")
        check("pip install" not in runs, where + ": pip where packages are to be used")
    else:
        check(all(p in runs for p in ("numpy", "scipy", "scikit-learn", "jupyterlab")), where + ": libraries")


def check_generated(where, data, texts):
    """What dtk-gen makes of the same matrix."""
    project = where.replace("/", "-")
    os.mkdir(project)
    with open(os.path.join(project, "matrix.yaml"), "w", encoding="utf-8") as file:
        yaml.safe_dump(data, file, sort_keys=False)
    run = subprocess.run([DTK_GEN, "-C", project, "--config", "matrix.yaml", "--templates",
                          os.path.relpath(TEMPLATES, project)],
                         check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    check(run.returncode == 0, "%s: dtk-gen: %s" % (where, run.stdout))
    generated = os.path.join(project, "generated")
    names = {f[len("Dockerfile."):] for f in os.listdir(generated) if f.startswith("Dockerfile.")} \
        if os.path.isdir(generated) else set()
    check(names == set(texts), "%s: dtk-gen's images differ: %s" % (where, sorted(names ^ set(texts))))
    for name in sorted(names & set(texts)):
        with open(os.path.join(generated, "Dockerfile." + name), "rb") as file:
            check(file.read() == texts[name].encode(), "%s: dtk-gen renders %s otherwise" % (where, name))


def check_matrix(name, variant):
    data = load(name, variant)
    matrix = Matrix(data)
    texts = matrix.render()
    tags = {tag for seen in matrix.images.values() for tag in seen["image"]["tags"]}
    check(len(texts) == IMAGES[name], "%s: %d images" % (name, len(texts)))
    for image, text in texts.items():
        where = "%s/%s/%s" % (name, variant, image)
        seen = matrix.images[image]
        check_layer(where, check_text(where, text, tags), seen)
        check_settings(where, text, seen)
    check(texts == matrix.render(jinja2.StrictUndefined), "%s/%s: strict differs" % (name, variant))
    if DTK_GEN:
        check_generated(name + "/" + variant, data, texts)
    return matrix, texts


def main():
    for name in MATRICES:
        plain, texts = check_matrix(name, "plain")
        for variant in VARIANTS:
            if variant != "plain":
                _, other = check_matrix(name, variant)
                if variant in ("custom", "development"):
                    same = [image for image in texts if texts[image] == other[image]]
                    check(not same, "%s/%s changes nothing in %s" % (name, variant, same))
        if name == "build-matrix":
            for image, tags in SEED_TAGS.items():
                check(plain.images[image]["image"]["tags"] == tags, "%s: tags" % image)
        else:
            check(all(re.match("dtk/", tag) for seen in plain.images.values()
                      for tag in seen["image"]["tags"]),
                  name + ": a tag outside dtk/")
            check(not any("syntax=" in text for text in texts.values()), name + ": a syntax line")
    print("%d failures" % len(failures))
    return 1 if failures else 0


sys.exit(main())
