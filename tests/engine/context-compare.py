#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Random contexts: what an engine is sent and copies, against what docker_dump says.

context-compare.py DOCKER HOST DUMP FIRST COUNT [--plain]

For each seed from FIRST on: a tree and an ignore file, "COPY . /" and its file
list against `docker_dump context`; then random COPY lines, once from the whole
context and once from a tar that holds only what `docker_dump copied` lists.
--plain leaves out what clients before 23 walk differently.
"""

import io
import os
import random
import subprocess
import sys
import tarfile
import tempfile

NAMES = ["a", "b", "c", "ab", ".x", "f.txt", "g.md", "A", "\u00e9", "x y", "b.txt", "a-b", "a.b", "[a]", "*"]
TARGETS = ["a", "b", "../a", "/a/b", "nowhere", ".", "c/ab"]
PLAIN = ["a", "b", "c", "ab", ".x", "f.txt", "*", "**", "?", "*.txt", "a*", "*b*", "?b", ".*", "b*t", "g.md",
         "x y", "\u00e9", ".", ".."]
MORE = ["**b", "[ab]", "[^a]", "\\a", "[a-c]*", "a**", "\\*", "[!a]", "[.a]", "\\d", "a^", "***", "*?", "{a,b}", "(a)", "a+",
        "[[:alpha:]]"]
SOURCES = ["a", "b", "c", "ab", "*a*", "?*", "*[^x]", "*", "**", "?", "[ab]", "*.txt", "a*", ".*", "..", ".", "a-b"]


def make_tree(chance, root, depth=0):
    os.makedirs(root, exist_ok=True)
    for name in chance.sample(NAMES, chance.randint(0, 5) if depth else chance.randint(3, 7)):
        path = os.path.join(root, name)
        kind = chance.random()
        if kind < 0.45 and depth < 3:
            make_tree(chance, path, depth + 1)
        elif kind < 0.55:
            os.symlink(chance.choice(TARGETS), path)
        else:
            with open(path, "w", encoding="utf-8") as out:
                out.write(path[len(root):])


def make_pattern(chance, parts, exceptions):
    if chance.random() < 0.05:
        return chance.choice(["", "# x", " #a", "\t"])
    text = "/".join(chance.choice(parts) for _ in range(chance.choice([1, 1, 1, 2, 2, 3])))
    if chance.random() < 0.1:
        text = "/" + text
    if chance.random() < 0.1:
        text += "/"
    if exceptions and chance.random() < 0.3:
        text = "!" + chance.choice(["", " "]) + text
    return chance.choice(["", "", " "]) + text + chance.choice(["", "", " \t"])


def make_ignore(chance, plain):
    parts = PLAIN if plain else PLAIN + MORE
    lines = [make_pattern(chance, parts, not plain) for _ in range(chance.randint(1, 6))]
    return chance.choice(["", "\ufeff"]) + "".join(line + chance.choice(["\n", "\r\n"]) for line in lines)


def find_source(chance, root):
    """A path that is there, some parts of it turned into wildcards."""
    parts, here = [], root
    while os.path.isdir(here) and os.listdir(here) and (not parts or chance.random() < 0.6):
        name = chance.choice(sorted(os.listdir(here)))
        here = os.path.join(here, name)
        plain = not set(name) & set(" []*")
        parts.append(name if plain and chance.random() < 0.7 else chance.choice(["*", "?*", "*" + name[1:2].strip(" []*")]))
    return "/".join(parts)


def make_copy(chance, plain, root):
    sources = []
    for _ in range(chance.randint(1, 2)):
        if chance.random() < 0.7:
            sources.append(find_source(chance, root))
        else:
            sources.append("/".join(chance.choice(SOURCES) for _ in range(chance.choice([1, 1, 2, 2, 3]))))
    flags = []
    if not plain and chance.random() < 0.2:
        flags = ["--exclude=" + chance.choice(["a", "*.txt", "**/b", "a/b", "b*"])]
    return " ".join([chance.choice(["COPY", "COPY", "ADD"])] + flags + sources + ["/x/"])


class Compare:
    def __init__(self, docker, host, dump, plain):
        self.command = [docker, "--host", host, "build", "-q", "-o", "type=tar,dest=-"]
        self.dump = dump
        self.plain = plain
        self.differences = self.builds = self.failures = 0
        self.error = "none"

    def build(self, arguments, data):
        environment = dict(os.environ, DOCKER_BUILDKIT="1", BUILDX_NO_DEFAULT_ATTESTATIONS="1")
        done = subprocess.run(self.command + arguments, input=data, env=environment, capture_output=True, check=False)
        if done.returncode:
            self.failures += 1
            self.error = (done.stderr.decode(errors="replace").strip().splitlines() or ["?"])[-1]
            return None
        self.builds += 1
        with tarfile.open(fileobj=io.BytesIO(done.stdout)) as tar:
            return sorted((member.name.rstrip("/"), member.type, member.mode, member.linkname,
                           tar.extractfile(member).read() if member.isfile() else b"")
                          for member in tar if member.name.strip("./") and member.name != "x/only.df")

    def listed(self, mode, context, dockerfile):
        done = subprocess.run([self.dump, mode, context, dockerfile], capture_output=True, check=False)
        return None if done.returncode else [os.fsdecode(line) for line in done.stdout.split(b"\n")[:-1]]

    def report(self, seed, what, expected, got):
        self.differences += 1
        expected, got = (["(fails)"] if names is None else names for names in (expected, got))
        print(f"seed {seed}: {what}")
        print("  only the engine:", sorted(set(expected) - set(got)))
        print("  only we:", sorted(set(got) - set(expected)))
        print("  the engine's last error:", self.error)

    def whole(self, seed, context):
        sent = self.build(["-f", "-", context], b"FROM scratch\nCOPY . /\n")
        names = None if sent is None else [entry[0] for entry in sent]
        ours = self.listed("context", context, "none")
        if ours is not None and ours != sorted(ours, key=os.fsencode):
            self.report(seed, "not sorted", [], ours)
        if names != (None if ours is None else sorted(ours)):
            self.report(seed, "COPY . /", names, ours)

    def copied(self, seed, context, dockerfile, text):
        full = self.build(["-f", "-", context], text)
        names = self.listed("copied", context, dockerfile)
        data = io.BytesIO()
        with tarfile.open(fileobj=data, mode="w", format=tarfile.GNU_FORMAT) as tar:
            own = tarfile.TarInfo("only.df")
            own.size = len(text)
            tar.addfile(own, io.BytesIO(text))
            for name in names or []:
                tar.add(os.path.join(context, name), arcname=name, recursive=False)
        part = self.build(["-f", "only.df", "-"], data.getvalue())
        if full != part and not (full is None and self.plain):
            self.report(seed, text.decode(), full and [entry[0] for entry in full], part and [entry[0] for entry in part])

    def run(self, seed):
        chance = random.Random(seed)
        with tempfile.TemporaryDirectory() as top:
            context, dockerfile = os.path.join(top, "context"), os.path.join(top, "df")
            make_tree(chance, context)
            copy = "FROM scratch\n" + "".join(make_copy(chance, self.plain, context) + "\n" for _ in range(2))
            with open(dockerfile, "w", encoding="utf-8") as out:
                out.write(copy)
            self.copied(seed, context, dockerfile, copy.encode())
            with open(os.path.join(context, ".dockerignore"), "w", encoding="utf-8", newline="") as out:
                out.write(make_ignore(chance, self.plain))
            self.whole(seed, context)


def main():
    compare = Compare(sys.argv[1], sys.argv[2], sys.argv[3], "--plain" in sys.argv)
    first, count = int(sys.argv[4]), int(sys.argv[5])
    for seed in range(first, first + count):
        compare.run(seed)
    print(f"{count} contexts, {compare.builds} builds, {compare.failures} of them refused, "
          f"{compare.differences} differences")
    return 1 if compare.differences or compare.builds < count else 0


if __name__ == "__main__":
    sys.exit(main())
