/* SPDX-License-Identifier: MIT
 * Versions: the text, its parts and the number are one, and the library says the same.
 */
#include "tests/tools/kit.h"

#include <cigo/version.h>

TEST_CASE("versions");

TEST(the_text_consists_of_the_parts)
{
	char text[64];

	snprintf(text, sizeof text, "%d.%d.%d", CIGO_VERSION_MAJOR, CIGO_VERSION_MINOR,
		 CIGO_VERSION_PATCH);
	ck_assert_str_eq(CIGO_VERSION, text);
}

TEST(the_number_orders_versions)
{
	equal(CIGO_VERSION_NUMBER / 10000, CIGO_VERSION_MAJOR);
	equal(CIGO_VERSION_NUMBER / 100 % 100, CIGO_VERSION_MINOR);
	equal(CIGO_VERSION_NUMBER % 100, CIGO_VERSION_PATCH);
#if CIGO_VERSION_NUMBER < 100 || CIGO_VERSION_NUMBER >= 1000000
#error "the preprocessor can compare it"
#endif
}

TEST(the_library_that_runs_is_the_one_of_the_headers)
{
	equal(cigo_version(), CIGO_VERSION_NUMBER);
}
