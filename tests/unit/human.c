/* SPDX-License-Identifier: Apache-2.0 */
#include "base/human.h"

#include <time.h>

#include "test.h"

static void check(void (*write)(struct buf *, long long), long long value, const char *expected)
{
	struct buf text = BUF_INIT;

	write(&text, value);
	CHECK_STR(expected, text.p, expected);
	buf_release(&text);
}

static void check_size(const char *text, long long expected)
{
	long long bytes = -1;
	bool fine = human_read_size(str_of(text), &bytes);

	CHECK(text, expected < 0 ? !fine : fine && bytes == expected);
}

static void check_duration(const char *text, long long expected)
{
	long long milliseconds = -1;
	bool fine = human_read_duration(str_of(text), &milliseconds);

	CHECK(text, expected < 0 ? !fine : fine && milliseconds == expected);
}

int main(void)
{
	setenv("TZ", "UTC-3", 1);
	tzset();
	check(human_size, -1, "-");
	check(human_size, 0, "0B");
	check(human_size, 999, "999B");
	check(human_size, 1000, "1.0kB");
	check(human_size, 99949, "99.9kB");
	check(human_size, 99950, "100kB");
	check(human_size, 999499, "999kB");
	check(human_size, 999949, "1000kB");
	check(human_size, 1234567890, "1.2GB");
	check(human_size, 9223372036854775807, "9.2EB");
	check(human_duration, -1, "-");
	check(human_duration, 0, "0.0s");
	check(human_duration, 9999, "9.9s");
	check(human_duration, 10000, "10s");
	check(human_duration, 185000, "3m05s");
	check(human_duration, 3720000, "1h02m");
	check(human_duration, 183600000, "2d03h");
	check(human_moment, -1, "-");
	check(human_moment, 1700000000123, "2023-11-15 01:13");
	check(human_moment_utc, 1700000000123, "2023-11-14T22:13:20Z");
	check_size("512", 512);
	check_size("0", 0);
	check_size("10GB", 10000000000);
	check_size(" 1.5 gb ", 1500000000);
	check_size("10g", 10000000000);
	check_size("1KiB", 1024);
	check_size("0.5MiB", 524288);
	check_size("2b", 2);
	check_size("1.23kB", 1230);
	check_size("", -1);
	check_size("GB", -1);
	check_size("-1", -1);
	check_size("1x", -1);
	check_size("1kBB", -1);
	check_size("1 k b", -1);
	check_size("99999999999999999999", -1);
	check_size("9999999999PB", -1);
	check_duration("168h", 604800000);
	check_duration("7d", 604800000);
	check_duration("1h30m", 5400000);
	check_duration("90", 90000);
	check_duration("0s", 0);
	check_duration("", -1);
	check_duration("h", -1);
	check_duration("1w", -1);
	check_duration("1h-", -1);
	check_duration("99999999999999999d", -1);
	return test_end();
}
