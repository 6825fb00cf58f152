/* SPDX-License-Identifier: MIT
 * The text of a dump. Tasks and workers are sorted by id, so a spawner comes before those it
 * spawned, and each is found by bisection. Only times on the real clock differ between runs.
 */
#include "loop/dump.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cigo/error.h"
#include "base/misuse.h"
#include "task/cycle.h"
#include "task/task.h"
#include "task/wait_info.h"

enum { NONE = -1, SHOWN = 8 /* names in a list */ };

struct node {
	const cigo_future *f;
	struct ci_task_id id;
	struct ci_wait_info what;	       /* if it is suspended; else empty */
	long spawner, child, last_child, next; /* indices; NONE */
};

struct dump {
	cigo_loop *loop;
	FILE *out;
	struct node *nodes;
	long n;
	int64_t now;
};

/* --- collecting ------------------------------------------------------------------------------ */

static struct ci_coroutine *coroutine_of(const cigo_future *f)
{
	const struct ci_task *t = ci_task_of(f);

	return t ? t->coroutine : NULL;
}

static bool is_suspended(const struct ci_coroutine *s)
{
	return s && s->state == CI_CORO_SUSPENDED;
}

static int by_number(const void *a, const void *b)
{
	uint64_t x = ((const struct node *)a)->id.id, y = ((const struct node *)b)->id.id;

	return x < y ? -1 : x > y;
}

static long find(const struct dump *d, uint64_t number)
{
	struct node key = { .id.id = number };
	const struct node *n = d->n ? bsearch(&key, d->nodes, (size_t)d->n, sizeof key, by_number)
				    : NULL;

	return n ? (long)(n - d->nodes) : NONE;
}

static bool is_meant(const cigo_future *f)
{
	return !f->done && f->ops->identify;
}

static int collect(struct dump *d)
{
	size_t n = 0;

	ci_list_of(const cigo_future, f, &d->loop->futures, link)
		n += is_meant(f);
	d->nodes = calloc(n + 1, sizeof *d->nodes);
	if (!d->nodes)
		return -ENOMEM;
	ci_list_of(const cigo_future, f, &d->loop->futures, link) {
		struct node *to = &d->nodes[d->n];

		if (!is_meant(f))
			continue;
		*to = (struct node){ .f = f, .id = f->ops->identify(f), .what.fd = -1 };
		to->spawner = to->child = to->last_child = to->next = NONE;
		if (is_suspended(coroutine_of(f))) {
			to->what = ci_wait_info(coroutine_of(f));
		}
		d->n++;
	}
	qsort(d->nodes, n, sizeof *d->nodes, by_number);
	return 0;
}

static void link_children(struct dump *d)
{
	for (long i = 0; i < d->n; i++) {
		struct node *child = &d->nodes[i];
		long s = child->id.by ? find(d, child->id.by) : NONE;

		if (s == NONE)
			continue;
		struct node *spawner = &d->nodes[s];
		child->spawner = s;
		if (spawner->child == NONE)
			spawner->child = i;
		else
			d->nodes[spawner->last_child].next = i;
		spawner->last_child = i;
	}
}

/* --- a line ---------------------------------------------------------------------------------- */

static void say_time(const struct dump *d, int64_t ns)
{
	ns = ns < 0 ? 0 : ns;
	fprintf(d->out, "%lld.%03d s", (long long)(ns / 1000000000), (int)(ns / 1000000 % 1000));
}

static void say_future(const struct dump *d, const cigo_future *f)
{
	struct ci_task_id id = ci_wait_info_task(f);

	if (!f)
		fputs("nothing", d->out);
	else if (id.name)
		fprintf(d->out, "%s #%llu", id.name, (unsigned long long)id.id);
	else {
		char text[CI_FUTURE_TEXT];

		fprintf(d->out, "a %s", ci_future_text(f, text));
	}
	if (f && f->done)
		fputs(" (done)", d->out);
}

static void say_futures(const struct dump *d, const struct ci_wait_info *w)
{
	fputs(w->count == 1 ? " for " : w->all ? " for all of " : " for any of ", d->out);
	for (size_t i = 0; i < w->count && i < SHOWN; i++) {
		if (i)
			fputs(", ", d->out);
		say_future(d, w->futures[i]);
	}
	if (w->count > SHOWN)
		fprintf(d->out, " and %zu more", w->count - SHOWN);
}

/* Leaves out the members that the group has not let start yet. */
static void say_members(const struct dump *d, const struct ci_wait_info *w)
{
	size_t n = 0;

	ci_list_of(const struct ci_task, t, &w->members->tasks, of_members) {
		if (t->held || n++ >= SHOWN)
			continue;
		fputs(n > 1 ? ", " : w->all ? " for all of " : " for any of ", d->out);
		say_future(d, &t->f);
	}
	if (n > SHOWN)
		fprintf(d->out, " and %zu more", n - SHOWN);
}

/* " in mutex_lock, held by main #1, at dine.c:20 (dine)" */
static void say_where(const struct dump *d, const struct ci_coroutine *s,
		      const struct ci_wait_info *w)
{
	fprintf(d->out, " in %s", ci_trace_name(s->call));
	if (w->count)
		say_futures(d, w);
	if (w->members)
		say_members(d, w);
	if (w->holder)
		fprintf(d->out, ", held by %s #%llu", w->holder->name,
			(unsigned long long)w->holder->id);
	if (w->fd >= 0)
		fprintf(d->out, " for descriptor %d", w->fd);
	if (w->until != CIGO_NEVER) {
		fputs("; ", d->out);
		say_time(d, w->until - ci_engine_now(d->loop));
		fputs(" left", d->out);
	}
	if (s->at_valid) {
		char text[CI_PLACE_TEXT];

		fprintf(d->out, ", at %s", ci_place_text(&s->place, text));
	}
}

static void say_wait(const struct dump *d, const struct ci_coroutine *s,
		     const struct ci_wait_info *w)
{
	fputs("has waited ", d->out);
	say_time(d, d->now - s->since);
	say_where(d, s, w);
}

static void say_task(const struct dump *d, const struct node *n, const struct ci_task *t)
{
	const struct ci_coroutine *s = t->coroutine;

	if (!s && t->start.since)
		fputs("has not started: no thread can be created", d->out);
	else if (!s && !ci_list_linked(&t->start.link))
		fputs("has not started: its group has reached its limit", d->out);
	else if (!s)
		fputs("has not started", d->out);
	else if (s->state == CI_CORO_IN_SECTION) {
		fputs("has been in a blocking section for ", d->out);
		say_time(d, d->now - s->since);
	} else if (s->state == CI_CORO_READY || s->state == CI_CORO_YIELDING)
		fprintf(d->out, "is ready to run, after %s", ci_trace_name(s->call));
	else if (s->state == CI_CORO_SUSPENDED)
		say_wait(d, s, &n->what);
	else
		fputs("runs", d->out);
	if (t->cause)
		fprintf(d->out, " (cancelled: %s)", cigo_strerror(t->cause));
}

static void say_node(const struct dump *d, const struct node *n, int depth)
{
	const struct ci_task *t = ci_task_of(n->f);

	fprintf(d->out, "  %*s%s #%llu  ", 2 * (depth < 32 ? depth : 32), "", n->id.name,
		(unsigned long long)n->id.id);
	if (t)
		say_task(d, n, t);
	else
		fputs("runs on a thread of its own", d->out);
	if (n->spawner == NONE && n->id.by)
		fprintf(d->out, " (spawned by #%llu, which has ended)",
			(unsigned long long)n->id.by);
	fputc('\n', d->out);
}

/* Each task below its spawner. Not recursive: the tree may be deep. */
static void say_tree(struct dump *d)
{
	for (long root = 0; root < d->n; root++) {
		int depth = 0;
		long i = root;

		if (d->nodes[root].spawner != NONE)
			continue;
		while (i != NONE) {
			say_node(d, &d->nodes[i], depth);
			if (d->nodes[i].child != NONE) {
				i = d->nodes[i].child;
				depth++;
				continue;
			}
			while (i != root && d->nodes[i].next == NONE) {
				i = d->nodes[i].spawner;
				depth--;
			}
			i = i == root ? NONE : d->nodes[i].next;
		}
	}
}

/* --- cycles ---------------------------------------------------------------------------------- */

static void say_coroutine(const struct dump *d, const char *before, const struct ci_coroutine *c)
{
	fprintf(d->out, "%s%s #%llu", before, c->name, (unsigned long long)c->id);
}

/* "deadlock: a #2 -> b #3 -> a #2". The path is linked backwards, so each step walks it from its
 * end. */
static void say_path(const struct dump *d, const struct ci_coroutine *first,
		     const struct ci_coroutine *last)
{
	const struct ci_coroutine *said = first;

	say_coroutine(d, "deadlock: ", first);
	while (said != last) {
		const struct ci_coroutine *next = last;

		while (next->search.from != said)
			next = next->search.from;
		say_coroutine(d, " -> ", next);
		said = next;
	}
	say_coroutine(d, " -> ", first);
	fputc('\n', d->out);
}

static void say_cycle(const struct ci_coroutine *first, const struct ci_coroutine *last, void *arg)
{
	const struct dump *d = arg;

	fputs("  ", d->out);
	say_path(d, first, last);
}

typedef void cycle_fn(const struct ci_coroutine *first, const struct ci_coroutine *last, void *arg);

static void each_cycle(struct dump *d, cycle_fn *found)
{
	uint64_t search = ++d->loop->search;

	for (long i = 0; i < d->n; i++) {
		struct ci_coroutine *c = coroutine_of(d->nodes[i].f);

		if (c)
			ci_cycle_look(c, search, found, d);
	}
}

/* --- all of it ------------------------------------------------------------------------------- */

static void say_head(const struct dump *d)
{
	const cigo_loop *loop = d->loop;
	int64_t timer = ci_timer_next(loop);

	fprintf(d->out,
		"cigo: %ld task%s, %s, %s clock; %ld descriptor%s waited for, %lu outside the loop, ",
		d->n, d->n == 1 ? "" : "s", loop->model->name,
		loop->options.clock == CIGO_CLOCK_VIRTUAL ? "virtual" : "real", loop->waits,
		loop->waits == 1 ? "" : "s", loop->outside);
	fprintf(d->out, "%lu callback%s, ", loop->calls, loop->calls == 1 ? "" : "s");
	if (timer == CIGO_NEVER) {
		fputs("no timer\n", d->out);
		return;
	}
	fputs("the next timer in ", d->out);
	say_time(d, timer - ci_engine_now(loop));
	fputc('\n', d->out);
}

/* Makes the text first and writes it in one go, to hold the loop up as briefly as possible. */
int ci_dump(cigo_loop *loop, FILE *out)
{
	struct dump d = { .loop = loop, .now = ci_engine_now(loop) };
	char *text = NULL;
	size_t size;
	int err;

	d.out = open_memstream(&text, &size);
	err = d.out ? collect(&d) : -ENOMEM;
	if (!err) {
		say_head(&d);
		link_children(&d);
		say_tree(&d);
		each_cycle(&d, say_cycle);
	}
	if (d.out && fclose(d.out) && !err)
		err = -ENOMEM;
	if (!err)
		fwrite(text, 1, size, out);
	fflush(out);
	free(d.nodes);
	free(text);
	return err;
}

/* --- a deadlock ------------------------------------------------------------------------------ */

static void say_first_cycle(const struct ci_coroutine *first, const struct ci_coroutine *last,
			    void *arg)
{
	const struct dump *d = arg;

	if (ftell(d->out) == 0)
		say_path(d, first, last);
}

static void say_waiters(const struct dump *d)
{
	const char *before = "deadlock: nothing can ever wake ";

	for (long i = 0; i < d->n; i++) {
		const struct ci_coroutine *c = coroutine_of(d->nodes[i].f);

		if (!is_suspended(c))
			continue;
		say_coroutine(d, before, c);
		before = ", ";
	}
	fputc('\n', d->out);
}

static void say_stuck(struct dump *d)
{
	each_cycle(d, say_first_cycle);
	if (ftell(d->out) == 0)
		say_waiters(d);
	for (long i = 0; i < d->n; i++) {
		const struct ci_coroutine *c = coroutine_of(d->nodes[i].f);

		if (!is_suspended(c))
			continue;
		say_coroutine(d, "  ", c);
		fputs(" waits", d->out);
		say_where(d, c, &d->nodes[i].what);
		fputc('\n', d->out);
	}
}

const char *ci_dump_stuck(cigo_loop *loop, char *text, size_t size)
{
	struct dump d = { .loop = loop, .out = fmemopen(text, size, "w") };
	int err = d.out ? collect(&d) : -ENOMEM;

	if (!err)
		say_stuck(&d);
	if (d.out)
		fclose(d.out);
	free(d.nodes);
	if (err)
		snprintf(text, size, "deadlock: nothing can ever wake the loop");
	size_t n = strnlen(text, size - 1);
	text[n - (n && text[n - 1] == '\n')] = '\0';
	return text;
}
