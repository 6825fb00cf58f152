/* SPDX-License-Identifier: MIT
 * Ctrl-C and other signals. A coroutine waits for SIGHUP as for anything else; Ctrl-C needs nothing
 * at all: it cancels main, which cleans up and returns. (This program presses its own keys.)
 */
#include <cigo.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>

#include "demos/kit/help.h"

static void press(const cigo_ctx *ctx, int status, void *arg)
{
	CIGO_UNUSED(ctx);
	const int *sig = arg;

	if (status == 0)
		raise(*sig);
}

static int reload(cigo_ctx *ctx, void *arg, void *ret)
{
	CIGO_UNUSED(arg), CIGO_UNUSED(ret);
	const int hup = SIGHUP;
	int sig;

	while ((sig = cigo_signal_wait(ctx, &hup, 1)) > 0)
		puts("reloader: SIGHUP, reads its configuration again");
	printf("reloader: ends with: %s\n", cigo_strerror(sig));
	return sig;
}

static int serve(cigo_ctx *ctx, void *arg, void *ret)
{
	CIGO_UNUSED(arg), CIGO_UNUSED(ret);
	static int hup = SIGHUP, ctrl_c = SIGINT;
	cigo_loop *loop = cigo_ctx_loop(ctx);

	cigo_detach(cigo_spawn(ctx, reload, 0, NULL));
	cigo_must(cigo_loop_call_later(loop, CIGO_MS(20), press, &hup));
	cigo_must(cigo_loop_call_later(loop, CIGO_MS(40), press, &ctrl_c));
	puts("main: serves");
	int err = cigo_sleep(ctx, CIGO_S(60));
	printf("main: Ctrl-C, the sleep returns: %s\n", cigo_strerror(err));
	return err;
}

int main(int argc, char **argv)
{
	help(argc, argv,
	     "Ctrl-C and other signals: a coroutine waits for SIGHUP, and Ctrl-C cancels main,\n"
	     "which cleans up. (This program presses its own keys.)");
	signal(SIGINT,
	       SIG_DFL); /* a program that is started in the background may find it ignored */
	int err = cigo_run(serve, NULL);
	printf("cigo_run returned: %s\n", cigo_strerror(err));
	return err == -EINTR ? 0 : 1;
}
