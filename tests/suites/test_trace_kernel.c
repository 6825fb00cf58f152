/* SPDX-License-Identifier: MIT
 * Traces that say what the kernel did: by perf where it may be asked, else by samples; the threads of
 * lanes; names of locks.
 */
#include "tests/tools/wire.h"

#include <errno.h>
#include <linux/futex.h>
#include <linux/perf_event.h>
#include <semaphore.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "loop/trace_perf.h"

static char file[32];

static void make_file(void)
{
	snprintf(file, sizeof file, "/tmp/cigo-kernel-XXXXXX");
	int fd = mkstemp(file);

	ck_assert_int_ge(fd, 0);
	close(fd);
}

static char *text_of_file(void)
{
	static char text[1 << 24];
	FILE *f = fopen(file, "r");

	ck_assert_ptr_nonnull(f);
	size_t n = fread(text, 1, sizeof text - 1, f);
	text[n] = 0;
	fclose(f);
	return text;
}

/* Runs body, traced so; returns the trace. */
static char *traced(const char *suffix, cigo_model model, cigo_coro_fn *body, void *arg)
{
	char name[64];
	cigo_loop_options o = { .size = sizeof o, .model = model, .trace = name };

	make_file();
	snprintf(name, sizeof name, "%s%s", file, suffix);
	ok(cigo_run_with(&o, cigo_ctx_background(), body, arg));
	char *text = text_of_file();
	ok(unlink(file));
	return text;
}

static int how_often(const char *text, const char *part)
{
	int n = 0;

	for (; (text = strstr(text, part)); text++)
		n++;
	return n;
}

/* ---- perf, or the lack of it ---- */

static int (*real_perf)(struct perf_event_attr *attr, int cpu);
static int refusal, first_refused;

static int refuses(struct perf_event_attr *attr, int cpu)
{
	if (cpu < first_refused)
		return real_perf(attr, cpu);
	errno = refusal;
	return -1;
}

static void refuse_perf(int err, int from_cpu)
{
	real_perf = ci_perf_open_event;
	ci_perf_open_event = refuses;
	refusal = err;
	first_refused = from_cpu;
}

/* The source that this machine has when it is asked. */
static const char *usual_source(void)
{
	struct perf_event_attr attr = { .size = sizeof attr,
					.type = PERF_TYPE_SOFTWARE,
					.config = PERF_COUNT_SW_DUMMY,
					.exclude_kernel = 1,
					.context_switch = 1 };
	int fd = ci_perf_open_event(&attr, 0);

	if (fd < 0)
		return "sampled";
	close(fd);
	return "perf";
}

static void expect_source(const char *text, const char *source)
{
	char line[64];

	snprintf(line, sizeof line, "\"args\":{\"source\":\"%s\"}", source);
	contains(text, line);
}

TEST_CASE("the kernel", .seconds = 30);

CORO(rests)
{
	return cigo_sleep(ctx, CIGO_MS(5));
}

TEST(without_the_word_the_kernel_is_not_asked)
{
	ck_assert_ptr_null(strstr(traced("", 0, rests, NULL), "\"kernel"));
}

TEST(the_trace_says_who_told)
{
	const char *text = traced(",kernel", 0, rests, NULL);

	expect_source(text, usual_source());
	contains(text, "\"cat\":\"kernel\",\"name\":\"on CPU\"");
	ck_assert_ptr_null(strstr(text, "kernel_lost"));
}

TEST(samples_may_be_asked_for)
{
	const char *text = traced(",kernel=sampled", 0, rests, NULL);

	expect_source(text, "sampled");
	contains(text, "\"cat\":\"kernel\"");
}

TEST(another_word_is_told)
{
	static struct caught c;

	catch_stderr(&c);
	const char *text = traced(",kernel=perf", 0, rests, NULL);
	const char *got = caught_stderr(&c);
	expect_source(text, usual_source());
	contains(got, "cigo: CIGO_TRACE: kernel=perf is not understood (kernel or kernel=sampled)");
}

TEST(without_perf_there_are_samples, TIMES(5))
{
	static const int errors[] = { EPERM, EACCES, ENOENT, ENOSYS, EMFILE };

	refuse_perf(errors[_i], 0);
	const char *text = traced(",kernel", 0, rests, NULL);
	ci_perf_open_event = real_perf;
	expect_source(text, "sampled");
}

TEST(perf_on_some_cpus_is_not_enough)
{
	if (sysconf(_SC_NPROCESSORS_ONLN) < 2)
		return;
	refuse_perf(EMFILE, 1);
	const char *text = traced(",kernel", 0, rests, NULL);
	ci_perf_open_event = real_perf;
	expect_source(text, "sampled");
}

/* ---- what a thread is blocked in ---- */

struct door {
	sem_t sem;
	bool named, renamed;
};

CORO(waits_at_the_door)
{
	struct door *d = arg;

	CIGO_UNUSED(ctx);
	while (sem_wait(&d->sem))
		;
	return 0;
}

CORO(opens_the_door)
{
	struct door *d = arg;

	ok(sem_init(&d->sem, 0, 0));
	if (d->named)
		cigo_trace_name(ctx, &d->sem, sizeof d->sem, "the %s", "door");
	if (d->renamed)
		cigo_trace_name(ctx, &d->sem, sizeof d->sem, NULL);
	cigo_trace_name(ctx, NULL, 1, "nothing");
	cigo_task *t = cigo_spawn(ctx, waits_at_the_door, 0, d);
	ok(cigo_sleep(ctx, CIGO_MS(300)));
	ok(sem_post(&d->sem));
	int err = cigo_take(ctx, t, (char *)NULL);
	ok(sem_destroy(&d->sem));
	return err;
}

TEST(a_blocked_thread_says_in_what, TIMES(2))
{
	struct door d = { .named = true };
	const char *text =
		traced(_i ? ",kernel=sampled" : ",kernel", CIGO_PREEMPTIVE, opens_the_door, &d);

	contains(text, "\"in\":\"sem_wait on the door\"}");
}

/* A lock that main holds, a condition that it signals late; a word of the program's own. */
static struct hall {
	pthread_mutex_t lock;
	pthread_cond_t bell;
	bool rung;
	uint32_t word;
} hall = { .lock = PTHREAD_MUTEX_INITIALIZER, .bell = PTHREAD_COND_INITIALIZER };

CORO(locks)
{
	pthread_mutex_lock(&hall.lock);
	pthread_mutex_unlock(&hall.lock);
	return 0;
}

CORO(hears)
{
	pthread_mutex_lock(&hall.lock);
	while (!hall.rung)
		pthread_cond_wait(&hall.bell, &hall.lock);
	pthread_mutex_unlock(&hall.lock);
	return 0;
}

CORO(waits_for_the_word)
{
	while (!__atomic_load_n(&hall.word, __ATOMIC_SEQ_CST))
		syscall(SYS_futex, &hall.word, FUTEX_WAIT_PRIVATE, 0, NULL, NULL, 0);
	return 0;
}

CORO(lets_three_wait)
{
	hall.rung = false;
	hall.word = 0;
	cigo_trace_name(ctx, &hall.lock, sizeof hall.lock, "the lock");
	cigo_trace_name(ctx, &hall.bell, sizeof hall.bell, "the bell");
	cigo_trace_name(ctx, &hall.word, sizeof hall.word, "the word");
	cigo_task *ear = cigo_spawn(ctx, hears, 0, NULL);
	cigo_task *reader = cigo_spawn(ctx, waits_for_the_word, 0, NULL);
	ok(cigo_sleep(ctx, CIGO_MS(100)));
	pthread_mutex_lock(&hall.lock);
	cigo_task *hand = cigo_spawn(ctx, locks, 0, NULL);
	ok(cigo_sleep(ctx, CIGO_MS(200)));
	hall.rung = true;
	pthread_cond_signal(&hall.bell);
	pthread_mutex_unlock(&hall.lock);
	__atomic_store_n(&hall.word, 1, __ATOMIC_SEQ_CST);
	syscall(SYS_futex, &hall.word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
	ok(cigo_take(ctx, hand, (char *)NULL));
	ok(cigo_take(ctx, reader, (char *)NULL));
	return cigo_take(ctx, ear, (char *)NULL);
}

TEST(the_pthread_call_is_named_where_it_is_known)
{
	const char *text = traced(",kernel", CIGO_PREEMPTIVE, lets_three_wait, NULL);

	contains(text, "\"in\":\"pthread_mutex_lock on the lock\"}");
	contains(text, "\"in\":\"pthread_cond_wait on the bell\"}");
	contains(text, "\"in\":\"futex on the word\"}");
}

TEST(a_lock_without_a_name_is_a_futex)
{
	struct door d = { 0 };
	const char *text = traced(",kernel", CIGO_PREEMPTIVE, opens_the_door, &d);

	contains(text, "\"in\":\"futex\"}");
	d = (struct door){ .named = true, .renamed = true };
	text = traced(",kernel", CIGO_PREEMPTIVE, opens_the_door, &d);
	contains(text, "\"in\":\"futex\"}");
	ck_assert_ptr_null(strstr(text, "the door"));
}

CORO(names_much)
{
	static char objects[5000];

	for (size_t i = 0; i < sizeof objects; i++)
		cigo_trace_name(ctx, &objects[i], 1, "object %zu", i);
	return 0;
}

TEST(too_many_names_do_no_harm)
{
	traced(",kernel", 0, names_much, NULL);
	ok(cigo_run(names_much, NULL));
	cigo_trace_name(NULL, &file, 1, "outside of any loop");
}

/* ---- threads ---- */

CORO(notes_its_thread)
{
	cigo_trace_note(ctx, "thread %d", gettid());
	return 0;
}

CORO(has_threads)
{
	cigo_task *t = cigo_spawn(ctx, notes_its_thread, 0, NULL);

	ok(cigo_take(ctx, t, (char *)NULL));
	t = cigo_go(ctx, notes_its_thread, 0, NULL);
	ok(cigo_take(ctx, t, (char *)NULL));
	return notes_its_thread(ctx, NULL, NULL);
}

TEST(the_tid_is_that_of_the_kernel)
{
	const char *text = traced("", 0, has_threads, NULL);
	int notes = 0;

	for (const char *line = text; (line = strstr(line, "\"name\":\"note\"")); line++) {
		const char *tid = strstr(line, "\"tid\":"), *said = strstr(line, "thread ");

		ck_assert(tid && said);
		equal(atoi(tid + 6), atoi(said + 7));
		notes++;
	}
	equal(notes, 3);
	equal(how_often(text, "\"name\":\"thread_name\""), 4); /* of the loop, too */
	equal(how_often(text, "\"name\":\"lane_name\""), 4);
}

/* ---- the end ---- */

CORO(exits)
{
	ok(cigo_sleep(ctx, CIGO_MS(5)));
	exit(7);
}

TEST(exit_leaves_a_whole_file)
{
	char name[64];
	int status;

	make_file();
	snprintf(name, sizeof name, "%s,kernel", file);
	cigo_loop_options o = { .size = sizeof o, .trace = name };
	fflush(NULL);
	pid_t pid = fork();
	if (pid == 0)
		_exit(cigo_run_with(&o, cigo_ctx_background(), exits, NULL) ? 1 : 0);
	equal(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 7);
	const char *text = text_of_file();
	ok(unlink(file));
	ck_assert_str_eq(text + strlen(text) - 5, "}\n]}\n");
	contains(text, "\"cat\":\"kernel\"");
}

/* More switches than a buffer holds: none is lost. */
CORO(yields_much)
{
	for (int i = 0; i < 1000; i++)
		ok(cigo_yield(ctx));
	return 0;
}

CORO(yield_together)
{
	cigo_group *g = cigo_group_new(ctx, 0, 0);

	for (int i = 0; i < 8; i++)
		cigo_group_spawn(g, NULL, yields_much, 0, NULL);
	int err = cigo_group_wait(ctx, g);
	cigo_group_close(ctx, g);
	return err;
}

TEST(many_switches_are_told)
{
	const char *text = traced(",kernel", CIGO_COOPERATIVE, yield_together, NULL);

	ck_assert_int_ge(how_often(text, "\"cat\":\"kernel\""), 8);
	ck_assert_ptr_null(strstr(text, "kernel_lost"));
}
