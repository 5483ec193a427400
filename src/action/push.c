/* SPDX-License-Identifier: Apache-2.0 */
#include "action/push.h"

#include "action/publication.h"
#include "base/fs.h"
#include "client/engine.h"
#include "client/words.h"
#include "stamp/fleet.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static bool is_registry(struct str part)
{
	return str_is(part, "localhost") || str_find(part, '.', 0) < part.n || str_find(part, ':', 0) < part.n;
}

/* The part of TAG that stays below another registry. */
static struct str below(struct str tag, const char *repository)
{
	struct str prefix = str_of(repository ? repository : "");
	size_t slash = str_find(tag, '/', 0);

	if (prefix.n && str_starts(tag, prefix) && tag.p[prefix.n] == '/')
		return str_slice(tag, prefix.n + 1, tag.n);
	if (slash < tag.n && is_registry(str_slice(tag, 0, slash)))
		return str_slice(tag, slash + 1, tag.n);
	return tag;
}

struct str push_name(struct arena *arena, struct str tag, const struct push *order, const char *version)
{
	struct buf name = BUF_INIT;
	struct str result, prefix = str_of(order->registry ? order->registry : "");
	size_t colon;

	while (prefix.n && prefix.p[prefix.n - 1] == '/')
		prefix.n--;
	if (prefix.n) {
		tag = below(tag, order->repository);
		buf_addstr(&name, prefix);
		buf_addc(&name, '/');
	}
	for (colon = tag.n; colon > 0 && tag.p[colon - 1] != ':' && tag.p[colon - 1] != '/'; colon--)
		;
	if (version && colon > 0 && tag.p[colon - 1] == ':') {
		buf_addstr(&name, str_slice(tag, 0, colon));
		buf_adds(&name, version);
	} else {
		buf_addstr(&name, tag);
	}
	result = (struct str){arena_strndup(arena, name.p, name.n), name.n};
	buf_release(&name);
	return result;
}

/* A client's command; its output in TEXT, or passed on where that is NULL. */
static int run(struct fleet *fleet, const char *const *words, struct buf *text)
{
	struct engine_call call = ENGINE_CALL(engine_words(&fleet->arena, &fleet->command, words),
	                                      fleet->command.env);

	call.out_text = call.err_text = text;
	return engine_run(&call);
}

bool push_is_loopback(struct str ref)
{
	return str_starts(ref, STR("127.")) || str_starts(ref, STR("localhost:"));
}

/* The digest by which the engine knows the image in the repository of REF; n = 0 if it was never there. */
static struct str known_digest(struct arena *arena, const struct ask_image *image, struct str ref)
{
	struct str wanted = ask_normal(arena, ref, false);
	size_t colon = wanted.n;

	while (colon && wanted.p[colon - 1] != ':')
		colon--;
	for (size_t i = 0; i < image->digest_count; i++) {
		struct str digest = image->digests[i];
		size_t at = str_find(digest, '@', 0);
		struct str repository = ask_normal(arena, str_slice(digest, 0, at), false);

		repository.n -= strlen(":latest");
		if (colon && str_eq(repository, str_slice(wanted, 0, colon - 1)))
			return str_slice(digest, at + 1, digest.n);
	}
	return STR("");
}

/*
 * True where the registry has IMAGE as REF already.  The digest of the manifest tells.  podman changes that when it
 * pushes; it shows the registry's manifest, be it in an error, and there the configuration's digest tells.
 */
static bool registry_has(struct fleet *fleet, struct str ref, const struct ask_image *image)
{
	const char *secure[] = {"manifest", "inspect", "-v", ref.p, NULL};
	const char *loopback[] = {"manifest", "inspect", "-v", "--insecure", ref.p, NULL};
	const char *podman[] = {"manifest", "inspect", ref.p, NULL};
	bool has, is_podman = fleet->answer.podman;
	struct str digest = is_podman ? image->id : known_digest(&fleet->arena, image, ref);
	struct buf text = BUF_INIT;
	int status;

	if (!digest.n)
		return false;
	status = run(fleet, is_podman ? podman : push_is_loopback(ref) ? loopback : secure, &text);
	buf_addc(&text, '\0');
	has = (status == 0 || is_podman) && strstr(text.p, arena_strndup(&fleet->arena, digest.p, digest.n));
	buf_release(&text);
	return has;
}

/* Images that differ in their platform and are published as one. */
struct family {
	struct str *suffixes;
	const struct ask_image **images; /* in the same order; NULL where it is not in the order */
	size_t count;
	bool done;
};

/* One order under way. */
struct pushing {
	const struct push *order;
	struct fleet fleet;
	struct map extras;   /* name of an image -> the tag that "+NAME=TAG" gives it */
	struct map families; /* name -> struct family, of "%NAME=SUFFIX,..." */
	struct map publications; /* name of an image -> struct publication, of "=NAME=SCRIPT" */
	struct map done;     /* references that were dealt with */
	struct buf list;     /* the same, a line each */
};

/* What is published under one name: IMAGE, or where that is NULL all of FAMILY. */
struct subject {
	const struct ask_image *image;
	struct family *family;
};

static struct str joined(struct arena *arena, struct str name, struct str suffix)
{
	char *text = arena_alloc(arena, name.n + suffix.n + 2);

	snprintf(text, name.n + suffix.n + 2, "%.*s-%.*s", STR_ARG(name), STR_ARG(suffix));
	return (struct str){text, name.n + 1 + suffix.n};
}

/* Publishes IMAGE, which TAG names here, as REF. */
static bool push_one(struct fleet *fleet, const struct ask_image *image, struct str tag, struct str ref)
{
	const char *words[] = {"push", ref.p, NULL};
	struct buf text = BUF_INIT;
	bool fine = true;

	if (registry_has(fleet, ref, image)) {
		printf("%.*s: the registry has it\n", STR_ARG(ref));
		return true;
	}
	if (!str_eq(tag, ref))
		fine = engine_tag(fleet->diag, &fleet->command, image->id, ref);
	if (fine && run(fleet, words, &text) != 0) {
		diag_error(fleet->diag, SPAN_NONE, "cannot push %.*s: %.*s", STR_ARG(ref),
		           STR_ARG(str_trim(buf_str(&text))));
		fine = false;
	}
	buf_release(&text);
	if (fine)
		printf("%.*s: pushed\n", STR_ARG(ref));
	fflush(stdout);
	return fine;
}

/* True where the index that REF has in the registry is the one that WORDS, after "create", would make. */
static bool index_there(struct fleet *fleet, struct str ref, const char *const *words, size_t count)
{
	const char *inspect[] = {"buildx", "imagetools", "inspect", "--raw", ref.p, NULL};
	const char **dry = ARENA_ARRAY(&fleet->arena, count + 5, const char *);
	struct buf is = BUF_INIT, would = BUF_INIT;
	bool same;

	dry[0] = "buildx";
	dry[1] = "imagetools";
	dry[2] = "create";
	dry[3] = "--dry-run";
	for (size_t i = 0; i < count; i++)
		dry[4 + i] = words[i];
	same = run(fleet, inspect, &is) == 0 && run(fleet, dry, &would) == 0
		&& str_eq(str_trim(buf_str(&is)), str_trim(buf_str(&would)));
	buf_release(&would);
	buf_release(&is);
	return same;
}

/* The index REF over SOURCES, which the registry has. */
static bool push_index(struct fleet *fleet, struct str ref, const char *const *sources, size_t count)
{
	const char **words = ARENA_ARRAY(&fleet->arena, count + 6, const char *);
	struct buf text = BUF_INIT;
	bool fine;

	if (index_there(fleet, ref, sources, count)) {
		printf("%.*s: the registry has it\n", STR_ARG(ref));
		return true;
	}
	words[0] = "buildx";
	words[1] = "imagetools";
	words[2] = "create";
	words[3] = "-t";
	words[4] = ref.p;
	for (size_t i = 0; i < count; i++)
		words[5 + i] = sources[i];
	fine = run(fleet, words, &text) == 0;
	if (fine)
		printf("%.*s: pushed, an index of %zu platforms\n", STR_ARG(ref), count);
	else
		diag_error(fleet->diag, SPAN_NONE, "cannot push the index %.*s: %.*s", STR_ARG(ref),
		           STR_ARG(str_trim(buf_str(&text))));
	buf_release(&text);
	fflush(stdout);
	return fine;
}

static bool push_family(struct fleet *fleet, const struct family *family, struct str tag, struct str ref)
{
	const char **sources = ARENA_ARRAY(&fleet->arena, family->count + 1, const char *);
	bool fine = true;

	for (size_t i = 0; i < family->count && fine; i++) {
		struct str there = joined(&fleet->arena, ref, family->suffixes[i]);

		sources[i] = there.p;
		fine = push_one(fleet, family->images[i], joined(&fleet->arena, tag, family->suffixes[i]), there);
	}
	return fine && push_index(fleet, ref, sources, family->count);
}

/* Notes that REF is published; false where it was already. */
static bool note(struct pushing *pushing, struct str ref)
{
	bool fresh;

	map_put(&pushing->done, ref, &fresh);
	if (!fresh)
		return false;
	buf_addstr(&pushing->list, ref);
	buf_addc(&pushing->list, '\n');
	return true;
}

/* Publishes SUBJECT, which TAG names here, as TAG with VERSION (NULL: its own) is called there. */
static bool push_ref(struct pushing *pushing, const struct subject *subject, struct str tag, const char *version)
{
	struct fleet *fleet = &pushing->fleet;
	struct str ref = push_name(&fleet->arena, tag, pushing->order, version);

	if (!note(pushing, ref))
		return true;
	return subject->image ? push_one(fleet, subject->image, tag, ref)
	                      : push_family(fleet, subject->family, tag, ref);
}

static bool push_tags(struct pushing *pushing, const struct subject *subject, struct str name, const struct str *tags,
                      size_t count)
{
	struct arena *arena = &pushing->fleet.arena;
	const struct map_entry *entry = map_get(&pushing->extras, name);
	const char *release = pushing->order->release, *extra = entry ? entry->value.pointer : NULL;
	bool fine = true, latest = false;

	for (size_t i = 0; i < count && fine; i++) {
		struct str full = ask_normal(arena, tags[i], false);

		fine = push_ref(pushing, subject, tags[i], NULL);
		if (!str_ends(full, STR(":latest")))
			continue;
		latest = true;
		fine = fine && (!release || push_ref(pushing, subject, full, release)) &&
		       (!extra || push_ref(pushing, subject, full, extra));
	}
	if (fine && extra && !latest && count)
		fine = push_ref(pushing, subject, ask_normal(arena, tags[0], false), extra);
	return fine;
}

/* IMAGE's tags without the end that tells its platform. */
static struct str *common_tags(struct arena *arena, const struct fleet_image *image, struct str suffix, size_t *count)
{
	struct str *tags = ARENA_ARRAY(arena, image->seal.tag_count + 1, struct str);

	*count = 0;
	for (size_t i = 0; i < image->seal.tag_count; i++) {
		struct str tag = image->seal.tags[i];

		if (str_ends(tag, suffix) && tag.n > suffix.n + 1)
			tags[(*count)++] = (struct str){arena_strndup(arena, tag.p, tag.n - suffix.n - 1),
			                                tag.n - suffix.n - 1};
	}
	return tags;
}

/* The family whose member IMAGE is, or NULL; *NAME and *AT: its name, and which of it. */
static struct family *family_of(const struct pushing *pushing, const struct fleet_image *image, struct str *name,
                                size_t *at)
{
	struct str full = image->place.name;
	size_t dot = full.n;
	const struct map_entry *entry;
	struct family *family;

	while (dot > 0 && full.p[dot - 1] != '.')
		dot--;
	if (dot == 0 || !(entry = map_get(&pushing->families, str_slice(full, 0, dot - 1))))
		return NULL;
	family = entry->value.pointer;
	*name = entry->key;
	for (*at = 0; *at < family->count; ++*at)
		if (str_eq(family->suffixes[*at], str_slice(full, dot, full.n)))
			return family;
	return NULL;
}

/* PUBLICATION of IMAGE. */
static bool publish(struct pushing *pushing, const struct publication *publication, const struct ask_image *image)
{
	bool fine;

	if (!note(pushing, publication->ref))
		return true;
	if (registry_has(&pushing->fleet, publication->ref, image)) {
		printf("%.*s: the registry has it\n", STR_ARG(publication->ref));
		return true;
	}
	fine = publication_run(publication, pushing->fleet.diag);
	if (fine)
		printf("%.*s: pushed\n", STR_ARG(publication->ref));
	fflush(stdout);
	return fine;
}

static bool publish_image(struct pushing *pushing, const struct fleet_image *image,
                          const struct publication *publication)
{
	struct fleet *fleet = &pushing->fleet;
	const struct ask_image *there = ask_find(&fleet->arena, &fleet->answer, image->seal.engine);
	bool fine = true;

	for (; publication && fine; publication = publication->next)
		fine = publish(pushing, publication, there);
	return fine;
}

static bool push_image(struct pushing *pushing, const struct fleet_image *image)
{
	const struct map_entry *published = map_get(&pushing->publications, image->place.name);
	struct fleet *fleet = &pushing->fleet;
	struct subject subject = {.image = NULL};
	struct str name = image->place.name, *tags = image->seal.tags;
	size_t at, count = image->seal.tag_count;

	if (published)
		return publish_image(pushing, image, published->value.pointer);
	subject.family = family_of(pushing, image, &name, &at);
	if (!subject.family) {
		subject.image = ask_find(&fleet->arena, &fleet->answer, image->seal.engine);
	} else if (subject.family->done) {
		return true;
	} else {
		subject.family->done = true;
		tags = common_tags(&fleet->arena, image, subject.family->suffixes[at], &count);
	}
	return push_tags(pushing, &subject, name, tags, count);
}

/* Finds the images of the families. False after an error was said: one is missing. */
static bool gather_families(struct pushing *pushing)
{
	struct fleet *fleet = &pushing->fleet;
	bool fine = true;

	for (size_t i = 0; i < fleet->count; i++) {
		struct str name;
		size_t at;
		struct family *family = family_of(pushing, &fleet->images[i], &name, &at);

		if (family)
			family->images[at] = ask_find(&fleet->arena, &fleet->answer, fleet->images[i].seal.engine);
	}
	for (size_t i = 0; i < pushing->families.count; i++) {
		const struct map_entry *entry = &pushing->families.entries[i];
		const struct family *family = entry->value.pointer;

		for (size_t j = 0; j < family->count; j++) {
			if (family->images[j])
				continue;
			diag_error(fleet->diag, SPAN_NONE, "%.*s.%.*s is not among the images", STR_ARG(entry->key),
			           STR_ARG(family->suffixes[j]));
			fine = false;
		}
	}
	return fine;
}

static struct family *new_family(struct arena *arena, struct str list)
{
	struct family *family = ARENA_NEW(arena, struct family);

	*family = (struct family){.suffixes = ARENA_ARRAY(arena, list.n + 1, struct str)};
	for (size_t at = 0, end; at < list.n; at = end + 1) {
		end = str_find(list, ',', at);
		family->suffixes[family->count++] = str_slice(list, at, end);
	}
	family->images = ARENA_ARRAY(arena, family->count + 1, const struct ask_image *);
	return family;
}

/* A stamp, "+NAME=TAG", "%NAME=SUFFIX,..." or "=NAME=SCRIPT". */
static bool add_word(void *context, struct str word)
{
	struct pushing *pushing = context;
	struct fleet *fleet = &pushing->fleet;
	char *kept = arena_strndup(&fleet->arena, word.p, word.n);
	size_t equals = str_find(word, '=', 0);

	if (!words_besides(word))
		return fleet_add(fleet, kept);
	if (kept[0] == '=')
		return publication_add(&pushing->publications, (struct str){kept + 1, word.n - 1}, &fleet->arena,
		                       fleet->diag);
	if (equals == word.n) {
		diag_error(fleet->diag, SPAN_NONE, "%s: %cNAME=... is needed", kept, kept[0]);
		return false;
	}
	if (kept[0] == '%') {
		map_put(&pushing->families, (struct str){kept + 1, equals - 1}, NULL)->value.pointer =
			new_family(&fleet->arena, (struct str){kept + equals + 1, word.n - equals - 1});
		return true;
	}
	map_put(&pushing->extras, (struct str){kept + 1, equals - 1}, NULL)->value.pointer = kept + equals + 1;
	return true;
}

/* The list of what is published now, older than anything, so that the next run asks again. */
static bool write_list(const char *path, const struct buf *done, struct diag *diag)
{
	struct timespec times[2] = {{1, 0}, {1, 0}};
	struct arena arena;
	struct str dir = path_dir(str_of(path));
	bool fine;

	arena_init(&arena);
	fine = fs_mkdirs(arena_strndup(&arena, dir.p, dir.n)) == 0
		&& fs_write(path, buf_str(done), 0644) != FS_FAILED && utimensat(AT_FDCWD, path, times, 0) == 0;
	if (!fine)
		diag_error(diag, SPAN_NONE, "cannot write %s: %s", path, strerror(errno));
	arena_release(&arena);
	return fine;
}

int push_all(const struct push *order, struct diag *diag)
{
	struct pushing pushing = {.order = order, .list = BUF_INIT};
	struct fleet *fleet = &pushing.fleet;
	bool fine = fleet_init(fleet, diag, order->words);

	map_init(&pushing.extras);
	map_init(&pushing.families);
	map_init(&pushing.publications);
	map_init(&pushing.done);
	fine = fine && words_each(order->stamps, diag, add_word, &pushing) && fleet_ask(fleet);
	for (size_t i = 0, n = fine ? fleet->count : 0; i < n; i++)
		fine = fleet_ready(fleet, &fleet->images[i]) && fine;
	fine = fine && gather_families(&pushing)
		&& publication_resolve(&pushing.publications, &fleet->arena, diag);
	for (size_t i = 0; fine && i < fleet->count; i++)
		fine = push_image(&pushing, &fleet->images[i]);
	if (fine && order->out)
		fine = write_list(order->out, &pushing.list, diag);
	buf_release(&pushing.list);
	map_release(&pushing.done);
	map_release(&pushing.publications);
	map_release(&pushing.families);
	map_release(&pushing.extras);
	fleet_release(fleet);
	return fine ? 0 : -1;
}
