/* SPDX-License-Identifier: MIT
 * A server as a process of its own, so that its memory and its switches are counted alone.
 */
#define _GNU_SOURCE /* pipe2, sched_setaffinity */
#include "demos/cost/server.h"
#include "demos/kit/tidy.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

const struct cost_server cost_servers[COST_SERVERS] = {
	{ "coroutines", "coroutines", "cigo, cooperative model: a coroutine for each connection", 1,
	  cost_serve_coroutines },
	{ "threads", "threads", "a plain thread for each connection, which blocks", 1,
	  cost_serve_threads },
	{ "epoll", "the epoll machine", "one thread, a state machine over epoll", 0,
	  cost_serve_epoll },
	{ "preemptive", "the preemptive model", "cigo, preemptive model: the coroutines' program",
	  0, cost_serve_preemptive },
};

int64_t cost_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

int cost_listen(int tell)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof a;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int port = -1;

	if (fd < 0 || bind(fd, (struct sockaddr *)&a, n) || listen(fd, SOMAXCONN) ||
	    getsockname(fd, (struct sockaddr *)&a, &n)) {
		port = -errno;
		if (fd >= 0)
			close(fd);
		fd = port;
	} else {
		port = ntohs(a.sin_port);
	}
	if (write(tell, &port, sizeof port) != sizeof port)
		return -EPIPE;
	return fd;
}

void cost_prepare(int fd)
{
	int on = 1, idle = 15;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof idle);
}

/* --- the process ------------------------------------------------------------------------------ */

static void run(cost_serve_fn *serve, const struct cost_limits *limits, const cpu_set_t *cpus,
		int stop, int tell)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	tidy_not();
	signal(SIGINT, SIG_IGN); /* Ctrl-C ends the parent, and that this process */
	if (cpus && sched_setaffinity(0, sizeof *cpus, cpus)) {
		int err = -errno;

		if (write(tell, &err, sizeof err) < 0)
			exit(2);
		exit(1);
	}
	int err = serve(limits, stop, tell);

	if (err < 0)
		fprintf(stderr, "lab: a server ended: %s\n", strerror(-err));
	exit(err < 0); /* not _exit: sanitizers look for leaks */
}

int cost_start(struct cost_process *p, cost_serve_fn *serve, const struct cost_limits *limits,
	       const cpu_set_t *cpus)
{
	int stop[2], tell[2], err = 0;

	*p = (struct cost_process){ .pid = -1, .stop = -1 };
	if (pipe2(stop, O_CLOEXEC))
		return -errno;
	if (pipe2(tell, O_CLOEXEC)) {
		err = -errno;
		close(stop[0]), close(stop[1]);
		return err;
	}
	fflush(NULL);
	p->pid = fork();
	if (!p->pid) {
		close(stop[1]), close(tell[0]);
		run(serve, limits, cpus, stop[0], tell[1]);
	}
	err = p->pid < 0 ? -errno : 0;
	close(stop[0]), close(tell[1]);
	p->stop = stop[1];
	if (!err && read(tell[0], &p->port, sizeof p->port) != sizeof p->port)
		p->port = -EPIPE;
	close(tell[0]);
	if (!err && p->port < 0)
		err = p->port;
	if (err)
		cost_stop(p, 0);
	return err;
}

int cost_stop(struct cost_process *p, int64_t patience_ns)
{
	int64_t until = cost_now() + patience_ns;
	int status = -1;
	pid_t pid = 0;

	if (p->stop >= 0)
		close(p->stop);
	p->stop = -1;
	if (p->pid < 0)
		return -EIO;
	while (!(pid = waitpid(p->pid, &status, WNOHANG)) && cost_now() < until)
		nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
	if (!pid) {
		kill(p->pid, SIGKILL);
		waitpid(p->pid, &status, 0);
	}
	p->pid = -1;
	return pid > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : -EIO;
}
