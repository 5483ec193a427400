#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# scan-T: the scanner that the matrix names sees the image, its report is kept, and its verdict is the edge's.
# shellcheck source=tests/engine/project.sh
. "${DTK_SRC:?}/tests/engine/project.sh"

new_project
# A scanner of real images: what is in them, by the engine that the edge names.
cat >"$temp/scanner" <<EOF
#!/bin/sh
set -eu
"$docker" save "\$IMAGE" >"$temp/saved.tar"
tar -tf "$temp/saved.tar" >"$temp/list"
printf '{"image": "%s", "files": %s}\n' "\$IMAGE" "\$(wc -l <"$temp/list")" >"\$REPORT"
echo "scanned \$IMAGE"
[ ! -e "$temp/unfit" ]
EOF
chmod +x "$temp/scanner"
tick
printf 'scanner: %s\n' "$temp/scanner" >>matrices/build-matrix.yaml
reports() { find generated/reports -name '*.json' | wc -l; }

try "an image: built first, then scanned; the report is kept"
run_ninja build.ninja
forget
run_ninja scan-1.0-base
expect_built 1.0-base "what is scanned"
image=$(id_of "$id/os:1.0")
grep -q "\"image\": \"$image\"" generated/reports/1.0-base.json || broken "another report: $(cat generated/reports/*)"

try "a set: each of its images, every time"
run_ninja scan-stack
[ "$(reports)" -eq 8 ] || broken "not each image: $(ls generated/reports)"
rm generated/reports/*.json
forget
run_ninja scan-side
expect_builds 0 "scanning"
[ "$(reports)" -eq 2 ] || broken "not each image: $(ls generated/reports)"

try "an image that is not fit: said, with the scanner's words; its report is there, and nothing else is held up"
: >"$temp/unfit"
if ninja scan-1.0-base >"$temp/out" 2>&1; then broken "fit"; fi
expect_said '1.0-base: the scanner ended with status 1' "which"
expect_said 'scanned sha256:' "its words"
[ -e generated/reports/1.0-base.json ] || broken "no report"
[ -z "$(find generated/reports -name '*.new.json')" ] || broken "half a report stayed"
quiet stack

try "no scanner named: trivy is what is called"
sed -i '/^scanner:/d' matrices/build-matrix.yaml
tick
run_ninja stack
if command -v trivy >/dev/null; then exit 0; fi
if ninja scan-stack >"$temp/out" 2>&1; then broken "scanned without a scanner"; fi
expect_said 'trivy' "the default"
