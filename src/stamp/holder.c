/* SPDX-License-Identifier: Apache-2.0 */
#include "stamp/holder.h"

#include "base/fs.h"

#include <errno.h>
#include <unistd.h>

#define TAG_MAGIC "dtk-tag 1"

/* stamps/.tags/HASH: a tag may hold any byte and be of any length. */
static const char *tag_file(const struct place *place, struct arena *arena, struct str tag)
{
	char digits[HASH_TEXT];
	struct place tags = {path_join(arena, str_of(place->stamps), STR(".tags")), place->tree, {digits, 0}};

	hash_text(hash_of(tag), digits);
	tags.name = str_of(digits);
	return place_stamp(arena, &tags, "");
}

struct str holder_of(const struct place *place, struct arena *arena, struct str tag)
{
	struct str body, line, holder = STR("");
	bool same = false;

	if (record_read(tag_file(place, arena, tag), TAG_MAGIC, arena, NULL, &body) != RECORD_FINE)
		return STR("");
	while (record_line(&body, &line)) {
		struct str word = record_word(&line);

		if (str_is(word, "tag"))
			same = str_eq(record_unescape(arena, line), tag);
		else if (str_is(word, "image"))
			holder = record_unescape(arena, line);
	}
	return same ? holder : STR("");
}

static int claim(const struct place *place, struct arena *arena, struct str tag, struct diag *diag)
{
	struct str holder = holder_of(place, arena, tag);
	struct buf text = BUF_INIT;
	int result;

	if (str_eq(holder, place->name))
		return 0;
	if (holder.n) {
		struct place other = place_other(place, holder);

		seal_set_aside(&other, SEAL_TAG);
	}
	buf_adds(&text, TAG_MAGIC "\n");
	record_add(&text, "tag", tag);
	record_add(&text, "image", place->name);
	result = record_write(tag_file(place, arena, tag), &text, NULL, diag);
	buf_release(&text);
	return result < 0 ? -1 : 0;
}

bool holder_lists(const struct seal *seal, struct str tag)
{
	for (size_t i = 0; i < seal->tag_count; i++)
		if (str_eq(seal->tags[i], tag))
			return true;
	return false;
}

bool holder_held(const struct place *place, const struct seal *seal)
{
	struct arena arena;
	bool holds = true;

	arena_init(&arena);
	for (size_t i = 0; i < seal->tag_count && holds; i++)
		holds = str_eq(holder_of(place, &arena, seal->tags[i]), place->name);
	arena_release(&arena);
	return holds;
}

static void give_up_tags(const struct place *place, struct arena *arena, const struct seal *seal,
                         const struct seal *old)
{
	for (size_t i = 0; old && i < old->tag_count; i++)
		if (!holder_lists(seal, old->tags[i])
		    && str_eq(holder_of(place, arena, old->tags[i]), place->name))
			holder_drop(place, old->tags[i]);
}

int holder_claim(const struct place *place, const struct seal *seal, const struct seal *old,
                 struct diag *diag)
{
	struct arena arena;
	const char *dir;
	int result = 0;

	arena_init(&arena);
	dir = path_join(&arena, str_of(place->stamps), STR(".tags"));
	if (fs_mkdirs(dir) != 0) {
		diag_error(diag, SPAN_NONE, "cannot make %s: %s", dir, strerror(errno));
		result = -1;
	}
	for (size_t i = 0; i < seal->tag_count && result == 0; i++)
		result = claim(place, &arena, seal->tags[i], diag);
	give_up_tags(place, &arena, seal, old);
	arena_release(&arena);
	return result;
}

void holder_drop(const struct place *place, struct str tag)
{
	struct arena arena;

	arena_init(&arena);
	unlink(tag_file(place, &arena, tag));
	arena_release(&arena);
}
