/* SPDX-License-Identifier: MIT
 * Signals, one after the other, without end.
 */
#include <errno.h>
#include <string.h>

#include "cigo/signal.h"
#include "iter/iter.h"
#include "base/misuse.h"

struct signals {
	cigo_iter it;
	size_t n;
	int signals[];
};

static int next(cigo_ctx *ctx, cigo_iter *it, void *ret)
{
	const struct signals *s = ci_container_of(it, struct signals, it);
	int sig = cigo_signal_wait(ctx, s->signals, s->n);

	if (sig < 0)
		return sig;
	memcpy(ret, &sig, sizeof sig);
	return 1;
}

static const struct ci_iter_ops ops = { next, ci_iter_free };

cigo_iter *cigo_signal_iter(const int *signals, size_t n)
{
	CI_ENTRY;
	ci_expect(signals || !n, "no signals");
	if (!n)
		return ci_iter_failed(-EINVAL, sizeof(int));
	struct signals *s = n > PTRDIFF_MAX / 8 ? NULL
						: ci_iter_new(sizeof *s + n * sizeof *s->signals,
							      &ops, sizeof(int));

	if (!s)
		return NULL;
	s->n = n;
	memcpy(s->signals, signals, n * sizeof *signals);
	return &s->it;
}
