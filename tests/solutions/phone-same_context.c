/* SPDX-License-Identifier: MIT
 * Wrong: hanging up is interrupted by the cancellation, too.
 * Fails: cooperative, preemptive.
 */
#include "exercises.h"

int phone(cigo_ctx *ctx)
{
	int err = dial(ctx);

	if (err)
		return err;
	err = talk(ctx);
	int why = hang_up(ctx);
	return err ? err : why;
}
