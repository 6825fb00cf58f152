/* SPDX-License-Identifier: MIT
 * What can still happen.
 */
#include "engine/pending.h"

#include "engine/engine.h"

unsigned ci_pending(const cigo_loop *loop)
{
	unsigned set = 0;

	set |= ci_list_empty(&loop->ready) ? 0 : CI_PENDING_READY;
	set |= loop->beside ? CI_PENDING_BESIDE : 0;
	set |= loop->outside ? CI_PENDING_OUTSIDE : 0;
	set |= loop->kept ? CI_PENDING_KEPT : 0;
	set |= loop->live != loop->parked ? CI_PENDING_TASKS : 0;
	set |= loop->parked ? CI_PENDING_LEAVERS : 0;
	set |= ci_timer_next(loop) != CIGO_NEVER ? CI_PENDING_TIMER : 0;
	set |= loop->waits ? CI_PENDING_FD : 0;
	set |= loop->outsiders ? CI_PENDING_OUTSIDERS : 0;
	return set;
}
