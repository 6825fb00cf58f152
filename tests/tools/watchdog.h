/* SPDX-License-Identifier: MIT
 * The watchdog of a test: a child process, so that it is none of the threads counted. After its
 * seconds it prints the stack of each thread of the test, and kills the test.
 */
#ifndef CIGO_TESTS_WATCHDOG_H
#define CIGO_TESTS_WATCHDOG_H

void watchdog_start(const char *test, double seconds);
void watchdog_end(void);

#endif
