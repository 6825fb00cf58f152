/* SPDX-License-Identifier: MIT
 * Schedules: the order in which coroutines and threads run, decided instead of left to chance. A
 * loop asks its schedule whenever several could go on: which coroutine or callback that is ready,
 * which of the timers due at the same time, which ready case of cigo_select. Every choice is noted,
 * so a run can be replayed, and a search can run the same program under one order after another.
 *
 * The schedule is named by the option `schedule`, else by the environment, for any program:
 *
 * CIGO_SCHEDULE=fifo               first come, first served; the default
 *               random:SEED        by dice
 *               pct:SEED:DEPTH     by random priorities, of which DEPTH - 1 fall: a fault that needs
 *                                  DEPTH orderings is found with a known probability (Burckhardt,
 *                                  Kothari, Musuvathi, Nagarakatte: A randomized scheduler with
 *                                  probabilistic guarantees of finding bugs, 2010)
 *               replay:2.0x3.1     as in an earlier run: its choices, 0x3 for three zeros; after the
 *                                  last the choice is 0, the first that was ready
 *               replay:@FILE       the same, from the first line of a file
 *               play               a person at the terminal chooses; ? there explains how. The way back
 *                                  starts the program again, with the same arguments
 *               play:2.0x3.1       the same, after these choices
 *
 * All but fifo imply the virtual clock, unless CIGO_CLOCK or the options name one. In the preemptive
 * model the coroutines, workers and blocking sections then run one at a time, and may be switched at
 * every call of the library, at cigo_point, and at more places if the program is built with
 * cigo-points; see docs/schedules.md.
 */
#ifndef CIGO_SCHEDULE_H
#define CIGO_SCHEDULE_H

#include <stdarg.h>

#include <cigo/base.h>
#include <cigo/ctx.h>
#include <cigo/loop.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * A place where a schedule may switch to another coroutine or thread of the preemptive model.
 * Without a schedule, and in the cooperative model, it does nothing. Suspends: no.
 */
CIGO_API void cigo_point(const cigo_ctx *ctx);

/*
 * Shows a value of the program to a person that follows its schedule: in the play mode, in traces and in the
 * story of a failing schedule. A later value of the same name replaces it. Text is cut at 255 bytes.
 * Suspends: no.
 */
CIGO_API void cigo_show(const cigo_ctx *ctx, const char *name, const char *format, ...)
	CIGO_PRINTF(3, 4);
/* As cigo_show, with the arguments in a list. Suspends: no. */
CIGO_API void cigo_show_v(const cigo_ctx *ctx, const char *name, const char *format, va_list ap)
	CIGO_PRINTF(3, 0);

/*
 * cigo_check(condition, format, ...): what must hold under every schedule. Returns the condition. If
 * it is false, the schedule has failed, with these words: an explorer notes it, and goes on to other
 * schedules. Without an explorer the words, the place and the replay are printed on stderr, and the
 * process aborts. Suspends: no. Any thread.
 */
#define cigo_check(condition, ...) \
	((condition) ? true : cigo_check_failed(#condition, __FILE__, __LINE__, __VA_ARGS__))

/* What cigo_check calls. Returns false. Suspends: no. Any thread. */
CIGO_API bool cigo_check_failed(const char *condition, const char *file, int line,
				const char *format, ...) CIGO_PRINTF(4, 5);
/* As cigo_check_failed, with the arguments in a list. Suspends: no. Any thread. */
CIGO_API bool cigo_check_failed_v(const char *condition, const char *file, int line,
				  const char *format, va_list ap) CIGO_PRINTF(4, 0);

/*
 * Names what has come out of this run, so that an explorer can count how often each outcome comes. The
 * last name counts. Text is cut at 255 bytes. Without an explorer it does nothing. Suspends: no. Any
 * thread.
 */
CIGO_API void cigo_outcome(const char *format, ...) CIGO_PRINTF(1, 2);
/* As cigo_outcome, with the arguments in a list. Suspends: no. Any thread. */
CIGO_API void cigo_outcome_v(const char *format, va_list ap) CIGO_PRINTF(1, 0);

#ifdef __cplusplus
}
#endif
#endif
