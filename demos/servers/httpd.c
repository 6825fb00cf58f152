/* SPDX-License-Identifier: MIT
 * An HTTP/1.1 server for the files of a folder: GET and HEAD, keep-alive, ranges, index.html.
 *
 *	httpd [-a ADDRESS] [-t SECONDS] [-n CONNECTIONS] [-m TABLE] [FOLDER]
 *	httpd --compare		the same server in other ways, under load: a table. See --help.
 *
 * -a	where to listen, default 127.0.0.1:0, any free port: the first line printed tells which
 * -t	what a client may take to send a request, or to read 32 KiB of an answer; default 10
 * -n	connections at a time, default 1000
 * -m	the table of types, default /etc/mime.types; what it lacks, mime.c may know
 *
 * Ctrl-C or SIGTERM ends it, after requests under way have been answered. Requests are parsed by
 * http-parser. A file is opened below its folder and nowhere else, whatever the path and the links
 * in it say; the kernel sees to that (openat2). What is in the page cache is read at once, the rest
 * in a blocking section, so that a slow disk delays no other client.
 */
#define _GNU_SOURCE /* preadv2 */
#include "demos/servers/failed.h"
#include "demos/servers/httpd.h"
#include "demos/servers/mime.h"

#include <errno.h>
#include <fcntl.h>
#include <http_parser.h>
#include <linux/openat2.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

struct connection {
	cigo_stream *s;
	const struct site *site;
	http_parser parser;

	/* the request */
	char url[4096], field[20], value[100], range[100]; /* cut, where longer; url: status 414 */
	bool begun, complete, in_value, has_host, if_range, keep_alive;
	int status; /* why it is refused; 0: it is not */

	char in[4096]; /* in + start .. in + end: read, not yet parsed */
	size_t start, end;
	char out[32768];
};

/* --- the request ------------------------------------------------------------------------------ */

/* Appends, as much as there is room for. False: not all. */
static bool append(char *to, size_t size, const char *text, size_t n)
{
	size_t used = strlen(to), room = size - 1 - used;

	memcpy(to + used, text, n < room ? n : room);
	to[used + (n < room ? n : room)] = '\0';
	return n <= room;
}

static int on_begin(http_parser *p)
{
	struct connection *c = p->data;

	c->begun = true;
	return 0;
}

static int on_url(http_parser *p, const char *at, size_t n)
{
	struct connection *c = p->data;

	if (!append(c->url, sizeof c->url, at, n))
		c->status = 414;
	return 0;
}

static void end_header(struct connection *c)
{
	if (strcasecmp(c->field, "range") == 0)
		memcpy(c->range, c->value, sizeof c->range);
	else if (strcasecmp(c->field, "host") == 0)
		c->has_host = true;
	else if (strcasecmp(c->field, "if-range") == 0)
		c->if_range = true; /* no validators here: then the whole file is the answer */
	c->field[0] = c->value[0] = '\0';
	c->in_value = false;
}

static int on_field(http_parser *p, const char *at, size_t n)
{
	struct connection *c = p->data;

	if (c->in_value)
		end_header(c);
	append(c->field, sizeof c->field, at, n);
	return 0;
}

static int on_value(http_parser *p, const char *at, size_t n)
{
	struct connection *c = p->data;

	c->in_value = true;
	append(c->value, sizeof c->value, at, n);
	return 0;
}

static int on_headers(http_parser *p)
{
	end_header(p->data);
	p->upgrade = p->method == HTTP_CONNECT; /* to other protocols we do not */
	return 0;
}

static int on_complete(http_parser *p)
{
	struct connection *c = p->data;

	c->complete = true;
	c->keep_alive = http_should_keep_alive(p) && p->method != HTTP_CONNECT;
	http_parser_pause(p, 1); /* the next one in its turn */
	return 0;
}

static const http_parser_settings settings = {
	.on_message_begin = on_begin,
	.on_url = on_url,
	.on_header_field = on_field,
	.on_header_value = on_value,
	.on_headers_complete = on_headers,
	.on_message_complete = on_complete,
};

static int status_of_parser(enum http_errno err)
{
	return err == HPE_HEADER_OVERFLOW ? 431 : err == HPE_INVALID_VERSION ? 505 : 400;
}

/* Reads a request whole, its body is dropped. 1: it is there; 0: there is none; < 0: an error. */
static int read_request(cigo_ctx *ctx, struct connection *c)
{
	int64_t until = cigo_now(ctx) + c->site->patience;

	c->url[0] = c->field[0] = c->value[0] = c->range[0] = '\0';
	c->begun = c->complete = c->in_value = c->has_host = c->if_range = c->keep_alive = false;
	c->status = 0;
	while (!c->complete) {
		if (c->start == c->end) {
			cigo_stream_set_timeout(c->s, until - cigo_now(ctx));
			ssize_t n = cigo_stream_read(ctx, c->s, c->in, sizeof c->in);
			if (n == -ETIMEDOUT && c->begun && !cigo_ctx_error(ctx)) {
				c->status = 408;
				return 1;
			}
			if (n <= 0)
				return (int)n;
			c->start = 0;
			c->end = (size_t)n;
		}
		c->start += http_parser_execute(&c->parser, &settings, c->in + c->start,
						c->end - c->start);
		enum http_errno err = HTTP_PARSER_ERRNO(&c->parser);
		if (err != HPE_OK && err != HPE_PAUSED) {
			c->status = status_of_parser(err);
			c->keep_alive = false;
			return 1;
		}
	}
	http_parser_pause(&c->parser, 0);
	if (!c->status && c->parser.http_minor && !c->has_host)
		c->status = 400;
	return 1;
}

static int hex(char c)
{
	return c >= '0' && c <= '9'		    ? c - '0'
	       : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10
						    : -1;
}

/* The path of the URL, decoded, without the slashes before it; PATH_MAX bytes. 0, or a status. */
static int decode_path(const char *url, bool connect, char *ret)
{
	struct http_parser_url u;
	char *to = ret;

	http_parser_url_init(&u);
	if (http_parser_parse_url(url, strlen(url), connect, &u) || !(u.field_set & 1 << UF_PATH))
		return 400;
	const char *at = url + u.field_data[UF_PATH].off, *end = at + u.field_data[UF_PATH].len;
	while (at < end && *at == '/')
		at++;
	for (; at < end && to < ret + PATH_MAX - 16; at++) {
		*to = *at;
		if (*at == '%') {
			if (end - at < 3 || hex(at[1]) < 0 || hex(at[2]) < 0)
				return 400;
			*to = (char)(hex(at[1]) * 16 + hex(at[2]));
			at += 2;
		}
		if (!*to++)
			return 400;
	}
	*to = '\0';
	return at < end ? 414 : 0;
}

/* One range of bytes: 206 and *ret_from, *ret_size set, 416, or 200 where it does not count. */
static int parse_range(const char *text, int64_t size, int64_t *ret_from, int64_t *ret_size)
{
	char *end;

	*ret_from = 0;
	*ret_size = size;
	if (strncasecmp(text, "bytes=", 6) || strchr(text, ','))
		return 200;
	text += 6;
	bool suffix = *text == '-';
	text += suffix;
	if (*text < '0' || *text > '9')
		return 200;
	errno = 0;
	int64_t from = strtoll(text, &end, 10), last = size - 1;
	if (suffix) {
		if (*end)
			return 200;
		if (!from || !size)
			return 416;
		from = from < size ? size - from : 0;
	} else {
		if (*end++ != '-' || (*end && (*end < '0' || *end > '9')))
			return 200;
		if (*end) {
			last = strtoll(end, &end, 10);
			if (*end || last < from)
				return 200;
		}
	}
	if (from >= size)
		return 416;
	*ret_from = from;
	*ret_size = (last < size - 1 ? last : size - 1) - from + 1;
	return 206;
}

/* --- files ------------------------------------------------------------------------------------ */

/* For kernels before 5.6. */
static int open_checked(const struct site *site, const char *path)
{
	char whole[2 * PATH_MAX], real[PATH_MAX];
	size_t n = strlen(site->root);

	snprintf(whole, sizeof whole, "%s/%s", site->root, path);
	if (!realpath(whole, real))
		return -errno;
	if (strncmp(real, site->root, n) || (real[n] && real[n] != '/' && n > 1))
		return -EXDEV;
	int fd = open(real, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
	return fd < 0 ? -errno : fd;
}

static int open_below(const struct site *site, const char *path, uint64_t resolve)
{
	struct open_how how = {
		.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK, /* a FIFO must not block */
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS | resolve,
	};
	long fd = syscall(SYS_openat2, site->dir, *path ? path : ".", &how, sizeof how);

	if (fd < 0 && (errno == ENOSYS || errno == EPERM))
		return open_checked(site, path);
	return fd < 0 ? -errno : (int)fd;
}

/* At once, if the kernel has all names in memory; else in a blocking section. */
static int open_file(cigo_ctx *ctx, const struct site *site, const char *path)
{
	int fd = -EAGAIN;

#ifdef RESOLVE_CACHED
	fd = open_below(site, path, RESOLVE_CACHED);
#endif
	if (fd == -EAGAIN || fd == -EINVAL) {
		cigo_blocking_begin(ctx);
		fd = open_below(site, path, 0);
		cigo_blocking_end(ctx);
	}
	return fd;
}

static ssize_t read_file(cigo_ctx *ctx, int fd, char *buf, size_t n, int64_t from)
{
	struct iovec v = { .iov_base = buf, .iov_len = n };
	ssize_t done = preadv2(fd, &v, 1, from, RWF_NOWAIT);

	if (done < 0 && (errno == EAGAIN || errno == EOPNOTSUPP || errno == ENOSYS)) {
		cigo_blocking_begin(ctx);
		done = pread(fd, buf, n, from);
		cigo_blocking_end(ctx); /* errno is kept */
	}
	return done < 0 ? -errno : done;
}

/* --- the answer ------------------------------------------------------------------------------- */

static const char *phrase(int status)
{
	switch (status) {
#define PHRASE(number, name, text) \
	case number: return #text;
		HTTP_STATUS_MAP(PHRASE)
	default: return "";
	}
}

/* Begins the answer in c->out. How long it is. */
CIGO_PRINTF(4, 5)
static size_t head(struct connection *c, int status, int64_t size, const char *format, ...)
{
	time_t now = time(NULL);
	char date[40] = "";
	struct tm tm;
	va_list ap;

	if (gmtime_r(&now, &tm))
		strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", &tm);
	int n = snprintf(c->out, sizeof c->out,
			 "HTTP/1.1 %d %s\r\nDate: %s\r\nServer: cigo\r\nConnection: %s\r\n"
			 "Content-Length: %lld\r\n",
			 status, phrase(status), date, c->keep_alive ? "keep-alive" : "close",
			 (long long)size);
	va_start(ap, format);
	n += vsnprintf(c->out + n, sizeof c->out - (size_t)n, format, ap);
	va_end(ap);
	n += snprintf(c->out + n, sizeof c->out - (size_t)n, "\r\n");
	return (size_t)n;
}

/* An answer of few words. format, ...: more lines of the head. */
#define answer(ctx, c, status, ...) \
	say((ctx), (c), (status),   \
	    head((c), (status), (int64_t)strlen(phrase(status)) + 5, __VA_ARGS__))
static int say(cigo_ctx *ctx, struct connection *c, int status, size_t n)
{
	if (c->parser.method != HTTP_HEAD)
		n += (size_t)snprintf(c->out + n, sizeof c->out - n, "%d %s\n", status,
				      phrase(status));
	ssize_t done = cigo_stream_write(ctx, c->s, c->out, n);
	return done < 0 ? (int)done : 0;
}

/* The head is in c->out, n bytes of it; the first part of the file goes with it. */
static int send_file(cigo_ctx *ctx, struct connection *c, int fd, int64_t from, int64_t size,
		     size_t n)
{
	for (;;) {
		size_t room = sizeof c->out - n;
		ssize_t got = 0;

		if (size < (int64_t)room)
			room = (size_t)size;
		if (size)
			got = read_file(ctx, fd, c->out + n, room, from);
		if (got < 0 || (!got && size))
			return got ? (int)got
				   : -EIO; /* it shrank: all that is left is to hang up */
		ssize_t done = cigo_stream_write(ctx, c->s, c->out, n + (size_t)got);
		if (done < 0)
			return (int)done;
		from += got;
		size -= got;
		n = 0;
		if (!size)
			return 0;
	}
}

static int answer_file(cigo_ctx *ctx, struct connection *c, int fd, const char *path, int64_t whole)
{
	int64_t from = 0, size = whole;
	bool ranged = c->range[0] && !c->if_range && c->parser.method == HTTP_GET;
	int status = ranged ? parse_range(c->range, whole, &from, &size) : 200;
	const char *type = mime_type(path);
	size_t n;

	if (status == 416)
		return answer(ctx, c, 416, "Content-Range: bytes */%lld\r\n", (long long)whole);
	if (status == 206)
		n = head(c, 206, size,
			 "Content-Type: %s\r\nAccept-Ranges: bytes\r\n"
			 "Content-Range: bytes %lld-%lld/%lld\r\n",
			 type, (long long)from, (long long)(from + size - 1), (long long)whole);
	else
		n = head(c, 200, size, "Content-Type: %s\r\nAccept-Ranges: bytes\r\n", type);
	return send_file(ctx, c, fd, from, c->parser.method == HTTP_HEAD ? 0 : size, n);
}

static int status_of_open(int err)
{
	switch (err) {
	case -ENOENT:
	case -ENOTDIR:
	case -ENAMETOOLONG: return 404;
	case -EACCES:
	case -EXDEV: /* it leads out of the folder */
	case -ELOOP:
	case -ENXIO: return 403;
	case -EMFILE:
	case -ENFILE:
	case -ENOMEM:
	case -EAGAIN: return 503;
	default: return 500;
	}
}

/* Where the folder is, with the slash that was missing. */
static int redirect(cigo_ctx *ctx, struct connection *c)
{
	size_t n = strcspn(c->url, "?#");
	const char *path = c->url;

	while (path[0] == '/' && path[1] == '/') /* "//host" would lead elsewhere */
		path++, n--;
	return answer(ctx, c, 301, "Location: %.*s/\r\n", (int)n, path);
}

static int answer_path(cigo_ctx *ctx, struct connection *c, char *path)
{
	size_t n = strlen(path);
	struct stat st;
	int fd = open_file(ctx, c->site, path);

	if (fd >= 0 && !fstat(fd, &st) && S_ISDIR(st.st_mode)) {
		close(fd);
		if (n && path[n - 1] != '/')
			return redirect(ctx, c);
		strcpy(path + n, "index.html"); /* decode_path has left room */
		fd = open_file(ctx, c->site, path);
	}
	if (fd < 0)
		return answer(ctx, c, status_of_open(fd), "%s", "");
	int err = fstat(fd, &st) || !S_ISREG(st.st_mode)
			  ? answer(ctx, c, 403, "%s", "")
			  : answer_file(ctx, c, fd, path, st.st_size);
	close(fd);
	return err;
}

static int answer_request(cigo_ctx *ctx, struct connection *c)
{
	char path[PATH_MAX];
	bool readable = c->parser.method == HTTP_GET || c->parser.method == HTTP_HEAD;

	cigo_stream_set_timeout(c->s, c->site->patience);
	if (!c->status && !readable)
		return answer(ctx, c, 405, "Allow: GET, HEAD\r\n");
	if (!c->status)
		c->status = decode_path(c->url, false, path);
	if (c->status)
		return answer(ctx, c, c->status, "%s", "");
	return answer_path(ctx, c, path);
}

/* The client may still be sending: hung up on, it would not see our answer. */
static void part(cigo_ctx *ctx, struct connection *c)
{
	ssize_t n = cigo_stream_shutdown(c->s), all = 0;

	cigo_stream_set_timeout(c->s, CIGO_S(1));
	while (n >= 0 && all < 1 << 20 &&
	       (n = cigo_stream_read(ctx, c->s, c->in, sizeof c->in)) > 0)
		all += n;
}

int httpd_client(cigo_ctx *ctx, cigo_stream *s, void *arg)
{
	struct connection c = { .s = s, .site = arg };
	int err;

	http_parser_init(&c.parser, HTTP_REQUEST);
	c.parser.data = &c;
	do {
		err = read_request(ctx, &c);
		if (err <= 0)
			return err;
		err = answer_request(ctx, &c);
	} while (!err && c.keep_alive);
	if (!err)
		part(ctx, &c);
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
	struct site *site = arg;
	cigo_serve_options o = { .size = sizeof o, .limit = site->limit, .grace_ns = CIGO_S(1) };
	cigo_listener *l;
	int err = cigo_listen(ctx, "tcp", site->address, NULL, &l);

	if (err < 0)
		return err;
	cigo_task *stopper = cigo_spawn(ctx, stop_on_signal, 0, l);
	printf("%s\n", cigo_listener_address(l));
	fflush(stdout);
	err = cigo_serve(ctx, l, httpd_client, site, &o);
	cigo_task_stop(ctx, stopper);
	cigo_listener_close(l);
	return err;
}

static int usage(void)
{
	fputs("usage: httpd [-a HOST:PORT] [-t SECONDS] [-n CONNECTIONS] [-m TABLE] [FOLDER]\n"
	      "       httpd --help\n\n"
	      "  -a   where to listen (default 127.0.0.1:0, any free port)\n"
	      "  -t   how long to wait for a client (default 10)\n"
	      "  -n   how many connections at once at most (default 1000)\n"
	      "  -m   the table of types by names' endings (default /etc/mime.types)\n",
	      stderr);
	return 2;
}

int main(int argc, char **argv)
{
	struct site site = { .address = "127.0.0.1:0", .patience = CIGO_S(10), .limit = 1000 };
	const char *types = "/etc/mime.types";
	int option;

	if (argc > 1 && strncmp(argv[1], "--", 2) == 0 && argv[1][2])
		return httpd_compare(argc, argv);
	while ((option = getopt(argc, argv, "a:t:n:m:")) != -1) {
		if (option == 'a')
			site.address = optarg;
		else if (option == 't')
			site.patience = CIGO_S(strtod(optarg, NULL));
		else if (option == 'n')
			site.limit = (unsigned)strtoul(optarg, NULL, 10);
		else if (option == 'm')
			types = optarg;
		else
			return usage();
	}
	if (argc > optind + 1)
		return usage();
	const char *folder = argc > optind ? argv[optind] : ".";
	site.dir = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (site.dir < 0 || !realpath(folder, site.root)) {
		fprintf(stderr, "httpd: cannot open the folder %s: %s\n", folder, strerror(errno));
		return 1;
	}
	mime_load(types);
	int err = cigo_run(server, &site);
	close(site.dir);
	if (err < 0)
		server_failed("httpd", site.address, err);
	return err < 0;
}
