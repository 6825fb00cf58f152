/* SPDX-License-Identifier: MIT
 * Floor 1 by itself: batons and strands, without a loop. All that the strands share here is plain
 * memory: TSan, helgrind and DRD say whether the baton alone orders it. */
#include "tests/tools/wire.h"

#include <alloca.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "engine/coroutine.h"

enum { STACK = 64 * 1024, GUARD = 64 * 1024, PAGE = 4096 };

static char token; /* batons only compare loops by address */
#define LOOP ((cigo_loop *)(void *)&token)

static struct ci_strand *strand(size_t stack_size, void (*body)(struct ci_strand *))
{
	struct ci_strand *s;

	ok(ci_strand_create(&s, stack_size, body, NULL, 0));
	return s;
}

/* Runs body on a strand to its end; no baton is passed. */
static void on_strand(size_t stack_size, void (*body)(struct ci_strand *))
{
	ci_strand_join(strand(stack_size, body));
}

static struct ci_baton home; /* the test's own; init_home first */

static void init_home(void)
{
	ok(ci_baton_init(&home));
	ci_self.held = LOOP;
}

TEST_CASE("baton", .seconds = 30);

static int steps; /* plain: the baton's holder's */

static void step_and_give_back(struct ci_strand *s)
{
	ci_baton_take(&s->baton, LOOP);
	ck_assert_ptr_eq(ci_self.held, LOOP);
	steps++;
	ci_baton_pass(&home);
	ck_assert_ptr_null(ci_self.held);
}

TEST(who_takes_the_baton_holds_it_and_who_passes_it_does_not)
{
	init_home();
	struct ci_strand *s = strand(STACK, step_and_give_back);
	steps = 1;
	ci_baton_pass(&s->baton);
	ck_assert_ptr_null(ci_self.held);
	ci_baton_take(&home, LOOP);
	ck_assert_ptr_eq(ci_self.held, LOOP);
	equal(steps, 2);
	ci_strand_join(s);
	ci_baton_fini(&home);
}

TEST(a_baton_passed_before_anyone_waits_is_not_lost)
{
	init_home();
	ci_baton_pass(&home); /* to oneself, even */
	ci_baton_take(&home, LOOP);
	ck_assert_ptr_eq(ci_self.held, LOOP);
	ci_baton_fini(&home);
}

enum { RING = 8 };

static struct {
	struct ci_strand *strands[RING];
	long handoffs, left; /* so far; to go */
	int inside;	     /* how many believe to hold the baton */
	int turns[RING];
	bool dice; /* the next is drawn, not the neighbour */
	uint64_t random;
	unsigned living; /* have not returned */
} ring;

static unsigned next_in_ring(unsigned me)
{
	if (!ring.dice)
		return (me + 1) % RING;
	ring.random = ring.random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	unsigned next = (unsigned)(ring.random >> 33) % (RING - 1);
	return next >= me ? next + 1 : next;
}

static unsigned number_of(const struct ci_strand *s)
{
	for (unsigned i = 0; i < RING; i++)
		if (ring.strands[i] == s)
			return i;
	ck_abort_msg("a strand that is none");
	return 0;
}

/* Takes part till no handoff is left; then each who gets the baton ends and passes it on to one who
 * has not, the last one home. */
static void run_in_ring(struct ci_strand *s)
{
	for (;;) {
		ci_baton_take(&s->baton, LOOP);
		equal(ring.inside++, 0);
		unsigned me = number_of(s);
		ring.turns[me]++;
		bool over = ring.left <= 0;
		struct ci_baton *to = &home;
		if (!over) {
			ring.left--;
			ring.handoffs++;
			to = &ring.strands[next_in_ring(me)]->baton;
		} else {
			ring.strands[me] = NULL;
			ring.living--;
			for (unsigned i = 0; i < RING && to == &home; i++)
				if (ring.strands[i])
					to = &ring.strands[i]->baton;
		}
		ring.inside--;
		errno = 1000 + (int)me;
		ci_baton_pass(to);
		equal(errno, 1000 + (int)me);
		if (over)
			return;
	}
}

static void run_ring(bool dice)
{
	struct ci_strand *strands[RING];
	long handoffs = t_scale(200000, 20000);

	init_home();
	ring.dice = dice;
	ring.random = 4711;
	ring.left = handoffs;
	ring.living = RING;
	for (unsigned i = 0; i < RING; i++)
		ring.strands[i] = strands[i] = strand(STACK, run_in_ring);
	ci_baton_pass(&strands[0]->baton);
	ci_baton_take(&home, LOOP);
	equal(ring.handoffs, handoffs);
	equal(ring.living, 0);
	equal(ring.inside, 0);
	for (unsigned i = 0; i < RING; i++) {
		if (!dice) /* and one turn more, to end */
			ck_assert_int_ge(ring.turns[i], handoffs / RING);
		ck_assert_int_ge(ring.turns[i], 2);
		ci_strand_join(strands[i]);
	}
	ci_baton_fini(&home);
}

TEST(one_at_a_time_runs_round_a_ring)
{
	run_ring(false);
}

TEST(one_at_a_time_runs_in_any_order)
{
	run_ring(true);
}

static void give_back(struct ci_strand *s)
{
	ci_baton_take(&s->baton, LOOP);
	nap(20); /* home is waiting by now, most likely */
	errno = 99;
	ci_baton_pass(&home);
}

TEST(taking_the_baton_keeps_errno)
{
	init_home();
	struct ci_strand *s = strand(STACK, give_back);
	ci_baton_pass(&s->baton);
	errno = 77;
	ci_baton_take(&home, LOOP);
	equal(errno, 77);
	ci_strand_join(s);
	ci_baton_fini(&home);
}

static atomic_int interrupted;

static void on_interrupt(int signal)
{
	(void)signal;
	interrupted++;
}

enum { INTERRUPTIONS = 20 };

/* One signal after the other, each only when the last has been handled: by home, in its wait. */
static void interrupt_and_give_back(struct ci_strand *s)
{
	ci_baton_take(&s->baton, LOOP);
	nap(20);
	for (int i = 1; i <= INTERRUPTIONS; i++) {
		kill(getpid(), SIGUSR1);
		while (interrupted < i)
			nap(1);
		nap(1);
	}
	steps = 1;
	ci_baton_pass(&home);
}

TEST(waiting_for_the_baton_survives_signals)
{
	struct sigaction action = { .sa_handler = on_interrupt }; /* no SA_RESTART */

	if (t_under_valgrind()) /* helgrind reports a sem_wait that a signal interrupts */
		return;
	init_home();
	ok(sigaction(SIGUSR1, &action, NULL));
	struct ci_strand *s = strand(STACK, interrupt_and_give_back);
	ci_baton_pass(&s->baton);
	errno = 77;
	ci_baton_take(&home, LOOP);
	equal(steps, 1); /* not before it was passed */
	equal(interrupted, INTERRUPTIONS);
	equal(errno, 77);
	ci_strand_join(s);
	ci_baton_fini(&home);
}

TEST_CASE("stacks");

static size_t want;		  /* bytes of stack */
static __thread char own[300000]; /* more than the smallest stacks have */

enum { STRIDE = 61 };

/* Writes n bytes of its stack here and there, from top to bottom, and finds them again. */
static __attribute__((noinline)) bool use_stack(size_t n)
{
	volatile char *bytes = alloca(n);
	bool found = true;

	for (size_t i = n; i > STRIDE; i -= STRIDE)
		bytes[i - 1] = (char)i;
	bytes[0] = 1;
	for (size_t i = n; i > STRIDE; i -= STRIDE)
		found = found && bytes[i - 1] == (char)i;
	return found;
}

static void use_it(struct ci_strand *s T_UNUSED)
{
	volatile char *mine = own;

	for (size_t i = 0; i < sizeof own; i += STRIDE)
		equal(mine[i], 0);
	for (size_t i = 0; i < sizeof own; i += STRIDE)
		mine[i] = 2;
	/* what glibc and our own frames need is little, but something */
	equal(use_stack(want - 8 * 1024), true);
}

TEST(a_strand_has_the_stack_asked_for_beside_its_thread_locals, TIMES(5))
{
	static const size_t sizes[] = { 32 * 1024, 64 * 1024, 256 * 1024, 1 << 20, 8 << 20 };

	want = sizes[_i];
	on_strand(want, use_it);
	want = sizes[_i] + 1; /* need not be pages */
	on_strand(want, use_it);
}

static void use_little(struct ci_strand *s T_UNUSED)
{
	equal(use_stack(1024), true);
}

TEST(a_stack_too_small_to_live_on_is_made_larger)
{
	on_strand(0, use_little);
	on_strand(1, use_little);
}

/* Whether the kernel can read a byte there: no sanitizer is asked. */
static bool readable(const int pipe_ends[2], const char *address)
{
	char c;

	if (syscall(SYS_write, pipe_ends[1], address, 1) == 1) {
		equal(read(pipe_ends[0], &c, 1), 1);
		return true;
	}
	equal(errno, EFAULT);
	return false;
}

static void feel_for_the_guard(struct ci_strand *s T_UNUSED)
{
	char here = 0;
	const char *page = (const char *)((uintptr_t)&here & ~(uintptr_t)(PAGE - 1));
	size_t usable = 0, guard = 0;
	int ends[2];

	raw_pipe(ends);
	for (; readable(ends, page); page -= PAGE)
		usable += PAGE;
	for (; guard < GUARD && !readable(ends, page); page -= PAGE)
		guard += PAGE;
	close(ends[0]);
	close(ends[1]);
	ck_assert_int_ge(usable, STACK - PAGE);
	equal(guard, GUARD);
}

TEST(below_the_stack_is_a_guard_that_a_60_kb_array_does_not_jump_over)
{
	on_strand(STACK, feel_for_the_guard);
}

TEST(a_stack_of_an_absurd_size_is_eagain)
{
	struct ci_strand *s = (struct ci_strand *)&token;
	sigset_t before, after;

	pthread_sigmask(SIG_SETMASK, NULL, &before);
	fails(ci_strand_create(&s, SIZE_MAX, use_little, NULL, 0), -EAGAIN);
	ck_assert_ptr_null(s);
	fails(ci_strand_create(&s, SIZE_MAX / 2, use_little, NULL, 0), -EAGAIN);
	if (!t_under_valgrind()) /* helgrind reports a pthread_create that fails */
		fails(ci_strand_create(&s, (size_t)1 << 50, use_little, NULL, 0), -EAGAIN);
	ck_assert_ptr_null(s);
	pthread_sigmask(SIG_SETMASK, NULL, &after);
	for (int i = 1; i < 32; i++)
		equal(sigismember(&before, i), sigismember(&after, i));
}

TEST(many_strands_come_and_go)
{
	struct ci_strand *some[100];
	long rounds = t_scale(20, 2);

	for (long round = 0; round < rounds; round++) {
		for (int i = 0; i < 100; i++)
			some[i] = strand(STACK, use_little);
		for (int i = 0; i < 100; i++)
			ci_strand_join(some[i]);
	}
}

TEST_CASE("strands");

static struct ci_coroutine *coroutine(void (*body)(struct ci_coroutine *))
{
	struct ci_coroutine *c;

	ok(ci_coroutine_create(&c, LOOP, STACK, NULL, body));
	return c;
}

static struct ci_coroutine *knows_itself;

static void know_itself(struct ci_coroutine *c)
{
	knows_itself = ci_self.me;
	ck_assert_ptr_eq(c->loop, LOOP);
	ck_assert_ptr_null(ci_self.held); /* a strand begins without */
	ck_assert_ptr_eq(ci_self.thread, &c->strand.thread);
	equal(pthread_equal(c->strand.thread.id, pthread_self()), 1);
}

TEST(a_strand_knows_itself_and_begins_without_the_baton)
{
	struct ci_coroutine *c = coroutine(know_itself);

	ci_strand_join(&c->strand);
	ck_assert_ptr_eq(knows_itself, c);
	ck_assert_ptr_null(ci_self.me); /* the test is none */
	ck_assert_ptr_null(ci_self.thread);
}

static void look_at_names(struct ci_strand *s T_UNUSED)
{
	static const char *const names[][2] = {
		{ "short", "short" },
		{ "fifteen_letters", "fifteen_letters" },
		{ "sixteen__letters", "sixteen__letter" },
		{ "a name of any length, %s and all", "a name of any l" },
		{ "%s%s%n", "%s%s%n" },
		{ "", "" },
	};
	char got[64];

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		ci_strand_name(names[i][0]);
		ok(pthread_getname_np(pthread_self(), got, sizeof got));
		ck_assert_str_eq(got, names[i][1]);
	}
}

TEST(a_thread_bears_at_most_15_bytes_of_its_name)
{
	on_strand(STACK, look_at_names);
}

static void leave(struct ci_coroutine *c)
{
	c->name = "leaver";
	pthread_exit(NULL);
}

PLAIN_MISUSE_TEST(pthread_exit_on_a_strand_is_misuse_that_names_the_coroutine,
		  "leaver: this coroutine's thread was ended")
{
	ci_strand_join(&coroutine(leave)->strand);
}

/* ---- strands: signals ---- */

static void look_at_mask(struct ci_strand *s T_UNUSED)
{
	static const int open[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS, SIGPROF };
	static const int blocked[] = { SIGINT, SIGTERM, SIGALRM, SIGUSR1, SIGCHLD, SIGHUP, SIGPIPE };
	sigset_t mask;

	pthread_sigmask(SIG_SETMASK, NULL, &mask);
	for (size_t i = 0; i < sizeof open / sizeof *open; i++)
		equal(sigismember(&mask, open[i]), 0);
	for (size_t i = 0; i < sizeof blocked / sizeof *blocked; i++)
		equal(sigismember(&mask, blocked[i]), 1);
}

TEST(asynchronous_signals_are_blocked_on_strands_and_faults_are_not)
{
	sigset_t before, after;

	pthread_sigmask(SIG_SETMASK, NULL, &before);
	on_strand(STACK, look_at_mask);
	pthread_sigmask(SIG_SETMASK, NULL, &after);
	for (int i = 1; i < 32; i++)
		equal(sigismember(&before, i), sigismember(&after, i));
}

/* The masks of a forked child: 0 when only SIGUSR2 is blocked, as the test has it. */
static int child_with_the_mask_of_the_test(void)
{
	pid_t child = fork();
	int status = -1;

	if (child == 0) {
		sigset_t mask;

		pthread_sigmask(SIG_SETMASK, NULL, &mask);
		_exit(!sigismember(&mask, SIGUSR2)  ? 1
		      : sigismember(&mask, SIGTERM) ? 2
		      : sigismember(&mask, SIGINT)  ? 3
						    : 0);
	}
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	return status;
}

THREAD(fork_on_thread)
{
	equal(child_with_the_mask_of_the_test(), 0);
	return arg;
}

static void fork_on_strand(struct ci_strand *s)
{
	struct ci_thread worker;

	equal(child_with_the_mask_of_the_test(), 0);
	look_at_mask(s); /* the parent's is what it was */
	/* and so on a thread that a strand has made: not its maker's mask, which blocks all */
	ok(ci_strand_thread(&worker, STACK, fork_on_thread, NULL));
	ci_strand_thread_join(&worker);
}

TEST(a_child_forked_on_a_strand_has_the_signal_mask_of_who_made_the_strand)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	ok(pthread_sigmask(SIG_BLOCK, &set, NULL));
	on_strand(STACK, fork_on_strand);
	equal(child_with_the_mask_of_the_test(), 0);
}
