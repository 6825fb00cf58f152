/* SPDX-License-Identifier: MIT
 * The web server's parts: the server itself, and what it is compared with.
 */
#ifndef CIGO_DEMOS_HTTPD_H
#define CIGO_DEMOS_HTTPD_H

#include <limits.h>

#include "demos/servers/compare.h"

struct site {
	char root[PATH_MAX]; /* the folder, absolute */
	int dir;	     /* it, open */
	int64_t patience;
	unsigned limit;
	const char *address;
};

/* Talks with one client; arg: a struct site. Without a loop it blocks its thread. */
int httpd_client(cigo_ctx *ctx, cigo_stream *s, void *arg);

/* A web server as a state machine over epoll; arg: a struct site. */
int httpd_epoll(struct contest *c, int model, void *arg);

/* The program with --compare and the options of the kit. */
int httpd_compare(int argc, char **argv);

#endif
