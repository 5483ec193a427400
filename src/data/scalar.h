/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_DATA_SCALAR_H
#define DTK_DATA_SCALAR_H

#include "data/value.h"

/*
 * What a plain YAML scalar means.  The rules are those of PyYAML's safe_load
 * (YAML 1.1 without "y" and "n"), except that
 *
 *   - an exponent needs no sign and no point: 1e5, 1e+16 and 1.5e3 are floats,
 *     as in JSON and YAML 1.2;
 *   - sexagesimal numbers and timestamps are text;
 *   - integers beyond 64 bits are text, and so is a prefix without digits.
 *
 * Each function stores what TEXT means in *OUT and returns true, or returns
 * false and leaves *OUT as it is.
 */
bool scalar_null(struct str text);
bool scalar_bool(struct str text, bool *out);
bool scalar_int(struct str text, int64_t *out);
bool scalar_float(struct str text, double *out);

#endif
