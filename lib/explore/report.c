/* SPDX-License-Identifier: MIT
 * What a search has found.
 */
#include "cigo/explore.h"

void cigo_report_free(cigo_report *report)
{
	(void)report;
}

void cigo_report_print(const cigo_report *report, FILE *out)
{
	(void)report, (void)out;
}
