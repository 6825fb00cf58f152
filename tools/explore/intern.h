/* SPDX-License-Identifier: MIT
 * Numbers for pieces of bytes: the same bytes have the same number.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct intern {
	struct intern_piece {
		char *bytes; /* with a 0 behind them */
		size_t n;
	} * pieces;
	uint32_t n, size;
	uint32_t *index; /* by hash: number + 1; 0: free. Twice as many as `size` */
};

enum { INTERN_NONE = -1 };

/* From 0 on, in the order in which they came. INTERN_NONE: no memory. */
int64_t intern(struct intern *t, const void *bytes, size_t n);
int64_t intern_text(struct intern *t, const char *text);
void intern_fini(struct intern *t);
