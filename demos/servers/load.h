/* SPDX-License-Identifier: MIT
 * The clients of a contest: a process of its own, so that the server's counts are the server's.
 */
#ifndef CIGO_DEMOS_LOAD_H
#define CIGO_DEMOS_LOAD_H

#include "demos/servers/compare.h"

struct load_result {
	int err; /* errno */
	int64_t answers, ns, median, p99;
};

/* Reads the address to connect to, writes a load_result when it is over. Does not return. */
_Noreturn void load_process(const struct load *load, int address, int over);

#endif
