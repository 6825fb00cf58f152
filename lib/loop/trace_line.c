/* SPDX-License-Identifier: MIT
 * The lines of a trace file: an event each. A line begins with its comma, so a file that was cut off needs
 * only "]}". Each event has the id of its process and of the thread that it happened on, as the kernel
 * knows them, and the number of its lane.
 */
#include "loop/trace_line.h"

#include <errno.h>

#include "loop/trace_text.h"

enum { NO_TID = 1 << 22 /* PID_MAX_LIMIT of Linux */ };

/* The names of spans, by what a lane does. */
static const char *const words[] = { "",	 "run",	   "wait",     "ready",
				     "blocking", "worker", "callback", "poll" };

/* --- lines ----------------------------------------------------------------------------------- */

/* The thread of a lane; the loop's, while it has none. */
int ci_line_tid_of(const struct ci_trace_json *j, uint64_t lane)
{
	const struct ci_lane *l = lane ? ci_lane_find(&j->lanes, lane) : NULL;

	return l && l->tid ? l->tid : j->home.tid;
}

static void identify(struct ci_trace_json *j, uint64_t lane, int tid)
{
	ci_trace_print(&j->file, ",\"pid\":%d,\"tid\":%d,\"lane\":%jd", j->file.pid, tid,
		       (intmax_t)lane);
}

/* Ends the name; then the lane and the time. */
static void locate(struct ci_trace_json *j, uint64_t lane, int tid, int64_t when)
{
	ci_trace_print(&j->file, "\"");
	identify(j, lane, tid);
	ci_trace_print(&j->file, ",\"ts\":%ji", when - j->start);
}

/* `before` ends where the name begins. */
void ci_line_begin(struct ci_trace_json *j, const char *before, const char *name, uint64_t lane,
		   int64_t when)
{
	ci_trace_file_put(&j->file, before);
	ci_trace_file_put(&j->file, name);
	locate(j, lane, ci_line_tid_of(j, lane), when);
}

static void end_line(struct ci_trace_json *j)
{
	ci_trace_file_put(&j->file, "}");
	ci_trace_file_end_line(&j->file);
}

/* arg NULL: the lane's sort index. */
void ci_line_metadata(struct ci_trace_json *j, const char *before, uint64_t lane, const char *arg)
{
	ci_trace_file_put(&j->file, before);
	identify(j, lane, ci_line_tid_of(j, lane));
	if (arg)
		ci_trace_print(&j->file, ",\"args\":{\"name\":\"%s\"}", arg);
	else
		ci_trace_print(&j->file, ",\"args\":{\"sort_index\":%jd}", (intmax_t)lane);
	end_line(j);
}

void ci_line_name_lane(struct ci_trace_json *j, uint64_t lane, const char *name)
{
	ci_line_metadata(j, ",{\"ph\":\"M\",\"name\":\"lane_name\"", lane, name);
}

void ci_line_name_thread(struct ci_trace_json *j, const struct ci_lane *l)
{
	ci_line_metadata(j, ",{\"ph\":\"M\",\"name\":\"thread_name\"", l->number, l->name);
	ci_line_metadata(j, ",{\"ph\":\"M\",\"name\":\"thread_sort_index\"", l->number, NULL);
}

static void wait_args(struct ci_trace_json *j, const struct ci_lane *l)
{
	ci_trace_print(&j->file, ",\"args\":{\"on\":\"%s\",\"at\":\"", l->on);
	if (l->file)
		ci_trace_print(&j->file, "%s:%d (%s)", ci_place_file(l->file), l->line,
			       l->function);
	ci_trace_print(&j->file, "\"}");
}

/* No thread did it, so it must not lie on one: an asynchronous pair. */
static void span_without_thread(struct ci_trace_json *j, const struct ci_lane *l, int64_t now)
{
	static const char *const heads[] = {
		",{\"ph\":\"b\",\"cat\":\"ready\",\"name\":\"",
		",{\"ph\":\"e\",\"cat\":\"ready\",\"name\":\"",
	};

	for (int i = 0; i < 2; i++) {
		ci_line_begin(j, heads[i], words[CI_DOES_READY], l->number, i ? now : l->since);
		ci_trace_print(&j->file, ",\"id\":%jd", (intmax_t)l->number);
		if (!i)
			ci_trace_print(&j->file, ",\"dur\":%ji", now - l->since);
		end_line(j);
	}
}

static void span_of_thread(struct ci_trace_json *j, const struct ci_lane *l, int64_t now,
			   int events)
{
	struct ci_trace_file *f = &j->file;
	const char *cat = words[l->does];

	ci_trace_print(f, ",{\"ph\":\"X\",\"cat\":\"%s\",\"name\":\"%s", cat,
		       l->does == CI_DOES_WAIT ? l->call : cat);
	locate(j, l->number, ci_line_tid_of(j, l->number), l->since);
	ci_trace_print(f, ",\"dur\":%ji", now - l->since);
	if (l->does == CI_DOES_WAIT)
		wait_args(j, l);
	else if (l->does == CI_DOES_POLL)
		ci_trace_print(f, ",\"args\":{\"events\":%d}", events);
	else if (l->does == CI_DOES_RUN || l->does == CI_DOES_WORK)
		ci_trace_print(f, ",\"args\":{\"task\":\"%s\"}", l->name);
	end_line(j);
}

/* Writes the span that ends now. */
void ci_line_span(struct ci_trace_json *j, const struct ci_lane *l, int64_t now, int events)
{
	if (l->does == CI_DOES_READY && !l->tid)
		span_without_thread(j, l, now);
	else if (l->does != CI_DOES_NOTHING)
		span_of_thread(j, l, now, events);
}

void ci_line_become(struct ci_trace_json *j, struct ci_lane *l, enum ci_lane_does does, int64_t now)
{
	ci_line_span(j, l, now, 0);
	l->does = does;
	l->since = now;
}

void ci_line_arrow(struct ci_trace_json *j, struct ci_lane *l, int64_t now)
{
	intmax_t id = (intmax_t)j->flows++;

	ci_trace_print(&j->file, ",{\"ph\":\"s\",\"cat\":\"wake\",\"name\":\"wake");
	locate(j, l->by, l->by_tid, l->at);
	ci_trace_print(&j->file, ",\"id\":%jd", id);
	end_line(j);
	ci_line_begin(j, ",{\"ph\":\"f\",\"bp\":\"e\",\"cat\":\"wake\",\"name\":\"", "wake",
		      l->number, now);
	ci_trace_print(&j->file, ",\"id\":%jd", id);
	end_line(j);
}

/* An instant event ("i"); its args follow. */
void ci_line_instant(struct ci_trace_json *j, const char *name, uint64_t lane, int64_t when)
{
	ci_line_begin(j, ",{\"ph\":\"i\",\"s\":\"t\",\"cat\":\"task\",\"name\":\"", name, lane,
		      when);
	ci_trace_file_put(&j->file, ",\"args\":{");
}

void ci_line_end_args(struct ci_trace_json *j)
{
	ci_trace_file_put(&j->file, "}");
	end_line(j);
}

/* "task":"name","lane":n */
void ci_line_task_args(struct ci_trace_json *j, const cigo_trace_event *e)
{
	ci_trace_print(&j->file, "\"task\":\"%s\",\"lane\":%jd", e->name, (intmax_t)e->id);
}

/* --- shown values ---------------------------------------------------------------------------- */

/* A number is a point of a curve ("C"), any other text an instant. */
void ci_line_shown(struct ci_trace_json *j, const cigo_trace_event *e)
{
	struct ci_trace_file *f = &j->file;
	bool number = ci_trace_is_number(e->value);

	ci_trace_print(f, number ? ",{\"ph\":\"C\"" : ",{\"ph\":\"i\",\"s\":\"t\"");
	ci_trace_print(f, ",\"cat\":\"show\",\"name\":\"%s", *e->name ? e->name : "value");
	locate(j, e->id, ci_line_tid_of(j, e->id), e->when);
	ci_trace_print(f, number ? ",\"args\":{\"value\":%s" : ",\"args\":{\"value\":\"%s\"",
		       e->value);
	ci_line_end_args(j);
}

/* --- the kernel ------------------------------------------------------------------------------ */

/* Perfetto wants the spans of a thread to lie in each other, and these do not: they stand on threads of
 * their own, whose ids no thread of the system can have. */
void ci_line_kernel(struct ci_trace_json *j, const struct ci_kernel_span *s)
{
	static const char *const names[] = { "on CPU", "preempted", "blocked" };
	struct ci_trace_file *f = &j->file;

	ci_trace_print(f,
		       ",{\"ph\":\"X\",\"cat\":\"kernel\",\"name\":\"%s\",\"pid\":%d,\"tid\":%d,"
		       "\"lane\":%jd,\"ts\":%ji,\"dur\":%ji,\"args\":{\"tid\":%d",
		       names[s->state], NO_TID + f->pid, NO_TID + s->tid, (intmax_t)s->lane,
		       s->begin - j->start, s->end - s->begin, s->tid);
	if (s->state == CI_KERNEL_ON_CPU)
		ci_trace_print(f, ",\"cpu\":%d", s->cpu);
	if (*s->in)
		ci_trace_print(f, ",\"in\":\"%s\"", s->in);
	ci_line_end_args(j);
}

void ci_line_source(struct ci_trace_json *j, const char *source)
{
	struct ci_trace_file *f = &j->file;

	ci_trace_print(f, ",{\"ph\":\"M\",\"name\":\"kernel_source\"");
	identify(j, 0, j->home.tid);
	ci_trace_print(f, ",\"args\":{\"source\":\"%s\"", source);
	ci_line_end_args(j);
	ci_trace_print(f,
		       ",{\"ph\":\"M\",\"name\":\"process_name\",\"pid\":%d,\"tid\":%d,\"lane\":0,"
		       "\"args\":{\"name\":\"the kernel's view of %s\"",
		       NO_TID + f->pid, NO_TID + j->home.tid, program_invocation_short_name);
	ci_line_end_args(j);
}

void ci_line_lost(struct ci_trace_json *j, uint64_t n)
{
	ci_trace_print(&j->file, ",{\"ph\":\"M\",\"name\":\"kernel_lost\"");
	identify(j, 0, j->home.tid);
	ci_trace_print(&j->file, ",\"args\":{\"switches\":%jd", (intmax_t)n);
	ci_line_end_args(j);
}
