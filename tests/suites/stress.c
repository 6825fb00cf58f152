/* SPDX-License-Identifier: MIT
 * Thousands of tasks that do whatever a random seed says, and the laws that must hold all the same:
 * no item is lost or comes twice, a mutex has one holder, a task ends once and before its awaiter
 * goes on, a callback is called once or was cancelled, time is exact, nothing is left behind.
 *
 * On the virtual clock, what is ready shuffled by the seed, each seed on both pollers.
 * CIGO_STRESS_SEEDS=n tries n seeds, CIGO_STRESS_SEED=n that one again.
 */
#include "tests/tools/kit.h"

#include <sys/random.h>

enum {
	MAX_ACTORS = 2000, /* tasks of a run, over all */
	MAX_LIVE = 250,	   /* at a time */
	ROOTS = 24,
	STEPS = 8,
	QUEUES = 4,
	MUTEXES = 3,
	PIPES = 3,
	MAX_ITEMS = 20000,
	MAX_MESSAGES = 20000,
	MAX_CALLS = 5000,
};

enum state { NEVER, SPAWNED, RUNNING, ENDED };
enum thing { NOT_SENT, SENDING, SENT, MAYBE_SENT, ARRIVED };
enum call { NOT_CALLED, QUEUED, CANCELLED, CALLED };

struct world {
	uint64_t seed, random;
	int actors, live, freed, began, ended;
	enum state state[MAX_ACTORS];
	cigo_task *task[MAX_ACTORS]; /* lent, while RUNNING */

	cigo_queue *queue[QUEUES];
	uint8_t item[MAX_ITEMS];
	int items;

	cigo_mutex *mutex[MUTEXES];
	const void *holder[MUTEXES]; /* written by who holds it */

	struct {
		cigo_stream *in, *out;
	} pipe[PIPES];
	uint8_t message[MAX_MESSAGES];
	int messages;

	uint8_t call[MAX_CALLS];
	int calls;
	bool over; /* main has returned */
	bool calm; /* no threads but the loop's: the same seed means the same run */
};

struct actor {
	struct world *w;
	int id;
};

struct message {
	uint32_t id, not_id, pipe, sum;
};

static struct world *the_world;

#define LAW(condition, ...)                                                                      \
	do {                                                                                     \
		if (!(condition)) {                                                              \
			fprintf(stderr, "CIGO_STRESS_SEED=%llu breaks a law: ",                  \
				(unsigned long long)the_world->seed);                            \
			fprintf(stderr, __VA_ARGS__);                                            \
			fputc('\n', stderr);                                                     \
			ck_abort_msg("seed %llu, line %d: %s",                                   \
				     (unsigned long long)the_world->seed, __LINE__, #condition); \
		}                                                                                \
	} while (0)

/* ---- chance ---- */

static uint32_t chance(struct world *w, uint32_t below)
{
	w->random ^= w->random << 13;
	w->random ^= w->random >> 7;
	w->random ^= w->random << 17;
	return (uint32_t)((w->random >> 32) % below);
}

static cigo_ctx *patient(struct world *w, cigo_ctx *ctx)
{
	return cigo_ctx_with_timeout(ctx, (int64_t)chance(w, 3000000) - 100000);
}

/* Errors that a cancelled, timed out or failing actor may see. */
static bool usual(int err)
{
	return err == 0 || err == -ECANCELED || err == -ETIMEDOUT || err == -EIO || err == -EPERM;
}

/* ---- actors ---- */

static int act(cigo_ctx *ctx, void *arg, void *ret);

static void free_actor(void *arg)
{
	const struct actor *a = arg;

	LAW(a->w->state[a->id] != RUNNING, "the argument of actor %d is freed while it runs",
	    a->id);
	a->w->freed++;
}

static int new_actor(struct world *w)
{
	if (w->actors == MAX_ACTORS || w->live >= MAX_LIVE)
		return -1;
	w->state[w->actors] = SPAWNED;
	return w->actors++;
}

static cigo_task *spawn(struct world *w, const cigo_ctx *ctx, int id)
{
	struct actor a = { w, id };
	cigo_task_options o = { .size = sizeof o, .arg_size = sizeof a, .arg_free = free_actor };
	cigo_task *t = cigo_spawn_with(ctx, act, sizeof(int), &a, &o);

	LAW(t, "no memory for actor %d", id);
	return t;
}

static void judge_awaited(struct world *w, int id, int err, int value)
{
	LAW(w->state[id] != RUNNING, "actor %d runs on after it was awaited", id);
	LAW(usual(err), "actor %d: error %d", id, err);
	LAW(err || (w->state[id] == ENDED && value == id), "actor %d gave %d", id, value);
}

/* ---- steps ---- */

static void step_yield(cigo_ctx *ctx, struct world *w)
{
	int turn = w->began;

	LAW(turn == w->began, "two run at once");
	LAW(usual(cigo_yield(ctx)), "yield");
}

static void step_sleep(cigo_ctx *ctx, struct world *w)
{
	int64_t ns = chance(w, 2000000), start = cigo_now(ctx);
	int err = cigo_sleep(ctx, ns);

	LAW(usual(err), "sleep: error %d", err);
	LAW(err || ns == 0 || cigo_now(ctx) == start + ns, "a sleep of %lld took %lld",
	    (long long)ns, (long long)(cigo_now(ctx) - start));
}

static void step_put(cigo_ctx *ctx, struct world *w)
{
	cigo_ctx *timed = patient(w, ctx);
	int id = w->items, err;

	if (id < MAX_ITEMS) {
		w->items++;
		w->item[id] = SENDING;
		err = cigo_put(timed, w->queue[chance(w, QUEUES)], &id);
		LAW(usual(err), "put: error %d", err);
		LAW(!err || w->item[id] == SENDING, "item %d arrived, though its put failed", id);
		if (w->item[id] == SENDING)
			w->item[id] = err ? NOT_SENT : SENT;
	}
	cigo_ctx_unref(timed);
}

static void take_item(struct world *w, int id)
{
	LAW(id >= 0 && id < w->items, "item %d is nobody's", id);
	LAW(w->item[id] == SENT || w->item[id] == SENDING, "item %d: %d", id, w->item[id]);
	w->item[id] = ARRIVED;
}

static void step_get(cigo_ctx *ctx, struct world *w)
{
	cigo_ctx *timed = patient(w, ctx);
	int id = -1;
	int err = cigo_get(timed, w->queue[chance(w, QUEUES)], &id);

	LAW(usual(err), "get: error %d", err);
	if (!err)
		take_item(w, id);
	else
		LAW(id == 0, "a failed get wrote %d", id);
	cigo_ctx_unref(timed);
}

static void step_lock(cigo_ctx *ctx, struct world *w)
{
	cigo_ctx *timed = patient(w, ctx);
	uint32_t i = chance(w, MUTEXES);
	int err = cigo_mutex_lock(timed, w->mutex[i]);

	LAW(usual(err), "lock: error %d", err);
	if (!err) {
		LAW(!w->holder[i], "mutex %u has two holders", i);
		w->holder[i] = timed;
		if (chance(w, 2))
			cigo_ignore(cigo_yield(timed));
		else
			cigo_ignore(cigo_sleep(timed, chance(w, 100000)));
		LAW(w->holder[i] == timed, "mutex %u has another holder", i);
		w->holder[i] = NULL;
		cigo_mutex_unlock(w->mutex[i]);
	}
	cigo_ctx_unref(timed);
}

static void step_write(cigo_ctx *ctx, struct world *w)
{
	cigo_ctx *timed = patient(w, ctx);
	uint32_t p = chance(w, PIPES);
	int id = w->messages;

	if (id < MAX_MESSAGES) {
		struct message m = { (uint32_t)id, ~(uint32_t)id, p, (uint32_t)id * 31 + p };
		ssize_t n;

		w->messages++;
		w->message[id] = SENDING;
		if (chance(w, 4) == 0) {
			n = cigo_stream_send(w->pipe[p].out, &m, sizeof m);
			LAW(n == 0 || n == -ENOBUFS, "send: %zd", n);
			n = n ? n : (ssize_t)sizeof m;
		} else {
			n = cigo_stream_write(timed, w->pipe[p].out, &m, sizeof m);
		}
		LAW(n == sizeof m || usual((int)n), "write: %zd", n);
		if (w->message[id] == SENDING)
			w->message[id] = n == sizeof m ? SENT : MAYBE_SENT;
	}
	cigo_ctx_unref(timed);
}

static void take_message(struct world *w, uint32_t p, const struct message *m)
{
	LAW(m->id < (uint32_t)w->messages && m->not_id == ~m->id && m->pipe == p &&
		    m->sum == m->id * 31 + p,
	    "a message of pipe %u is garbled", p);
	LAW(w->message[m->id] != ARRIVED, "message %u came twice", m->id);
	w->message[m->id] = ARRIVED;
}

static void step_read(cigo_ctx *ctx, struct world *w)
{
	cigo_ctx *timed = patient(w, ctx);
	uint32_t p = chance(w, PIPES);
	struct message m;
	ssize_t n = cigo_stream_read_chunk(timed, w->pipe[p].in, &m, sizeof m);

	LAW(n == sizeof m || n == -EBUSY || usual((int)n), "read: %zd", n);
	if (n == sizeof m)
		take_message(w, p, &m);
	cigo_ctx_unref(timed);
}

static void step_detach(cigo_ctx *ctx, struct world *w)
{
	int id = new_actor(w);

	if (id >= 0)
		cigo_detach(spawn(w, ctx, id));
}

static void step_await(cigo_ctx *ctx, struct world *w)
{
	cigo_ctx *timed = patient(w, ctx);
	int id = new_actor(w), value, err;

	if (id >= 0) {
		cigo_task *t = spawn(w, ctx, id);

		if (chance(w, 4) == 0)
			cigo_ignore(cigo_yield(ctx));
		err = cigo_take(timed, t, &value);
		judge_awaited(w, id, err, value);
	}
	cigo_ctx_unref(timed);
}

static void step_group(cigo_ctx *ctx, struct world *w)
{
	cigo_ctx *timed = patient(w, ctx);
	cigo_group *g =
		cigo_group_new(timed, chance(w, 3), chance(w, 2) ? CIGO_GROUP_KEEP_GOING : 0);
	int ids[5], n = 0, err;

	LAW(g, "no memory for a group");
	for (uint32_t i = chance(w, 5) + 1; i--;) {
		struct actor a = { w, new_actor(w) };
		cigo_task_options o = { .size = sizeof o,
					.arg_size = sizeof a,
					.arg_free = free_actor };

		if (a.id < 0)
			break;
		ids[n++] = a.id;
		LAW(cigo_group_spawn_with(g, act, sizeof(int), &a, &o), "no memory");
	}
	if (chance(w, 6) == 0)
		cigo_group_cancel(g, -EPERM);
	if (chance(w, 2)) {
		err = cigo_group_wait(timed, g);
		LAW(usual(err), "group: error %d", err);
		for (int i = 0; i < n; i++)
			LAW(w->state[ids[i]] != RUNNING, "actor %d outlives its group's wait",
			    ids[i]);
	}
	err = cigo_group_close(ctx, g);
	LAW(usual(err), "group: error %d", err);
	for (int i = 0; i < n; i++)
		LAW(w->state[ids[i]] != RUNNING, "actor %d outlives its group", ids[i]);
	cigo_ctx_unref(timed);
}

static void step_cancel(cigo_ctx *ctx, struct world *w)
{
	int id = (int)chance(w, (uint32_t)w->actors), err;

	(void)ctx;
	if (w->state[id] == RUNNING) {
		err = cigo_future_cancel(w->task[id], chance(w, 2) ? -EPERM : 0);
		LAW(err == 0, "cancel of running actor %d: error %d", id, err);
		LAW(w->state[id] == RUNNING, "cancelling actor %d ran it", id);
	}
}

static void step_several(cigo_ctx *ctx, struct world *w)
{
	cigo_ctx *timed = patient(w, ctx);
	cigo_task *t[3];
	int id[3], value = -1, n = 0, err;

	while (n < 3 && (id[n] = new_actor(w)) >= 0) {
		t[n] = spawn(w, ctx, id[n]);
		n++;
	}
	if (n && chance(w, 2)) {
		err = cigo_first_result(timed, t, (size_t)n, &value, sizeof value);
		LAW(err >= 0 ? err < n : usual(err), "first_result: error %d", err);
		LAW(err < 0 || value == id[err], "first_result: %d", value);
		for (int i = 0; i < n; i++)
			LAW(w->state[id[i]] != RUNNING, "loser %d runs on", id[i]);
	} else if (n) {
		err = cigo_wait(timed, (cigo_wait_mode)chance(w, 3), t, (size_t)n);
		LAW(usual(err), "wait: error %d", err);
	}
	for (int i = 0; i < n; i++) {
		if (chance(w, 2)) {
			err = cigo_task_stop(ctx, t[i]);
			LAW(usual(err), "stop: error %d", err);
			LAW(w->state[id[i]] != RUNNING, "actor %d runs on after stop", id[i]);
		} else {
			cigo_detach(t[i]);
		}
	}
	cigo_ctx_unref(timed);
}

CALLBACK(be_called)
{
	uint8_t *call = arg;

	LAW(*call == QUEUED, "a callback is called in state %d", *call);
	LAW((status < 0) == the_world->over || status == 0, "status %d", status);
	*call = CALLED;
}

static void step_call(cigo_ctx *ctx, struct world *w)
{
	uint8_t *call = &w->call[w->calls];
	int64_t id;

	if (w->calls == MAX_CALLS)
		return;
	w->calls++;
	*call = QUEUED;
	id = chance(w, 2) ? cigo_loop_call_soon(cigo_ctx_loop(ctx), be_called, call)
			  : cigo_loop_call_later(cigo_ctx_loop(ctx), chance(w, 3000000), be_called,
						 call);
	if (id == CIGO_ECLOSED)
		*call = CANCELLED;
	else
		LAW(id > 0, "call: %lld", (long long)id);
	if (chance(w, 3) == 0) {
		cigo_ignore(cigo_sleep(ctx, chance(w, 1000000)));
		if (cigo_callback_cancel(cigo_ctx_loop(ctx), id)) {
			LAW(*call == QUEUED, "cancelled a callback in state %d", *call);
			*call = CANCELLED;
		}
	}
}

CALLBACK(set_future)
{
	int err = cigo_future_set(arg, NULL, 0);

	LAW(err == 0 || err == -EALREADY, "set: error %d", err);
	cigo_future_unref(arg);
}

static void step_future(cigo_ctx *ctx, struct world *w)
{
	cigo_ctx *timed = patient(w, ctx);
	cigo_future *f = cigo_future_new(0);
	int64_t id = cigo_loop_call_later(cigo_ctx_loop(ctx), chance(w, 2000000), set_future,
					  cigo_future_ref(f));
	int err;

	if (id < 0)
		cigo_future_unref(f);
	if (chance(w, 2)) {
		cigo_future *shield = cigo_future_shield(f);

		err = cigo_future_take(timed, shield, NULL, 0);
		LAW(usual(err), "shield: error %d", err);
		LAW(!err || cigo_future_error(f) == 0, "the shield let %d through", err);
	} else {
		err = cigo_join(timed, f);
		LAW(usual(err), "future: error %d", err);
		LAW(cigo_future_is_done(f), "an awaited future is pending");
	}
	cigo_future_unref(f);
	cigo_ctx_unref(timed);
}

static void step_grace(cigo_ctx *ctx, struct world *w)
{
	cigo_ctx *grace = cigo_ctx_without_cancel(ctx, CIGO_S(1));
	int64_t ns = chance(w, 500000) + 1, start = cigo_now(ctx);
	int err = cigo_sleep(grace, ns);

	LAW(err == 0, "a graceful sleep: error %d", err);
	LAW(cigo_now(ctx) == start + ns, "a graceful sleep was not exact");
	cigo_ctx_unref(grace);
}

static int do_nothing(void *arg)
{
	return *(int *)arg;
}

CORO(work_nothing)
{
	*(int *)ret = *(int *)arg;
	return 0;
}

static void step_outside(cigo_ctx *ctx, struct world *w)
{
	int value = (int)chance(w, 100), got = -1, err;

	if (w->calm || chance(w, 10))
		return; /* a thread costs more than the rest */
	if (chance(w, 3)) {
		got = cigo_blocking_call(ctx, do_nothing, &value);
		LAW(got == value, "blocking: %d", got);
	} else {
		err = cigo_take(ctx, cigo_go(ctx, work_nothing, sizeof got, &value), &got);
		LAW(usual(err), "go: error %d", err);
		LAW(err || got == value, "go: %d", got);
	}
}

static void (*const steps[])(cigo_ctx *ctx, struct world *w) = {
	step_yield,  step_sleep,   step_put,  step_put,	   step_get,	step_get,     step_lock,
	step_lock,   step_write,   step_read, step_read,   step_detach, step_await,   step_group,
	step_cancel, step_several, step_call, step_future, step_grace,	step_outside,
};

CORO(act)
{
	const struct actor *a = arg;
	struct world *w = a->w;

	LAW(w->state[a->id] == SPAWNED, "actor %d begins in state %d", a->id, w->state[a->id]);
	LAW(!cigo_ctx_error(ctx), "actor %d was cancelled and begins all the same", a->id);
	w->state[a->id] = RUNNING;
	w->task[a->id] = cigo_task_current(ctx);
	w->began++;
	w->live++;
	for (int i = 0; i < STEPS && !cigo_ctx_error(ctx); i++)
		steps[chance(w, sizeof steps / sizeof *steps)](ctx, w);
	w->live--;
	w->ended++;
	w->state[a->id] = ENDED;
	*(int *)ret = a->id;
	return chance(w, 8) ? 0 : -EIO;
}

/* ---- the world ---- */

TEST_CASE("seeds", .seconds = 30);

CORO(world_main)
{
	struct world *w = arg;
	cigo_task *roots[ROOTS];
	int id[ROOTS], n = 0, err, value;
	cigo_ctx *timed = cigo_ctx_with_timeout(ctx, chance(w, 2) ? CIGO_NEVER : CIGO_MS(20));

	while (n < ROOTS && (id[n] = new_actor(w)) >= 0) {
		roots[n] = spawn(w, ctx, id[n]);
		n++;
	}
	err = cigo_wait(timed, CIGO_WAIT_ALL, roots, (size_t)n);
	LAW(usual(err), "roots: error %d", err);
	/* new roots as long as there is somebody to be */
	for (int i = 0; i < n; i++) {
		if (chance(w, 3) == 0) {
			cigo_detach(roots[i]);
			continue;
		}
		err = cigo_take(timed, roots[i], &value);
		judge_awaited(w, id[i], err, value);
	}
	for (int i = 0; i < 40 && !cigo_ctx_error(timed); i++) {
		int one = new_actor(w);

		if (one >= 0)
			cigo_detach(spawn(w, ctx, one));
		cigo_ignore(cigo_sleep(timed, chance(w, 300000)));
	}
	cigo_ctx_unref(timed);
	w->over = true;
	return 0;
}

/* What is left in queues and pipes is not lost. */
static void collect(struct world *w)
{
	cigo_ctx *none = cigo_ctx_background();
	struct message m;
	ssize_t n;
	int id;

	for (int i = 0; i < QUEUES; i++)
		while (!cigo_queue_try_get(w->queue[i], &id, sizeof id))
			take_item(w, id);
	for (uint32_t p = 0; p < PIPES; p++) {
		cigo_stream_set_timeout(w->pipe[p].in, CIGO_MS(1));
		cigo_ignore(cigo_stream_flush(none, w->pipe[p].out));
		cigo_stream_close(w->pipe[p].out);
		while ((n = cigo_stream_read_chunk(none, w->pipe[p].in, &m, sizeof m)) > 0) {
			LAW(n == sizeof m, "half a message in pipe %u", p);
			take_message(w, p, &m);
		}
		LAW(n == 0, "pipe %u ends with error %zd", p, n);
		cigo_stream_close(w->pipe[p].in);
	}
}

static void judge(struct world *w)
{
	LAW(w->began == w->ended, "%d began, %d ended", w->began, w->ended);
	LAW(w->freed == w->actors, "%d arguments of %d freed", w->freed, w->actors);
	LAW(w->live == 0, "%d live on", w->live);
	for (int i = 0; i < w->actors; i++)
		LAW(w->state[i] == SPAWNED || w->state[i] == ENDED, "actor %d: %d", i, w->state[i]);
	for (int i = 0; i < w->items; i++)
		LAW(w->item[i] == ARRIVED || w->item[i] == NOT_SENT, "item %d is lost (%d)", i,
		    w->item[i]);
	for (int i = 0; i < w->messages; i++)
		LAW(w->message[i] == ARRIVED || w->message[i] == MAYBE_SENT, "message %d is lost",
		    i);
	for (int i = 0; i < w->calls; i++)
		LAW(w->call[i] == CALLED || w->call[i] == CANCELLED, "callback %d: %d", i,
		    w->call[i]);
	for (int i = 0; i < MUTEXES; i++)
		LAW(!w->holder[i], "mutex %d is held at the end", i);
}

/* The fate of a world in one number. */
static uint64_t fate_of(const struct world *w)
{
	const int facts[] = { w->actors, w->began, w->items, w->messages, w->calls };
	uint64_t hash = w->random;

	for (size_t i = 0; i < sizeof facts / sizeof *facts; i++)
		hash = hash * 1000003 + (uint64_t)facts[i];
	for (int i = 0; i < w->actors; i++)
		hash = hash * 31 + w->state[i];
	for (int i = 0; i < w->items; i++)
		hash = hash * 31 + w->item[i];
	for (int i = 0; i < w->messages; i++)
		hash = hash * 31 + w->message[i];
	for (int i = 0; i < w->calls; i++)
		hash = hash * 31 + w->call[i];
	return hash;
}

static uint64_t live(uint64_t seed, int poller, bool calm)
{
	cigo_loop_options o = { .size = sizeof o,
				.clock = CIGO_CLOCK_VIRTUAL,
				.poller = poller,
				.shuffle_seed = seed };
	struct world *w = calloc(1, sizeof *w);
	int fds = t_count_fds(), err;
	uint64_t fate;

	the_world = w;
	w->seed = seed;
	w->calm = calm;
	w->random = seed * UINT64_C(0x9E3779B97F4A7C15) + 1;
	for (int i = 0; i < QUEUES; i++)
		w->queue[i] = cigo_queue_new(sizeof(int), (size_t)i); /* 0: unbounded */
	for (int i = 0; i < MUTEXES; i++)
		w->mutex[i] = cigo_mutex_new();
	for (int i = 0; i < PIPES; i++)
		ok(cigo_pipe(&w->pipe[i].in, &w->pipe[i].out));
	err = cigo_run_with(&o, cigo_ctx_background(), world_main, w);
	LAW(err == 0, "the run: error %d", err);
	collect(w);
	judge(w);
	for (int i = 0; i < QUEUES; i++)
		cigo_queue_free(w->queue[i]);
	for (int i = 0; i < MUTEXES; i++)
		cigo_mutex_free(w->mutex[i]);
	LAW(t_count_fds() == fds, "%d descriptors more", t_count_fds() - fds);
	if (t_env("CIGO_STRESS_SEED", -1) >= 0)
		fprintf(stderr,
			"poller %d: %d actors, %d began, %d items, %d messages, %d callbacks\n",
			poller, w->actors, w->began, w->items, w->messages, w->calls);
	fate = fate_of(w);
	free(w);
	return fate;
}

static uint64_t first_seed;

static long seeds(void)
{
	bool one = t_env("CIGO_STRESS_SEED", -1) >= 0;

	return one ? 1 : t_env("CIGO_STRESS_SEEDS", t_scale(10, 3));
}

BEFORE_ALL
{
	long seed = t_env("CIGO_STRESS_SEED", -1);
	uint32_t random = 1;

	if (getrandom(&random, sizeof random, 0) != sizeof random)
		random = (uint32_t)t_real_now();
	first_seed = seed >= 0 ? (uint64_t)seed : random % 1000000000 + 1;
	fprintf(stderr, "seeds %llu to %llu; CIGO_STRESS_SEED=n tries one again\n",
		(unsigned long long)first_seed,
		(unsigned long long)first_seed + (unsigned long long)seeds() - 1);
}

TEST(a_seed_on_both_pollers, COOPERATIVE, TIMES(seeds()))
{
	live(first_seed + (uint64_t)_i, CIGO_POLLER_EPOLL, false);
	live(first_seed + (uint64_t)_i, CIGO_POLLER_POLL, false);
}

TEST(a_seed_means_the_same_run_each_time, COOPERATIVE, TIMES(seeds() < 5 ? seeds() : 5))
{
	uint64_t seed = first_seed + (uint64_t)_i;

	for (int poller = CIGO_POLLER_EPOLL; poller <= CIGO_POLLER_POLL; poller++) {
		uint64_t fate = live(seed, poller, true);

		equal(live(seed, poller, true), fate);
		ck_assert_uint_ne(live(seed + 1000000, poller, true), fate);
	}
}
