/* SPDX-License-Identifier: MIT
 * The version that the library was built as.
 */
#include "cigo/version.h"

int cigo_version(void)
{
	return CIGO_VERSION_NUMBER;
}
