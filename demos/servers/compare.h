/* SPDX-License-Identifier: MIT
 * Servers compared: the same load for each, from a process of its own, and what the server took for it.
 */
#ifndef CIGO_DEMOS_COMPARE_H
#define CIGO_DEMOS_COMPARE_H

#include "demos/kit/kit.h"

/* Models beside the two of cigo. */
enum { COMPARE_THREADS = 20, COMPARE_EPOLL };

/* cooperative, preemptive, threads, epoll. */
extern const struct kit_column compare_columns[];

/* Clients that send a request, wait for the whole answer, and send it again. */
struct load {
	int connections;
	int64_t ns; /* for how long */
	const char *request;
	/* The length of the answer that begins with these n bytes; 0: not known yet. */
	size_t (*answer)(const char *bytes, size_t n);
};

/* A server under load. It listens, calls compare_listens, and serves until over is readable. */
struct contest {
	const struct load *load;
	int over;
	int address; /* where compare_listens writes to */
	pid_t pid;
	uint64_t handoffs; /* of the baton; a rival with a loop sets it */
};

/* One for each model. Lines: how many its code has, or that it does not do the same as the others. */
enum { COMPARE_UNEQUAL = -1 };
struct rival {
	int model, lines;
	int (*serve)(struct contest *c, int model, void *arg);
};

void compare_listens(struct contest *c, const char *address);

/*
 * For rivals with sockets of their own: listens at any port of loopback and tells; the next
 * connection, or -1 when it is over.
 */
int compare_listen(struct contest *c);
int compare_accept(struct contest *c, int listener);

/* Runs the rival of that model under load and reports; rivals ends with lines 0. -errno. */
int compare_run(const struct rival *rivals, int model, const struct load *load, void *arg);

/* For rivals with a loop: serves fn(ctx, stream, arg) until it is over. */
int compare_serve(struct contest *c, int model, cigo_serve_fn *fn, void *arg);

#endif
