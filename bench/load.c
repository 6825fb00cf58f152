/* SPDX-License-Identifier: MIT
 * A client for echo servers, in a closed loop: each connection has one message in flight, and sends
 * the next when all of it is back. One thread and epoll, level-triggered: the cheapest client there
 * is, so that the server is what is measured.
 *
 *	load PORT CONNECTIONS SIZE SECONDS [PID]
 *
 * Prints requests per second; percentiles of the time from a message to its echo in us, from a
 * histogram of 1/16 octaves; and the CPU time in us that a request cost process PID, the server. The
 * first fifth is warm-up and not counted. Fails where an echo differs.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "bench.h"

enum { BINS = 64 * 16, MOST = 1 << 20 };

struct connection {
	int fd;
	size_t got;  /* of the echo that is awaited */
	double sent; /* when */
};

static size_t size;
static char *message, *echo;
static long bins[BINS], done;

static void die(const char *what)
{
	perror(what);
	exit(1);
}

/* --- the histogram --------------------------------------------------------------------------- */

static int bin_of(double ns)
{
	uint64_t n = ns < 16 ? 16 : (uint64_t)ns;
	int octave = 63 - __builtin_clzll(n);

	return octave * 16 + (int)(n >> (octave - 4) & 15);
}

/* the upper end of the bin, us */
static double percentile(double share)
{
	long left = (long)((double)(done - 1) * share);
	int i = 0;

	while (i < BINS - 1 && (left -= bins[i]) >= 0)
		i++;
	return (double)((uint64_t)(16 + i % 16 + 1) << (i / 16 - 4)) / 1e3;
}

/* --- connections ----------------------------------------------------------------------------- */

static void open_one(struct connection *c, int port, int epoll)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
	struct epoll_event e = { .events = EPOLLIN, .data.ptr = c };
	int one = 1;

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (c->fd < 0 || connect(c->fd, (struct sockaddr *)&to, sizeof to))
		die("connect");
	setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	if (fcntl(c->fd, F_SETFL, O_NONBLOCK) || epoll_ctl(epoll, EPOLL_CTL_ADD, c->fd, &e))
		die("epoll");
}

/* One message per connection is far below what the socket's buffer takes. */
static void send_one(struct connection *c)
{
	c->got = 0;
	c->sent = bench_now();
	if (write(c->fd, message, size) != (ssize_t)size)
		die("write");
}

static void receive(struct connection *c)
{
	ssize_t n = read(c->fd, echo, size - c->got);

	if (n < 0 && errno == EAGAIN)
		return;
	if (n <= 0)
		die("read");
	if (memcmp(echo, message + c->got, (size_t)n)) {
		fputs("load: the echo differs\n", stderr);
		exit(1);
	}
	c->got += (size_t)n;
	if (c->got < size)
		return;
	done++;
	bins[bin_of(bench_now() - c->sent)]++;
	send_one(c);
}

/* Until `end`; returns when it stopped. */
static double run(int epoll, double end)
{
	struct epoll_event events[128];
	double now;

	while ((now = bench_now()) < end) {
		int n = epoll_wait(epoll, events, 128, 2000);

		if (n <= 0)
			die(n ? "epoll_wait" : "the server is silent");
		for (int i = 0; i < n; i++)
			receive(events[i].data.ptr);
	}
	return now;
}

static double cpu_of(pid_t pid)
{
	clockid_t clock;

	return pid && !clock_getcpuclockid(pid, &clock) ? bench_clock(clock) : 0;
}

int main(int argc, char **argv)
{
	int n = argc >= 5 ? atoi(argv[2]) : 0, epoll = epoll_create1(EPOLL_CLOEXEC);
	double ns = argc >= 5 ? strtod(argv[4], NULL) * 1e9 : 0;
	long bytes = argc >= 5 ? atol(argv[3]) : 0;
	pid_t server = argc > 5 ? atoi(argv[5]) : 0;

	if (n < 1 || bytes < 1 || bytes > MOST || ns <= 0) {
		fputs("usage: load PORT CONNECTIONS SIZE SECONDS [PID]\n", stderr);
		return 2;
	}
	struct connection *c = calloc((size_t)n, sizeof *c);
	size = (size_t)bytes;
	message = malloc(size);
	echo = malloc(size);
	if (!c || !message || !echo || epoll < 0)
		die("load");
	for (size_t i = 0; i < size; i++)
		message[i] = (char)(i * 31);
	for (int i = 0; i < n; i++)
		open_one(&c[i], atoi(argv[1]), epoll);
	for (int i = 0; i < n; i++)
		send_one(&c[i]);
	double start = run(epoll, bench_now() + ns / 4);
	memset(bins, 0, sizeof bins);
	done = 0;
	double cpu = cpu_of(server), end = run(epoll, start + ns);
	printf("{\"rate\": %.0f, \"p50\": %.1f, \"p99\": %.1f, \"max\": %.1f, \"cpu\": %.2f}\n",
	       (double)done * 1e9 / (end - start), percentile(0.5), percentile(0.99), percentile(1),
	       (cpu_of(server) - cpu) / (double)done / 1e3);
	return 0;
}
