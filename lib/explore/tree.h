/* SPDX-License-Identifier: MIT
 * The exhaustive search.
 */
#pragma once

#include "explore/tries.h"

/* Tries every schedule with at most so many forced switches (-1: any number), each once. Sets the
 * report's preemptions. */
void ci_tree_search(struct ci_tries *t, int preemptions, cigo_report *ret);
