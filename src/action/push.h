/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_ACTION_PUSH_H
#define DTK_ACTION_PUSH_H

#include "base/arena.h"
#include "base/diag.h"
#include "base/str.h"

/*
 * Publishes images.  First all are checked, with one question: sealed, there,
 * and each tag naming the sealed image; only then the first is pushed.  A
 * reference that the registry has already with the image's digest (which the
 * engine knows of an earlier push) is left alone; the registry is asked by the
 * client (`manifest inspect`), and where it does not answer the push is made:
 * pushing again what is there sends nothing.  Credentials are the client's.
 */
struct push {
	const char *out;            /* gets what is published, dated so that Ninja runs the edge again; or NULL */
	/*
	 * X.image of each image, see words.h.  "+NAME=TAG" gives the image NAME that tag as well, in
	 * each repository where it is `latest`, or else in that of its first tag.  "%NAME=SUFFIX,..." says that the images
	 * NAME.SUFFIX differ in their platform: their tags end in -SUFFIX, and without that the registry gets an index
	 * of them (by buildx).  "=NAME=SCRIPT" says that the image NAME is published by SCRIPT, which run.cfg asks for, and
	 * under none of its tags: sh SCRIPT -r prints the reference, sh SCRIPT pushes.  NULL-terminated.
	 */
	const char *const *stamps;
	const char *registry;       /* HOST[/PREFIX] to push to, or NULL: where the tags say */
	const char *repository;     /* what of a tag REGISTRY takes the place of, where the tag begins with it; or NULL */
	const char *release;        /* a version: pushed beside each tag `latest`; or NULL */
	const char *const *words;   /* the client; NULL-terminated */
	bool keys;                  /* by their key tags as well, see keytag.h */
};

/* By their tags, not by key tags. Returns 0, or -1 after an error was said. */
int push_all(const struct push *order, struct diag *diag);

/*
 * TAG under ORDER's registry (NULL or "": as it is).  It takes the place of ORDER's
 * repository where TAG begins with that; else of TAG's own registry, a first
 * part with a dot, a colon or the name localhost; another name goes below it
 * whole.  VERSION (NULL: none) replaces the part after the colon.
 */
struct str push_name(struct arena *arena, struct str tag, const struct push *order, const char *version);

/* True where REF's registry is on this machine and need not speak TLS. */
bool push_is_loopback(struct str ref);

#endif
