/* SPDX-License-Identifier: MIT
 * Wrong: a talk that failed is not hung up.
 * Fails: cooperative, preemptive.
 */
#include "exercises.h"

int phone(cigo_ctx *ctx)
{
	int err = dial(ctx);

	if (!err)
		err = talk(ctx);
	if (!err)
		err = hang_up(ctx);
	return err;
}
