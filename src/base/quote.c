/* SPDX-License-Identifier: Apache-2.0 */
#include "base/quote.h"

/* Whether the shell takes C as it is: a table of itself, with a blank, or '?' for the blank, for what it does not. */
static bool shell_plain(char c)
{
	static const char plain[] = "                                "
	                            "?    %     +,-./0123456789:  =  "
	                            "@ABCDEFGHIJKLMNOPQRSTUVWXYZ    _"
	                            " abcdefghijklmnopqrstuvwxyz     ";

	return plain[(unsigned char)c & 0x7f] == c;
}

static bool shell_bare(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!shell_plain(s.p[i]))
			return false;
	return s.n > 0;
}

void quote_shell(struct buf *out, struct str s)
{
	if (shell_bare(s)) {
		buf_addstr(out, s);
		return;
	}
	buf_addc(out, '\'');
	for (size_t at = 0, end; at <= s.n; at = end + 1) {
		end = str_find(s, '\'', at);
		buf_addstr(out, str_slice(s, at, end));
		if (end < s.n)
			buf_adds(out, "'\\''");
	}
	buf_addc(out, '\'');
}

/* Copies S with a '$' before each such byte, blanks and colons only IN_PATH. */
static void ninja_escape(struct buf *out, struct str s, bool in_path)
{
	size_t from = 0;

	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (c > ':' || (c != '$' && !(in_path && (c == ' ' || c == ':'))))
			continue;
		buf_addstr(out, str_slice(s, from, i));
		buf_addc(out, '$');
		from = i;
	}
	buf_addstr(out, str_slice(s, from, s.n));
}

void quote_ninja_value(struct buf *out, struct str s)
{
	if (s.n && s.p[0] == ' ')
		buf_addc(out, '$');
	ninja_escape(out, s, false);
}

void quote_ninja_path(struct buf *out, struct str s)
{
	ninja_escape(out, s, true);
}

bool quote_ninja_fits(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == '\n' || s.p[i] == '\r' || s.p[i] == '\0')
			return false;
	return true;
}

static bool ninja_misreads(char c)
{
	switch (c) {
	case '"': case '\'': case '`': case '*': case '?': case '|':
	case ';': case '&': case '<': case '>': case '^': case 0x7f:
		return true;
	default:
		return (unsigned char)c < ' ';
	}
}

bool quote_ninja_watches(struct str path)
{
	for (size_t i = 0; i < path.n; i++)
		if (ninja_misreads(path.p[i]))
			return false;
	return path.n && path.p[path.n - 1] != '\\' && path.p[path.n - 1] != ':';
}

/*
 * Ninja's depfile reader: before a blank, 2N+1 backslashes are N and the
 * blank; before '#' and ':' the last backslash goes; "$$" is '$' unless a
 * backslash stands before it; any other backslash stays.
 */
void quote_depfile(struct buf *out, struct str path)
{
	size_t run = 0, from = 0;

	for (size_t i = 0; i < path.n; i++) {
		char c = path.p[i];

		if (c != ' ' && c != '#' && c != ':' && c != '$' && c != '\\') {
			run = 0;
			continue;
		}
		buf_addstr(out, str_slice(path, from, i));
		from = i;
		if (c == ' ')
			for (size_t k = 0; k <= run; k++)
				buf_addc(out, '\\');
		else if (c == '#' || (c == ':' && run))
			buf_addc(out, '\\');
		else if (c == '$' && !run)
			buf_addc(out, '$');
		run = c == '\\' ? run + 1 : 0;
	}
	buf_addstr(out, str_slice(path, from, path.n));
}

void quote_json(struct buf *out, struct str s)
{
	const char *end = s.p + s.n, *from = s.p;
	unsigned bytes;

	buf_addc(out, '"');
	for (const char *p = s.p; p < end; p += bytes) {
		unsigned char c = (unsigned char)*p;
		bool bad = utf8_decode(p, end, &bytes) == 0xfffd && bytes == 1;

		if (c >= ' ' && c != '"' && c != '\\' && !bad)
			continue;
		buf_addstr(out, str_range(from, p));
		from = p + 1;
		if (bad)
			buf_adds(out, "\xef\xbf\xbd");
		else if (c == '"' || c == '\\')
			buf_addf(out, "\\%c", c);
		else if (c == '\n')
			buf_adds(out, "\\n");
		else if (c == '\t')
			buf_adds(out, "\\t");
		else if (c == '\r')
			buf_adds(out, "\\r");
		else
			buf_addf(out, "\\u%04x", c);
	}
	buf_addstr(out, str_range(from, end));
	buf_addc(out, '"');
}

static const char *html_entity(char c)
{
	switch (c) {
	case '&': return "&amp;";
	case '<': return "&lt;";
	case '>': return "&gt;";
	case '"': return "&quot;";
	case '\'': return "&#39;";
	default: return NULL;
	}
}

void quote_html(struct buf *out, struct str s)
{
	const char *end = s.p + s.n, *from = s.p;
	unsigned bytes;

	for (const char *p = s.p; p < end; p += bytes) {
		unsigned char c = (unsigned char)*p;
		const char *entity = html_entity(*p);
		bool bad = (c < ' ' && c != '\t' && c != '\n' && c != '\r') || c == 0x7f;

		bad = (utf8_decode(p, end, &bytes) == 0xfffd && bytes == 1) || bad;
		if (!entity && !bad)
			continue;
		buf_addstr(out, str_range(from, p));
		buf_adds(out, entity ? entity : "\xef\xbf\xbd");
		from = p + 1;
	}
	buf_addstr(out, str_range(from, end));
}

void quote_dot(struct buf *out, struct str s)
{
	buf_addc(out, '"');
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\n') {
			buf_adds(out, "\\n");
			continue;
		}
		if (s.p[i] == '"' || s.p[i] == '\\')
			buf_addc(out, '\\');
		buf_addc(out, s.p[i]);
	}
	buf_addc(out, '"');
}

static bool mermaid_plain(char c)
{
	return (unsigned char)c >= 0x80 || shell_plain(c) || c == ' ';
}

void quote_mermaid(struct buf *out, struct str s)
{
	buf_addc(out, '"');
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\n')
			buf_adds(out, "<br>");
		else if (mermaid_plain(s.p[i]) && s.p[i] != '%')
			buf_addc(out, s.p[i]);
		else
			buf_addf(out, "#%u;", (unsigned char)s.p[i]);
	}
	buf_addc(out, '"');
}

void quote_csv(struct buf *out, struct str s)
{
	bool bare = s.n && s.p[0] != ' ';

	for (size_t i = 0; i < s.n; i++)
		bare = bare && s.p[i] != ',' && s.p[i] != '"' && s.p[i] != '\n' && s.p[i] != '\r';
	if (bare) {
		buf_addstr(out, s);
		return;
	}
	buf_addc(out, '"');
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '"')
			buf_addc(out, '"');
		buf_addc(out, s.p[i]);
	}
	buf_addc(out, '"');
}
