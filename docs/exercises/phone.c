/* SPDX-License-Identifier: MIT
 * Exercise: hang up, whatever happens (exercises.h).
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
