/* SPDX-License-Identifier: MIT */
#include <cigo.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

static int first(cigo_ctx *ctx, void *arg, void *ret)
{
	const int signals[] = { SIGHUP, SIGUSR1 };
	cigo_iter *it = cigo_signal_iter(signals, 2);
	cigo_ctx *brief = cigo_ctx_with_timeout(ctx, CIGO_MS(1));
	int got;

	if (cigo_signal_wait(brief, signals, 2) < 0) /* from now on the loop watches them */
		printf("none came\n");
	cigo_ctx_unref(brief);

	kill(getpid(), SIGUSR1);
	if (cigo_next(ctx, it, &got) && got == SIGUSR1)
		printf("SIGUSR1\n");
	return cigo_iter_close(ctx, it);
}

int main(void)
{
	return cigo_run(first, NULL) < 0;
}

/*
 * It prints:
 * none came
 * SIGUSR1
 */
