/* SPDX-License-Identifier: MIT
 * The servers among the demos, as processes of their own, and real clients: who come and go, hang
 * up, are killed, end their side, do not read. tests/demos/httpd.sh has those of demos/httpd.
 */
#include "tests/tools/wire.h"

#include <dirent.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

/* ---- a server ---- */

struct server {
	pid_t pid;
	char address[64];
};

static char *path_of(const char *name)
{
	static char path[4096];
	const char *top = getenv("top_builddir");

	snprintf(path, sizeof path, "%s/demos/%s", top ? top : ".", name);
	return path;
}

static void start(struct server *sv, const char *name)
{
	char *path = path_of(name);
	FILE *said;
	int ends[2];

	ok(pipe2(ends, O_CLOEXEC));
	fflush(NULL);
	sv->pid = fork();
	ck_assert_int_ge(sv->pid, 0);
	if (!sv->pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		dup2(ends[1], STDOUT_FILENO);
		execl(path, name, (char *)NULL);
		perror(path);
		_exit(127);
	}
	close(ends[1]);
	said = fdopen(ends[0], "r");
	ck_assert_msg(fgets(sv->address, sizeof sv->address, said), "%s says no address", path);
	sv->address[strcspn(sv->address, "\n")] = 0;
	fclose(said);
}

/* A signal ends it, with success: under a sanitizer that also means that nothing leaked. */
static void stop(const struct server *sv, int sig)
{
	int status;

	ok(kill(sv->pid, sig));
	equal(waitpid(sv->pid, &status, 0), sv->pid);
	ck_assert_msg(WIFEXITED(status) && !WEXITSTATUS(status), "it ended with status %#x",
		      status);
}

static int count(const struct server *sv, const char *what)
{
	char path[64];
	int n = 0;
	DIR *dir;

	snprintf(path, sizeof path, "/proc/%d/%s", (int)sv->pid, what);
	dir = opendir(path);
	ck_assert_ptr_nonnull(dir);
	while (readdir(dir))
		n++;
	closedir(dir);
	return n - 2;
}

/* It soon has no more descriptors than n. */
static void must_have_fds(cigo_ctx *ctx, const struct server *sv, int n)
{
	for (int i = 0; i < 500 && count(sv, "fd") > n; i++)
		ok(cigo_sleep(ctx, CIGO_MS(10)));
	equal(count(sv, "fd"), n);
}

/* ---- clients ---- */

static cigo_stream *client(cigo_ctx *ctx, const struct server *sv)
{
	cigo_stream *s = NULL;

	ok(cigo_dial(ctx, "tcp", sv->address, &s));
	return s;
}

static void hears(cigo_ctx *ctx, cigo_stream *s, const char *text)
{
	cigo_bytes line;

	ck_assert_int_gt(cigo_stream_read_line(ctx, s, &line), 0);
	ck_assert_str_eq(line.data, text);
}

static void says(cigo_ctx *ctx, cigo_stream *s, const char *text)
{
	equal(cigo_stream_printf(ctx, s, "%s", text), strlen(text));
}

static int client_of(const struct server *sv, int room)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (room)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
	a.sin_port = htons((uint16_t)atoi(strrchr(sv->address, ':') + 1));
	ok(connect(fd, (struct sockaddr *)&a, sizeof a));
	return fd;
}

BEFORE_ALL
{
	if (access(path_of("chat"), X_OK)) {
		puts("the demos are not built");
		exit(77);
	}
}

TEST_CASE("echo");

CORO(echo_visitor)
{
	cigo_stream *s = client(ctx, arg);

	for (int i = 0; i < 10; i++) {
		says(ctx, s, "hello\n");
		hears(ctx, s, "hello\n");
	}
	cigo_stream_close(s);
	return 0;
}

REAL_TEST(echo_answers_and_ends_at_a_signal)
{
	cigo_group *g = cigo_group_new(ctx, 0, 0);
	struct server sv;
	int fds;

	start(&sv, "echo");
	fds = count(&sv, "fd");
	for (int i = 0; i < 50; i++)
		cigo_spawn_in(g, echo_visitor, 0, &sv);
	ok(cigo_group_wait(ctx, g));
	ok(cigo_group_close(ctx, g));
	must_have_fds(ctx, &sv, fds);
	stop(&sv, SIGTERM);
}

TEST_CASE("chat", .seconds = 30);

REAL_TEST(what_one_says_all_others_hear, COOPERATIVE)
{
	cigo_stream *a, *b, *c;
	struct server sv;

	start(&sv, "chat");
	a = client(ctx, &sv);
	hears(ctx, a, "* you are 1, 1 here\n");
	b = client(ctx, &sv);
	hears(ctx, b, "* you are 2, 2 here\n");
	hears(ctx, a, "* 2 came\n");
	c = client(ctx, &sv);
	hears(ctx, c, "* you are 3, 3 here\n");
	hears(ctx, a, "* 3 came\n");
	hears(ctx, b, "* 3 came\n");
	says(ctx, b, "good morning\nhow are you?\n");
	hears(ctx, a, "2: good morning\n");
	hears(ctx, c, "2: good morning\n");
	hears(ctx, a, "2: how are you?\n");
	says(ctx, c, "a last word without an end");
	ok(cigo_stream_shutdown(c));
	hears(ctx, c, "2: how are you?\n"); /* who only ends its side gets all up to then */
	hears(ctx, a, "3: a last word without an end\n");
	hears(ctx, a, "* 3 left\n");
	hears(ctx, b, "3: a last word without an end\n");
	hears(ctx, b, "* 3 left\n");
	cigo_stream_close(c);
	stop(&sv, SIGINT); /* with clients there */
	cigo_stream_close(a);
	cigo_stream_close(b);
}

REAL_TEST(who_says_too_long_a_line_is_dropped, COOPERATIVE)
{
	char *text = malloc(100000);
	cigo_stream *a, *b;
	struct server sv;

	start(&sv, "chat");
	a = client(ctx, &sv);
	hears(ctx, a, "* you are 1, 1 here\n");
	b = client(ctx, &sv);
	hears(ctx, a, "* 2 came\n");
	memset(text, 'x', 100000);
	cigo_ignore(cigo_stream_write(ctx, b, text, 100000));
	hears(ctx, a, "* 2 left\n");
	free(text);
	cigo_stream_close(a);
	cigo_stream_close(b);
	stop(&sv, SIGTERM);
}

struct visit {
	const struct server *sv;
	int i;
};

static void hang_up(cigo_stream *s)
{
	struct linger now = { .l_onoff = 1 };

	setsockopt(cigo_stream_fd(s), SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

/* Comes, says hello, listens a while, and goes in one of four ways. */
CORO(visitor)
{
	const struct visit *v = arg;
	cigo_stream *s;
	cigo_bytes line;

	ok(cigo_sleep(ctx, CIGO_MS(v->i % 7 * 3)));
	s = client(ctx, v->sv);
	ck_assert_int_gt(cigo_stream_read_line(ctx, s, &line), 0);
	says(ctx, s, "hello\n");
	/* The last visitors may wait for lines that no other is there to say. */
	cigo_stream_set_timeout(s, CIGO_S(1));
	for (int i = 0; i < v->i % 11; i++) {
		ssize_t n = cigo_stream_read_line(ctx, s, &line);

		if (n == -ETIMEDOUT)
			break;
		ck_assert_int_gt(n, 0);
	}
	cigo_stream_set_timeout(s, CIGO_NEVER);
	switch (v->i % 4) {
	case 0:
		ok(cigo_stream_shutdown(s));
		while (cigo_stream_read_line(ctx, s, &line) > 0)
			;
		break;
	case 1: hang_up(s); break;
	case 2: says(ctx, s, "and one more thi"); break;
	}
	cigo_stream_close(s);
	return 0;
}

struct heard {
	int came, hello, left, other;
};

/* Until n have left again. */
static struct heard listen_till(cigo_ctx *ctx, cigo_stream *s, int n)
{
	struct heard h = { .came = 0 };
	cigo_bytes line;

	while (h.left < n) {
		ck_assert_int_gt(cigo_stream_read_line(ctx, s, &line), 0);
		if (strstr(line.data, "came"))
			h.came++;
		else if (strstr(line.data, "hello"))
			h.hello++;
		else if (strstr(line.data, "left"))
			h.left++;
		else
			h.other++;
	}
	return h;
}

static void crowd(cigo_ctx *ctx, const struct server *sv, cigo_stream *observer, int n)
{
	cigo_group *g = cigo_group_new(ctx, 0, 0);
	struct heard h;

	for (int i = 0; i < n; i++)
		cigo_spawn_copy_in(g, visitor, 0, &((struct visit){ sv, i }));
	h = listen_till(ctx, observer, n);
	equal(h.came, n);
	ck_assert_int_ge(h.hello, n - n / 4); /* who hangs up may take its word with it */
	ck_assert_int_le(h.hello, n);
	ok(cigo_group_wait(ctx, g));
	ok(cigo_group_close(ctx, g));
}

REAL_TEST(two_hundred_come_and_go, COOPERATIVE)
{
	int n = (int)t_scale(200, 100), fds, threads;
	cigo_stream *observer;
	struct server sv;

	start(&sv, "chat");
	observer = client(ctx, &sv);
	hears(ctx, observer, "* you are 1, 1 here\n");
	fds = count(&sv, "fd");
	crowd(ctx, &sv, observer, n);
	must_have_fds(ctx, &sv, fds);
	threads = count(&sv, "task");
	for (int i = 0; i < 3; i++) {
		crowd(ctx, &sv, observer, n);
		must_have_fds(ctx, &sv, fds);
	}
	/* two for each client there ever was at a time, and they are used again */
	ck_assert_int_le(threads, 2 * n + 10);
	ck_assert_int_le(count(&sv, "task"), 2 * n + 10);
	cigo_stream_close(observer);
	stop(&sv, SIGTERM);
}

REAL_TEST(clients_that_are_killed_leave, COOPERATIVE)
{
	cigo_stream *observer;
	struct server sv;
	struct heard h;
	pid_t pid;
	int fds;

	start(&sv, "chat");
	observer = client(ctx, &sv);
	hears(ctx, observer, "* you are 1, 1 here\n");
	fds = count(&sv, "fd");
	pid = fork();
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (int i = 0; i < 50; i++)
			if (write(client_of(&sv, 0), "hello\n", 6) != 6)
				_exit(1);
		for (;;)
			pause();
	}
	for (int i = 0; i < 100;) { /* all are there, and have spoken */
		cigo_bytes line;
		ck_assert_int_gt(cigo_stream_read_line(ctx, observer, &line), 0);
		i += strstr(line.data, "came") || strstr(line.data, "hello");
	}
	ok(kill(pid, SIGKILL));
	equal(waitpid(pid, NULL, 0), pid);
	h = listen_till(ctx, observer, 50);
	equal(h.left, 50);
	must_have_fds(ctx, &sv, fds);
	cigo_stream_close(observer);
	stop(&sv, SIGTERM);
}

/* It never reads; the others do not notice, until it is dropped. */
REAL_TEST(a_slow_reader_holds_nobody_up_and_is_dropped, COOPERATIVE)
{
	cigo_stream *talker, *observer;
	char text[4001];
	int slow, lines = 0;
	int64_t longest = 0;
	cigo_bytes line;
	struct server sv;

	start(&sv, "chat");
	slow = client_of(&sv, 4096);
	observer = client(ctx, &sv);
	talker = client(ctx, &sv);
	do
		ck_assert_int_gt(cigo_stream_read_line(ctx, observer, &line), 0);
	while (!strstr(line.data, "came")); /* the talker */
	memset(text, 'x', 4000);
	text[3999] = '\n';
	text[4000] = 0;
	for (;; lines++) {
		int64_t begun = t_real_now();

		ck_assert_int_lt(lines, 20000);
		says(ctx, talker, text);
		ck_assert_int_gt(cigo_stream_read_line(ctx, observer, &line), 0);
		if (t_real_now() - begun > longest)
			longest = t_real_now() - begun;
		if (strstr(line.data, "left"))
			break;
	}
	ck_assert_int_gt(lines, 1000); /* its mailbox was full */
	ck_assert_int_lt(longest, CIGO_S(2));
	close(slow);
	cigo_stream_close(talker);
	cigo_stream_close(observer);
	stop(&sv, SIGTERM);
}
