/* SPDX-License-Identifier: MIT
 * Threads: their stacks, names and signal masks.
 *
 * Stacks come from stack.c. Static thread-local storage lies on a thread's stack. A sanitizer's can
 * be larger than a whole default stack (gcc's TSan: 921,088 bytes), so its size is added here.
 *
 * A strand, and the engine's record in front of it, lie on top of the stack, beside the thread's
 * own descriptor. They share a page, so a sleeping coroutine needs one page less, in memory and in
 * the TLB. The strand lives as long as the stack: from before the thread is made until it was
 * joined.
 *
 * Deliberately missing: pthread_cancel and pthread_exit in coroutines.
 */
#include "thread/strand.h"
#include "thread/futex_hash.h"
#include "thread/rest.h"

#include <config.h>
#include <errno.h>
#include <limits.h>
#include <link.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	MOST_TLS = 64 << 20,
	LINE = 64,     /* bytes of a cache line */
	OWN = 6 * 1024 /* for the thread's descriptor, modules that are loaded later, and the
			* first frames */
};

/* --- thread-local storage -------------------------------------------------------------------- */

static int add_tls(struct dl_phdr_info *info, size_t size, void *sum)
{
	(void)size;
	for (int i = 0; i < info->dlpi_phnum; i++)
		if (info->dlpi_phdr[i].p_type == PT_TLS)
			*(size_t *)sum += info->dlpi_phdr[i].p_memsz + info->dlpi_phdr[i].p_align;
	return 0;
}

/* Bytes of static storage of all modules that are loaded at the first call. Modules that are loaded
 * later share a surplus of the C library. */
static size_t tls_size(void)
{
	static pthread_mutex_t mutex =
		PTHREAD_MUTEX_INITIALIZER; /* helgrind sees no order in once */
	static size_t sum;		   /* never 0 once computed: ci_self is in it */

	pthread_mutex_lock(&mutex);
	if (!sum)
		dl_iterate_phdr(add_tls, &sum);
	size_t found = sum;
	pthread_mutex_unlock(&mutex);
	return found;
}

/* A stack for a body that uses size bytes. `surplus`: what the C library was found to need
 * beyond tls_size, see grows. */
static int get_stack(struct ci_stack *ret, size_t size, size_t surplus)
{
	if (size < (size_t)PTHREAD_STACK_MIN)
		size = PTHREAD_STACK_MIN;
	if (size > PTRDIFF_MAX / 2)
		return -EAGAIN;
	return ci_stack_alloc(ret, size + tls_size() + surplus + OWN);
}

/* Whether a creation that failed with err should be tried again, with more surplus. */
static bool grows(int err, size_t *surplus)
{
	if (err != -EINVAL || *surplus > MOST_TLS)
		return false;
	*surplus = 2 * (*surplus + tls_size()) + 4096;
	return true;
}

/* --- signals --------------------------------------------------------------------------------- */

/* Threads of the library block all signals but those of faults, profilers and abort. */
static void signals_to_block(sigset_t *ret)
{
	static const int open[] = { SIGSEGV, SIGBUS, SIGFPE,  SIGILL,
				    SIGTRAP, SIGSYS, SIGPROF, SIGABRT };

	sigfillset(ret);
	for (size_t i = 0; i < sizeof open / sizeof *open; i++)
		sigdelset(ret, open[i]);
}

/* The only thread of a child of fork gets signals as a thread of the program does. */
static void in_child(void)
{
	if (ci_self.thread)
		pthread_sigmask(SIG_SETMASK, &ci_self.thread->outside, NULL);
	ci_rest_in_child();
	ci_futex_hash_in_child();
}

static void watch_forks(void)
{
	pthread_atfork(NULL, NULL, in_child); /* no memory: children keep the mask */
}

static pthread_once_t once = PTHREAD_ONCE_INIT;

/* --- threads --------------------------------------------------------------------------------- */

static void *thread_main(void *arg)
{
	const struct ci_thread *t = arg;

	ci_self.thread = t;
	return t->body(t->arg);
}

/* The thread has its mask from the start: by its attributes, or else by inheritance from the
 * calling thread, which sets the mask for itself meanwhile. */
static int create(struct ci_thread *t, pthread_attr_t *attr)
{
	sigset_t mask;

	signals_to_block(&mask);
#if HAVE_PTHREAD_ATTR_SETSIGMASK_NP
	if (ci_self.thread)
		t->outside = ci_self.thread->outside;
	else
		pthread_sigmask(SIG_SETMASK, NULL, &t->outside);
	int err = pthread_attr_setsigmask_np(attr, &mask);
	return err ? err : pthread_create(&t->id, attr, thread_main, t);
#else
	sigset_t old;
	pthread_sigmask(SIG_SETMASK, &mask, &old);
	t->outside = ci_self.thread ? ci_self.thread->outside : old;
	int err = pthread_create(&t->id, attr, thread_main, t);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return err;
#endif
}

/* Runs t->body on the stack, below its `used` topmost bytes. */
static int launch(struct ci_thread *t, const struct ci_stack *stack, size_t used)
{
	pthread_attr_t attr;
	int err = pthread_attr_init(&attr);

	if (err)
		return -err;
	t->stack = *stack;
	err = pthread_attr_setstack(&attr, stack->base, stack->size - used);
	if (!err)
		err = create(t, &attr);
	pthread_attr_destroy(&attr);
	return err == EPERM ? -EAGAIN : -err;
}

int ci_strand_thread(struct ci_thread *t, size_t stack_size, void *(*body)(void *), void *arg)
{
	struct ci_stack stack = { .slab = NULL };
	size_t surplus = 0;
	int err;

	pthread_once(&once, watch_forks);
	t->body = body;
	t->arg = arg;
	do {
		err = get_stack(&stack, stack_size, surplus);
		if (!err)
			err = launch(t, &stack, 0);
		if (err)
			ci_stack_free(&stack);
	} while (grows(err, &surplus));
	return err == -EINVAL ? -EAGAIN : err;
}

void ci_strand_thread_join(struct ci_thread *t)
{
	struct ci_stack stack = t->stack; /* t may lie on it */

	pthread_join(t->id, NULL); /* after this the kernel does not use the stack either */
	ci_stack_free(&stack);
}

/* --- strands --------------------------------------------------------------------------------- */

static void *strand_main(void *arg)
{
	struct ci_strand *s = arg;

	do
		s->body(s);
	while (s->rest && ci_rest(s));
	return NULL;
}

static int init(struct ci_strand *s, size_t stack_size, void (*body)(struct ci_strand *))
{
	memset(s, 0, sizeof *s);
	s->body = body;
	s->stack_size = stack_size;
	ci_list_init(&s->link);
	ci_list_init(&s->idle);
	s->thread.body = strand_main;
	s->thread.arg = s;
	return ci_baton_init(&s->baton);
}

/* Where the strand lies on its stack: its head ends at the end of a cache line. */
static struct ci_strand *place(const struct ci_stack *stack)
{
	const size_t head = offsetof(struct ci_strand, tid), rest = sizeof(struct ci_strand) - head;
	uintptr_t end = (uintptr_t)(stack->base + stack->size - rest) / LINE * LINE;

	return (void *)(end - head);
}

static int make(struct ci_strand **ret, const struct ci_stack *stack, size_t stack_size,
		void (*body)(struct ci_strand *), const void *front, size_t size)
{
	struct ci_strand *s = place(stack);
	size_t used = (size_t)(stack->base + stack->size - ((char *)s - size));
	int err = init(s, stack_size, body);

	if (err)
		return err;
	if (size)
		memcpy((char *)s - size, front, size);
	err = launch(&s->thread, stack, (used + LINE - 1) / LINE * LINE);
	if (err)
		ci_baton_fini(&s->baton);
	else
		*ret = s;
	return err;
}

int ci_strand_create(struct ci_strand **ret, size_t stack_size, void (*body)(struct ci_strand *),
		     const void *front, size_t size)
{
	struct ci_stack stack = { .slab = NULL };
	size_t surplus = 0;
	int err;

	pthread_once(&once, watch_forks);
	*ret = NULL;
	do {
		err = get_stack(&stack, stack_size, surplus);
		if (!err)
			err = make(ret, &stack, stack_size, body, front, size);
		if (err)
			ci_stack_free(&stack);
	} while (grows(err, &surplus));
	return err == -EINVAL ? -EAGAIN : err;
}

void ci_strand_join(struct ci_strand *s)
{
	struct ci_stack stack = s->thread.stack;

	if (s->rest && ci_rest_take(s))
		return;
	pthread_join(s->thread.id, NULL);
	ci_list_unlink(&s->link);
	ci_list_unlink(&s->idle);
	ci_baton_fini(&s->baton);
	ci_rest_free(s);
	ci_stack_free(&stack);
}

void ci_strand_name(const char *name)
{
	char text[16];
	size_t n = strnlen(name, sizeof text - 1); /* snprintf would need a page of stack */

	memcpy(text, name, n);
	text[n] = 0;
	pthread_setname_np(pthread_self(), text);
}
