/* SPDX-License-Identifier: Apache-2.0 */
#include "model/tags.h"

#include "model/name.h"

#define TAGS_RESERVED ((uint64_t)1 << 32) /* tag_owner gave it to its combination */

uint32_t tags_axes(const struct matrix *matrix, uint32_t layer)
{
	const struct keys_texts *tags = &matrix->layers[layer].tags;
	uint32_t axes = 0;

	for (size_t i = 0; i < tags->count; i++)
		axes |= vars_axes(matrix, tags->items[i].text);
	return axes;
}

static bool tags_expand(const struct tags *tags, struct tags_template *template, const struct axes_point *point,
                        struct buf *out)
{
	const char *why;
	size_t at;

	buf_clear(out);
	vars_expand(tags->axes, &template->text, point, out);
	why = name_check_ref(buf_str(out), &at);
	if (why && !template->told)
		diag_error(tags->matrix->diag, vars_blame(tags->axes, &template->text, point, at),
		           "'%.*s' cannot be a tag: %s", (int)out->n, buf_str(out).p, why);
	template->told = template->told || why;
	return why == NULL;
}

static struct str tags_keep(const struct tags *tags, struct str text)
{
	return (struct str){arena_strndup(tags->matrix->arena, text.p, text.n), text.n};
}

static void tags_lose(struct tags *tags, struct str tag, uint32_t owner, uint32_t loser)
{
	MEM_ROOM(tags->losses, tags->loss_count, tags->loss_capacity);
	tags->losses[tags->loss_count++] = (struct tags_loss){tag, owner, loser};
}

/*
 * The text of the tag REF as combination ID has it, kept; n = 0 where another has it.
 * Where CLAIM, it is entered, or the loss noted.
 */
static struct str tags_take(struct tags *tags, struct str ref, uint32_t id, bool claim)
{
	struct arena *arena = tags->matrix->arena;
	struct str normal = name_normal(arena, ref), none = {NULL, 0};
	const struct map_entry *entry = map_get(&tags->claims, normal);

	if (entry && (uint32_t)entry->value.number != id) {
		if (claim)
			tags_lose(tags, entry->key, (uint32_t)entry->value.number, id);
		return none;
	}
	struct str kept = entry && str_eq(entry->key, ref) ? entry->key : tags_keep(tags, ref);
	if (!entry && claim) {
		normal = name_normal(arena, kept);
		map_put(&tags->claims, normal, NULL)->value.number = id;
		map_put(&tags->repositories, name_repository(normal), NULL)->value.number = 1;
	}
	return kept;
}

/* True where ID has or lost TAG already, in whatever form. */
static bool tags_done(const struct tags *tags, uint32_t id, const struct str *own, size_t count, struct str tag)
{
	struct arena *arena = tags->matrix->arena;

	tag = name_normal(arena, tag);
	for (size_t i = 0; i < count; i++) {
		if (str_eq(name_normal(arena, own[i]), tag))
			return true;
	}
	for (size_t i = tags->loss_count; i > 0 && tags->losses[i - 1].loser == id; i--) {
		if (str_eq(tags->losses[i - 1].tag, tag))
			return true;
	}
	return false;
}

static size_t tags_collect(struct tags *tags, uint32_t id, struct str *own, bool claim)
{
	struct axes_point point = axes_point(tags->axes, id);
	struct buf text = BUF_INIT;
	size_t count = 0;

	for (size_t i = 0; i < tags_room(tags, point.layer); i++) {
		if (!tags_expand(tags, &tags->layers[point.layer][i], &point, &text) ||
		    tags_done(tags, id, own, count, buf_str(&text)))
			continue;
		struct str tag = tags_take(tags, buf_str(&text), id, claim);
		if (tag.n)
			own[count++] = tag;
	}
	buf_release(&text);
	return count;
}

size_t tags_claim(struct tags *tags, uint32_t id, struct str *own)
{
	return tags_collect(tags, id, own, true);
}

size_t tags_peek(struct tags *tags, uint32_t id, struct str *own)
{
	return tags_collect(tags, id, own, false);
}

size_t tags_room(const struct tags *tags, uint32_t layer)
{
	return tags->matrix->layers[layer].tags.count;
}

uint32_t tags_named(const struct axes *axes, struct str name, struct guess *guess)
{
	struct buf text = BUF_INIT;
	uint32_t found = AXES_NONE;

	for (uint32_t id = 0; id < axes->total && found == AXES_NONE; id++) {
		struct axes_point point = axes_point(axes, id);

		buf_clear(&text);
		axes_name(axes, &point, &text);
		if (axes_excluded(axes, &point))
			continue;
		if (str_eq(buf_str(&text), name))
			found = id;
		else if (text.n < NAME_LONGEST) {
			struct guess better = *guess;

			guess_offer(&better, buf_str(&text));
			if (better.best.p && better.best.p != guess->best.p) {
				better.best.p = arena_strndup(axes->matrix->arena, text.p, text.n);
				*guess = better;
			}
		}
	}
	buf_release(&text);
	return found;
}

/* True where one of the tags of ID is, in its normal form, TAG. */
static bool tags_asks(struct tags *tags, uint32_t id, struct str tag)
{
	struct axes_point point = axes_point(tags->axes, id);
	struct buf text = BUF_INIT;
	bool found = false;

	for (size_t i = 0; i < tags_room(tags, point.layer) && !found; i++) {
		found = tags_expand(tags, &tags->layers[point.layer][i], &point, &text) &&
		        str_eq(name_normal(tags->matrix->arena, buf_str(&text)), tag);
	}
	buf_release(&text);
	return found;
}

static bool tags_own(struct tags *tags, const struct matrix_owner *owner)
{
	struct diag *diag = tags->matrix->diag;
	struct str tag = name_normal(tags->matrix->arena, owner->tag.text);
	struct guess guess;

	guess_init(&guess, owner->image.text);
	uint32_t id = tags_named(tags->axes, owner->image.text, &guess);
	if (id == AXES_NONE) {
		diag_error(diag, owner->image.span, "there is no image '%.*s'", STR_ARG(owner->image.text));
		guess_hint(&guess, diag);
		return false;
	}
	if (!tags_asks(tags, id, tag)) {
		diag_error(diag, owner->tag.span, "the image '%.*s' does not have the tag '%.*s'",
		           STR_ARG(owner->image.text), STR_ARG(owner->tag.text));
		return false;
	}
	map_put(&tags->claims, tag, NULL)->value.number = id | TAGS_RESERVED;
	map_put(&tags->repositories, name_repository(tag), NULL)->value.number = 1;
	return true;
}

bool tags_init(struct tags *tags, const struct axes *axes)
{
	const struct matrix *matrix = axes->matrix;
	bool ok = true;

	*tags = (struct tags){.matrix = matrix, .axes = axes};
	map_init(&tags->claims);
	map_init(&tags->others);
	map_init(&tags->repositories);
	tags->layers = ARENA_ARRAY(matrix->arena, matrix->layer_count, struct tags_template *);
	for (uint32_t i = 0; i < matrix->layer_count; i++) {
		tags->layers[i] = ARENA_ARRAY(matrix->arena, tags_room(tags, i), struct tags_template);
		for (size_t j = 0; j < tags_room(tags, i); j++) {
			tags->layers[i][j].text.source = matrix->layers[i].tags.items[j];
			ok = vars_compile(axes, i, "tag", &tags->layers[i][j].text) && ok;
		}
	}
	bool compiled = ok;
	for (uint32_t i = 0; compiled && i < matrix->owner_count; i++)
		ok = tags_own(tags, &matrix->owners[i]) && ok;
	return ok;
}

void tags_release(struct tags *tags)
{
	map_release(&tags->claims);
	map_release(&tags->others);
	map_release(&tags->repositories);
	mem_free(tags->losses);
}

/* Enters the tags of what is not built, in the matrix's order. */
static void tags_look_further(struct tags *tags, const uint32_t *built)
{
	struct axes_list list = {0};
	struct buf text = BUF_INIT;

	for (uint32_t id = 0; id < tags->axes->total; id++) {
		struct axes_point point = axes_point(tags->axes, id);

		if (built[id] || axes_excluded(tags->axes, &point))
			continue;
		MEM_ROOM(list.ids, list.count, list.capacity);
		list.ids[list.count++] = id;
	}
	axes_sort(tags->axes, &list);
	for (size_t i = 0; i < list.count; i++) {
		struct axes_point point = axes_point(tags->axes, list.ids[i]);

		for (size_t j = 0; j < tags_room(tags, point.layer); j++) {
			if (!tags_expand(tags, &tags->layers[point.layer][j], &point, &text))
				continue;
			struct str normal = name_normal(tags->matrix->arena, buf_str(&text));
			if (map_get(&tags->others, normal))
				continue;
			normal = tags_keep(tags, normal);
			map_put(&tags->others, normal, NULL)->value.number = list.ids[i];
			map_put(&tags->repositories, name_repository(normal), NULL)->value.number = 1;
		}
	}
	buf_release(&text);
	mem_free(list.ids);
	tags->others_known = true;
}

uint32_t tags_find(struct tags *tags, struct str ref, const uint32_t *built)
{
	struct str normal = name_normal(tags->matrix->arena, ref);
	const struct map_entry *entry = map_get(&tags->claims, normal);

	if (!entry) {
		if (!tags->others_known)
			tags_look_further(tags, built);
		entry = map_get(&tags->others, normal);
	}
	return entry ? (uint32_t)entry->value.number : AXES_NONE;
}

bool tags_ours(struct tags *tags, struct str ref)
{
	struct str normal = name_normal(tags->matrix->arena, ref), own = tags->matrix->own_repository;

	return map_get(&tags->repositories, name_repository(normal)) != NULL ||
	       (own.n && str_starts(normal, own) && normal.p[own.n] == '/');
}
