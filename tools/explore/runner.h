/* SPDX-License-Identifier: MIT
 * Runs a program under one schedule after another, each time in a process of its own.
 */
#pragma once

#include "explore/search.h"
#include "tools/explore/child.h"
#include "tools/explore/place.h"
#include "tools/explore/tail.h"
#include "tools/explore/verdict.h"

struct runner {
	struct ci_runner base;
	struct child_spec child;
	int64_t hang_ns;
	int stop;	    /* readable: the search is to end */
	int record_fd;	    /* inherited */
	int given_fd;	    /* inherited: a replay too long for the environment */
	int out[2];	    /* a pipe: what the program prints */
	char **schedule;    /* its place in child.envp */
	char **record;	    /* likewise: where the record is */
	char *variables[3]; /* of the environment, owned */
	struct tail tail;   /* what the last run has printed */
	struct kept kept;   /* of the record, before the run */
	bool met;	    /* a run has asked its schedule */
	struct places places;
	char why[512]; /* why base.run has failed */
};

/* `stop` is a descriptor, `model` NULL or the value of CIGO_MODEL. -errno. */
int runner_open(struct runner *r, const char *path, char **argv, const char *model, int64_t hang_ns,
		int stop);
void runner_close(struct runner *r);
/* Runs the program by the text of a replay alone, as a person does who types it: does it fail in these words?
 * What it prints is not kept. -EINTR: a person ends the search; another -errno: it cannot be run. */
int runner_repeat(struct runner *r, const char *replay, const char *failure);
