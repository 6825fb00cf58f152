/* SPDX-License-Identifier: MIT
 *
 * The third outcome beside success and failure: a program error, named on stderr, then abort. In
 * release builds too, where the check is cheap.
 */
#ifndef CI_MISUSE_H
#define CI_MISUSE_H

#include "base/base.h"

/* Called before the library aborts, so that trace files end well; atomic; NULL: nothing is to be done.
 * It leads from this floor up to lib/loop, where it is set, and is the process's, not a loop's: misuse
 * is found on any floor, by threads that have no loop, and an abort ends all loops at once. */
extern void (*ci_last_words)(void);
_Noreturn void ci_abort(void);
/* The public function that this thread is in, for messages; NULL: none. See engine/entry.h. */
extern __thread const char *ci_call __attribute__((tls_model("initial-exec")));
static inline void ci_called_end(const char **outer)
{
	ci_call = *outer;
}

/* Notes the name of a public function that takes no lock; the others do so by CI_ENTRY. */
#define CI_CALLED                                                                       \
	const char *ci_outer __attribute__((cleanup(ci_called_end), unused)) = ci_call; \
	ci_call = __func__

/* "cigo: misuse: FUNCTION: reason", then abort; FUNCTION is ci_call, or the name given. */
_Noreturn void ci_misuse(const char *format, ...) CIGO_PRINTF(1, 2);
_Noreturn void ci_misuse_of(const char *name, const char *format, ...) CIGO_PRINTF(2, 3);
/* "cigo: text" on stderr, in one write. */
void ci_warn(const char *format, ...) CIGO_PRINTF(1, 2);

#define ci_expect(condition, ...)               \
	do {                                    \
		if (ci_unlikely(!(condition)))  \
			ci_misuse(__VA_ARGS__); \
	} while (0)

#endif
