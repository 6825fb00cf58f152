/* SPDX-License-Identifier: MIT
 * A function called with every item.
 */
#include <errno.h>
#include <stdlib.h>

#include "iter/iter.h"
#include "base/misuse.h"

int cigo_iter_for_each(cigo_ctx *ctx, cigo_iter *it, cigo_each_fn *fn, void *arg)
{
	CI_ENTRY;
	ci_expect(fn, "no function");
	void *item = it ? malloc(it->item_size ? it->item_size : 1) : NULL;
	int err = !ctx || (it && !item) ? -ENOMEM : 0;

	while (!err && ci_iter_pull(ctx, it, item)) {
		CI_OUTSIDE(err = fn(ctx, item, arg));
		ci_owned_free(it->owned, item);
	}
	free(item);
	int closed = ci_iter_close(ctx, it);
	return err < 0 ? err : closed;
}
