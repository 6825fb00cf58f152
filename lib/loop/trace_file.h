/* SPDX-License-Identifier: MIT
 * Files of lines that are written while a program runs, and are complete when it exits or aborts.
 * Invariants: only whole lines reach the file; no two files that one process has opened have the
 * same name.
 *
 * Why not stdio: a forked child that exits would write its copy of the buffer, too.
 */
#pragma once

#include <pthread.h>

#include "base/base.h"

enum { CI_TRACE_LINE = 4096 }; /* bytes; every line is shorter */

struct ci_trace_file {
	pthread_mutex_t lock; /* guards all below; the owner takes it around its lines */
	void (*finish)(struct ci_trace_file *f); /* adds the owner's last lines; final */
	const char *tail;			 /* the last line of the file; final */
	struct ci_trace_file *next;		 /* in the list of open files */
	char *path;				 /* with %p and the number filled in */
	int fd;					 /* -1: nothing more can be written */
	int pid; /* of the process that opened it; a forked child does not write */
	size_t used, line, before; /* bytes of buffer; where its current and its last line begin */
	int64_t size, last;	   /* of the file; where its last line begins */
	int64_t flushed;	   /* time of the last flush, on CLOCK_MONOTONIC */
	char *buffer;
};

/*
 * Opens name for f, whose finish and tail are set and whose other fields are not. The tail is
 * shorter than any line. %p in name becomes the process id. The second file of one name gets ".2"
 * before its extension, and so on. False: the reason was printed on stderr.
 */
bool ci_trace_file_open(struct ci_trace_file *f, const char *name);
/* Calls finish, writes the tail, closes the file. */
void ci_trace_file_close(struct ci_trace_file *f);
/* Appends to the line that is being written: a text, n bytes, a number, microseconds. */
void ci_trace_file_put(struct ci_trace_file *f, const char *text);
void ci_trace_file_bytes(struct ci_trace_file *f, const char *bytes, size_t n);
void ci_trace_file_number(struct ci_trace_file *f, int64_t n);
void ci_trace_file_time(struct ci_trace_file *f, int64_t ns);
/* Ends the line. */
void ci_trace_file_end_line(struct ci_trace_file *f);
/* Writes the buffer to the file. */
void ci_trace_file_flush(struct ci_trace_file *f);
