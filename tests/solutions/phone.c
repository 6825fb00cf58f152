/* SPDX-License-Identifier: MIT
 * A solution: what must be done awaits in a context that cancellations do not reach, for a second.
 */
#include "exercises.h"

int phone(cigo_ctx *ctx)
{
	int err = dial(ctx);

	if (err)
		return err;
	err = talk(ctx);
	cigo_ctx *calm = cigo_ctx_without_cancel(ctx, CIGO_S(1));
	int why = hang_up(calm);
	cigo_ctx_unref(calm);
	return err ? err : why;
}
