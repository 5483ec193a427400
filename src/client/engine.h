/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DTK_CLIENT_ENGINE_H
#define DTK_CLIENT_ENGINE_H

#include "client/command.h"

#include <signal.h>
#include <sys/types.h>
#include <time.h>

/* The container engine, through its client: fork, exec and pipes, never a shell. */

/* A process: ARGV with ENV's NAME=VALUE words set. */
struct engine_call {
	const char *const *argv; /* NULL-terminated */
	const char *const *env;  /* NULL-terminated, or NULL */
	int in;                  /* its standard input; -1: /dev/null */
	int out, err;            /* its output; -1: captured below, or inherited where that is NULL */
	struct buf *out_text, *err_text;
	int keep; /* a descriptor that it inherits besides (a lock), -1: none */
	unsigned limit; /* seconds after which it is killed; 0: none */
	const volatile sig_atomic_t *stop; /* it is killed once this is set; or NULL */
};
#define ENGINE_CALL(words, environment) \
	((struct engine_call){.argv = (words), .env = (environment), .in = -1, .out = -1, .err = -1, .keep = -1})

/* What engine_run gives for a process that was killed at its limit or because of `stop`. */
enum { ENGINE_LATE = 124 };

/*
 * Runs it to its end: the exit status, 128 + N for a signal, 127 where it could not be started, ENGINE_LATE.
 * Output that is captured is read to its end first, so a limit is for calls that write to descriptors.
 */
int engine_run(const struct engine_call *call);

/*
 * Starts it and goes on: its process, or -1 with errno.  No output is captured, and there is no limit.  The child takes
 * SIGPIPE as ever where the caller ignores it.
 */
pid_t engine_start(const struct engine_call *call);
/* Waits for its end: the exit status as engine_run gives it. */
int engine_wait(pid_t child);
/* A pipe, of which a process gets only what is its input or output. False with errno. */
bool engine_pipe(int ends[2]);

/* Since BEGUN, of CLOCK_MONOTONIC. */
long long engine_milliseconds(struct timespec begun);

/* The client with WORDS after its global options; in ARENA, NULL-terminated. */
const char *const *engine_words(struct arena *arena, const struct command *command, const char *const *words);

/* The same with COMMAND's verb (build, or buildx build) before WORDS. */
const char *const *engine_verb_words(struct arena *arena, const struct command *command, const char *const *words);

/* Gives the image ID the tag NAME. False after an error was said. */
bool engine_tag(struct diag *diag, const struct command *command, struct str id, struct str name);

#endif
