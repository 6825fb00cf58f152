/* SPDX-License-Identifier: MIT
 * The smallest program that runs a loop: what a program pays for starting with the library.
 */
#include <cigo.h>

#include <stdio.h>

static int hello(cigo_ctx *ctx, void *arg, void *ret)
{
	CIGO_UNUSED(ctx), CIGO_UNUSED(arg), CIGO_UNUSED(ret);
	return puts("hello") < 0 ? -1 : 0;
}

int main(void)
{
	return cigo_run(hello, NULL) ? 1 : 0;
}
