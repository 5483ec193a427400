/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_DATA_JSON_H
#define DTK_DATA_JSON_H

#include "data/value.h"

/*
 * Appends V as JSON, compact (INDENT 0) or indented; keys in order of
 * insertion, those that are no strings by the text of their JSON.  Undefined
 * values and objects are null; NaN and infinities are written as Python writes
 * them.  Ends without a newline.  V must not contain itself.
 *
 * Reading JSON is yaml_read's.
 */
void json_write(struct buf *out, struct value v, unsigned indent);

#endif
