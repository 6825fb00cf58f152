# SPDX-License-Identifier: MIT
# queue.c: a put stores its item and wakes a getter, which takes it when its turn comes. It does not look
# whether another one has taken the item by then.
# (Queues without a capacity only.)
s/memcpy(g->dst, item, q->store.item_size);/if (ci_store_grow(\&q->store)) ci_store_add(\&q->store, item);/
s/return err ? err : w->closed ? CIGO_ECLOSED : 0;/if (!err \&\& !w->closed \&\& w->dst) (void)take(q, w->dst); &/
