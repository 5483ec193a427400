/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_DATA_YAML_H
#define DTK_DATA_YAML_H

#include "data/value.h"

/*
 * YAML through libyaml's events, with anchors, aliases and merge keys (<<).
 * Duplicate keys, nesting deeper than YAML_DEPTH and documents that expand to
 * more than YAML_NODES values are errors. One document a file.
 *
 * Each value, and each key of a dict, knows its first byte (after an anchor or
 * a tag).  An alias is the very value that its anchor names, place included.
 * Merged keys stand before a mapping's own, which override them in place.
 * The tags !!str, !!int, !!float, !!bool, !!null, !!seq and !!map count, "!"
 * alone makes a scalar text (YAML's rule, not PyYAML's); any other is an
 * error.  What a plain scalar means is said in data/scalar.h.
 */
enum { YAML_DEPTH = 200, YAML_NODES = 4000000 };

enum yaml_mode {
	YAML_TYPED, /* 1.1's booleans, integers, floats (1e+16 too), null */
	YAML_MATRIX /* the same, but what looks like a float or has a leading zero stays text: 3.10 is "3.10" */
};

/*
 * Reads TEXT (registered as SOURCE) into ARENA.  False after diagnostics. An
 * empty document is None.
 */
bool yaml_read(struct arena *arena, struct diag *diag, uint32_t source, struct str text, enum yaml_mode mode,
               struct value *out);

/*
 * The text of a scalar as it stands in the file: "3.10" whether quoted or not,
 * "1_000", "yes".  False for lists, dicts and null, and where the value was
 * made, not read, or its source was forgotten.
 */
bool yaml_scalar_text(const struct diag *diag, struct value v, struct str *text);

/*
 * Appends V in YAML's block style, with keys in order of insertion.  Text that any reader, of whichever version of
 * YAML, could take for something else is quoted; several lines stand as they are, behind a '|'.  V is none, a
 * boolean, an integer, a string, or a list or a dict with strings as keys.
 */
void yaml_write(struct buf *out, struct value v);

#endif
