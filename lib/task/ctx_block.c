/* SPDX-License-Identifier: MIT
 * Waiting without a loop: the calling thread blocks in poll(2), and a cancellation of its context
 * from another thread wakes it through an eventfd.
 */
#include <errno.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "schedule/serial.h"
#include "task/ctx.h"

enum { SLICE = 10000000, FEW = 16 };

struct blocker {
	struct ci_ctx_watch watch;
	int wake_fd; /* -1: none could be made, and the context is read every SLICE ns */
};

static void wake(struct ci_ctx_watch *w, int cause)
{
	const struct blocker *b = ci_container_of(w, struct blocker, watch);

	(void)cause;
	while (b->wake_fd >= 0 && eventfd_write(b->wake_fd, 1) && errno == EINTR)
		;
}

static void moved(struct ci_ctx_watch *w)
{
	wake(w, 0);
}

/* The context ended, or its deadline moved. */
static void heed(const struct blocker *b)
{
	eventfd_t n;

	while (eventfd_read(b->wake_fd, &n) && errno == EINTR)
		;
}

/* One ppoll. wake_fd goes behind the caller's descriptors, in a copy of the array. */
static int round_of_poll(const struct blocker *b, struct pollfd *fds, nfds_t n, int64_t ns)
{
	struct pollfd few[FEW];
	struct timespec t = ci_clock_timespec(ns == CIGO_NEVER ? 0 : ns);
	nfds_t own = b->wake_fd >= 0 && n < FEW;

	for (nfds_t i = 0; i < n && i < FEW; i++)
		few[i] = fds[i];
	if (own)
		few[n] = (struct pollfd){ .fd = b->wake_fd, .events = POLLIN };
	int ready = ppoll(own ? few : fds, n + own, ns == CIGO_NEVER ? NULL : &t, NULL);
	if (ready < 0)
		return errno == EINTR ? 0 : -errno;
	if (own) {
		for (nfds_t i = 0; i < n; i++)
			fds[i].revents = few[i].revents;
		if (few[n].revents) {
			heed(b);
			ready--;
		}
	}
	return ready;
}

/* --- under a schedule ------------------------------------------------------------------------ */

struct waiting {
	cigo_ctx *ctx;
	struct pollfd *fds;
	nfds_t n;
};

static bool something_came(void *arg)
{
	const struct waiting *w = arg;

	return ci_ctx_cause(w->ctx) || (w->n && poll(w->fds, w->n, 0) > 0);
}

/* The calling thread is a worker that a schedule orders: it may only sleep by its turn. */
static int take_turns(cigo_ctx *ctx, struct pollfd *fds, nfds_t n, int64_t until)
{
	struct waiting w = { ctx, fds, n };
	struct ci_step step = { .op = CI_OP_RESUME, .call = ci_call, .object = ci_turn->schedule };
	int64_t deadline = ci_ctx_deadline(ctx), end = until < deadline ? until : deadline;
	ci_turn->world = fds;
	ci_turn->world_n = n;
	int err = ci_turn_wait(ci_turn, &step, something_came, &w, end);
	ci_turn->world_n = 0;
	int cause = ci_ctx_cause(ctx);

	if (cause)
		return cause;
	if (err)
		return 0;
	int ready = poll(fds, n, 0);
	return ready < 0 ? -errno : ready;
}

/* --- as without ------------------------------------------------------------------------------ */

static int block(cigo_ctx *ctx, const struct blocker *b, struct pollfd *fds, nfds_t n,
		 int64_t until)
{
	for (;;) {
		int64_t deadline = ci_ctx_deadline(ctx), end = until < deadline ? until : deadline;
		int cause = ci_ctx_cause(ctx);
		int64_t now = ci_clock_now();
		int64_t ns = end == CIGO_NEVER ? CIGO_NEVER : end > now ? end - now : 0;

		if (cause)
			return cause;
		if (b->wake_fd < 0 && ctx->parent && ns > SLICE)
			ns = SLICE;
		int ready = round_of_poll(b, fds, n, ns);
		if (ready)
			return ready;
		if (until != CIGO_NEVER && ci_clock_now() >= until)
			return ci_ctx_cause(ctx);
	}
}

int ci_ctx_block(cigo_ctx *ctx, struct pollfd *fds, nfds_t n, int64_t until)
{
	if (ci_turn)
		return take_turns(ctx, fds, n, until);
	struct blocker b = { .watch = { .fired = wake, .moved = moved }, .wake_fd = -1 };

	if (!ctx->parent) /* the background cannot be cancelled */
		return block(ctx, &b, fds, n, until);
	b.wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	ci_list_init(&b.watch.link);
	int err = ci_ctx_watch_add(ctx, &b.watch);
	if (!err) {
		err = block(ctx, &b, fds, n, until);
		ci_ctx_watch_remove(ctx, &b.watch);
	}
	if (b.wake_fd >= 0)
		close(b.wake_fd);
	return err;
}
