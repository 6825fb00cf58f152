/* SPDX-License-Identifier: MIT
 * Stacks from slabs, without threads but where a thread is what it is about. */
#include "tests/tools/kit.h"

#include <alloca.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "thread/stack.h"
#include "thread/strand.h"

enum { PAGE = 4096, STACK = 64 * 1024, MANY = 400 };

static struct ci_stack some[MANY];

static void take(struct ci_stack *s, size_t size)
{
	ok(ci_stack_alloc(s, size));
	ck_assert_uint_ge(s->size, size);
}

static unsigned long in_use(void)
{
	unsigned long stacks, slabs;

	ci_stack_count(&stacks, &slabs);
	return stacks;
}

static unsigned long mappings(void)
{
	unsigned long stacks, slabs;

	ci_stack_count(&stacks, &slabs);
	return slabs;
}

/* How a child ends that runs fn. */
static int ending(void (*fn)(void *arg), void *arg)
{
	pid_t child = fork();
	int status = -1;

	if (child == 0) {
		struct rlimit none = { 0, 0 };

		setrlimit(RLIMIT_CORE, &none);
		fn(arg);
		_exit(0);
	}
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	return status;
}

/* Sanitizers turn the signal into an exit. */
static bool faulted(int status)
{
	return WIFSIGNALED(status) ? WTERMSIG(status) == SIGSEGV
				   : t_is_slow() && WEXITSTATUS(status) != 0;
}

static long lines_of_maps(void)
{
	FILE *f = fopen("/proc/self/maps", "r");
	long n = 0;

	for (int c; (c = getc(f)) != EOF;)
		n += c == '\n';
	fclose(f);
	return n;
}

TEST_CASE("slabs");

TEST(stacks_may_be_used_from_end_to_end)
{
	static const size_t sizes[] = { 1, 20000, STACK, 100001, 256 * 1024, 3 << 20, 200 << 20 };

	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		take(&some[i], sizes[i]);
		some[i].base[0] = 1;
		some[i].base[some[i].size - 1] = 2;
		equal((uintptr_t)some[i].base % PAGE, 0);
	}
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		equal(some[i].base[0], 1);
		equal(some[i].base[some[i].size - 1], 2);
		ci_stack_free(&some[i]);
	}
}

TEST(absurd_sizes_are_eagain)
{
	struct ci_stack s;

	fails(ci_stack_alloc(&s, SIZE_MAX), -EAGAIN);
	fails(ci_stack_alloc(&s, SIZE_MAX / 2), -EAGAIN);
	ck_assert_ptr_null(s.slab);
	ci_stack_free(&s);
	equal(in_use(), 0);
}

TEST(many_stacks_share_a_mapping)
{
	static struct ci_stack first[CI_STACK_MAPPED]; /* whose guards are mappings */
	for (int i = 0; i < CI_STACK_MAPPED; i++)
		take(&first[i], STACK);
	long before = lines_of_maps();

	for (int i = 0; i < MANY; i++)
		take(&some[i], STACK);
	equal(in_use(), CI_STACK_MAPPED + MANY);
	ck_assert_uint_le(mappings(), 12 + CI_STACK_MAPPED / 64);
	if (!ci_stack_maps() && !t_is_slow()) /* sanitizers have maps of their own */
		ck_assert_int_le(lines_of_maps() - before, 16);
	for (int i = 0; i < MANY; i++)
		for (int j = 0; j < i; j++)
			ck_assert(some[i].base >= some[j].base + some[j].size + CI_STACK_GUARD ||
				  some[j].base >= some[i].base + some[i].size + CI_STACK_GUARD);
	for (int i = 0; i < MANY; i++)
		ci_stack_free(&some[i]);
	for (int i = 0; i < CI_STACK_MAPPED; i++)
		ci_stack_free(&first[i]);
}

TEST(a_stack_given_back_is_the_next_one)
{
	for (int i = 0; i < 3; i++)
		take(&some[i], STACK);
	char *base = some[1].base;
	ci_stack_free(&some[1]);
	ck_assert_ptr_null(some[1].slab);
	take(&some[1], STACK - 1);
	ck_assert_ptr_eq(some[1].base, base);
	for (int i = 0; i < 3; i++)
		ci_stack_free(&some[i]);
}

TEST(without_a_stack_in_use_nothing_stays_mapped)
{
	unsigned char there;

	for (int i = 0; i < MANY; i++)
		take(&some[i], STACK);
	char *base = some[MANY - 1].base;
	for (int i = 0; i < MANY; i++)
		ci_stack_free(&some[i]);
	equal(in_use(), 0);
	equal(mappings(), 0);
	fails(mincore(base, PAGE, &there), -1);
	equal(errno, ENOMEM);
}

static long resident(void)
{
	long n = 0;

	for (int i = 1; i < MANY; i++) {
		unsigned char there = 0;

		ok(mincore(some[i].base, PAGE, &there));
		n += there & 1;
	}
	return n;
}

TEST(most_stacks_given_back_give_back_their_pages)
{
	struct ci_stack freed[MANY];

	for (int i = 0; i < MANY; i++) {
		take(&some[i], STACK);
		some[i].base[0] = 1;
	}
	equal(resident(), MANY - 1);
	memcpy(freed, some, sizeof freed);
	for (int i = 1; i < MANY; i += 2) /* every second one: no slab goes */
		ci_stack_free(&freed[i]);
	ck_assert_int_le(resident(), MANY / 2 + 140);
	ck_assert_int_ge(resident(), MANY / 2 - 1);
	for (int i = 0; i < MANY; i++)
		ci_stack_free(&freed[i]);
}

TEST_CASE("guards");

static void touch(void *p)
{
	*(volatile char *)p = 1;
}

static void check_guards(void)
{
	for (int i = 0; i < 10; i++)
		take(&some[i], STACK);
	for (int i = 0; i < 10; i += 9) {
		equal(ending(touch, some[i].base), 0);
		equal(faulted(ending(touch, some[i].base - 1)), true);
		equal(faulted(ending(touch, some[i].base - CI_STACK_GUARD)), true);
	}
	for (int i = 0; i < 10; i++)
		ci_stack_free(&some[i]);
}

TEST(below_each_stack_is_a_guard)
{
	check_guards();
}

TEST(where_memory_is_locked_there_are_guards_too)
{
	if (mlockall(MCL_CURRENT | MCL_FUTURE))
		return;	  /* not allowed here */
	if (!t_is_slow()) /* sanitizers do not lock */
		equal(ci_stack_maps(), 2);
	check_guards();
	munlockall();
}

static void overflow(struct ci_strand *s T_UNUSED)
{
	char *array = alloca(100 * 1024);

	__asm__ volatile("" : : "r"(array) : "memory"); /* else it is as small as its use */
	array[0] = 1;					/* 36 kB and more below the stack */
	__asm__ volatile("" : : "r"(array) : "memory");
}

static void overflow_on_strand(void *arg T_UNUSED)
{
	struct ci_strand *s;

	ok(ci_strand_create(&s, 40 * 1024, overflow, NULL, 0));
	ci_strand_join(s);
}

TEST(a_large_array_on_a_small_stack_ends_in_the_guard)
{
	equal(faulted(ending(overflow_on_strand, NULL)), true);
}

TEST_CASE("threads and memory");

static void use(struct ci_strand *s)
{
	volatile char bytes[20000];

	for (size_t i = 0; i < sizeof bytes; i += 61)
		bytes[i] = (char)i;
	ci_baton_take(&s->baton, (cigo_loop *)(void *)some);
}

TEST(threads_leave_no_stack_behind)
{
	static struct ci_strand *strands[64];
	long rounds = t_scale(50, 3);

	for (long round = 0; round < rounds; round++) {
		for (int i = 0; i < 64; i++)
			ok(ci_strand_create(&strands[i], STACK << round % 3, use, NULL, 0));
		equal(in_use(), 64);
		for (int i = 0; i < 64; i++) {
			ci_baton_pass(&strands[i]->baton);
			ci_strand_join(strands[i]);
		}
		equal(in_use(), 0);
	}
	equal(mappings(), 0);
}

/* How many chains the kernel's table of sleepers has; 0: it is not the process's own. */
static long chains(void)
{
	return prctl(78 /* PR_FUTEX_HASH */, 2 /* GET_SLOTS */, 0, 0, 0);
}

TEST(the_kernel_s_table_of_sleepers_grows_with_the_threads)
{
	static struct ci_strand *strands[300];
	long few = 0;

	for (int i = 0; i < 300; i++) {
		ok(ci_strand_create(&strands[i], STACK, use, NULL, 0));
		if (i == 10)
			few = chains();
	}
	if (few > 0) /* Linux 6.16 and later; some few for few threads */
		ck_assert_int_ge(chains(), 300);
	for (int i = 0; i < 300; i++) {
		ci_baton_pass(&strands[i]->baton);
		ci_strand_join(strands[i]);
	}
}

/* To replace a table takes tens of ms. A child of fork has none, whatever its parent had. */
static void look_at_first_table(void *ret)
{
	struct ci_stack s;
	int64_t began = t_real_now();
	bool kernel_has_some = chains() == 0;

	if (!kernel_has_some || ci_stack_alloc(&s, STACK))
		_exit(2);
	*(long *)ret = chains();
	_exit(t_real_now() - began < CIGO_S(1) || t_is_slow() ? 0 : 3);
}

TEST(a_process_without_threads_gets_a_table_at_its_first_thread)
{
	long *seen = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	ck_assert_ptr_ne(seen, MAP_FAILED);
	for (int i = 0; i < 2; i++) {
		struct ci_strand *s;
		int status = ending(look_at_first_table, seen);

		ck_assert(WIFEXITED(status));
		if (WEXITSTATUS(status) ==
		    2) /* Linux 6.15 and earlier, or a tool that knows no such call */
			return;
		equal(WEXITSTATUS(status), 0);
		ck_assert_int_ge(*seen, 1024);
		ok(ci_strand_create(&s, STACK, use, NULL, 0)); /* the next child's parent has one */
		ci_baton_pass(&s->baton);
		ci_strand_join(s);
	}
	munmap(seen, PAGE);
}

TEST(a_strand_lies_on_its_own_stack)
{
	struct ci_strand *s;

	ok(ci_strand_create(&s, STACK, use, NULL, 0));
	ck_assert((char *)s >= s->thread.stack.base);
	ck_assert((char *)(s + 1) <= s->thread.stack.base + s->thread.stack.size);
	ci_baton_pass(&s->baton);
	ci_strand_join(s);
}

/* ---- too little memory ---- */

static void take_till_the_end(void *arg T_UNUSED)
{
	struct rlimit limit = { 400 << 20, 400 << 20 };
	struct ci_stack s[400];
	int n = 0;

	setrlimit(RLIMIT_AS, &limit);
	while (n < 400 && ci_stack_alloc(&s[n], 4 << 20) == 0)
		n++;
	if (n == 400 || n < 10)
		_exit(1);
	int all = n;
	ci_stack_free(&s[--n]);
	if (ci_stack_alloc(&s[n++], 4 << 20))
		_exit(2);
	while (n)
		ci_stack_free(&s[--n]);
	_exit(in_use() || mappings() ? 3 : all < 80 ? 4 : 0);
}

TEST(where_address_space_ends_the_last_stacks_are_taken_one_by_one)
{
	if (!t_is_slow())
		equal(ending(take_till_the_end, NULL), 0);
}
