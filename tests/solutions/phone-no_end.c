/* SPDX-License-Identifier: MIT
 * Wrong: hanging up may take for ever.
 * Fails: cooperative, preemptive.
 */
#include "exercises.h"

int phone(cigo_ctx *ctx)
{
	int err = dial(ctx);

	if (err)
		return err;
	err = talk(ctx);
	cigo_ctx *calm = cigo_ctx_without_cancel(ctx, CIGO_NEVER);
	int why = hang_up(calm);
	cigo_ctx_unref(calm);
	return err ? err : why;
}
