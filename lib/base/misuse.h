/* SPDX-License-Identifier: MIT
 *
 * The third outcome beside success and failure: a program error, named on stderr, then abort. In
 * release builds too, where the check is cheap.
 */
#ifndef CI_MISUSE_H
#define CI_MISUSE_H

#include "base/base.h"

/* Called before the library aborts; atomic; NULL: nobody has anything to say. */
extern void (*ci_last_words)(void);
_Noreturn void ci_abort(void);
/* "cigo: misuse: FUNCTION: reason", then abort. */
_Noreturn void ci_misuse(const char *function, const char *format, ...) CIGO_PRINTF(2, 3);
/* The file's name without its folders. */
const char *ci_base_name(const char *path);
/* "cigo: text" on stderr, in one write. */
void ci_warn(const char *format, ...) CIGO_PRINTF(1, 2);

#define ci_expect(condition, ...)                         \
	do {                                              \
		if (ci_unlikely(!(condition)))            \
			ci_misuse(__func__, __VA_ARGS__); \
	} while (0)

#endif
