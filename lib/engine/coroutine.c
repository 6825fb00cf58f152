/* SPDX-License-Identifier: MIT
 * Strands with a coroutine's record in front.
 */
#include "engine/coroutine.h"

#include <stddef.h>

#include "base/misuse.h"
#include "schedule/serial.h"
#include "thread/rest.h"

_Static_assert(offsetof(struct ci_coroutine, strand.tid) - offsetof(struct ci_coroutine, resume) <=
		       (size_t)3 * 64,
	       "a switch touches more than three lines of the cache");

static void left_early(void *arg)
{
	const struct ci_coroutine *c = arg;

	ci_misuse_of(
		c->name ? c->name : "pthread_exit",
		"this coroutine's thread was ended (pthread_exit, pthread_cancel); return from "
		"its body instead");
}

static void coroutine_main(struct ci_strand *s)
{
	struct ci_coroutine *c = ci_coroutine_on(s);

	ci_self.me = c;
	ci_turn = NULL; /* the thread may have run another strand */
	ci_turn_outside = false;
	pthread_cleanup_push(left_early, c);
	c->body(c);
	pthread_cleanup_pop(0);
}

int ci_coroutine_create(struct ci_coroutine **ret, cigo_loop *loop, size_t stack_size,
			struct ci_turn *turn, void (*body)(struct ci_coroutine *))
{
	struct ci_coroutine front = {
		.loop = loop, .body = body, .turn = turn, .bell = -1, .resume.where = CI_RESUME
	};
	const size_t size = offsetof(struct ci_coroutine, strand);
	bool rests = turn && turn->schedule->explored;
	struct ci_strand *s = rests ? ci_rest_again(stack_size, coroutine_main, &front, size, body)
				    : NULL;
	int err = s ? 0 : ci_strand_create(&s, stack_size, coroutine_main, &front, size);

	if (err)
		return err;
	if (rests)
		ci_rest_after(s, size);
	*ret = ci_coroutine_on(
		s); /* its thread uses none of the fields below before it has the baton */
	ci_list_init(&(*ret)->resume.link);
	ci_list_init(&(*ret)->writes);
	return 0;
}

void ci_coroutine_illegal(enum ci_coroutine_state from, enum ci_coroutine_state to)
{
	ci_misuse("a bug of the library: a coroutine goes from state %d to %d", from, to);
}
