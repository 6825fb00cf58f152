/* SPDX-License-Identifier: MIT
 * Streams as iterators: lines, chunks, whatever comes; the lines a server sends.
 */
#include "tests/tools/wire.h"

/* The next item must be this text. */
static void item_is(cigo_ctx *ctx, cigo_iter *it, const char *text)
{
	cigo_bytes b;

	ck_assert_msg(cigo_next(ctx, it, &b), "no item: %s", cigo_strerror(cigo_iter_error(it)));
	ck_assert_str_eq(b.data, text);
	equal(b.size, strlen(text));
}

static void at_end(cigo_ctx *ctx, cigo_iter *it, int err)
{
	cigo_bytes b = { NULL, 7 };

	ck_assert(!cigo_next(ctx, it, &b));
	ck_assert_ptr_null(b.data);
	equal(b.size, 0);
	equal(cigo_iter_error(it), err);
	equal(cigo_iter_close(ctx, it), err);
}

TEST_CASE("lines");

STREAM_TEST(lines_gives_each_line_with_its_newline_and_the_last_without)
{
	cigo_iter *it = cigo_stream_lines(s);

	raw_say(raw, "one\n\ntwo\nrest");
	raw_hang_up(raw);
	item_is(ctx, it, "one\n");
	item_is(ctx, it, "\n");
	item_is(ctx, it, "two\n");
	item_is(ctx, it, "rest");
	at_end(ctx, it, 0);
}

STREAM_TEST(fault_5_breaking_out_of_lines_loses_none)
{
	char text[32];

	for (int i = 0; i < 100; i++) {
		sprintf(text, "line %d\n", i);
		raw_say(raw, text);
	}
	raw_hang_up(raw);
	for (int i = 0; i < 100;) {
		cigo_iter *it = cigo_stream_lines(s);

		for (int n = 0; n < 3 && i < 100; n++) {
			sprintf(text, "line %d\n", i++);
			item_is(ctx, it, text);
		}
		ok(cigo_iter_close(ctx, it));
	}
	at_end(ctx, cigo_stream_lines(s), 0);
}

STREAM_TEST(kinds_of_iteration_and_reads_may_be_mixed)
{
	cigo_iter *lines = cigo_stream_lines(s), *chunks = cigo_stream_chunks(s, 3);
	cigo_iter *pieces = cigo_stream_pieces(s, 4);
	char got[3] = "";

	raw_say(raw, "one\nabcdetwo\nfghij");
	item_is(ctx, lines, "one\n");
	item_is(ctx, chunks, "abc");
	equal(cigo_stream_read(ctx, s, got, 2), 2);
	ck_assert_str_eq(got, "de");
	item_is(ctx, lines, "two\n");
	item_is(ctx, pieces, "fghi");
	raw_hang_up(raw);
	item_is(ctx, lines, "j");
	at_end(ctx, lines, 0);
	at_end(ctx, chunks, 0);
	at_end(ctx, pieces, 0);
}

STREAM_TEST(a_cancelled_next_loses_no_byte)
{
	cigo_bytes b;

	for (int i = 0; i < 2; i++) {
		cigo_iter *it = i ? cigo_stream_chunks(s, 7) : cigo_stream_lines(s);
		cigo_ctx *timed = cigo_ctx_with_timeout(ctx, CIGO_MS(1));

		raw_say(raw, "abc");
		ck_assert(!cigo_next(timed, it, &b));
		fails(cigo_iter_close(ctx, it), -ETIMEDOUT);
		cigo_ctx_unref(timed);
		raw_say(raw, "def\n");
		it = i ? cigo_stream_chunks(s, 7) : cigo_stream_lines(s);
		item_is(ctx, it, "abcdef\n");
		ok(cigo_iter_close(ctx, it));
	}
}

LOOP_TEST(errors_of_the_stream_end_the_iterator)
{
	cigo_stream *s;
	int raw = stream_pair(&s);
	cigo_iter *it = cigo_stream_lines(s);

	cigo_stream_set_limit(s, 5);
	raw_say(raw, "abc\nmuch too long\n");
	item_is(ctx, it, "abc\n");
	at_end(ctx, it, -EMSGSIZE);
	cigo_stream_abort(s, -EXDEV);
	at_end(ctx, cigo_stream_lines(s), -EXDEV);
	at_end(ctx, cigo_stream_chunks(s, 3), -EXDEV);
	at_end(ctx, cigo_stream_pieces(s, 3), -EXDEV);
	cigo_stream_close(s);
	close(raw);
	s = cigo_stream_open(-1);
	at_end(ctx, cigo_stream_lines(s), -EBADF);
	cigo_stream_close(s);
}

CORO(asks_for_a_line)
{
	at_end(ctx, cigo_stream_lines(arg), -ECANCELED);
	return 0;
}

LOOP_TEST(two_readers_at_once_are_one_too_many)
{
	cigo_stream *s;
	int raw = stream_pair(&s);
	cigo_task *t = cigo_spawn(ctx, asks_for_a_line, 0, s);

	ok(cigo_yield(ctx));
	at_end(ctx, cigo_stream_lines(s), -EBUSY);
	cigo_stream_close(s);
	ok(cigo_join(ctx, t));
	cigo_future_unref(t);
	close(raw);
}

STREAM_TEST(lines_can_be_collected_as_strings)
{
	char **lines;

	raw_say(raw, "one\ntwo\nthree");
	raw_hang_up(raw);
	equal(cigo_collect(ctx, cigo_iter_strings(cigo_stream_lines(s)), &lines), 3);
	ck_assert_str_eq(lines[0], "one\n");
	ck_assert_str_eq(lines[1], "two\n");
	ck_assert_str_eq(lines[2], "three");
	for (int i = 0; i < 3; i++)
		free(lines[i]);
	free(lines);
}

TEST(without_a_loop_it_works_as_well)
{
	cigo_ctx *ctx = cigo_ctx_background();
	cigo_stream *s;
	int raw = stream_pair(&s);
	cigo_iter *it = cigo_stream_lines(s);

	raw_say(raw, "one\ntwo\nabcdefg");
	item_is(ctx, it, "one\n");
	item_is(ctx, it, "two\n");
	ok(cigo_iter_close(ctx, it));
	close(raw);
	it = cigo_stream_chunks(s, 4);
	item_is(ctx, it, "abcd");
	item_is(ctx, it, "efg");
	at_end(ctx, it, 0);
	cigo_stream_close(s);
}

TEST_CASE("chunks");

CORO(dribbles)
{
	for (const char *c = "abcdefghij"; *c; c++) {
		raw_write(*(int *)arg, c, 1);
		ok(cigo_sleep(ctx, CIGO_MS(1)));
	}
	close(*(int *)arg);
	return 0;
}

LOOP_TEST(chunks_are_exact_and_the_last_may_be_short)
{
	cigo_stream *s;
	int raw = stream_pair(&s);
	cigo_iter *it = cigo_stream_chunks(s, 4);
	cigo_task *t = cigo_spawn(ctx, dribbles, 0, &raw);

	item_is(ctx, it, "abcd");
	item_is(ctx, it, "efgh");
	item_is(ctx, it, "ij");
	at_end(ctx, it, 0);
	ok(cigo_future_take(ctx, t, NULL, 0));
	cigo_stream_close(s);
}

STREAM_TEST(chunks_that_come_out_even_end_without_an_empty_one)
{
	cigo_iter *it = cigo_stream_chunks(s, 4);

	raw_say(raw, "abcdefgh");
	raw_hang_up(raw);
	item_is(ctx, it, "abcd");
	item_is(ctx, it, "efgh");
	at_end(ctx, it, 0);
}

STREAM_TEST(breaking_out_of_chunks_loses_no_byte)
{
	cigo_bytes all;

	raw_say(raw, "abcdefgh");
	raw_hang_up(raw);
	for (int i = 0; i < 2; i++) {
		cigo_iter *it = i ? cigo_stream_pieces(s, 3) : cigo_stream_chunks(s, 3);

		item_is(ctx, it, i ? "def" : "abc");
		ok(cigo_iter_close(ctx, it));
	}
	equal(cigo_stream_read_all(ctx, s, 100, &all), 2);
	ck_assert_str_eq(all.data, "gh");
}

STREAM_TEST(fault_26_pieces_have_at_most_n_bytes)
{
	cigo_iter *it = cigo_stream_pieces(s, 3);
	char text[1001] = "";
	size_t n = 0;

	memset(text, 'x', 1000);
	raw_say(raw, text);
	raw_hang_up(raw);
	for (cigo_bytes b; cigo_next(ctx, it, &b); n += b.size) {
		ck_assert_uint_ge(b.size, 1);
		ck_assert_uint_le(b.size, 3);
		equal(b.data[b.size], 0);
	}
	equal(n, 1000);
	ok(cigo_iter_close(ctx, it));
}

LOOP_TEST(pieces_come_as_soon_as_there_is_something)
{
	cigo_stream *s;
	int raw = stream_pair(&s);
	cigo_iter *it = cigo_stream_pieces(s, 1000);
	cigo_task *t = cigo_spawn(ctx, dribbles, 0, &raw);

	for (char c = 'a'; c <= 'j'; c++)
		item_is(ctx, it, (char[]){ c, 0 });
	at_end(ctx, it, 0);
	ok(cigo_future_take(ctx, t, NULL, 0));
	cigo_stream_close(s);
}

STREAM_TEST(fault_18_a_size_of_0_is_refused)
{
	cigo_iter *it = cigo_stream_chunks(s, 0);

	equal(cigo_iter_error(it), -EINVAL);
	at_end(ctx, it, -EINVAL);
	at_end(ctx, cigo_stream_pieces(s, 0), -EINVAL);
	raw_say(raw, "a");
	it = cigo_stream_chunks(s, 1);
	item_is(ctx, it, "a");
	ok(cigo_iter_close(ctx, it));
	ck_assert_ptr_null(cigo_stream_chunks(s, SIZE_MAX));
	ck_assert_ptr_null(cigo_stream_pieces(s, SIZE_MAX));
}

TEST_CASE("dial", .seconds = 30);

struct line_server {
	int fd;
	char address[32];
};

static struct line_server line_server(void)
{
	struct line_server srv;
	int port;

	srv.fd = tcp_listen("127.0.0.1", 0, 100, &port);
	ck_assert_int_ge(srv.fd, 0);
	sprintf(srv.address, "127.0.0.1:%d", port);
	return srv;
}

/* The next client, if there is one. */
static int client(const struct line_server *srv)
{
	return accept4(srv->fd, NULL, NULL, SOCK_CLOEXEC);
}

CORO(says_two_lines)
{
	ck_assert_int_ge(cigo_fd_wait(ctx, ((struct line_server *)arg)->fd, CIGO_READ), 0);
	int fd = client(arg);

	ck_assert_int_ge(fd, 0);
	raw_say(fd, "one\ntwo\n");
	close(fd);
	return 0;
}

/* In the preemptive model the coroutine that has waited for bytes may have an eventfd until it ends. */
static int bells(void)
{
	return t_is_preemptive();
}

REAL_TEST(dial_lines_gives_what_a_server_says)
{
	struct line_server srv = line_server();
	cigo_task *t = cigo_spawn(ctx, says_two_lines, 0, &srv);
	int fds = t_count_fds();
	cigo_iter *it = cigo_dial_lines("tcp", srv.address);

	item_is(ctx, it, "one\n");
	item_is(ctx, it, "two\n");
	at_end(ctx, it, 0);
	ok(cigo_future_take(ctx, t, NULL, 0));
	ck_assert_int_le(t_count_fds(), fds + bells());
	close(srv.fd);
}

REAL_TEST(dial_lines_dials_at_the_first_next)
{
	struct line_server srv = line_server();
	cigo_iter *it = cigo_dial_lines("tcp", srv.address);

	ok(cigo_sleep(ctx, CIGO_MS(20)));
	equal(client(&srv), -1); /* nobody */
	ok(cigo_iter_close(ctx, it));
	equal(client(&srv), -1);
	close(srv.fd);
}

CORO(says_a_lot)
{
	ck_assert_int_ge(cigo_fd_wait(ctx, ((struct line_server *)arg)->fd, CIGO_READ), 0);
	int fd = client(arg), err;
	char c;

	raw_say(fd, "one\ntwo\nthree\n");
	ck_assert_int_ge(cigo_fd_wait(ctx, fd, CIGO_READ), 0);
	err = read(fd, &c, 1) > 0; /* the end, or a reset: it had not read all */
	close(fd);
	return err ? -EPROTO : 0;
}

REAL_TEST(breaking_out_of_dial_lines_closes_its_connection)
{
	struct line_server srv = line_server();
	cigo_task *t = cigo_spawn(ctx, says_a_lot, 0, &srv);
	cigo_iter *it = cigo_dial_lines("tcp", srv.address);

	item_is(ctx, it, "one\n");
	ok(cigo_iter_close(ctx, it));
	ok(cigo_future_take(ctx, t, NULL, 0));
	close(srv.fd);
}

REAL_TEST(what_a_dial_says_is_the_iterator_s_error)
{
	struct line_server srv = line_server();

	close(srv.fd);
	at_end(ctx, cigo_dial_lines("tcp", srv.address), -ECONNREFUSED);
	at_end(ctx, cigo_dial_lines("udp", srv.address), -EINVAL);
	at_end(ctx, cigo_dial_lines("tcp", "nonsense"), -EINVAL);
	at_end(ctx, cigo_dial_lines(NULL, NULL), -EINVAL);
	at_end(ctx, cigo_dial_lines("unix", "/nonexistent/socket"), -ENOENT);
}

REAL_TEST(fault_24_fifty_dial_lines_leave_no_descriptor)
{
	struct line_server srv = line_server();
	int fds = t_count_fds();

	for (int i = 0; i < 50; i++) {
		cigo_task *t = cigo_spawn(ctx, says_a_lot, 0, &srv);
		cigo_iter *it = cigo_dial_lines("tcp", srv.address);

		item_is(ctx, it, "one\n");
		if (i % 2)
			item_is(ctx, it, "two\n");
		ok(cigo_iter_close(ctx, it));
		ok(cigo_future_take(ctx, t, NULL, 0));
	}
	ck_assert_int_le(t_count_fds(), fds + bells());
	close(srv.fd);
}

REAL_TEST(a_chain_of_two_servers_reads_one_after_the_other)
{
	struct line_server a = line_server(), b = line_server();
	cigo_task *t = cigo_spawn(ctx, says_two_lines, 0, &a);
	cigo_iter *it =
		cigo_chain(cigo_dial_lines("tcp", a.address), cigo_dial_lines("tcp", b.address));

	item_is(ctx, it, "one\n");
	item_is(ctx, it, "two\n");
	equal(client(&b), -1);
	ok(cigo_future_take(ctx, t, NULL, 0));
	t = cigo_spawn(ctx, says_two_lines, 0, &b);
	item_is(ctx, it, "one\n");
	item_is(ctx, it, "two\n");
	at_end(ctx, it, 0);
	ok(cigo_future_take(ctx, t, NULL, 0));
	close(a.fd);
	close(b.fd);
}

THREAD(says_two_lines_plainly)
{
	set_blocking(((struct line_server *)arg)->fd);
	int fd = client(arg);

	raw_say(fd, "one\ntwo\n");
	close(fd);
	return NULL;
}

TEST(dial_lines_needs_no_loop)
{
	cigo_ctx *ctx = cigo_ctx_background();
	struct line_server srv = line_server();
	pthread_t t = thread_start(says_two_lines_plainly, &srv);
	cigo_iter *it = cigo_dial_lines("tcp", srv.address);

	item_is(ctx, it, "one\n");
	item_is(ctx, it, "two\n");
	at_end(ctx, it, 0);
	thread_join(t);
	close(srv.fd);
}
