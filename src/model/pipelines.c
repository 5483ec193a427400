/* SPDX-License-Identifier: Apache-2.0 */
#include "model/pipelines.h"

#include "model/declare.h"

#define CHECKOUT "actions/checkout@"

/* Letters, digits and MORE. */
static bool is_made_of(struct str text, const char *more)
{
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c && strchr(more, c))))
			return false;
	}
	return text.n > 0;
}

static void check_word(const struct matrix *matrix, struct keys_text word, const char *more, const char *what)
{
	if (word.text.p && (!is_made_of(word.text, more) || word.text.p[0] == '-'))
		diag_error(matrix->diag, word.span, "'%.*s' cannot be %s", STR_ARG(word.text), what);
}

static void check_words(const struct matrix *matrix, const struct keys_texts *words, const char *more, const char *what)
{
	for (size_t i = 0; i < words->count; i++)
		check_word(matrix, words->items[i], more, what);
}

static void check_checkout(const struct matrix *matrix, struct keys_text checkout)
{
	struct str text = checkout.text, name = STR(CHECKOUT);

	if (!text.p || (str_starts(text, name) && is_made_of(str_slice(text, name.n, text.n), "._/-")))
		return;
	diag_error(matrix->diag, checkout.span, "'checkout' is " CHECKOUT "COMMIT, not '%.*s'", STR_ARG(text));
}

static void check_setup(const struct matrix *matrix, struct keys_text setup)
{
	if (setup.text.p && (!str_trim(setup.text).n || memchr(setup.text.p, '\0', setup.text.n)))
		diag_error(matrix->diag, setup.span, "'setup' is a command for a shell");
}

void pipelines_read(struct matrix *matrix, const struct keys_top *top)
{
	struct keys_reader reader = matrix_reader(matrix);

	if (top->github.value.kind == VALUE_DICT)
		keys_read(&reader, top->github.of, top->github.value, "github", &matrix->github);
	if (top->gitlab.value.kind == VALUE_DICT)
		keys_read(&reader, top->gitlab.of, top->gitlab.value, "gitlab", &matrix->gitlab);
	check_checkout(matrix, matrix->github.checkout);
	check_word(matrix, matrix->github.branch, "._/-", "a branch");
	check_words(matrix, &matrix->github.runner, "._-", "a runner's label");
	check_setup(matrix, matrix->github.setup);
	check_word(matrix, matrix->gitlab.image, "._/:@-", "an image");
	check_words(matrix, &matrix->gitlab.services, "._/:@-", "an image");
	check_words(matrix, &matrix->gitlab.runner, "._-", "a runner's tag");
	check_setup(matrix, matrix->gitlab.setup);
}

static struct str text_or(struct keys_text text, struct str otherwise)
{
	return text.text.p ? text.text : otherwise;
}

static struct plan_list list_of(const struct keys_texts *texts, struct plan *plan)
{
	struct plan_list list = {ARENA_ARRAY(&plan->arena, texts->count + 1, struct str), texts->count};

	for (size_t i = 0; i < texts->count; i++)
		list.items[i] = texts->items[i].text;
	return list;
}

void pipelines_plan(const struct matrix *matrix, struct plan *plan)
{
	plan->github = (struct plan_github){
		.checkout = text_or(matrix->github.checkout, STR("")), .branch = text_or(matrix->github.branch, STR("main")),
		.setup = text_or(matrix->github.setup, STR("")), .runner = list_of(&matrix->github.runner, plan),
	};
	plan->gitlab = (struct plan_gitlab){
		.image = text_or(matrix->gitlab.image, STR("")), .setup = text_or(matrix->gitlab.setup, STR("")),
		.services = list_of(&matrix->gitlab.services, plan), .runner = list_of(&matrix->gitlab.runner, plan),
	};
}
