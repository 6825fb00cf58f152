/* SPDX-License-Identifier: MIT
 * The coroutine mutex, from inside.
 */
#pragma once

#include "cigo/mutex.h"
#include "task/park.h"

/* Whether the caller (a coroutine, a callback, a thread) holds m. */
bool ci_mutex_held(const cigo_mutex *m);
/* Locks m for the coroutine on me, which does not hold it; nothing but the lock ends the wait. */
void ci_mutex_retake(struct ci_coroutine *me, cigo_mutex *m);
