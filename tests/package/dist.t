#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# make dist and make distcheck.
# timeout: 600
. "${DTK_SRC:?}/tests/lib.sh"

unset DOCKER_HOST DOCKER CC CFLAGS CPPFLAGS LDFLAGS LIBS AR MAKE NINJA PKG_CONFIG PYTHON
mkdir build
cd build
"$DTK_SRC/configure" --docker=false CFLAGS=-O0 >configure.out 2>&1 || fail configure
version=$(sed -n 's/^VERSION=//p' "$DTK_SRC/configure")

try "the same bytes twice"
make -s dist
cp "dtk-$version.tar.gz" one
touch one
(umask 077 && make -s dist)
cmp one "dtk-$version.tar.gz" || fail "the archive differs"

try "it holds what is needed, and no product"
tar -tzf one >list
for file in configure Makefile.in COPYING README .ci/run src/base/arena.c tests/run man/dtk-gen.1 \
	matrices/debian.yaml share/engine/dtk-engine; do
	grep -qxF "dtk-$version/$file" list || fail "$file is missing"
done
! grep -E '/(obj|generated|\.git|\.engine)/|\.o$|config\.(h|log)' list || fail "products"
! grep -v "^dtk-$version/" list || fail "outside the directory"

try distcheck
DISTCHECK_CONFIGURE=CFLAGS=-O0 make -s distcheck DISTCHECK_TESTS= || fail distcheck
