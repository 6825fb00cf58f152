# SPDX-License-Identifier: MIT
# queue.c: a put wakes a getter only if nothing put before is unfinished. So of two puts in a row the second
# wakes nobody.
s/= wake(&q->getters);/= q->unfinished ? NULL : wake(\&q->getters);/
