/* SPDX-License-Identifier: MIT
 * The clock of a context.
 */
#include "task/ctx.h"
#include "schedule/serial.h"

int64_t cigo_now(const cigo_ctx *ctx)
{
	CI_ENTRY;
	return ctx && ctx->loop ? ci_engine_now(ctx->loop) : ci_turn_clock();
}
