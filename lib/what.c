/* SPDX-License-Identifier: MIT
 *
 * Floor: 3 promise
 * What a suspended coroutine waits for.
 */
#include "what.h"

struct ci_what ci_what(const struct ci_strand *s)
{
	struct ci_what w = { .future = s->awaits, .fd = -1, .until = CIGO_NEVER };

	if (!w.future && s->awaits_count == 1)
		w.future = s->awaits_all[0];
	if (s->park && s->park->tell)
		s->park->tell(s->park, &w);
	return w;
}

const char *ci_what_name(const cigo_future *f, uint64_t *ret_lane)
{
	*ret_lane = 0;
	return f && f->ops->name ? f->ops->name(f, ret_lane) : NULL;
}

void ci_what_awaited(const struct ci_strand *s, const char **ret_name, uint64_t *ret_lane)
{
	struct ci_what w = ci_what(s);

	*ret_name = ci_what_name(w.future, ret_lane);
	if (w.holder) {
		*ret_name = w.holder->name;
		*ret_lane = w.holder->lane;
	}
}
