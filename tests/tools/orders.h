/* SPDX-License-Identifier: MIT
 * The words that tests of every order are written with. ORDERS_TEST runs a small program under every
 * schedule: of the cooperative model all there are, of the preemptive one all with two forced
 * switches, its points being the entries of the library. What must hold is said by cigo_check; how
 * each member of the program fared is an outcome, and the set of outcomes must be exactly the one
 * that the test names.
 *
 *	MEMBER(waits)
 *	{
 *		t_got[me] = cigo_event_wait(ctx, event);
 *	}
 *	MEMBER(sets)
 *	{
 *		cigo_event_set(event);
 *	}
 *	ORDERS_TEST(one_that_waits_is_woken, .outcomes = "+ ")
 *	{
 *		event = cigo_event_new();
 *		together(ctx, waits, sets);
 *		cigo_event_free(event);
 *	}
 */
#ifndef CIGO_TESTS_ORDERS_H
#define CIGO_TESTS_ORDERS_H

#include "tests/tools/kit.h"

struct t_orders {
	const char *outcomes;	/* all, in the order of strcmp, with " | " between */
	const char *preemptive; /* in the preemptive model, if there are others; NULL: the same */
	int preemptions;	/* forced switches in it; 0: 2; -1: none */
	int only;		/* a model, CIGO_COOPERATIVE or CIGO_PREEMPTIVE; 0: both */
	bool fork;		/* each schedule in a process of its own */
};

/* ORDERS_TEST(name, .outcomes = ..., ...) { ... }: the program's main, whose context is ctx. */
#define ORDERS_TEST(name, ...)                                                           \
	static void name##_body(cigo_ctx *ctx);                                          \
	CORO(name##_main)                                                                \
	{                                                                                \
		t_begin_order();                                                         \
		name##_body(ctx);                                                        \
		t_end_order();                                                           \
		return 0;                                                                \
	}                                                                                \
	TEST(name, .from = CIGO_COOPERATIVE, .to = CIGO_PREEMPTIVE + 1)                  \
	{                                                                                \
		t_try_orders(#name, name##_main, _i, &(struct t_orders){ __VA_ARGS__ }); \
	}                                                                                \
	static void name##_body(cigo_ctx *ctx T_UNUSED)

/* MEMBER(name) { ... }: the body of a coroutine that together() runs as the member number `me`. */
#define MEMBER(name)                                    \
	static void name##_body(cigo_ctx *ctx, int me); \
	CORO(name)                                      \
	{                                               \
		name##_body(ctx, *(const int *)arg);    \
		return 0;                               \
	}                                               \
	static void name##_body(cigo_ctx *ctx T_UNUSED, int me T_UNUSED)

enum { T_MEMBERS = 6, T_NEVER = 1 /* the member has not come so far */ };

/* Of the present schedule. */
T_UNUSED static cigo_task *t_member[T_MEMBERS];
T_UNUSED static int t_got[T_MEMBERS]; /* what a member's call has returned */
T_UNUSED static int t_members;
T_UNUSED static bool t_cooperative; /* the model */

/* Runs the members, the first as number 0, and waits for them all. A member may cancel another that
 * stands before it in the list. */
#define together(ctx, ...)                          \
	do {                                        \
		begin_together((ctx), __VA_ARGS__); \
		end_together(ctx);                  \
	} while (0)
/* The same in two steps; between the two it is main's turn, too. */
#define begin_together(ctx, ...)                               \
	t_spawn_members(                                       \
		(ctx), (cigo_coro_fn *const[]){ __VA_ARGS__ }, \
		(int)(sizeof((cigo_coro_fn *const[]){ __VA_ARGS__ }) / sizeof(cigo_coro_fn *)))

static inline void t_spawn_members(cigo_ctx *ctx, cigo_coro_fn *const *bodies, int n)
{
	static const char *const names[T_MEMBERS] = { "a", "b", "c", "d", "e", "f" };
	static int numbers[T_MEMBERS] = { 0, 1, 2, 3, 4, 5 };

	for (int i = 0; i < n; i++) {
		t_member[i] = cigo_task_spawn(ctx, names[i], bodies[i], 0, &numbers[i]);
		t_members = i + 1;
	}
}

static inline void end_together(cigo_ctx *ctx)
{
	cigo_ignore(cigo_wait(ctx, CIGO_WAIT_ALL, t_member, (size_t)t_members));
	for (int i = 0; i < t_members; i++)
		cigo_check(cigo_future_is_done(t_member[i]), "%c is not done", 'a' + i);
}

static inline void t_cancel(int member)
{
	cigo_future_cancel(t_member[member], -ECANCELED);
}

static inline int t_nothing(cigo_ctx *ctx T_UNUSED, void *arg T_UNUSED, void *ret T_UNUSED)
{
	return 0;
}

/* Any others may go on here, for as long as they like. (One that yields lets each of the others go
 * first, so there are orders in which it cannot take part.) */
static inline void t_pause(cigo_ctx *ctx)
{
	if (t_cooperative)
		cigo_ignore(cigo_future_take(ctx, cigo_task_spawn(ctx, "-", t_nothing, 0, NULL),
					     NULL, 0));
	else
		cigo_point(ctx);
}

/* Nothing more happens before this returns, but what waits for a time that has not come. */
static inline void t_quiet(cigo_ctx *ctx)
{
	ok(cigo_sleep(ctx, CIGO_S(1)));
}

static inline void t_begin_order(void)
{
	t_members = 0;
	for (int i = 0; i < T_MEMBERS; i++)
		t_got[i] = T_NEVER;
}

static inline void t_end_order(void)
{
	for (int i = 0; i < t_members; i++)
		cigo_future_unref(t_member[i]);
}

/* How each of the first n members fared, a letter each: + its call succeeded, - it never came so far,
 * x cancelled, t timed out, c closed, b broken, ? else. */
static inline char t_letter(int got)
{
	static const struct {
		int got;
		char letter;
	} letters[] = { { 0, '+' },	     { T_NEVER, '-' },	    { -ECANCELED, 'x' },
			{ -ETIMEDOUT, 't' }, { CIGO_ECLOSED, 'c' }, { CIGO_EBROKEN, 'b' } };

	for (size_t i = 0; i < sizeof letters / sizeof *letters; i++)
		if (letters[i].got == got)
			return letters[i].letter;
	return '?';
}

static inline void t_outcome(int n)
{
	char text[T_MEMBERS + 1] = "";

	for (int i = 0; i < n; i++)
		text[i] = t_letter(t_got[i]);
	cigo_outcome("%s", text);
}

/* ---- the search ---- */

static inline int t_by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The outcomes, sorted, with " | " between. The caller frees it. */
static inline char *t_outcomes(const cigo_report *r)
{
	const char *sorted[256];
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	ck_assert_uint_le(r->n_outcomes, 256);
	for (size_t i = 0; i < r->n_outcomes; i++)
		sorted[i] = r->outcomes[i]->text;
	qsort(sorted, r->n_outcomes, sizeof *sorted, t_by_text);
	for (size_t i = 0; i < r->n_outcomes; i++)
		fprintf(out, "%s%s", i ? " | " : "", sorted[i]);
	fclose(out);
	return text;
}

static inline const char *t_expected(const struct t_orders *o, int model)
{
	return model == CIGO_PREEMPTIVE && o->preemptive ? o->preemptive : o->outcomes;
}

/* CIGO_ORDERS_PREEMPTIONS=n: as many in every test, for a search that may take long. */
static inline int t_bound(const struct t_orders *o)
{
	return (int)t_env("CIGO_ORDERS_PREEMPTIONS", o->preemptions ? o->preemptions : 2);
}

/* Under a sanitizer only the first orders are tried, and so there may be fewer outcomes. */
static inline void t_judge(const char *name, const cigo_report *r, const char *expected, int model)
{
	char *outcomes = t_outcomes(r);

	fprintf(stderr, "%s, %s: %s %llu orders, at most %llu choices: %s\n", name,
		model == CIGO_PREEMPTIVE ? "preemptive" : "cooperative",
		r->complete ? "all" : "the first", (unsigned long long)r->schedules,
		(unsigned long long)r->deepest, outcomes);
	if (r->failures)
		ck_abort_msg("%s\nCIGO_SCHEDULE=%s\n%s", r->failure, r->replay, r->story);
	if (!t_is_slow()) {
		if (!r->complete)
			ck_abort_msg("not complete: %s", r->incomplete);
		ck_assert_str_eq(outcomes, expected);
	}
	free(outcomes);
}

static inline void t_try_orders(const char *name, cigo_coro_fn *main, int model,
				const struct t_orders *o)
{
	cigo_loop_options loop = { .size = sizeof loop, .model = (cigo_model)model };
	cigo_report report = { .size = sizeof report };

	if (o->only && o->only != model)
		return;
	t_cooperative = model == CIGO_COOPERATIVE;
	cigo_ignore(cigo_explore(&(cigo_explore_options){ .size = sizeof(cigo_explore_options),
							  .loop = &loop,
							  .fork = o->fork,
							  .schedules = t_is_slow() ? 300 : 0,
							  .preemptions = t_bound(o) },
				 main, NULL, &report));
	t_judge(name, &report, t_expected(o, model), model);
	cigo_report_free(&report);
}

#endif
