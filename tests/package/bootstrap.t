#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# configure --bootstrap: it asks for what is missing and for nothing else, and leaves an engine that works alone.
# timeout: 300
. "${DTK_SRC:?}/tests/lib.sh"

unset DOCKER_HOST DOCKER CC CFLAGS CPPFLAGS LDFLAGS LIBS AR MAKE NINJA PKG_CONFIG PYTHON
top=$PWD
configure=$DTK_SRC/configure
mkdir bin build
for directory in /usr/sbin /sbin /usr/bin /bin; do
	find "$directory" -maxdepth 1 ! -type d ! -name apt-get ! -name sudo ! -name docker ! -name dockerd \
		! -name 'ninja*' ! -name samu ! -name mandoc -exec ln -sf {} bin/ \;
done
cat >bin/docker <<'END'
#!/bin/sh
while [ $# -gt 0 ]; do
	[ "$1" != --iidfile ] || echo sha256:0 >"$2"
	shift
done
END
chmod +x bin/docker
cd build

try "a system without apt-get is told what to install"
PATH=$top/bin status 1 "$configure" --bootstrap
has 'ninja-build' err
lacks 'mandoc' err

try "apt-get is asked once, for what is missing"
cat >../bin/apt-get <<END
#!/bin/sh
printf '%s\n' "\$*" >>"$top/asked"
case "\$*" in
*install*) printf '#!/bin/sh\necho 1.11\n' >"$top/bin/ninja"; chmod +x "$top/bin/ninja" ;;
esac
END
chmod +x ../bin/apt-get
printf '#!/bin/sh\nexec "$@"\n' >../bin/sudo
chmod +x ../bin/sudo
PATH=$top/bin status 0 "$configure" --bootstrap
equal 2 "$(wc -l <../asked)" "update and install"
sed -n 2p ../asked >install
has ' ninja-build' install
lacks ' mandoc' install
lacks ' docker.io' install
lacks ' libyaml-dev' install

try "with nothing missing it is not called"
: >../asked
PATH=$top/bin status 0 "$configure" --bootstrap
equal 0 "$(wc -l <../asked)" "calls"

try "the tests need more"
PATH=$top/bin status 0 "$configure" --bootstrap=tests
has ' mandoc' ../asked
lacks ' ninja-build' ../asked

try "an engine that was asked for and cannot build is an error, not replaced"
PATH=$top/bin status 1 "$configure" --bootstrap --docker=false --host=tcp://127.0.0.1:1
has 'tcp://127.0.0.1:1' err
absent .engine
