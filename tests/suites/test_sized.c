/* SPDX-License-Identifier: MIT
 * Structs that begin with their size: of older, of newer programs, and such as never had one.
 * tests/checkers/versions.sh does the same to whole programs.
 */
#include "tests/tools/kit.h"

#include "base/sized.h"

struct known {
	size_t size;
	int64_t a, b;
};

struct longer {
	struct known known;
	char more[24];
};

TEST_CASE("taken");

TEST(of_a_smaller_struct_the_rest_is_zeros)
{
	struct known given = { offsetof(struct known, b), 1, 2 }, own;

	memset(&own, 0x55, sizeof own);
	CI_SIZED_TAKE(struct known, &own, &given);
	equal(own.a, 1);
	equal(own.b, 0);
	equal(own.size, sizeof own);
}

TEST(a_larger_struct_with_zeros_at_its_end_is_understood)
{
	struct longer given = { .known = { sizeof given, 1, 2 } };
	struct known own;

	CI_SIZED_TAKE(struct known, &own, &given);
	equal(own.a, 1);
	equal(own.b, 2);
	equal(own.size, sizeof own);
}

TEST(a_size_that_ends_within_a_field_takes_a_part_of_it)
{
	struct known given = { sizeof(size_t), 1, 2 }, own;

	CI_SIZED_TAKE(struct known, &own, &given);
	equal(own.a, 0);
}

PLAIN_MISUSE_TEST(a_field_that_only_a_later_version_knows_is_misuse,
		  "byte 47 of a struct known is not zero: the program uses a field of a later cigo")
{
	struct longer given = { .known = { sizeof given, 1, 2 } };
	struct known own;

	given.more[23] = 1;
	CI_SIZED_TAKE(struct known, &own, &given);
}

PLAIN_MISUSE_TEST(no_size_is_misuse, "the size in a struct known is 0, not sizeof(struct known)")
{
	struct known given = { 0, 1, 2 }, own;

	CI_SIZED_TAKE(struct known, &own, &given);
}

PLAIN_MISUSE_TEST(a_size_that_cannot_be_is_misuse, "the size in a struct known is 4097")
{
	struct known given = { 4097, 1, 2 }, own;

	CI_SIZED_TAKE(struct known, &own, &given);
}

PLAIN_MISUSE_TEST(no_struct_is_misuse, "no struct known")
{
	struct known own;

	CI_SIZED_TAKE(struct known, &own, NULL);
}

TEST_CASE("given");

TEST(of_a_smaller_struct_only_its_part_is_written)
{
	struct known given = { offsetof(struct known, b), 0x55, 0x55 }, own = { 0, 1, 2 };

	CI_SIZED_GIVE(struct known, &given, &own);
	equal(given.a, 1);
	equal(given.b, 0x55);
	equal(given.size, offsetof(struct known, b));
}

TEST(what_is_not_known_of_a_larger_struct_becomes_zeros)
{
	struct longer given;
	struct known own = { 0, 1, 2 };

	memset(&given, 0x55, sizeof given);
	given.known.size = sizeof given;
	CI_SIZED_GIVE(struct known, &given, &own);
	equal(given.known.size, sizeof given);
	equal(given.known.b, 2);
	for (size_t i = 0; i < sizeof given.more; i++)
		equal(given.more[i], 0);
}

PLAIN_MISUSE_TEST(a_result_without_a_size_is_misuse, "the size in a struct known is 7")
{
	struct known given = { 7, 0, 0 }, own = { 0, 1, 2 };

	CI_SIZED_GIVE(struct known, &given, &own);
}
