/* SPDX-License-Identifier: Apache-2.0 */
#include "model/caches.h"

#include "model/declare.h"

static bool is_bucket_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c && strchr(".-_", c));
}

/* Buckets and regions. */
static void check_word(const struct matrix *matrix, struct keys_text word, const char *what)
{
	bool fits = word.text.n > 0;

	if (!word.text.p)
		return;
	for (size_t i = 0; i < word.text.n; i++)
		fits = fits && is_bucket_char(word.text.p[i]);
	if (!fits)
		diag_error(matrix->diag, word.span, "'%.*s' cannot be %s", STR_ARG(word.text), what);
}

/* Without the line that an error shows where credentials stand in it. */
static void check_endpoint(const struct matrix *matrix, struct keys_text endpoint)
{
	struct str text = endpoint.text;

	if (!text.p)
		return;
	if (str_find(text, '@', 0) < text.n) {
		diag_error(matrix->diag, SPAN_NONE, "%s, line %u: an endpoint holds no user and no password",
		           diag_source_name(matrix->diag, endpoint.span.source),
		           diag_line(matrix->diag, endpoint.span.source, endpoint.span.offset));
		diag_hint(matrix->diag, "they are AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment of a build");
		return;
	}
	if (str_starts(text, STR("http://")))
		text = str_slice(text, strlen("http://"), text.n);
	else if (str_starts(text, STR("https://")))
		text = str_slice(text, strlen("https://"), text.n);
	for (size_t i = 0; i < text.n; i++)
		if ((unsigned char)text.p[i] <= ' ' || text.p[i] == 0x7f)
			text.n = 0;
	if (!text.n || text.p[0] == '/' || str_starts(str_slice(text, str_find(text, ':', 0), text.n), STR("://")))
		diag_error(matrix->diag, endpoint.span, "an endpoint is HOST[:PORT], or a URL of http or https");
}

static void check_directory(const struct matrix *matrix, struct keys_text local)
{
	if (local.text.p && (!local.text.n || memchr(local.text.p, '\0', local.text.n)))
		diag_error(matrix->diag, local.span, "'local' is the path of a directory");
}

void caches_read(struct matrix *matrix, struct keys_part part)
{
	struct keys_reader reader = matrix_reader(matrix);
	struct keys_caches *caches = &matrix->caches;

	if (part.value.kind != VALUE_DICT)
		return;
	keys_read(&reader, part.of, part.value, "cache", caches);
	if (caches->s3.value.kind == VALUE_DICT)
		keys_read(&reader, caches->s3.of, caches->s3.value, "s3", &matrix->s3);
	check_directory(matrix, caches->local);
	check_endpoint(matrix, matrix->s3.endpoint);
	check_word(matrix, matrix->s3.bucket, "a bucket");
	check_word(matrix, matrix->s3.region, "a region");
	if (caches->registry.text.p)
		matrix_check_registry(matrix, caches->registry.text, caches->registry.span);
}
