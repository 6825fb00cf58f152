/* SPDX-License-Identifier: MIT
 *
 * SIGINT's ear of the last resort, and what it does to main.
 */
#include "loop/interrupt.h"

#include <errno.h>
#include <signal.h>

#include "task/future.h"

static void ring(struct ci_ear *ear)
{
	struct ci_interrupt *i = ci_container_of(ear, struct ci_interrupt, ear);

	ci_door_knock(&i->loop->door, &i->knock);
}

static void deliver(cigo_loop *loop, struct ci_letter *letter, int status)
{
	(void)letter;
	if (!status)
		ci_future_end(loop->main, -EINTR);
}

void ci_interrupt_open(struct ci_interrupt *i, cigo_loop *loop)
{
	*i = (struct ci_interrupt){ .ear = { .ring = ring, .last = true },
				    .knock.letter.deliver = deliver,
				    .loop = loop };
	ci_list_init(&i->knock.letter.link);
	ci_ear_open(&i->ear);
	i->open = !ci_ear_hear(&i->ear, SIGINT);
	if (!i->open)
		ci_ear_close(&i->ear);
}

void ci_interrupt_close(struct ci_interrupt *i)
{
	if (i->open)
		ci_ear_close(&i->ear);
}
