/* SPDX-License-Identifier: MIT */
#include "tests/tools/kit.h"
TEST(nothing) {}
