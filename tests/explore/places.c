/* SPDX-License-Identifier: MIT
 * Prints the place of an address of its own as cigo-explore finds it, and of one that is nowhere.
 */
#include <stdio.h>
#include <stdlib.h>

#include "tools/explore/runner.h"

static struct runner r;

__attribute__((noinline)) static void print_caller(void)
{
	char buf[256];
	uint64_t here = (uintptr_t)__builtin_return_address(0);
	const char *place = places_find(&r.base, here, buf, sizeof buf);

	puts(place ? place : "not known");
	place = places_find(&r.base, 1, buf, sizeof buf);
	puts(place ? place : "not known");
	if (r.places.no_tool)
		puts("no addr2line");
}

int main(int argc, char **argv)
{
	(void)argc;
	r.base.record = ci_record_map(-1);
	if (!r.base.record || !ci_record_meet(r.base.record) || ci_record_meet(r.base.record))
		return EXIT_FAILURE;
	r.places.path = argv[0];
	print_caller();
	places_clear(&r.places);
	ci_record_unmap(r.base.record);
	return EXIT_SUCCESS;
}
