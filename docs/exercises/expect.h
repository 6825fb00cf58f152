/* SPDX-License-Identifier: MIT
 * A check of what a call returns. Its message names the call, the expected error and the real one.
 */
#ifndef CIGO_EXPECT_H
#define CIGO_EXPECT_H

#include <cigo.h>
#include <check.h>

#define EXPECT(wanted, call)                                                                       \
	do {                                                                                       \
		int got_ = (call);                                                                 \
		ck_assert_msg(got_ == (wanted), #call ": expected " #wanted ", got %d (%s)", got_, \
			      cigo_strerror(got_));                                                \
	} while (0)

#endif
