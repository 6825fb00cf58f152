/* SPDX-License-Identifier: MIT
 * One suite for all streams, in the manner of Trio's: whatever a stream runs over, it behaves
 * alike. Each test runs over a pipe, a socketpair, unix and TCP connections; those that need both
 * directions or a half-close not over the pipe.
 */
#include "tests/tools/wire.h"

enum kind { PIPE, PAIR, UNIX, TCP4, TCP6, KINDS };

static int kind; /* what the test runs over */

/* Two ends of a stream; of a pipe, a writes and b reads. */
struct ends {
	cigo_stream *a, *b;
};

static void open_pair(struct ends *e)
{
	int fds[2];

	raw_pair(fds);
	e->a = cigo_stream_open(fds[0]);
	e->b = cigo_stream_open(fds[1]);
}

static void open_by_listener(cigo_ctx *ctx, struct ends *e)
{
	char name[64];
	cigo_listener *l;

	snprintf(name, sizeof name, "@cigo-conform-%d", (int)getpid());
	ok(cigo_listen(ctx, kind == UNIX ? "unix" : "tcp",
		       kind == UNIX   ? name
		       : kind == TCP4 ? "127.0.0.1:0"
				      : "[::1]:0",
		       NULL, &l));
	ok(cigo_dial(ctx, kind == UNIX ? "unix" : "tcp", cigo_listener_address(l), &e->a));
	ok(cigo_accept(ctx, l, &e->b));
	cigo_listener_close(l);
}

static void open_ends(cigo_ctx *ctx, struct ends *e)
{
	if (kind == PIPE)
		ok(cigo_pipe(&e->b, &e->a));
	else if (kind == PAIR)
		open_pair(e);
	else
		open_by_listener(ctx, e);
	ck_assert(e->a && e->b);
}

static void close_ends(struct ends *e)
{
	cigo_stream_close(e->a);
	cigo_stream_close(e->b);
}

#define KINDS_FROM(kind) .from = (kind), .to = have_v6() ? KINDS : TCP6

/* A test on the virtual clock over each kind, with the ends open. */
#define CONFORM(name, ...)                                      \
	static void name##_over(cigo_ctx *ctx, struct ends *e); \
	LOOP_TEST(name, __VA_ARGS__)                            \
	{                                                       \
		struct ends e;                                  \
                                                                \
		kind = t_index;                                 \
		open_ends(ctx, &e);                             \
		name##_over(ctx, &e);                           \
		close_ends(&e);                                 \
	}                                                       \
	static void name##_over(cigo_ctx *ctx T_UNUSED, struct ends *e)

static void must_pass(cigo_ctx *ctx, cigo_stream *from, cigo_stream *to, const char *text)
{
	char got[64] = "";
	size_t n = strlen(text);

	equal(cigo_stream_write(ctx, from, text, n), n);
	equal(cigo_stream_read_chunk(ctx, to, got, n), n);
	ck_assert_str_eq(got, text);
}

/* Writes until nothing more goes; how much went. */
static size_t clog_up(cigo_ctx *ctx, cigo_stream *s)
{
	static char block[4096];
	cigo_ctx *soon = cigo_ctx_with_timeout(ctx, CIGO_S(1));
	size_t all = 0;
	ssize_t n;

	while ((n = cigo_stream_write(soon, s, block, sizeof block)) > 0)
		all += (size_t)n;
	fails(n, -ETIMEDOUT);
	cigo_ctx_unref(soon);
	return all;
}

TEST_CASE("one way");

CONFORM(bytes_arrive_in_order, KINDS_FROM(PIPE))
{
	char c;

	must_pass(ctx, e->a, e->b, "a");
	must_pass(ctx, e->a, e->b, "bc");
	equal(cigo_stream_write(ctx, e->a, "defg", 4), 4);
	for (const char *want = "defg"; *want; want++) {
		equal(cigo_stream_read(ctx, e->b, &c, 1), 1);
		equal(c, *want);
	}
}

CORO(write_later)
{
	int err = cigo_sleep(ctx, CIGO_S(1));

	return err ? err : (int)cigo_stream_write(ctx, arg, "late", 4);
}

CONFORM(a_read_waits_for_the_first_byte, KINDS_FROM(PIPE))
{
	cigo_task *t = cigo_spawn(ctx, write_later, 0, e->a);
	int64_t begun = cigo_now(ctx);
	char got[16];

	equal(cigo_stream_read(ctx, e->b, got, sizeof got), 4);
	equal(cigo_now(ctx) - begun, CIGO_S(1));
	ok(cigo_future_take(ctx, t, NULL, 0));
}

CONFORM(lines_are_lines_however_they_come, KINDS_FROM(PIPE))
{
	cigo_bytes line;

	for (const char *c = "one\n\ntwo three\nend"; *c; c++)
		equal(cigo_stream_write(ctx, e->a, c, 1), 1);
	cigo_stream_close(e->a);
	e->a = NULL;
	equal(cigo_stream_read_line(ctx, e->b, &line), 4);
	ck_assert_str_eq(line.data, "one\n");
	equal(cigo_stream_read_line(ctx, e->b, &line), 1);
	equal(cigo_stream_read_until(ctx, e->b, ' ', &line), 4);
	ck_assert_str_eq(line.data, "two ");
	equal(cigo_stream_read_line(ctx, e->b, &line), 6);
	equal(cigo_stream_read_line(ctx, e->b, &line), 3);
	ck_assert_str_eq(line.data, "end");
	equal(cigo_stream_read_line(ctx, e->b, &line), 0);
}

CONFORM(what_was_written_before_the_close_is_read_and_then_the_end_for_ever, KINDS_FROM(PIPE))
{
	char got[16] = "";

	equal(cigo_stream_write(ctx, e->a, "last", 4), 4);
	cigo_stream_close(e->a);
	e->a = NULL;
	equal(cigo_stream_read_chunk(ctx, e->b, got, 10), 4);
	ck_assert_str_eq(got, "last");
	for (int i = 0; i < 100; i++)
		equal(cigo_stream_read(ctx, e->b, got, 10), 0);
}

CONFORM(writing_to_nobody_is_epipe_in_the_end_and_no_signal, KINDS_FROM(PIPE))
{
	static char block[1 << 16];
	ssize_t n = 1;

	cigo_stream_close(e->b);
	e->b = NULL;
	for (int i = 0; i < 100 && n > 0; i++)
		n = cigo_stream_write(ctx, e->a, block, sizeof block);
	ck_assert(n == -EPIPE || n == -ECONNRESET);
	ck_assert_int_lt(cigo_stream_write(ctx, e->a, "x", 1), 0);
	ck_assert_int_lt(cigo_stream_send(e->a, "x", 1), 0);
}

struct call {
	cigo_stream *s;
	ssize_t result;
};

CORO(read_one)
{
	struct call *c = arg;
	char byte;

	c->result = cigo_stream_read(ctx, c->s, &byte, 1);
	return 0;
}

CORO(write_much)
{
	static char block[1 << 23];
	struct call *c = arg;

	c->result = cigo_stream_write(ctx, c->s, block, sizeof block);
	return 0;
}

static cigo_task *begin(cigo_ctx *ctx, cigo_coro_fn *fn, struct call *c, cigo_stream *s)
{
	*c = (struct call){ s, 1 };
	cigo_task *t = cigo_task_spawn(ctx, "call", fn, 0, c);

	ok(cigo_sleep(ctx, CIGO_MS(20)));
	equal(c->result, 1); /* it waits */
	return t;
}

CONFORM(a_second_reader_is_told_that_the_first_waits, KINDS_FROM(PIPE))
{
	struct call c;
	cigo_task *t = begin(ctx, read_one, &c, e->b);
	char byte;

	fails(cigo_stream_read(ctx, e->b, &byte, 1), -EBUSY);
	equal(cigo_stream_write(ctx, e->a, "x", 1), 1);
	ok(cigo_future_take(ctx, t, NULL, 0));
	equal(c.result, 1);
}

CONFORM(a_full_stream_holds_its_writer_until_it_is_read, KINDS_FROM(PIPE))
{
	static char block[1 << 16];
	struct call c;
	cigo_task *t = begin(ctx, write_much, &c, e->a);
	size_t all = 0;

	while (all < 1 << 23) {
		ssize_t n = cigo_stream_read(ctx, e->b, block, sizeof block);

		ck_assert_int_gt(n, 0);
		all += (size_t)n;
	}
	ok(cigo_future_take(ctx, t, NULL, 0));
	equal(c.result, 1 << 23);
}

CONFORM(a_close_wakes_who_reads, KINDS_FROM(PIPE))
{
	struct call c;
	cigo_task *t = begin(ctx, read_one, &c, e->b);

	cigo_stream_close(e->b);
	e->b = NULL;
	ok(cigo_future_take(ctx, t, NULL, 0));
	fails(c.result, -ECANCELED);
}

CONFORM(the_peers_close_wakes_who_reads, KINDS_FROM(PIPE))
{
	struct call c;
	cigo_task *t = begin(ctx, read_one, &c, e->b);

	cigo_stream_close(e->a);
	e->a = NULL;
	ok(cigo_future_take(ctx, t, NULL, 0));
	equal(c.result, 0);
}

CONFORM(an_abort_wakes_who_writes_and_stays, KINDS_FROM(PIPE))
{
	struct call c;
	cigo_task *t = begin(ctx, write_much, &c, e->a);
	char byte;

	cigo_stream_abort(e->a, -EIO);
	ok(cigo_future_take(ctx, t, NULL, 0));
	fails(c.result, -EIO);
	fails(cigo_stream_write(ctx, e->a, "x", 1), -EIO);
	fails(cigo_stream_read(ctx, e->a, &byte, 1), -EIO);
	fails(cigo_stream_flush(ctx, e->a), -EIO);
}

CONFORM(the_peers_close_wakes_who_writes, KINDS_FROM(PIPE))
{
	struct call c;
	cigo_task *t = begin(ctx, write_much, &c, e->a);

	cigo_stream_close(e->b);
	e->b = NULL;
	ok(cigo_future_take(ctx, t, NULL, 0));
	ck_assert(c.result == -EPIPE || c.result == -ECONNRESET);
}

CONFORM(cancelled_reads_lose_nothing, KINDS_FROM(PIPE))
{
	cigo_ctx *dead = cigo_ctx_with_cancel(ctx);
	char got[16] = "";

	cigo_ctx_cancel(dead, 0);
	for (int i = 0; i < 20; i++) {
		cigo_ctx *soon = cigo_ctx_with_timeout(ctx, CIGO_MS(i));

		fails(cigo_stream_read(soon, e->b, got, 1), -ETIMEDOUT);
		cigo_ctx_unref(soon);
	}
	equal(cigo_stream_write(ctx, e->a, "word", 4), 4);
	fails(cigo_stream_read(dead, e->b, got, 4), -ECANCELED);
	cigo_ctx *soon = cigo_ctx_with_timeout(ctx, CIGO_MS(5));
	fails(cigo_stream_read_chunk(soon, e->b, got, 8), -ETIMEDOUT); /* half of it is there */
	cigo_ctx_unref(soon);
	equal(cigo_stream_write(ctx, e->a, "word", 4), 4);
	equal(cigo_stream_read_chunk(ctx, e->b, got, 8), 8);
	ck_assert_str_eq(got, "wordword");
	cigo_ctx_unref(dead);
}

CONFORM(cancelled_writes_are_whole_or_not_at_all, KINDS_FROM(PIPE))
{
	static char block[1 << 16];
	size_t sent = clog_up(ctx, e->a), all = 0;
	ssize_t n;

	cigo_stream_close(e->a); /* what was begun is still written */
	e->a = NULL;
	while ((n = cigo_stream_read(ctx, e->b, block, sizeof block)) > 0)
		all += (size_t)n;
	equal(n, 0);
	equal(all % 4096, 0);
	ck_assert_int_ge(all, sent);
	ck_assert_int_le(all, sent + 4096);
}

CONFORM(timeouts_hold, KINDS_FROM(PIPE))
{
	int64_t begun = cigo_now(ctx);
	ssize_t n;
	char byte;

	cigo_stream_set_timeout(e->b, CIGO_S(3));
	fails(cigo_stream_read(ctx, e->b, &byte, 1), -ETIMEDOUT);
	equal(cigo_now(ctx) - begun, CIGO_S(3));
	clog_up(ctx, e->a);
	cigo_stream_set_timeout(e->a, CIGO_S(2));
	do { /* TCP may find room for a little more, late */
		begun = cigo_now(ctx);
		n = cigo_stream_write(ctx, e->a, "x", 1);
	} while (n == 1);
	fails(n, -ETIMEDOUT);
	ck_assert_int_ge(cigo_now(ctx) - begun, CIGO_S(2));
	cigo_stream_abort(e->a, 0); /* or it would linger */
}

CONFORM(sends_and_writes_keep_their_order_and_flush_waits_for_them, KINDS_FROM(PIPE))
{
	static char block[1 << 21], got[1 << 21];
	cigo_task *t;
	struct call c = { e->b, 0 };

	for (size_t i = 0; i < sizeof block; i++)
		block[i] = (char)(i * 7 + i / 251);
	ok(cigo_stream_send(e->a, block, 1 << 20));
	ok(cigo_stream_send(e->a, block + (1 << 20), (1 << 20) - 5));
	t = cigo_spawn(ctx, read_one, 0, &c);
	ok(cigo_future_take(ctx, t, NULL, 0));
	equal(c.result, 1);
	ok(cigo_stream_send(e->a, block + sizeof block - 5, 5));
	equal(cigo_stream_read_chunk(ctx, e->b, got + 1, sizeof got - 1), sizeof got - 1);
	got[0] = block[0];
	ok(memcmp(block, got, sizeof got));
	ok(cigo_stream_flush(ctx, e->a));
}

/* ---- both ways ---- */

enum { MASS = 3 << 20 };

struct half {
	cigo_stream *s;
	unsigned seed;
};

static unsigned char pattern(unsigned seed, size_t i)
{
	return (unsigned char)(i * 31 + i / 255 + seed);
}

CORO(send_mass)
{
	const struct half *h = arg;
	unsigned char block[5000];
	ssize_t n = 0;

	for (size_t at = 0, size = 1; at < MASS && n >= 0; at += size, size = size * 3 % 4999 + 1) {
		if (size > MASS - at)
			size = MASS - at;
		for (size_t i = 0; i < size; i++)
			block[i] = pattern(h->seed, at + i);
		n = cigo_stream_write(ctx, h->s, block, size);
	}
	return n < 0 ? (int)n : cigo_stream_shutdown(h->s);
}

CORO(take_mass)
{
	const struct half *h = arg;
	unsigned char block[4096];
	size_t at = 0, wrong = 0;
	ssize_t n;

	while ((n = cigo_stream_read(ctx, h->s, block, at % sizeof block + 1)) > 0)
		for (ssize_t i = 0; i < n; i++, at++)
			wrong += block[i] != pattern(h->seed, at);
	equal(wrong, 0);
	equal(at, MASS);
	return (int)n;
}

CONFORM(a_mass_arrives_as_it_was_sent, KINDS_FROM(PIPE))
{
	struct half from = { e->a, 5 }, to = { e->b, 5 };
	cigo_task *t = cigo_spawn(ctx, send_mass, 0, &from);

	ok(take_mass(ctx, &to, NULL));
	ok(cigo_future_take(ctx, t, NULL, 0));
}

TEST_CASE("both ways");

CONFORM(both_directions_at_once, KINDS_FROM(PAIR))
{
	struct half there[] = { { e->a, 1 }, { e->b, 1 } }, back[] = { { e->b, 2 }, { e->a, 2 } };
	cigo_group *g = cigo_group_new(ctx, 0, 0);

	cigo_spawn_in(g, send_mass, 0, &there[0]);
	cigo_spawn_in(g, take_mass, 0, &there[1]);
	cigo_spawn_in(g, send_mass, 0, &back[0]);
	cigo_spawn_in(g, take_mass, 0, &back[1]);
	ok(cigo_group_wait(ctx, g));
	ok(cigo_group_close(ctx, g));
}

CONFORM(who_ends_its_side_may_go_on_reading, KINDS_FROM(PAIR))
{
	char got[16];

	must_pass(ctx, e->a, e->b, "question");
	ok(cigo_stream_shutdown(e->a));
	ok(cigo_stream_shutdown(e->a));
	equal(cigo_stream_read(ctx, e->b, got, 8), 0);
	fails(cigo_stream_write(ctx, e->a, "x", 1), -EPIPE);
	must_pass(ctx, e->b, e->a, "answer");
	cigo_stream_close(e->b);
	e->b = NULL;
	equal(cigo_stream_read(ctx, e->a, got, 8), 0);
}

CONFORM(a_reader_and_a_writer_of_one_end_do_not_meet, KINDS_FROM(PAIR))
{
	struct call r, w;
	cigo_task *reads = begin(ctx, read_one, &r, e->a);
	cigo_task *writes = begin(ctx, write_much, &w, e->a);
	static char block[1 << 16];
	size_t all = 0;

	equal(cigo_stream_write(ctx, e->b, "x", 1), 1);
	ok(cigo_future_take(ctx, reads, NULL, 0));
	equal(r.result, 1);
	while (all < 1 << 23)
		all += (size_t)cigo_must(cigo_stream_read(ctx, e->b, block, sizeof block));
	ok(cigo_future_take(ctx, writes, NULL, 0));
	equal(w.result, 1 << 23);
}

TEST_CASE("threads and loops");

THREAD(send_mass_in_thread)
{
	equal(send_mass(cigo_ctx_background(), arg, NULL), 0);
	return NULL;
}

TEST(two_plain_threads_talk_by_it, KINDS_FROM(PIPE))
{
	struct half from = { .seed = 3 }, to = { .seed = 3 };
	struct ends e;
	pthread_t t;

	kind = _i;
	open_ends(cigo_ctx_background(), &e);
	from.s = e.a;
	to.s = e.b;
	t = thread_start(send_mass_in_thread, &from);
	ok(take_mass(cigo_ctx_background(), &to, NULL));
	thread_join(t);
	close_ends(&e);
}

CORO(pass_in_loop)
{
	struct ends *e = arg;

	must_pass(ctx, e->a, e->b, "in a loop");
	return 0;
}

TEST(it_may_go_from_a_thread_to_a_loop_and_back, KINDS_FROM(PIPE))
{
	struct ends e;

	kind = _i;
	open_ends(cigo_ctx_background(), &e);
	must_pass(cigo_ctx_background(), e.a, e.b, "before");
	ok(t_run(pass_in_loop, &e));
	ok(t_run_seed(7, pass_in_loop, &e));
	must_pass(cigo_ctx_background(), e.a, e.b, "after");
	close_ends(&e);
}

TEST_CASE("orders", .seconds = 40);

static struct {
	cigo_stream *a;
	int lines;
} shared;

CORO(say_lines)
{
	for (int i = 0; i < 5; i++) {
		ck_assert_int_gt(cigo_stream_printf(ctx, shared.a, "%s\n", (const char *)arg), 0);
		ok(cigo_yield(ctx));
	}
	return 0;
}

CORO(lines_main)
{
	static char one[] = "one", three[] = "three", eleven[] = "eleven, which is more";
	cigo_group *g = cigo_group_new(ctx, 0, 0);
	struct ends e;
	cigo_bytes line;

	open_ends(ctx, &e);
	shared.a = e.a;
	cigo_spawn_in(g, say_lines, 0, one);
	cigo_spawn_in(g, say_lines, 0, three);
	cigo_spawn_in(g, say_lines, 0, eleven);
	for (int i = 0; i < 15; i++) {
		ssize_t n = cigo_stream_read_line(ctx, e.b, &line);
		ck_assert(n == 4 || n == 6 || n == (ssize_t)sizeof eleven);
	}
	ok(cigo_group_wait(ctx, g));
	ok(cigo_group_close(ctx, g));
	close_ends(&e);
	return 0;
}

TEST(whatever_the_order_lines_stay_whole, KINDS_FROM(PIPE))
{
	kind = _i;
	for (uint64_t seed = 1; seed <= (uint64_t)t_scale(200, 40); seed++)
		ok(t_run_seed(seed, lines_main, NULL));
}

/* ---- the suite ---- */
