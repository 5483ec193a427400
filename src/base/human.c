/* SPDX-License-Identifier: Apache-2.0 */
#include "base/human.h"

#include <limits.h>
#include <time.h>

void human_size(struct buf *out, long long bytes)
{
	static const char *const units[] = {"kB", "MB", "GB", "TB", "PB", "EB"};
	size_t unit = 0;
	long long tenths;

	if (bytes < 1000) {
		if (bytes < 0)
			buf_addc(out, '-');
		else
			buf_addf(out, "%lldB", bytes);
		return;
	}
	for (; bytes >= 999950; unit++)
		bytes /= 1000;
	tenths = (bytes + 50) / 100;
	if (tenths < 1000)
		buf_addf(out, "%lld.%lld%s", tenths / 10, tenths % 10, units[unit]);
	else
		buf_addf(out, "%lld%s", (bytes + 500) / 1000, units[unit]);
}

void human_duration(struct buf *out, long long milliseconds)
{
	long long seconds = milliseconds / 1000;

	if (milliseconds < 0)
		buf_addc(out, '-');
	else if (seconds < 10)
		buf_addf(out, "%lld.%llds", seconds, milliseconds % 1000 / 100);
	else if (seconds < 60)
		buf_addf(out, "%llds", seconds);
	else if (seconds < 3600)
		buf_addf(out, "%lldm%02llds", seconds / 60, seconds % 60);
	else if (seconds < 86400)
		buf_addf(out, "%lldh%02lldm", seconds / 3600, seconds % 3600 / 60);
	else
		buf_addf(out, "%lldd%02lldh", seconds / 86400, seconds % 86400 / 3600);
}

static void moment(struct buf *out, const char *format, struct tm *(*split)(const time_t *, struct tm *),
                   long long milliseconds)
{
	time_t seconds = (time_t)(milliseconds / 1000);
	char text[32];
	struct tm tm;

	if (milliseconds < 0 || !split(&seconds, &tm) || strftime(text, sizeof text, format, &tm) == 0)
		buf_addc(out, '-');
	else
		buf_adds(out, text);
}

void human_moment(struct buf *out, long long milliseconds)
{
	moment(out, "%Y-%m-%d %H:%M", localtime_r, milliseconds);
}

void human_moment_utc(struct buf *out, long long milliseconds)
{
	moment(out, "%Y-%m-%dT%H:%M:%SZ", gmtime_r, milliseconds);
}

/* --- Reading --- */

/* Takes digits, and where FRACTION is not NULL up to three after a point as thousandths; false where none are there. */
static bool take_number(struct str *text, long long *whole, long long *fraction)
{
	long long worth = 100;
	size_t i = 0;

	for (*whole = 0; i < text->n && text->p[i] >= '0' && text->p[i] <= '9'; i++) {
		if (*whole > LLONG_MAX / 10 - 10)
			return false;
		*whole = *whole * 10 + (text->p[i] - '0');
	}
	if (i == 0)
		return false;
	if (fraction)
		*fraction = 0;
	if (fraction && i + 1 < text->n && text->p[i] == '.')
		for (i++; i < text->n && text->p[i] >= '0' && text->p[i] <= '9'; i++, worth /= 10)
			*fraction += worth * (text->p[i] - '0');
	*text = str_slice(*text, i, text->n);
	return true;
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* What a unit (k, kB, KiB) is worth; 0 for none. */
static long long size_unit(struct str unit)
{
	static const char letters[] = "kmgtp";
	const char *letter = unit.n ? strchr(letters, lower(unit.p[0])) : NULL;
	long long step = 1000, worth = 1;

	if (unit.n == 0 || (unit.n == 1 && lower(unit.p[0]) == 'b'))
		return 1;
	if (!letter || !*letter)
		return 0;
	unit = str_slice(unit, 1, unit.n);
	if (unit.n && unit.p[0] == 'i') {
		step = 1024;
		unit = str_slice(unit, 1, unit.n);
	}
	if (unit.n > 1 || (unit.n && lower(unit.p[0]) != 'b'))
		return 0;
	for (const char *c = letters; c <= letter; c++)
		worth *= step;
	return worth;
}

bool human_read_size(struct str text, long long *bytes)
{
	long long whole, fraction, worth;

	text = str_trim(text);
	if (!take_number(&text, &whole, &fraction))
		return false;
	worth = size_unit(str_trim(text));
	if (worth == 0 || whole >= LLONG_MAX / worth)
		return false;
	*bytes = whole * worth + fraction * (worth / 1000) + fraction * (worth % 1000) / 1000;
	return true;
}

static long long time_unit(char c)
{
	switch (c) {
	case 's':
		return 1000;
	case 'm':
		return 60 * 1000;
	case 'h':
		return 3600 * 1000;
	case 'd':
		return 24LL * 3600 * 1000;
	default:
		return 0;
	}
}

bool human_read_duration(struct str text, long long *milliseconds)
{
	long long whole, worth;

	text = str_trim(text);
	*milliseconds = 0;
	do {
		if (!take_number(&text, &whole, NULL))
			return false;
		worth = text.n ? time_unit(text.p[0]) : 1000;
		if (worth == 0 || whole > (LLONG_MAX - *milliseconds) / worth)
			return false;
		*milliseconds += whole * worth;
		text = str_slice(text, 1, text.n);
	} while (text.n);
	return true;
}
