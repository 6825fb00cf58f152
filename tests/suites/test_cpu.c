/* SPDX-License-Identifier: MIT
 * Which CPUs a loop's threads run on, and that nobody notices.
 */
#include "tests/tools/kit.h"

#include "engine/engine.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sched.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static cpu_set_t mask(void)
{
	cpu_set_t set;

	ok(sched_getaffinity(0, sizeof set, &set));
	return set;
}

static bool is_mask(const cpu_set_t *expected)
{
	cpu_set_t now = mask();

	return CPU_EQUAL(&now, expected);
}

static int cpus(void)
{
	cpu_set_t set = mask();

	return CPU_COUNT(&set);
}

static bool stopped;

CORO(yield_till_stopped)
{
	while (!stopped)
		ok(cigo_yield(ctx));
	return 0;
}

/* Hands over to another until this strand has a CPU of its loop's; false: never. */
static bool settle(cigo_ctx *ctx)
{
	int64_t end = t_real_now() + CIGO_S(5);

	while (cpus() > 1 && t_real_now() < end)
		for (int i = 0; i < 64; i++)
			ok(cigo_yield(ctx));
	return cpus() == 1;
}

/* Runs body beside a coroutine to hand over to, with these options. */
static int run(const cigo_loop_options *o, cigo_coro_fn *body, void *arg)
{
	cigo_loop_options real = o ? *o : (cigo_loop_options){ .size = sizeof real };

	real.clock = CIGO_CLOCK_REAL;
	stopped = false;
	return cigo_run_with(&real, cigo_ctx_background(), body, arg);
}

struct pair {
	cigo_task *other;
};

static void begin(cigo_ctx *ctx, struct pair *p)
{
	p->other = cigo_spawn(ctx, yield_till_stopped, 0, NULL);
}

static int end(cigo_ctx *ctx, const struct pair *p)
{
	stopped = true;
	return cigo_future_take(ctx, p->other, NULL, 0);
}

/* --- the home CPU ---------------------------------------------------------------------------- */

CORO(see_one_cpu)
{
	const cpu_set_t *before = arg;
	struct pair p;

	begin(ctx, &p);
	ck_assert(settle(ctx));
	cpu_set_t now = mask(), both;
	CPU_AND(&both, &now, before);
	ck_assert_msg(CPU_EQUAL(&both, &now), "a CPU outside the mask");
	ck_assert_uint_gt(counts(ctx).moves, 0);
	return end(ctx, &p);
}

BEFORE_ALL
{
	setenv("CIGO_MODEL", "cooperative", 1); /* the other has no home CPU, and does not spin */
}

TEST_CASE("home");

TEST(who_hand_over_often_share_a_cpu_and_the_home_threads_mask_is_back)
{
	cpu_set_t before = mask();

	if (CPU_COUNT(&before) < 2)
		return;
	ok(run(NULL, see_one_cpu, &before));
	ck_assert(is_mask(&before));
}

CORO(see_the_mask)
{
	struct pair p;

	begin(ctx, &p);
	for (int i = 0; i < 2000; i++)
		ok(cigo_yield(ctx));
	ck_assert(is_mask(arg));
	equal(counts(ctx).moves, 0);
	equal(counts(ctx).spins, 0);
	return end(ctx, &p);
}

TEST(it_is_off_by_option)
{
	cigo_loop_options o = { .size = sizeof o, .home = CIGO_HOME_OFF };
	cpu_set_t before = mask();

	ok(run(&o, see_the_mask, &before));
}

CORO(yield_often)
{
	for (int i = 0; i < 300; i++)
		ok(cigo_yield(ctx));
	ck_assert(is_mask(arg));
	return 0;
}

CORO(two_yield)
{
	cigo_task *a = cigo_spawn(ctx, yield_often, 0, arg);

	ok(yield_often(ctx, arg, NULL));
	ok(cigo_future_take(ctx, a, NULL, 0));
	equal(counts(ctx).moves, 0);
	equal(counts(ctx).spins, 0);
	return 0;
}

TEST(it_is_off_in_the_preemptive_model)
{
	cigo_loop_options o = { .size = sizeof o, .model = CIGO_PREEMPTIVE };
	cpu_set_t before = mask();

	ok(run(&o, two_yield, &before));
}

TEST(it_is_off_by_environment)
{
	cpu_set_t before = mask();

	setenv("CIGO_HOME", "0", 1);
	ok(run(NULL, see_the_mask, &before));
}

TEST(with_one_cpu_there_is_nothing_to_choose)
{
	cpu_set_t before = mask(), one;

	CPU_ZERO(&one);
	for (int cpu = 0; !CPU_COUNT(&one); cpu++)
		if (CPU_ISSET(cpu, &before))
			CPU_SET(cpu, &one);
	ok(sched_setaffinity(0, sizeof one, &one));
	ok(run(NULL, see_the_mask, &one));
	ck_assert(is_mask(&one));
}

CORO(compute)
{
	int64_t end = t_real_now() + CIGO_MS(200);

	while (t_real_now() < end) {
		for (volatile int i = 0; i < 200000; i++)
			;
		ok(cigo_yield(ctx));
		nap(3); /* seldom: not often enough to be worth a CPU */
	}
	ck_assert(is_mask(arg));
	return 0;
}

CORO(two_compute)
{
	cigo_task *a = cigo_spawn(ctx, compute, 0, arg), *b = cigo_spawn(ctx, compute, 0, arg);

	ok(cigo_future_take(ctx, a, NULL, 0));
	return cigo_future_take(ctx, b, NULL, 0);
}

TEST(who_hand_over_seldom_are_left_to_the_kernel)
{
	cpu_set_t before = mask();

	ok(run(NULL, two_compute, &before));
}

CORO(be_left_alone)
{
	struct pair p;
	int64_t until;

	begin(ctx, &p);
	ck_assert(settle(ctx));
	ok(end(ctx, &p));
	until = t_real_now() + CIGO_S(5);
	while (!is_mask(arg) && t_real_now() < until)
		ok(cigo_yield(ctx)); /* to nobody */
	ck_assert(is_mask(arg));
	return 0;
}

TEST(who_has_nobody_left_to_hand_over_to_is_let_go)
{
	cpu_set_t before = mask();

	if (CPU_COUNT(&before) > 1)
		ok(run(NULL, be_left_alone, &before));
}

CORO(sleep_alone)
{
	struct pair p;

	begin(ctx, &p);
	ck_assert(settle(ctx));
	ok(end(ctx, &p));
	ok(cigo_sleep(ctx, CIGO_MS(100)));
	ck_assert(is_mask(arg));
	return 0;
}

TEST(who_slept_for_long_is_let_go)
{
	cpu_set_t before = mask();

	if (CPU_COUNT(&before) > 1)
		ok(run(NULL, sleep_alone, &before));
}

/* --- who is not bound ------------------------------------------------------------------------ */

CORO(see_all)
{
	return is_mask(arg) ? 0 : -EINVAL;
}

static int see_all_blocking(void *arg)
{
	return is_mask(arg) ? 0 : -EINVAL;
}

CORO(workers_and_sections)
{
	struct pair p;

	begin(ctx, &p);
	if (settle(ctx)) {
		ok(cigo_future_take(ctx, cigo_go(ctx, see_all, 0, arg), NULL, 0));
		ok(cigo_blocking_call(ctx, see_all_blocking, arg));
		ck_assert(settle(ctx)); /* it is bound again after that */
	}
	return end(ctx, &p);
}

TEST_CASE("anywhere");

TEST(workers_and_blocking_sections_run_anywhere)
{
	cpu_set_t before = mask();

	if (CPU_COUNT(&before) > 1)
		ok(run(NULL, workers_and_sections, &before));
}

CORO(fork_one)
{
	struct pair p;
	int status;

	begin(ctx, &p);
	bool bound = settle(ctx);
	pid_t child = fork();
	if (!child)
		_exit(is_mask(arg) ? 0 : 1);
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	ck_assert(bound && WIFEXITED(status));
	equal(WEXITSTATUS(status), 0);
	return end(ctx, &p);
}

TEST(a_child_of_fork_runs_anywhere)
{
	cpu_set_t before = mask();

	if (CPU_COUNT(&before) > 1)
		ok(run(NULL, fork_one, &before));
}

CALLBACK(fork_in_callback)
{
	const cpu_set_t *before = arg;
	int child_status;
	pid_t child = fork();

	ok(status);
	if (!child)
		_exit(is_mask(before) ? 0 : 1);
	while (waitpid(child, &child_status, 0) < 0 && errno == EINTR)
		;
	ck_assert(WIFEXITED(child_status));
	equal(WEXITSTATUS(child_status), 0);
}

CORO(callbacks)
{
	struct pair p;

	begin(ctx, &p);
	ck_assert(settle(ctx));
	ck_assert_int_gt(cigo_loop_call_soon(cigo_ctx_loop(ctx), fork_in_callback, arg), 0);
	ok(cigo_yield(ctx));
	return end(ctx, &p);
}

TEST(so_does_a_child_of_a_callback)
{
	cpu_set_t before = mask();

	if (CPU_COUNT(&before) < 2)
		return;
	ok(run(NULL, callbacks, &before));
	ck_assert(is_mask(&before));
}

/* --- refused --------------------------------------------------------------------------------- */

enum { LOW = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? 4 : 0 }; /* half of a register */

/* As a container's filter would: from here on the call fails with err on all threads, if its argument
 * number arg has that value. */
static void refuse_if(unsigned call, unsigned err, unsigned arg, unsigned value)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, args) + 8 * arg + LOW),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | err),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { sizeof code / sizeof *code, code };

	ok(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	ok((int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program));
}

CORO(go_on_without)
{
	struct pair p;

	begin(ctx, &p);
	for (int i = 0; i < 2000; i++)
		ok(cigo_yield(ctx));
	ck_assert(is_mask(arg));
	ck_assert_uint_le(counts(ctx).moves, 1);
	return end(ctx, &p);
}

TEST_CASE("refused");

TEST(where_the_kernel_refuses_it_is_off)
{
	cpu_set_t before = mask();

	refuse_if(SYS_sched_setaffinity, EPERM, 1, sizeof(cpu_set_t));
	ok(run(NULL, go_on_without, &before));
	ck_assert(is_mask(&before));
}

CORO(make_no_moves)
{
	struct pair p;

	begin(ctx, &p);
	for (int i = 0; i < 2000; i++)
		ok(cigo_yield(ctx));
	equal(counts(ctx).moves, 0);
	equal(counts(ctx).spins, 0);
	(void)arg;
	return end(ctx, &p);
}

/* So it is with more processors than a cpu_set_t has bits. */
TEST(where_the_mask_cannot_be_had_it_is_off)
{
	refuse_if(SYS_sched_getaffinity, EINVAL, 1, sizeof(cpu_set_t));
	ok(run(NULL, make_no_moves, NULL));
}

static pid_t other; /* thread */

CORO(tell_tid)
{
	other = gettid();
	while (!stopped)
		ok(cigo_yield(ctx));
	return 0;
}

CORO(be_refused_for_the_other)
{
	cigo_task *t = cigo_spawn(ctx, tell_tid, 0, NULL);
	int64_t until = t_real_now() + CIGO_S(5);

	ck_assert(settle(ctx));
	refuse_if(SYS_sched_setaffinity, EPERM, 0, (unsigned)other);
	while (!cigo_ctx_loop(ctx)->affinity.refused && t_real_now() < until) {
		for (int i = 0; i < 64; i++)
			ok(cigo_yield(ctx)); /* often: the other is to be bound, if it is not, */
		nap(50);		     /* and then seldom enough to be let go */
	}
	for (int i = 0; i < 1000; i++)
		ok(cigo_yield(ctx));
	ck_assert(cigo_ctx_loop(ctx)->affinity.refused);
	ck_assert(is_mask(arg));
	stopped = true;
	return cigo_future_take(ctx, t, NULL, 0);
}

TEST(where_it_is_refused_later_who_was_bound_is_let_go)
{
	cpu_set_t before = mask();

	if (CPU_COUNT(&before) < 2)
		return;
	ok(run(NULL, be_refused_for_the_other, &before));
	ck_assert(is_mask(&before));
}

CORO(lose_the_home_cpu)
{
	struct pair p;

	begin(ctx, &p);
	ck_assert(settle(ctx));
	cigo_ctx_loop(ctx)->affinity.home = CPU_SETSIZE - 1; /* as if it had been taken out */
	for (int i = 0; i < 3; i++)
		ok(cigo_yield(ctx));
	ck_assert_int_ne(cigo_ctx_loop(ctx)->affinity.home, CPU_SETSIZE - 1);
	ok(cigo_yield(ctx));
	ck_assert(settle(ctx)); /* on another */
	return end(ctx, &p);
}

TEST(where_the_home_cpu_is_gone_another_is_taken)
{
	cpu_set_t before = mask();

	if (CPU_COUNT(&before) < 2 || CPU_ISSET(CPU_SETSIZE - 1, &before))
		return;
	ok(run(NULL, lose_the_home_cpu, &before));
	ck_assert(is_mask(&before));
}

/* --- spinning -------------------------------------------------------------------------------- */

static const int many = 20000;

CORO(alternate)
{
	struct pair p;

	begin(ctx, &p);
	for (int i = 0; i < many; i++)
		ok(cigo_yield(ctx));
	*(cigo_stats *)arg = counts(ctx);
	return end(ctx, &p);
}

TEST_CASE("spinning");

TEST(spinning_is_off_by_option)
{
	cigo_loop_options o = { .size = sizeof o, .spin = CIGO_SPIN_OFF };
	cigo_stats s;

	ok(run(&o, alternate, &s));
	equal(s.spins, 0);
}

TEST(spinning_changes_nothing_but_the_time)
{
	cigo_stats s;

	ok(run(NULL, alternate, &s));
	ck_assert_uint_ge(s.handoffs, 2 * (unsigned)many); /* there and back, spun for or not */
	ck_assert_uint_le(s.spins, s.handoffs);
}

static int turn; /* whose it is: with the baton only */

CORO(of_three)
{
	for (int i = 0; i < 3000; i++) {
		equal(turn, *(int *)arg);
		turn = (turn + 1) % 3;
		ok(cigo_yield(ctx));
	}
	return 0;
}

CORO(three)
{
	int numbers[] = { 0, 1, 2 };
	cigo_task *t[3];

	turn = 0;
	for (int i = 0; i < 3; i++)
		t[i] = cigo_spawn(ctx, of_three, 0, &numbers[i]);
	for (int i = 0; i < 3; i++)
		ok(cigo_future_take(ctx, t[i], NULL, 0));
	equal(counts(ctx).spins, 0);
	(void)arg;
	return 0;
}

TEST(three_in_turn_do_not_spin)
{
	ok(run(NULL, three, NULL));
}

static int items(cigo_ctx *ctx, cigo_gen *g, void *arg)
{
	(void)arg;
	for (int i = 0; i < many && cigo_yield_item(ctx, g, &i); i++)
		;
	return 0;
}

CORO(generate)
{
	cigo_iter *it = cigo_generate(ctx, items, sizeof(int), &(int){ 0 });
	int item, n = 0;

	(void)arg;
	while (cigo_next(ctx, it, &item))
		equal(item, n++);
	equal(n, many);
	return cigo_iter_close(ctx, it);
}

TEST(a_generator_and_its_consumer_may_spin)
{
	ok(run(NULL, generate, NULL));
}

/* --- several loops --------------------------------------------------------------------------- */

THREAD(run_alternate)
{
	cigo_loop_options o = { .size = sizeof o, .clock = CIGO_CLOCK_REAL };

	stopped = true; /* shared: only looked at */
	return (void *)(intptr_t)cigo_run_with(&o, cigo_ctx_background(), three, arg);
}

TEST_CASE("loops");

TEST(a_loop_on_another_thread_leaves_my_mask_alone)
{
	cpu_set_t before = mask();
	pthread_t t = thread_start(run_alternate, NULL);

	for (int i = 0; i < 20; i++) {
		ck_assert(is_mask(&before));
		nap(1);
	}
	ck_assert_ptr_null(thread_join(t));
	ck_assert(is_mask(&before));
}
