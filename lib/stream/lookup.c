/* SPDX-License-Identifier: MIT
 * getaddrinfo(3) blocks, so it runs on a thread of its own unless the address is numeric. A lookup
 * whose caller was cancelled goes on, with its data on the heap; the loop's end waits for it.
 */
#include "stream/lookup.h"

#include <errno.h>
#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "cigo/error.h"
#include "base/misuse.h"

struct lookup {
	struct ci_message message;
	struct ci_park *park; /* NULL: abandoned, or done */
	struct ci_thread thread;
	cigo_loop *loop;
	int done_fd; /* without a loop: the thread writes to it once it is done; -1: none */
	bool left;   /* without a loop, atomic: thread or caller has left; the other one frees */
	struct addrinfo hints, *list;
	int err; /* written by the thread before it posts */
	char *host, *service;
	char text[];
};

static int translate(int err)
{
	switch (err) {
	case 0: return 0;
	case EAI_MEMORY: return -ENOMEM;
	case EAI_SYSTEM: return errno ? -errno : CIGO_ERESOLVE;
	case EAI_SERVICE:
	case EAI_FAMILY: return -EINVAL;
	default: return CIGO_ERESOLVE;
	}
}

/* Rejects ports above 65535, which getaddrinfo would truncate, and neither numbers nor names. */
static int check_service(const char *s)
{
	size_t digits = strspn(s, "0123456789");

	if (s[digits])
		return *s == '-' || strpbrk(s, " \t\r\n+") ? -EINVAL : 0;
	return digits > 5 || strtoul(s, NULL, 10) > 65535 ? -EINVAL : 0;
}

/* Splits l->text into host and service. */
static int split(struct lookup *l)
{
	char *colon = strrchr(l->text, ':');

	if (!colon || !colon[1])
		return -EINVAL;
	*colon = '\0';
	l->service = colon + 1;
	l->host = l->text;
	if (*l->host == '[') {
		if (colon == l->text || colon[-1] != ']')
			return -EINVAL;
		colon[-1] = '\0';
		l->host++;
		l->hints.ai_flags |= AI_NUMERICHOST;
	} else if (strchr(l->host, ':')) {
		return -EINVAL; /* a v6 address without brackets */
	}
	if (!*l->host)
		l->host = NULL;
	return check_service(l->service);
}

static void resolve(struct lookup *l)
{
	errno = 0;
	l->err = translate(getaddrinfo(l->host, l->service, &l->hints, &l->list));
}

static void free_lookup(struct lookup *l)
{
	if (l->list)
		freeaddrinfo(l->list);
	if (l->done_fd >= 0)
		close(l->done_fd);
	free(l);
}

static void *lookup_main(void *arg)
{
	struct lookup *l = arg;

	ci_strand_name("cigo_lookup");
	ci_affinity_roam(l->loop);
	resolve(l);
	ci_inbox_post(&l->loop->inbox, &l->message);
	return NULL;
}

static void deliver(cigo_loop *loop, struct ci_message *message, int status)
{
	struct lookup *l = ci_container_of(message, struct lookup, message);

	(void)status; /* 0: the loop does not end before */
	ci_strand_thread_join(&l->thread);
	loop->outside--;
	struct ci_park *park = l->park;
	l->park = NULL;
	if (park)
		ci_park_wake(park);
	else
		free_lookup(l);
}

/* *ret_abandoned: the lookup is no longer the caller's. */
static int resolve_aside(cigo_ctx *ctx, struct ci_coroutine *me, struct lookup *l,
			 bool *ret_abandoned)
{
	struct ci_park p = { .describe = NULL };

	l->park = &p;
	l->loop = me->loop;
	l->message.deliver = deliver;
	int err = ci_strand_thread(&l->thread, me->loop->options.stack_size, lookup_main, l);
	if (err)
		return err;
	me->loop->outside++;
	err = ci_park_in(ctx, me, NULL, CIGO_NEVER, &p);
	if (err && l->park) {
		l->park = NULL;
		*ret_abandoned = true;
		return err;
	}
	return err ? err : l->err;
}

static void *lookup_alone(void *arg)
{
	struct lookup *l = arg;

	ci_strand_name("cigo_lookup");
	resolve(l);
	eventfd_write(l->done_fd, 1); /* cannot block: its count was 0 */
	if (__atomic_exchange_n(&l->left, true, __ATOMIC_ACQ_REL))
		free_lookup(l);
	return NULL;
}

/* As resolve_aside, without a loop. The C library owns the stack: the thread may outlive us. */
static int resolve_alone(cigo_ctx *ctx, struct lookup *l, bool *ret_abandoned)
{
	sigset_t all, old;
	pthread_t thread;

	l->done_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (l->done_fd < 0)
		return -errno;
	struct pollfd p = { .fd = l->done_fd, .events = POLLIN };
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	int err = -pthread_create(&thread, NULL, lookup_alone, l);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (err)
		return err;
	err = ci_ctx_block(ctx, &p, 1, CIGO_NEVER);
	if (err < 0 && !__atomic_exchange_n(&l->left, true, __ATOMIC_ACQ_REL)) {
		pthread_detach(thread);
		*ret_abandoned = true;
		return err;
	}
	pthread_join(thread, NULL);
	return err < 0 ? err : l->err;
}

/* Takes the two families in turn, beginning with that of the first address. */
static int interleave(const struct addrinfo *list, struct ci_address *ret)
{
	const struct addrinfo *same = list, *other = list;
	int n = 0;

	for (bool turn = true; n < CI_ADDRESSES && (same || other); turn = !turn) {
		const struct addrinfo **next = turn ? &same : &other;

		while (*next && ((*next)->ai_family == list->ai_family) != turn)
			*next = (*next)->ai_next;
		if (!*next)
			continue;
		if ((*next)->ai_addrlen <= sizeof ret->addr) {
			memcpy(&ret[n].addr, (*next)->ai_addr, (*next)->ai_addrlen);
			ret[n++].size = (*next)->ai_addrlen;
		}
		*next = (*next)->ai_next;
	}
	return n;
}

int ci_lookup(cigo_ctx *ctx, struct ci_coroutine *me, int family, const char *address, bool passive,
	      struct ci_address ret[CI_ADDRESSES])
{
	size_t size = strlen(address) + 1;
	struct lookup *l = calloc(1, sizeof *l + size);
	bool abandoned = false;

	if (!l)
		return -ENOMEM;
	memcpy(l->text, address, size);
	l->done_fd = -1;
	l->hints.ai_family = family;
	l->hints.ai_socktype = SOCK_STREAM;
	l->hints.ai_flags = passive ? AI_PASSIVE : 0;
	int err = split(l);
	if (!err) { /* numeric addresses at once, without asking a server */
		int flags = l->hints.ai_flags;

		l->hints.ai_flags |= AI_NUMERICHOST | AI_NUMERICSERV;
		resolve(l);
		l->hints.ai_flags = flags;
		err = l->err;
		if (err == CIGO_ERESOLVE && me) {
			err = resolve_aside(ctx, me, l, &abandoned);
		} else if (err == CIGO_ERESOLVE && ctx->parent) {
			err = resolve_alone(ctx, l, &abandoned);
		} else if (err == CIGO_ERESOLVE) { /* the background never ends: so block */
			resolve(l);
			err = l->err;
		}
	}
	if (abandoned)
		return err;
	int n = err ? err : interleave(l->list, ret);
	free_lookup(l);
	return n ? n : CIGO_ERESOLVE;
}
