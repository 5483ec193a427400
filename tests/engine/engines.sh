# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# engines.sh, sourced by the tests that do the same with each engine: a small tree and what has to become of it.
#
#     base -> tool -> app        base -> side
# where base has two tags, tool an argument and a cache, side two secrets, and app copies the directory app/.

# shellcheck source=tests/engine/project.sh
. "${DTK_SRC:?}/tests/engine/project.sh"
registry=${DTK_TEST_REGISTRY:?}

# image NAME LINE...: a Dockerfile of its own.
image() {
	mkdir -p "$1"
	image_file=$1/Dockerfile
	shift
	printf '%s\n' "$@" >"$image_file"
}

new_tree() {
	counting_docker
	mkdir -p "$temp/p/app"
	cd "$temp/p"
	cp /bin/busybox busybox
	echo one >app/one
	echo from-a-file >secret-file
	DTK_TEST_SECRET=from-the-environment
	export DTK_TEST_SECRET
	image base 'FROM scratch' 'COPY busybox /bin/busybox' \
		'RUN ["/bin/busybox", "--install", "-s", "/bin"]' "RUN echo $id >/id"
	# shellcheck disable=SC2016 # the container's shell expands it
	image tool "FROM $id/base" 'ARG FLAVOUR=none' \
		'RUN --mount=type=cache,target=/cache echo "$FLAVOUR" >>/cache/seen && cat /cache/seen >/flavours'
	image app "FROM $id/tool" 'COPY app /app'
	image side "FROM $id/base:2" \
		'RUN --mount=type=secret,id=file --mount=type=secret,id=variable cat /run/secrets/* | tr a-z A-Z >/told'
	sed 's/^	//' >m.yaml <<-END
	images:
	  - {name: base, dockerfile: base/Dockerfile, context: ., tags: ["$id/base", "$id/base:2"]}
	  - {name: tool, dockerfile: tool/Dockerfile, context: ., tags: ["$id/tool"], args: {FLAVOUR: plain}}
	  - {name: app, dockerfile: app/Dockerfile, context: ., tags: ["$id/app", "$id/app:1"]}
	  - name: side
	    dockerfile: side/Dockerfile
	    context: .
	    tags: ["$id/side"]
	    secrets: ["id=file,src=secret-file", "id=variable,env=DTK_TEST_SECRET"]
	END
	mv app/Dockerfile app.Dockerfile
	sed -i 's#app/Dockerfile#app.Dockerfile#' m.yaml
}

built() {
	sed -nE "s#^(.* )?build .* -t $id/([^ :]*)[ :].*#\2#p" "$log" | sed 's/ .*//' | sort | tr '\n' ' ' | sed 's/ $//'
}
flavours() { cat_in "$id/tool" /flavours | tr '\n' ' ' | sed 's/ $//'; }
stamped() { head -n 1 "generated/stamps/$1.image"; }
registry_config() {
	skopeo inspect --raw --tls-verify=false "docker://$registry/$1" 2>/dev/null |
		tr -d ' \n' | sed -n 's/.*"config":{[^}]*"digest":"\([^"]*\)".*/\1/p' | grep .
}

# engine_works ENGINE: all of it.
engine_works() {
	new_tree
	generate --config m.yaml --registry "$registry" --engine "$1"

	try "$1: everything, with tags, an argument, a cache and secrets"
	run_ninja
	equal plain "$(flavours)" "an argument and a cache"
	equal 'FROM-A-FILE FROM-THE-ENVIRONMENT' "$(cat_in "$id/side" /told | tr '\n' ' ')" "secrets"
	equal "$(id_of "$id/base")" "$(id_of "$id/base:2")" "two tags"
	if grep -rqE 'from-(a-file|the-environment)' generated build.ninja; then broken "a secret was written down"; fi
	quiet all

	try "$1: a changed file, argument and Dockerfile build what must be"
	tick
	echo changed >app/one
	expect_ninja all app "a file"
	equal changed "$(cat_in "$id/app:1" /app/one)" "the file"
	tick
	sed -i 's/plain/nuts/' m.yaml
	expect_ninja all 'app tool' "an argument"
	equal 'plain nuts' "$(flavours)" "what the cache kept"
	tick
	printf '# a comment\n' >>base/Dockerfile
	expect_ninja all base "a comment"
	quiet all

	try "$1: a failing build says so and leaves the stamps"
	cp generated/stamps/app.seal app.seal
	echo 'RUN echo this went wrong && false' >>app.Dockerfile
	if ninja >"$temp/out" 2>&1; then broken "it failed not"; fi
	expect_said 'this went wrong' "its log"
	cmp generated/stamps/app.seal app.seal || broken "the seal changed"
	tick
	sed -i '$d' app.Dockerfile
	forget
	run_ninja
	expect_builds 0 "as it was"

	try "$1: tags lost and an image lost: verify"
	real rmi "$id/app:1" >/dev/null 2>&1
	forget
	run_ninja verify
	expect_builds 0 "a lost tag"
	equal "$(id_of "$id/app")" "$(id_of "$id/app:1")" "the tag"
	real rmi -f "$id/side" >/dev/null
	run_ninja verify
	expect_said 'side: the engine does not have it' "verify names it"
	expect_ninja all side "the lost one"
	quiet all

	try "$1: pushed, and not again"
	run_ninja push-all
	equal "$(stamped app)" "$(registry_config "$id/app:1")" "in the registry"
	equal "$(stamped base)" "$(registry_config "$id/base:2")" "in the registry"
	forget
	run_ninja push-all
	expect_builds 0 "the second time"
	if grep -qE ' push ' "$log"; then broken "pushed again"; fi

	try "$1: saved, lost, and loaded again as it was"
	run_ninja save-all
	before=$(id_of "$id/app")
	real rmi -f "$id/app" "$id/app:1" "$id/side" >/dev/null
	DOCKER="$docker${host:+ --host $host}" sh generated/saved/load-all >"$temp/out" 2>&1 || broken "it did not load"
	equal "$before" "$(id_of "$id/app:1")" "the ID"
	forget
	run_ninja verify
	run_ninja
	expect_builds 0 "what was loaded is what was sealed"
	DOCKER="$docker${host:+ --host $host}" sh generated/saved/load-all >"$temp/out" 2>&1 || broken "a second time"
	expect_said 'nothing was loaded' "a second time"

	try "$1: clean-images"
	run_ninja clean-images
	if real images --format '{{.Repository}}:{{.Tag}}' | grep -E "^(localhost/)?$id/"; then broken "it is still there"; fi
	expect_ninja all 'app base side tool' "after clean-images"
}
