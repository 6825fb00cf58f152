/* SPDX-License-Identifier: MIT
 * Reads what a suspended coroutine waits for.
 */
#include "task/wait_info.h"

#include "task/shield.h"

struct ci_wait_info ci_wait_info(const struct ci_coroutine *s)
{
	struct ci_wait_info w = { .all = true, .fd = -1, .until = CIGO_NEVER };
	const struct ci_park *p = s->park;

	if (!p || p->state != CI_PARK_WAITS)
		return w; /* a woken coroutine waits no longer */
	if (p->timer.armed)
		w.until = p->timer.node.key;
	if (p->describe)
		p->describe(p, &w);
	return w;
}

struct ci_task_id ci_wait_info_task(const cigo_future *f)
{
	while (f && !f->done && f->ops == &ci_shield_ops)
		f = ci_container_of(f, struct ci_shield, f)->inner;
	return f && f->ops->identify ? f->ops->identify(f) : (struct ci_task_id){ NULL, 0, 0 };
}

void ci_wait_info_awaited(const struct ci_coroutine *s, const char **ret_name, uint64_t *ret_id)
{
	struct ci_wait_info w = ci_wait_info(s);
	struct ci_task_id id = ci_wait_info_task(w.count == 1 ? w.futures[0] : NULL);

	if (w.holder)
		id = (struct ci_task_id){ w.holder->name, w.holder->id, 0 };
	*ret_name = id.name;
	*ret_id = id.id;
}
