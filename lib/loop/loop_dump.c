/* SPDX-License-Identifier: MIT
 * Asking a loop for its dump: at once with the loop's baton, by a message without it. The caller
 * waits a second at most for the writing to begin, and then for its end, as `out` is the caller's.
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "cigo/error.h"
#include "loop/dump.h"
#include "base/misuse.h"

enum { PATIENCE_NS = 1000000000 };

struct question {
	struct ci_message message;
	pthread_mutex_t lock; /* guards the rest */
	pthread_cond_t answered;
	enum { ASKED, IN_WRITING, ANSWERED, GIVEN_UP } state;
	FILE *out;
	int err; /* valid when answered */
};

static void free_question(struct question *q)
{
	pthread_cond_destroy(&q->answered);
	pthread_mutex_destroy(&q->lock);
	free(q);
}

static void deliver(cigo_loop *loop, struct ci_message *message, int status)
{
	struct question *q = ci_container_of(message, struct question, message);

	pthread_mutex_lock(&q->lock);
	bool given_up = q->state == GIVEN_UP;
	q->state = IN_WRITING;
	pthread_mutex_unlock(&q->lock);
	if (given_up) {
		free_question(q);
		return;
	}
	int err = status ? status : ci_dump(loop, q->out);
	pthread_mutex_lock(&q->lock);
	q->err = err;
	q->state = ANSWERED;
	pthread_cond_signal(&q->answered);
	pthread_mutex_unlock(&q->lock);
}

static struct question *make(FILE *out)
{
	struct question *q = calloc(1, sizeof *q);
	pthread_condattr_t attr;

	if (!q)
		return NULL;
	ci_list_init(&q->message.link);
	q->message.deliver = deliver;
	q->out = out;
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_mutex_init(&q->lock, NULL);
	pthread_cond_init(&q->answered, &attr);
	pthread_condattr_destroy(&attr);
	return q;
}

/* False: none has come; from then on q belongs to the loop. */
static bool wait_for_answer(struct question *q)
{
	struct timespec until = ci_clock_timespec(ci_clock_add(ci_clock_now(), PATIENCE_NS));
	int late = 0;

	pthread_mutex_lock(&q->lock);
	while (q->state != ANSWERED && !(late && q->state == ASKED))
		late = pthread_cond_timedwait(&q->answered, &q->lock, &until);
	bool answered = q->state == ANSWERED;
	if (!answered)
		q->state = GIVEN_UP;
	pthread_mutex_unlock(&q->lock);
	return answered;
}

static int name_the_hog(const cigo_loop *loop, FILE *out)
{
	char text[64];

	if (ci_dump_holder(loop, text, sizeof text))
		fprintf(out, "cigo: no dump within 1 s: %s holds the baton and does not suspend\n",
			text);
	else
		fputs("cigo: no dump within 1 s: the loop does not run\n", out);
	fflush(out);
	return -ETIMEDOUT;
}

static int ask(cigo_loop *loop, FILE *out)
{
	struct question *q = make(out);
	int err = q ? ci_inbox_post(&loop->inbox, &q->message) : -ENOMEM;
	bool answered = false;

	if (err) {
		if (q)
			free_question(q);
		return err;
	}
	CI_UNLOCKED(answered = wait_for_answer(q));
	if (!answered)
		return name_the_hog(loop, out);
	err = q->err;
	free_question(q);
	return err;
}

int cigo_loop_dump(cigo_loop *loop, FILE *out)
{
	CI_ENTRY;
	if (!loop)
		return -ENOMEM;
	ci_expect(out, "no file");
	return ci_holds(loop) ? ci_dump(loop, out) : ask(loop, out);
}
