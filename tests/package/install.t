#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# make, make install and make uninstall, out of a tree and with names that a shell could take for its own.
# timeout: 600
. "${DTK_SRC:?}/tests/lib.sh"

unset DOCKER_HOST DOCKER CC CFLAGS CPPFLAGS LDFLAGS LIBS AR MAKE NINJA PKG_CONFIG PYTHON
top=$PWD
mkdir build
cd build
# shellcheck disable=SC2016 # nothing is to expand
prefix='/opt/d t$(touch bad)'
"$DTK_SRC/configure" --docker=false CFLAGS=-O0 "--prefix=$prefix" >configure.out 2>&1 || fail configure
make -s -j2 all || fail make
touch ../stamp

try "nothing is made twice"
make -q all || true
make all >out
lacks 'CC ' out
lacks 'LD ' out

try "a header's change reaches its users, other flags reach all"
header=$(find "$DTK_SRC/src/base" -name 'str.h')
make -s -n -W "$header" all >out
[ "$(grep -c ' -c -o ' out)" -gt 5 ] || fail "headers are not tracked"
make -s -n CFLAGS=-O1 all >/dev/null

try install
# Make itself expands dollars in DESTDIR, the shell must expand nothing.
root="$top/root \`touch bad\` ; 'x"
make -s install DESTDIR="$root" || fail install
for file in bin/dtk-gen bin/dtk-stamp bin/run-image bin/transfer-image share/dtk/lib/dtk.sh share/man/man1/dtk-gen.1 \
	share/man/man1/transfer-image.1 share/dtk/matrices/debian.yaml \
	share/dtk/engine/dtk-engine share/dtk/patterns/python/.dockerignore share/doc/dtk/COPYING; do
	present "$root$prefix/$file"
done
[ -n "$(find "$root$prefix/share/dtk/templates" -name '*.j2')" ] || fail "no templates"
[ -x "$root$prefix/share/dtk/engine/dtk-engine" ] || fail "dtk-engine cannot be run"
find "$root" -type f ! -perm -444 >unreadable
same /dev/null unreadable
absent bad "$root/bad"

try "the programs say their version"
equal "$(sed -n 's/^VERSION=//p' "$DTK_SRC/configure")" \
	"$("$root$prefix/bin/dtk-gen" --version | grep -o '[0-9][0-9.]*' | head -n 1)"

try "the commands find their library, which is in no name of DESTDIR's"
equal "$prefix/share/dtk/lib" "$(eval "$(grep '^dtk_lib=' "$root$prefix/bin/run-image")" && echo "$dtk_lib")"

try "uninstall takes all and nothing else"
echo mine >"$root$prefix/share/dtk/mine"
make -s uninstall DESTDIR="$root" || fail uninstall
equal "$root$prefix/share/dtk/mine" "$(find "$root" -type f)"
rm "$root$prefix/share/dtk/mine"
make -s install DESTDIR="$root"
make -s uninstall DESTDIR="$root"
absent "$root/opt"

try "make's prefix wins, as in any GNU package"
make -s install prefix="$top/usr"
present "$top/usr/bin/dtk-gen" "$top/usr/share/dtk/matrices"
ln -s usr/bin/run-image "$top/linked"
equal "linked $(sed -n 's/^VERSION=//p' "$DTK_SRC/configure")" "$("$top/linked" --version)"
make -s uninstall prefix="$top/usr"
absent "$top/usr/share/dtk" "$top/usr/bin/dtk-gen"
present "$top/usr/bin"

try "clean and distclean leave nothing"
rm -f configure.out out unreadable
make -s clean
absent obj dtk-gen dtk-stamp
make -s distclean
equal '' "$(find . -mindepth 1)"
find "$DTK_SRC" -path "$DTK_SRC/.git" -prune -o -path "$DTK_BUILD/obj" -prune -o -newer ../stamp -name '*.o' -print >../objects
same /dev/null ../objects
