# SPDX-License-Identifier: Apache-2.0
from setuptools import setup

from tally._version import get_versions

setup(
    name="tally",
    version=get_versions()["version"],
    description="Counts the words of a text",
    packages=["tally"],
    entry_points={"console_scripts": ["tally=tally:main"]},
)
