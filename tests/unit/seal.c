/* SPDX-License-Identifier: Apache-2.0 */
#include "stamp/seal.h"

#include "base/fs.h"
#include "stamp/holder.h"

#include "test.h"

static struct diag diag;

static void put(const char *path, const char *text)
{
	fs_write(path, str_of(text), 0644);
}

static void test_record(void)
{
	struct arena arena;
	struct buf text = BUF_INIT;
	struct str body, line, word;

	arena_init(&arena);
	buf_adds(&text, "magic\n");
	record_add(&text, "odd", STR("a\nb\\c\\n \xff"));
	CHECK("it is written", record_write("r", &text, NULL, &diag) == 1);
	buf_clear(&text);
	buf_adds(&text, "magic\n");
	record_add(&text, "odd", STR("a\nb\\c\\n \xff"));
	CHECK("once", record_write("r", &text, NULL, &diag) == 0);
	CHECK("it is read", record_read("r", "magic", &arena, &diag, &body) == RECORD_FINE);
	CHECK("a line", record_line(&body, &line) && !record_line(&body, &word));
	word = record_word(&line);
	CHECK_BYTES("its word", word, STR("odd"));
	CHECK_BYTES("any byte comes back", record_unescape(&arena, line), STR("a\nb\\c\\n \xff"));
	CHECK("another magic is refused", record_read("r", "cigam", &arena, NULL, &body) == RECORD_BROKEN);
	CHECK("and left alone without a diag", access("r", F_OK) == 0);
	CHECK("what is not there", record_read("none", NULL, &arena, &diag, &body) == RECORD_MISSING);
	buf_release(&text);
	arena_release(&arena);
}

/* Every cut and every changed byte is found. */
static void test_damage(void)
{
	struct arena arena;
	struct buf text = BUF_INIT;
	struct str whole, body;
	size_t missed = 0, left = 0;

	arena_init(&arena);
	buf_adds(&text, "magic\nimage x\n");
	record_write("whole", &text, NULL, &diag);
	fs_read_arena("whole", &arena, &whole);
	for (size_t i = 0; i < whole.n; i++) {
		char *changed = arena_strndup(&arena, whole.p, whole.n);

		fs_write("cut", str_slice(whole, 0, i), 0644);
		missed += record_read("cut", "magic", &arena, &diag, &body) != RECORD_BROKEN;
		left += access("cut", F_OK) == 0;
		changed[i] ^= 1;
		fs_write("changed", (struct str){changed, whole.n}, 0644);
		missed += record_read("changed", "magic", &arena, &diag, &body) != RECORD_BROKEN;
	}
	CHECK("all damage is found", missed == 0);
	CHECK("and the file removed", left == 0);
	buf_release(&text);
	arena_release(&arena);
}

static void fill(struct arena *arena, struct seal *seal)
{
	memset(seal, 0, sizeof *seal);
	seal->image = STR("sha256:image");
	seal->engine = STR("sha256:engine");
	seal->when = 1700000000;
	seal->took = 1234;
	seal_add_parent(arena, seal, (struct seal_parent){STR("P"), STR("sha256:p"), STR("repo/p:1")});
	seal_add_parent(arena, seal, (struct seal_parent){STR(""), STR("-"), STR("debian:12")});
	seal_add_text(arena, &seal->tags, &seal->tag_count, &seal->tag_capacity, STR("repo/x:1"));
	seal_add_text(arena, &seal->env, &seal->env_count, &seal->env_capacity, STR("DOCKER_BUILDKIT=1"));
	seal_add_text(arena, &seal->lines, &seal->line_count, &seal->line_capacity, STR("FROM x"));
	seal_add_text(arena, &seal->lines, &seal->line_count, &seal->line_capacity, STR(""));
	seal->key.context = ".";
	seal->key.dockerfile = "generated/Dockerfile.X";
	seal->key.hash = hash_of(STR("key"));
}

static void test_seal(void)
{
	struct arena arena;
	struct place place;
	struct seal seal, read;
	struct str id = STR("");

	arena_init(&arena);
	fs_mkdirs("g/stamps");
	place = place_of(&arena, "g/stamps/X.image");
	CHECK_STR("the tree", place.tree, "g");
	CHECK_BYTES("the name", place.name, STR("X"));
	fill(&arena, &seal);
	CHECK("it is written", seal_save(&place, &seal, &diag) == 0);
	CHECK("it is read", seal_load(&place, &arena, &diag, &read) == RECORD_FINE);
	CHECK_BYTES("the image", read.image, seal.image);
	CHECK_BYTES("the engine's", read.engine, seal.engine);
	CHECK("times", read.when == seal.when && read.took == seal.took);
	CHECK("parents and bases", read.parent_count == 2 && read.parents[1].name.n == 0);
	CHECK_BYTES("a reference", read.parents[1].ref, STR("debian:12"));
	CHECK("tags, environment, lines", read.tag_count == 1 && read.env_count == 1 && read.line_count == 2);
	CHECK("the key", hash_eq(read.key.hash, seal.key.hash) && strcmp(read.key.context, ".") == 0);
	seal_set_aside(&place, SEAL_GONE);
	CHECK("set aside, it is out of Ninja's sight", access("g/stamps/X.seal", F_OK) != 0);
	CHECK("but says as much, and why", seal_load(&place, &arena, &diag, &read) == RECORD_FINE
	                                   && str_is(read.aside, SEAL_GONE) && read.tag_count == 1);
	seal_save(&place, &seal, &diag);
	CHECK("a new seal replaces it", access("g/stamps/X.aside", F_OK) != 0);
	CHECK("the image's stamp", seal_save_image(&place, seal.image, &diag) == 0
	                           && seal_image(&place, &arena, &diag, &id) == RECORD_FINE);
	CHECK_BYTES("holds the ID alone", id, seal.image);
	put("g/stamps/X.seal", "");
	CHECK("an emptied one is broken", seal_load(&place, &arena, &diag, &read) == RECORD_BROKEN);
	CHECK("and missing afterwards", seal_load(&place, &arena, &diag, &read) == RECORD_MISSING);
	arena_release(&arena);
}

static void test_tags(void)
{
	struct arena arena;
	struct place x, y;
	struct seal seal_x, seal_y, without;

	arena_init(&arena);
	x = place_of(&arena, "g/stamps/X.image");
	y = place_of(&arena, "g/stamps/Y.image");
	fill(&arena, &seal_x);
	fill(&arena, &seal_y);
	fill(&arena, &without);
	without.tag_count = 0;
	CHECK("nobody holds it", holder_of(&x, &arena, STR("repo/x:1")).n == 0);
	CHECK("X claims it", holder_claim(&x, &seal_x, NULL, &diag) == 0 && seal_save(&x, &seal_x, &diag) == 0);
	CHECK("and has it", holder_held(&x, &seal_x) && !holder_held(&y, &seal_y));
	CHECK("Y takes it", holder_claim(&y, &seal_y, NULL, &diag) == 0 && holder_held(&y, &seal_y));
	CHECK("so that X has to run", access("g/stamps/X.seal", F_OK) != 0 && access("g/stamps/X.aside",
	                                                                             F_OK) == 0);
	holder_claim(&x, &without, &seal_x, &diag);
	CHECK("X gives up what it no longer has", holder_held(&y, &seal_y));
	holder_claim(&y, &without, &seal_y, &diag);
	CHECK("Y gives it up", holder_of(&x, &arena, STR("repo/x:1")).n == 0);
	arena_release(&arena);
}

int main(void)
{
	FILE *nowhere = fopen("/dev/null", "w");

	diag_init(&diag, nowhere);
	test_record();
	test_damage();
	test_seal();
	test_tags();
	diag_release(&diag);
	fclose(nowhere);
	return test_end();
}
