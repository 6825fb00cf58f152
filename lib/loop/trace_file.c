/* SPDX-License-Identifier: MIT
 * Names, buffers, and the ends of a process: exit, and the library's own abort. A process that is
 * killed leaves whole lines; only the last ones are missing.
 */
#include "loop/trace_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/misuse.h"
#include "thread/nosig.h"

enum { BUFFER = 256 * 1024 };

struct used_name {
	struct used_name *next;
	unsigned times;
	char path[];
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* guards these two */
static struct ci_trace_file *files;			 /* the open ones */
static struct used_name *names;				 /* all that were used */

/* --- names ----------------------------------------------------------------------------------- */

/* A copy of name with %p replaced, and room for a number; NULL: no memory. */
static char *expand(const char *name)
{
	size_t size = strlen(name) + 1 + 24, pids = 0;

	for (const char *p = name; (p = strstr(p, "%p")); p += 2)
		pids++;
	char *path = malloc(size + 10 * pids), *to = path;
	if (!path)
		return NULL;
	for (const char *p = name; *p; p++) {
		if (p[0] == '%' && p[1] == 'p') {
			to += sprintf(to, "%d", (int)getpid());
			p++;
		} else {
			*to++ = *p;
		}
	}
	*to = 0;
	return path;
}

/* How often path has been opened, this time included; 0: no memory. */
static unsigned count(const char *path)
{
	for (struct used_name *n = names; n; n = n->next)
		if (strcmp(n->path, path) == 0)
			return ++n->times;
	struct used_name *n = malloc(sizeof *n + strlen(path) + 1);
	if (!n)
		return 0;
	strcpy(n->path, path);
	n->times = 1;
	n->next = names;
	names = n;
	return 1;
}

/* "dir/a.json", 2 -> "dir/a.2.json" */
static void number(char *path, unsigned n)
{
	char *base = strrchr(path, '/'), text[16];

	base = base ? base + 1 : path;
	char *dot = strrchr(base, '.');
	if (!dot || dot == base)
		dot = base + strlen(base);
	int length = snprintf(text, sizeof text, ".%u", n);
	memmove(dot + length, dot, strlen(dot) + 1);
	memcpy(dot, text, (size_t)length);
}

/* Under the lock. If a numbered name was used already, takes the next number. */
static bool name_it(char *path)
{
	char *first = strdup(path);
	unsigned n = first ? count(first) : 0, times = n;

	while (n && times > 1) {
		strcpy(path, first);
		number(path, n);
		times = count(path);
		if (times > 1)
			n = count(first);
	}
	free(first);
	return n > 0 && times > 0;
}

/* --- writing --------------------------------------------------------------------------------- */

/* A write failed, most likely on a full disk: the tail replaces the last line. */
static void give_up(struct ci_trace_file *f, int err)
{
	size_t n = strlen(f->tail);

	ci_warn("%s: %s; the trace ends there", f->path, strerror(err));
	if (!f->size || pwrite(f->fd, f->tail, n, (off_t)f->last) != (ssize_t)n ||
	    ftruncate(f->fd, (off_t)(f->last + (int64_t)n)))
		errno = 0; /* a device, most likely: it was full from the start */
	close(f->fd);
	f->fd = -1;
	f->used = f->line = 0;
}

void ci_trace_file_flush(struct ci_trace_file *f)
{
	size_t done = 0;

	if (f->fd < 0 || !f->used || f->pid != (int)getpid())
		return;
	while (done < f->used) {
		ssize_t n = ci_nosig_write(f->fd, false, f->buffer + done, f->used - done);

		if (n == -EINTR)
			continue;
		if (n <= 0) {
			give_up(f, n < 0 ? (int)-n : ENOSPC);
			return;
		}
		done += (size_t)n;
	}
	f->last = f->size + (int64_t)f->before;
	f->size += (int64_t)f->used;
	f->used = f->line = 0;
	f->flushed = ci_clock_now();
}

void ci_trace_file_bytes(struct ci_trace_file *f, const char *bytes, size_t n)
{
	memcpy(f->buffer + f->used, bytes, n);
	f->used += n;
}

void ci_trace_file_put(struct ci_trace_file *f, const char *text)
{
	ci_trace_file_bytes(f, text, strlen(text));
}

/* printf would be half of what a trace costs. */
static void digits(struct ci_trace_file *f, uint64_t n, int at_least)
{
	char text[24], *p = text + sizeof text;

	do {
		*--p = (char)('0' + n % 10);
		n /= 10;
	} while (n || text + sizeof text - p < at_least);
	ci_trace_file_bytes(f, p, (size_t)(text + sizeof text - p));
}

void ci_trace_file_number(struct ci_trace_file *f, int64_t n)
{
	if (n < 0)
		ci_trace_file_put(f, "-");
	digits(f, n < 0 ? -(uint64_t)n : (uint64_t)n, 1);
}

void ci_trace_file_time(struct ci_trace_file *f, int64_t ns)
{
	digits(f, ns < 0 ? 0 : (uint64_t)ns / 1000, 1);
	ci_trace_file_put(f, ".");
	digits(f, ns < 0 ? 0 : (uint64_t)ns % 1000, 3);
}

void ci_trace_file_end_line(struct ci_trace_file *f)
{
	f->buffer[f->used++] = '\n';
	f->before = f->line;
	f->line = f->used;
	if (f->fd < 0)
		f->used = f->line = 0;
	else if (f->used > BUFFER - CI_TRACE_LINE)
		ci_trace_file_flush(f);
}

/* --- the ends -------------------------------------------------------------------------------- */

/* Under f's lock. */
static void end(struct ci_trace_file *f)
{
	if (f->fd < 0)
		return;
	f->finish(f);
	ci_trace_file_put(f, f->tail);
	ci_trace_file_flush(f);
	if (f->fd >= 0 && close(f->fd))
		ci_warn("%s: %s", f->path, strerror(errno));
	f->fd = -1;
}

/* Gives another thread time for its line; only a second, as this very thread may hold the lock. */
static bool lock_soon(struct ci_trace_file *f)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec++;
	return pthread_mutex_timedlock(&f->lock, &until) == 0;
}

/* The process ends in the middle of a run. */
static void end_all(void)
{
	if (pthread_mutex_trylock(&lock))
		return;
	for (struct ci_trace_file *f = files; f; f = f->next)
		if (f->pid == (int)getpid() && lock_soon(f)) {
			end(f);
			pthread_mutex_unlock(&f->lock);
		}
	pthread_mutex_unlock(&lock);
}

static void watch_ends(void)
{
	__atomic_store_n(&ci_base_hooks.last_words, end_all, __ATOMIC_RELEASE);
	if (atexit(end_all))
		ci_warn("no memory: a trace is not whole if the program calls exit");
}

/* Under the lock. Fails: -errno. */
static int open_it(struct ci_trace_file *f, const char *name)
{
	f->fd = -1;
	f->path = expand(name);
	f->buffer = malloc(BUFFER);
	if (!f->path || !f->buffer || !name_it(f->path))
		return -ENOMEM;
	f->fd = open(f->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (f->fd < 0)
		return -errno;
	f->pid = (int)getpid();
	f->used = f->line = f->before = 0;
	f->size = f->last = 0;
	f->flushed = 0; /* the first flush is due at once */
	return -pthread_mutex_init(&f->lock, NULL);
}

static void free_it(struct ci_trace_file *f)
{
	free(f->path);
	free(f->buffer);
}

bool ci_trace_file_open(struct ci_trace_file *f, const char *name)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, watch_ends);
	pthread_mutex_lock(&lock);
	int err = open_it(f, name);
	if (!err) {
		f->next = files;
		files = f;
	}
	pthread_mutex_unlock(&lock);
	if (!err)
		return true;
	ci_warn("no trace: %s: %s", f->path ? f->path : name, strerror(-err));
	if (f->fd >= 0)
		close(f->fd);
	free_it(f);
	return false;
}

void ci_trace_file_close(struct ci_trace_file *f)
{
	struct ci_trace_file **p = &files;

	pthread_mutex_lock(&lock);
	while (*p != f)
		p = &(*p)->next;
	*p = f->next;
	pthread_mutex_unlock(&lock);
	pthread_mutex_lock(&f->lock);
	end(f);
	pthread_mutex_unlock(&f->lock);
	pthread_mutex_destroy(&f->lock);
	free_it(f);
}
