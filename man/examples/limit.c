/* SPDX-License-Identifier: MIT */
#include <cigo.h>
#include <stdio.h>

int main(void)
{
	cigo_limit limit = { .size = sizeof limit };

	if (cigo_limit_threads(&limit) == 0)
		printf("about %lld more threads fit: %s\n", (long long)limit.room, limit.text);
	return 0;
}
