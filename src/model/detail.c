/* SPDX-License-Identifier: Apache-2.0 */
#include "model/detail.h"

#include "model/name.h"

/* --- Arguments, labels --- */

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static bool is_variable(struct str name)
{
	for (size_t i = 0; i < name.n; i++) {
		if (!is_word(name.p[i]) || (i == 0 && name.p[i] >= '0' && name.p[i] <= '9'))
			return false;
	}
	return name.n > 0;
}

static bool is_label(struct str name)
{
	for (size_t i = 0; i < name.n; i++) {
		if ((unsigned char)name.p[i] <= ' ' || name.p[i] == '=' || name.p[i] == 0x7f)
			return false;
	}
	return name.n > 0;
}

static void check_pairs(const struct matrix *matrix, const struct keys_pairs *pairs, bool (*fits)(struct str name),
                        const char *what)
{
	for (size_t i = 0; i < pairs->count; i++) {
		const struct keys_pair *pair = &pairs->items[i];

		if (!fits(pair->name.text))
			diag_error(matrix->diag, pair->name.span, "'%.*s' cannot be the name of a %s",
			           STR_ARG(pair->name.text), what);
		if (memchr(pair->value.text.p, '\0', pair->value.text.n))
			diag_error(matrix->diag, pair->value.span, "the value of a %s may not hold a NUL", what);
	}
}

/* --- Platforms --- */

static void check_platforms(const struct matrix *matrix, const struct keys_texts *platforms)
{
	for (size_t i = 0; i < platforms->count; i++) {
		struct keys_text platform = platforms->items[i];

		if (name_is_platform(platform.text))
			continue;
		diag_error(matrix->diag, platform.span, "'%.*s' is no platform", STR_ARG(platform.text));
		diag_hint(matrix->diag, "such as linux/amd64 or linux/arm/v7");
	}
}

/* --- Secrets and agents --- */

struct secret {
	struct str id, file, variable;
};

static bool secret_field(const struct matrix *matrix, struct keys_text secret, struct str field, struct secret *out)
{
	size_t equals = str_find(field, '=', 0);
	struct str name = str_slice(field, 0, equals), value = str_slice(field, equals + 1, field.n);
	struct guess guess;

	if (str_is(name, "id"))
		out->id = value;
	else if (str_is(name, "src") || str_is(name, "source"))
		out->file = value;
	else if (str_is(name, "env"))
		out->variable = value;
	else if (!str_is(name, "type") || (!str_is(value, "file") && !str_is(value, "env"))) {
		diag_error(matrix->diag, secret.span, "'%.*s' is no part of a secret", STR_ARG(name));
		guess_init(&guess, name);
		guess_offer(&guess, STR("id"));
		guess_offer(&guess, STR("src"));
		guess_offer(&guess, STR("env"));
		guess_hint(&guess, matrix->diag);
		return false;
	}
	return true;
}

static bool is_id(struct str id)
{
	for (size_t i = 0; i < id.n; i++) {
		if (!is_word(id.p[i]) && id.p[i] != '.' && id.p[i] != '-')
			return false;
	}
	return id.n > 0;
}

/* The secret with its id first, as every engine takes it. */
static void secret_check(const struct matrix *matrix, struct keys_text *text)
{
	struct secret secret = {{NULL, 0}, {NULL, 0}, {NULL, 0}};
	struct buf out = BUF_INIT;

	for (size_t at = 0, end; at <= text->text.n; at = end + 1) {
		end = str_find(text->text, ',', at);
		if (!secret_field(matrix, *text, str_slice(text->text, at, end), &secret))
			return;
	}
	if (!is_id(secret.id) || (secret.file.n > 0) == (secret.variable.n > 0)) {
		diag_error(matrix->diag, text->span, "a secret is id=ID,src=FILE or id=ID,env=NAME, not '%.*s'",
		           STR_ARG(text->text));
		return;
	}
	buf_addf(&out, "id=%.*s,%s=%.*s", STR_ARG(secret.id), secret.file.n ? "src" : "env",
	         STR_ARG(secret.file.n ? secret.file : secret.variable));
	text->text = (struct str){arena_strndup(matrix->arena, out.p, out.n), out.n};
	buf_release(&out);
}

static void check_ssh(const struct matrix *matrix, const struct keys_texts *ssh)
{
	for (size_t i = 0; i < ssh->count; i++) {
		struct str text = ssh->items[i].text;
		size_t equals = str_find(text, '=', 0);

		if (!is_id(str_slice(text, 0, equals)) || equals + 1 == text.n)
			diag_error(matrix->diag, ssh->items[i].span, "an agent is default or ID=PATH, not '%.*s'",
			           STR_ARG(text));
	}
}

/* --- Versions --- */

static void check_version(const struct matrix *matrix, const struct matrix_layer *layer)
{
	struct buf tag = BUF_INIT;
	const char *why;
	size_t at;

	if (!layer->version.text.p)
		return;
	buf_addf(&tag, "%.*s-%.*s", STR_ARG(layer->name.text), STR_ARG(layer->version.text));
	why = name_check_version(buf_str(&tag), &at);
	if (why)
		diag_error(matrix->diag, layer->version.span, "'%s' cannot be a tag: %s", tag.p, why);
	buf_release(&tag);
}

void detail_check(const struct matrix *matrix, struct matrix_layer *layer)
{
	check_pairs(matrix, &layer->args, is_variable, "build argument");
	check_pairs(matrix, &layer->labels, is_label, "label");
	for (size_t i = 0; i < layer->groups.count; i++)
		name_check(matrix->diag, layer->groups.items[i].text, layer->groups.items[i].span, "group");
	check_platforms(matrix, &layer->platforms);
	for (size_t i = 0; i < layer->secrets.count; i++)
		secret_check(matrix, &layer->secrets.items[i]);
	check_ssh(matrix, &layer->ssh);
	check_version(matrix, layer);
}

void detail_check_all(const struct matrix *matrix, const struct keys_top *top)
{
	check_pairs(matrix, &top->args, is_variable, "build argument");
	check_pairs(matrix, &top->labels, is_label, "label");
	check_platforms(matrix, &top->platforms);
}
