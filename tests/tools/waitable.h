/* SPDX-License-Identifier: MIT
 * What can be waited for, as one kind of thing: how it is made, waited for, given what the waiter waits
 * for, freed.
 */
#ifndef CIGO_TESTS_WAITABLE_H
#define CIGO_TESTS_WAITABLE_H

#include "tests/tools/wire.h"

struct thing {
	cigo_ctx *ctx;	/* main's; its owner */
	void *p;	/* the object */
	cigo_mutex *m;	/* of a condition */
	cigo_future *f; /* ends a task, a group, lets a generator go on */
	int fd[2];
	bool given;
};

enum {
	STAYS = 1,	 /* what was given once is there for all, for ever */
	IN_LINE = 2,	 /* what is given once is for one; first come, first served */
	ALONE = 4,	 /* a second who waits gets -EBUSY */
	FORGETS = 8,	 /* what is given while nobody waits is lost, or cannot be given */
	AT_ONCE = 16,	 /* given in that moment, not by what others do first */
	PASSES_ON = 32,	 /* a wait that ends early ends what it waits for, with the same error */
	BREAKS = 64,	 /* a wait that ends early breaks it for all */
	DONE_WINS = 128, /* what is there is returned under a dead context too */
	NO_GIFT = 256,	 /* nobody can give it */
	NEEDS_LOOP = 512,
	BLOCKS = 1024, /* without a loop it blocks the thread; the others do not wait there */
};

struct row {
	const char *name;
	unsigned is;
	void (*make)(struct thing *t);
	int (*wait)(cigo_ctx *ctx, struct thing *t); /* 0 or an error */
	void (*give)(struct thing *t);
	void (*free)(struct thing *t);
	/* what the misuse of it says: to wait in a callback; to give from a foreign thread to who waits
	 * in a loop, to free it while somebody waits (NULL: that is not promised) */
	const char *waits, *gives, *frees;
};

#endif
