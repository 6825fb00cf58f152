/* SPDX-License-Identifier: MIT
 * Socket addresses as texts.
 */
#include "stream/address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/un.h>

#include "base/misuse.h"
#include "stream/stream.h"

/* A unix socket's address, whose path has size bytes. Returns the length, as snprintf does. */
static int unix_text(const char *path, size_t size, char *buf, size_t n)
{
	if (!size) /* the socket has no name */
		return snprintf(buf, n, "%s", "");
	if (*path) /* the 0 at the end may or may not be there */
		return snprintf(buf, n, "%.*s", (int)strnlen(path, size), path);
	for (size_t i = 0; i < size && i + 1 < n; i++)
		buf[i] = path[i] ? path[i] : '@';
	if (n)
		buf[size < n ? size : n - 1] = '\0';
	return (int)size;
}

static int v4_text(const struct in_addr *addr, in_port_t port, char *buf, size_t n)
{
	char host[INET_ADDRSTRLEN];

	inet_ntop(AF_INET, addr, host, sizeof host);
	return snprintf(buf, n, "%s:%d", host, ntohs(port));
}

static int v6_text(const struct sockaddr_in6 *a, char *buf, size_t n)
{
	char host[INET6_ADDRSTRLEN], zone[IF_NAMESIZE + 1] = "";

	if (IN6_IS_ADDR_V4MAPPED(&a->sin6_addr)) { /* a v4-mapped address is printed as IPv4 */
		struct in_addr v4;
		memcpy(&v4, &a->sin6_addr.s6_addr[12], sizeof v4);
		return v4_text(&v4, a->sin6_port, buf, n);
	}
	inet_ntop(AF_INET6, &a->sin6_addr, host, sizeof host);
	if (a->sin6_scope_id && !if_indextoname(a->sin6_scope_id, zone))
		snprintf(zone, sizeof zone, "%u", a->sin6_scope_id);
	return snprintf(buf, n, "[%s%s%s]:%d", host, *zone ? "%" : "", zone, ntohs(a->sin6_port));
}

int ci_address_text(const struct sockaddr_storage *addr, socklen_t size, char *buf, size_t n)
{
	const void *a = addr;
	const struct sockaddr_in *in = a;
	const struct sockaddr_un *un = a;
	size_t used = offsetof(struct sockaddr_un, sun_path);
	int length = -EAFNOSUPPORT;

	if (addr->ss_family == AF_INET)
		length = v4_text(&in->sin_addr, in->sin_port, buf, n);
	else if (addr->ss_family == AF_INET6)
		length = v6_text(a, buf, n);
	else if (addr->ss_family == AF_UNIX)
		length = unix_text(un->sun_path, size > used ? size - used : 0, buf, n);
	if (n && length >= 0 && (size_t)length >= n)
		length = -ENOBUFS;
	if (length < 0 && n)
		*buf = '\0';
	return length;
}

int ci_address_unix(const char *path, struct ci_address *ret)
{
	struct sockaddr_un *un = (void *)&ret->addr;
	size_t n = strlen(path);

	if (!n || n >= sizeof un->sun_path)
		return -EINVAL;
	*ret = (struct ci_address){ .size = 0 };
	un->sun_family = AF_UNIX;
	memcpy(un->sun_path, path, n);
	ret->size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n + 1);
	if (*path == '@') { /* the abstract namespace: a leading 0, and no 0 at the end */
		un->sun_path[0] = '\0';
		ret->size--;
	}
	return 0;
}

typedef int ask_fn(int fd, struct sockaddr *addr, socklen_t *size);

static int text_of(const cigo_stream *s, ask_fn *ask, char *buf, size_t n)
{
	struct sockaddr_storage addr = { .ss_family = AF_UNSPEC };
	socklen_t size = sizeof addr;
	int fd = s ? s->fd : -1;

	if (!buf && n)
		ci_misuse("nowhere to put the address");
	if (n)
		*buf = '\0';
	if (!s)
		return -ENOMEM;
	if (fd < 0)
		return -EBADF;
	if (ask(fd, (struct sockaddr *)&addr, &size))
		return -errno;
	return ci_address_text(&addr, size, buf, n);
}

int cigo_address_local(const cigo_stream *s, char *buf, size_t n)
{
	CI_ENTRY;
	return text_of(s, getsockname, buf, n);
}

int cigo_address_peer(const cigo_stream *s, char *buf, size_t n)
{
	CI_ENTRY;
	return text_of(s, getpeername, buf, n);
}
