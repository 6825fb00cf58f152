/* SPDX-License-Identifier: MIT
 * From a failing schedule to one that is easier to understand.
 */
#pragma once

#include "explore/tries.h"

/*
 * Runs schedules that differ less and less from first come, first served, as long as they fail in
 * the same way; the last is the failure then, and its record is there. Returns whether it is so: false
 * if the same choices do not lead to the failure again, or -errno.
 */
int ci_shrink(struct ci_tries *t);
