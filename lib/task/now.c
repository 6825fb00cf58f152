/* SPDX-License-Identifier: MIT
 * The clock of a context.
 */
#include "task/ctx.h"
#include "schedule/serial.h"

int64_t ci_ctx_now(const cigo_ctx *ctx)
{
	return ctx->loop ? ci_engine_now(ctx->loop) : ci_turn_clock();
}

int64_t cigo_now(const cigo_ctx *ctx)
{
	CI_ENTRY;
	return ctx ? ci_ctx_now(ctx) : ci_turn_clock();
}
