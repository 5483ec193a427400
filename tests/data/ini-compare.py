# SPDX-License-Identifier: Apache-2.0
"""ini-compare.py INI2JSON FILE...: what INI2JSON makes of each FILE, and of random
ones, against ConfigParser."""

import configparser
import json
import random
import subprocess
import sys

PIECES = [
    "[", "]", "=", ":", " ", "  ", "\t", "\n", "\n", "\n", "\n ", "\n  ", "\r\n", ";", "#", " ;", "\n;", "\n #", "%%",
    "%(a)s", "%(b)s", "a", "b", "c", "Key", "[a]\n", "\n[b]\n", "\n[DEFAULT]\n", "a = ", "\nb: ", "\nc=1\n", "é",
    "x" * 60, "y" * 210, '"', "\\",
]


def python(file):
    parser = configparser.ConfigParser()
    parser.optionxform = str
    try:
        with open(file, encoding="utf-8") as stream:
            parser.read_file(stream)
        return {name: [list(item) for item in parser.items(name)] for name in parser.sections()}
    except configparser.Error as error:
        return error


def ours(program, files):
    done = subprocess.run([program, *files], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    lines = done.stdout.decode().splitlines()
    if done.returncode not in (0, 1) or len(lines) != len(files):
        sys.exit(f"{program}: exit status {done.returncode}, {len(lines)} lines for {len(files)} files")
    return [json.loads(line) for line in lines]


def differs(file, expected, got):
    if expected == got or (isinstance(expected, Exception) and got is None):
        return False
    with open(file, "rb") as stream:
        print(f"{stream.read()!r}\n  ConfigParser {expected!r}\n           dtk {got!r}")
    return True


def invent(rng, file):
    text = "".join(rng.choice(PIECES) for _ in range(rng.randrange(1, 25)))
    if rng.random() < 0.7:
        text = "[a]\n" + text
    with open(file, "w", encoding="utf-8", newline="") as stream:
        stream.write(text)
    return file


def main():
    program, files = sys.argv[1], sys.argv[2:]
    rng = random.Random(4)
    files += [invent(rng, f"random-{number}.cfg") for number in range(3000)]
    expected = [python(file) for file in files]
    failures = sum(map(differs, files, expected, ours(program, files)))
    good = sum(not isinstance(value, Exception) for value in expected)
    print(f"{len(files)} files, {good} of them fine; {failures} differ")
    sys.exit(failures != 0 or good < 300)


main()
