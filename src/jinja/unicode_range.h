/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_JINJA_UNICODE_RANGE_H
#define DTK_JINJA_UNICODE_RANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What the tables of the character database are made of, each ordered by code. */
struct unicode_range {
	uint32_t first, last;
};
struct unicode_mapping { /* every STEP-th from FIRST to LAST is DELTA away from its other case */
	uint32_t first, last, step;
	int32_t delta;
};
struct unicode_special { /* another case in several code points, 0-terminated */
	uint32_t code, other[3];
};

#define UNICODE_COUNT(table) (sizeof(table) / sizeof *(table))

bool unicode_range_has(const struct unicode_range *table, size_t count, unsigned code);
/* False where CODE is not in the table, and *CODE as it was. */
bool unicode_map(const struct unicode_mapping *table, size_t count, unsigned *code);
/* Up to three code points into OUT; 0 where CODE is not in the table. */
unsigned unicode_map_special(const struct unicode_special *table, size_t count, unsigned code, unsigned out[3]);

#endif
