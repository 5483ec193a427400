# SPDX-License-Identifier: Apache-2.0
"""Counts the words of a text."""

import collections
import sys

from tally._version import get_versions

__version__ = get_versions()["version"]


def count(text):
    """The words of a text, the most frequent first, and how often each stands there."""
    return collections.Counter(text.lower().split()).most_common()


def main():
    """Standard input, a word and its number a line."""
    for word, number in count(sys.stdin.read()):
        print(number, word)
