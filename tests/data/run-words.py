#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""run-words.py SCRIPT COUNT: texts at random for -c and -a of a _run.NAME.sh, against the shell's own words.

The client that the script calls writes its words to the file words, a line each, between < and >.
"""
import random
import subprocess
import sys

PIECES = [" ", "  ", "\t", "a", "b c", "'", '"', "\\", "\\\\", "\\'", '\\"', "\\\n", "\\a", "''", '""', "'x\ny'",
          '"x\ny"', "*", "?", "[a-z]", "=", "/", "-", "\u00e9", "%", "!", ",", "\\$", "\\`"]


def shell_words(text):
    """What a shell makes of TEXT, in which nothing is to be expanded; None where it is no text of words."""
    done = subprocess.run(["sh", "-c", 'set -f; eval "set -- $1" || exit 9; [ $# = 0 ] || printf "<%s>\\n" "$@"', "sh", text],
                          capture_output=True)
    return done.stdout if done.returncode == 0 and not done.stderr else None


def script_words(script, option, text):
    open("words", "w").close()
    done = subprocess.run([script, option, text], capture_output=True, stdin=subprocess.DEVNULL)
    if done.returncode == 2:
        return None
    lines = open("words", "rb").read()
    image = lines.index(b"<proj-dev:joe>\n")
    if option == "-c":
        return lines[image + len(b"<proj-dev:joe>\n"):]
    return lines[lines.index(b"<never>\n"):image].split(b"\n", 1)[1]


def random_text():
    text = ""
    for _ in range(random.randint(1, 12)):
        piece = random.choice(PIECES)
        # Unescaped, these mean more to the shell than words.
        if piece not in ("\\\n", "\\$", "\\`") or not text.endswith("\\"):
            text += piece
    return text


def main():
    script, count = sys.argv[1], int(sys.argv[2])
    random.seed(1)
    refused = 0
    for i in range(count):
        text = random_text()
        expected = shell_words(text)
        got = script_words(script, "-c" if i % 2 else "-a", text)
        if expected is None and "\n" in text:
            continue  # a line break outside quotes ends the shell's command
        if got is None and text.endswith("\\"):
            continue  # the shell takes a backslash at the end for itself, the script for a mistake
        refused += got is None
        if got != expected:
            sys.exit(f"{text!r}: the shell has {expected!r}, the script {got!r}")
    if not 0 < refused < count / 2:
        sys.exit(f"{refused} of {count} texts refused: this is no test")


main()
