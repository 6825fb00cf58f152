# SPDX-License-Identifier: MIT
# queue.c: as no_recheck.sed, but a getter whose item is gone waits again. This is right, as long as
# a cancelled one cannot wait.
# (Queues without a capacity only.)
s/memcpy(g->dst, item, q->store.item_size);/if (ci_store_grow(\&q->store)) ci_store_add(\&q->store, item);/
s/^\terr = ci_park_in(ctx, me, w->dst/\tdo err = ci_park_in(ctx, me, w->dst/
s/^\treturn err ? err : w->closed ? CIGO_ECLOSED : 0;/\twhile (!err \&\& !w->closed \&\& w->dst \&\& take(q, w->dst)); &/
