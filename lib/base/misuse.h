/* SPDX-License-Identifier: MIT
 * Misuse: an error of the program that the library finds. It is reported on stderr, then the
 * library aborts. Cheap checks are made in release builds too.
 */
#pragma once

#include "base/base.h"

/* All that this floor asks of those above it; set by loop/trace_file.c. One for the process, not for a
 * loop: threads without a loop find misuse too, and an abort ends all loops. */
extern struct ci_base_hooks {
	/* Called before the library aborts, so that trace files are complete. Atomic; NULL: no call. */
	void (*last_words)(void);
} ci_base_hooks;
_Noreturn void ci_abort(void);
/* The public function that this thread is in, for messages; NULL: none. See engine/entry.h. */
extern __thread const char *ci_call __attribute__((tls_model("initial-exec")));
static inline void ci_called_end(const char **outer)
{
	ci_call = *outer;
}

/* Notes the name of a public function that takes no lock; CI_ENTRY does so for the others. */
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
