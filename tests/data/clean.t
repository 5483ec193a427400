#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# dtk-gen -t clean: what is old goes, what is not dtk's stays.
# shellcheck source=tests/data/gen-project.sh
. "${DTK_SRC:?}/tests/data/gen-project.sh"
need flock

new_project
dtk-gen
stamps=generated/stamps
logs=generated/logs
reports=generated/reports
mkdir "$reports"

# stamp NAME: the key of an image, from a Dockerfile of its own, with what belongs to it.
stamp()
{
	printf 'FROM scratch\n' >"generated/Dockerfile.$1"
	dtk-stamp key -f "generated/Dockerfile.$1" "$stamps/$1.key"
	rm "generated/Dockerfile.$1"
	: >"$stamps/$1.lock"
	echo log >"$logs/$1.log"
	echo log >"$logs/$1.test.log"
	echo '{}' >"$reports/$1.json"
}
age()
{
	touch -d '40 days ago' "$@"
}

kept=1.4-base
for name in "$kept" gone young; do
	stamp "$name"
done
age "$stamps/$kept".* "$stamps"/gone.* "$logs"/* "$reports"/*
age "$stamps"/young.*
touch "$logs/young.log"
# Of others: no stamp shows that these are dtk's; directories, links and other names are no files of its.
for file in "$logs/notes.log" "$logs/notes.txt" "$stamps/mine.key" "$stamps/notes" "$reports/mine.json" "$logs/.hidden.log"; do
	echo mine >"$file"
	age "$file"
done
mkdir "$logs/dir.log"
ln -s ../../elsewhere "$logs/$kept.scan.log"
echo elsewhere >elsewhere
touch -h -d '40 days ago' "$logs/$kept.scan.log"
age "$logs/dir.log" elsewhere
echo left >"$stamps/.dtk-left"
age "$stamps/.dtk-left"
echo left >"$stamps/.dtk-young"

others()
{
	present "$logs/notes.log" "$logs/notes.txt" "$stamps/mine.key" "$stamps/notes" "$reports/mine.json" \
		"$logs/.hidden.log" "$logs/dir.log" "$logs/$kept.scan.log" elsewhere
}

try "--dry-run shows it and removes nothing"
find generated | sort >before
status 0 dtk-gen -t clean --dry-run
has 'gone is gone: ' out
has "$logs/$kept.log" out
has "$logs/$kept.test.log" out
has "$reports/$kept.json" out
has "$stamps/.dtk-left" out
has ' to be freed' out
! grep -q '[0-9A-Z] freed$' out || fail "it says that it did"
lacks young out
lacks notes out
lacks mine out
find generated | sort | diff before - || fail "something was removed"
status 0 dtk-gen -t clean -n --max-age 41
equal 'nothing is that old' "$(cat out)" "nothing of 41 days"

try "what it says it does"
dtk-gen -t clean -n >told
status 0 dtk-gen -t clean
has "$(sed -n 's/ to be freed$//p' told) freed" out
absent "$stamps/gone.key" "$stamps/gone.key.d" "$stamps/gone.lock" "$logs/gone.log" "$logs/gone.test.log" "$reports/gone.json"
absent "$logs/$kept.log" "$logs/$kept.test.log" "$reports/$kept.json" "$stamps/.dtk-left"
present "$stamps/$kept.key" "$stamps/$kept.key.d" "$stamps/$kept.lock" "$stamps/young.key" "$logs/young.log" "$stamps/.dtk-young"
others
status 0 dtk-gen -t clean
equal 'nothing is that old' "$(cat out)" "again"

try "--max-age 0: whatever its age"
status 0 dtk-gen -t clean --max-age 0
absent "$stamps/young.key" "$logs/young.log"
present "$stamps/$kept.key"
others

try "what is being built stays"
stamp gone
stamp "$kept"
flock "$stamps/gone.lock" sh -c 'dtk-gen -t clean --max-age=0 >out'
has 'gone is being built and stays' out
present "$stamps/gone.key" "$logs/gone.log"
absent "$logs/$kept.log"

try "another matrix at hand: what the tree was made for stays"
age "$stamps"/* "$logs"/gone.* "$reports"/gone.*
printf 'images:\n  - {name: lone, dockerfile: Dockerfile}\n' >other.yaml
printf 'FROM scratch\n' >Dockerfile
status 0 dtk-gen --config other.yaml -t clean
present "$stamps/$kept.key"
absent "$stamps/gone.key"

try "what it does not do"
printf 'images: 3\n' >bad.yaml
stamp gone
age "$stamps"/gone.*
status 1 dtk-gen --config bad.yaml -t clean --max-age 0
present "$stamps/gone.key"
for wrong in -1 x 1d '' 1234567; do
	status 2 dtk-gen -t clean --max-age "$wrong"
done
status 2 dtk-gen -t clean --maxage 3
present "$stamps/gone.key"
printf 'rubbish\n' >"$stamps/gone.key"
age "$stamps"/gone.* "$logs"/gone.* "$reports"/gone.*
status 0 dtk-gen -t clean
present "$stamps/gone.key" "$logs/gone.log"

try "an empty tree, and none"
rm -rf generated
status 0 dtk-gen -t clean
equal 'nothing is that old' "$(cat out)" "no tree"
