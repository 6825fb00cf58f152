/* SPDX-License-Identifier: MIT
 * cigo_run: a loop for one main function, which Ctrl-C ends.
 */
#include "cigo/loop.h"

#include "engine/engine.h"

int cigo_run_with(const cigo_loop_options *o, cigo_ctx *outer, cigo_coro_fn *main, void *arg)
{
	cigo_loop *loop = cigo_loop_new(o);

	if (loop)
		loop->ctrl_c = true;
	int err = cigo_loop_run(loop, outer, main, arg);
	cigo_loop_unref(loop);
	return err;
}

int cigo_run(cigo_coro_fn *main, void *arg)
{
	return cigo_run_with(NULL, cigo_ctx_background(), main, arg);
}
