/* SPDX-License-Identifier: MIT
 * A process that runs the program once, and its end.
 */
#pragma once

#include <stdint.h>
#include <sys/types.h>

#include "schedule/record.h"
#include "tools/explore/tail.h"

/* What is the same for all runs. */
struct child_spec {
	const char *path;
	char **argv, **envp;
	int out; /* its stdout and stderr */
	/* If it cannot be executed, `result` has errno, and `met` is 0. */
	struct ci_record *record;
};

/* How it ended. */
struct child_end {
	bool hung;	  /* it was killed after the time it had */
	bool interrupted; /* `stop` was readable; hung: it has not ended soon after that */
	int status;	  /* of exit, if signal is 0 */
	int signal;
};

/* Addresses are the same in each process that is started from now on. -errno: they are not. */
int child_fix_addresses(void);
/* Starts it in a process group of its own; it does not outlive its parent. Its id, or -errno. */
pid_t child_start(const struct child_spec *spec);
/*
 * Waits until it has ended; what it prints is read from `out` to the tail. Then ends the others of its
 * group. -errno: of pidfd_open.
 */
int child_wait(pid_t pid, int64_t hang_ns, int stop, int out, struct tail *tail,
	       struct child_end *ret);
/* "exit status 3", "killed by SIGSEGV (Segmentation fault)", "aborted". */
const char *child_words(const struct child_end *e, char buf[static 128]);
