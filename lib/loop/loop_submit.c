/* SPDX-License-Identifier: MIT
 * Work for another loop: a message there spawns the task, and its completion sends one back. The
 * caller always waits for the body, whose argument lies with the caller. A message that cancels may
 * still be on its way then. So the caller, the task and that message each hold a reference.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "cigo/loop.h"
#include "base/lock.h"
#include "base/misuse.h"
#include "task/task.h"

/* Guards refs, and orders a result before its reader. One mutex for all submissions: with one in
 * each, the last unref would destroy it while another thread is just leaving it. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

struct submission {
	unsigned refs;
	struct ci_message go, cancel, back;
	struct ci_listener listener; /* on the task */
	cigo_task *task;	     /* in the other loop; NULL before and after */
	cigo_coro_fn *fn;
	void *arg;
	int reason;	     /* written before `cancel` is posted */
	int err;	     /* the result; written before `back` is posted */
	bool done;	     /* the result has reached the caller's loop */
	cigo_loop *from;     /* the caller's; NULL: a plain thread, which polls done_fd */
	struct ci_park park; /* the caller's, when it has a loop */
	int done_fd;
	size_t size;
	char value[] __attribute__((aligned(CI_ALIGN)));
};

/* Adds to the references; returns how many are left. */
static unsigned count(struct submission *s, int add)
{
	CI_LOCKED(&lock);
	return s->refs = (unsigned)((int)s->refs + add);
}

static void unref(struct submission *s)
{
	if (!count(s, -1))
		free(s);
}

/* In the other loop: sends the result back. */
static void reply(struct submission *s, int err)
{
	pthread_mutex_lock(&lock);
	s->err = err;
	if (s->from)
		ci_inbox_post(&s->from->inbox, &s->back); /* it has not ended: it waits for this */
	else /* under the lock, which the waiter takes before it closes the descriptor */
		while (eventfd_write(s->done_fd, 1) && errno == EINTR)
			;
	pthread_mutex_unlock(&lock);
	unref(s);
}

static void task_done(struct ci_listener *l, cigo_future *f)
{
	struct submission *s = ci_container_of(l, struct submission, listener);

	s->task = NULL;
	ci_future_copy(f, s->value, s->size);
	reply(s, f->err);
	ci_future_unref(f);
}

static void deliver_go(cigo_loop *to, struct ci_message *message, int status)
{
	struct submission *s = ci_container_of(message, struct submission, go);
	cigo_task_options o = { .size = sizeof o, .name = "submitted" };

	if (status) {
		reply(s, status);
		return;
	}
	struct ci_task *t = ci_task_make(to->root, s->fn, s->arg, s->size, &o);
	if (!t) {
		reply(s, -ENOMEM);
		return;
	}
	s->task = &t->f;
	s->listener.fired = task_done;
	ci_future_listen(&t->f, &s->listener);
	ci_task_queue(t, 0);
}

static void deliver_cancel(cigo_loop *to, struct ci_message *message, int status)
{
	struct submission *s = ci_container_of(message, struct submission, cancel);

	(void)to;
	if (!status)
		ci_future_end(s->task, s->reason);
	unref(s);
}

static void deliver_back(cigo_loop *from, struct ci_message *message, int status)
{
	struct submission *s = ci_container_of(message, struct submission, back);

	(void)status;
	from->outside--;
	s->done = true;
	ci_park_wake(&s->park);
}

/*
 * The caller's context has ended. What has not reached the other loop is taken back: that loop may
 * never run. Otherwise it is told, and answers. False: there will be no answer.
 */
static bool give_up(struct submission *s, cigo_loop *to, int reason)
{
	if (ci_inbox_withdraw(&to->inbox, &s->go)) {
		s->err = reason;
		unref(s); /* the task's reference */
		return false;
	}
	s->reason = reason;
	count(s, 1);
	if (ci_inbox_post(&to->inbox, &s->cancel))
		unref(s);
	return true;
}

static int post(struct submission *s, cigo_loop *to)
{
	int err = ci_inbox_post(&to->inbox, &s->go);

	if (err)
		unref(s); /* the task's reference */
	return err;
}

static int wait_in_loop(cigo_ctx *ctx, struct ci_coroutine *me, struct submission *s, cigo_loop *to)
{
	int err = ci_park_refuse(ctx, me);

	if (err) {
		unref(s);
		return err;
	}
	s->from = me->loop;
	err = post(s, to);
	if (err)
		return err;
	me->loop->outside++;
	int cause = ci_park_in(ctx, me, NULL, CIGO_NEVER, &s->park);
	if (cause && !s->done) {
		if (give_up(s, to, cause))
			ci_park_in(NULL, me, NULL, CIGO_NEVER, &s->park);
		else
			me->loop->outside--;
	}
	return s->err;
}

static void await_answer(cigo_ctx *ctx, struct submission *s, cigo_loop *to)
{
	struct pollfd fd = { .fd = s->done_fd, .events = POLLIN };
	int ready = ci_ctx_block(ctx, &fd, 1, CIGO_NEVER);

	if (ready <= 0) {
		if (!give_up(s, to, ready))
			return;
		while (ci_ctx_block(cigo_ctx_background(), &fd, 1, CIGO_NEVER) <= 0)
			;
	}
	uint64_t one; /* the result was written before this became readable */
	while (read(s->done_fd, &one, sizeof one) < 0 && errno == EINTR)
		;
	pthread_mutex_lock(&lock); /* the writer has left; race detectors see the order */
	pthread_mutex_unlock(&lock);
}

static int wait_in_thread(cigo_ctx *ctx, struct submission *s, cigo_loop *to)
{
	int err = ci_ctx_cause(ctx);

	s->done_fd = err ? -1 : eventfd(0, EFD_CLOEXEC);
	if (s->done_fd < 0) {
		unref(s);
		return err ? err : -errno;
	}
	err = post(s, to);
	if (!err) {
		await_answer(ctx, s, to);
		err = s->err;
	}
	close(s->done_fd);
	return err;
}

int cigo_loop_submit(cigo_ctx *ctx, cigo_loop *to, cigo_coro_fn *fn, void *arg, void *ret,
		     size_t size)
{
	CI_ENTRY;
	ci_future_copy(NULL, ret, size);
	if (!ctx || !to)
		return -ENOMEM;
	ci_expect(fn, "no function");
	struct ci_coroutine *me = ci_park_enter(ctx);
	if (me && me->loop == to)
		return cigo_future_take(ctx, cigo_task_spawn(ctx, "submitted", fn, size, arg), ret,
					size);
	struct submission *s = size > PTRDIFF_MAX / 2 ? NULL : calloc(1, sizeof *s + size);
	if (!s)
		return -ENOMEM;
	s->refs = 2; /* the caller's and the task's */
	s->fn = fn;
	s->arg = arg;
	s->size = size;
	s->go.deliver = deliver_go;
	s->cancel.deliver = deliver_cancel;
	s->back.deliver = deliver_back;
	int err = me ? wait_in_loop(ctx, me, s, to) : wait_in_thread(ctx, s, to);
	if (ret && size)
		__builtin_memcpy(ret, s->value, size);
	unref(s);
	return err;
}
