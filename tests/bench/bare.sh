#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# bare.sh MANIFEST: the graph of the images in a generated build.ninja with two bare edges each and nothing else.
set -eu
cat <<'EOF'
builddir = generated/stamps
rule key
  command = ./stub key $out
rule image
  command = ./stub build $out
EOF
awk '/^build generated\/stamps\/[^ ]*\.key: key / { print "build " $2 " key " $4; next }
     /^build generated\/stamps\/[^ ]*\.image / {
	line = "build " $2 ": image"
	for (i = 3; i <= NF; i++)
		if ($i ~ /\.(key|image)$/) line = line " " $i
	print line
     }' "$1"
