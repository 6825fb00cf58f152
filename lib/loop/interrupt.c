/* SPDX-License-Identifier: MIT
 * Watches SIGINT as long as no ordinary watcher does, and cancels main when it comes.
 */
#include "loop/interrupt.h"

#include <errno.h>
#include <signal.h>

#include "task/future.h"

static void notify(struct ci_signal_watcher *watcher)
{
	struct ci_interrupt *i = ci_container_of(watcher, struct ci_interrupt, watcher);

	ci_inbox_post_signal(&i->loop->inbox, &i->signal_message);
}

static void deliver(cigo_loop *loop, struct ci_message *message, int status)
{
	(void)message;
	if (!status)
		ci_future_end(loop->main, -EINTR);
}

void ci_interrupt_open(struct ci_interrupt *i, cigo_loop *loop)
{
	*i = (struct ci_interrupt){ .watcher = { .notify = notify, .last = true },
				    .signal_message.message.deliver = deliver,
				    .loop = loop };
	ci_list_init(&i->signal_message.message.link);
	ci_signal_watcher_open(&i->watcher);
	i->open = !ci_signal_watcher_watch(&i->watcher, SIGINT);
	if (!i->open)
		ci_signal_watcher_close(&i->watcher);
}

void ci_interrupt_close(struct ci_interrupt *i)
{
	if (i->open)
		ci_signal_watcher_close(&i->watcher);
}
