/* SPDX-License-Identifier: MIT
 * A chat of lines: what one client says, all others get. Try it with nc or telnet.
 *
 *	chat [HOST:PORT]	where to listen, default 127.0.0.1:0
 *
 * The address it listens at is the first line it prints. Ctrl-C or SIGTERM ends it.
 *
 * A client is two coroutines: one reads its lines, one writes what lies in its mailbox. No client
 * waits for one that reads slowly: when its mailbox is full, it is dropped. There is neither
 * lock nor atomic here: nothing changes between two calls that may suspend.
 */
#include <cigo.h>
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "demos/servers/failed.h"

enum { MAILBOX = 1024, LONGEST_LINE = 4096 };

/* A line on its way to some clients. */
struct line {
	unsigned refs;
	size_t size;
	char text[];
};

struct client {
	cigo_stream *s;
	cigo_queue *mail; /* of struct line *, each a reference */
	int number;
	struct client *next, *prev;
};

struct room {
	struct client *first;
	int count, numbers;
};

/* --- lines ------------------------------------------------------------------------------------ */

CIGO_PRINTF(1, 2)
static struct line *line_new(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	int n = vsnprintf(NULL, 0, format, ap);
	va_end(ap);
	struct line *l = n < 0 ? NULL : malloc(sizeof *l + (size_t)n + 1);
	if (!l)
		return NULL;
	va_start(ap, format);
	vsnprintf(l->text, (size_t)n + 1, format, ap);
	va_end(ap);
	l->refs = 1;
	l->size = (size_t)n;
	return l;
}

static void line_unref(struct line *l)
{
	if (l && !--l->refs)
		free(l);
}

/* --- the room --------------------------------------------------------------------------------- */

static void post(struct client *c, struct line *l)
{
	if (cigo_queue_try_put(c->mail, &l, sizeof l) == 0)
		l->refs++;
	else
		cigo_stream_abort(c->s,
				  -ENOBUFS); /* both its coroutines hear of it, and it leaves */
}

/* Takes l over. */
static void say(const struct room *room, const struct client *from, struct line *l)
{
	for (struct client *c = room->first; l && c; c = c->next)
		if (c != from)
			post(c, l);
	line_unref(l);
}

static void enter(struct room *room, struct client *c)
{
	c->number = ++room->numbers;
	c->next = room->first;
	if (c->next)
		c->next->prev = c;
	room->first = c;
	room->count++;
	struct line *l = line_new("* you are %d, %d here\n", c->number, room->count);
	if (l)
		post(c, l);
	line_unref(l);
	say(room, c, line_new("* %d came\n", c->number));
}

static void leave(struct room *room, struct client *c)
{
	if (c->prev)
		c->prev->next = c->next;
	else
		room->first = c->next;
	if (c->next)
		c->next->prev = c->prev;
	room->count--;
	say(room, NULL, line_new("* %d left\n", c->number));
}

/* --- a client --------------------------------------------------------------------------------- */

/* Ends when the mailbox is closed and empty. */
static int writer(cigo_ctx *ctx, void *arg, void *ret)
{
	CIGO_UNUSED(ret);
	struct client *c = arg;
	struct line *l;
	ssize_t n;

	while ((n = cigo_get(ctx, c->mail, &l)) == 0) {
		n = cigo_stream_write(ctx, c->s, l->text, l->size);
		line_unref(l);
		if (n < 0)
			break;
	}
	return (int)n; /* when the client has gone, its last words may still be there to be read */
}

static int talk(cigo_ctx *ctx, struct room *room, struct client *c)
{
	cigo_bytes text;
	ssize_t n;

	while ((n = cigo_stream_read_line(ctx, c->s, &text)) > 0) {
		int size = (int)text.size - (text.data[text.size - 1] == '\n');
		say(room, c, line_new("%d: %.*s\n", c->number, size, text.data));
	}
	return (int)n;
}

static int client(cigo_ctx *ctx, cigo_stream *s, void *arg)
{
	struct client c = { .s = s, .mail = cigo_queue_new(sizeof(struct line *), MAILBOX) };
	struct room *room = arg;
	struct line *l;

	if (!c.mail)
		return -ENOMEM;
	cigo_stream_set_limit(s, LONGEST_LINE);
	enter(room, &c);
	cigo_task *writes = cigo_spawn(ctx, writer, 0, &c);
	int err = talk(ctx, room, &c);
	leave(room, &c);
	cigo_queue_close(c.mail);
	if (!err) { /* it has only ended its side: it gets what was said up to then, in good time */
		cigo_ctx *soon = cigo_ctx_with_timeout(ctx, CIGO_S(10));
		cigo_ignore(cigo_join(soon, writes));
		cigo_ctx_unref(soon);
	}
	cigo_task_stop(ctx, writes);
	while (cigo_queue_try_get(c.mail, &l, sizeof l) == 0)
		line_unref(l);
	cigo_queue_free(c.mail);
	return err;
}

/* --- the server ------------------------------------------------------------------------------- */

static int stop_on_signal(cigo_ctx *ctx, void *arg, void *ret)
{
	CIGO_UNUSED(ret);
	int sig = cigo_signal_wait(ctx, (const int[]){ SIGINT, SIGTERM }, 2);

	if (sig > 0)
		cigo_listener_stop(arg);
	return sig;
}

static int server(cigo_ctx *ctx, void *arg, void *ret)
{
	CIGO_UNUSED(ret);
	struct room room = { .first = NULL };
	cigo_serve_options o = { .size = sizeof o, .limit = 1000, .grace_ns = -1 };
	cigo_listener *l;
	int err = cigo_listen(ctx, "tcp", arg, NULL, &l);

	if (err < 0)
		return err;
	cigo_task *stopper = cigo_spawn(ctx, stop_on_signal, 0, l);
	printf("%s\n", cigo_listener_address(l));
	fflush(stdout);
	err = cigo_serve(ctx, l, client, &room, &o);
	cigo_task_stop(ctx, stopper);
	cigo_listener_close(l);
	return err;
}

static int usage(bool asked)
{
	fputs("usage: chat [HOST:PORT]\n\n"
	      "A server where many people talk: connect to the address it prints, with nc or\n"
	      "telnet. Default: 127.0.0.1:0, any free port.\n",
	      asked ? stdout : stderr);
	return asked ? 0 : 2;
}

int main(int argc, char **argv)
{
	static char anywhere[] = "127.0.0.1:0";

	if (argc > 2 || (argc > 1 && argv[1][0] == '-'))
		return usage(argc == 2 && strcmp(argv[1], "--help") == 0);
	int err = cigo_run(server, argc > 1 ? argv[1] : anywhere);

	if (err < 0)
		server_failed("chat", argc > 1 ? argv[1] : anywhere, err);
	return err < 0;
}
