#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What all converters share: one file in, one file out.
convert()
{
	while IFS= read -r line; do
		printf '%s: %s\n' "$1" "$line"
	done
}
