/* SPDX-License-Identifier: MIT
 * Interleave: two tasks share one pen and write their letters, each letter in two strokes: "Aa", "Bb".
 * The scheduler decides which task is next; with a seed it decides by dice. Which texts can come out?
 */
#include "demos/kit/kit.h"

#include <sched.h>
#include <string.h>

enum { MOST = 6 };

static int letters = 3, tries = 1000;

static volatile bool pen_taken; /* volatile: so that the compiler reads it each time */
static char text[4 * MOST + 1];
static volatile size_t written;

static void stroke(char c)
{
	size_t at = written;

	sched_yield(); /* any call */
	text[at] = c;
	written = at + 1;
}

static int take_pen(cigo_ctx *ctx)
{
	int err = 0;

	while (pen_taken && !err)
		err = cigo_yield(ctx);
	sched_yield();	  /* reaches for it: any call, not an await */
	pen_taken = true; /* no await since it was seen free, so it still is */
	return err;
}

static int writer(cigo_ctx *ctx, void *arg, void *ret)
{
	char upper = *(char *)arg, lower = (char)(upper | 32);
	int err = 0;

	CIGO_UNUSED(ret);
	for (int i = 0; i < letters && !err; i++) {
		err = take_pen(ctx);
		stroke(upper);
		stroke(lower);
		if (!err)
			err = cigo_yield(ctx); /* blows on the ink */
		pen_taken = false;
		if (!err)
			err = cigo_yield(ctx); /* looks for the next letter */
	}
	return err;
}

static int write_text(cigo_ctx *ctx, void *arg, void *ret)
{
	CIGO_UNUSED(arg), CIGO_UNUSED(ret);
	pen_taken = false;
	written = 0;
	memset(text, 0, sizeof text);
	cigo_task *a = cigo_task_spawn(ctx, "A", writer, 0, &(char){ 'A' });
	cigo_task *b = cigo_task_spawn(ctx, "B", writer, 0, &(char){ 'B' });
	int err = cigo_wait_all(ctx, a, b);

	cigo_future_unref(a);
	cigo_future_unref(b);
	return err;
}

/* --- all the texts ------------------------------------------------------------------------------ */

/* n of 2n letters are A. */
static int possible(void)
{
	int orders = 1;

	for (int i = 1; i <= letters; i++)
		orders = orders * (letters + i) / i;
	return orders;
}

/* The order of the letters as bits; -1: it is torn, some letter is not "Aa" or "Bb". */
static int order_of(const char *s)
{
	int order = 0;

	for (int i = 0; i < 2 * letters; i++, s += 2) {
		if ((*s != 'A' && *s != 'B') || s[1] != (*s | 32))
			return -1;
		order = order * 2 + (*s == 'B');
	}
	return *s ? -1 : order;
}

struct tally {
	bool seen[1 << 2 * MOST];
	int orders, torn, last; /* last: the run that showed the last new order */
};

/* A stroke that was written over another leaves the text shorter. */
static void note_torn(int seed)
{
	int strokes = 4 * letters, lost = strokes - (int)strlen(text);

	if (lost)
		kit_note("run %d wrote %s: %d of %d strokes were overwritten; "
			 "no cooperative order can do this",
			 seed, text, lost, strokes);
	else
		kit_note("run %d wrote %s: a stroke stands inside another letter; "
			 "no cooperative order can do this",
			 seed, text);
}

static void note_order(struct tally *t, int order, int seed, int model)
{
	if (order < 0) {
		if (t->torn++ < 3)
			note_torn(seed);
	} else if (!t->seen[order]) {
		t->seen[order] = true;
		t->last = seed;
		if (t->orders++ < 20 && model == CIGO_COOPERATIVE)
			kit_note("seed %d wrote %s", seed, text);
	}
}

static int tell(int model, void *arg)
{
	static struct tally tally; /* of this process */
	int err = 0, n = kit_picture() ? 1 : model == CIGO_PREEMPTIVE ? tries / 10 : tries;

	CIGO_UNUSED(arg);
	tally = (struct tally){ 0 };
	for (int seed = 1; seed <= n && err >= 0; seed++) {
		cigo_loop_options o = { .size = sizeof o, .model = model };

		o.shuffle_seed = (uint64_t)seed;
		err = cigo_run_with(&o, cigo_ctx_background(), write_text, NULL);
		note_order(&tally, order_of(text), seed, model);
	}
	kit_row("texts with torn or lost letters", "%d of %d", tally.torn, n);
	kit_row("orders of whole letters seen", "%d of %d", tally.orders, possible());
	if (tally.orders == possible())
		kit_row("all orders seen after", "%d runs", tally.last);
	else
		kit_row("all orders seen after", "not seen");
	kit_right(!tally.torn);
	return err;
}

static const struct kit_variant variants[] = {
	{ "pen", "take the pen, two strokes, put it back",
	  "Cooperatively every order of the letters can come, and the seed decides which. The same seed "
	  "gives the same order, so a failure can be played again. No seed tears a letter: between "
	  "seeing the pen free and taking it there is no await, so a plain bool is a lock. Preemptively "
	  "both tasks can see the pen free and take it, and letters are torn or lost. No seed plays that "
	  "again, because the kernel decides; a schedule does (cigo-explore, demos/interleave_orders).",
	  NULL, tell, NULL },
	{ 0 },
};

static const struct kit_option options[] = {
	{ "letters", "letters that each task writes", &letters, 1, MOST },
	{ "tries", "runs, one seed each; preemptively a tenth", &tries, 10, 0 },
	{ 0 },
};

int main(int argc, char **argv)
{
	static const struct kit_demo demo = {
		.name = "interleave",
		.title = "Interleave: two tasks write letters, each in two strokes, with one pen",
		.lesson =
			"Which orders are possible? Cooperatively all orders of the steps between "
			"awaits, and a seed shows each of them. Preemptively far more.",
		.variants = variants,
		.options = options,
	};

	return kit_main(&demo, argc, argv);
}
