/* SPDX-License-Identifier: MIT */
#include <cigo.h>
#include <stdio.h>

int main(void)
{
	printf("compiled with cigo %s\n", CIGO_VERSION);
	if (cigo_version() < CIGO_VERSION_NUMBER)
		printf("the library is older\n");
	return 0;
}
