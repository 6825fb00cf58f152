/* SPDX-License-Identifier: MIT
 * The struct of a shield, for the search of the wait graph.
 */
#pragma once

#include "task/future.h"

struct ci_shield {
	cigo_future f;
	cigo_future *inner; /* NULL: done, or cancelled */
	struct ci_listener listener;
	char value[] __attribute__((aligned(CI_ALIGN)));
};

extern const struct ci_future_ops ci_shield_ops;
