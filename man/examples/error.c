/* SPDX-License-Identifier: MIT */
#include <cigo.h>
#include <errno.h>
#include <stdio.h>

static int no_coffee;

static int make_coffee(int beans)
{
	return beans > 0 ? beans * 2 : no_coffee;
}

int main(void)
{
	no_coffee = cigo_error_new("there is no coffee");
	if (no_coffee == -ENOMEM)
		return 1;
	printf("%s\n", cigo_strerror(make_coffee(0)));
	printf("%s\n", cigo_strerror(CIGO_ECLOSED));

	/* a failure here would abort, with the place and the text */
	printf("%zd cups\n", cigo_must(make_coffee(2)));
	printf("%zd cups\n", cigo_must_at(make_coffee(1), "recipe", 3));
	return 0;
}

/*
 * It prints:
 * there is no coffee
 * closed
 * 4 cups
 * 2 cups
 */
