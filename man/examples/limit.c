/* SPDX-License-Identifier: MIT */
#include <cigo.h>
#include <stdio.h>

int main(void)
{
	char text[512];
	cigo_limit limit = { .size = sizeof limit, .text = text, .text_size = sizeof text };

	if (cigo_limit_threads(&limit) == 0)
		printf("about %lld more threads fit: %s\n", (long long)limit.room, text);
	return 0;
}
