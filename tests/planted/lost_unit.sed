# SPDX-License-Identifier: MIT
# semaphore.c: one that is cancelled between its wake-up and its turn fails, and keeps the unit.
s/return ci_park_in(ctx, me, &s->waiters, CIGO_NEVER, &p);/err = ci_park_in(ctx, me, \&s->waiters, CIGO_NEVER, \&p); return err ? err : ci_park_cause(ctx, me);/
