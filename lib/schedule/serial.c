/* SPDX-License-Identifier: MIT
 * Passing the turn from thread to thread.
 */
#include "schedule/serial.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/misuse.h"
#include "schedule/access.h"

enum {
	MOST = 256,	   /* threads to choose among, at most */
	SILENCE_MS = 10,   /* how long the world must be silent before simulated time passes */
	PATIENCE_MS = 2000 /* how long an explored program may wait for the world alone */
};

__thread struct ci_turn *ci_turn __attribute__((tls_model("initial-exec")));
__thread bool ci_turn_outside __attribute__((tls_model("initial-exec")));
__thread bool ci_turn_lost __attribute__((tls_model("initial-exec")));

int64_t ci_turn_now(const struct ci_schedule *s)
{
	return s->clock_real ? ci_clock_now() : s->now;
}

/* --- which thread is next -------------------------------------------------------------------- */

static bool can(const struct ci_turn *t)
{
	return !t->ready || t->expired || t->ready(t->arg);
}

/* Whether some other thread that can go on has not had a turn since t yielded. */
static bool blocked(const struct ci_turn *t, struct ci_turn *const *able, int n)
{
	for (int i = 0; i < n; i++)
		if (!able[i]->yielded && able[i]->ran_at < t->yielded_at)
			return true;
	return false;
}

/* A replay cannot tell at which accesses to memory the run that it repeats could have switched: it
 * passes by all without a choice. So nothing else may happen there. */
static bool at_access(const struct ci_turn *me)
{
	return me && me->accesses;
}

/* The threads that can go on; the running one first. */
static int gather(struct ci_schedule *s, struct ci_turn *me, struct ci_turn *able[MOST])
{
	int n = 0;

	if (me && can(me))
		able[n++] = me;
	ci_list_of(struct ci_turn, t, &s->threads, link) {
		if (t != me && n < MOST && can(t) && !(t->urgent && at_access(me)))
			able[n++] = t;
	}
	return n;
}

/* Drops those that have yielded and must let others go first. */
static int drop_yielders(const struct ci_turn *me, struct ci_turn *able[MOST], int n)
{
	bool out[MOST];
	int kept = 0;

	for (int i = 0; i < n; i++)
		out[i] = able[i]->yielded && blocked(able[i], able, n);
	for (int i = 0; i < n; i++)
		if (!out[i]) {
			able[i]->yielded = able[i]->yielded && at_access(me);
			able[kept++] = able[i];
		}
	return kept;
}

static void describe(const struct ci_turn *t, struct ci_candidate *k)
{
	*k = (struct ci_candidate){
		.id = t->id,
		.name = t->name,
		.call = t->step.call,
		.place = t->step.place,
		.pc = t->step.pc,
		.object = t->step.object,
		.op = t->step.op,
	};
	if (t->describe)
		t->describe(t, k);
}

uint64_t ci_turn_id(const struct ci_turn *t)
{
	struct ci_candidate k;

	describe(t, &k);
	return k.id;
}

static bool is_among(const struct ci_turn *t, struct ci_turn *const *able, int n)
{
	int i = 0;

	while (i < n && able[i] != t)
		i++;
	return i < n;
}

/* Describes the coroutines and threads that are none of the n able ones. Returns how many. */
static int describe_others(const struct ci_schedule *s, struct ci_turn *const *able, int n,
			   struct ci_candidate *ret, int most)
{
	int k = 0;

	ci_list_of(struct ci_turn, t, &s->threads, link) {
		if (k < most && !t->drives && !is_among(t, able, n))
			describe(t, &ret[k++]);
	}
	return k;
}

static struct ci_turn *choose(struct ci_schedule *s, struct ci_turn *me,
			      struct ci_turn *const able[MOST], int n)
{
	struct ci_candidate among[MOST]; /* on the stack of a coroutine: no more than that */

	for (int i = 0; i < n; i++)
		describe(able[i], &among[i]);
	int waiting = ci_schedule_is_wide(s) ? describe_others(s, able, n, &among[n], MOST - n) : 0;
	return able[ci_schedule_choose(s, &(struct ci_choice){
						  .kind = CI_CHOOSE_THREAD,
						  .stays = able[0] == me,
						  .access = able[0] == me && me->accesses,
						  .state = ci_turn_state(s, me),
						  .n = n,
						  .waiting = waiting,
						  .among = among,
					  })];
}

static struct ci_turn *urgent(struct ci_schedule *s)
{
	ci_list_of(struct ci_turn, t, &s->threads, link) {
		if (t->urgent && can(t))
			return t;
	}
	return NULL;
}

/* --- when none can go on --------------------------------------------------------------------- */

static int64_t earliest(const struct ci_schedule *s)
{
	int64_t until = CIGO_NEVER;

	ci_list_of(const struct ci_turn, t, &s->threads, link) {
		if (t->until < until)
			until = t->until;
	}
	return until;
}

/* Waits for the world: true if something has come. */
static bool wait_outside(const struct ci_schedule *s, int ms)
{
	struct pollfd fds[MOST];
	nfds_t n = 0;

	ci_list_of(const struct ci_turn, t, &s->threads, link) {
		for (nfds_t i = 0; i < t->world_n && n < MOST; i++)
			fds[n++] = t->world[i];
	}
	return n && poll(fds, n, ms) > 0;
}

static bool any_outside(const struct ci_schedule *s)
{
	ci_list_of(const struct ci_turn, t, &s->threads, link)
		if (t->world_n)
			return true;
	return false;
}

static void expire(struct ci_schedule *s, int64_t now)
{
	ci_list_of(struct ci_turn, t, &s->threads, link) {
		t->expired = t->ready && t->until <= now;
	}
}

/* Lets time pass, to the first deadline. */
static void pass_time(struct ci_schedule *s, int64_t until)
{
	if (!s->clock_real) {
		if (wait_outside(s, SILENCE_MS))
			return;
		if (s->now < until) /* else it has long been */
			s->now = until;
	} else {
		int64_t ns = until - ci_clock_now();
		if (ns > 0 && !any_outside(s))
			poll(NULL, 0, ci_clock_ms(ns));
		else if (ns > 0)
			wait_outside(s, ci_clock_ms(ns));
	}
	expire(s, ci_turn_now(s));
}

/* "a (in cigo_queue_get), b (in pthread_mutex_lock, main.c:40)" */
static const char *waiting(const struct ci_schedule *s, char *buf, size_t size)
{
	size_t at = 0;

	buf[0] = 0;
	ci_list_of(const struct ci_turn, t, &s->threads, link) {
		struct ci_candidate k;
		char place[CI_PLACE_TEXT];

		if (t->drives || at >= size)
			continue;
		describe(t, &k);
		ci_place_text(&k.place, place);
		at += (size_t)snprintf(buf + at, size - at, "%s%s (in %s%s%s)", at ? ", " : "",
				       k.name ? k.name : "a thread", k.call ? k.call : "?",
				       *place ? ", " : "", place);
	}
	return buf;
}

static void note_left(struct ci_schedule *s)
{
	struct ci_candidate left[MOST];

	if (ci_schedule_is_wide(s))
		ci_schedule_note_left(s, left, describe_others(s, NULL, 0, left, MOST));
}

/* No thread can ever go on. The first that drives a loop is told so; if there is none, it is the end. */
static struct ci_turn *deadlock(struct ci_schedule *s)
{
	char all[800];

	waiting(s, all, sizeof all);
	if (*all) { /* else the driver knows better which coroutine waits for what */
		note_left(s);
		ci_schedule_fail(s, CI_ENDING_DEADLOCK, "deadlock: all wait for ever: %s", all);
	}
	ci_list_of(struct ci_turn, t, &s->threads, link) {
		if (t->drives && !t->stuck) {
			t->stuck = true;
			return t;
		}
	}
	ci_misuse_of("cigo_explore",
		     "a deadlock of threads cannot be left; explore with `fork`: %s", all);
}

/* --- passing the turn ------------------------------------------------------------------------ */

/* Without a choice `to` goes on. A replay counts an access of me's all the same. */
static struct ci_turn *unchosen(struct ci_schedule *s, const struct ci_turn *me, struct ci_turn *to)
{
	if (at_access(me))
		s->passed++;
	return to;
}

/* The thread that goes on; me NULL: the running thread has ended. */
static struct ci_turn *next(struct ci_schedule *s, struct ci_turn *me)
{
	struct ci_turn *able[MOST], *first;

	for (;;) {
		if (!at_access(me) && (first = urgent(s)))
			return unchosen(s, me, first);
		int n = drop_yielders(me, able, gather(s, me, able));
		if (n)
			return n == 1 ? unchosen(s, me, able[0]) : choose(s, me, able, n);
		int64_t until = earliest(s);
		if (until != CIGO_NEVER)
			pass_time(s, until);
		else if (!any_outside(s) || !wait_outside(s, s->explored ? PATIENCE_MS : -1))
			return deadlock(s);
	}
}

/* Gives the turn to t. */
static void grant(struct ci_schedule *s, struct ci_turn *t)
{
	t->ran_at = ++s->turns_given;
	t->yielded = false;
	sem_post(&t->sem);
}

static void await_turn(struct ci_turn *t)
{
	int saved = errno;

	while (sem_wait(&t->sem))
		ci_expect(errno == EINTR, "the semaphore of a turn was destroyed");
	errno = saved;
}

/* A thread that is cancelled ends where the program calls, not in here. */
static int no_cancel(void)
{
	int before;

	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before);
	return before;
}

static void give(struct ci_turn *me)
{
	struct ci_schedule *s = me->schedule;
	bool outside = ci_turn_outside;

	ci_turn_outside = false;
	if (me->dismissed)
		return;
	int cancel = no_cancel();
	struct ci_turn *to = next(s, me);

	if (to == me) {
		me->ran_at = ++s->turns_given;
	} else {
		grant(s, to);
		await_turn(me);
	}
	if (!me->dismissed)
		ci_turn_happen(me);
	ci_turn_outside = outside && !me->dismissed;
	pthread_setcancelstate(cancel, NULL);
}

int ci_turn_init(struct ci_turn *t, struct ci_schedule *s)
{
	*t = (struct ci_turn){ .schedule = s, .until = CIGO_NEVER };
	ci_list_init(&t->link);
	return sem_init(&t->sem, 0, 0) ? -errno : 0;
}

void ci_turn_fini(struct ci_turn *t)
{
	sem_destroy(&t->sem);
}

/* The other threads are not there, so no schedule orders the only thread of the child. */
static void in_child(void)
{
	ci_turn_lost = ci_turn_lost || ci_turn;
	ci_turn = NULL;
	ci_turn_outside = false;
}

static void watch_forks(void)
{
	pthread_atfork(NULL, NULL, in_child);
}

void ci_turn_enter(struct ci_turn *t)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct ci_schedule *s = t->schedule;

	pthread_once(&once, watch_forks);
	ci_expect(ci_list_empty(&s->threads), "another loop runs under the same schedule, on a "
					      "thread that the schedule does not know");
	ci_list_append(&s->threads, &t->link);
	ci_turn = t;
	ci_turn_inside();
	t->ran_at = ++s->turns_given;
}

void ci_turn_add(struct ci_turn *t, bool (*ready)(void *arg), void *arg)
{
	t->step = (struct ci_step){ .op = CI_OP_START };
	t->ready = ready;
	t->arg = arg;
	t->until = CIGO_NEVER;
	t->expired = false;
	t->ran_at = t->schedule->turns_given;
	t->clock = ci_turn ? ci_turn->clock : 0;
	ci_list_append(&t->schedule->threads, &t->link);
}

void ci_turn_begin(struct ci_turn *t)
{
	int cancel = no_cancel();

	await_turn(t);
	ci_turn = t;
	t->ready = NULL;
	ci_turn_happen(t);
	ci_turn_inside();
	pthread_setcancelstate(cancel, NULL);
}

void ci_turn_remove(struct ci_turn *t)
{
	ci_list_unlink(&t->link);
}

void ci_turn_dismiss(struct ci_turn *t)
{
	ci_list_unlink(&t->link);
	t->dismissed = true;
	sem_post(&t->sem);
}

void ci_turn_end(struct ci_turn *t)
{
	struct ci_schedule *s = t->schedule;
	int cancel = no_cancel();

	ci_list_unlink(&t->link);
	ci_turn = NULL;
	ci_turn_outside = false;
	if (!ci_list_empty(&s->threads))
		grant(s, next(s, NULL));
	pthread_setcancelstate(cancel, NULL);
}

void ci_turn_point(struct ci_turn *t, const struct ci_step *step)
{
	t->step = *step;
	t->ready = NULL;
	if (!ci_list_single(&t->schedule->threads))
		give(t);
}

void ci_turn_yield(struct ci_turn *t, const struct ci_step *step)
{
	t->yielded = true;
	t->yielded_at = ++t->schedule->turns_given;
	ci_turn_point(t, step);
	t->yielded = false;
}

int ci_turn_wait(struct ci_turn *t, const struct ci_step *step, bool (*ready)(void *arg), void *arg,
		 int64_t until)
{
	t->step = *step;
	t->ready = ready;
	t->arg = arg;
	t->until = until;
	t->expired = t->stuck = false;
	give(t);
	t->until = CIGO_NEVER;
	t->ready = NULL;
	return t->stuck ? -EDEADLK : t->expired && !ready(arg) ? -ETIMEDOUT : 0;
}

void ci_turn_returns(struct ci_turn *t)
{
	ci_turn_point(t, &(struct ci_step){ .op = CI_OP_RETURN, .object = t->schedule });
}

void ci_turn_access(struct ci_turn *t, const struct ci_step *step)
{
	struct ci_schedule *s = t->schedule;

	if (!s->record)
		return;
	if (!s->record->instrumented)
		s->record->instrumented = s->record->run;
	if (s->explored)
		ci_access_note(s, ci_turn_id(t), step->pc, step->object, step->size,
			       step->op != CI_OP_READ);
	bool alone = ci_list_single(&s->threads);
	if (!alone && ci_schedule_stops_here(s, step->pc)) {
		t->accesses = true;
		ci_turn_point(t, step);
		t->accesses = false;
		return;
	}
	s->passed += !alone; /* alone it could not be a point in any run of this schedule */
	t->step = *step;
	ci_turn_happen(t);
}
