/* SPDX-License-Identifier: MIT
 * Pipes and servers, under every order of a few coroutines; see tests/tools/orders.h. What one end of
 * a pipe or of a local socket writes can be read at the other at once, so the kernel adds no chance.
 */
#include "tests/tools/orders.h"

static cigo_stream *in, *out;

static void open_pipe(void)
{
	ok(cigo_pipe(&in, &out));
}

static void close_pipe(void)
{
	cigo_stream_close(in);
	cigo_stream_close(out);
}

MEMBER(reads_line)
{
	cigo_bytes line;
	ssize_t n = cigo_stream_read_line(ctx, in, &line);

	t_got[me] = n > 0 ? 0 : (int)n;
	cigo_check(n <= 0 || (n == 5 && memcmp(line.data, "line\n", 5) == 0), "a line of %zd bytes",
		   n);
}

MEMBER(writes_in_two_pieces)
{
	ck_assert_int_ge(cigo_stream_printf(ctx, out, "li"), 0);
	t_pause(ctx);
	ck_assert_int_ge(cigo_stream_printf(ctx, out, "ne\n"), 0);
}

MEMBER(cancels_a)
{
	t_cancel(0);
}

TEST_CASE("pipes", .seconds = 60);

/* A read that was cancelled between two pieces has taken nothing. */
ORDERS_TEST(a_line_comes_whole_or_stays, .outcomes = "+ | - | x", .preemptive = "+ | x",
	    .preemptions = 1)
{
	open_pipe();
	together(ctx, reads_line, writes_in_two_pieces, cancels_a);
	t_outcome(1);
	if (t_got[0])
		reads_line_body(ctx, 0);
	ok(t_got[0]);
	close_pipe();
}

TEST_CASE("servers", .seconds = 60);

static cigo_listener *listener;
static int begun, ended;
static char address[64];

static int echo(cigo_ctx *ctx, cigo_stream *s, void *arg T_UNUSED)
{
	cigo_bytes line;

	begun++;
	if (cigo_stream_read_line(ctx, s, &line) > 0)
		cigo_ignore(cigo_stream_printf(ctx, s, "echo\n"));
	ended++;
	return 0;
}

MEMBER(serves)
{
	t_got[me] = cigo_serve(ctx, listener, echo, NULL, NULL);
	cigo_check(begun == ended, "%d handlers began, %d ended", begun, ended);
}

MEMBER(asks)
{
	cigo_stream *s;
	cigo_bytes line;

	t_got[me] = cigo_dial(ctx, "unix", address, &s);
	if (t_got[me])
		return;
	ssize_t n = cigo_stream_printf(ctx, s, "hello\n");
	if (n >= 0)
		n = cigo_stream_read_line(ctx, s, &line);
	t_got[me] = n > 0 ? 0 : CIGO_ECLOSED;
	cigo_stream_close(s);
}

MEMBER(stops)
{
	cigo_listener_stop(listener);
}

/* The client is answered, is refused, or is let down after its dial. */
ORDERS_TEST(a_server_that_is_stopped_leaves_no_handler, .outcomes = "++ | +? | +c",
	    .only = CIGO_COOPERATIVE)
{
	begun = ended = 0;
	snprintf(address, sizeof address, "@cigo-orders-%d", (int)getpid());
	ok(cigo_listen(ctx, "unix", address, NULL, &listener));
	together(ctx, serves, asks, stops);
	cigo_listener_close(listener);
	t_outcome(2);
}
