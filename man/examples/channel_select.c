/* SPDX-License-Identifier: MIT */
#include <cigo.h>
#include <stdio.h>

static int ticks(cigo_ctx *ctx, void *arg, void *ret)
{
	int64_t now = 1;

	return cigo_send(ctx, arg, &now);
}

static int first(cigo_ctx *ctx, void *arg, void *ret)
{
	cigo_channel *in = cigo_channel_new(sizeof(int64_t), 0);
	cigo_channel *out = cigo_channel_new(sizeof(int), 1);
	int answer = 42;
	int64_t tick;
	cigo_select_case cases[] = { CIGO_CASE_RECV(in, &tick), CIGO_CASE_SEND(out, &answer) };

	cigo_detach(cigo_spawn(ctx, ticks, 0, in));
	for (int i = 0; i < 2; i++) {
		int done = cigo_must(cigo_select(ctx, cases, 2));

		printf("%s\n", done == 0 ? "a tick came" : "the answer is on its way");
		cases[done].op = CIGO_SELECT_SKIP; /* never again */
	}
	if (cigo_select_try(cases, 2) < 0)
		printf("nothing can happen now\n");
	cigo_channel_free(in);
	cigo_channel_free(out);
	return 0;
}

int main(void)
{
	return cigo_run(first, NULL) < 0;
}

/*
 * It prints:
 * the answer is on its way
 * a tick came
 * nothing can happen now
 */
