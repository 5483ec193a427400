/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_BASE_DIAG_H
#define DTK_BASE_DIAG_H

#include "base/str.h"

#include <stdint.h>
#include <stdio.h>

/*
 * Diagnostics: FILE:LINE:COL: error: MESSAGE, the source line, a caret, a hint.
 *
 * Positions are kept as byte offsets into registered sources and become line
 * and column (1-based, in code points) only when they are printed.
 */
struct span {
	uint32_t source; /* 0: nowhere */
	uint32_t offset; /* in bytes */
	uint32_t length; /* in bytes; 0 prints as 1 */
};

#define SPAN_NONE ((struct span){0, 0, 0})

struct diag_source;
struct diag {
	FILE *out; /* standard error, or a stream of the caller's */
	struct diag_source *sources;
	size_t source_count, source_capacity;
	unsigned errors, warnings;
	unsigned limit; /* errors printed at most; further ones are only counted */
	bool quiet;     /* nothing is printed */
};

/* Prints to OUT, which the caller keeps open. */
void diag_init(struct diag *diag, FILE *out);
/* Says how many errors were left unprinted, frees the table of sources. */
void diag_release(struct diag *diag);

/*
 * Registers a source and returns its number (from 1).  NAME (as printed) and
 * TEXT are borrowed and must outlive DIAG or be taken back by diag_forget.
 */
uint32_t diag_source(struct diag *diag, const char *name, struct str text);
/* The source may no longer be printed from (its name still is). */
void diag_forget(struct diag *diag, uint32_t source);
const char *diag_source_name(const struct diag *diag, uint32_t source);
/* What was registered; p is NULL once forgotten. */
struct str diag_source_text(const struct diag *diag, uint32_t source);
/* 1-based line of OFFSET in SOURCE. */
unsigned diag_line(const struct diag *diag, uint32_t source, uint32_t offset);

void diag_error(struct diag *diag, struct span at, const char *format, ...) __attribute__((format(printf, 3, 4)));
void diag_warning(struct diag *diag, struct span at, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* Further lines to the diagnostic just printed: another place, or a piece of advice. */
void diag_note(struct diag *diag, struct span at, const char *format, ...) __attribute__((format(printf, 3, 4)));
void diag_hint(struct diag *diag, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* What is told from diag_hush to diag_speak is neither printed nor, afterwards, counted. */
struct diag_hush {
	bool quiet;
	unsigned errors, warnings;
};
struct diag_hush diag_hush(struct diag *diag);
void diag_speak(struct diag *diag, struct diag_hush hush);

/*
 * "Did you mean": offer candidates one by one, then ask.  A candidate counts
 * where its edit distance is at most a third of the longer length.
 */
struct guess {
	struct str wanted, best;
	unsigned distance;
};
void guess_init(struct guess *guess, struct str wanted);
void guess_offer(struct guess *guess, struct str candidate);
/* Prints "hint: did you mean 'X'?" if there was a close one. */
void guess_hint(const struct guess *guess, struct diag *diag);

#endif
