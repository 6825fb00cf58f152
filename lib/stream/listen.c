/* SPDX-License-Identifier: MIT
 * Making listeners.
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <unistd.h>

#include "stream/listener.h"
#include "base/misuse.h"
#include "base/sized.h"

enum {
	KEEPALIVE = 15,
	FLAGS = CIGO_LISTEN_NO_REUSEADDR | CIGO_LISTEN_REUSEPORT | CIGO_LISTEN_V6ONLY
};

struct request {
	cigo_ctx *ctx;
	struct ci_coroutine *me; /* NULL: a plain thread */
	const char *address;
	int backlog, flags;
};

static int set(int fd, int level, int option, int value)
{
	return setsockopt(fd, level, option, &value, sizeof value);
}

/* Sets what accepted sockets inherit from the listener, too. */
static int prepare_tcp(int fd, int family, int flags)
{
	bool reuse = !(flags & CIGO_LISTEN_NO_REUSEADDR);

	if (set(fd, SOL_SOCKET, SO_REUSEADDR, reuse) ||
	    (flags & CIGO_LISTEN_REUSEPORT && set(fd, SOL_SOCKET, SO_REUSEPORT, 1)) ||
	    (family == AF_INET6 &&
	     set(fd, IPPROTO_IPV6, IPV6_V6ONLY, !!(flags & CIGO_LISTEN_V6ONLY))) ||
	    set(fd, IPPROTO_TCP, TCP_NODELAY, 1) || set(fd, SOL_SOCKET, SO_KEEPALIVE, 1) ||
	    set(fd, IPPROTO_TCP, TCP_KEEPIDLE, KEEPALIVE) ||
	    set(fd, IPPROTO_TCP, TCP_KEEPINTVL, KEEPALIVE))
		return -errno;
	return 0;
}

/* Opens a socket that listens at `at`, and sets l->address. */
static int open_at(const struct request *r, const struct ci_address *at, cigo_listener *l)
{
	struct sockaddr_storage own;
	socklen_t size = sizeof own;
	int family = at->addr.ss_family;
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -errno;
	int err = family == AF_UNIX ? 0 : prepare_tcp(fd, family, r->flags);
	if (!err && (bind(fd, (const struct sockaddr *)&at->addr, at->size) ||
		     listen(fd, r->backlog) || getsockname(fd, (struct sockaddr *)&own, &size)))
		err = -errno;
	if (!err)
		err = ci_address_text(&own, size, l->address, sizeof l->address);
	if (err < 0) {
		close(fd);
		return err;
	}
	l->fd = l->watch.fd = fd;
	return 0;
}

static int listen_tcp(const struct request *r, int family, cigo_listener *l)
{
	struct ci_address at[CI_ADDRESSES];
	int n = ci_lookup(r->ctx, r->me, family, r->address, true, at);
	int err = n < 0 ? n : CIGO_ERESOLVE;

	for (int i = 0; err && i < n; i++)
		err = open_at(r, &at[i], l);
	return err;
}

/* Listens everywhere with one v6 socket for both families; with a v4 one if there is no v6. */
static int listen_everywhere(const struct request *r, cigo_listener *l)
{
	int err = listen_tcp(r, AF_INET6, l);
	bool no_v6 = err == -EAFNOSUPPORT || err == -EADDRNOTAVAIL || err == CIGO_ERESOLVE;

	return no_v6 && !(r->flags & CIGO_LISTEN_V6ONLY) ? listen_tcp(r, AF_INET, l) : err;
}

static int listen_unix(const struct request *r, cigo_listener *l)
{
	struct ci_address at;
	struct stat st;
	int err = ci_address_unix(r->address, &at);

	if (!err)
		err = open_at(r, &at, l);
	if (err)
		return err;
	if (*r->address != '@' && !lstat(r->address, &st)) {
		l->has_file = true;
		l->dev = st.st_dev;
		l->ino = st.st_ino;
	}
	return 0;
}

static int listen_on(struct request *r, const char *network, cigo_listener *l)
{
	if (strcmp(network, "tcp") == 0)
		return *r->address == ':' ? listen_everywhere(r, l) : listen_tcp(r, AF_UNSPEC, l);
	if (strcmp(network, "tcp4") == 0)
		return listen_tcp(r, AF_INET, l);
	if (strcmp(network, "unix") == 0)
		return listen_unix(r, l);
	if (strcmp(network, "tcp6") != 0)
		return -EINVAL;
	r->flags |= CIGO_LISTEN_V6ONLY;
	return listen_tcp(r, AF_INET6, l);
}

static cigo_listen_options check_options(const cigo_listen_options *given)
{
	cigo_listen_options o = { .size = 0 };

	if (given)
		CI_SIZED_TAKE(cigo_listen_options, &o, given);
	if (o.flags & ~FLAGS || o.backlog < 0)
		ci_misuse("options: flags %#x, backlog %d", (unsigned)o.flags, o.backlog);
	if (!o.backlog)
		o.backlog = SOMAXCONN;
	return o;
}

int cigo_listen(cigo_ctx *ctx, const char *network, const char *address,
		const cigo_listen_options *options, cigo_listener **ret)
{
	CI_ENTRY;
	ci_expect(ret, "nowhere to put the listener");
	*ret = NULL;
	cigo_listen_options o = check_options(options);
	struct request r = {
		.ctx = ctx, .address = address, .backlog = o.backlog, .flags = o.flags
	};
	if (!ctx)
		return -ENOMEM;
	if (!network || !address)
		return -EINVAL;
	int err = ci_park_begin(ctx, &r.me);
	cigo_listener *l = err ? NULL : ci_listener_new();
	if (!l)
		return err ? err : -ENOMEM;
	err = listen_on(&r, network, l);
	if (err) {
		ci_listener_close(l);
		return err;
	}
	*ret = l;
	return 0;
}
