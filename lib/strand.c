/* SPDX-License-Identifier: MIT
 *
 * Floor: 1 baton
 * Threads: their stacks, guards, names and signal masks.
 *
 * Stacks are glibc's: committed lazily, cached by it. pthread_attr_setstacksize counts static
 * thread-local storage in, and a sanitizer's can be larger than a whole default stack (gcc's TSan:
 * 921,088 bytes), so that is added here. The guard is 64 KiB: a local array of 60 kB must not jump
 * over it. Deliberately missing: pthread_cancel and pthread_exit in coroutines.
 */
#include "strand.h"

#include <errno.h>
#include <limits.h>
#include <link.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "misuse.h"

enum { GUARD = 64 * 1024, MOST_TLS = 64 << 20 };

/* Static TLS of all modules loaded now; what dlopen adds later comes from glibc's surplus. */
static int add_tls(struct dl_phdr_info *info, size_t size, void *sum)
{
	(void)size;
	for (int i = 0; i < info->dlpi_phnum; i++)
		if (info->dlpi_phdr[i].p_type == PT_TLS)
			*(size_t *)sum += info->dlpi_phdr[i].p_memsz + info->dlpi_phdr[i].p_align;
	return 0;
}

/* Blocks what comes from outside; faults and what profilers use stay open. */
static void block_signals(sigset_t *old)
{
	static const int open[] = { SIGSEGV, SIGBUS, SIGFPE,  SIGILL,
				    SIGTRAP, SIGSYS, SIGPROF, SIGABRT };
	sigset_t set;

	sigfillset(&set);
	for (size_t i = 0; i < sizeof open / sizeof *open; i++)
		sigdelset(&set, open[i]);
	pthread_sigmask(SIG_SETMASK, &set, old);
}

static int create(pthread_t *ret, pthread_attr_t *attr, size_t size, void *(*body)(void *),
		  void *arg)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE), tls = 0;
	int err;

	if (size < (size_t)PTHREAD_STACK_MIN)
		size = PTHREAD_STACK_MIN;
	if (size > PTRDIFF_MAX / 2)
		return -EAGAIN;
	dl_iterate_phdr(add_tls, &tls);
	for (;; tls = 2 * tls + page) { /* the sum above may miss a surplus: grow on EINVAL */
		size_t whole = (size + tls + GUARD + page - 1) & ~(page - 1);

		err = pthread_attr_setstacksize(attr, whole);
		if (!err)
			err = pthread_create(ret, attr, body, arg);
		if (err != EINVAL || tls > MOST_TLS)
			return -err;
	}
}

/* A child of fork is no library thread any more: it gets signals as the process does. */
static void in_child(void)
{
	if (ci_self.thread)
		pthread_sigmask(SIG_SETMASK, &ci_self.thread->outside, NULL);
}

static void watch_forks(void)
{
	pthread_atfork(NULL, NULL, in_child); /* for want of memory children keep the mask */
}

static void *thread_main(void *arg)
{
	const struct ci_thread *t = arg;

	ci_self.thread = t;
	return t->body(t->arg);
}

int ci_strand_thread(struct ci_thread *t, size_t stack_size, void *(*body)(void *), void *arg)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_attr_t attr;
	sigset_t old;
	int err = pthread_attr_init(&attr);

	if (err)
		return -err;
	pthread_once(&once, watch_forks);
	pthread_attr_setguardsize(&attr, GUARD);
	block_signals(&old);
	t->body = body;
	t->arg = arg;
	t->outside = ci_self.thread ? ci_self.thread->outside : old;
	err = create(&t->id, &attr, stack_size, thread_main, t);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	pthread_attr_destroy(&attr);
	return err == -EINVAL || err == -EPERM ? -EAGAIN : err;
}

static void left_early(void *arg)
{
	const struct ci_strand *s = arg;

	ci_misuse(s->name ? s->name : "pthread_exit",
		  "this coroutine's thread was ended (pthread_exit, pthread_cancel); return from "
		  "its body instead");
}

static void *strand_main(void *arg)
{
	struct ci_strand *s = arg;

	ci_self.strand = s;
	pthread_cleanup_push(left_early, s);
	s->body(s);
	pthread_cleanup_pop(0);
	return NULL;
}

int ci_strand_create(struct ci_strand **ret, cigo_loop *loop, size_t stack_size,
		     void (*body)(struct ci_strand *))
{
	struct ci_strand *s = calloc(1, sizeof *s);
	int err = s ? ci_baton_init(&s->baton) : -ENOMEM;

	*ret = NULL;
	if (err) {
		free(s);
		return err;
	}
	s->loop = loop;
	s->body = body;
	s->stack_size = stack_size;
	s->resume.where = CI_RESUME;
	ci_list_init(&s->resume.link);
	ci_list_init(&s->link);
	ci_list_init(&s->idle);
	ci_list_init(&s->writes);
	err = ci_strand_thread(&s->thread, stack_size, strand_main, s);
	if (err) {
		ci_baton_fini(&s->baton);
		free(s);
		return err;
	}
	*ret = s;
	return 0;
}

void ci_strand_join(struct ci_strand *s)
{
	pthread_join(s->thread.id, NULL);
	ci_list_unlink(&s->link);
	ci_list_unlink(&s->idle);
	ci_baton_fini(&s->baton);
	free(s);
}

void ci_strand_name(const char *name)
{
	char text[16];

	snprintf(text, sizeof text, "%s", name);
	pthread_setname_np(pthread_self(), text);
}
