/* SPDX-License-Identifier: MIT
 * Streams over any descriptor: reads, writes, ends, limits, cancellation, with a loop and without.
 */
#include "tests/tools/wire.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/mman.h>

/* A line, as read by read_line, that must be text. */
static void line_is(cigo_ctx *ctx, cigo_stream *s, const char *text)
{
	cigo_bytes line;

	equal(cigo_stream_read_line(ctx, s, &line), (ssize_t)strlen(text));
	equal(line.size, strlen(text));
	ck_assert_str_eq(line.data, text);
	equal(line.data[line.size], 0);
}

static void at_end(cigo_ctx *ctx, cigo_stream *s)
{
	cigo_bytes line = { NULL, 5 };
	char c;

	equal(cigo_stream_read_line(ctx, s, &line), 0);
	equal(line.size, 0);
	equal(cigo_stream_read(ctx, s, &c, 1), 0);
	equal(cigo_stream_read_chunk(ctx, s, &c, 1), 0);
	equal(cigo_stream_read_line(ctx, s, &line), 0);
}

static void read_is(cigo_ctx *ctx, cigo_stream *s, const char *text)
{
	char got[256];
	size_t n = strlen(text);

	equal(cigo_stream_read_chunk(ctx, s, got, n), (ssize_t)n);
	got[n] = 0;
	ck_assert_str_eq(got, text);
}

TEST_CASE("read");

STREAM_TEST(read_gives_what_is_there_and_at_most_n)
{
	char got[16] = "";

	raw_say(raw, "abcdefgh");
	equal(cigo_stream_read(ctx, s, got, 3), 3);
	ck_assert_str_eq(got, "abc");
	equal(cigo_stream_read(ctx, s, got, sizeof got), 5);
	ck_assert_str_eq(got, "defgh");
	raw_say(raw, "i");
	equal(cigo_stream_read(ctx, s, got, sizeof got), 1);
	raw_hang_up(raw);
	at_end(ctx, s);
}

struct later_say {
	int fd;
	const char *text;
	bool close;
};

/* Says the text a byte at a time, 1 ms apart. */
CORO(say_slowly)
{
	const struct later_say *l = arg;

	for (const char *p = l->text; *p; p++) {
		ok(cigo_sleep(ctx, CIGO_MS(1)));
		raw_write(l->fd, p, 1);
	}
	if (l->close)
		close(l->fd);
	return 0;
}

STREAM_TEST(read_waits_for_the_first_byte)
{
	int64_t start = cigo_now(ctx);
	struct later_say x = { .fd = raw, .text = "x" };
	cigo_task *t = cigo_spawn(ctx, say_slowly, 0, &x);
	char c = 0;

	equal(cigo_stream_read(ctx, s, &c, 1), 1);
	equal(c, 'x');
	equal(cigo_now(ctx), start + CIGO_MS(1));
	ok(cigo_future_take(ctx, t, NULL, 0));
}

STREAM_TEST(read_line_gives_lines_with_their_newlines)
{
	raw_say(raw, "one\n\ntwo\r\nthree\n");
	raw_hang_up(raw);
	line_is(ctx, s, "one\n");
	line_is(ctx, s, "\n");
	line_is(ctx, s, "two\r\n");
	line_is(ctx, s, "three\n");
	at_end(ctx, s);
}

STREAM_TEST(a_last_line_without_newline_is_delivered_and_then_the_end)
{
	raw_say(raw, "one\nlast");
	raw_hang_up(raw);
	line_is(ctx, s, "one\n");
	line_is(ctx, s, "last");
	at_end(ctx, s);
}

LOOP_TEST(a_line_may_come_in_pieces)
{
	cigo_stream *s;
	int raw = stream_pair(&s);
	struct later_say pieces = { raw, "in pieces\nand\nthe rest", true };
	cigo_task *t = cigo_spawn(ctx, say_slowly, 0, &pieces);

	line_is(ctx, s, "in pieces\n");
	line_is(ctx, s, "and\n");
	line_is(ctx, s, "the rest");
	at_end(ctx, s);
	ok(cigo_future_take(ctx, t, NULL, 0));
	cigo_stream_close(s);
}

STREAM_TEST(zero_bytes_are_bytes_of_a_line)
{
	cigo_bytes line;

	raw_write(raw, "a\0b\n\0\n", 6);
	equal(cigo_stream_read_line(ctx, s, &line), 4);
	equal(memcmp(line.data, "a\0b\n", 5), 0);
	equal(cigo_stream_read_line(ctx, s, &line), 2);
	equal(memcmp(line.data, "\0\n", 3), 0);
}

STREAM_TEST(read_until_takes_any_delimiter)
{
	cigo_bytes part;

	raw_write(raw, "a;bc;d\0e\nf\xff", 11);
	raw_hang_up(raw);
	equal(cigo_stream_read_until(ctx, s, ';', &part), 2);
	ck_assert_str_eq(part.data, "a;");
	equal(cigo_stream_read_until(ctx, s, ';', &part), 3);
	ck_assert_str_eq(part.data, "bc;");
	equal(cigo_stream_read_until(ctx, s, '\0', &part), 2);
	equal(memcmp(part.data, "d\0", 3), 0);
	equal(cigo_stream_read_until(ctx, s, '\xff', &part), 4);
	ck_assert_str_eq(part.data, "e\nf\xff");
	at_end(ctx, s);
}

LOOP_TEST(read_chunk_waits_for_all_and_the_last_may_be_short)
{
	cigo_stream *s;
	int raw = stream_pair(&s);
	struct later_say pieces = { raw, "abcdefgh", true };
	cigo_task *t = cigo_spawn(ctx, say_slowly, 0, &pieces);
	char got[4] = "";

	equal(cigo_stream_read_chunk(ctx, s, got, 3), 3);
	ck_assert_str_eq(got, "abc");
	equal(cigo_stream_read_chunk(ctx, s, got, 3), 3);
	ck_assert_str_eq(got, "def");
	equal(cigo_stream_read_chunk(ctx, s, got, 3), 2);
	equal(memcmp(got, "gh", 2), 0);
	at_end(ctx, s);
	ok(cigo_future_take(ctx, t, NULL, 0));
	cigo_stream_close(s);
}

LOOP_TEST(read_all_gives_everything)
{
	cigo_stream *s;
	int raw = stream_pair(&s);
	struct later_say pieces = { raw, "abc\ndefgh", true };
	cigo_task *t = cigo_spawn(ctx, say_slowly, 0, &pieces);
	cigo_bytes all;

	equal(cigo_stream_read_all(ctx, s, 100, &all), 9);
	equal(all.size, 9);
	ck_assert_str_eq(all.data, "abc\ndefgh");
	at_end(ctx, s);
	equal(cigo_stream_read_all(ctx, s, 100, &all), 0);
	equal(all.size, 0);
	ok(cigo_future_take(ctx, t, NULL, 0));
	cigo_stream_close(s);
}

STREAM_TEST(read_all_takes_no_more_than_its_limit_and_loses_nothing)
{
	cigo_bytes all = { NULL, 7 };

	raw_say(raw, "0123456789");
	fails(cigo_stream_read_all(ctx, s, 9, &all), -EMSGSIZE);
	equal(all.size, 0);
	raw_hang_up(raw);
	equal(cigo_stream_read_all(ctx, s, 10, &all), 10);
	ck_assert_str_eq(all.data, "0123456789");
}

STREAM_TEST(all_kinds_of_reads_share_one_sequence_of_bytes)
{
	cigo_bytes rest;
	char got[8] = "";

	raw_say(raw, "line\nab12;more\nlast bytes");
	raw_hang_up(raw);
	line_is(ctx, s, "line\n");
	equal(cigo_stream_read(ctx, s, got, 2), 2);
	ck_assert_str_eq(got, "ab");
	equal(cigo_stream_read_until(ctx, s, ';', &rest), 3);
	ck_assert_str_eq(rest.data, "12;");
	line_is(ctx, s, "more\n");
	read_is(ctx, s, "last");
	equal(cigo_stream_read_all(ctx, s, 100, &rest), 6);
	ck_assert_str_eq(rest.data, " bytes");
}

STREAM_TEST(a_read_of_no_bytes_returns_at_once)
{
	ssize_t n = cigo_stream_read(ctx, s, NULL, 0), m = cigo_stream_read_chunk(ctx, s, NULL, 0);

	ck_assert(n == 0 || n == -EINVAL);
	ck_assert(m == 0 || m == -EINVAL);
	raw_say(raw, "x\n");
	line_is(ctx, s, "x\n");
}

TEST_CASE("limits", .seconds = 20);

STREAM_TEST(a_line_above_the_limit_is_emsgsize_and_nothing_is_lost)
{
	cigo_bytes line = { NULL, 7 };

	cigo_stream_set_limit(s, 10);
	raw_say(raw, "abcdefghi\nabcdefghij\n");
	line_is(ctx, s, "abcdefghi\n"); /* ten bytes */
	fails(cigo_stream_read_line(ctx, s, &line), -EMSGSIZE);
	equal(line.size, 0);
	fails(cigo_stream_read_until(ctx, s, '\n', &line), -EMSGSIZE);
	read_is(ctx, s, "abcdefghij\n");
	raw_say(raw, "ok\n");
	line_is(ctx, s, "ok\n");
}

STREAM_TEST(a_line_above_the_limit_fails_without_waiting_for_its_end)
{
	cigo_bytes line;

	cigo_stream_set_limit(s, 10);
	raw_say(raw, "abcdefghijk");
	fails(cigo_stream_read_line(ctx, s, &line), -EMSGSIZE);
	cigo_stream_set_limit(s, 100);
	raw_say(raw, "l\n");
	line_is(ctx, s, "abcdefghijkl\n");
}

STREAM_TEST(a_last_line_above_the_limit_is_emsgsize_too)
{
	cigo_bytes line;

	cigo_stream_set_limit(s, 3);
	raw_say(raw, "abcd");
	raw_hang_up(raw);
	fails(cigo_stream_read_line(ctx, s, &line), -EMSGSIZE);
	read_is(ctx, s, "abcd");
	at_end(ctx, s);
}

struct mass {
	cigo_stream *s;
	size_t n;
	char end;
};

CORO(write_mass)
{
	const struct mass *m = arg;
	char *data = malloc(m->n + 1);
	ssize_t n;

	memset(data, 'x', m->n);
	data[m->n] = m->end;
	n = cigo_stream_write(ctx, m->s, data, m->n + 1);
	free(data);
	return n == (ssize_t)m->n + 1 ? 0 : (int)n;
}

PIPE_TEST(the_usual_limit_is_a_mebibyte)
{
	struct mass fits = { .n = (1 << 20) - 1, .end = '\n' }, big = { .n = 1 << 20, .end = '\n' };
	cigo_bytes line;
	cigo_task *t;
	char got[4096];
	ssize_t n, all = 0;

	fits.s = big.s = w;
	t = cigo_spawn(ctx, write_mass, 0, &fits);
	equal(cigo_stream_read_line(ctx, r, &line), 1 << 20);
	ok(cigo_future_take(ctx, t, NULL, 0));
	t = cigo_spawn(ctx, write_mass, 0, &big);
	fails(cigo_stream_read_line(ctx, r, &line), -EMSGSIZE);
	while (all < (1 << 20) + 1 && (n = cigo_stream_read(ctx, r, got, sizeof got)) > 0)
		all += n;
	equal(all, (1 << 20) + 1);
	ok(cigo_future_take(ctx, t, NULL, 0));
	cigo_stream_set_limit(r, 5);
	cigo_stream_set_limit(r, 0); /* 0: the usual one */
	t = cigo_spawn(ctx, write_mass, 0, &fits);
	equal(cigo_stream_read_line(ctx, r, &line), 1 << 20);
	ok(cigo_future_take(ctx, t, NULL, 0));
}

/* Messages of one byte each, so that every read gets one, however many are there. */
struct bytes {
	int fd;
	long n;
};

CORO(send_bytes)
{
	const struct bytes *b = arg;

	for (long i = 0; i <= b->n; i++)
		while (send(b->fd, i < b->n ? "x" : "\n", 1, MSG_NOSIGNAL) < 0) {
			equal(errno, EAGAIN);
			equal(cigo_fd_wait(ctx, b->fd, CIGO_WRITE), CIGO_WRITE);
		}
	return 0;
}

/* This program is linked with memchr and memmove wrapped: how many bytes were looked at, or moved.
 */
static size_t looked_at, moved;

void *__real_memchr(const void *p, int c, size_t n);
void *__wrap_memchr(const void *p, int c, size_t n);
void *__real_memmove(void *to, const void *from, size_t n);
void *__wrap_memmove(void *to, const void *from, size_t n);

void *__wrap_memchr(const void *p, int c, size_t n)
{
	__atomic_add_fetch(&looked_at, n, __ATOMIC_RELAXED);
	return __real_memchr(p, c, n);
}

void *__wrap_memmove(void *to, const void *from, size_t n)
{
	__atomic_add_fetch(&moved, n, __ATOMIC_RELAXED);
	return __real_memmove(to, from, n);
}

static double cpu_seconds_of_line(cigo_ctx *ctx, long n)
{
	struct timespec start, end;
	cigo_bytes line;
	cigo_stream *s;
	cigo_task *t;
	int ends[2];

	ok(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends));
	s = cigo_stream_open(ends[0]);
	cigo_stream_set_limit(s, (size_t)n + 1);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &start);
	t = cigo_spawn_copy(ctx, send_bytes, 0, &(struct bytes){ ends[1], n });
	equal(cigo_stream_read_line(ctx, s, &line), n + 1);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
	ok(cigo_future_take(ctx, t, NULL, 0));
	cigo_stream_close(s);
	close(ends[1]);
	return (double)(end.tv_sec - start.tv_sec) + (double)(end.tv_nsec - start.tv_nsec) * 1e-9;
}

LOOP_TEST(of_a_long_line_in_pieces_of_one_byte_every_byte_is_looked_at_once)
{
	long n = 20000;

	looked_at = moved = 0;
	cpu_seconds_of_line(ctx, n);
	ck_assert_uint_ge(looked_at, (size_t)n); /* or the count is of the wrong call */
	ck_assert_uint_le(looked_at, 2 * (size_t)n);
	ck_assert_uint_le(moved, 8 * (size_t)n);
}

/* Whatever is done with the bytes, it must not be done to all of them for each that comes. */
LOOP_TEST(a_long_line_in_pieces_of_one_byte_takes_time_in_proportion)
{
	long n = t_scale(160000, 40000);
	double quarter, ratio = 0;

	for (int i = 0; i < 3; i++) { /* others use the machine too */
		quarter = cpu_seconds_of_line(ctx, n / 4);
		ratio = cpu_seconds_of_line(ctx, n) / quarter;
		if (ratio < 8)
			return;
	}
	ck_abort_msg("four times the bytes took %g times as long", ratio);
}

TEST_CASE("readers and writers");

struct reader {
	cigo_stream *s;
	char got[64];
	ssize_t n;
};

CORO(read_some)
{
	struct reader *r = arg;

	r->n = cigo_stream_read(ctx, r->s, r->got, sizeof r->got - 1);
	return 0;
}

/* asyncigo crashed */
LOOP_TEST(a_second_reader_is_told_that_the_stream_is_busy)
{
	struct reader r = { .n = 0 };
	cigo_stream *s;
	int raw = stream_pair(&s);
	cigo_bytes line;
	cigo_task *t;
	char c;

	r.s = s;
	t = cigo_spawn(ctx, read_some, 0, &r);
	ok(cigo_yield(ctx));
	fails(cigo_stream_read(ctx, s, &c, 1), -EBUSY);
	fails(cigo_stream_read_line(ctx, s, &line), -EBUSY);
	fails(cigo_stream_read_chunk(ctx, s, &c, 1), -EBUSY);
	fails(cigo_stream_read_all(ctx, s, 10, &line), -EBUSY);
	raw_say(raw, "for the first");
	ok(cigo_future_take(ctx, t, NULL, 0));
	equal(r.n, 13);
	ck_assert_str_eq(r.got, "for the first");
	cigo_stream_close(s);
	close(raw);
}

/* asyncigo had one ready-future for both, which either could cancel */
LOOP_TEST(a_reader_and_a_writer_of_one_stream_do_not_disturb_each_other)
{
	struct reader r = { .n = 0 };
	struct mass m = { .n = 1 << 20, .end = '\n' };
	cigo_stream *s;
	int raw = stream_pair(&s);
	cigo_task *reader, *writer;
	ssize_t n;
	static char buf[65536];

	r.s = m.s = s;
	reader = cigo_spawn(ctx, read_some, 0, &r);
	writer = cigo_spawn(ctx, write_mass, 0, &m);
	ok(cigo_sleep(ctx, CIGO_MS(1))); /* both wait */
	fails(cigo_task_stop(ctx, reader), -ECANCELED);
	fails((int)r.n, -ECANCELED);
	equal(cigo_future_is_done(writer), false);
	r.n = 0;
	reader = cigo_spawn(ctx, read_some, 0, &r);
	for (size_t all = 0; all < m.n + 1; all += (size_t)n) {
		while ((n = read(raw, buf, sizeof buf)) < 0)
			equal(cigo_fd_wait(ctx, raw, CIGO_READ), CIGO_READ);
	}
	ok(cigo_future_take(ctx, writer, NULL, 0));
	raw_say(raw, "still reading");
	ok(cigo_future_take(ctx, reader, NULL, 0));
	ck_assert_str_eq(r.got, "still reading");
	cigo_stream_close(s);
	close(raw);
}

enum { WRITERS = 5, MESSAGES = 4, MESSAGE = 100000 };

struct writer {
	cigo_stream *s;
	char letter;
};

CORO(write_letters)
{
	const struct writer *w = arg;
	char *text = malloc(MESSAGE);

	memset(text, w->letter, MESSAGE);
	for (int i = 0; i < MESSAGES; i++)
		equal(cigo_stream_write(ctx, w->s, text, MESSAGE), MESSAGE);
	free(text);
	return 0;
}

PIPE_TEST(whole_messages_of_several_writers_never_interleave)
{
	cigo_task *tasks[WRITERS];
	char *text = malloc(MESSAGE);
	int messages[WRITERS] = { 0 };

	for (int i = 0; i < WRITERS; i++)
		tasks[i] = cigo_spawn_copy(ctx, write_letters, 0,
					   &(struct writer){ w, (char)('a' + i) });
	for (int i = 0; i < WRITERS * MESSAGES; i++) {
		equal(cigo_stream_read_chunk(ctx, r, text, MESSAGE), MESSAGE);
		equal(memcmp(text, text + 1, MESSAGE - 1), 0); /* of one letter */
		messages[text[0] - 'a']++;
		if (i < WRITERS && !t_is_preemptive()) /* in the order they queued up */
			equal(text[0], 'a' + i);
	}
	for (int i = 0; i < WRITERS; i++) {
		ok(cigo_future_take(ctx, tasks[i], NULL, 0));
		equal(messages[i], MESSAGES);
	}
	free(text);
}

TEST_CASE("write");

LOOP_TEST(write_returns_how_much_it_was_told_to_write)
{
	cigo_stream *s;
	int raw = stream_pair(&s);

	equal(cigo_stream_write(ctx, s, "hello", 5), 5);
	ok(cigo_stream_flush(ctx, s));
	raw_expect(raw, "hello");
	equal(cigo_stream_write(ctx, s, NULL, 0), 0);
	ok(cigo_stream_flush(ctx, s));
	raw_silent(raw);
	equal(cigo_stream_printf(ctx, s, "%d %s\n", 42, "things"), 10);
	ok(cigo_stream_flush(ctx, s));
	raw_expect(raw, "42 things\n");
	cigo_stream_close(s);
	raw_end(raw);
	close(raw);
}

CIGO_PRINTF(3, 4)
static ssize_t say(cigo_ctx *ctx, cigo_stream *s, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	ssize_t n = cigo_stream_printf_v(ctx, s, format, ap);
	va_end(ap);
	return n;
}

PIPE_TEST(printf_takes_a_list_of_arguments_too)
{
	char got[16] = "";

	equal(say(ctx, w, "%d %s", 42, "things"), 9);
	equal(cigo_stream_read_chunk(ctx, r, got, 9), 9);
	ck_assert_str_eq(got, "42 things");
	fails(say(ctx, NULL, "%d", 1), -ENOMEM);
}

PIPE_TEST(a_long_text_may_be_formatted_into_a_stream)
{
	char got[20001];

	equal(cigo_stream_printf(ctx, w, "%020000d", 7), 20000);
	equal(cigo_stream_read_chunk(ctx, r, got, 20000), 20000);
	equal(got[19999], '7');
}

STREAM_TEST(sends_and_writes_go_out_in_order)
{
	ok(cigo_stream_send(s, "a", 1));
	equal(cigo_stream_write(ctx, s, "b", 1), 1);
	ok(cigo_stream_send(s, "c", 1));
	ok(cigo_stream_send(s, "d", 1));
	equal(cigo_stream_write(ctx, s, "e", 1), 1);
	ok(cigo_stream_flush(ctx, s));
	raw_expect(raw, "abcde");
}

PIPE_TEST(send_copies_its_bytes)
{
	static char mass[200000];

	ok(cigo_stream_send(w, mass, sizeof mass)); /* more than the pipe takes */
	memcpy(mass, "abc", 3);
	ok(cigo_stream_send(w, mass, 3));
	memcpy(mass, "xyz", 3);
	equal(cigo_stream_read_chunk(ctx, r, mass, sizeof mass), sizeof mass);
	equal(mass[0], 0);
	equal(memcmp(mass, mass + 1, sizeof mass - 1), 0);
	read_is(ctx, r, "abc");
}

CORO(flush_arg)
{
	return cigo_stream_flush(ctx, arg);
}

PIPE_TEST(flush_waits_till_all_is_sent)
{
	static char mass[200000];
	cigo_task *t;

	ok(cigo_stream_flush(ctx, w));
	ok(cigo_stream_send(w, mass, sizeof mass));
	t = cigo_spawn(ctx, flush_arg, 0, w);
	ok(cigo_sleep(ctx, CIGO_S(1)));
	equal(cigo_future_is_done(t), false);
	equal(cigo_stream_read_chunk(ctx, r, mass, sizeof mass), sizeof mass);
	ok(cigo_future_take(ctx, t, NULL, 0));
}

PIPE_TEST(a_flush_that_is_cancelled_drops_nothing)
{
	static char mass[200000];
	cigo_ctx *timed = cigo_ctx_with_timeout(ctx, CIGO_S(1));

	ok(cigo_stream_send(w, mass, sizeof mass));
	fails(cigo_stream_flush(timed, w), -ETIMEDOUT);
	equal(cigo_stream_read_chunk(ctx, r, mass, sizeof mass), sizeof mass);
	ok(cigo_stream_flush(ctx, w));
	cigo_ctx_unref(timed);
}

PIPE_TEST(more_than_16_mib_unsent_is_enobufs)
{
	char *mib = calloc(1, 1 << 20);
	int sent = 0, err = 0;

	while (sent < 20 && !(err = cigo_stream_send(w, mib, 1 << 20)))
		sent++;
	fails(err, -ENOBUFS);
	ck_assert_int_ge(sent, 16);
	ck_assert_int_le(sent, 17);
	for (int i = 0; i < sent; i++)
		equal(cigo_stream_read_chunk(ctx, r, mib, 1 << 20), 1 << 20);
	ok(cigo_stream_send(w, "x", 1)); /* room again */
	read_is(ctx, r, "x");
	free(mib);
}

/* Takes bytes off a raw descriptor till it would block; how many. */
static size_t take_now(int fd)
{
	static char buf[65536];
	size_t all = 0;
	ssize_t n;

	while ((n = read(fd, buf, sizeof buf)) > 0)
		all += (size_t)n;
	return all;
}

CORO(write_once)
{
	const struct mass *m = arg;
	char *data = malloc(m->n);
	ssize_t n;

	memset(data, m->end, m->n);
	n = cigo_stream_write(ctx, m->s, data, m->n);
	free(data);
	return n < 0 ? (int)n : 0;
}

LOOP_TEST(a_write_cancelled_before_its_first_byte_writes_nothing, COOPERATIVE)
{
	struct mass first = { .n = 1 << 20, .end = '1' }, second = { .n = 1000, .end = '2' };
	cigo_stream *r, *w;
	cigo_task *a, *b;
	char *got = malloc((1 << 20) + 1);

	ok(cigo_pipe(&r, &w));
	first.s = second.s = w;
	a = cigo_spawn(ctx, write_mass, 0, &first);
	b = cigo_spawn(ctx, write_once, 0, &second);
	ok(cigo_sleep(ctx, CIGO_MS(1)));
	fails(cigo_task_stop(ctx, b), -ECANCELED);
	equal(cigo_stream_read_chunk(ctx, r, got, (1 << 20) + 1), (1 << 20) + 1);
	equal(got[1 << 20], '1');
	ok(cigo_future_take(ctx, a, NULL, 0));
	cigo_stream_close(w);
	at_end(ctx, r);
	cigo_stream_close(r);
	free(got);
}

LOOP_TEST(under_a_dead_context_nothing_is_written)
{
	cigo_stream *s;
	int raw = stream_pair(&s);
	cigo_ctx *dead = cigo_ctx_with_cancel(ctx);

	cigo_ctx_cancel(dead, -EIO);
	fails(cigo_stream_write(dead, s, "x", 1), -EIO);
	cigo_stream_close(s);
	raw_end(raw);
	cigo_ctx_unref(dead);
	close(raw);
}

LOOP_TEST(a_write_cancelled_after_its_first_byte_is_sent_all_the_same)
{
	struct mass first = { .n = 300000, .end = 'a' };
	cigo_stream *s;
	int raw = stream_pair(&s);
	size_t all = 0, n;
	cigo_task *t;

	first.s = s;
	first.n = 1 << 20;
	t = cigo_spawn(ctx, write_once, 0, &first);
	ok(cigo_sleep(ctx, CIGO_MS(1)));
	fails(cigo_task_stop(ctx, t), -ECANCELED);
	ok(cigo_stream_send(s, "b", 1)); /* comes behind the whole message */
	for (int i = 0; i < 1000 && all < (1 << 20) + 1; i++) {
		n = take_now(raw);
		all += n;
		ok(cigo_sleep(ctx, CIGO_MS(1)));
	}
	equal(all, (1 << 20) + 1);
	cigo_stream_close(s);
	close(raw);
}

TEST_CASE("peer gone");

static bool sigpipe_is_pending(void)
{
	sigset_t pending;

	sigpending(&pending);
	return sigismember(&pending, SIGPIPE) == 1;
}

/* Writes till the peer's absence shows: a socket may take the first bytes. */
static ssize_t write_to_nobody(cigo_ctx *ctx, cigo_stream *s)
{
	ssize_t n = 0;

	for (int i = 0; i < 10 && n >= 0; i++) {
		n = cigo_stream_write(ctx, s, "x", 1);
		if (n >= 0)
			n = cigo_stream_flush(ctx, s);
	}
	return n;
}

LOOP_TEST(writing_to_nobody_is_epipe_and_no_signal)
{
	cigo_stream *s, *r, *w;
	int raw = stream_pair(&s);

	close(raw);
	fails(write_to_nobody(ctx, s), -EPIPE);
	fails(cigo_stream_printf(ctx, s, "x"), -EPIPE);
	ok(cigo_pipe(&r, &w));
	cigo_stream_close(r);
	fails(write_to_nobody(ctx, w), -EPIPE);
	equal(sigpipe_is_pending(), false);
	cigo_stream_close(s);
	cigo_stream_close(w);
}

CALLBACK(send_to_nobody)
{
	int err = 0;

	ok(status);
	for (int i = 0; i < 10 && !err; i++)
		err = cigo_stream_send(arg, "x", 1);
	equal(sigpipe_is_pending(), false);
}

LOOP_TEST(sending_to_nobody_raises_no_signal_on_the_home_thread)
{
	cigo_stream *r, *w;

	ok(cigo_pipe(&r, &w));
	cigo_stream_close(r);
	ck_assert_int_gt(cigo_loop_call_soon(cigo_ctx_loop(ctx), send_to_nobody, w), 0);
	ok(cigo_loop_wait_idle(ctx));
	fails(cigo_stream_flush(ctx, w), -EPIPE);
	cigo_stream_close(w);
}

TEST(writing_to_nobody_raises_no_signal_on_a_plain_thread)
{
	cigo_stream *r, *w, *s;
	int raw = stream_pair(&s);

	ok(cigo_pipe(&r, &w));
	cigo_stream_close(r);
	fails(write_to_nobody(cigo_ctx_background(), w), -EPIPE);
	cigo_stream_close(w);
	close(raw);
	fails(write_to_nobody(cigo_ctx_background(), s), -EPIPE);
	cigo_stream_close(s);
	equal(sigpipe_is_pending(), false);
}

CORO(write_to_nobody_in_a_worker)
{
	cigo_stream *r, *w;

	ok(cigo_pipe(&r, &w));
	cigo_stream_close(r);
	fails(write_to_nobody(ctx, w), -EPIPE);
	equal(sigpipe_is_pending(), false);
	cigo_stream_close(w);
	return 0;
}

LOOP_TEST(writing_to_nobody_raises_no_signal_in_a_worker)
{
	ok(cigo_future_take(ctx, cigo_go(ctx, write_to_nobody_in_a_worker, 0, NULL), NULL, 0));
}

static volatile sig_atomic_t sigpipes;

static void on_sigpipe(int signal)
{
	(void)signal;
	sigpipes++;
}

TEST(a_sigpipe_of_the_programs_own_is_left_alone)
{
	struct sigaction action = { .sa_handler = on_sigpipe }, after;
	sigset_t mask;
	cigo_stream *r, *w;

	sigaction(SIGPIPE, &action, NULL);
	ok(cigo_pipe(&r, &w));
	cigo_stream_close(r);
	fails(write_to_nobody(cigo_ctx_background(), w), -EPIPE);
	cigo_stream_close(w);
	equal(sigpipes, 0);
	pthread_sigmask(SIG_SETMASK, NULL, &mask);
	equal(sigismember(&mask, SIGPIPE), 0);
	sigaction(SIGPIPE, NULL, &after);
	ck_assert_ptr_eq((void *)(uintptr_t)after.sa_handler, (void *)(uintptr_t)on_sigpipe);
	raise(SIGPIPE);
	equal(sigpipes, 1);
}

TEST(a_pending_sigpipe_of_the_programs_own_stays_pending)
{
	sigset_t mask;
	cigo_stream *r, *w;
	struct timespec now = { 0, 0 };

	sigemptyset(&mask);
	sigaddset(&mask, SIGPIPE);
	pthread_sigmask(SIG_BLOCK, &mask, NULL);
	raise(SIGPIPE);
	ok(cigo_pipe(&r, &w));
	cigo_stream_close(r);
	fails(write_to_nobody(cigo_ctx_background(), w), -EPIPE);
	cigo_stream_close(w);
	equal(sigpipe_is_pending(), true);
	equal(sigtimedwait(&mask, NULL, &now), SIGPIPE);
}

LOOP_TEST(a_writer_that_waits_is_told_that_the_peer_has_gone)
{
	struct mass m = { .n = 1 << 20, .end = 'x' };
	cigo_stream *r, *w;
	cigo_task *t;

	ok(cigo_pipe(&r, &w));
	m.s = w;
	t = cigo_spawn(ctx, write_once, 0, &m);
	ok(cigo_sleep(ctx, CIGO_MS(1)));
	equal(cigo_future_is_done(t), false);
	cigo_stream_close(r);
	fails(cigo_future_take(ctx, t, NULL, 0), -EPIPE);
	cigo_stream_close(w);
}

TEST_CASE("half-closed");

STREAM_TEST(after_shutdown_the_peer_reads_the_end_and_may_still_answer)
{
	ok(cigo_stream_send(s, "question", 8));
	ok(cigo_stream_shutdown(s));
	raw_expect(raw, "question");
	raw_end(raw);
	raw_say(raw, "answer\n");
	line_is(ctx, s, "answer\n");
	fails(cigo_stream_write(ctx, s, "x", 1), -EPIPE);
	equal(sigpipe_is_pending(), false);
	raw_hang_up(raw);
	at_end(ctx, s);
}

STREAM_TEST(a_peer_that_shut_its_write_side_can_still_be_written_to)
{
	raw_say(raw, "question");
	ok(shutdown(raw, SHUT_WR));
	read_is(ctx, s, "question");
	at_end(ctx, s);
	equal(cigo_stream_write(ctx, s, "answer", 6), 6);
	ok(cigo_stream_flush(ctx, s));
	raw_expect(raw, "answer");
}

STREAM_TEST(shutdown_comes_after_what_was_sent)
{
	static char mass[1 << 20];
	size_t all = 0;
	ssize_t n;

	ok(cigo_stream_send(s, mass, sizeof mass));
	ok(cigo_stream_shutdown(s)); /* much is not out yet */
	for (;;) {
		n = read(raw, mass, 65536);
		if (n == 0)
			break;
		if (n < 0) {
			equal(errno, EAGAIN);
			equal(cigo_fd_wait(ctx, raw, CIGO_READ), CIGO_READ);
			continue;
		}
		all += (size_t)n;
	}
	equal(all, sizeof mass);
}

PIPE_TEST(a_pipe_can_be_shut_down)
{
	ok(cigo_stream_send(w, "last words", 10));
	ok(cigo_stream_shutdown(w));
	read_is(ctx, r, "last words");
	at_end(ctx, r);
	ck_assert_int_lt(cigo_stream_write(ctx, w, "x", 1), 0);
}

TEST_CASE("close");

/* asyncigo's Close woke nobody */
LOOP_TEST(close_wakes_who_reads)
{
	struct reader r = { .n = 0 };
	int raw = stream_pair(&r.s);
	cigo_task *t = cigo_spawn(ctx, read_some, 0, &r);

	ok(cigo_yield(ctx));
	cigo_stream_close(r.s);
	ok(cigo_future_take(ctx, t, NULL, 0));
	fails((int)r.n, -ECANCELED);
	close(raw);
}

LOOP_TEST(close_wakes_who_writes_and_who_queued_up_behind)
{
	struct mass m = { .n = 1 << 20, .end = 'x' };
	cigo_stream *r, *w;
	cigo_task *t[3];

	ok(cigo_pipe(&r, &w));
	m.s = w;
	for (int i = 0; i < 3; i++)
		t[i] = cigo_spawn(ctx, write_once, 0, &m);
	ok(cigo_sleep(ctx, CIGO_MS(1)));
	cigo_stream_close(w);
	for (int i = 0; i < 3; i++)
		fails(cigo_future_take(ctx, t[i], NULL, 0), -ECANCELED);
	cigo_stream_close(r);
}

LOOP_TEST(close_wakes_who_flushes)
{
	static char mass[1 << 20];
	cigo_stream *r, *w;
	cigo_task *t;

	ok(cigo_pipe(&r, &w));
	ok(cigo_stream_send(w, mass, sizeof mass));
	t = cigo_spawn(ctx, flush_arg, 0, w);
	ok(cigo_yield(ctx));
	cigo_stream_close(w);
	fails(cigo_future_take(ctx, t, NULL, 0), -ECANCELED);
	cigo_stream_close(r);
}

LOOP_TEST(abort_wakes_all_with_its_reason_and_every_later_call_gets_it)
{
	struct reader r = { .n = 0 };
	struct mass m = { .n = 1 << 20, .end = 'x' };
	cigo_stream *s;
	int raw = stream_pair(&s);
	cigo_bytes line;
	cigo_task *reader, *writer;

	r.s = m.s = s;
	reader = cigo_spawn(ctx, read_some, 0, &r);
	writer = cigo_spawn(ctx, write_once, 0, &m);
	ok(cigo_sleep(ctx, CIGO_MS(1)));
	cigo_stream_abort(s, -EIO);
	ok(cigo_future_take(ctx, reader, NULL, 0));
	fails((int)r.n, -EIO);
	fails(cigo_future_take(ctx, writer, NULL, 0), -EIO);
	fails(cigo_stream_read_line(ctx, s, &line), -EIO);
	fails(cigo_stream_write(ctx, s, "x", 1), -EIO);
	fails(cigo_stream_send(s, "x", 1), -EIO);
	fails(cigo_stream_flush(ctx, s), -EIO);
	fails(cigo_stream_shutdown(s), -EIO);
	cigo_stream_abort(s, -EPERM); /* may be repeated; the first reason stays */
	fails(cigo_stream_write(ctx, s, "x", 1), -EIO);
	cigo_stream_close(s);
	close(raw);
}

STREAM_TEST(abort_without_a_reason_is_ecanceled)
{
	char c;

	cigo_stream_abort(s, 0);
	cigo_stream_abort(s, 0);
	fails(cigo_stream_read(ctx, s, &c, 1), -ECANCELED);
}

LOOP_TEST(abort_drops_what_is_unsent)
{
	static char mass[1 << 20];
	cigo_stream *s;
	int raw = stream_pair(&s);
	int64_t start = cigo_now(ctx);

	ok(cigo_stream_send(s, mass, sizeof mass));
	cigo_stream_abort(s, 0);
	cigo_stream_close(s);
	ck_assert_uint_lt(take_now(raw), sizeof mass);
	raw_end(raw);
	equal(cigo_now(ctx), start);
	close(raw);
}

LOOP_TEST(what_was_sent_before_close_is_still_written)
{
	static char mass[1 << 20];
	cigo_stream *s;
	int raw = stream_pair(&s);
	size_t all = 0;
	bool at_end = false;

	ok(cigo_stream_send(s, mass, sizeof mass));
	cigo_stream_close(s);
	ok(cigo_sleep(ctx, CIGO_S(4))); /* less than the 5 s it may linger */
	for (int i = 0; i < 1000 && !at_end; i++) {
		ssize_t n = read(raw, mass, sizeof mass);

		if (n < 0) {
			equal(errno, EAGAIN);
			ok(cigo_yield(ctx));
			equal(cigo_fd_wait(ctx, raw, CIGO_READ), CIGO_READ);
			continue;
		}
		at_end = n == 0;
		all += (size_t)n;
	}
	equal(all, sizeof mass);
	close(raw);
}

LOOP_TEST(a_closed_stream_lingers_for_5_s_and_no_longer)
{
	static char mass[1 << 20];
	cigo_stream *s;
	int raw = stream_pair(&s), fds = t_count_fds();
	size_t first;

	ok(cigo_stream_send(s, mass, sizeof mass));
	cigo_stream_close(s);
	ok(cigo_sleep(ctx, CIGO_S(4.9)));
	equal(t_count_fds(), fds);
	ok(cigo_sleep(ctx, CIGO_S(0.2)));
	equal(t_count_fds(), fds - 1);
	first = take_now(raw);
	ck_assert_uint_lt(first, sizeof mass);
	raw_end(raw);
	close(raw);
}

CORO(send_and_return)
{
	ok(cigo_stream_send(arg, "fire and forget", 15));
	cigo_stream_close(arg);
	return 0;
}

/* asyncigo wrote nothing if the spawner returned first */
TEST(what_was_sent_as_the_run_ends_is_written)
{
	cigo_stream *s;
	int raw = stream_pair(&s);

	ok(t_run(send_and_return, s));
	raw_expect(raw, "fire and forget");
	raw_end(raw);
	close(raw);
}

struct drain {
	int fd;
	size_t all;
};

THREAD(drain_later)
{
	struct drain *d = arg;

	nap(50);
	d->all = raw_drain(d->fd);
	return NULL;
}

CORO(send_mass_and_return)
{
	static char mass[1 << 20];

	ok(cigo_stream_send(arg, mass, sizeof mass));
	cigo_stream_close(arg);
	return 0;
}

TEST(a_mass_sent_as_the_run_ends_is_written_while_the_peer_reads)
{
	cigo_stream *s;
	struct drain d = { .fd = stream_pair(&s) };
	pthread_t t;

	set_blocking(d.fd);
	t = thread_start(drain_later, &d);
	ok(t_run_real(send_mass_and_return, s));
	thread_join(t);
	equal(d.all, 1 << 20);
	close(d.fd);
}

CORO(close_own_stream)
{
	char c;

	cigo_stream_close(arg);
	fails(cigo_sleep(ctx, CIGO_NEVER), -ECANCELED);
	(void)c;
	return 0;
}

LOOP_TEST(a_task_may_close_the_stream_another_reads, COOPERATIVE)
{
	struct reader r = { .n = 0 };
	int raw = stream_pair(&r.s);
	cigo_task *reader = cigo_spawn(ctx, read_some, 0, &r);
	cigo_task *closer = cigo_spawn(ctx, close_own_stream, 0, r.s);

	ok(cigo_future_take(ctx, reader, NULL, 0));
	fails((int)r.n, -ECANCELED);
	fails(cigo_task_stop(ctx, closer), -ECANCELED);
	raw_end(raw);
	close(raw);
}

/* Descriptors are numbers, and numbers come back: an event of the old one is not the new one's. */
struct reuse {
	cigo_stream *a, *b, *fresh;
	int b_fd, other_end;
};

CORO(read_then_reuse)
{
	struct reuse *u = arg;
	int ends[2];
	char c;

	equal(cigo_stream_read(ctx, u->a, &c, 1), 1);
	raw_pair(ends);
	cigo_stream_close(u->b);
	equal(dup3(ends[0], u->b_fd, O_CLOEXEC), u->b_fd); /* the very number */
	close(ends[0]);
	u->other_end = ends[1];
	u->fresh = cigo_stream_open(u->b_fd);
	cigo_stream_set_timeout(u->fresh, CIGO_S(1));
	fails(cigo_stream_read(ctx, u->fresh, &c, 1), -ETIMEDOUT);
	raw_say(u->other_end, "n");
	equal(cigo_stream_read(ctx, u->fresh, &c, 1), 1);
	equal(c, 'n');
	cigo_stream_close(u->fresh);
	return 0;
}

LOOP_TEST(an_event_of_a_closed_descriptor_does_not_reach_its_numbers_next_owner, COOPERATIVE)
{
	struct reuse u;
	struct reader r = { .n = 1 };
	int raw_a = stream_pair(&u.a), raw_b = stream_pair(&u.b);
	cigo_task *first, *second;

	u.b_fd = cigo_stream_fd(u.b);
	r.s = u.b;
	first = cigo_spawn(ctx, read_then_reuse, 0, &u);
	second = cigo_spawn(ctx, read_some, 0, &r);
	ok(cigo_yield(ctx));
	raw_say(raw_a, "a"); /* both become ready in one poll */
	raw_say(raw_b, "b");
	ok(cigo_future_take(ctx, first, NULL, 0));
	ok(cigo_future_take(ctx, second, NULL, 0));
	ck_assert(r.n == -ECANCELED || r.n == 1);
	cigo_stream_close(u.a);
	close(raw_a);
	close(raw_b);
	close(u.other_end);
}

TEST_CASE("cancellation");

STREAM_TEST(a_timeout_ends_a_read_on_time)
{
	int64_t start = cigo_now(ctx);
	cigo_bytes line;
	char c;

	cigo_stream_set_timeout(s, CIGO_S(3));
	fails(cigo_stream_read(ctx, s, &c, 1), -ETIMEDOUT);
	equal(cigo_now(ctx), start + CIGO_S(3));
	raw_say(raw, "x\n");
	line_is(ctx, s, "x\n");
	fails(cigo_stream_read_line(ctx, s, &line), -ETIMEDOUT);
	equal(cigo_now(ctx), start + CIGO_S(6));
}

PIPE_TEST(a_timeout_ends_a_write_on_time)
{
	struct mass m = { .n = 1 << 20, .end = 'x' };
	int64_t start = cigo_now(ctx);

	m.s = w;
	cigo_stream_set_timeout(w, CIGO_S(3));
	fails(write_once(ctx, &m, NULL), -ETIMEDOUT);
	equal(cigo_now(ctx), start + CIGO_S(3));
	cigo_stream_abort(w, 0);
}

STREAM_TEST(a_timeout_of_never_is_none)
{
	cigo_ctx *timed = cigo_ctx_with_timeout(ctx, CIGO_S(100));
	int64_t start = cigo_now(ctx);
	char c;

	cigo_stream_set_timeout(s, CIGO_S(1));
	cigo_stream_set_timeout(s, CIGO_NEVER);
	fails(cigo_stream_read(timed, s, &c, 1), -ETIMEDOUT);
	equal(cigo_now(ctx), start + CIGO_S(100));
	cigo_ctx_unref(timed);
}

STREAM_TEST(a_cancelled_read_line_keeps_what_had_come)
{
	cigo_bytes line = { NULL, 3 };

	raw_say(raw, "half");
	for (int i = 0; i < 3; i++) {
		cigo_ctx *timed = cigo_ctx_with_timeout(ctx, CIGO_MS(5));

		fails(cigo_stream_read_line(timed, s, &line), -ETIMEDOUT);
		equal(line.size, 0);
		cigo_ctx_unref(timed);
	}
	raw_say(raw, " a line\n");
	line_is(ctx, s, "half a line\n");
}

STREAM_TEST(a_cancelled_read_chunk_keeps_what_had_come)
{
	cigo_ctx *timed = cigo_ctx_with_timeout(ctx, CIGO_MS(5));
	char got[8] = "";

	raw_say(raw, "abc");
	fails(cigo_stream_read_chunk(timed, s, got, 6), -ETIMEDOUT);
	raw_say(raw, "def");
	equal(cigo_stream_read_chunk(ctx, s, got, 6), 6);
	ck_assert_str_eq(got, "abcdef");
	cigo_ctx_unref(timed);
}

CORO(say_numbers)
{
	unsigned char c;

	for (int i = 0; i < 200; i++) {
		c = (unsigned char)i;
		raw_write(*(int *)arg, &c, 1);
		if (i % 7 == 0)
			ok(cigo_sleep(ctx, CIGO_MS(i % 3)));
	}
	return 0;
}

STREAM_TEST(reads_cancelled_again_and_again_lose_no_byte, COOPERATIVE)
{
	cigo_task *t = cigo_spawn(ctx, say_numbers, 0, &raw);
	int next = 0;

	while (next < 200) {
		cigo_ctx *timed = cigo_ctx_with_timeout(ctx, 700000);
		unsigned char got[5];
		ssize_t n = next % 2 ? cigo_stream_read(timed, s, got, sizeof got)
				     : cigo_stream_read_chunk(timed, s, got, sizeof got);

		ck_assert(n > 0 || n == -ETIMEDOUT);
		for (ssize_t i = 0; i < n; i++)
			equal(got[i], next++);
		cigo_ctx_unref(timed);
	}
	ok(cigo_future_take(ctx, t, NULL, 0));
}

STREAM_TEST(what_is_buffered_is_read_or_kept_under_a_dead_context)
{
	cigo_ctx *dead = cigo_ctx_with_cancel(ctx);
	char c = 0;
	ssize_t n;

	raw_say(raw, "ab\n");
	equal(cigo_stream_read(ctx, s, &c, 1), 1);
	cigo_ctx_cancel(dead, -EIO);
	n = cigo_stream_read(dead, s, &c, 1);
	ck_assert(n == -EIO || n == 1);
	line_is(ctx, s, n == 1 ? "\n" : "b\n");
	cigo_ctx_unref(dead);
}

TEST_CASE("any descriptor");

LOOP_TEST(a_regular_file_can_be_read)
{
	char path[] = "/tmp/cigo-test-XXXXXX";
	int fd = mkstemp(path);
	cigo_stream *s;

	unlink(path);
	raw_say(fd, "first\nsecond\nlast");
	equal(lseek(fd, 0, SEEK_SET), 0);
	s = cigo_stream_open(fd);
	line_is(ctx, s, "first\n");
	line_is(ctx, s, "second\n");
	line_is(ctx, s, "last");
	at_end(ctx, s);
	cigo_stream_close(s);
}

LOOP_TEST(a_regular_file_can_be_written)
{
	char path[] = "/tmp/cigo-test-XXXXXX";
	int fd = mkstemp(path), copy = dup(fd);
	cigo_stream *s = cigo_stream_open(fd);
	struct mass m = { s, 300000, '\n' };

	unlink(path);
	equal(cigo_stream_write(ctx, s, "hello\n", 6), 6);
	ok(cigo_stream_send(s, "sent\n", 5));
	ok(write_mass(ctx, &m, NULL));
	ok(cigo_stream_flush(ctx, s));
	cigo_stream_close(s);
	equal(lseek(copy, 0, SEEK_END), 300012);
	lseek(copy, 0, SEEK_SET);
	s = cigo_stream_open(copy);
	line_is(ctx, s, "hello\n");
	line_is(ctx, s, "sent\n");
	cigo_stream_close(s);
}

LOOP_TEST(a_file_sent_to_and_closed_at_once_is_written)
{
	char path[] = "/tmp/cigo-test-XXXXXX";
	int fd = mkstemp(path), copy = dup(fd);
	cigo_stream *s = cigo_stream_open(fd);

	unlink(path);
	ok(cigo_stream_send(s, "sent\n", 5));
	cigo_stream_close(s);
	ok(cigo_sleep(ctx, CIGO_S(6)));
	equal(lseek(copy, 0, SEEK_END), 5);
	close(copy);
}

LOOP_TEST(dev_null_is_a_stream)
{
	cigo_stream *s = cigo_stream_open(open("/dev/null", O_RDWR | O_CLOEXEC));
	char c;

	equal(cigo_stream_write(ctx, s, "gone", 4), 4);
	ok(cigo_stream_send(s, "gone", 4));
	ok(cigo_stream_flush(ctx, s));
	equal(cigo_stream_read(ctx, s, &c, 1), 0);
	cigo_stream_close(s);
}

LOOP_TEST(dev_zero_never_ends)
{
	cigo_stream *s = cigo_stream_open(open("/dev/zero", O_RDONLY | O_CLOEXEC));
	char *got = malloc(1 << 20);
	cigo_bytes line;

	memset(got, 1, 1 << 20);
	equal(cigo_stream_read_chunk(ctx, s, got, 1 << 20), 1 << 20);
	equal(got[0], 0);
	equal(memcmp(got, got + 1, (1 << 20) - 1), 0);
	fails(cigo_stream_read_line(ctx, s, &line), -EMSGSIZE);
	free(got);
	cigo_stream_close(s);
}

LOOP_TEST(a_directory_is_an_error_of_read)
{
	cigo_stream *s = cigo_stream_open(open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	char c;

	fails(cigo_stream_read(ctx, s, &c, 1), -EISDIR);
	cigo_stream_close(s);
}

PIPE_TEST(a_stream_open_for_the_other_direction_is_an_error)
{
	char c;

	fails(cigo_stream_read(ctx, w, &c, 1), -EBADF);
	fails(cigo_stream_write(ctx, r, "x", 1), -EBADF);
}

LOOP_TEST(a_bad_descriptor_is_the_error_of_every_read_and_write)
{
	int closed = dup(0);
	int bad[] = { -1, closed, 1 << 20 };

	close(closed);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		cigo_stream *s = cigo_stream_open(bad[i]);
		cigo_bytes line;
		char c;

		ck_assert_ptr_nonnull(s);
		fails(cigo_stream_read(ctx, s, &c, 1), -EBADF);
		fails(cigo_stream_read_line(ctx, s, &line), -EBADF);
		fails(cigo_stream_write(ctx, s, "x", 1), -EBADF);
		fails(cigo_stream_send(s, "x", 1), -EBADF);
		cigo_stream_close(s);
	}
}

LOOP_TEST(no_stream_fails_with_enomem)
{
	cigo_bytes line = { NULL, 5 };
	char c;

	fails(cigo_stream_read(ctx, NULL, &c, 1), -ENOMEM);
	fails(cigo_stream_read_chunk(ctx, NULL, &c, 1), -ENOMEM);
	fails(cigo_stream_read_line(ctx, NULL, &line), -ENOMEM);
	equal(line.size, 0);
	fails(cigo_stream_read_until(ctx, NULL, ';', &line), -ENOMEM);
	fails(cigo_stream_read_all(ctx, NULL, 5, &line), -ENOMEM);
	fails(cigo_stream_write(ctx, NULL, "x", 1), -ENOMEM);
	fails(cigo_stream_printf(ctx, NULL, "x"), -ENOMEM);
	fails(cigo_stream_send(NULL, "x", 1), -ENOMEM);
	fails(cigo_stream_flush(ctx, NULL), -ENOMEM);
	fails(cigo_stream_shutdown(NULL), -ENOMEM);
	equal(cigo_stream_fd(NULL), -1);
	cigo_stream_set_timeout(NULL, 1);
	cigo_stream_set_limit(NULL, 1);
	cigo_stream_abort(NULL, 0);
	cigo_stream_close(NULL);
}

TEST(a_stream_makes_its_descriptor_nonblocking_and_close_on_exec)
{
	int ends[2];
	cigo_stream *s;

	ok(socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
	s = cigo_stream_open(ends[0]);
	equal(cigo_stream_fd(s), ends[0]);
	equal(fcntl(ends[0], F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	equal(fcntl(ends[0], F_GETFL) & O_NONBLOCK, O_NONBLOCK);
	cigo_stream_close(s);
	close(ends[1]);
	equal(fcntl(ends[0], F_GETFD), -1); /* taken over, and closed */
}

CORO(use_outer_stream)
{
	line_is(ctx, arg, "made before the run\n");
	return 0;
}

TEST(a_stream_may_be_opened_before_the_run_and_closed_after_it)
{
	cigo_stream *s;
	int raw = stream_pair(&s);

	raw_say(raw, "made before the run\nread after it\n");
	ok(t_run(use_outer_stream, s));
	line_is(cigo_ctx_background(), s, "read after it\n");
	cigo_stream_close(s);
	close(raw);
}

TEST_CASE("without a loop");

struct slow {
	int fd;
	long ms;
	const char *text;
};

THREAD(say_later)
{
	const struct slow *l = arg;

	nap(l->ms);
	raw_say(l->fd, l->text);
	return NULL;
}

TEST(without_a_loop_a_read_blocks_the_thread_till_there_is_something)
{
	cigo_stream *s;
	int raw = stream_pair(&s);
	pthread_t t = thread_start(say_later, &(struct slow){ raw, 30, "a line\n" });

	line_is(cigo_ctx_background(), s, "a line\n");
	thread_join(t);
	close(raw);
	at_end(cigo_ctx_background(), s);
	cigo_stream_close(s);
}

TEST(without_a_loop_a_write_blocks_the_thread_till_all_is_out)
{
	static char mass[1 << 20];
	cigo_stream *s;
	struct drain d = { .fd = stream_pair(&s) };
	pthread_t t;

	set_blocking(d.fd);
	t = thread_start(drain_later, &d);
	equal(cigo_stream_write(cigo_ctx_background(), s, mass, sizeof mass), sizeof mass);
	cigo_stream_close(s);
	thread_join(t);
	equal(d.all, sizeof mass);
	close(d.fd);
}

TEST(without_a_loop_close_waits_till_what_was_sent_is_out)
{
	static char mass[1 << 20];
	cigo_stream *s;
	struct drain d = { .fd = stream_pair(&s) };
	pthread_t t;

	set_blocking(d.fd);
	t = thread_start(drain_later, &d);
	ok(cigo_stream_send(s, mass, sizeof mass));
	cigo_stream_close(s);
	thread_join(t);
	equal(d.all, sizeof mass);
	close(d.fd);
}

TEST(without_a_loop_timeouts_hold_too)
{
	cigo_stream *s;
	int raw = stream_pair(&s);
	cigo_ctx *timed = cigo_ctx_with_timeout(cigo_ctx_background(), CIGO_MS(30));
	int64_t start = t_real_now();
	cigo_bytes line;
	char c;

	raw_say(raw, "half");
	fails(cigo_stream_read_line(timed, s, &line), -ETIMEDOUT);
	ck_assert_int_ge(t_real_now() - start, CIGO_MS(30));
	cigo_stream_set_timeout(s, CIGO_MS(30));
	start = t_real_now();
	fails(cigo_stream_read_line(cigo_ctx_background(), s, &line), -ETIMEDOUT);
	ck_assert_int_ge(t_real_now() - start, CIGO_MS(30));
	equal(cigo_stream_read(cigo_ctx_background(), s, &c, 1), 1);
	equal(c, 'h'); /* kept */
	cigo_ctx_unref(timed);
	cigo_stream_close(s);
	close(raw);
}

THREAD(cancel_later)
{
	nap(30);
	cigo_ctx_cancel(arg, -EIO);
	return NULL;
}

TEST(without_a_loop_a_read_is_woken_by_a_cancellation_from_another_thread)
{
	cigo_stream *s;
	int raw = stream_pair(&s);
	cigo_ctx *ctx = cigo_ctx_with_cancel(cigo_ctx_background());
	pthread_t t = thread_start(cancel_later, ctx);
	char c;

	fails(cigo_stream_read(ctx, s, &c, 1), -EIO);
	thread_join(t);
	cigo_ctx_unref(ctx);
	cigo_stream_close(s);
	close(raw);
}

TEST(without_a_loop_a_write_is_woken_by_a_cancellation_from_another_thread)
{
	cigo_stream *r, *w;
	cigo_ctx *ctx = cigo_ctx_with_cancel(cigo_ctx_background());
	struct mass m = { .n = 1 << 20, .end = 'x' };
	pthread_t t = thread_start(cancel_later, ctx);
	ssize_t n;

	ok(cigo_pipe(&r, &w));
	m.s = w;
	n = write_once(ctx, &m, NULL);
	equal(n, -EIO);
	thread_join(t);
	cigo_ctx_unref(ctx);
	cigo_stream_close(r);
	cigo_stream_abort(w, 0);
	cigo_stream_close(w);
}

CORO(read_without_loop)
{
	char c;

	cigo_ignore(cigo_stream_read(cigo_ctx_background(), arg, &c, 1));
	return 0;
}

PLAIN_MISUSE_TEST(to_read_without_a_loop_in_a_coroutine_is_misuse, "cigo_stream_read")
{
	cigo_stream *s;

	stream_pair(&s);
	t_run(read_without_loop, s);
}

CORO(write_without_loop)
{
	cigo_ignore(cigo_stream_write(cigo_ctx_background(), arg, "x", 1));
	return 0;
}

PLAIN_MISUSE_TEST(to_write_without_a_loop_in_a_coroutine_is_misuse, "cigo_stream_write")
{
	cigo_stream *s;

	stream_pair(&s);
	t_run(write_without_loop, s);
}

/* ---- between the wake and the turn ---- */

static int cut_fds[2];

CORO(cancels_when_told)
{
	int err = cigo_fd_wait(ctx, cut_fds[0], CIGO_READ);

	cigo_future_cancel(*(cigo_task **)arg, 0);
	return err < 0 ? err : 0;
}

CORO(reads_a_line)
{
	cigo_bytes line;

	return (int)cigo_stream_read_line(ctx, arg, &line);
}

CORO(reads_a_chunk)
{
	char chunk[100];

	return (int)cigo_stream_read_chunk(ctx, arg, chunk, sizeof chunk);
}

CORO(reads_to_a_dot)
{
	cigo_bytes bytes;

	return (int)cigo_stream_read_until(ctx, arg, '.', &bytes);
}

CORO(reads_it_all)
{
	cigo_bytes all;

	return (int)cigo_stream_read_all(ctx, arg, 1000, &all);
}

/* A part of what the reader wants wakes it, and before its turn another cancels it. */
static void cancel_before_its_turn(cigo_ctx *ctx, cigo_coro_fn *reader)
{
	cigo_stream *s;
	cigo_task *victim;
	int raw = stream_pair(&s);

	raw_pipe(cut_fds);
	cigo_task *first = cigo_spawn(ctx, cancels_when_told, 0, &victim);
	victim = cigo_task_spawn(ctx, "victim", reader, 0, s);
	ok(cigo_sleep(ctx, CIGO_MS(5)));
	raw_say(cut_fds[1], "x");
	raw_say(raw, "part");
	ok(cigo_future_take(ctx, first, NULL, 0));
	fails(cigo_future_take(ctx, victim, NULL, 0), -ECANCELED);
	cigo_stream_close(s);
	close(raw);
	close(cut_fds[0]);
	close(cut_fds[1]);
}

TEST_CASE("between the wake and the turn");

LOOP_TEST(a_read_that_was_cancelled_after_its_wake_hears_of_it_when_it_waits_again)
{
	cancel_before_its_turn(ctx, reads_a_line);
	cancel_before_its_turn(ctx, reads_a_chunk);
	cancel_before_its_turn(ctx, reads_it_all);
	cancel_before_its_turn(ctx, reads_to_a_dot);
}

THREAD(drips)
{
	const int *fd = arg;

	for (int i = 0; i < 30000000 && !__atomic_load_n(&fd[1], __ATOMIC_ACQUIRE); i++)
		if (send(fd[0], "x", 1, MSG_NOSIGNAL | MSG_DONTWAIT) < 0 && errno == EPIPE)
			break;
	return NULL;
}

REAL_TEST(a_deadline_holds_against_a_peer_that_drips)
{
	for (int i = 0; i < 10; i++) {
		cigo_stream *s;
		int to[2] = { stream_pair(&s), 0 };
		pthread_t peer = thread_start(drips, to);

		cigo_stream_set_limit(s, 1 << 28);
		fails(cigo_call_timeout(ctx, CIGO_MS(10), reads_a_line, s, NULL), -ETIMEDOUT);
		__atomic_store_n(&to[1], 1, __ATOMIC_RELEASE);
		thread_join(peer);
		cigo_stream_close(s);
		close(to[0]);
	}
}

static char mass[32 << 20];

CORO(flushes)
{
	return cigo_stream_flush(ctx, arg);
}

struct refill {
	cigo_stream *s;
	cigo_task *victim;
};

CORO(refills_and_cancels_when_told)
{
	struct refill *r = arg;
	int err = cigo_fd_wait(ctx, cut_fds[0], CIGO_READ);

	ok(cigo_stream_send(r->s, mass, 4 << 20));
	cigo_future_cancel(r->victim, 0);
	return err < 0 ? err : 0;
}

LOOP_TEST(a_flush_that_was_cancelled_after_its_wake_hears_of_it_when_it_waits_again, COOPERATIVE)
{
	struct refill r = { .s = NULL };
	int raw = stream_pair(&r.s);

	raw_pipe(cut_fds);
	cigo_task *first = cigo_spawn(ctx, refills_and_cancels_when_told, 0, &r);
	ok(cigo_yield(ctx)); /* it waits before the stream does, and so comes first */
	ok(cigo_stream_send(r.s, mass, 256 << 10));
	r.victim = cigo_spawn(ctx, flushes, 0, r.s);
	ok(cigo_sleep(ctx, CIGO_MS(5)));
	raw_say(cut_fds[1], "x");
	while (read(raw, mass, sizeof mass) > 0)
		;
	ok(cigo_future_take(ctx, first, NULL, 0));
	fails(cigo_future_take(ctx, r.victim, NULL, 0), -ECANCELED);
	cigo_stream_abort(r.s, 0);
	cigo_stream_close(r.s);
	close(raw);
	close(cut_fds[0]);
	close(cut_fds[1]);
}

CORO(writes_two)
{
	return (int)cigo_stream_write(ctx, arg, "2", 1);
}

LOOP_TEST(a_file_writer_that_was_cancelled_after_its_wake_hears_of_it_when_it_waits_again,
	  COOPERATIVE)
{
	int file = memfd_create("file", MFD_CLOEXEC), copy = dup(file);
	cigo_stream *s = cigo_stream_open(file);
	cigo_task *victim = cigo_spawn(ctx, writes_two, 0, s);
	char got[4] = "";

	equal(cigo_stream_write(ctx, s, "1", 1), 1); /* it queues up meanwhile */
	cigo_future_cancel(victim, 0);
	equal(cigo_stream_write(ctx, s, "3", 1), 1); /* its turn has not come, and waits again */
	fails(cigo_future_take(ctx, victim, NULL, 0), -ECANCELED);
	equal(pread(copy, got, 3, 0), 2);
	ck_assert_str_eq(got, "13");
	cigo_stream_close(s);
	close(copy);
}

TEST_CASE("limits and turns");

LOOP_TEST(the_rest_of_a_write_that_was_cut_off_counts_in_the_limit_of_sends)
{
	cigo_stream *s;
	int raw = stream_pair(&s);

	cigo_stream_set_timeout(s, CIGO_MS(5));
	fails(cigo_stream_write(ctx, s, mass, sizeof mass), -ETIMEDOUT);
	fails(cigo_stream_send(s, mass, 1), -ENOBUFS);
	cigo_stream_abort(s, 0);
	cigo_stream_close(s);
	close(raw);
}

static int others_turns;

CORO(counts_its_turns)
{
	while (!cigo_yield(ctx))
		others_turns++;
	return 0;
}

LOOP_TEST(flushes_that_never_wait_give_the_others_a_turn, COOPERATIVE)
{
	cigo_stream *s;
	int raw = stream_pair(&s);
	cigo_task *other = cigo_spawn(ctx, counts_its_turns, 0, NULL);

	others_turns = 0;
	for (int i = 0; i < 640; i++) {
		if (i >= 320)
			ok(cigo_stream_send(s, "x", 1));
		ok(cigo_stream_flush(ctx, s));
		if (i >= 320)
			raw_expect(raw, "x");
	}
	ck_assert_int_ge(others_turns, 9);
	cigo_ignore(cigo_task_stop(ctx, other));
	cigo_stream_close(s);
	close(raw);
}
