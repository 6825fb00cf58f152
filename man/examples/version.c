/* SPDX-License-Identifier: MIT */
#include <cigo.h>
#include <stdio.h>

int main(void)
{
	printf("compiled with cigo %s\n", CIGO_VERSION);
	return 0;
}
