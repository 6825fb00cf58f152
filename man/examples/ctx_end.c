/* SPDX-License-Identifier: MIT */
#include <cigo.h>
#include <semaphore.h>
#include <stdio.h>

/* A library that blocks its thread, and has a call that ends it: PQexec and PQcancel, say. */
static sem_t answer;

static int query(void *arg)
{
	return sem_wait(&answer);
}

static void cancel_query(const cigo_ctx *root, int err, void *arg)
{
	printf("%s: %s\n", (const char *)arg, cigo_strerror(err));
	sem_post(&answer);
}

static int first(cigo_ctx *ctx, void *arg, void *ret)
{
	char who[] = "the query";
	cigo_ctx *timed = cigo_ctx_with_timeout(ctx, CIGO_S(60));

	cigo_must(cigo_ctx_on_cancel(timed, cancel_query, who));
	cigo_must(cigo_ctx_set_deadline(timed, cigo_now(ctx) + CIGO_MS(5))); /* sooner, after all */
	cigo_must(cigo_blocking_call(ctx, query, NULL));
	if (cigo_ctx_off_cancel(timed, cancel_query, who))
		printf("it was cancelled; by its own deadline: %s\n",
		       cigo_ctx_expired(timed) ? "yes" : "no");
	cigo_ctx_unref(timed);
	return 0;
}

int main(void)
{
	sem_init(&answer, 0, 0);
	return cigo_run(first, NULL) < 0;
}

/*
 * It prints:
 * the query: context deadline exceeded
 * it was cancelled; by its own deadline: yes
 */
