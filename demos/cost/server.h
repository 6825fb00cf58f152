/* SPDX-License-Identifier: MIT
 * The four servers of lab --cost. Each has the same features: the protocol with its limits, a limit on
 * connections, on how long a client may be silent, or may not read; an end that lets clients finish.
 */
#ifndef CIGO_DEMOS_COST_SERVER_H
#define CIGO_DEMOS_COST_SERVER_H

#include <sched.h>
#include <stdint.h>
#include <sys/types.h>

enum { COST_COROUTINES, COST_THREADS, COST_EPOLL, COST_PREEMPTIVE, COST_SERVERS };

struct cost_limits {
	unsigned connections; /* at a time; others wait to be accepted */
	int64_t idle_ns;      /* how long a read or write may wait */
	int64_t grace_ns;     /* how long clients may go on after the stop */
};

/*
 * Listens at some port of loopback, writes it to tell as an int, or -errno, and serves until stop can
 * be read. 0 or -errno.
 */
typedef int cost_serve_fn(const struct cost_limits *limits, int stop, int tell);

cost_serve_fn cost_serve_coroutines, cost_serve_threads, cost_serve_epoll, cost_serve_preemptive;

struct cost_server {
	const char *name;
	const char *words; /* as the subject of a sentence */
	const char *what;  /* in a line */
	int plural;
	cost_serve_fn *serve;
};

extern const struct cost_server cost_servers[COST_SERVERS];

/* One that runs, as a process of its own. */
struct cost_process {
	pid_t pid;
	int stop, port;
};

/* cpus NULL: all that there are. 0 or -errno. */
int cost_start(struct cost_process *p, cost_serve_fn *serve, const struct cost_limits *limits,
	       const cpu_set_t *cpus);
/* Ends it, and kills it if it takes longer than patience_ns; its exit status, or -EIO. */
int cost_stop(struct cost_process *p, int64_t patience_ns);

/* --- for those with sockets of their own -------------------------------------------------------- */

/* Listens, without blocking, and tells. -errno. */
int cost_listen(int tell);
/* What cigo_accept does with a connection. */
void cost_prepare(int fd);
int64_t cost_now(void); /* CLOCK_MONOTONIC, in ns */

#endif
