/* SPDX-License-Identifier: MIT
 * The servers of lab --cost, each of which must do the same; and where results cross, on results that
 * are known.
 */
#include "tests/tools/kit.h"

#include "demos/cost/protocol.h"
#include "demos/cost/study.h"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>

enum { SOON = 20000 }; /* milliseconds: what comes, comes earlier */

/* ---- a client ---- */

static int connect_to(const struct cost_process *p)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
				 .sin_port = htons((uint16_t)p->port),
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	ck_assert_int_ge(fd, 0);
	ok(connect(fd, (struct sockaddr *)&a, sizeof a));
	return fd;
}

static void say(int fd, const char *text, size_t n)
{
	equal(send(fd, text, n, MSG_NOSIGNAL), (ssize_t)n);
}
#define say_text(fd, text) say(fd, text, strlen(text))

/* Up to the end, or n bytes. */
static size_t hear(int fd, char *buf, size_t n)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	size_t got = 0;
	ssize_t more;

	while (got < n) {
		equal(poll(&p, 1, SOON), 1);
		more = recv(fd, buf + got, n - got, 0);
		ck_assert_int_ge(more, 0);
		if (!more)
			break;
		got += (size_t)more;
	}
	return got;
}

static void must_hear(int fd, const char *text)
{
	char buf[1024] = "";

	hear(fd, buf, strlen(text));
	ck_assert_str_eq(buf, text);
}

static void must_hang_up(int fd, const char *text)
{
	char buf[1024] = "";

	hear(fd, buf, sizeof buf - 1);
	ck_assert_str_eq(buf, text);
	close(fd);
}

/* ---- a server ---- */

static const struct cost_limits usual = { 100, CIGO_S(60), CIGO_MS(100) };

static struct cost_process start(int server, const struct cost_limits *limits)
{
	struct cost_process p;

	ok(cost_start(&p, cost_servers[server].serve, limits, NULL));
	ck_assert_int_gt(p.port, 0);
	return p;
}

static void stop(struct cost_process *p)
{
	ok(cost_stop(p, CIGO_S(60)));
}

/* What a client hears who says text, and then ends its side, or not. */
static void one_client(int server, const char *text, bool ends, const char *heard)
{
	struct cost_process p = start(server, &usual);
	int fd = connect_to(&p);

	say_text(fd, text);
	if (ends)
		ok(shutdown(fd, SHUT_WR));
	must_hang_up(fd, heard);
	stop(&p);
}

#define EACH_SERVER TIMES(COST_SERVERS)

TEST_CASE("what each of the four servers does", .seconds = 60);

TEST(a_request_is_answered, EACH_SERVER)
{
	struct cost_process p = start(_i, &usual);
	int fd = connect_to(&p);
	char sum[64];

	say_text(fd, "work 0 5\nhello");
	must_hear(fd, "done 00000000 5\nhello");
	snprintf(sum, sizeof sum, "done %08x 0\n", (unsigned)cost_compute(1000));
	say_text(fd, "work 1000 0\n");
	must_hear(fd, sum);
	close(fd);
	stop(&p);
}

TEST(it_may_come_byte_by_byte, EACH_SERVER)
{
	static const char text[] = "work 0 3\nabc";
	struct cost_process p = start(_i, &usual);
	int fd = connect_to(&p);

	for (const char *c = text; *c; c++) {
		say(fd, c, 1);
		usleep(2000);
	}
	must_hear(fd, "done 00000000 3\nabc");
	close(fd);
	stop(&p);
}

TEST(requests_that_come_together_are_answered_in_order, EACH_SERVER)
{
	one_client(_i, "work 0 1\nawork 0 2\nbbwork 0 0\nwork 0 1\nc", true,
		   "done 00000000 1\nadone 00000000 2\nbbdone 00000000 0\ndone 00000000 1\nc");
}

TEST(the_largest_body_comes_back, EACH_SERVER)
{
	static char request[COST_BODY + 64], answer[COST_BODY + 64];
	struct cost_process p = start(_i, &usual);
	int fd = connect_to(&p);
	size_t n = (size_t)sprintf(request, "work 0 %d\n", COST_BODY);

	for (size_t i = 0; i < COST_BODY; i++)
		request[n + i] = (char)(i * 7);
	for (int twice = 0; twice < 2; twice++) {
		size_t head = (size_t)sprintf(answer, "done 00000000 %d\n", COST_BODY);

		say(fd, request, n + COST_BODY);
		memset(answer, 0, sizeof answer);
		equal(hear(fd, answer, head + COST_BODY), head + COST_BODY);
		ck_assert_int_eq(memcmp(answer + head, request + n, COST_BODY), 0);
	}
	close(fd);
	stop(&p);
}

TEST(half_a_connection_is_enough_for_what_was_asked, EACH_SERVER)
{
	one_client(_i, "work 0 2\nhi", true, "done 00000000 2\nhi");
}

TEST(a_request_that_is_cut_off, EACH_SERVER)
{
	one_client(_i, "work 0 0\nwork 0 5\nhe", true,
		   "done 00000000 0\nerror: the request is cut off\n");
}

TEST(a_line_too_long, EACH_SERVER)
{
	char line[COST_LINE + 1];

	memset(line, 'x', COST_LINE);
	line[COST_LINE] = 0;
	one_client(_i, line, false, "error: a line has more than 128 bytes\n");
}

TEST(a_body_too_long, EACH_SERVER)
{
	one_client(_i, "work 0 65537\n", false, "error: a body has more than 65536 bytes\n");
}

TEST(too_much_to_compute, EACH_SERVER)
{
	one_client(_i, "work 100000001 1\n", false, "error: more than 100000000 rounds\n");
}

TEST(what_is_no_request, EACH_SERVER)
{
	static const char *const texts[] = { "\n",	    "hello\n",
					     "work\n",	    "work 1\n",
					     "work -1 0\n", "work 1 0 \n",
					     "work  1 0\n", "work 1 9999999999999\n" };

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		one_client(_i, texts[i], false, "error: a request is work ROUNDS LENGTH\n");
}

TEST(who_is_silent_is_told_and_cut_off, EACH_SERVER)
{
	struct cost_limits hasty = { 100, CIGO_MS(200), CIGO_MS(100) };
	struct cost_process p = start(_i, &hasty);
	int silent = connect_to(&p), half = connect_to(&p);

	say_text(half, "work 0");
	must_hang_up(silent, "error: no request came in time\n");
	must_hang_up(half, "error: no request came in time\n");
	stop(&p);
}

/* Others are served meanwhile. What it has sent, and the server has not read, makes this a reset. */
TEST(who_does_not_read_is_cut_off, EACH_SERVER)
{
	static char request[COST_BODY + 64];
	struct cost_limits hasty = { 100, CIGO_MS(300), CIGO_MS(100) };
	struct cost_process p = start(_i, &hasty);
	int deaf = connect_to(&p), other = connect_to(&p);
	size_t n = (size_t)sprintf(request, "work 0 %d\n", COST_BODY) + COST_BODY, at = 0;
	struct pollfd gone = { .fd = deaf, .events = POLLOUT };

	ok(fcntl(deaf, F_SETFL, O_NONBLOCK));
	say_text(other, "work 0 1\nx");
	must_hear(other, "done 00000000 1\nx");
	while (poll(&gone, 1, SOON) == 1 && !(gone.revents & (POLLERR | POLLHUP))) {
		ssize_t sent = send(deaf, request + at, n - at, MSG_NOSIGNAL);

		at = sent > 0 ? (at + (size_t)sent) % n : at;
	}
	ck_assert(gone.revents & (POLLERR | POLLHUP));
	close(deaf), close(other);
	stop(&p);
}

TEST(beyond_the_limit_one_waits, EACH_SERVER)
{
	struct cost_limits narrow = { 1, CIGO_S(60), CIGO_MS(100) };
	struct cost_process p = start(_i, &narrow);
	int first = connect_to(&p);
	struct pollfd second = { .events = POLLIN };

	say_text(first, "work 0 1\na");
	must_hear(first, "done 00000000 1\na");
	second.fd = connect_to(&p);
	say_text(second.fd, "work 0 1\nb");
	equal(poll(&second, 1, 100), 0);
	say_text(first, "work 0 1\nc");
	must_hear(first, "done 00000000 1\nc");
	close(first);
	must_hear(second.fd, "done 00000000 1\nb");
	close(second.fd);
	stop(&p);
}

TEST(at_the_end_clients_may_finish_and_are_then_told, EACH_SERVER)
{
	struct cost_limits patient = { 100, CIGO_S(60), CIGO_S(5) };
	struct cost_process p = start(_i, &patient);
	int fd = connect_to(&p), idle = connect_to(&p), refused = 0;

	say_text(fd, "work 0 1\na");
	must_hear(fd, "done 00000000 1\na");
	close(p.stop);
	p.stop = -1;
	while (!refused) { /* it listens no longer */
		struct sockaddr_in a = { .sin_family = AF_INET,
					 .sin_port = htons((uint16_t)p.port),
					 .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
		int late = socket(AF_INET, SOCK_STREAM, 0);

		refused = connect(late, (struct sockaddr *)&a, sizeof a);
		close(late);
	}
	say_text(fd, "work 0 1\nb");
	must_hear(fd, "done 00000000 1\nb");
	must_hang_up(idle, "error: the server ends\n");
	must_hang_up(fd, "error: the server ends\n");
	stop(&p);
}

TEST(clients_that_break_off_leave_nothing, EACH_SERVER)
{
	struct cost_process p = start(_i, &usual);
	struct linger at_once = { 1, 0 };

	for (int i = 0; i < 50; i++) {
		int fd = connect_to(&p);

		say_text(fd, i % 2 ? "work 0 4\nab" : "work 0 4\nabcd");
		ok(setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once));
		close(fd);
	}
	stop(&p);
}

/* ---- all of them ---- */

static int samples_of(const struct cost_study *s)
{
	int n = 0;

	for (size_t i = 0; i < s->n_cells; i++)
		for (int j = 0; j < COST_SERVERS; j++)
			n += s->cells[i].servers[j].n;
	return n;
}

/* Each sample takes 15 ms at least, so there is time for some of them only. */
TEST(a_measurement_ends_when_its_time_is_over)
{
	static struct cost_study s;
	int wanted;

	cost_plan(&s, true);
	s.load_ns = CIGO_MS(15);
	wanted = 3 * COST_SERVERS * (int)s.n_cells;
	cost_measure(&s, 3, CIGO_MS(15) * wanted / 4);
	ck_assert_int_lt(samples_of(&s), wanted);
	ck_assert_int_gt(s.n_notes, 0);
	ck_assert_ptr_nonnull(strstr(s.notes[s.n_notes - 1], "The time was over"));
}

TEST(without_time_there_is_no_sample)
{
	static struct cost_study s;

	cost_plan(&s, true);
	ck_assert(!cost_measure(&s, 3, 0));
	equal(samples_of(&s), 0);
}

/* ---- crossings ---- */

/* Of coroutines and threads, each value with a spread of one percent. */
static struct cost_chart planted(enum cost_metric metric, int n, const double *a, const double *b)
{
	struct cost_chart c = { .metric = metric, .axis = COST_CONNECTIONS, .n = n };
	int x = 1;

	for (int i = 0; i < n; i++, x *= 10) {
		c.x[i] = x;
		c.y[0][i] = (struct cost_value){ a[i] > 0, 3, a[i], .99 * a[i], 1.01 * a[i] };
		c.y[1][i] = (struct cost_value){ b[i] > 0, 3, b[i], .99 * b[i], 1.01 * b[i] };
	}
	return c;
}

static void must_be(const struct cost_chart *c, enum cost_kind kind, const char *wanted)
{
	struct cost_comparison r = cost_compare(c, 0, 1);
	char text[512];

	cost_comparison_text(c, &r, text, sizeof text);
	ck_assert_str_eq(text, wanted);
	equal(r.kind, kind);
	equal(cost_is_crossing(&r), kind == COST_CROSSES || kind == COST_MIXED);
}

#define PLANTED(metric, ...) planted(metric, 4, __VA_ARGS__)
#define V(...)              \
	(const double[])    \
	{                   \
		__VA_ARGS__ \
	}

TEST_CASE("crossings, on results that are known");

TEST(one_crosses_the_other)
{
	struct cost_chart c = PLANTED(COST_MEMORY, V(20, 30, 40, 50), V(10, 20, 80, 900));

	must_be(&c, COST_CROSSES,
		"From 100 connections on, threads need more memory than coroutines; up to 10 "
		"connections it is the other way round.");
	c = PLANTED(COST_THROUGHPUT, V(10, 90, 90, 90), V(20, 20, 20, 20));
	must_be(&c, COST_CROSSES,
		"From 10 connections on, coroutines serve more requests a second than threads; at 1 "
		"connection it is the other way round.");
}

/* Where no difference is clear, the crossing lies somewhere in between. */
TEST(a_crossing_has_two_ends)
{
	struct cost_chart c = PLANTED(COST_P99, V(10, 20, 30, 40), V(20, 20.1, 30.1, 10));

	must_be(&c, COST_CROSSES,
		"From 1,000 connections on, coroutines have a longer p99 latency than threads; at 1 "
		"connection it is the other way round.");
}

TEST(they_cross_again)
{
	struct cost_chart c = PLANTED(COST_SWITCHES, V(1, 2, 1, 2), V(2, 1, 2, 1));

	must_be(&c, COST_MIXED,
		"They cross more than once: from 1,000 connections on, coroutines switch more often "
		"than threads; at 100 connections it is the other way round.");
}

TEST(one_has_more_from_a_point_on_and_up_to_a_point)
{
	struct cost_chart c = PLANTED(COST_MEMORY, V(10, 10, 10, 10), V(10, 10.1, 20, 30));

	must_be(&c, COST_PARTS,
		"From 100 connections on, threads need more memory than coroutines; up to 10 "
		"connections no difference is clear.");
	c = PLANTED(COST_MEMORY, V(20, 10, 10, 10), V(10, 10.1, 10.2, 10));
	must_be(&c, COST_MEETS,
		"At 1 connection coroutines need more memory than threads; from 10 connections on "
		"no difference is clear.");
}

TEST(no_crossing)
{
	struct cost_chart c = PLANTED(COST_MEMORY, V(10, 10, 10, 10), V(20, 20, 20, 30));

	must_be(&c, COST_ALWAYS,
		"No crossing was measured: threads need more memory than coroutines at every point.");
	c = PLANTED(COST_MEMORY, V(10, 20, 10, 10), V(20, 20, 20, 10));
	must_be(&c, COST_ALWAYS,
		"No crossing was measured: threads need more memory than coroutines wherever a "
		"difference is clear.");
	c = PLANTED(COST_MEMORY, V(10, 10, 10, 10), V(10.4, 9.6, 10, 10));
	must_be(&c, COST_SAME,
		"No crossing was measured: coroutines and threads do not differ clearly in memory.");
	c = PLANTED(COST_MEMORY, V(0, 10, 0, 0), V(10, 0, 0, 0));
	must_be(&c, COST_UNKNOWN,
		"Coroutines and threads cannot be compared: no point has enough samples of both.");
}

/* Few samples, or samples that do not agree, show nothing. */
TEST(what_is_not_clear_does_not_count)
{
	struct cost_chart c = PLANTED(COST_P99, V(10, 10, 10, 10), V(20, 20, 5, 5));

	c.y[1][0].least = c.y[1][1].least = 9;
	must_be(&c, COST_PARTS,
		"From 100 connections on, coroutines have a longer p99 latency than threads; up to 10 "
		"connections no difference is clear.");
	for (int i = 0; i < 4; i++)
		c.y[0][i].n = i ? 2 : 3;
	must_be(&c, COST_SAME,
		"No crossing was measured: coroutines and threads do not differ clearly in p99 "
		"latency. (Without the points that have too few samples.)");
	c.y[0][0].n = 2;
	must_be(&c, COST_UNKNOWN,
		"Coroutines and threads cannot be compared: no point has enough samples of both.");
}

TEST(a_difference_of_less_than_five_percent_does_not_count)
{
	struct cost_chart c = PLANTED(COST_MEMORY, V(100, 100, 100, 100), V(104, 104, 106, 106));

	must_be(&c, COST_PARTS,
		"From 100 connections on, threads need more memory than coroutines; up to 10 "
		"connections no difference is clear.");
}

/* A server that could not serve at a point leaves it out. */
TEST(points_that_are_missing)
{
	struct cost_chart c = PLANTED(COST_MEMORY, V(20, 0, 20, 20), V(10, 10, 30, 0));

	must_be(&c, COST_CROSSES,
		"From 100 connections on, threads need more memory than coroutines; at 1 connection "
		"it is the other way round.");
}

TEST(cpus_have_words_of_their_own)
{
	struct cost_chart c = planted(COST_THROUGHPUT, 2, V(10, 20), V(20, 10));

	c.axis = COST_CPUS;
	c.x[1] = 2;
	must_be(&c, COST_CROSSES,
		"With 2 CPUs, coroutines serve more requests a second than threads; with 1 CPU it is "
		"the other way round.");
}

TEST(medians_of_samples)
{
	struct cost_samples s = { .n = 3 };
	struct cost_value v;

	memcpy(s.value[COST_P99], V(3, 1, 2), 3 * sizeof(double));
	v = cost_value_of(&s, COST_P99);
	ck_assert(v.known && v.n == 3 && v.median == 2 && v.least == 1 && v.most == 3);
	s.n = 2;
	v = cost_value_of(&s, COST_P99);
	ck_assert(v.known && v.median == 2 && v.least == 1 && v.most == 3);
	s.n = 0;
	ck_assert(!cost_value_of(&s, COST_P99).known);
}
