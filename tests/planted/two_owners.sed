# SPDX-License-Identifier: MIT
# mutex.c: unlock wakes two waiters.
s/^\tif (next)$/\tif (next \&\& next->link.next != \&m->waiters) ci_park_wake(ci_container_of(next->link.next, struct ci_park, link));\n&/
