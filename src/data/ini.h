/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_DATA_INI_H
#define DTK_DATA_INI_H

#include "base/arena.h"
#include "base/diag.h"

/*
 * INI files, read with inih and by the rules of Python's ConfigParser:
 *
 *   - '=' or ':' separates; keys keep their case; blanks around both go;
 *   - a line indented deeper than its key continues the value, after a line
 *     break; blank lines inside a value stay, at its end they go;
 *   - '#' and ';' begin a comment at the start of a line only;
 *   - "%%" is '%', "%(key)s" the value of a key of the section or of [DEFAULT];
 *   - a section or key that stands twice is an error ([DEFAULT] may repeat).
 *
 * Beyond ConfigParser: every value is interpolated, and checked, at once; only
 * ASCII blanks are blank; a byte order mark is skipped; NUL bytes are refused.
 */
struct ini_entry {
	struct str key, value;
	struct span key_at, value_at; /* value_at: its first line */
	bool inherited;               /* stands in [DEFAULT] */
};

struct ini_section {
	struct str name;
	struct span at; /* the name */
	struct ini_entry *entries; /* [DEFAULT]'s first, as ConfigParser's items() has them */
	size_t count;
};

/* [DEFAULT] is no section of its own. */
struct ini {
	struct ini_section *sections;
	size_t count;
};

/*
 * Reads TEXT (registered as SOURCE) into ARENA, which holds all of OUT.
 * False, and OUT empty, after diagnostics.
 */
bool ini_read(struct arena *arena, struct diag *diag, uint32_t source, struct str text, struct ini *out);
/* The section NAME, or NULL. */
const struct ini_section *ini_section(const struct ini *ini, struct str name);
/* The entry KEY of SECTION, or NULL. */
const struct ini_entry *ini_entry(const struct ini_section *section, struct str key);

#endif
