#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every option of a program, of a tool and of a sub-command is in the program's page, and every option that the page
# lists is one.
. "${DTK_SRC:?}/tests/lib.sh"
PATH=${DTK_BIN:?}:$DTK_SRC/share/bin:$PATH
export PATH

"${DTK_PYTHON:?}" - "$DTK_SRC/man" <<'END'
import re, subprocess, sys

failed = False

def wrong(*words):
    global failed
    failed = True
    print(*words)

def said(*words):
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout

def options_of(*words):
    """The options that a program prints, by letter and by name."""
    found = set()
    for line in said(*words, "--help").splitlines():
        if line.lstrip().startswith("-") and line.startswith(" "):
            head = re.split(r"  +", line.strip())[0]
            found.update(re.findall(r"(?:^|[ ,])(--?[A-Za-z][\w-]*)", head))
    return found

def commands_of(*words):
    return re.findall(r"^ *([a-z][a-z-]*)  ", said(*words), re.M)

def in_macros(line):
    """The options in one line of a page: Fl fpv, Fl Fl name, Fl Fl summary | check."""
    line = line.replace(" Ns ", " ").replace("\\-", "-")
    found = set()
    for names in re.findall(r"Fl Fl ([a-z][\w-]*(?: \| [a-z][\w-]*)*)", line):
        found.update("--" + name for name in names.split(" | "))
    for letters in re.findall(r"(?<!Fl )Fl ([A-Za-z]+)(?![\w-])", line):
        if letters != "Fl":
            found.update("-" + letter for letter in letters)
    return found

def sections(text):
    parts = re.split(r"^\.Sh (.*)\n", text, flags=re.M)
    return dict(zip(parts[1::2], parts[2::2]))

def items_of(text, names):
    """What a page says of each tool or sub-command: from its item to the next one's."""
    starts = [(m.start(), m[1]) for m in re.finditer(r"^\.It Cm ([a-z-]+)", text, re.M) if m[1] in names]
    ends = [start for start, _ in starts[1:]] + [len(text)]
    return {name: text[start:end] for (start, name), end in zip(starts, ends)}

HELP = {"-h", "--help"}

def check_parts(page, program, items):
    """PROGRAM is what a part is called by; ITEMS has the page's text of each."""
    for name, text in items.items():
        for option in sorted(options_of(*program, name) - HELP - in_macros(text)):
            wrong(f"{page}: {name} lacks {option}")

for name in ("build-image", "dtk-gen", "dtk-stamp", "genversion", "publish-image", "run-image", "transfer-image"):
    page = f"{name}.1"
    text = open(f"{sys.argv[1]}/{page}").read()
    parts = sections(text)
    known = options_of(name)
    for option in sorted(known - in_macros(text)):
        wrong(f"{page}: lacks {option}")
    if name in ("dtk-gen", "dtk-stamp"):
        program = ("dtk-gen", "-t") if name == "dtk-gen" else ("dtk-stamp",)
        names = commands_of(*program, "list" if name == "dtk-gen" else "--help")
        items = items_of(parts["DESCRIPTION"], names)
        for part in sorted(set(names) - set(items)):
            wrong(f"{page}: lacks {part}")
        for part, synopsis in re.findall(r"^\.Nm dtk-stamp\n\.Cm ([a-z-]+)\n((?:(?!\.Nm).*\n)*)", parts["SYNOPSIS"], re.M):
            items[part] += synopsis
        check_parts(page, program, items)
        known = known.union(*(options_of(*program, part) for part in names))
    listed = in_macros(parts["SYNOPSIS"])
    for line in re.findall(r"^\.It (?:Fl|Cm) .*", text, re.M):
        listed |= in_macros(line)
    # --cache-LEVEL stands for several; further names of an option are not in --help.
    for option in sorted(listed - known - {"--cache-", "--use-gpu"}):
        wrong(f"{page}: lists {option}, which there is not")
sys.exit(failed)
END
