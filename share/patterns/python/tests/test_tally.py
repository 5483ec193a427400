# SPDX-License-Identifier: Apache-2.0
import tally


def test_the_most_frequent_comes_first():
    assert tally.count("a b B") == [("b", 2), ("a", 1)]


def test_nothing_has_no_words():
    assert tally.count("") == []
