# SPDX-License-Identifier: Apache-2.0
"""The version where nobody wrote one: an image has _version.py.bld, made by genversion, in place of this file."""


def get_versions():
    return {"version": "0+unknown", "full-revisionid": None, "dirty": None, "error": "no version was written"}
