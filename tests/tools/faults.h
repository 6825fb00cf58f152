/* SPDX-License-Identifier: MIT
 * Makes calls of the C library fail on demand. The program is linked with -Wl,--wrap for each call
 * (FAULT_WRAP_FLAGS in tests.am), which reaches our own objects, the library's and the test's, but not the C
 * library's inner calls.
 *
 * The loop to write, for every call there is:
 *
 *	for (long n = 1;; n++) {
 *		fault_arm("any", n, 0);
 *		err = t_run(scenario, arg);
 *		fault_disarm();
 *		if (fault_hits() == 0)
 *			break;          // a run that met no failure: all have been tried
 *		(judge err; the fixture finds what leaked)
 *	}
 *
 * Any thread, at any time; one set of counters for the process.
 */
#ifndef CIGO_TESTS_FAULTS_H
#define CIGO_TESTS_FAULTS_H

/* The nth call (from 1) from now on to one of those named fails, once, with err, or what is usual
 * for that call where err is 0. call: a name, several with commas between, or "any" for all whose
 * failure a program must expect; the counters start at 0. A name not wrapped aborts. */
void fault_arm(const char *call, long nth, int err);

/* The same, but every call from the nth on fails. */
void fault_arm_from(const char *call, long nth, int err);

/* No further failures; the counters stay. */
void fault_disarm(void);

/* How many calls were failed since arming. */
long fault_hits(void);

/* How many calls there were since arming to the one named, or to all armed (NULL). */
long fault_calls(const char *call);

/* The name of the last call that was failed, or "none". */
const char *fault_last(void);

#endif
