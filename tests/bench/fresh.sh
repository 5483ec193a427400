#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# fresh.sh DTK_GEN DIR: generates DIR anew and prints its own time, the removal of the old tree left out.
set -eu
rm -rf "$2/generated" "$2/build.ninja"
start=$(date +%s%N)
"$1" -C "$2"
end=$(date +%s%N)
awk -v ns="$((end - start))" 'BEGIN { printf "seconds %.6f\n", ns / 1e9 }'
