/* SPDX-License-Identifier: MIT
 *
 * What a suspended coroutine waits for.
 */
#include "task/wait_info.h"

#include "task/shield.h"

struct ci_what ci_what(const struct ci_strand *s)
{
	struct ci_what w = { .all = true, .fd = -1, .until = CIGO_NEVER };

	if (s->awaits) {
		w.futures = &s->awaits;
		w.count = 1;
	} else {
		w.futures = s->awaits_all;
		w.count = s->awaits_count;
	}
	if (s->park && s->park->tell)
		s->park->tell(s->park, &w);
	return w;
}

struct ci_who ci_what_who(const cigo_future *f)
{
	while (f && !f->done && f->ops == &ci_shield_ops)
		f = ci_container_of(f, struct ci_shield, f)->inner;
	return f && f->ops->who ? f->ops->who(f) : (struct ci_who){ NULL, 0, 0 };
}

void ci_what_awaited(const struct ci_strand *s, const char **ret_name, uint64_t *ret_lane)
{
	struct ci_what w = ci_what(s);
	struct ci_who who = ci_what_who(w.count == 1 ? w.futures[0] : NULL);

	if (w.holder)
		who = (struct ci_who){ w.holder->name, w.holder->lane, 0 };
	*ret_name = who.name;
	*ret_lane = who.number;
}
