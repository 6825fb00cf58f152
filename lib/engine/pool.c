/* SPDX-License-Identifier: MIT
 *
 * Strands without a coroutine wait in `idle`, the last used first. Every LONG_NS what is there becomes
 * `cold`; what is still cold after as long has not been needed in between, and is ended: no clock is
 * read and nothing is counted where coroutines start and end.
 *
 * The driver does it, a few at a time, so that the end of 100,000 stalls nobody: those few
 * are told to end, and joined only when it is time for the next few; by then they have. An idle
 * driver wakes for that, which is not often and over soon. It is no timer: it keeps no run from its
 * end, and the virtual clock knows nothing of it.
 */
#include "engine/pool.h"

#include "engine/engine.h"

enum {
	AT_ONCE = 32,
	ENOUGH = 64 /* strands of the wrong size looked at before another one is made */
};

static const int64_t long_ns = CIGO_S(5), soon_ns = CIGO_MS(10);

static struct ci_strand *find(const struct ci_list *list, size_t stack_size)
{
	int seen = 0;

	ci_list_each(node, list) {
		struct ci_strand *s = ci_list_entry(node, struct ci_strand, idle);

		if (s->stack_size >= stack_size)
			return s;
		if (++seen == ENOUGH)
			break;
	}
	return NULL;
}

struct ci_strand *ci_pool_find(const cigo_loop *loop, size_t stack_size)
{
	struct ci_strand *s = find(&loop->idle, stack_size);

	return s ? s : find(&loop->cold, stack_size);
}

struct ci_coroutine *ci_pool_get(cigo_loop *loop, size_t stack_size)
{
	struct ci_strand *idle = ci_pool_find(loop, stack_size);
	struct ci_coroutine *c;

	if (idle) {
		ci_list_unlink(&idle->idle);
		return ci_coroutine_on(idle);
	}
	if (ci_coroutine_create(&c, loop, stack_size, loop->model->strand_main))
		return NULL;
	c->strand.cpu = ci_engine_driver(loop)->cpu; /* a thread inherits it */
	ci_list_append(&loop->strands, &c->strand.link);
	loop->stats.strands++;
	return c;
}

/* s, which is in no queue, ends by itself. It touches nothing of the loop. */
static void end(cigo_loop *loop, struct ci_strand *s)
{
	ci_list_unlink(&s->idle);
	ci_list_append(&loop->ending, &s->idle);
	s->over = true;
	ci_baton_pass(&s->baton);
	ci_self.held = loop; /* it was no baton */
}

static void join_all(cigo_loop *loop)
{
	while (!ci_list_empty(&loop->ending))
		ci_strand_join(ci_list_first(&loop->ending, struct ci_strand, idle));
}

int64_t ci_pool_next(const cigo_loop *loop)
{
	return ci_list_empty(&loop->idle) && ci_list_empty(&loop->cold) &&
			       ci_list_empty(&loop->ending)
		       ? CIGO_NEVER
		       : loop->pool_look;
}

void ci_pool_trim(cigo_loop *loop)
{
	int64_t next = ci_pool_next(loop), now;

	if (next == CIGO_NEVER || (now = ci_clock_now()) < next)
		return;
	join_all(loop);
	for (int i = 0; i < AT_ONCE && !ci_list_empty(&loop->cold); i++)
		end(loop, ci_list_entry(loop->cold.prev, struct ci_strand, idle));
	bool more = !ci_list_empty(&loop->cold) || !ci_list_empty(&loop->ending);
	if (!more)
		ci_list_splice(&loop->cold, &loop->idle);
	loop->pool_look = now + (more ? soon_ns : long_ns);
}

void ci_pool_dismiss(cigo_loop *loop)
{
	join_all(loop);
	while (!ci_list_empty(&loop->strands)) {
		int n = 0;

		ci_list_each(node, &loop->strands) {
			end(loop, ci_list_entry(node, struct ci_strand, link));
			if (++n == AT_ONCE) /* so that they end while the next are told */
				break;
		}
		join_all(loop);
	}
}
