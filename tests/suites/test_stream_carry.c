/* SPDX-License-Identifier: MIT
 * Reads that the driver carries on: what came in pieces, and what happens between the pieces.
 */
#include "tests/tools/wire.h"

#include <sys/ioctl.h>

/* A read in a coroutine of its own. */
struct reading {
	cigo_stream *s;
	char text[64]; /* what was read */
	ssize_t got;
	cigo_ctx *ctx; /* NULL: the coroutine's own */
};

CORO(reads_a_line)
{
	struct reading *r = arg;
	cigo_bytes line;

	r->got = cigo_stream_read_line(r->ctx ? r->ctx : ctx, r->s, &line);
	if (r->got > 0)
		memcpy(r->text, line.data, line.size + 1);
	return 0;
}

/* A reader that has "ab" already; the driver has read it. */
static cigo_task *half_read(cigo_ctx *ctx, struct reading *r, int raw)
{
	cigo_task *t = cigo_spawn(ctx, reads_a_line, 0, r);

	ok(cigo_sleep(ctx, CIGO_MS(1)));
	raw_say(raw, "ab");
	ok(cigo_sleep(ctx, CIGO_MS(1)));
	equal(cigo_future_is_done(t), false);
	return t;
}

TEST_CASE("pieces");

STREAM_TEST(a_line_in_pieces_is_whole, BOTH_POLLERS)
{
	struct reading r = { .s = s };
	cigo_task *t = half_read(ctx, &r, raw);
	cigo_bytes line;

	raw_say(raw, "c\nd");
	ok(cigo_future_take(ctx, t, NULL, 0));
	equal(r.got, 4);
	ck_assert_str_eq(r.text, "abc\n");
	raw_say(raw, "\n");
	equal(cigo_stream_read_line(ctx, s, &line), 2);
	ck_assert_str_eq(line.data, "d\n");
}

STREAM_TEST(the_end_gives_what_came_before_it, BOTH_POLLERS)
{
	struct reading r = { .s = s };
	cigo_task *t = half_read(ctx, &r, raw);
	cigo_bytes line;

	raw_hang_up(raw);
	ok(cigo_future_take(ctx, t, NULL, 0));
	equal(r.got, 2);
	ck_assert_str_eq(r.text, "ab");
	equal(cigo_stream_read_line(ctx, s, &line), 0);
}

STREAM_TEST(a_line_that_grows_too_long_fails_and_keeps_its_bytes, BOTH_POLLERS)
{
	struct reading r = { .s = s };
	cigo_bytes line;

	cigo_stream_set_limit(s, 4);
	cigo_task *t = half_read(ctx, &r, raw);
	raw_say(raw, "cde");
	ok(cigo_future_take(ctx, t, NULL, 0));
	fails(r.got, -EMSGSIZE);
	cigo_stream_set_limit(s, 0);
	raw_say(raw, "\n");
	equal(cigo_stream_read_line(ctx, s, &line), 6);
	ck_assert_str_eq(line.data, "abcde\n");
}

STREAM_TEST(one_error_of_the_descriptor_is_told_once, BOTH_POLLERS)
{
	cigo_listener *l = must_listen(ctx, "tcp", "127.0.0.1:0");
	int peer = raw_client(l);
	struct linger now = { 1, 0 };
	struct reading r = { .s = NULL };
	cigo_bytes line;

	CIGO_UNUSED(s), CIGO_UNUSED(raw);
	ok(cigo_accept(ctx, l, &r.s));
	cigo_task *t = half_read(ctx, &r, peer);
	ok(setsockopt(peer, SOL_SOCKET, SO_LINGER, &now, sizeof now));
	ok(close(peer)); /* a reset */
	ok(cigo_future_take(ctx, t, NULL, 0));
	fails(r.got, -ECONNRESET);
	equal(cigo_stream_read_line(ctx, r.s, &line), 2); /* and then the end */
	cigo_stream_close(r.s);
	cigo_listener_close(l);
}

TEST_CASE("between the pieces");

STREAM_TEST(a_cancelled_read_leaves_what_the_driver_has_read, BOTH_POLLERS)
{
	struct reading r = { .s = s };
	cigo_task *t = half_read(ctx, &r, raw);
	cigo_bytes line;

	cigo_future_cancel(t, -EXDEV);
	fails(cigo_future_take(ctx, t, NULL, 0), -EXDEV);
	fails(r.got, -EXDEV);
	raw_say(raw, "c\n");
	ok(cigo_sleep(ctx, CIGO_MS(1)));
	equal(cigo_stream_read_line(ctx, s, &line), 4);
	ck_assert_str_eq(line.data, "abc\n");
}

STREAM_TEST(any_cause_ends_a_read)
{
	static const int causes[] = { -EAGAIN, -EINPROGRESS, -EINTR };

	for (size_t i = 0; i < sizeof causes / sizeof *causes; i++) {
		struct reading r = { .s = s, .ctx = cigo_ctx_with_cancel(ctx) };
		cigo_task *t = half_read(ctx, &r, raw);

		cigo_ctx_cancel(r.ctx, causes[i]);
		ok(cigo_future_take(ctx, t, NULL, 0));
		fails(r.got, causes[i]);
		cigo_ctx_unref(r.ctx);
	}
}

STREAM_TEST(an_abort_ends_a_read_with_its_reason)
{
	struct reading r = { .s = s };
	cigo_task *t = half_read(ctx, &r, raw);

	cigo_stream_abort(s, -EAGAIN);
	ok(cigo_future_take(ctx, t, NULL, 0));
	fails(r.got, -EAGAIN);
}

LOOP_TEST(a_close_ends_a_read, BOTH_POLLERS)
{
	struct reading r = { .s = NULL };
	int raw = stream_pair(&r.s);
	cigo_task *t = half_read(ctx, &r, raw);

	cigo_stream_close(r.s);
	ok(cigo_future_take(ctx, t, NULL, 0));
	fails(r.got, -ECANCELED);
	ok(close(raw));
}

/* The driver has the line, and the reader is ready, but has not had its turn. */
LOOP_TEST(a_close_before_the_reader_s_turn_takes_the_line_back, COOPERATIVE, BOTH_POLLERS)
{
	struct reading r = { .s = NULL };
	int raw = stream_pair(&r.s), left;
	cigo_task *t = half_read(ctx, &r, raw);

	raw_say(raw, "c\n");
	do {
		ok(cigo_yield(ctx));
		ok(ioctl(cigo_stream_fd(r.s), FIONREAD, &left));
	} while (left);
	equal(r.got, 0);
	cigo_stream_close(r.s);
	ok(cigo_future_take(ctx, t, NULL, 0));
	fails(r.got, -ECANCELED);
	ok(close(raw));
}

STREAM_TEST(a_second_reader_is_refused_meanwhile)
{
	struct reading r = { .s = s };
	cigo_task *t = half_read(ctx, &r, raw);
	cigo_bytes line;

	fails(cigo_stream_read_line(ctx, s, &line), -EBUSY);
	fails(cigo_fd_wait(ctx, cigo_stream_fd(s), CIGO_READ), -EBUSY);
	raw_say(raw, "\n");
	ok(cigo_future_take(ctx, t, NULL, 0));
	equal(r.got, 3);
}

STREAM_TEST(the_timeout_counts_from_each_piece, BOTH_POLLERS)
{
	struct reading r = { .s = s };
	int64_t start;

	cigo_stream_set_timeout(s, CIGO_MS(5));
	cigo_task *t = half_read(ctx, &r, raw);
	for (int i = 0; i < 4; i++) {
		raw_say(raw, "c");
		ok(cigo_sleep(ctx, CIGO_MS(3)));
	}
	equal(cigo_future_is_done(t), false);
	start = cigo_now(ctx);
	ok(cigo_future_take(ctx, t, NULL, 0));
	fails(r.got, -ETIMEDOUT);
	equal(cigo_now(ctx) - start, CIGO_MS(2)); /* 5 after the last piece */
}

TEST_CASE("floods");

enum { MASS = 1 << 20 };

CORO(reads_the_mass)
{
	char *mass = malloc(MASS);

	equal(cigo_stream_read_chunk(ctx, arg, mass, MASS), MASS);
	free(mass);
	return 0;
}

/* The rest of it is left in the pipe while the others have their turn. */
LOOP_TEST(the_driver_reads_a_mass_bit_by_bit, COOPERATIVE, BOTH_POLLERS)
{
	int ends[2], left = 0, before = MASS, steps = 0;
	char *mass = calloc(1, MASS);

	raw_pipe(ends);
	ck_assert_int_ge(fcntl(ends[1], F_SETPIPE_SZ, MASS), MASS);
	cigo_stream *s = cigo_stream_open(ends[0]);
	cigo_task *t = cigo_spawn(ctx, reads_the_mass, 0, s);
	ok(cigo_sleep(ctx, CIGO_MS(1)));
	raw_write(ends[1], mass, MASS);
	while (!cigo_future_is_done(t)) {
		ok(cigo_yield(ctx));
		ok(ioctl(ends[0], FIONREAD, &left));
		steps += left != before;
		before = left;
	}
	ck_assert_int_ge(steps, 3);
	ok(cigo_future_take(ctx, t, NULL, 0));
	cigo_stream_close(s);
	ok(close(ends[1]));
	free(mass);
}

struct flood {
	int fd;
	bool over; /* atomic */
};

THREAD(floods)
{
	static char mass[65536];
	struct flood *f = arg;

	while (!__atomic_load_n(&f->over, __ATOMIC_RELAXED))
		if (write(f->fd, mass, sizeof mass) < 0 && errno != EAGAIN)
			break;
	return NULL;
}

CORO(reads_all)
{
	cigo_bytes all;

	return (int)cigo_stream_read_all(ctx, arg, SIZE_MAX, &all);
}

REAL_TEST(a_reader_of_a_flood_can_be_cancelled_and_the_others_go_on, BOTH_POLLERS)
{
	cigo_stream *s;
	struct flood f = { stream_pair(&s), false };
	cigo_task *t = cigo_spawn(ctx, reads_all, 0, s);
	pthread_t thread = thread_start(floods, &f);

	for (int i = 0; i < 5; i++)
		ok(cigo_sleep(ctx, CIGO_MS(1)));
	fails(cigo_task_stop(ctx, t), -ECANCELED);
	__atomic_store_n(&f.over, true, __ATOMIC_RELAXED);
	thread_join(thread);
	cigo_stream_close(s);
	ok(close(f.fd));
}

TEST_CASE("orders", .seconds = 30);

/* Lines in pieces from many writers, each with a reader that is sometimes cancelled. */
struct pair {
	cigo_stream *r, *w;
	int lines, got;
};

CORO(writes_pieces)
{
	struct pair *p = arg;

	for (int i = 0; i < p->lines; i++)
		for (const char *c = "line\n"; *c; c++) {
			equal(cigo_stream_write(ctx, p->w, c, 1), 1);
			ok(i % 2 ? cigo_yield(ctx) : cigo_sleep(ctx, CIGO_MS(1)));
		}
	cigo_stream_close(p->w);
	return 0;
}

CORO(reads_pieces)
{
	struct pair *p = arg;
	cigo_bytes line;
	ssize_t n;

	do {
		cigo_ctx *timed = cigo_ctx_with_timeout(ctx, CIGO_MS(3));

		n = cigo_stream_read_line(timed, p->r, &line);
		if (n > 0) {
			ck_assert_str_eq(line.data, "line\n");
			p->got++;
		}
		cigo_ctx_unref(timed);
	} while (n > 0 || n == -ETIMEDOUT);
	return (int)n;
}

SEED_TEST(no_order_loses_or_tears_a_line, .seeds = t_scale(200, 50))
{
	enum { PAIRS = 5, LINES = 10 };
	struct pair pairs[PAIRS];
	cigo_group *g = cigo_group_new(ctx, 0, 0);

	for (int i = 0; i < PAIRS; i++) {
		pairs[i] = (struct pair){ .lines = LINES };
		ok(cigo_pipe(&pairs[i].r, &pairs[i].w));
		cigo_spawn_in(g, writes_pieces, 0, &pairs[i]);
		cigo_spawn_in(g, reads_pieces, 0, &pairs[i]);
	}
	ok(cigo_group_wait(ctx, g));
	for (int i = 0; i < PAIRS; i++) {
		equal(pairs[i].got, LINES);
		cigo_stream_close(pairs[i].r);
	}
	ok(cigo_group_close(ctx, g));
}
