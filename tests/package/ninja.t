#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The first build.ninja: it compiles dtk-gen, which replaces it, before a target is looked for.
# timeout: 600
. "${DTK_SRC:?}/tests/lib.sh"
need ninja

unset DOCKER_HOST DOCKER CC CFLAGS CPPFLAGS LDFLAGS LIBS AR MAKE NINJA PKG_CONFIG PYTHON
# In the tree of a checkout.
mkdir tree
(cd "$DTK_SRC" && tar -cf - --exclude=./obj --exclude=./generated --exclude='./.engine*' --exclude=./.git \
	--exclude=./Makefile --exclude='./config.*' --exclude=./build.ninja --exclude=./dtk-gen --exclude=./dtk-stamp .) |
	tar -xf - -C tree
cd tree

try "configure && ninja TARGET in a fresh checkout"
status 0 ./configure --docker=false CFLAGS=-O0 --matrix=matrices/debian.yaml
status 0 ninja help
has modern-stack out
present dtk-gen dtk-stamp generated
has 'include config.ninja' build.ninja
has matrices/debian.yaml build.ninja
has '--docker false' build.ninja

try "and then nothing is left to do"
status 0 ninja build.ninja dtk-gen dtk-stamp
has 'no work to do' out

try "configured again: build.ninja is made again, the same"
cp build.ninja ../build.ninja
find generated -type f ! -path '*/stamps/*' | sort | xargs ls -l --time-style=full-iso >../before
status 0 ./configure --docker=false CFLAGS=-O0 --matrix=matrices/debian.yaml
has dtk-generate build.ninja
status 0 ninja help
has modern-stack out
same ../build.ninja build.ninja
find generated -type f ! -path '*/stamps/*' | sort | xargs ls -l --time-style=full-iso >../after
same ../before ../after

try "another matrix"
status 0 ./configure --docker=false CFLAGS=-O0
status 0 ninja help
has matrices/build-matrix.yaml build.ninja
lacks matrices/debian.yaml build.ninja

try "an edited or new source is compiled, and what it makes generated"
sed -i 's/^VERSION=.*/VERSION=0.1.0-test/' configure
echo 'extern int dtk_nothing; int dtk_nothing;' >src/base/nothing.c
status 0 ninja help
equal 0.1.0-test "$(./dtk-gen --version | sed 's/^[^0-9]*//; s/[[:space:]].*//')"
present obj/src/base/nothing.o
rm src/base/nothing.c
status 0 ninja help
status 0 ninja build.ninja dtk-gen dtk-stamp
has 'no work to do' out

try "the programs gone, or the generated tree"
rm -rf dtk-gen dtk-stamp obj generated
status 0 ninja help
present dtk-gen dtk-stamp generated
