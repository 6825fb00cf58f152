/* SPDX-License-Identifier: MIT
 * Where a demo finds the programs beside it.
 */
#ifndef CIGO_DEMOS_BESIDE_H
#define CIGO_DEMOS_BESIDE_H

#include <limits.h>
#include <stdbool.h>

/* The path of this program. If libtool keeps it in .libs, that of the script before it. False: not known. */
bool beside_self(char path[PATH_MAX]);
/* The folder that it is in. */
bool beside_folder(char path[PATH_MAX]);

#endif
