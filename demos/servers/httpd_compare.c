/* SPDX-License-Identifier: MIT
 * The web server under load: as coroutines, as threads that run the very same code, and against a
 * state machine.
 */
#define _GNU_SOURCE /* memmem, O_PATH */
#include "demos/servers/httpd.h"
#include "demos/kit/tidy.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PAGE = 2000 };

static int milliseconds = 500;

static struct site site = { .patience = CIGO_S(10) };

static int as_coroutines(struct contest *c, int model, void *arg)
{
	return compare_serve(c, model, httpd_client, arg);
}

/* --- a thread for each connection: a context without a loop, and the calls block ---------------- */

static void *client_thread(void *arg)
{
	cigo_ctx *ctx = cigo_ctx_background();
	cigo_stream *s = cigo_stream_open((int)(intptr_t)arg);

	cigo_ignore(httpd_client(ctx, s, &site));
	cigo_stream_close(s);
	return NULL;
}

static int as_threads(struct contest *c, int model, void *arg)
{
	int listener = compare_listen(c), fd;
	pthread_attr_t attr;
	pthread_t thread;

	CIGO_UNUSED(model), CIGO_UNUSED(arg);
	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	pthread_attr_setstacksize(&attr, 256 << 10); /* what a coroutine has */
	while ((fd = compare_accept(c, listener)) >= 0)
		if (pthread_create(&thread, &attr, client_thread, (void *)(intptr_t)fd))
			close(fd);
	pthread_attr_destroy(&attr);
	close(listener);
	return 0;
}

/* --- the load ----------------------------------------------------------------------------------- */

static size_t answer(const char *bytes, size_t n)
{
	static const char length[] = "\r\nContent-Length: ";
	const char *end = memmem(bytes, n, "\r\n\r\n", 4);
	const char *at = end ? memmem(bytes, n, length, sizeof length - 1) : NULL;

	if (!at || strncmp(bytes, "HTTP/1.1 200", 12))
		return 0;
	return (size_t)(end + 4 - bytes) + strtoul(at + sizeof length - 1, NULL, 10);
}

static int compare(int model, void *arg)
{
	const struct rival rivals[] = {
		{ CIGO_COOPERATIVE, COMPARE_UNEQUAL, as_coroutines },
		{ CIGO_PREEMPTIVE, COMPARE_UNEQUAL, as_coroutines },
		{ COMPARE_THREADS, COMPARE_UNEQUAL, as_threads },
		{ COMPARE_EPOLL, COMPARE_UNEQUAL, httpd_epoll },
		{ 0 },
	};
	const struct load load = {
		.connections = kit_picture() ? 2 : *(int *)arg,
		.ns = kit_picture() ? CIGO_MS(2) : CIGO_MS(milliseconds),
		.request = "GET /index.html HTTP/1.1\r\nHost: localhost\r\n\r\n",
		.answer = answer,
	};

	return compare_run(rivals, model, &load, &site);
}

static const struct kit_variant variants[] = {
	{ "one", "one connection, a page of 2,000 bytes per request",
	  "For each answer a server parses a request, opens and reads a file, and writes a head and a "
	  "body. Beside that work it hardly matters in which way a server waits.",
	  NULL, compare, &(int){ 1 }, NULL, 1, false },
	{ "many", "fifty connections",
	  "The first three columns run the same code: with a context without a loop its calls block "
	  "their thread. The state machine can do much less (no ranges, no HEAD, no time limits), so "
	  "lines of code are not compared. A file that is not in memory "
	  "would stop it and all its clients; the coroutines read such a file in a blocking section.",
	  NULL, compare, &(int){ 50 }, NULL, 1, false },
	{ 0 },
};

static const struct kit_option options[] = {
	{ "milliseconds", "milliseconds of load per server", &milliseconds, 10, 60000 },
	{ 0 },
};

/* A folder with one page. */
static int make_site(void)
{
	static char path[sizeof site.root + 16];
	const char *tmp = getenv("TMPDIR");
	char page[PAGE];

	snprintf(site.root, sizeof site.root, "%s/cigo-XXXXXX", tmp ? tmp : "/tmp");
	if (!mkdtemp(site.root))
		return -errno;
	snprintf(path, sizeof path, "%s/index.html", site.root);
	tidy_open();
	tidy_path(site.root);
	tidy_path(path);
	site.dir = open(site.root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int fd = openat(site.dir, "index.html", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	memset(page, 'x', sizeof page);
	ssize_t n = write(fd, page, sizeof page);
	close(fd);
	return n == PAGE ? 0 : -EIO;
}

int httpd_compare(int argc, char **argv)
{
	static const struct kit_demo demo = {
		.name = "httpd",
		.title = "Web: a server as coroutines, as threads, as a state machine",
		.also = "Without these options it is a web server:\n"
			"  httpd [-a HOST:PORT] [-t SECONDS] [-n CONNECTIONS] [FOLDER]\n"
			"With --compare it is measured:",
		.lesson =
			"Three ways to serve many clients at once: what does an answer cost in each?",
		.variants = variants,
		.columns = compare_columns,
		.options = options,
	};
	int err = make_site();

	if (err) {
		fprintf(stderr, "httpd: cannot make a folder with a page, %s: %s\n", site.root,
			cigo_strerror(err));
		tidy_up(0);
		return 1;
	}
	int status = kit_main(&demo, argc, argv);
	tidy_up(0);
	close(site.dir);
	return status;
}
