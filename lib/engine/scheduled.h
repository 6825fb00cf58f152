/* SPDX-License-Identifier: MIT
 * The queue under a schedule (loop->schedule is not NULL): which of all that are ready goes on, and
 * which of the timers that are due at once fires. By the driver, with the baton held.
 */
#pragma once

#include "engine/coroutine.h"
#include "engine/timer.h"
#include "schedule/schedule.h"

/* Takes the runnable that the schedule chooses out of the queue. NULL: nothing is ready. */
struct ci_list *ci_scheduled_pop(cigo_loop *loop);
/* c yields: it is chosen again only after all that are ready now. */
void ci_scheduled_yield(struct ci_coroutine *c);
/* Which of the timers with the key of `first`, the first, fires now; NULL: none, before those that are
 * ready have gone on. */
struct ci_timer *ci_scheduled_timer(cigo_loop *loop, struct ci_timer *first);
/* A number below n, where any could be meant; `call` and `name` say of what. */
size_t ci_scheduled_index(cigo_loop *loop, enum ci_choice_kind kind, const char *name, size_t n);
/* The schedule of the loop that the calling thread runs in, else of the process. A new reference;
 * NULL: none. */
struct ci_schedule *ci_scheduled_current(void);
/* Nothing can ever go on: notes which coroutines wait, if the schedule asks for them. */
void ci_scheduled_left(cigo_loop *loop);
/* Frees what the queue has allocated. */
void ci_scheduled_fini(cigo_loop *loop);
