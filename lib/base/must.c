/* SPDX-License-Identifier: MIT
 * cigo_must: reports an error and aborts.
 */
#include <limits.h>

#include "base/error.h"
#include "base/misuse.h"
#include "base/place.h"

ssize_t cigo_must_at(ssize_t result, const char *file, int line)
{
	if (result >= 0)
		return result;
	ci_warn("cigo_must: %s:%d: %s", ci_place_file(file), line,
		cigo_strerror(result < INT_MIN ? INT_MIN : (int)result));
	ci_abort();
}
