#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# run-image and the scripts behind it in their project: from where they are called, what is generated before, Ninja.
. "${DTK_SRC:?}/tests/lib.sh"
need ninja
PATH=$DTK_BIN:$DTK_SRC/share/bin:$PATH
top=$PWD
LOGNAME=joe
export LOGNAME
unset DOCKER_DEFAULT_PLATFORM

mkdir -p "proj/docker/dev/with blanks" proj/src/docker bin
cd proj
# Writes down where it is called, its words and a variable of the environment.
cat >"$top/bin/docker" <<END
#!/bin/sh
{
	pwd -P
	echo "\$*"
	echo "\$name"
} >"$top/call"
END
chmod +x "$top/bin/docker"
PATH=$top/bin:$PATH
printf 'FROM scratch\n' >docker/dev/Dockerfile
printf '[dev]\nvolumes = -v {project_root}:/work\n' >docker/run.cfg

# called IN WORDS: the client was called there, with words that hold these.
called()
{
	equal "$1" "$(sed -n 1p "$top/call")"
	sed -n 2p "$top/call" | grep -qF -e "$2" || fail "'$2' is not in $(sed -n 2p "$top/call")"
	rm "$top/call"
}

try "the first run makes the tree"
status 0 run-image dev
called "$top/proj" '--name joe_dev_'
present generated/_run.dev.sh build.ninja
equal 1 "$(wc -l <err | tr -d ' ')"
same /dev/null out

try "from any directory of the project"
cd "docker/dev/with blanks"
status 0 run-image dev
called "$top/proj" "-v $top/proj:/work"
has "cd $top/proj && docker run" err
sed 's/dev:joe/pasted/' err >line
sh line
called "$top/proj" pasted
cd "$top/proj/src"
status 0 run-image dev # of a directory docker without anything of dtk's nothing is thought
called "$top/proj" proj-dev:joe
cd /
status 0 sh "$top/proj/generated/_run.dev.sh" 2>/dev/null || fail "the script from elsewhere"
called "$top/proj" proj-dev:joe
cd "$top/proj/generated"
status 0 sh _run.dev.sh
called "$top/proj" proj-dev:joe
cd "$top"
status 1 run-image dev
has 'no project here or above' err
cd proj

try "an edit of run.cfg counts at once, and an error in it is said"
sleep 0.1
printf '[dev]\nnetwork = one\n' >docker/run.cfg
status 0 run-image dev
called "$top/proj" '--network one'
sleep 0.1
printf '[dev]\nnetwork = {x\n[nothing]\n' >docker/run.cfg
status 1 run-image dev
has 'docker/run.cfg:3:' err
has 'cannot be made' err
absent "$top/call"
sleep 0.1
printf '[dev]\nnetwerk = one\n' >docker/run.cfg
status 0 run-image dev
called "$top/proj" proj-dev
has 'netwerk' err
lacks 'ninja' err
status 0 run-image dev
lacks 'netwerk' err
sleep 0.1
printf '[run_image]\nsynthetic_images = shell\n[shell]\nname = dev\n' >docker/run.cfg

try "what there is"
status 0 run-image --list
printf 'shell\tproj-dev:joe\ndev\tproj-dev:joe\n' | same - out
for option in -h --help; do
	status 0 run-image "$option"
	has 'usage: run-image [-gk]' out
	status 0 sh generated/_run.dev.sh "$option"
	has 'usage: _run.dev.sh [-gk]' out
	has 'container of proj-dev:joe' out
done
status 0 run-image --version
has "run-image $(sed -n 's/^VERSION=//p' "$DTK_SRC/configure")" out

try "a container has a name of its own, which any user can have"
status 0 run-image dev
sed 's/.*--name \([^ ]*\).*/\1/' "$top/call" | sed -n 2p >first
status 0 run-image dev
sed 's/.*--name \([^ ]*\).*/\1/' "$top/call" | sed -n 2p >second
! cmp -s first second || fail "two have the name $(cat first)"
grep -qE '^joe_dev_[0-9]{2}-[0-9]{2}-[0-9]{2}_[0-9]{2}\.[0-9]{2}\.[0-9]{2}\.[0-9]+$' first || fail "the name $(cat first)"
LOGNAME='_a $(b)/c' status 0 sh generated/_run.dev.sh
called "$top/proj" '--name u_a___b__c_dev_'
(
	unset LOGNAME
	USER=jane
	export USER
	status 0 sh generated/_run.dev.sh
)
called "$top/proj" '--name jane_dev_'
(
	unset LOGNAME USER
	status 0 sh generated/_run.dev.sh
)
called "$top/proj" "--name $(id -un)_dev_"

try "the environment is the user's"
name='my own' status 0 run-image -e name dev
equal 'my own' "$(sed -n 3p "$top/call")"
lacks 'my own' err
DOCKER_DEFAULT_PLATFORM=linux/s390x status 0 run-image dev
has 'DOCKER_DEFAULT_PLATFORM= docker run' err
CDPATH=/ status 0 run-image dev
same /dev/null out
has 'docker run' err

try "client and host"
status 0 dtk-gen --docker "$top/bin/docker" --host 'unix:///a b'
status 0 run-image dev
called "$top/proj" '--host unix:///a b run --rm'
has "bin/docker --host 'unix:///a b' run" err
status 0 dtk-gen --engine podman --docker "$top/bin/docker" --host unix:///x
status 0 run-image dev
called "$top/proj" '--url unix:///x run --rm'
status 0 dtk-gen

try "Ninja's targets"
status 0 ninja help
has 'run-shell' out
status 0 dtk-gen -t targets
grep -qE '^run-dev +run a container of proj-dev:joe$' out || fail "no run-dev"
ninja -t commands run-shell >out
has 'sh generated/_run.shell.sh' out
has 'dtk-stamp build' out
ninja -n run-shell >/dev/null || fail "run-shell"
status 0 dtk-gen --check

try "a tree elsewhere"
rm -rf generated
status 0 dtk-gen --output 'o u$t/tree'
status 0 run-image dev
called "$top/proj" proj-dev:joe
absent generated/_run.dev.sh
present 'o u$t/tree/_run.dev.sh'
status 0 dtk-gen --output "$top/outside"
rm -rf 'o u$t'
cd docker
status 0 run-image dev
called "$top/proj" proj-dev:joe
cd ..
status 0 dtk-gen

try "what is gone comes back, what is stale goes"
rm generated/_run.dev.sh generated/.runs
status 0 run-image dev
called "$top/proj" proj-dev:joe
sleep 0.1
rm docker/run.cfg
status 2 run-image shell
absent generated/_run.shell.sh
status 0 dtk-gen --check

try "a tree that was committed needs the client alone, and can be moved"
mv "$top/proj" "$top/moved"
cd "$top/moved"
mkdir "$top/tools"
for tool in sh cat sed date id readlink env tr cut pwd; do
	ln -s "$(command -v "$tool")" "$top/tools/$tool"
done
ln -s "$top/bin/docker" "$top/tools/docker"
(
	# shellcheck disable=SC2123 # no dtk-gen and no ninja
	PATH=$top/tools
	status 0 generated/_run.dev.sh
	status 0 sh "$DTK_SRC/share/bin/run-image" dev
)
called "$top/moved" proj-dev:joe

try "a build.ninja of somebody else's"
rm -rf generated build.ninja
echo '# mine' >build.ninja
status 1 run-image dev
equal '# mine' "$(cat build.ninja)"

try "clean under shellcheck"
rm build.ninja
cat >docker/run.cfg <<'END'
[dev]
environment = -e 'A=`x` $$(y) "z"' -e "B=$C it's"
volumes = -v {project_root}:/x
cmd = sh -c "echo $HOME; exit"
END
status 0 dtk-gen
if command -v shellcheck >/dev/null 2>&1; then
	shellcheck generated/_run.*.sh || fail shellcheck
fi
