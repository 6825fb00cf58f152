/* SPDX-License-Identifier: MIT
 * The program of docs/moving.md with libdill. Debian has no package of it, so that the tests leave
 * this one out.
 */
#include <errno.h>
#include <libdill.h>
#include <stdio.h>

struct source {
	const char *name;
	int ms, price;
};

static coroutine void ask(struct source s, int quotes)
{
	if (msleep(now() + s.ms) == 0)
		chsend(quotes, &s, sizeof s, -1);
}

int main(void)
{
	struct source sources[] = { { "slow", 60000, 30 }, { "near", 20, 10 }, { "far", 150, 20 } };
	int ch[2], group = bundle(), missing = 3;
	int64_t deadline = now() + 1000;

	if (group < 0 || chmake(ch) < 0)
		return 1;
	for (int i = 0; i < 3; i++)
		if (bundle_go(group, ask(sources[i], ch[1])) < 0)
			return 1;
	for (struct source got; missing; missing--) {
		if (chrecv(ch[0], &got, sizeof got, deadline) < 0)
			break;
		printf("%s: %d\n", got.name, got.price);
	}
	printf("missing: %d\n", missing);
	hclose(group); /* cancels the coroutines and waits for them */
	hclose(ch[1]);
	hclose(ch[0]);
	puts("nobody is left");
	return 0;
}
