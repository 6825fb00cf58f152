/* SPDX-License-Identifier: MIT
 * Trace hooks that write an event a line. Spans (X) are written when they end, so a lane keeps what
 * its task does now, and since when. Arrows (s, f) are written when the woken task resumes, so each
 * has an end. A line begins with its comma, so a file that was cut off needs only "]}".
 */
#include "loop/trace_json.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cigo/error.h"
#include "cigo/version.h"
#include "engine/engine.h"
#include "base/misuse.h"
#include "loop/trace_text.h"

enum { NAME = 64, BUCKETS = 1024 /* a power of 2 */, FLUSH_NS = 100000000 };

/* What a lane does; the names of its spans. */
enum doing { NOTHING, RUN, WAIT, READY, BLOCKING, WORKER, CALLBACK, POLL };
static const char *const words[] = { "",	 "run",	   "wait",     "ready",
				     "blocking", "worker", "callback", "poll" };

struct lane {
	struct lane *next; /* in its bucket, or in the free list */
	uint64_t number;
	enum doing doing;
	int64_t since;
	const char *call;	     /* WAIT: the call; static */
	char on[NAME];		     /* WAIT */
	const char *file, *function; /* WAIT: the program's, static; NULL: not known */
	int line;
	bool woken;  /* by another lane, */
	uint64_t by; /* which, */
	int64_t at;  /* and when */
};

struct ci_trace_json {
	struct ci_tracer tracer;
	struct ci_trace_file file; /* its lock guards all */
	int64_t start;
	uint64_t flows;
	struct lane home;
	struct lane *lanes[BUCKETS], *free;
	bool poor; /* has warned that there is no memory */
};

/* --- lanes ----------------------------------------------------------------------------------- */

static struct lane **find(struct ci_trace_json *j, uint64_t number)
{
	struct lane **p = &j->lanes[number & (BUCKETS - 1)];

	while (*p && (*p)->number != number)
		p = &(*p)->next;
	return p;
}

static void add_lane(struct ci_trace_json *j, uint64_t number)
{
	struct lane *l = j->free;

	if (l)
		j->free = l->next;
	else
		l = malloc(sizeof *l);
	if (!l) {
		if (!j->poor)
			ci_warn("%s: no memory; lanes are missing", j->file.path);
		j->poor = true;
		return;
	}
	struct lane **bucket = &j->lanes[number & (BUCKETS - 1)];
	*l = (struct lane){ .next = *bucket, .number = number };
	*bucket = l;
}

static void drop_lane(struct ci_trace_json *j, uint64_t number)
{
	struct lane **p = find(j, number), *l = *p;

	if (!l)
		return;
	*p = l->next;
	l->next = j->free;
	j->free = l;
}

/* --- lines ----------------------------------------------------------------------------------- */

/* ,"key":number */
static void member(struct ci_trace_json *j, const char *key, int64_t number)
{
	ci_trace_file_put(&j->file, ",\"");
	ci_trace_file_put(&j->file, key);
	ci_trace_file_put(&j->file, "\":");
	ci_trace_file_number(&j->file, number);
}

/* Ends the name; then the lane and the time. */
static void locate(struct ci_trace_json *j, uint64_t lane, int64_t when)
{
	ci_trace_file_put(&j->file, "\"");
	member(j, "pid", j->file.pid);
	member(j, "tid", (int64_t)lane);
	ci_trace_file_put(&j->file, ",\"ts\":");
	ci_trace_file_time(&j->file, when - j->start);
}

/* `before` ends where the name begins. */
static void begin(struct ci_trace_json *j, const char *before, const char *name, uint64_t lane,
		  int64_t when)
{
	ci_trace_file_put(&j->file, before);
	ci_trace_file_put(&j->file, name);
	locate(j, lane, when);
}

static void end_line(struct ci_trace_json *j)
{
	ci_trace_file_put(&j->file, "}");
	ci_trace_file_end_line(&j->file);
}

/* arg NULL: the lane's sort index. */
static void metadata(struct ci_trace_json *j, const char *before, uint64_t lane, const char *arg)
{
	ci_trace_file_put(&j->file, before);
	member(j, "pid", j->file.pid);
	member(j, "tid", (int64_t)lane);
	if (arg) {
		ci_trace_file_put(&j->file, ",\"args\":{\"name\":\"");
		ci_trace_quote(&j->file, arg);
		ci_trace_file_put(&j->file, "\"}");
	} else {
		ci_trace_file_put(&j->file, ",\"args\":{\"sort_index\":");
		ci_trace_file_number(&j->file, (int64_t)lane);
		ci_trace_file_put(&j->file, "}");
	}
	end_line(j);
}

static void name_lane(struct ci_trace_json *j, uint64_t lane, const char *name)
{
	metadata(j, ",{\"ph\":\"M\",\"name\":\"thread_name\"", lane, name);
	metadata(j, ",{\"ph\":\"M\",\"name\":\"thread_sort_index\"", lane, NULL);
}

static void wait_args(struct ci_trace_json *j, const struct lane *l)
{
	ci_trace_file_put(&j->file, ",\"args\":{\"on\":\"");
	ci_trace_quote(&j->file, l->on);
	ci_trace_file_put(&j->file, "\",\"at\":\"");
	if (l->file) {
		ci_trace_quote(&j->file, ci_place_file(l->file));
		ci_trace_file_put(&j->file, ":");
		ci_trace_file_number(&j->file, l->line);
		ci_trace_file_put(&j->file, " (");
		ci_trace_quote(&j->file, l->function);
		ci_trace_file_put(&j->file, ")");
	}
	ci_trace_file_put(&j->file, "\"}");
}

/* Writes the span that ends now. */
static void span(struct ci_trace_json *j, struct lane *l, int64_t now, int events)
{
	const char *cat = words[l->doing];

	if (l->doing == NOTHING)
		return;
	ci_trace_file_put(&j->file, ",{\"ph\":\"X\",\"cat\":\"");
	ci_trace_file_put(&j->file, cat);
	begin(j, "\",\"name\":\"", l->doing == WAIT ? l->call : cat, l->number, l->since);
	ci_trace_file_put(&j->file, ",\"dur\":");
	ci_trace_file_time(&j->file, now - l->since);
	if (l->doing == WAIT) {
		wait_args(j, l);
	} else if (l->doing == POLL) {
		ci_trace_file_put(&j->file, ",\"args\":{\"events\":");
		ci_trace_file_number(&j->file, events);
		ci_trace_file_put(&j->file, "}");
	}
	end_line(j);
}

static void become(struct ci_trace_json *j, struct lane *l, enum doing doing, int64_t now)
{
	span(j, l, now, 0);
	l->doing = doing;
	l->since = now;
}

static void arrow(struct ci_trace_json *j, struct lane *l, int64_t now)
{
	int64_t id = (int64_t)j->flows++;

	begin(j, ",{\"ph\":\"s\",\"cat\":\"wake\",\"name\":\"", "wake", l->by, l->at);
	member(j, "id", id);
	end_line(j);
	begin(j, ",{\"ph\":\"f\",\"bp\":\"e\",\"cat\":\"wake\",\"name\":\"", "wake", l->number,
	      now);
	member(j, "id", id);
	end_line(j);
}

/* An instant event ("i"); its args follow. */
static void instant(struct ci_trace_json *j, const char *name, uint64_t lane, int64_t when)
{
	begin(j, ",{\"ph\":\"i\",\"s\":\"t\",\"cat\":\"task\",\"name\":\"", name, lane, when);
	ci_trace_file_put(&j->file, ",\"args\":{");
}

static void end_args(struct ci_trace_json *j)
{
	ci_trace_file_put(&j->file, "}");
	end_line(j);
}

/* "task":"name","lane":n */
static void task_args(struct ci_trace_json *j, const cigo_trace_event *e)
{
	ci_trace_file_put(&j->file, "\"task\":\"");
	ci_trace_quote(&j->file, e->name);
	ci_trace_file_put(&j->file, "\"");
	member(j, "lane", (int64_t)e->id);
}

/* --- shown values ---------------------------------------------------------------------------- */

/* A number is a point of a curve ("C"), any other text an instant. */
static void shown_value(struct ci_trace_json *j, const cigo_trace_event *e)
{
	struct ci_trace_file *f = &j->file;
	bool number = ci_trace_is_number(e->value);

	ci_trace_file_put(f, number ? ",{\"ph\":\"C\"" : ",{\"ph\":\"i\",\"s\":\"t\"");
	ci_trace_file_put(f, ",\"cat\":\"show\",\"name\":\"");
	ci_trace_quote(f, *e->name ? e->name : "value");
	locate(j, e->id, e->when);
	ci_trace_file_put(f, number ? ",\"args\":{\"value\":" : ",\"args\":{\"value\":\"");
	ci_trace_quote(f, e->value);
	ci_trace_file_put(f, number ? "" : "\"");
	end_args(j);
}

/* --- the hooks ------------------------------------------------------------------------------- */

#define HOOK(hook) static void hook(void *arg, const cigo_trace_event *e)
#define LOCK                           \
	struct ci_trace_json *j = arg; \
	pthread_mutex_lock(&j->file.lock);
#define UNLOCK pthread_mutex_unlock(&j->file.lock);

HOOK(spawned)
{
	LOCK add_lane(j, e->id);
	name_lane(j, e->id, e->name);
	instant(j, "spawn", e->by, e->when);
	task_args(j, e);
	end_args(j);
	UNLOCK
}

HOOK(ready)
{
	LOCK struct lane *l = *find(j, e->id);

	if (l) {
		become(j, l, READY, e->when);
		l->woken = e->by != e->id;
		l->by = e->by;
		l->at = e->when;
	}
	UNLOCK
}

static void runs(struct ci_trace_json *j, const cigo_trace_event *e)
{
	struct lane *l = *find(j, e->id);

	if (!l)
		return;
	become(j, l, e->worker ? WORKER : RUN, e->when);
	if (l->woken)
		arrow(j, l, e->when);
	l->woken = false;
}

HOOK(started)
{
	LOCK runs(j, e);
	instant(j, "start", e->id, e->when);
	end_args(j);
	UNLOCK
}

HOOK(resumed)
{
	LOCK runs(j, e);
	UNLOCK
}

HOOK(suspended)
{
	LOCK struct lane *l = *find(j, e->id);

	if (l) {
		become(j, l, WAIT, e->when);
		l->call = e->call;
		snprintf(l->on, sizeof l->on, "%s", e->on ? e->on : "");
		l->file = e->file;
		l->function = e->function;
		l->line = e->line;
	}
	UNLOCK
}

HOOK(blocks)
{
	LOCK struct lane *l = *find(j, e->id);

	if (l)
		become(j, l, BLOCKING, e->when);
	UNLOCK
}

HOOK(cancelled)
{
	LOCK instant(j, "cancel", e->by, e->when);
	task_args(j, e);
	member(j, "error", e->error);
	end_args(j);
	UNLOCK
}

HOOK(done)
{
	LOCK struct lane *l = *find(j, e->id);

	if (l)
		become(j, l, NOTHING, e->when);
	drop_lane(j, e->id);
	instant(j, "done", e->id, e->when);
	ci_trace_file_put(&j->file, "\"error\":");
	ci_trace_file_number(&j->file, e->error);
	ci_trace_file_put(&j->file, ",\"text\":\"");
	ci_trace_quote(&j->file, cigo_strerror(e->error));
	ci_trace_file_put(&j->file, "\"");
	end_args(j);
	UNLOCK
}

HOOK(callback_begins)
{
	LOCK become(j, &j->home, CALLBACK, e->when);
	UNLOCK
}

HOOK(callback_ends)
{
	LOCK become(j, &j->home, NOTHING, e->when);
	UNLOCK
}

/* The loop may sleep long now: a reader of the file shall see what happened before. */
HOOK(poll_begins)
{
	LOCK become(j, &j->home, POLL, e->when);
	if (e->when - j->file.flushed > FLUSH_NS)
		ci_trace_file_flush(&j->file);
	UNLOCK
}

HOOK(poll_ends)
{
	LOCK span(j, &j->home, e->when, e->events);
	j->home.doing = NOTHING;
	UNLOCK
}

HOOK(shown)
{
	LOCK shown_value(j, e);
	UNLOCK
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
};

/* --- the file -------------------------------------------------------------------------------- */

/* Ends all spans that are still open. */
static void finish(struct ci_trace_file *f)
{
	struct ci_trace_json *j = ci_container_of(f, struct ci_trace_json, file);
	int64_t now = ci_clock_now();

	become(j, &j->home, NOTHING, now);
	for (size_t i = 0; i < BUCKETS; i++)
		for (struct lane *l = j->lanes[i]; l; l = l->next)
			become(j, l, NOTHING, now);
}

static void head(struct ci_trace_json *j, const cigo_loop *loop)
{
	struct ci_trace_file *f = &j->file;

	ci_trace_file_put(f, "{\"displayTimeUnit\":\"ns\",\"otherData\":{\"model\":\"");
	ci_trace_file_put(f, loop->model->name);
	ci_trace_file_put(f, "\",\"clock\":\"");
	ci_trace_file_put(f, loop->options.clock == CIGO_CLOCK_VIRTUAL ? "virtual" : "real");
	ci_trace_file_put(f, "\",\"program\":\"");
	ci_trace_quote(f, program_invocation_short_name);
	ci_trace_file_put(f, "\",\"library\":\"cigo " CIGO_VERSION "\",\"start_ns\":\"");
	ci_trace_file_number(f, j->start);
	ci_trace_file_put(f, "\"},\"traceEvents\":[");
	ci_trace_file_end_line(f);
	metadata(j, "{\"ph\":\"M\",\"name\":\"process_name\"", 0, program_invocation_short_name);
	name_lane(j, 0, "loop");
}

struct ci_trace_json *ci_trace_json_open(cigo_loop *loop, const char *name)
{
	struct ci_trace_json *j = calloc(1, sizeof *j);

	if (!j) {
		ci_warn("no trace: %s: no memory", name);
		return NULL;
	}
	j->file.finish = finish;
	j->file.tail = "]}\n";
	j->start = ci_clock_now();
	if (!ci_trace_file_open(&j->file, name)) {
		free(j);
		return NULL;
	}
	pthread_mutex_lock(&j->file.lock);
	head(j, loop);
	pthread_mutex_unlock(&j->file.lock);
	j->tracer.hooks = hooks;
	j->tracer.arg = j;
	ci_trace_add(loop, &j->tracer);
	return j;
}

static void free_lanes(struct lane *l)
{
	while (l) {
		struct lane *next = l->next;

		free(l);
		l = next;
	}
}

void ci_trace_json_close(cigo_loop *loop, struct ci_trace_json *j)
{
	if (!j)
		return;
	ci_trace_remove(loop, &j->tracer);
	ci_trace_file_close(&j->file);
	for (size_t i = 0; i < BUCKETS; i++)
		free_lanes(j->lanes[i]);
	free_lanes(j->free);
	free(j);
}
