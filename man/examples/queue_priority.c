/* SPDX-License-Identifier: MIT */
#include <cigo.h>
#include <errno.h>
#include <stdio.h>

static int by_size(const void *a, const void *b, void *arg)
{
	return *(const int *)a - *(const int *)b;
}

static int first(cigo_ctx *ctx, void *arg, void *ret)
{
	cigo_queue_options options = { .size = sizeof options,
				       .item_size = sizeof(int),
				       .kind = CIGO_QUEUE_PRIORITY,
				       .compare = by_size };
	cigo_queue *q = cigo_queue_new_with(&options);
	const int items[] = { 3, 1, 2 };
	int item;

	for (int i = 0; i < 3; i++)
		cigo_must(cigo_queue_try_put(q, &items[i], sizeof items[i]));
	printf("%zu items\n", cigo_queue_count(q));
	while (cigo_queue_try_get(q, &item, sizeof item) == 0)
		printf("%d\n", item);
	if (cigo_queue_get_timeout(ctx, q, &item, sizeof item, CIGO_MS(5)) == -ETIMEDOUT)
		printf("none came\n");
	cigo_queue_free(q);
	return 0;
}

int main(void)
{
	return cigo_run(first, NULL) < 0;
}

/*
 * It prints:
 * 3 items
 * 1
 * 2
 * 3
 * none came
 */
