# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# pins.sh, sourced after project.sh by the tests of matrix.lock with each engine: bases in a registry whose tags move.
#
#     $registry/$id/base:t <- app <- top        $registry/$id/other:1 <- side        scratch <- none
#
# app and side keep the file /v of their bases as /w, by other steps, so that no cache takes one for the other.

registry=${DTK_TEST_REGISTRY:?}
# The engine of 20.10 pushes; the one that is tested may be another.
: "${pins_pusher:=$docker}" "${pins_host:=$host}"
pusher() { "$pins_pusher" --host "$pins_host" "$@"; }

# publish VERSION REF...: each REF of a registry is an image with VERSION in /v from now on.
publish() {
	publish_dir=$temp/publish-$1
	mkdir -p "$publish_dir"
	cp /bin/busybox "$publish_dir/busybox"
	cat >"$publish_dir/Dockerfile" <<-END
	FROM scratch
	COPY busybox /bin/busybox
	RUN ["/bin/busybox", "--install", "-s", "/bin"]
	RUN echo "$id" >/id
	RUN echo $1 >/v
	END
	DOCKER_BUILDKIT=1 pusher build -q -t "$id-publish:$1" "$publish_dir" >/dev/null
	shift
	for publish_ref in "$@"; do
		pusher tag "$id-publish:${publish_dir##*-}" "$publish_ref"
		pusher push -q "$publish_ref" >/dev/null
		pusher rmi "$publish_ref" >/dev/null
	done
	pusher rmi "$id-publish:${publish_dir##*-}" >/dev/null
}
# What the registry has as REF.
digest_of() { skopeo inspect --raw --tls-verify=false "docker://$1" | sha256sum | sed 's/ .*//'; }
short() { printf %.12s "$1"; }

built() {
	sed -nE "s#^(.* )?build .*-t $id/([^ :]*)[ :].*#\2#p" "$log" | sort | tr '\n' ' ' | sed 's/ $//'
}
image() {
	mkdir -p "$1"
	image_file=$1/Dockerfile
	shift
	printf '%s\n' "$@" >"$image_file"
}
update() { ninja update-bases >"$temp/out" 2>&1 || broken "ninja update-bases"; }

new_bases() {
	base=$registry/$id/base:t
	counting_docker
	mkdir -p "$temp/p/matrices"
	cd "$temp/p" || exit 1
	publish 1 "$base" "$registry/$id/other:1"
	one=$(digest_of "$base")
	image app "FROM $base" 'RUN cat /v >/w'
	image top "FROM $id/app" 'RUN echo top >/top'
	image side "FROM $registry/$id/other:1" 'RUN cat /v >/w && echo side'
	image none 'FROM scratch' 'COPY Dockerfile /'
	cat >matrices/build-matrix.yaml <<-END
	images:
	  - {name: app, dockerfile: app/Dockerfile, tags: ["$id/app"]}
	  - {name: top, dockerfile: top/Dockerfile, tags: ["$id/top"]}
	  - {name: side, dockerfile: side/Dockerfile, tags: ["$id/side"]}
	  - {name: none, dockerfile: none/Dockerfile, tags: ["$id/none"]}
	END
}

# pins_work ENGINE: all that has to hold with every engine.
pins_work() {
	new_bases
	generate --engine "$1"
	run_ninja
	quiet all

	try "$1: the first pins: those that were used anyway build nothing"
	update
	expect_said "$base: new $(short "$one")" "new"
	expect_said "$registry/$id/other:1: new $(short "$one")" "new"
	has "$base sha256:$one" matrices/matrix.lock
	# podman does not tell what it pulled for a build: to be sure it builds, from its cache, and comes out the same.
	case $1 in
	podman) expect_ninja all 'app side' "a pin for what was used" ;;
	*) expect_ninja all '' "a pin for what was used" ;;
	esac
	quiet all

	try "$1: a tag that did not move changes nothing"
	tick
	cp -p matrices/matrix.lock "$temp/lock"
	update
	expect_said "$base: same" "same"
	[ -z "$(find matrices/matrix.lock -newer "$temp/lock")" ] || broken "the file was written again"
	forget
	run_ninja
	expect_said 'no work to do' "nothing was generated"
	expect_calls 0 "nothing"

	try "$1: a tag that moved: the pin holds until it is moved, then exactly what stands on it is built"
	publish 2 "$base"
	two=$(digest_of "$base")
	tick
	echo 'RUN echo more >/more' >>app/Dockerfile
	expect_ninja all 'app top' "a change of its own"
	equal 1 "$(cat_in "$id/app" /w)" "still the pinned base"
	update
	expect_said "$base: moved $(short "$one") -> $(short "$two")" "moved"
	expect_said "$registry/$id/other:1: same" "the other one"
	expect_ninja all 'app top' "the moved pin"
	equal 2 "$(cat_in "$id/top" /w)" "the new base"
	equal 1 "$(cat_in "$id/side" /w)" "the other base"
	quiet all

	try "$1: the pin counts and not what the tag names here"
	real pull -q "$registry/$id/other:1" >/dev/null
	real tag "$registry/$id/other:1" "$base"
	run_ninja verify
	expect_said '4 images verified$' "verify"
	quiet all
	tick
	echo 'RUN echo again >/again' >>app/Dockerfile
	expect_ninja all 'app top' "a change"
	equal 2 "$(cat_in "$id/app" /w)" "the pinned base"

	try "$1: a pin that was set back by hand, and verify"
	sed -i "s/^\([^ ]*base:t\) .*/\1 sha256:$one/" matrices/matrix.lock
	dtk-stamp verify --lock matrices/matrix.lock generated/stamps -- "$client" ${host:+--host "$host"} >"$temp/out" 2>&1 ||
		broken verify
	expect_said "app: its base $base is not the pinned image" "verify"
	expect_ninja all 'app top' "the older pin"
	equal 1 "$(cat_in "$id/top" /w)" "the older base"
	run_ninja verify
	expect_said '4 images verified$' "verify"
	dtk-gen --engine "$1" --docker "$client" ${host:+--host "$host"} -t why app >"$temp/out"
	expect_said 'app: nothing changed' "why"

	try "$1: build.sh builds on the pins too"
	real rmi -f "$id/app" >/dev/null
	DOCKER_CONFIG='' sh generated/build.sh app >"$temp/out" 2>&1 || broken "build.sh"
	equal 1 "$(cat_in "$id/app" /w)" "build.sh"
	run_ninja
}
