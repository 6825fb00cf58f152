/* SPDX-License-Identifier: MIT
 * What must not stay when a program is ended: by Ctrl-C, SIGTERM, SIGHUP, or in its own time. Files
 * and folders are a stack: what was put on it last goes first.
 */
#ifndef CIGO_DEMOS_TIDY_H
#define CIGO_DEMOS_TIDY_H

#include <sys/types.h>

/* Signals tidy up from here on. If CIGO_DUMP is set, SIGUSR1 is the child's. */
void tidy_open(void);
/* In a forked child: what is to be tidied up is the parent's business. */
void tidy_not(void);

/* path, which lives on, is to be removed: a file, or a folder that is empty then. */
void tidy_path(const char *path);
/* How many there are. */
unsigned tidy_count(void);
/* Removes, or forgets, all but the first n. */
void tidy_up(unsigned n);
void tidy_forget(unsigned n);

/* The child that runs now, and the signal that ends it; 0: none runs. */
void tidy_child(pid_t pid, int sig);

#endif
