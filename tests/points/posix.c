/* SPDX-License-Identifier: MIT
 * Runs a case of posix.h.
 *
 *	posix [CASE [WHERE]]	WHERE: worker (default), coroutine (of the preemptive model), busy (a worker of
 *				the cooperative model, beside a coroutine). Without CASE: the names of all
 */
#include "posix.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct posix_case *const all[] = { lock_cases, wait_cases, thread_cases, time_cases,
						atomic_cases };
static const struct posix_case *chosen;
static const char *where = "worker";

pthread_t begin(void *(*body)(void *arg), void *arg)
{
	pthread_t id;

	EQUAL(pthread_create(&id, NULL, body, arg), 0);
	return id;
}

void *end(pthread_t id)
{
	void *result = NULL;

	EQUAL(pthread_join(id, &result), 0);
	return result;
}

void *elsewhere(void *(*body)(void *arg), void *arg)
{
	return end(begin(body, arg));
}

struct timespec in(clockid_t clock, time_t s)
{
	struct timespec t;

	EQUAL(clock_gettime(clock, &t), 0);
	t.tv_sec += s;
	return t;
}

static int run(cigo_ctx *ctx, void *arg, void *ret)
{
	CIGO_UNUSED(ctx), CIGO_UNUSED(arg), CIGO_UNUSED(ret);
	chosen->run();
	return 0;
}

static int sleeper(cigo_ctx *ctx, void *arg, void *ret)
{
	CIGO_UNUSED(arg), CIGO_UNUSED(ret);
	return cigo_sleep(ctx, CIGO_S(1));
}

static int idler(cigo_ctx *ctx, void *arg, void *ret)
{
	CIGO_UNUSED(ctx), CIGO_UNUSED(arg), CIGO_UNUSED(ret);
	return 0;
}

static int demo(cigo_ctx *ctx, void *arg, void *ret)
{
	bool busy = strcmp(where, "busy") == 0;

	CIGO_UNUSED(arg), CIGO_UNUSED(ret);
	if (strcmp(where, "coroutine") == 0)
		return run(ctx, NULL, NULL);
	cigo_task *a = cigo_go(ctx, run, 0, NULL);
	cigo_task *b = cigo_spawn(ctx, busy ? sleeper : idler, 0, NULL);
	int err = cigo_wait_all(ctx, a, b);
	cigo_future_unref(a);
	cigo_future_unref(b);
	return err;
}

static bool choose(const char *name)
{
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		for (const struct posix_case *c = all[i]; c->name; c++) {
			if (!name)
				puts(c->name);
			else if (strcmp(name, c->name) == 0)
				chosen = c;
		}
	return chosen;
}

int main(int argc, char **argv)
{
	cigo_loop_options o = { .size = sizeof o, .model = CIGO_COOPERATIVE };

	where = argc > 2 ? argv[2] : where;
	if (!choose(argv[1]))
		return argv[1] != NULL;
	if (strcmp(where, "coroutine") == 0)
		o.model = CIGO_PREEMPTIVE;
	return cigo_run_with(&o, cigo_ctx_background(), demo, NULL) != 0;
}
