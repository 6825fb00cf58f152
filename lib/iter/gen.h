/* SPDX-License-Identifier: MIT
 * Generators, from inside.
 */
#pragma once

#include "cigo/gen.h"
#include "iter/iter.h"
#include "task/task.h"

struct ci_gen_plain; /* of gen_plain.c */

enum ci_gen_state {
	CI_GEN_NEW,	/* no next yet: no thread, no task */
	CI_GEN_RUNNING, /* a consumer waits for it */
	CI_GEN_WAITING, /* in a yield, for a consumer */
	CI_GEN_DONE	/* its body has returned */
};

struct cigo_gen {
	cigo_iter it;
	enum ci_gen_state state;
	const char *name;
	cigo_gen_fn *fn;
	cigo_ctx *maker; /* the parent of its context to be; NULL: it has begun */
	void *ret;	 /* where the consumer wants the item */
	bool yielded;	 /* an item lies in ret */
	bool leaving;	 /* yields return false */

	/* in a loop */
	struct ci_task *task;		/* from the first next on; a reference */
	struct ci_coroutine *coroutine; /* its own, until its body has returned */
	struct ci_coroutine *consumer;	/* waiting in next or close */
	struct ci_listener done;
	struct ci_leaver leaver;
	struct ci_ctx_watch given, own; /* on the consumer's contexts, while it waits */

	/* on plain threads */
	struct ci_gen_plain *plain; /* NULL: in a loop */

	char arg[] __attribute__((aligned(CI_ALIGN)));
};

/* Sets all but the arguments of cigo_iter_generate; the memory is zeros. */
void ci_gen_init(cigo_gen *g, size_t item_size);
/* Whether the calling thread is the generator's. */
bool ci_gen_is_inside(const cigo_gen *g);

/* gen_plain.c: the same without a loop. */
int ci_gen_plain_init(cigo_gen *g);
bool ci_gen_plain_is_inside(const cigo_gen *g);
void ci_gen_plain_yield(cigo_gen *g);
int ci_gen_plain_next(cigo_ctx *ctx, cigo_gen *g, void *ret);
int ci_gen_plain_end(cigo_ctx *ctx, cigo_gen *g);
