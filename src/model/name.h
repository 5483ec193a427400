/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_MODEL_NAME_H
#define DTK_MODEL_NAME_H

#include "base/arena.h"
#include "base/diag.h"
#include "base/str.h"

/*
 * What may be a name.  Names of versions, layers and sequences become parts of
 * file names, of Ninja targets and of shell words; tags go to the engine.
 */
enum {
	NAME_LONGEST = 100, /* bytes of one name of a matrix */
	NAME_IMAGE = 200    /* bytes of an image's short name: NAME_LONGEST parts joined must fit a file name */
};

/*
 * True where NAME can be the name of a WHAT ("layer"): letters, digits, dots,
 * underscores, plus and minus signs, not beginning with a dot or minus; else
 * says at SPAN why not.
 */
bool name_check(struct diag *diag, struct str name, struct span span, const char *what);

/*
 * NULL where REF is a valid image reference to tag with (OCI distribution
 * grammar: [host[:port]/]path[:tag], no digest); else why not, with *AT the
 * offset of the culprit.
 */
const char *name_check_ref(struct str ref, size_t *at);

/* Likewise for what pushed names begin with: HOST[:PORT][/PATH] or a mere PATH; slashes may end it. */
const char *name_check_registry(struct str registry, size_t *at);
/* Likewise for what alone follows the colon of a reference. */
const char *name_check_version(struct str version, size_t *at);

/* As ref_normal and ref_repository of data/ref.h. */
struct str name_normal(struct arena *arena, struct str ref);
struct str name_repository(struct str ref);
/* True where REF has a digest. */
bool name_pinned(struct str ref);
/* True where the first part of REGISTRY is a host (a dot, a port or localhost) and no mere namespace. */
bool name_is_host(struct str registry);
/* True where TEXT is OS/ARCHITECTURE or OS/ARCHITECTURE/VARIANT. */
bool name_is_platform(struct str text);

#endif
