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
mkdir -p "$reports"

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

try "local caches: scopes that are old, wherever they were named"
# scope NAME: as a build leaves it.
scope()
{
	mkdir -p "cache/$1/3/blobs/sha256" "cache/$1/part-9-0"
	echo '{}' >"cache/$1/3/index.json"
	head -c 5000 busy >"cache/$1/3/blobs/sha256/b"
	: >"cache/$1/.lock"
}
head -c 9000 /dev/zero >busy
for name in old-1 held-1 strange-1 young-1; do
	scope "$name"
	age "cache/$name/3" "cache/$name/part-9-0"
done
touch cache/young-1/part-9-0
echo mine >cache/strange-1/mine
mkdir -p cache/empty-1 cache/mine/3
echo mine >cache/file
ln -s old-1 cache/link
age cache/mine/3 cache/file
printf 'images:\n  - {name: lone, dockerfile: Dockerfile}\ncache: {local: cache}\n' >other.yaml
status 0 dtk-gen --config other.yaml -t clean -n
equal 'cache/held-1 cache/old-1' "$(sed -n 's/.*  \(cache.*\)/\1/p' out | tr '\n' ' ' | sed 's/ $//')" "what would go"
grep -q '^ *[0-9.]*kB  cache/old-1$' out || fail "its size"
CACHE_LOCAL_PATH='' dtk-gen --config other.yaml -t clean >out
equal 'nothing is that old' "$(cat out)" "turned off"
CACHE_LOCAL_PATH=$PWD/elsewhere dtk-gen --config other.yaml -t clean >out
equal 'nothing is that old' "$(cat out)" "another place"
flock cache/held-1/3 sh -c 'dtk-gen --config other.yaml -t clean >out'
has 'cache/held-1 is in use and stays' out
absent cache/old-1
present cache/held-1/3/index.json cache/strange-1/3/index.json cache/young-1/3/index.json cache/empty-1 cache/mine/3 cache/file cache/link
CACHE_LOCAL_PATH=$PWD/cache dtk-gen -t clean >out
absent cache/held-1
present cache/strange-1/mine cache/young-1/3 cache/empty-1 cache/mine/3 cache/file cache/link

try "an empty tree, and none"
rm -rf generated cache
status 0 dtk-gen -t clean
equal 'nothing is that old' "$(cat out)" "no tree"
