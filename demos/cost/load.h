/* SPDX-License-Identifier: MIT
 * The clients: one process drives them all. Each sends a request, waits for the whole answer, which it
 * compares with what it must be, and sends the next.
 */
#ifndef CIGO_DEMOS_COST_LOAD_H
#define CIGO_DEMOS_COST_LOAD_H

#include <sched.h>
#include <stdint.h>
#include <sys/types.h>

struct cost_load {
	int port, connections;
	uint64_t rounds;       /* of computing, for each request */
	size_t size;	       /* bytes of its body, and of the answer's */
	int64_t ns;	       /* for so long requests are sent */
	const cpu_set_t *cpus; /* NULL: all */
};

/* Of the requests that were sent in that time; each was waited for. */
struct cost_pressed {
	int err;	   /* errno; EPROTO: an answer was wrong, ETIME: answers are missing */
	int connected;	   /* clients that had an answer before the time began */
	int64_t requests;  /* all of them, and */
	double throughput; /* how many a second were answered while they were sent */
	int64_t p99;
};

struct cost_clients {
	pid_t pid;
	int word, said; /* pipes: to the clients, from them */
	int64_t ns;	/* how long they will go on */
};

/* Connects all clients, and has one answer for each; how many have, or -errno. */
int cost_load_start(struct cost_clients *c, const struct cost_load *load);
/* Lets them go on for their time. They stay connected. */
int cost_load_press(struct cost_clients *c, struct cost_pressed *ret);
void cost_load_stop(struct cost_clients *c);

#endif
