/* SPDX-License-Identifier: MIT
 * A server under load, and what it took. The load is in demos/servers/load.c.
 */
#define _GNU_SOURCE /* pipe2 */
#include "demos/servers/compare.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "demos/servers/load.h"

const struct kit_column compare_columns[] = {
	{ "cooperative", CIGO_COOPERATIVE },
	{ "preemptive", CIGO_PREEMPTIVE },
	{ "threads", COMPARE_THREADS },
	{ "epoll", COMPARE_EPOLL },
	{ 0 },
};

void compare_listens(struct contest *c, const char *address)
{
	cigo_ignore(write(c->address, address, strlen(address) + 1));
	close(c->address);
	c->address = -1;
}

int compare_listen(struct contest *c)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof a;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	char address[40];

	if (fd < 0 || bind(fd, (struct sockaddr *)&a, n) || listen(fd, SOMAXCONN) ||
	    getsockname(fd, (struct sockaddr *)&a, &n))
		return -errno;
	snprintf(address, sizeof address, "127.0.0.1:%d", ntohs(a.sin_port));
	compare_listens(c, address);
	return fd;
}

int compare_accept(struct contest *c, int listener)
{
	struct pollfd fds[] = { { .fd = listener, .events = POLLIN },
				{ .fd = c->over, .events = POLLIN } };
	int fd;

	do {
		fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
		if (fd < 0)
			poll(fds, 2, -1);
	} while (fd < 0 && !fds[1].revents);
	return fd;
}

/* --- rivals with a loop ----------------------------------------------------------------------- */

struct serving {
	struct contest *contest;
	cigo_serve_fn *fn;
	void *arg;
	cigo_listener *listener;
};

static int stop_when_over(cigo_ctx *ctx, void *arg, void *ret)
{
	struct serving *s = arg;
	int err = cigo_fd_wait(ctx, s->contest->over, CIGO_READ);

	CIGO_UNUSED(ret);
	cigo_listener_stop(s->listener);
	return err;
}

static int serve(cigo_ctx *ctx, void *arg, void *ret)
{
	struct serving *s = arg;
	cigo_stats stats = { .size = sizeof stats };
	int err = cigo_listen(ctx, "tcp", "127.0.0.1:0", NULL, &s->listener);

	CIGO_UNUSED(ret);
	if (err < 0)
		return err;
	cigo_task *stopper = cigo_spawn(ctx, stop_when_over, 0, s);
	compare_listens(s->contest, cigo_listener_address(s->listener));
	err = cigo_serve(ctx, s->listener, s->fn, s->arg, NULL);
	cigo_task_stop(ctx, stopper);
	cigo_listener_close(s->listener);
	cigo_loop_stats(cigo_ctx_loop(ctx), &stats);
	s->contest->handoffs = stats.handoffs;
	return err;
}

int compare_serve(struct contest *c, int model, cigo_serve_fn *fn, void *arg)
{
	struct serving s = { .contest = c, .fn = fn, .arg = arg };
	cigo_loop_options o = { .size = sizeof o, .model = model };

	return cigo_run_with(&o, cigo_ctx_background(), serve, &s);
}

/* --- the contest ------------------------------------------------------------------------------ */

struct means {
	long kib, most_kib; /* memory now, and the most there ever was */
	int64_t cpu, switches;
};

static struct means means(void)
{
	struct means m = { 0 };
	FILE *f = fopen("/proc/self/status", "re");
	char line[128];
	struct rusage r;
	struct timespec t;

	while (f && fgets(line, sizeof line, f)) {
		sscanf(line, "VmHWM: %ld", &m.most_kib);
		sscanf(line, "VmRSS: %ld", &m.kib);
	}
	if (f)
		fclose(f);
	getrusage(RUSAGE_SELF, &r);
	m.switches = r.ru_nvcsw + r.ru_nivcsw;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	m.cpu = t.tv_sec * CIGO_S(1) + t.tv_nsec;
	return m;
}

/* The load, as a child of this process: it learns the address by one pipe, answers by the other. */
static int begin(struct contest *c)
{
	int address[2], over[2];

	if (pipe2(address, O_CLOEXEC) || pipe2(over, O_CLOEXEC) || (c->pid = fork()) < 0)
		return -errno;
	if (!c->pid) {
		close(address[1]);
		close(over[0]);
		load_process(c->load, address[0], over[1]);
	}
	close(address[0]);
	close(over[1]);
	c->address = address[1];
	c->over = over[0];
	return 0;
}

static int report(const struct contest *c, const struct load_result *r, const struct rival *rival,
		  const struct means *a, const struct means *b)
{
	double n = r->answers ? (double)r->answers : 1;

	kit_count("answers per second", r->ns ? (int64_t)(n * 1e9 / (double)r->ns) : 0,
		  "answers/s");
	if (rival->lines != COMPARE_UNEQUAL)
		kit_count("lines of code", rival->lines, "lines of code");
	kit_time("latency, median", r->median);
	kit_time("latency, p99", r->p99);
	kit_time("CPU time per answer", (int64_t)((double)(b->cpu - a->cpu) / n));
	kit_ratio("context switches per answer", (double)(b->switches - a->switches) / n,
		  "switches");
	if (c->handoffs && rival->model == CIGO_COOPERATIVE) /* else there is no baton */
		kit_ratio("baton handoffs per answer", (double)c->handoffs / n, "handoffs");
	kit_count("memory for all connections", b->most_kib - a->kib, "KiB");
	bool served = !r->err && r->answers >= c->load->connections;
	kit_verdict(served, "%s", served ? "all were served" : "not all were served");
	return -r->err;
}

int compare_run(const struct rival *rivals, int model, const struct load *load, void *arg)
{
	struct contest c = { .load = load, .address = -1 };
	struct load_result result = { .err = EPROTO }; /* if it dies without a word */

	while (rivals->lines && rivals->model != model)
		rivals++;
	struct means before = means();
	int err = begin(&c);
	if (err)
		return err;
	err = rivals->serve(&c, model, arg);
	if (c.address >= 0)
		close(c.address);
	cigo_ignore(read(c.over, &result, sizeof result));
	waitpid(c.pid, NULL, 0);
	close(c.over);
	struct means after = means();
	return err < 0 ? err : report(&c, &result, rivals, &before, &after);
}
