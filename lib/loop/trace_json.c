/* SPDX-License-Identifier: MIT
 * Trace hooks that write an event a line (trace_line.c). Spans are written when they end, so a lane keeps
 * what its task does now, and since when. Arrows are written when the woken task resumes, so each has
 * an end.
 */
#include "loop/trace_json.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cigo/error.h"
#include "cigo/version.h"
#include "engine/engine.h"
#include "base/lock.h"
#include "base/misuse.h"
#include "loop/trace_line.h"
#include "loop/trace_text.h"

enum { FLUSH_NS = 100000000 };

/* --- the hooks ------------------------------------------------------------------------------- */

#define HOOK(hook) static void hook(void *arg, const cigo_trace_event *e)
#define LOCKED                         \
	struct ci_trace_json *j = arg; \
	CI_LOCKED(&j->file.lock)

static void warn_poor(struct ci_trace_json *j)
{
	if (!j->poor)
		ci_warn("%s: no memory; lanes are missing", j->file.path);
	j->poor = true;
}

HOOK(spawned)
{
	LOCKED;
	if (!ci_lane_add(&j->lanes, e->id, e->name))
		warn_poor(j);
	ci_line_name_lane(j, e->id, e->name);
	ci_line_instant(j, "spawn", e->by, e->when);
	ci_line_task_args(j, e);
	ci_line_end_args(j);
}

/* Whether a lane is in the midst of a span: an arrow begins in one. Nothing that the trace shows spawns
 * main. */
static bool is_busy(struct ci_trace_json *j, uint64_t number)
{
	const struct ci_lane *l = number ? ci_lane_find(&j->lanes, number) : &j->home;

	return l && l->does != CI_DOES_NOTHING;
}

HOOK(ready)
{
	LOCKED;
	struct ci_lane *l = ci_lane_find(&j->lanes, e->id);

	if (l) {
		ci_line_become(j, l, CI_DOES_READY, e->when);
		l->woken = e->by != e->id && is_busy(j, e->by);
		l->by = e->by;
		l->by_tid = ci_line_tid_of(j, e->by);
		l->at = e->when;
	}
}

static void runs(struct ci_trace_json *j, const cigo_trace_event *e)
{
	struct ci_lane *l = ci_lane_find(&j->lanes, e->id);

	if (!l)
		return;
	ci_line_become(j, l, e->worker ? CI_DOES_WORK : CI_DOES_RUN, e->when);
	l->worker = e->worker;
	if (l->woken)
		ci_line_arrow(j, l, e->when);
	l->woken = false;
}

HOOK(started)
{
	LOCKED;
	runs(j, e);
	ci_line_instant(j, "start", e->id, e->when);
	ci_line_end_args(j);
}

HOOK(resumed)
{
	LOCKED;
	runs(j, e);
	if (j->kernel)
		ci_kernel_keep_up(j->kernel);
}

HOOK(suspended)
{
	LOCKED;
	struct ci_lane *l = ci_lane_find(&j->lanes, e->id);

	if (l) {
		ci_line_become(j, l, CI_DOES_WAIT, e->when);
		l->call = e->call;
		snprintf(l->on, sizeof l->on, "%s", e->on ? e->on : "");
		l->file = e->file;
		l->function = e->function;
		l->line = e->line;
	}
}

HOOK(blocks)
{
	LOCKED;
	struct ci_lane *l = ci_lane_find(&j->lanes, e->id);

	if (l)
		ci_line_become(j, l, CI_DOES_BLOCK, e->when);
}

HOOK(cancelled)
{
	LOCKED;
	ci_line_instant(j, "cancel", e->by, e->when);
	ci_line_task_args(j, e);
	ci_trace_print(&j->file, ",\"error\":%d", e->error);
	ci_line_end_args(j);
}

HOOK(done)
{
	LOCKED;
	struct ci_lane *l = ci_lane_find(&j->lanes, e->id);

	if (l)
		ci_line_become(j, l, CI_DOES_NOTHING, e->when);
	ci_line_instant(j, "done", e->id, e->when);
	ci_trace_print(&j->file, "\"error\":%d,\"text\":\"%s\"", e->error, cigo_strerror(e->error));
	ci_line_end_args(j);
	if (j->kernel && l && l->tid && !l->worker)
		ci_kernel_leaves(j->kernel, l->tid, e->when);
	ci_lane_drop(&j->lanes, e->id);
}

HOOK(callback_begins)
{
	LOCKED;
	ci_line_become(j, &j->home, CI_DOES_CALL, e->when);
}

HOOK(callback_ends)
{
	LOCKED;
	ci_line_become(j, &j->home, CI_DOES_NOTHING, e->when);
}

/* The loop may sleep long now: a reader of the file shall see what happened before. */
HOOK(poll_begins)
{
	LOCKED;
	ci_line_become(j, &j->home, CI_DOES_POLL, e->when);
	if (e->when - j->file.flushed > FLUSH_NS)
		ci_trace_file_flush(&j->file);
}

HOOK(poll_ends)
{
	LOCKED;
	ci_line_span(j, &j->home, e->when, e->events);
	j->home.does = CI_DOES_NOTHING;
}

HOOK(shown)
{
	LOCKED;
	ci_line_shown(j, e);
}

HOOK(noted)
{
	LOCKED;
	ci_line_begin(j, ",{\"ph\":\"i\",\"s\":\"t\",\"cat\":\"note\",\"name\":\"", "note", e->id,
		      e->when);
	ci_trace_print(&j->file, ",\"args\":{\"text\":\"%s\"", e->value);
	ci_line_end_args(j);
}

/* --- threads and what the kernel does with them ----------------------------------------------- */

/* The coroutine's wait for its first step ends here: it had no thread. */
static void thread_of(void *arg, uint64_t id, bool begins)
{
	LOCKED;
	struct ci_lane *l = ci_lane_find(&j->lanes, id);

	if (l && begins) {
		ci_line_become(j, l, l->does == CI_DOES_READY ? CI_DOES_NOTHING : l->does,
			       ci_clock_now());
		l->tid = gettid();
		ci_line_name_thread(j, l);
	}
	if (l && j->kernel)
		ci_kernel_serves(j->kernel, begins ? id : CI_KERNEL_NO_LANE);
}

static void name_object(void *arg, const void *object, size_t size, const char *name)
{
	LOCKED;
	if (j->kernel)
		ci_kernel_names(j->kernel, object, size, name);
}

/* What a coroutine waits for within the library the trace knows already. */
static bool kernel_asks(void *arg, uint64_t lane)
{
	struct ci_trace_json *j = arg;
	const struct ci_lane *l = ci_lane_find(&j->lanes, lane);

	return l && (l->does == CI_DOES_RUN || l->does == CI_DOES_BLOCK || l->does == CI_DOES_WORK);
}

static void kernel_span(void *arg, const struct ci_kernel_span *s)
{
	ci_line_kernel(arg, s);
}

static const cigo_trace_hooks hooks = {
	.size = sizeof hooks,
	.spawn = spawned,
	.ready = ready,
	.start = started,
	.suspend = suspended,
	.blocking = blocks,
	.resume = resumed,
	.cancel = cancelled,
	.done = done,
	.callback_begin = callback_begins,
	.callback_end = callback_ends,
	.poll_begin = poll_begins,
	.poll_end = poll_ends,
	.show = shown,
	.note = noted,
};

/* --- the file -------------------------------------------------------------------------------- */

/* Ends all spans that are still open. */
static void finish(struct ci_trace_file *f)
{
	struct ci_trace_json *j = ci_container_of(f, struct ci_trace_json, file);
	int64_t now = ci_clock_now();

	ci_line_become(j, &j->home, CI_DOES_NOTHING, now);
	for (size_t i = 0; i < CI_LANE_BUCKETS; i++)
		for (struct ci_lane *l = j->lanes.buckets[i]; l; l = l->next)
			ci_line_become(j, l, CI_DOES_NOTHING, now);
	if (j->kernel)
		ci_kernel_end(j->kernel);
	if (j->kernel && j->kernel->lost)
		ci_line_lost(j, j->kernel->lost);
}

static void head(struct ci_trace_json *j, const cigo_loop *loop)
{
	ci_trace_print(
		&j->file,
		"{\"displayTimeUnit\":\"ns\",\"otherData\":{\"model\":\"%s\",\"clock\":\"%s\","
		"\"program\":\"%s\",\"library\":\"cigo " CIGO_VERSION
		"\",\"start_ns\":\"%jd\"},\"traceEvents\":[",
		loop->model->name, loop->options.clock == CIGO_CLOCK_VIRTUAL ? "virtual" : "real",
		program_invocation_short_name, j->start);
	ci_trace_file_end_line(&j->file);
	ci_line_metadata(j, "{\"ph\":\"M\",\"name\":\"process_name\"", 0,
			 program_invocation_short_name);
	ci_line_name_lane(j, 0, "loop");
	ci_line_name_thread(j, &j->home);
}

/* What is behind the file's name: "", ",kernel" or ",kernel=sampled". Another word about the kernel is a
 * mistake, and not a part of the name. */
static const char *suffix_of(const char *name)
{
	const char *comma = strrchr(name, ',');

	if (!comma || comma == name || strncmp(comma, ",kernel", 7) != 0 ||
	    (comma[7] && comma[7] != '='))
		return name + strlen(name);
	if (comma[7] && strcmp(comma, ",kernel=sampled") != 0)
		ci_warn("CIGO_TRACE: %s is not understood (kernel or kernel=sampled); the kernel "
			"is asked as by kernel",
			comma + 1);
	return comma;
}

/* The file is there. Under the lock. */
static void open_kernel(struct ci_trace_json *j, bool sampled)
{
	struct ci_trace_file *f = &j->file;
	struct ci_kernel_sink sink = { kernel_span, kernel_asks, j };

	j->kernel = ci_kernel_open(&f->lock, &sink, sampled);
	const char *source = j->kernel && j->kernel->source ? j->kernel->source->name : "none";
	ci_line_source(j, source);
}

static void begin(struct ci_trace_json *j, const cigo_loop *loop, const char *suffix)
{
	CI_LOCKED(&j->file.lock);
	head(j, loop);
	if (*suffix)
		open_kernel(j, strcmp(suffix, ",kernel=sampled") == 0);
}

static bool open_file(struct ci_trace_json *j, const char *name, size_t n)
{
	char *path = strndup(name, n);
	bool open = path && ci_trace_file_open(&j->file, path);

	if (!path)
		ci_warn("no trace: %s: no memory", name);
	free(path);
	return open;
}

struct ci_trace_json *ci_trace_json_open(cigo_loop *loop, const char *name)
{
	struct ci_trace_json *j = calloc(1, sizeof *j);
	const char *suffix = suffix_of(name);

	if (!j) {
		ci_warn("no trace: %s: no memory", name);
		return NULL;
	}
	j->file.finish = finish;
	j->file.tail = "]}\n";
	j->start = ci_clock_now();
	j->home.tid = gettid();
	strcpy(j->home.name, "loop");
	if (!open_file(j, name, (size_t)(suffix - name))) {
		free(j);
		return NULL;
	}
	begin(j, loop, suffix);
	j->tracer = (struct ci_tracer){
		.hooks = hooks, .arg = j, .thread = thread_of, .object = name_object
	};
	ci_trace_add(loop, &j->tracer);
	return j;
}

void ci_trace_json_close(cigo_loop *loop, struct ci_trace_json *j)
{
	if (!j)
		return;
	ci_trace_remove(loop, &j->tracer);
	ci_kernel_stop(j->kernel);
	ci_trace_file_close(&j->file);
	ci_kernel_close(j->kernel);
	ci_lanes_fini(&j->lanes);
	free(j);
}
