/* SPDX-License-Identifier: MIT
 * Interleave: two writers, A and B, share one sheet. They write their letters in two strokes: "Aa", "Bb".
 * Each letter is a task, which spawns its writer's next. Which texts can come out?
 */
#include "demos/kit/kit.h"

#include <string.h>

enum { MOST = 6 };

static int letters = 3, tries = 1000, only_seed;

static char text[4 * MOST + 1];
static volatile int written; /* volatile: so that the compiler reads and writes where it says so */

struct writer {
	cigo_group *group;
	char name;
	int left; /* letters */
};

static void stroke(cigo_ctx *ctx, char c)
{
	cigo_trace_note(ctx, "%c", c);
	text[written] = c;
	written = written + 1;
}

static int letter(cigo_ctx *ctx, void *arg, void *ret)
{
	struct writer *w = arg;

	CIGO_UNUSED(ret);
	stroke(ctx, w->name);
	stroke(ctx, (char)(w->name | 32)); /* no await since the first: still the same letter */
	if (--w->left > 0)
		cigo_group_spawn(w->group, w->name == 'A' ? "A" : "B", letter, 0, w);
	return 0;
}

static int write_text(cigo_ctx *ctx, int each)
{
	cigo_group *group = cigo_group_new(ctx, 0, 0);
	struct writer a = { group, 'A', each }, b = { group, 'B', each };

	written = 0;
	memset(text, 0, sizeof text);
	cigo_group_spawn(group, "A", letter, 0, &a);
	cigo_group_spawn(group, "B", letter, 0, &b);
	int err = cigo_group_wait(ctx, group);
	cigo_group_close(ctx, group);
	return err;
}

/* --- what came out ------------------------------------------------------------------------------ */

/* The order of the letters as bits; -1: some letter is not "Aa" or "Bb". */
static int order_of(const char *s, int each)
{
	int order = 0;

	for (int i = 0; i < 2 * each; i++, s += 2) {
		if ((*s != 'A' && *s != 'B') || s[1] != (*s | 32))
			return -1;
		order = order * 2 + (*s == 'B');
	}
	return *s ? -1 : order;
}

static void judge_text(int each)
{
	if (order_of(text, each) >= 0)
		kit_verdict(true, "%s: whole letters", text);
	else if ((int)strlen(text) == 4 * each)
		kit_verdict(!"torn", "%s: a letter is torn, another's stroke stands inside", text);
	else
		kit_verdict(!"lost", "%s: a stroke is lost, another was written over it", text);
}

/* A letter each is enough to be torn; cooperatively three each have 20 orders. */
static int all_orders(cigo_ctx *ctx, void *arg, void *ret)
{
	int each = kit_explored_model() == CIGO_PREEMPTIVE ? 1 : 3;
	int err = write_text(ctx, each);

	CIGO_UNUSED(arg), CIGO_UNUSED(ret);
	cigo_show(ctx, "text", "%s", text);
	if (!err)
		judge_text(each);
	return err;
}

/* --- many texts, by seeds ----------------------------------------------------------------------- */

/* n of 2n letters are A. */
static int possible(void)
{
	int orders = 1;

	for (int i = 1; i <= letters; i++)
		orders = orders * (letters + i) / i;
	return orders;
}

struct tally {
	bool seen[1 << 2 * MOST];
	int orders, broken, last; /* last: the seed that showed the last new order */
};

static void note_text(struct tally *t, int seed, int model)
{
	int order = order_of(text, letters);

	if (order < 0) {
		if (t->broken++ < 3)
			kit_note("run %d wrote %s: no cooperative order can do this", seed, text);
	} else if (!t->seen[order]) {
		t->seen[order] = true;
		t->last = seed;
		if (t->orders++ < 20 && model == CIGO_COOPERATIVE)
			kit_note("--seed %d wrote %s", seed, text);
	}
}

static int with_seed(cigo_ctx *ctx, void *arg, void *ret)
{
	CIGO_UNUSED(arg), CIGO_UNUSED(ret);
	return write_text(ctx, letters);
}

static void report(const struct tally *t, int n)
{
	kit_of("texts with a broken letter", t->broken, n, "texts");
	kit_of("orders of whole letters seen", t->orders, possible(), "orders");
	if (t->orders == possible())
		kit_count("all orders seen after", t->last, "seeds");
	else
		kit_row("all orders seen after", "not seen");
	if (t->broken)
		kit_verdict(!t->broken, "%d of %d texts have a broken letter", t->broken, n);
	else
		kit_verdict(true, "all letters are whole");
}

static int tell(int model, void *arg)
{
	static struct tally tally; /* of this process */
	int err = 0, n = only_seed || kit_picture() ? 1 : tries, first = only_seed ? only_seed : 1;

	CIGO_UNUSED(arg);
	tally = (struct tally){ 0 };
	for (int seed = first; seed < first + n && err >= 0; seed++) {
		cigo_loop_options o = { .size = sizeof o, .model = model };

		o.shuffle_seed = (uint64_t)seed;
		err = cigo_run_with(&o, cigo_ctx_background(), with_seed, NULL);
		note_text(&tally, seed, model);
	}
	report(&tally, n);
	return err;
}

static const struct kit_variant variants[] = {
	{ "sheet", "each letter in two strokes, without an await in between",
	  "Cooperatively every order of the letters can come: exploring tries all, and dice with a seed "
	  "come to them sooner or later. The same seed gives the same order: type it back as --seed. "
	  "No order breaks a letter, as there is no await between its strokes. Preemptively a thread "
	  "can be stopped after its first stroke, or in the middle of one. Real runs hardly ever show "
	  "it, and no seed plays it again, because the kernel decides; a schedule does.",
	  NULL, tell, NULL, all_orders, 5, false },
	{ 0 },
};

static const struct kit_option options[] = {
	{ "letters", "letters of each writer", &letters, 1, MOST },
	{ "tries", "texts of a run, a seed each", &tries, 1, 0 },
	{ "seed", "only the text of this seed; 0: of all", &only_seed, 0, 0 },
	{ 0 },
};

int main(int argc, char **argv)
{
	static const struct kit_demo demo = {
		.name = "interleave",
		.title = "Interleave: two writers and their letters, each in two strokes",
		.lesson =
			"Which orders are possible? Cooperatively all orders of the steps between "
			"awaits. Preemptively far more.",
		.variants = variants,
		.options = options,
	};

	return kit_main(&demo, argc, argv);
}
