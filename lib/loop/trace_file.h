/* SPDX-License-Identifier: MIT
 *
 * Files of lines that are written while a program runs, and are whole at its end however it comes.
 * Invariants: what reaches the file are whole lines; two files that are open in one process, or were,
 * never bear the same name.
 *
 * Why not stdio: a forked child that exits would write its copy of the buffer too.
 */
#ifndef CI_TRACE_FILE_H
#define CI_TRACE_FILE_H

#include <pthread.h>

#include "base/base.h"

enum { CI_TRACE_LINE = 2048 }; /* a line has less bytes */

struct ci_trace_file {
	pthread_mutex_t lock; /* for all below; taken by the owner around its lines */
	void (*finish)(struct ci_trace_file *f); /* adds what is still to be said; final */
	const char *tail;			 /* the last line of the file; final */
	struct ci_trace_file *next;		 /* of those open */
	char *path;				 /* as it was named in the end */
	int fd;					 /* -1: nothing more can be written */
	int pid;				 /* whose: a forked child leaves it alone */
	size_t used, line, before; /* of buffer; where the line now written and its last begin */
	int64_t size, last;	   /* of the file; where its last line begins */
	int64_t flushed;	   /* when, on CLOCK_MONOTONIC */
	char *buffer;
};

/*
 * Opens name for f, whose finish and tail are set and whose other fields are not. The tail is shorter
 * than any line. In name %p is the process's
 * number; and the second file of that name gets ".2" before its extension, and so on. False: said
 * why on stderr.
 */
bool ci_trace_file_open(struct ci_trace_file *f, const char *name);
/* finish, the tail, and the end. */
void ci_trace_file_close(struct ci_trace_file *f);
/* Appends to the line that is being written: a text, n bytes, a number, microseconds. */
void ci_trace_file_put(struct ci_trace_file *f, const char *text);
void ci_trace_file_bytes(struct ci_trace_file *f, const char *bytes, size_t n);
void ci_trace_file_number(struct ci_trace_file *f, int64_t n);
void ci_trace_file_time(struct ci_trace_file *f, int64_t ns);
/* The line is over. */
void ci_trace_file_end_line(struct ci_trace_file *f);
/* Hands what there is to the kernel. */
void ci_trace_file_flush(struct ci_trace_file *f);

#endif
