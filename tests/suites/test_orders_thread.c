/* SPDX-License-Identifier: MIT
 * Threads beside a loop, under every order: workers, blocking sections, posts, submissions. Whatever the
 * loop does, it takes turns with them at the entries of the library, in both models. What
 * tests/model/baton.pml and wakeup.pml prove of the protocols is looked for in the code: two hold the
 * baton, a post is lost or doubled while the loop goes to sleep. What happens between two entries is one
 * step here: the driver's last look into the inbox and its sleep are, so that only spin has the orders
 * of their parts.
 */
#include "tests/tools/orders.h"

static int inside, posted, came, begun, ended;

static void open_world(void)
{
	inside = posted = came = begun = ended = 0;
}

/* ---- the baton ---- */

TEST_CASE("baton", .seconds = 60);

/* Runs between two calls that give up the baton; nobody else of the loop does meanwhile. */
static void hold(void)
{
	inside++;
	cigo_check(inside == 1, "%d hold the baton", inside);
	cigo_check(cigo_now(cigo_ctx_background()) >= 0, "no time"); /* an entry, so a point */
	cigo_check(inside == 1, "%d hold the baton", inside);
	inside--;
}

static int no_work(void *arg)
{
	*(int *)arg = 1;
	return 0;
}

MEMBER(goes_out_and_in)
{
	hold();
	cigo_ignore(cigo_blocking_call(ctx, no_work, &(int){ 0 }));
	hold();
	cigo_ignore(cigo_yield(ctx));
	hold();
	t_got[me] = 0;
}

/* baton.pml: assert(running == 1), and all end. */
ORDERS_TEST(one_holds_the_baton_at_a_time, .only = CIGO_COOPERATIVE, .outcomes = "++",
	    .preemptions = 1)
{
	open_world();
	together(ctx, goes_out_and_in, goes_out_and_in);
	t_outcome(2);
}

/* ---- posts ---- */

TEST_CASE("posts", .seconds = 60);

enum { POSTS = 2 };
static cigo_loop *loop;
static cigo_event *all_came;

CALLBACK(arrives)
{
	cigo_check(!status, "status %d", status);
	if (++came == posted && posted == POSTS)
		cigo_event_set(all_came);
}

CORO(posts_one)
{
	posted++;
	return cigo_loop_call_threadsafe(loop, arrives, NULL);
}

CORO(posts_all)
{
	for (posted = 0; posted < POSTS;) {
		posted++;
		ok(cigo_loop_call_threadsafe(loop, arrives, NULL));
	}
	return 0;
}

/* wakeup.pml: everything that was posted arrives. Main waits for nothing else, so the loop goes to sleep
 * before, between and after the posts; a lost wake-up would be a deadlock. */
static void await_posts(cigo_ctx *ctx, cigo_coro_fn *worker, int workers)
{
	cigo_task *t[POSTS];

	open_world();
	loop = cigo_ctx_loop(ctx);
	all_came = cigo_event_new();
	for (int i = 0; i < workers; i++)
		t[i] = cigo_go(ctx, worker, 0, NULL);
	ok(cigo_event_wait(ctx, all_came));
	cigo_check(came == POSTS, "%d of %d posts came", came, POSTS);
	for (int i = 0; i < workers; i++)
		ok(cigo_future_take(ctx, t[i], NULL, 0));
	cigo_check(came == POSTS, "%d of %d posts came", came, POSTS);
	cigo_event_free(all_came);
	cigo_outcome("all came");
}

ORDERS_TEST(no_post_is_lost_while_the_loop_goes_to_sleep, .outcomes = "all came")
{
	await_posts(ctx, posts_all, 1);
}

ORDERS_TEST(no_post_of_two_threads_is_lost, .outcomes = "all came", .preemptions = 1)
{
	await_posts(ctx, posts_one, 2);
}

/* ---- workers ---- */

TEST_CASE("workers", .seconds = 60);

CORO(works)
{
	begun++;
	cigo_point(ctx);
	*(int *)ret = 7;
	int err = cigo_ctx_error(ctx);
	ended++;
	return err;
}

MEMBER(awaits_worker)
{
	int value = 99;

	t_got[me] = cigo_take(ctx, cigo_go(ctx, works, sizeof value, NULL), &value);
	cigo_check(begun == ended, "the worker still runs");
	cigo_check(!begun || value == 7, "the value is %d", value);
}

MEMBER(cancels_a)
{
	t_cancel(0);
}

ORDERS_TEST(a_worker_s_result_meets_a_cancellation, .outcomes = "+ | - | x", .preemptive = "+ | x",
	    .preemptions = 1)
{
	open_world();
	together(ctx, awaits_worker, cancels_a);
	t_outcome(1);
}

/* ---- blocking sections ---- */

static int section_result;

static int blocks(void *arg)
{
	CIGO_UNUSED(arg);
	begun++;
	cigo_point(cigo_ctx_background());
	ended++;
	return 7;
}

/* The result of the section is never lost; the call after it hears of a cancellation. */
MEMBER(enters_section)
{
	section_result = cigo_blocking_call(ctx, blocks, NULL);
	cigo_check(section_result == 7 && begun == ended, "the section gave %d", section_result);
	t_got[me] = cigo_sleep(ctx, CIGO_MS(1));
}

ORDERS_TEST(a_section_s_result_is_kept_beside_a_cancellation, .outcomes = "- | x",
	    .preemptive = "x", .preemptions = 1)
{
	open_world();
	together(ctx, enters_section, cancels_a);
	t_outcome(1);
}

/* ---- submissions ---- */

CORO(answers)
{
	begun++;
	*(int *)ret = 7;
	int err = cigo_sleep(ctx, CIGO_MS(1));
	ended++;
	return err;
}

CORO(submits)
{
	return cigo_loop_submit(ctx, loop, answers, NULL, ret, sizeof(int));
}

MEMBER(awaits_submission)
{
	int value = 99;

	t_got[me] = cigo_take(ctx, cigo_go(ctx, submits, sizeof value, NULL), &value);
	cigo_check(begun == ended, "what was submitted still runs");
	cigo_check(t_got[me] || value == 7, "the value is %d", value);
}

ORDERS_TEST(a_submission_of_a_worker_comes_back, .outcomes = "+", .preemptions = 1)
{
	open_world();
	loop = cigo_ctx_loop(ctx);
	together(ctx, awaits_submission);
	t_outcome(1);
}
