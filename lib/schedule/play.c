/* SPDX-License-Identifier: MIT
 * Play: a person at a terminal chooses.
 */
#include "schedule/schedule.h"

static int ask(struct ci_schedule *s, const struct ci_choice *c)
{
	(void)s, (void)c;
	return 0;
}

const struct ci_strategy ci_strategy_play = { "play", ask };
