/* SPDX-License-Identifier: MIT
 * The bursts of a loop.
 */
#include "engine/burst.h"

#include "engine/engine.h"

void ci_burst_queue(cigo_loop *loop, struct ci_burst *b)
{
	if (ci_list_linked(&b->link))
		return;
	b->loop = loop;
	ci_list_append(&loop->bursts, &b->link);
}

void ci_burst_send_all(cigo_loop *loop)
{
	struct ci_list *node;

	while ((node = ci_list_pop(&loop->bursts))) {
		struct ci_burst *b = ci_list_entry(node, struct ci_burst, link);

		b->send(b);
	}
}
