/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_MODEL_RUNWORD_H
#define DTK_MODEL_RUNWORD_H

#include "data/ini.h"
#include "model/plan.h"

/*
 * The values of run.cfg.
 *
 * {project-name}, {project} and {user} are known now; {project_root}, {home}, $NAME and ${NAME} when a script
 * runs; {image}, {account} and {region} when it publishes.  They stand for their value within quotes as well
 * as without, and the value stays part of one word whatever it holds.  $$ is a dollar, {{NAME}} is {NAME}, and
 * a brace that begins no {NAME} is itself, so that JSON needs nothing.  A name in braces that is no
 * variable, and a dollar with no name behind it, are errors.
 */
enum runword_use {
	RUNWORD_NOW,    /* dtk-gen has to know the whole of it */
	RUNWORD_RUN,    /* of a script that runs a container */
	RUNWORD_PUBLISH /* of a publication_tag */
};

/* Names of here and now, as far as a value used them. */
struct runword_names {
	struct str project, user; /* n = 0: not known */
	bool project_used, user_used;
};

/* A value, and where it stands. */
struct runword {
	struct arena *arena; /* of what is made of it */
	struct diag *diag;
	struct runword_names *names;
	struct str section;
	const struct ini_entry *entry;
	enum runword_use use;
	struct str tag; /* what {tag} is in a publication_tag */
};

/*
 * Splits the value as a POSIX shell splits words: blanks and line breaks between them; single quotes, double
 * quotes, backslashes; nothing is globbed, and backquotes are text.  A backslash before a line break is a
 * blank outside quotes.  False after diagnostics.
 */
bool runword_split(const struct runword *value, struct plan_words *words);
/* The same, where an array of JSON strings may stand instead, which is taken string by string. */
bool runword_command(const struct runword *value, struct plan_words *words);
/* The value as one text, without blanks at its ends; quotes mean nothing. False after diagnostics. */
bool runword_whole(const struct runword *value, struct plan_word *word);
/* The text of a word that is known now. */
struct str runword_text(const struct runword *value, const struct plan_word *word);

/* The place of LENGTH bytes of the value from byte AT on, as well as it can be told. */
struct span runword_span(const struct diag *diag, const struct ini_entry *entry, size_t at, size_t length);

#endif
