/* SPDX-License-Identifier: MIT
 * Wrong: it hangs up what it could not dial.
 * Fails: cooperative, preemptive.
 */
#include "exercises.h"

int phone(cigo_ctx *ctx)
{
	int err = dial(ctx);

	if (!err)
		err = talk(ctx);
	cigo_ctx *calm = cigo_ctx_without_cancel(ctx, CIGO_S(1));
	int why = hang_up(calm);
	cigo_ctx_unref(calm);
	return err ? err : why;
}
