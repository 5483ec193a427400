#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# dtk-gen under faults: each change of the file system fails once, the process is killed before each, and each
# allocation fails once.  After every one no file is half-written, and the next run heals the tree.
# timeout: 600
# shellcheck source=tests/lib.sh
. "${DTK_SRC:?}/tests/lib.sh"
temp=$PWD

kinds='WRITE KILL ALLOC'
only=
if ldd "$DTK_BIN/dtk-gen" | grep -q asan; then
	export ASAN_OPTIONS=verify_asan_link_order=0
	kinds='WRITE KILL'
	only=-DFAULT_FILES_ONLY
elif [ "$(head -c 2 "$DTK_BIN/dtk-gen")" = '#!' ]; then
	# Under valgrind it is a script, whose shell must have its memory.
	kinds='WRITE KILL'
fi
"${CC:-cc}" -shared -fPIC -O1 ${only:+"$only"} -o "$temp/shim.so" "$DTK_SRC/tests/fault/shim.c" -ldl
mkdir -p "$temp/p/matrices" "$temp/p/templates"
cd "$temp/p"
cat >templates/base.dockerfile.j2 <<'EOF'
FROM scratch
# {{ build_config.word }}
EOF
printf 'FROM t:{{ os_version }}\n# {{ build_config.word }}\n' >templates/python.dockerfile.j2
matrix() {
	cat >matrices/build-matrix.yaml <<EOF
os_versions: [$1]
python_versions: [{version: "3.9"}]
build_layers:
  - {name: base, template: base.dockerfile.j2, tags: ["t:\${os_version}"]}
  - {name: python, template: python.dockerfile.j2, depends_on: base, tags: ["t:\${os_version}-\${python_version}"]}
build_config: {word: $2}
EOF
}
tree() {
	(cd "$1" && find . -path './.dtk-*' -prune -o ! -name '.dtk-*' ! -name .lock -type f -exec cksum {} + |
		sed -n 's# \./\(build\.ninja\|generated/\)# \1#p' | sort)
}

matrix '"1", "2", "4"' old
"$DTK_BIN/dtk-gen"
cp -R "$temp/p" "$temp/old"
matrix '"1", "2", "3"' new
cp -R "$temp/p" "$temp/start"
"$DTK_BIN/dtk-gen"
cp -R "$temp/p" "$temp/new"
tree "$temp/old" >"$temp/old.sums"
tree "$temp/new" >"$temp/new.sums"
cd "$temp"

# Every file is as before or as after, and a tree that was not there is there whole or not at all; then a run without
# faults gives exactly the new tree.
whole() {
	tree p >now.sums
	# The list of what was generated passes through the names of both.
	sort -u old.sums new.sums | comm -13 - now.sums | grep -v 'generated/\.files$' >strange || true
	[ ! -s strange ] || fail "$1: neither old nor new: $(cat strange)"
	if [ "$start" = bare ] && [ -d p/generated ]; then
		grep -v -e ' build\.ninja$' -e '/stamps/\.seen$' new.sums >tree.sums
		grep -v -e ' build\.ninja$' -e '/stamps/\.seen$' now.sums | cmp -s - tree.sums || fail "$1: half a tree: $(cat now.sums)"
	fi
	(cd p && "$DTK_BIN/dtk-gen" >/dev/null 2>&1) || fail "$1: the next run does not heal"
	tree p >now.sums
	cmp -s now.sums new.sums || fail "$1: healed to something else: $(diff now.sums new.sums)"
	[ -z "$(find p -name '.dtk-*')" ] || [ "$2" = KILL ] || fail "$1: a temporary file stayed"
}

# From an older tree, and from none.
cp -R start bare
rm -rf bare/generated bare/build.ninja

for case in $(for kind in $kinds; do echo "start:$kind bare:$kind"; done); do
	start=${case%:*}
	kind=${case#*:}
	n=1
	failures=0
	while [ "$n" -lt 2000 ]; do
		rm -rf p
		cp -R "$start" p
		if (cd p && env "FAULT_$kind=$n" LD_PRELOAD="$temp/shim.so" "$DTK_BIN/dtk-gen" >out.log 2>&1); then
			tree p >now.sums
			cmp -s now.sums new.sums && break
			fail "$kind $n: exit 0 and another tree"
		else
			status=$?
		fi
		case $kind:$status in
		WRITE:1 | ALLOC:1 | KILL:137) ;;
		*) fail "$kind $n: exit status $status: $(cat p/out.log)" ;;
		esac
		[ "$kind" = KILL ] || grep -q 'error' p/out.log || fail "$kind $n: failed without a word"
		rm -f p/out.log
		whole "$kind $n" "$kind"
		failures=$((failures + 1))
		n=$((n + 1))
	done
	[ "$failures" -gt 3 ] || fail "$case: only $failures faults happened"
	echo "# $case: $failures faults"
done

# With one image the memory runs out in other places: while the tree is made beside its own, too.
case $kinds in
*ALLOC*) ;;
*) exit 0 ;;
esac
rm -rf p bare
mkdir -p bare/matrices bare/templates
cp start/templates/base.dockerfile.j2 bare/templates/
printf 'os_versions: ["1"]\nbuild_layers:\n  - {name: base, template: base.dockerfile.j2, tags: ["t:${os_version}"]}\n' \
	>bare/matrices/build-matrix.yaml
n=1
while cp -R bare p && ! (cd p && env "FAULT_ALLOC=$n" LD_PRELOAD="$temp/shim.so" "$DTK_BIN/dtk-gen" >/dev/null 2>&1); do
	[ -z "$(find p -name '.dtk-*')" ] || fail "ALLOC $n of one image: $(find p -maxdepth 1 -name '.dtk-*') stayed"
	rm -rf p
	n=$((n + 1))
	[ "$n" -lt 2000 ] || fail "one image: it never succeeds"
done
echo "# one image: $((n - 1)) faults"
