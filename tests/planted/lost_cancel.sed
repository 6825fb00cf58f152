# SPDX-License-Identifier: MIT
# park.c: one may park on a context that has ended, and nothing wakes it then.
s/p->err = !ctx ? 0 : .*/p->err = 0; CIGO_UNUSED(own);/
