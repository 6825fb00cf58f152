/* SPDX-License-Identifier: MIT
 * Tracing: what the hooks hear of small programs, in order; the file.
 */
#include "tests/tools/wire.h"

#include <signal.h>
#include <stdarg.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

/* ---- what is heard, a line an event ---- */

struct record {
	char text[16384];
	size_t n;
	int64_t last; /* when the last event was */
	bool polls;   /* polls are written down too */
};

CIGO_PRINTF(2, 3) static void note(struct record *r, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	r->n += (size_t)vsnprintf(r->text + r->n, sizeof r->text - r->n, format, ap);
	va_end(ap);
	ck_assert_uint_lt(r->n, sizeof r->text);
}

static struct record *hear(void *arg, const cigo_trace_event *e)
{
	struct record *r = arg;

	ck_assert_int_ge(e->when, r->last);
	r->last = e->when;
	return r;
}

#define HOOK(name, ...)                                        \
	static void name(void *arg, const cigo_trace_event *e) \
	{                                                      \
		note(hear(arg, e), __VA_ARGS__);               \
	}
#define N(x) (int)(x)

HOOK(spawned, "spawn %d %s%s by %d\n", N(e->id), e->name, e->worker ? " (worker)" : "", N(e->by))
HOOK(readied, "ready %d by %d\n", N(e->id), N(e->by))
HOOK(started, "start %d %s%s\n", N(e->id), e->name, e->worker ? " (worker)" : "")
HOOK(suspended, "suspend %d %s on %s %d at %s\n", N(e->id), e->call, e->on ? e->on : "-",
     N(e->on_id), e->function ? e->function : "-")
HOOK(blocked, "blocking %d\n", N(e->id))
HOOK(resumed, "resume %d\n", N(e->id))
HOOK(cancelled, "cancel %d %s %s by %d\n", N(e->id), e->name, cigo_strerror(e->error), N(e->by))
HOOK(finished, "done %d %s %s\n", N(e->id), e->name, e->error ? cigo_strerror(e->error) : "0")
HOOK(callback_begins, "callback %d\n", N(e->id))
HOOK(callback_ends, "callback ends\n")
HOOK(shown, "show %d %s = %s\n", N(e->id), e->name, e->value)

/* Called beside the other hooks, so it has a record of its own. */
static struct record notes_heard;
static pthread_mutex_t notes_lock = PTHREAD_MUTEX_INITIALIZER;

static void noted(void *arg T_UNUSED, const cigo_trace_event *e)
{
	pthread_mutex_lock(&notes_lock);
	note(&notes_heard, "note %d %s\n", N(e->id), e->value);
	pthread_mutex_unlock(&notes_lock);
}

static void poll_begins(void *arg, const cigo_trace_event *e)
{
	struct record *r = hear(arg, e);

	if (r->polls)
		note(r, "poll\n");
}

static void poll_ends(void *arg, const cigo_trace_event *e)
{
	struct record *r = hear(arg, e);

	if (r->polls)
		note(r, "poll ends, %d\n", e->events);
}

static const cigo_trace_hooks all = {
	.size = sizeof all,
	.spawn = spawned,
	.ready = readied,
	.start = started,
	.suspend = suspended,
	.blocking = blocked,
	.resume = resumed,
	.cancel = cancelled,
	.done = finished,
	.callback_begin = callback_begins,
	.callback_end = callback_ends,
	.poll_begin = poll_begins,
	.poll_end = poll_ends,
	.show = shown,
	.note = noted,
};

static int run_options(const cigo_loop_options *o, struct record *r, cigo_coro_fn *body, void *arg)
{
	cigo_loop *loop = cigo_loop_new(o);

	ck_assert_ptr_nonnull(loop);
	ok(cigo_trace_set(loop, &all, r));
	int err = cigo_loop_run(loop, cigo_ctx_background(), body, arg);
	cigo_loop_unref(loop);
	return err;
}

/* Runs body on the virtual clock and compares what was heard. */
static void expect(cigo_coro_fn *body, const char *text)
{
	cigo_loop_options o = { .size = sizeof o,
				.model = CIGO_COOPERATIVE,
				.clock = CIGO_CLOCK_VIRTUAL };
	static struct record r;

	ok(run_options(&o, &r, body, NULL));
	ck_assert_str_eq(r.text, text);
}

/* ---- small programs ---- */

TEST_CASE("heard");

CORO(nothing)
{
	return 0;
}

TEST(a_run_is_spawn_ready_start_done)
{
	expect(nothing, "spawn 1 main by 0\n"
			"ready 1 by 0\n"
			"start 1 main\n"
			"done 1 main 0\n");
}

CORO(sleeper)
{
	return cigo_sleep(ctx, CIGO_MS(10));
}

CORO(awaits_a_child)
{
	cigo_task *t = cigo_spawn(ctx, sleeper, 0, NULL);
	int err = cigo_join(ctx, t);

	cigo_future_unref(t);
	return err;
}

TEST(an_await_names_its_task_and_its_place)
{
	expect(awaits_a_child, "spawn 1 main by 0\n"
			       "ready 1 by 0\n"
			       "start 1 main\n"
			       "spawn 2 sleeper by 1\n"
			       "ready 2 by 1\n"
			       "suspend 1 future_await on sleeper 2 at awaits_a_child\n"
			       "start 2 sleeper\n"
			       "suspend 2 sleep on - 0 at -\n"
			       "ready 2 by 0\n"
			       "resume 2\n"
			       "ready 1 by 2\n"
			       "done 2 sleeper 0\n"
			       "resume 1\n"
			       "done 1 main 0\n");
}

CORO(yields)
{
	return cigo_yield(ctx);
}

TEST(who_yields_is_ready_as_it_suspends)
{
	expect(yields, "spawn 1 main by 0\n"
		       "ready 1 by 0\n"
		       "start 1 main\n"
		       "suspend 1 yield on - 0 at -\n"
		       "ready 1 by 1\n"
		       "resume 1\n"
		       "done 1 main 0\n");
}

CORO(takes_the_mutex)
{
	ok(cigo_mutex_lock(ctx, arg));
	cigo_mutex_unlock(arg);
	return 0;
}

CORO(holds_a_mutex)
{
	cigo_mutex *m = cigo_mutex_new();

	ok(cigo_mutex_lock(ctx, m));
	cigo_task *t = cigo_spawn(ctx, takes_the_mutex, 0, m);
	ok(cigo_yield(ctx));
	cigo_mutex_unlock(m);
	ok(cigo_take(ctx, t, (char *)NULL));
	cigo_mutex_free(m);
	return 0;
}

TEST(a_mutex_names_its_holder)
{
	expect(holds_a_mutex, "spawn 1 main by 0\n"
			      "ready 1 by 0\n"
			      "start 1 main\n"
			      "spawn 2 takes_the_mutex by 1\n"
			      "ready 2 by 1\n"
			      "suspend 1 yield on - 0 at -\n"
			      "ready 1 by 1\n"
			      "start 2 takes_the_mutex\n"
			      "suspend 2 mutex_lock on main 1 at -\n"
			      "resume 1\n"
			      "ready 2 by 1\n"
			      "suspend 1 future_take on takes_the_mutex 2 at holds_a_mutex\n"
			      "resume 2\n"
			      "ready 1 by 2\n"
			      "done 2 takes_the_mutex 0\n"
			      "resume 1\n"
			      "done 1 main 0\n");
}

CORO(cancels)
{
	cigo_task *started = cigo_spawn(ctx, sleeper, 0, NULL);
	ok(cigo_yield(ctx));
	cigo_task *never = cigo_spawn(ctx, sleeper, 0, NULL);
	ok(cigo_future_cancel(never, 0));
	fails(cigo_task_stop(ctx, started), -ECANCELED);
	fails(cigo_task_stop(ctx, never), -ECANCELED);
	return 0;
}

TEST(a_cancelled_task_wakes_and_one_that_never_ran_only_ends)
{
	expect(cancels, "spawn 1 main by 0\n"
			"ready 1 by 0\n"
			"start 1 main\n"
			"spawn 2 sleeper by 1\n"
			"ready 2 by 1\n"
			"suspend 1 yield on - 0 at -\n"
			"ready 1 by 1\n"
			"start 2 sleeper\n"
			"suspend 2 sleep on - 0 at -\n"
			"resume 1\n"
			"spawn 3 sleeper by 1\n"
			"ready 3 by 1\n"
			"cancel 3 sleeper context canceled by 1\n"
			"cancel 2 sleeper context canceled by 1\n"
			"ready 2 by 1\n"
			"suspend 1 task_stop on sleeper 2 at -\n"
			"done 3 sleeper context canceled\n"
			"resume 2\n"
			"ready 1 by 2\n"
			"done 2 sleeper context canceled\n"
			"resume 1\n"
			"done 1 main 0\n");
}

static int two(cigo_ctx *ctx, cigo_gen *g, void *arg)
{
	CIGO_UNUSED(arg);
	for (int i = 0; i < 2; i++)
		if (!cigo_yield_item(ctx, g, &i))
			return 0;
	return 0;
}

CORO(walks_a_generator)
{
	cigo_iter *it = cigo_iter_generate(ctx, "two", two, sizeof(int), NULL, 0);
	int i, sum = 0;

	while (cigo_next(ctx, it, &i) > 0)
		sum += i;
	equal(sum, 1);
	return cigo_iter_close(ctx, it);
}

TEST(a_generator_and_its_consumer_wake_each_other)
{
	expect(walks_a_generator, "spawn 1 main by 0\n"
				  "ready 1 by 0\n"
				  "start 1 main\n"
				  "spawn 2 two by 1\n"
				  "ready 2 by 1\n"
				  "suspend 1 iter_next on two 2 at walks_a_generator\n"
				  "start 2 two\n"
				  "ready 1 by 2\n"
				  "suspend 2 gen_yield_item on - 0 at two\n"
				  "resume 1\n"
				  "ready 2 by 1\n"
				  "suspend 1 iter_next on two 2 at walks_a_generator\n"
				  "resume 2\n"
				  "ready 1 by 2\n"
				  "suspend 2 gen_yield_item on - 0 at two\n"
				  "resume 1\n"
				  "ready 2 by 1\n"
				  "suspend 1 iter_next on two 2 at walks_a_generator\n"
				  "resume 2\n"
				  "ready 1 by 2\n"
				  "done 2 two 0\n"
				  "resume 1\n"
				  "done 1 main 0\n");
}

CORO(blocks)
{
	cigo_blocking_begin(ctx);
	cigo_blocking_end(ctx);
	return 0;
}

TEST(a_blocking_section_ends_when_its_letter_is_read)
{
	expect(blocks, "spawn 1 main by 0\n"
		       "ready 1 by 0\n"
		       "start 1 main\n"
		       "blocking 1\n"
		       "ready 1 by 0\n"
		       "resume 1\n"
		       "done 1 main 0\n");
}

CORO(employs)
{
	cigo_task *t = cigo_go(ctx, nothing, 0, NULL);

	return cigo_take(ctx, t, (char *)NULL);
}

TEST(a_worker_has_a_lane)
{
	expect(employs, "spawn 1 main by 0\n"
			"ready 1 by 0\n"
			"start 1 main\n"
			"spawn 2 cigo_go (worker) by 1\n"
			"start 2 cigo_go (worker)\n"
			"suspend 1 future_take on cigo_go 2 at employs\n"
			"ready 1 by 0\n"
			"done 2 cigo_go 0\n"
			"resume 1\n"
			"done 1 main 0\n");
}

CALLBACK(spawns)
{
	cigo_future_unref(cigo_spawn(ctx, nothing, 0, NULL));
}

CORO(calls_back)
{
	ck_assert_int_gt(cigo_loop_call_soon(cigo_ctx_loop(ctx), spawns, NULL), 0);
	ok(cigo_yield(ctx));
	return cigo_yield(ctx);
}

TEST(callbacks_are_the_loops)
{
	expect(calls_back, "spawn 1 main by 0\n"
			   "ready 1 by 0\n"
			   "start 1 main\n"
			   "suspend 1 yield on - 0 at -\n"
			   "ready 1 by 1\n"
			   "callback 0\n"
			   "spawn 2 nothing by 0\n"
			   "ready 2 by 0\n"
			   "callback ends\n"
			   "resume 1\n"
			   "suspend 1 yield on - 0 at -\n"
			   "ready 1 by 1\n"
			   "start 2 nothing\n"
			   "done 2 nothing 0\n"
			   "resume 1\n"
			   "done 1 main 0\n");
}

CORO(reads_a_byte)
{
	int fd[2];

	raw_pipe(fd);
	raw_say(fd[1], "x");
	equal(cigo_fd_wait(ctx, fd[0], CIGO_READ), CIGO_READ);
	close(fd[0]);
	close(fd[1]);
	return 0;
}

TEST(polls_count_what_they_found)
{
	static struct record r = { .polls = true };

	cigo_loop_options o = { .size = sizeof o, .model = CIGO_COOPERATIVE };

	ok(run_options(&o, &r, reads_a_byte, NULL));
	contains(r.text, "suspend 1 fd_wait on - 0 at -\n"
			 "poll\n"
			 "ready 1 by 0\n"
			 "poll ends, 1\n"
			 "resume 1\n");
}

CALLBACK(shows)
{
	cigo_show(ctx, "from", "a callback");
}

CORO(shows_values)
{
	cigo_show(ctx, "balance", "%d", 7);
	cigo_show(NULL, "no", "%s", "context");
	cigo_show(ctx, NULL, "no name");
	cigo_show(ctx, "no text", NULL);
	ck_assert_int_gt(cigo_loop_call_soon(cigo_ctx_loop(ctx), shows, NULL), 0);
	return cigo_loop_wait_idle(ctx);
}

TEST(values_are_shown)
{
	expect(shows_values, "spawn 1 main by 0\n"
			     "ready 1 by 0\n"
			     "start 1 main\n"
			     "show 1 balance = 7\n"
			     "show 1 no = context\n"
			     "suspend 1 loop_wait_idle on - 0 at -\n"
			     "callback 0\n"
			     "show 0 from = a callback\n"
			     "callback ends\n"
			     "ready 1 by 0\n"
			     "resume 1\n"
			     "done 1 main 0\n");
}

TEST_CASE("file");

static char folder[] = "/tmp/cigo-trace-XXXXXX";

static void make_folder(void)
{
	ck_assert_ptr_nonnull(mkdtemp(folder));
}

static char *path(const char *name)
{
	static char text[4][128];
	static unsigned turn;
	char *to = text[turn++ % 4];

	snprintf(to, sizeof *text, "%s/%s", folder, name);
	return to;
}

static void clean_folder(void)
{
	char command[128];

	snprintf(command, sizeof command, "rm -rf %s", folder);
	ok(system(command));
}

/* The file's text; NULL: there is no such file. */
static char *text_of(const char *name)
{
	static char text[1 << 20];
	FILE *f = fopen(path(name), "r");

	if (!f)
		return NULL;
	size_t n = fread(text, 1, sizeof text - 1, f);
	text[n] = 0;
	fclose(f);
	return text;
}

static bool ends_with(const char *text, const char *end)
{
	size_t n = strlen(text), m = strlen(end);

	return n >= m && strcmp(text + n - m, end) == 0;
}

/* A head, lines that begin with "," but for the first, a tail. Python looks at it in trace.sh. */
static void expect_whole(const char *name)
{
	const char *text = text_of(name);

	ck_assert_msg(text != NULL, "no %s", name);
	static const char head[] = "{\"displayTimeUnit\":\"ns\",\"otherData\":{";
	equal(strncmp(text, head, strlen(head)), 0);
	ck_assert(ends_with(text, "}\n]}\n"));
	const char *line = strstr(text, "\"traceEvents\":[\n");
	ck_assert_ptr_nonnull(line);
	line = strchr(strchr(line, '\n') + 1, '\n') + 1;
	for (; *line == ','; line = strchr(line, '\n') + 1)
		equal(strncmp(line, ",{\"ph\":\"", 8), 0);
	ck_assert_str_eq(line, "]}\n");
}

static int trace_run(const char *name, cigo_coro_fn *body)
{
	cigo_loop_options o = { .size = sizeof o, .trace = path(name) };

	return cigo_run_with(&o, cigo_ctx_background(), body, NULL);
}

TEST(each_run_has_its_file)
{
	static const char *const names[] = { "a.b/t.json", "a.b/t.2.json", "a.b/t.3.json",
					     "a.b/t",	   "a.b/t.2",	   "a.b/.t",
					     "a.b/.t.2",   "x.2.json",	   "x.json",
					     "x.3.json" };
	char pid[64];

	make_folder();
	ok(mkdir(path("a.b"), 0777));
	for (int i = 0; i < 3; i++)
		ok(trace_run("a.b/t.json", yields));
	for (int i = 0; i < 2; i++)
		ok(trace_run("a.b/t", yields));
	for (int i = 0; i < 2; i++)
		ok(trace_run("a.b/.t", yields));
	ok(trace_run("x.2.json", yields));
	for (int i = 0; i < 2; i++)
		ok(trace_run("x.json", yields)); /* x.2.json is taken */
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		expect_whole(names[i]);
	ok(trace_run("%p-%p.json", yields));
	snprintf(pid, sizeof pid, "%d-%d.json", getpid(), getpid());
	expect_whole(pid);
	clean_folder();
}

CORO(fails_on)
{
	cigo_detach(cigo_spawn(ctx, sleeper, 0, NULL));
	ok(cigo_yield(ctx));
	return -EPIPE;
}

TEST(the_environment_asks_too_and_a_failing_main_is_whole)
{
	make_folder();
	setenv("CIGO_TRACE", path("env.json"), 1);
	fails(cigo_run(fails_on, NULL), -EPIPE);
	ok(trace_run("option.json", yields));
	unsetenv("CIGO_TRACE");
	ok(cigo_run(yields, NULL));
	expect_whole("env.json");
	ck_assert_ptr_nonnull(
		strstr(text_of("env.json"), "\"args\":{\"error\":-32,\"text\":\"Broken pipe\"}"));
	expect_whole("option.json");
	ck_assert_ptr_null(text_of("option.2.json"));
	clean_folder();
}

TEST(a_file_that_cannot_be_opened_is_named_and_the_run_goes_on)
{
	static struct caught c;

	make_folder();
	catch_stderr(&c);
	int err = trace_run("no/such.json", yields);
	const char *got = caught_stderr(&c);
	ok(err);
	contains(got, "cigo: no trace: ");
	contains(got, "/no/such.json: No such file or directory\n");
	clean_folder();
}

CORO(yields_often)
{
	for (int i = 0; i < 5000; i++)
		ok(cigo_yield(ctx));
	return 0;
}

TEST(a_full_disk_is_named_once_and_the_file_stays_whole, COOPERATIVE)
{
	static struct caught c;
	struct rlimit limit = { 400000, RLIM_INFINITY };

	make_folder();
	signal(SIGXFSZ, SIG_IGN);
	ok(setrlimit(RLIMIT_FSIZE, &limit));
	catch_stderr(&c);
	int err = trace_run("full.json", yields_often);
	const char *got = caught_stderr(&c);
	ok(err);
	const char *text = strstr(got, "File too large; the trace ends there\n");
	ck_assert_ptr_nonnull(text);
	ck_assert_ptr_null(strstr(text, "cigo: "));
	expect_whole("full.json");
	clean_folder();
}

TEST(a_device_that_is_full_from_the_start_harms_nobody)
{
	static struct caught c;
	cigo_loop_options o = { .size = sizeof o, .trace = "/dev/full" };

	catch_stderr(&c);
	int err = cigo_run_with(&o, cigo_ctx_background(), sleeper, NULL);
	const char *got = caught_stderr(&c);
	ok(err);
	ck_assert_str_eq(got, "cigo: /dev/full: No space left on device; the trace ends there\n");
}

CORO(outlives_its_reader)
{
	int *reader = arg;

	close(*reader);
	return yields_often(ctx, NULL, NULL);
}

TEST(a_pipe_without_a_reader_ends_the_trace_and_not_the_program, COOPERATIVE)
{
	static struct caught c;
	int reader;

	make_folder();
	cigo_loop_options o = { .size = sizeof o, .trace = path("pipe.json") };
	ok(mkfifo(o.trace, 0600));
	reader = open(o.trace, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	ck_assert_int_ge(reader, 0);
	ck_assert(signal(SIGPIPE, SIG_DFL) == SIG_DFL);
	catch_stderr(&c);
	int err = cigo_run_with(&o, cigo_ctx_background(), outlives_its_reader, &reader);
	const char *got = caught_stderr(&c);
	ok(err);
	contains(got, "pipe.json: Broken pipe; the trace ends there\n");
	clean_folder();
}

CORO(exits)
{
	ok(cigo_yield(ctx));
	exit(7);
}

CORO(aborts)
{
	cigo_blocking_end(ctx);
	return 0;
}

CORO(gives_up)
{
	ok(cigo_yield(ctx));
	return (int)cigo_must(-EPIPE);
}

CORO(is_killed)
{
	ok(cigo_sleep(ctx, CIGO_MS(1)));
	kill(getpid(), SIGKILL);
	return cigo_sleep(ctx, CIGO_S(10));
}

/* How a child process ended that ran body. */
static int child_runs(const char *name, cigo_coro_fn *body)
{
	static struct caught c;
	int status;

	catch_stderr(&c);
	fflush(NULL);
	pid_t pid = fork();
	if (pid == 0)
		_exit(trace_run(name, body) ? 1 : 0);
	equal(waitpid(pid, &status, 0), pid);
	caught_stderr(&c);
	return status;
}

TEST(exit_and_misuse_leave_a_whole_file)
{
	make_folder();
	int status = child_runs("exit.json", exits);
	ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 7);
	expect_whole("exit.json");
	status = child_runs("abort.json", aborts);
	ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
	expect_whole("abort.json");
	status = child_runs("must.json", gives_up);
	ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
	expect_whole("must.json");
	clean_folder();
}

TEST(a_killed_process_leaves_whole_lines)
{
	make_folder();
	int status = child_runs("kill.json", is_killed);
	ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	ck_assert(ends_with(text_of("kill.json"), "}\n"));
	FILE *f = fopen(path("kill.json"), "a"); /* as the manual says */
	fputs("]}\n", f);
	fclose(f);
	expect_whole("kill.json");
	clean_folder();
}

static bool is_grandchild;

/* Last of all; a sanitizer would take what the other threads' stacks refer to for leaks. */
static void leave_at_once(void)
{
	if (is_grandchild)
		_exit(3);
}

CORO(forks)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		is_grandchild = true;
		exit(3);
	}
	equal(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 3);
	return cigo_yield(ctx);
}

TEST(a_forked_child_that_exits_writes_nothing)
{
	make_folder();
	ok(atexit(leave_at_once));
	int status = child_runs("fork.json", forks);
	ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	expect_whole("fork.json");
	clean_folder();
}

CORO(odd_names)
{
	static const char *const names[] = { "\"quoted\" \\", "tab\there",    "\xff\xc3\xa9",
					     "\xe2\x82",      "\xed\xa0\x80", "\xf0\x9f\x99\x82" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		cigo_detach(cigo_task_spawn(ctx, names[i], nothing, 0, NULL));
	char *long_name = malloc(100001);
	memset(long_name, 'x', 100000);
	long_name[100000] = 0;
	cigo_detach(cigo_task_spawn(ctx, long_name, nothing, 0, NULL));
	free(long_name);
	return 0;
}

TEST(names_are_quoted)
{
	static const char *const wanted[] = { "\"\\\"quoted\\\" \\\\\"",   "\"tab\\u0009here\"",
					      "\"\\ufffd\xc3\xa9\"",	   "\"\\ufffd\\ufffd\"",
					      "\"\\ufffd\\ufffd\\ufffd\"", "\"\xf0\x9f\x99\x82\"" };

	make_folder();
	ok(trace_run("names.json", odd_names));
	expect_whole("names.json");
	for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
		ck_assert_msg(strstr(text_of("names.json"), wanted[i]) != NULL, "%s", wanted[i]);
	clean_folder();
}

static int formatted;

CALLBACK(notes_back)
{
	cigo_trace_note(ctx, "a callback");
}

CORO(worker_notes)
{
	cigo_trace_note(ctx, "a worker");
	return 0;
}

static void *thread_notes(void *arg)
{
	cigo_trace_note(arg, "a thread of the program's");
	return NULL;
}

CIGO_PRINTF(2, 3) static void note_v(cigo_ctx *ctx, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	cigo_trace_note_v(ctx, format, ap);
	va_end(ap);
}

CORO(notes)
{
	pthread_t t;

	cigo_trace_note(ctx, "%d of %s", 1, "main");
	note_v(NULL, "no %s", "context");
	cigo_trace_note(ctx, NULL);
	cigo_blocking_begin(ctx);
	cigo_trace_note(ctx, "in a section");
	ok(pthread_create(&t, NULL, thread_notes, ctx));
	ok(pthread_join(t, NULL));
	cigo_blocking_end(ctx);
	ck_assert_int_gt(cigo_loop_call_soon(cigo_ctx_loop(ctx), notes_back, NULL), 0);
	ok(cigo_loop_wait_idle(ctx));
	cigo_task *w = cigo_go(ctx, worker_notes, 0, NULL);
	return cigo_take(ctx, w, (char *)NULL);
}

TEST(notes_are_on_the_lanes_of_those_that_note)
{
	static struct record r;
	cigo_loop_options o = { .size = sizeof o };

	ok(run_options(&o, &r, notes, NULL));
	contains(notes_heard.text, "note 1 1 of main\n");
	contains(notes_heard.text, "note 1 no context\n");
	contains(notes_heard.text, "note 1 in a section\n");
	contains(notes_heard.text, "note 0 a callback\n");
	contains(notes_heard.text, "note 2 a worker\n");
	ck_assert_ptr_null(strstr(notes_heard.text, "thread of the program"));
}

TEST(notes_are_in_the_file)
{
	make_folder();
	ok(trace_run("note.json", notes));
	expect_whole("note.json");
	contains(text_of("note.json"), "\"cat\":\"note\",\"name\":\"note\"");
	contains(text_of("note.json"), "\"args\":{\"text\":\"1 of main\"}");
	contains(text_of("note.json"), "\"args\":{\"text\":\"a worker\"}");
	clean_folder();
}

CORO(notes_a_long_one)
{
	char text[400];

	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = 0;
	cigo_trace_note(ctx, "%s", text);
	return 0;
}

TEST(a_long_note_is_cut)
{
	static struct record r;
	cigo_loop_options o = { .size = sizeof o };

	ok(run_options(&o, &r, notes_a_long_one, NULL));
	const char *at = strstr(notes_heard.text, "note 1 ");
	ck_assert_ptr_nonnull(at);
	equal(strspn(at + 7, "x"), 200);
}

/* %n tells whether it was formatted. */
CORO(notes_untraced)
{
	int seen = -1;

	cigo_trace_note(ctx, "read%n", &seen);
	formatted = seen;
	return 0;
}

TEST(without_a_trace_nothing_is_formatted)
{
	ok(cigo_run(notes_untraced, NULL));
	equal(formatted, -1);
	cigo_trace_note(NULL, "outside of any loop");
}

static const char *const numbers[] = { "0", "-1", "12.50", "1e3", "-0.5E-10", "9007199254740993" };
static const char *const texts[] = { "",     "-",   "007", "+1", "1.", ".5",	"1e",
				     "0x10", "nan", "inf", "1 ", "1a", "1e400", "a \"b\"\n" };

CORO(shows_all)
{
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
		cigo_show(ctx, "curve", "%s", numbers[i]);
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		cigo_show(ctx, "done", "%s", texts[i]);
	cigo_show(ctx, "", "%s", "no name");
	cigo_show(ctx, "a \"name\"", "%0300d", 1);
	return 0;
}

static int how_often(const char *text, const char *part)
{
	int n = 0;

	while ((text = strstr(text, part)))
		text++, n++;
	return n;
}

TEST(numbers_shown_are_curves_and_all_else_is_instants)
{
	make_folder();
	ok(trace_run("show.json", shows_all));
	expect_whole("show.json");
	const char *text = text_of("show.json");
	equal(how_often(text, "{\"ph\":\"C\",\"cat\":\"show\",\"name\":\"curve\""), 6);
	equal(how_often(text, "{\"ph\":\"C\""), 6);
	equal(how_often(text, ",\"cat\":\"show\",\"name\":\"done\""), 14);
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
		char value[64];

		snprintf(value, sizeof value, "\"value\":%s}", numbers[i]);
		equal(how_often(text, value), 1);
	}
	equal(how_often(text, "\"name\":\"value\""), 1);
	equal(how_often(text, "\"value\":\"a \\\"b\\\"\\u000a\"}"), 1);
	equal(how_often(text, "\"name\":\"a \\\"name\\\"\""), 1);
	clean_folder();
}

TEST_CASE("hooks");

TEST(hooks_that_are_not_wanted_are_not_called)
{
	cigo_trace_hooks few = { .size = offsetof(cigo_trace_hooks, start), .spawn = spawned };
	static struct record r;
	cigo_loop *loop = cigo_loop_new(NULL);

	ok(cigo_trace_set(loop, &few, &r));
	ok(cigo_loop_run(loop, cigo_ctx_background(), yields, NULL));
	cigo_loop_unref(loop);
	ck_assert_str_eq(r.text, "spawn 1 main by 0\n");
	fails(cigo_trace_set(NULL, &few, &r), -ENOMEM);
}

static void set_without_a_size(void *arg T_UNUSED)
{
	cigo_trace_hooks none = { .size = 0 };

	cigo_ignore(cigo_trace_set(cigo_loop_new(NULL), &none, NULL));
}

static void set_twice(void *arg T_UNUSED)
{
	cigo_loop *loop = cigo_loop_new(NULL);

	ok(cigo_trace_set(loop, &all, NULL));
	cigo_ignore(cigo_trace_set(loop, &all, NULL));
}

CORO(sets_late)
{
	return cigo_trace_set(cigo_ctx_loop(ctx), &all, NULL);
}

static void set_in_the_run(void *arg T_UNUSED)
{
	cigo_run(sets_late, NULL);
}

TEST(hooks_are_set_once_before_the_run)
{
	t_abort(set_without_a_size, NULL, "size");
	t_abort(set_twice, NULL, "already");
	t_abort(set_in_the_run, NULL, "begun");
}
