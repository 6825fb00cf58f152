/* SPDX-License-Identifier: MIT
 * Generators, from inside. A generator that yields all of another one stands aside: the two are a
 * chain, and the consumer takes from the chain's innermost generator directly. The outermost is the
 * chain's root; a generator alone is a chain of one. What the consumer and the innermost exchange
 * is kept in the root, so an item costs the same at any depth.
 */
#pragma once

#include "cigo/gen.h"
#include "iter/iter.h"
#include "task/task.h"

struct ci_gen_plain; /* of gen_plain.c */

/* A generator's own, but RUNNING and WAITING are the chain's and valid in its root. */
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
	void *ret;	 /* where the consumer wants the item; of a root */
	bool yielded;	 /* an item lies in ret; of a root */
	bool leaving;	 /* yields return false */

	/* in a loop: the chain */
	cigo_gen *root;	     /* itself, while no other one yields all of it */
	cigo_gen *outer;     /* the one that yields all of it; NULL: it is a root */
	cigo_gen *innermost; /* of a root */
	unsigned long depth; /* of a root: how many the chain has */
	int cause;	     /* the context of outer's cigo_gen_yield_all has ended */
	bool refused;	     /* for that reason it had to leave */
	bool ended;	     /* of a root: some in the chain have a new cause */

	/* in a loop: an iterator that is no generator, whose items are to be yielded */
	cigo_iter *lent;    /* the consumer may take its items; NULL: none; */
	cigo_ctx *lent_ctx; /* then: with this context */
	bool alone; /* of a root: its consumer takes none, the generator has to pass them on */

	/* in a loop */
	struct ci_task *task;		/* from the first next on; a reference */
	struct ci_coroutine *coroutine; /* its own, until its body has returned */
	struct ci_coroutine *consumer;	/* waiting in next or close; of a root */
	struct ci_listener done;
	struct ci_leaver leaver; /* of a root */
	struct ci_ctx_watch given,
		own; /* on the contexts of the consumer that waits, or of outer */

	/* on plain threads */
	struct ci_gen_plain *plain; /* NULL: in a loop */

	char arg[] __attribute__((aligned(CI_ALIGN)));
};

/* Sets all but the arguments of cigo_iter_generate; the memory is zeros. */
void ci_gen_init(cigo_gen *g, size_t item_size);
/* Whether the calling thread is the generator's. */
bool ci_gen_is_inside(const cigo_gen *g);
/* Misuse unless the calling thread may yield items of that size. */
void ci_gen_check_yield(const cigo_gen *g, size_t size);
/* By the innermost of a chain in a loop: passes to the consumer, and waits for its next call. */
void ci_gen_pass(cigo_gen *g);
/* By the consumer: an end of its contexts ends g's context, until the unwatch. `me` consumes. */
void ci_gen_watch(cigo_ctx *ctx, struct ci_coroutine *me, cigo_gen *g);
void ci_gen_unwatch(cigo_ctx *ctx, struct ci_coroutine *me, cigo_gen *g);
/* `it`, if it is a generator. */
cigo_gen *ci_gen_of(cigo_iter *it);
/* Makes the task of a new generator and a strand for it. Both wait for the first visit. */
int ci_gen_start(struct ci_coroutine *me, cigo_gen *g);
/* The chain of the root g no longer waits for a consumer. */
void ci_gen_end_wait(cigo_loop *loop, cigo_gen *root);

/* A visit as dumps and the search for circles see it. */
struct ci_gen_visit {
	struct ci_park park;
	cigo_task *task; /* of the generator that is waited for */
};
void ci_gen_describe(const struct ci_park *p, struct ci_wait_info *ret);

/* gen_plain.c: the same without a loop. */
int ci_gen_plain_init(cigo_gen *g);
bool ci_gen_plain_is_inside(const cigo_gen *g);
void ci_gen_plain_yield(cigo_gen *g);
int ci_gen_plain_next(cigo_ctx *ctx, cigo_gen *g, void *ret);
int ci_gen_plain_end(cigo_ctx *ctx, cigo_gen *g);
