/* SPDX-License-Identifier: MIT
 * Strategies: how a schedule chooses when nothing is given beforehand.
 */
#include "schedule/schedule.h"

/* --- first come, first served ---------------------------------------------------------------- */

static int first(struct ci_schedule *s, const struct ci_choice *c)
{
	(void)s, (void)c;
	return 0;
}

const struct ci_strategy ci_strategy_first = { .name = "fifo", .choose = first };

/* --- dice ------------------------------------------------------------------------------------ */

uint64_t ci_schedule_mix(uint64_t z)
{
	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

/* The next random number. */
static uint64_t draw(struct ci_schedule *s)
{
	return ci_schedule_mix(s->random += UINT64_C(0x9e3779b97f4a7c15));
}

static int any(struct ci_schedule *s, const struct ci_choice *c)
{
	return (int)(draw(s) % (uint64_t)c->n);
}

const struct ci_strategy ci_strategy_random = { .name = "random", .choose = any };

/* --- priorities ------------------------------------------------------------------------------ */

/*
 * PCT (Burckhardt, Kothari, Musuvathi, Nagarakatte 2010): each candidate has a random priority, the
 * highest goes on; at depth - 1 random choices the priority of the one that would go on falls below
 * all others. Finds a fault that needs `depth` orderings with probability 1 / (n k^(depth - 1)) or
 * more, for n coroutines and k choices.
 */
static uint64_t priority(const struct ci_schedule *s, uint64_t id)
{
	for (unsigned i = s->fallen_n; i-- > 0;)
		if (s->fallen[i] == id)
			return CI_PCT_DEPTH - i;
	return ci_schedule_mix(s->base + id * UINT64_C(0x9e3779b97f4a7c15)) | UINT64_C(1) << 63;
}

static int highest(const struct ci_schedule *s, const struct ci_choice *c)
{
	int best = 0;

	for (int i = 1; i < c->n; i++)
		if (priority(s, c->among[i].id) > priority(s, c->among[best].id))
			best = i;
	return best;
}

static int by_priority(struct ci_schedule *s, const struct ci_choice *c)
{
	if (c->kind != CI_CHOOSE_READY && c->kind != CI_CHOOSE_THREAD)
		return any(s, c);
	for (unsigned i = 0; i + 1 < s->depth; i++)
		if (s->change_at[i] == s->choices && s->fallen_n < CI_PCT_DEPTH)
			s->fallen[s->fallen_n++] = c->among[highest(s, c)].id;
	return highest(s, c);
}

const struct ci_strategy ci_strategy_pct = { .name = "pct", .choose = by_priority };

void ci_schedule_seed(struct ci_schedule *s, const struct ci_strategy *strategy, uint64_t seed,
		      unsigned depth, uint64_t length)
{
	s->strategy = strategy;
	s->seed = s->random = seed;
	s->base = draw(s);
	s->depth = depth;
	for (unsigned i = 0; i + 1 < depth; i++)
		s->change_at[i] = draw(s) % (length ? length : 100);
}
