/* SPDX-License-Identifier: MIT
 * Strands that rest: to make a thread, and to end it, costs a schedule of an explorer more than all
 * its switches. What is left of a thread when it is used again: its stack, its name, its CPUs, and
 * the thread-local variables of the program.
 *
 * Invariant: a strand in `resting` has no body, and its thread waits for `again`; or it is asleep,
 * and its thread waits for the baton, within the body that it had.
 */
#include "thread/rest.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct ci_resting {
	sem_t gone, again;  /* posted when the body has returned, and when there is another */
	bool leaves;	    /* its thread is to end */
	const void *asleep; /* rests within a body of this kind, for which it waits with its baton */
	size_t front;	    /* bytes of what lies in front of the strand */
};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER; /* guards the variables below */
static struct ci_list resting = { &resting, &resting };	  /* by `link` */
static bool kept;

bool ci_rest_kept(void)
{
	pthread_mutex_lock(&mutex);
	bool result = kept;
	pthread_mutex_unlock(&mutex);
	return result;
}

static void await(sem_t *sem)
{
	while (sem_wait(sem) && errno == EINTR)
		;
}

bool ci_rest(struct ci_strand *s)
{
	ci_self = (struct ci_self){ .thread = &s->thread };
	sem_post(&s->rest->gone);
	await(&s->rest->again);
	return !s->rest->leaves;
}

/* Its thread ends. */
static void dismiss(struct ci_strand *s)
{
	bool asleep = s->rest->asleep != NULL;

	s->rest->leaves = true;
	sem_post(&s->rest->again);
	if (asleep) {
		s->over = true;
		ci_baton_pass(&s->baton);
	}
}

static void put(struct ci_strand *s)
{
	pthread_mutex_lock(&mutex);
	ci_list_prepend(&resting, &s->link);
	pthread_mutex_unlock(&mutex);
}

bool ci_rest_take(struct ci_strand *s)
{
	await(&s->rest->gone);
	if (!ci_rest_kept()) {
		dismiss(s);
		return false;
	}
	ci_list_unlink(&s->link);
	ci_list_unlink(&s->idle);
	ci_baton_fini(&s->baton);
	put(s);
	return true;
}

void ci_rest_after(struct ci_strand *s, size_t size)
{
	struct ci_resting *r = ci_rest_kept() && !s->rest ? calloc(1, sizeof *r) : NULL;
	if (!r)
		return;
	r->front = size;
	if (sem_init(&r->gone, 0, 0) || sem_init(&r->again, 0, 0))
		free(r);
	else
		s->rest = r;
}

void ci_rest_free(struct ci_strand *s)
{
	if (!s->rest)
		return;
	sem_destroy(&s->rest->gone);
	sem_destroy(&s->rest->again);
	free(s->rest);
}

bool ci_rest_asleep(struct ci_strand *s, const void *kind)
{
	if (!ci_rest_kept() || !s->rest)
		return false;
	s->rest->asleep = kind;
	ci_list_unlink(&s->link);
	ci_list_unlink(&s->idle);
	put(s);
	return true;
}

static struct ci_strand *find(size_t stack_size, size_t front, const void *kind)
{
	ci_list_each(node, &resting) {
		struct ci_strand *s = ci_list_entry(node, struct ci_strand, link);

		if (s->stack_size >= stack_size && s->rest->front == front &&
		    (!s->rest->asleep || s->rest->asleep == kind)) {
			ci_list_unlink(node);
			return s;
		}
	}
	return NULL;
}

struct ci_strand *ci_rest_again(size_t stack_size, void (*body)(struct ci_strand *s),
				const void *front, size_t size, const void *kind)
{
	pthread_mutex_lock(&mutex);
	struct ci_strand *s = find(stack_size, size, kind);
	pthread_mutex_unlock(&mutex);
	if (!s)
		return NULL;
	if (!s->rest->asleep && ci_baton_init(&s->baton)) {
		put(s);
		return NULL;
	}
	s->cpu = 0;
	if (size)
		memcpy((char *)s - size, front, size);
	if (s->rest->asleep) {
		s->rest->asleep = NULL;
		return s;
	}
	s->body = body;
	s->over = false;
	s->tid = 0;
	sem_post(&s->rest->again);
	return s;
}

void ci_rest_keep(void)
{
	pthread_mutex_lock(&mutex);
	kept = true;
	pthread_mutex_unlock(&mutex);
}

void ci_rest_drop(void)
{
	struct ci_list *node;

	pthread_mutex_lock(&mutex);
	kept = false;
	pthread_mutex_unlock(&mutex);
	while ((node = ci_list_pop(&resting))) {
		struct ci_strand *s = ci_list_entry(node, struct ci_strand, link);
		struct ci_stack stack = s->thread.stack;

		dismiss(s);
		pthread_join(s->thread.id, NULL);
		ci_rest_free(s);
		ci_stack_free(&stack);
	}
}

void ci_rest_in_child(void)
{
	kept = false;
	ci_list_init(&resting);
}
