/* SPDX-License-Identifier: Apache-2.0 */
#include "client/engine.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

/* What the client would take from the caller's environment and what would change the image; edges fix it. */
static const char *const scrubbed[] = {
	"DOCKER_BUILDKIT", "DOCKER_DEFAULT_PLATFORM", "BUILDX_NO_DEFAULT_ATTESTATIONS", "SOURCE_DATE_EPOCH",
};

static void set_environment(const char *const *env)
{
	for (size_t i = 0; i < sizeof scrubbed / sizeof scrubbed[0]; i++)
		unsetenv(scrubbed[i]);
	for (; env && *env; env++) {
		const char *equals = strchr(*env, '=');
		char *name = mem_alloc((size_t)(equals - *env) + 1);

		memcpy(name, *env, (size_t)(equals - *env));
		name[equals - *env] = '\0';
		setenv(name, equals + 1, 1);
		mem_free(name);
	}
}

static void become(const struct engine_call *call, int out, int err)
{
	int in = call->in >= 0 ? call->in : open("/dev/null", O_RDONLY);

	if (in >= 0 && in != STDIN_FILENO)
		dup2(in, STDIN_FILENO);
	if (out >= 0)
		dup2(out, STDOUT_FILENO);
	if (err >= 0)
		dup2(err, STDERR_FILENO);
	if (call->keep >= 0)
		fcntl(call->keep, F_SETFD, 0);
	signal(SIGPIPE, SIG_DFL);
	set_environment(call->env);
	execvp(call->argv[0], (char *const *)call->argv);
	fprintf(stderr, "dtk: error: cannot run %s: %s\n", call->argv[0], strerror(errno));
	_exit(127);
}

bool engine_pipe(int ends[2])
{
	if (pipe(ends) != 0)
		return false;
	fcntl(ends[0], F_SETFD, FD_CLOEXEC);
	fcntl(ends[1], F_SETFD, FD_CLOEXEC);
	return true;
}

/* A pipe where TEXT wants the output and FD does not take it; ENDS[1] is what the child writes to, or -1. */
static bool make_pipe(int fd, const struct buf *text, int ends[2])
{
	ends[0] = -1;
	ends[1] = fd;
	return fd >= 0 || !text || engine_pipe(ends);
}

/* Reads what is there; closes FROM at the end. */
static void drain(struct pollfd *from, struct buf *text)
{
	ssize_t got;

	if (from->fd < 0 || !from->revents)
		return;
	got = read(from->fd, buf_room(text, 65536), 65536);
	if (got > 0)
		text->n += (size_t)got;
	if (got > 0 || (got < 0 && errno == EINTR))
		return;
	close(from->fd);
	from->fd = -1;
}

static void collect(int out, struct buf *out_text, int err, struct buf *err_text)
{
	struct pollfd from[2] = {{out, POLLIN, 0}, {err, POLLIN, 0}};

	while (from[0].fd >= 0 || from[1].fd >= 0) {
		if (poll(from, 2, -1) < 0) {
			if (errno == EINTR)
				continue;
			return;
		}
		drain(&from[0], out_text);
		drain(&from[1], err_text);
	}
}

/* True where CHILD is to be killed now. */
static bool is_over(const struct engine_call *call, struct timespec end)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (call->limit && now.tv_sec >= end.tv_sec) || (call->stop && *call->stop);
}

static int wait_for(pid_t child, const struct engine_call *call)
{
	const struct timespec pause = {0, 20000000};
	bool watched = call->limit || call->stop, late = false;
	struct timespec end;
	int status;
	pid_t ended;

	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_sec += call->limit;
	while ((ended = waitpid(child, &status, watched && !late ? WNOHANG : 0)) <= 0) {
		if (ended < 0 && errno != EINTR)
			return 127;
		late = late || (watched && is_over(call, end));
		if (late)
			kill(child, SIGKILL);
		else if (ended == 0)
			nanosleep(&pause, NULL);
	}
	if (late)
		return ENGINE_LATE;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static pid_t start(const struct engine_call *call, int out, int err)
{
	pid_t child;

	fflush(NULL);
	child = fork();
	if (child == 0)
		become(call, out, err);
	return child;
}

pid_t engine_start(const struct engine_call *call)
{
	return start(call, call->out, call->err);
}

int engine_wait(pid_t child)
{
	const struct engine_call call = ENGINE_CALL(NULL, NULL);

	return wait_for(child, &call);
}

int engine_run(const struct engine_call *call)
{
	int out[2], err[2];
	pid_t child;

	if (!make_pipe(call->out, call->out_text, out) || !make_pipe(call->err, call->err_text, err))
		return 127;
	child = start(call, out[1], err[1]);
	if (child < 0)
		return 127;
	if (out[0] >= 0)
		close(out[1]);
	if (err[0] >= 0)
		close(err[1]);
	collect(out[0], call->out_text, err[0], call->err_text);
	return wait_for(child, call);
}

long long engine_milliseconds(struct timespec begun)
{
	struct timespec now = begun;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (now.tv_sec - begun.tv_sec) * 1000LL + (now.tv_nsec - begun.tv_nsec) / 1000000;
}

const char *const *engine_words(struct arena *arena, const struct command *command, const char *const *words)
{
	size_t count = 0, at = 0;
	const char **all;

	while (words[count])
		count++;
	all = ARENA_ARRAY(arena, command->client_count + count + 1, const char *);
	for (; at < command->client_count; at++)
		all[at] = command->client[at];
	for (size_t i = 0; i < count; i++)
		all[at++] = words[i];
	return all;
}

const char *const *engine_verb_words(struct arena *arena, const struct command *command, const char *const *words)
{
	size_t count = 0, n = command->verb_count;
	const char **all;

	while (words[count])
		count++;
	all = ARENA_ARRAY(arena, n + count + 1, const char *);
	for (size_t i = 0; i < n; i++)
		all[i] = command->verb[i];
	for (size_t i = 0; i < count; i++)
		all[n + i] = words[i];
	return engine_words(arena, command, all);
}

bool engine_tag(struct diag *diag, const struct command *command, struct str id, struct str name)
{
	struct buf text = BUF_INIT;
	struct arena arena;
	struct engine_call call;
	int status;

	arena_init(&arena);
	const char *words[] = {"tag", arena_strndup(&arena, id.p, id.n), arena_strndup(&arena, name.p, name.n),
	                       NULL};
	call = ENGINE_CALL(engine_words(&arena, command, words), command->env);
	call.out_text = call.err_text = &text;
	status = engine_run(&call);
	if (status != 0)
		diag_error(diag, SPAN_NONE, "cannot tag %.*s as %.*s: %.*s", STR_ARG(id), STR_ARG(name),
		           STR_ARG(str_trim(buf_str(&text))));
	buf_release(&text);
	arena_release(&arena);
	return status == 0;
}
