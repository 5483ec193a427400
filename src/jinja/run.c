/* SPDX-License-Identifier: Apache-2.0 */
#include "jinja/run.h"

#include <stdio.h>

static void run_notes(struct run *r)
{
	const struct trace *trace = r->trace;

	for (unsigned n = 0; trace; trace = trace->up, n++) {
		if (n == 8 && trace->up && trace->up->up) {
			diag_note(r->diag, SPAN_NONE, "(more such steps are left out)");
			while (trace->up)
				trace = trace->up;
		}
		if (trace->name.n)
			diag_note(r->diag, trace->at, "%s '%.*s'", trace->what, STR_ARG(trace->name));
		else
			diag_note(r->diag, trace->at, "%s", trace->what);
	}
}

static bool run_report(struct run *r, const char *format, va_list args)
{
	char message[600];
	struct span at = SPAN_NONE;

	if (r->failed)
		return false;
	r->failed = true;
	vsnprintf(message, sizeof message, format, args);
	if (r->at)
		at = (struct span){r->source, r->at->offset, r->at->length};
	diag_error(r->diag, at, "%s", message);
	run_notes(r);
	return true;
}

struct value run_fail(struct run *r, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	run_report(r, format, args);
	va_end(args);
	return value_undefined();
}

bool run_error(struct run *r, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	bool first = run_report(r, format, args);
	va_end(args);
	return first;
}

bool run_step(struct run *r)
{
	if (r->failed)
		return false;
	if (++r->steps > r->max_steps) {
		run_fail(r, "too many loop turns and calls (more than %llu)", (unsigned long long)r->max_steps);
		return false;
	}
	if (r->out->n > r->out_limit) {
		run_fail(r, "too much output (more than %llu bytes)", (unsigned long long)r->max_output);
		return false;
	}
	if (r->arena->total > r->max_output * 4 + RUN_MEMORY) {
		run_fail(r, "values take too much memory (%zu bytes)", r->arena->total);
		return false;
	}
	return true;
}

bool run_fits(struct run *r, uint64_t n)
{
	if (n > r->max_output || n >= UINT32_MAX) {
		run_fail(r, "result too long (more than %llu bytes)", (unsigned long long)r->max_output);
		return false;
	}
	return !r->failed;
}

struct value *run_push(struct run *r, size_t count)
{
	struct value *values;

	if (count > JINJA_STACK - r->stack_top) {
		values = arena_alloc(r->arena, count * sizeof *values);
	} else {
		values = r->stack + r->stack_top;
		r->stack_top += count;
	}
	memset(values, 0, count * sizeof *values);
	return values;
}

bool run_enter(struct run *r, struct trace *trace, const char *what, struct str name)
{
	uintptr_t here = (uintptr_t)__builtin_frame_address(0);
	uintptr_t used = here < r->stack_base ? r->stack_base - here : here - r->stack_base;

	if (!run_step(r))
		return false;
	if (r->depth >= r->max_depth || used > RUN_STACK) {
		run_fail(r, "calls are nested too deeply (more than %u)", r->depth);
		return false;
	}
	r->depth++;
	*trace = (struct trace){r->trace, what, name, SPAN_NONE};
	if (r->at)
		trace->at = (struct span){r->source, r->at->offset, r->at->length};
	r->trace = trace;
	return true;
}

void run_leave(struct run *r, const struct trace *trace)
{
	r->depth--;
	r->trace = trace->up;
}
