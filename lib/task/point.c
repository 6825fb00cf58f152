/* SPDX-License-Identifier: MIT
 * A place where a schedule may switch: every entry is one.
 */
#include "cigo/schedule.h"
#include "engine/entry.h"

void cigo_point(const cigo_ctx *ctx)
{
	CI_ENTRY;
	(void)ctx;
}
