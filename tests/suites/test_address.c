/* SPDX-License-Identifier: MIT
 * The addresses of a stream's two ends.
 */
#include "tests/tools/wire.h"

#include <netinet/tcp.h>

/* Two streams connected by a listener at addr; the listener's address in address. */
struct ends {
	cigo_listener *l;
	cigo_stream *client, *server;
};

static void connect_ends(cigo_ctx *ctx, struct ends *e, const char *network, const char *addr,
			 const char *to)
{
	char dialled[ADDRESS + 16];

	ok(cigo_listen(ctx, network, addr, NULL, &e->l));
	if (to)
		snprintf(dialled, sizeof dialled, "%s%s", to,
			 strrchr(cigo_listener_address(e->l), ':'));
	else
		snprintf(dialled, sizeof dialled, "%s", cigo_listener_address(e->l));
	ok(cigo_dial(ctx, network, dialled, &e->client));
	ok(cigo_accept(ctx, e->l, &e->server));
}

static void close_ends(struct ends *e)
{
	cigo_stream_close(e->client);
	cigo_stream_close(e->server);
	cigo_listener_close(e->l);
}

static const char *local(const cigo_stream *s)
{
	static char text[ADDRESS];

	equal(cigo_address_local(s, text, sizeof text), strlen(text));
	return text;
}

static const char *peer(const cigo_stream *s)
{
	static char text[ADDRESS];

	equal(cigo_address_peer(s, text, sizeof text), strlen(text));
	return text;
}

/* Each end's peer is the other's own address, and the server's is the listener's. */
static void must_agree(const struct ends *e)
{
	ck_assert_str_eq(local(e->client), peer(e->server));
	ck_assert_str_eq(local(e->server), peer(e->client));
	ck_assert_str_eq(local(e->server), cigo_listener_address(e->l));
}

TEST_CASE("ends");

LOOP_TEST(the_ends_of_a_v4_connection)
{
	struct ends e;

	connect_ends(ctx, &e, "tcp", "127.0.0.1:0", NULL);
	must_agree(&e);
	equal(strncmp(local(e.client), "127.0.0.1:", 10), 0);
	close_ends(&e);
}

LOOP_TEST(the_ends_of_a_v6_connection)
{
	int probe = tcp_listen("::1", 0, -1, NULL);
	struct ends e;

	if (probe < 0)
		return; /* no IPv6 here */
	close(probe);
	connect_ends(ctx, &e, "tcp6", "[::1]:0", NULL);
	must_agree(&e);
	equal(strncmp(local(e.client), "[::1]:", 6), 0);
	close_ends(&e);
}

LOOP_TEST(a_v4_client_of_a_dual_stack_server_has_its_v4_address)
{
	struct ends e;

	connect_ends(ctx, &e, "tcp", ":0", "127.0.0.1");
	ck_assert_str_eq(local(e.client), peer(e.server));
	ck_assert_str_eq(local(e.server), peer(e.client));
	equal(strncmp(peer(e.server), "127.0.0.1:", 10), 0);
	close_ends(&e);
}

LOOP_TEST(the_ends_of_an_abstract_unix_connection)
{
	char name[64];
	struct ends e;

	snprintf(name, sizeof name, "@cigo-address-%d", (int)getpid());
	connect_ends(ctx, &e, "unix", name, NULL);
	ck_assert_str_eq(local(e.server), name);
	ck_assert_str_eq(peer(e.client), name);
	ck_assert_str_eq(local(e.client), "");
	ck_assert_str_eq(peer(e.server), "");
	close_ends(&e);
}

LOOP_TEST(the_ends_of_a_unix_connection_by_path)
{
	char dir[] = "/tmp/cigo-test-XXXXXX", path[64];
	struct ends e;

	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof path, "%s/socket", dir);
	connect_ends(ctx, &e, "unix", path, NULL);
	ck_assert_str_eq(local(e.server), path);
	ck_assert_str_eq(peer(e.client), path);
	ck_assert_str_eq(peer(e.server), "");
	close_ends(&e);
	ok(rmdir(dir));
}

LOOP_TEST(the_longest_unix_addresses_fit)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	char text[ADDRESS];
	cigo_stream *s;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	memset(un.sun_path + 1, 'x', sizeof un.sun_path - 1);
	un.sun_path[5] = 0; /* the kernel does not mind */
	ok(bind(fd, (struct sockaddr *)&un, sizeof un));
	s = cigo_stream_open(fd);
	equal(cigo_address_local(s, text, sizeof text), sizeof un.sun_path);
	equal(strlen(text), sizeof un.sun_path);
	equal(strncmp(text, "@xxxx@xxxx", 10), 0);
	cigo_stream_close(s);
}

STREAM_TEST(a_socketpair_has_no_names)
{
	ck_assert_str_eq(local(s), "");
	ck_assert_str_eq(peer(s), "");
}

TEST_CASE("errors");

LOOP_TEST(a_buffer_that_is_too_small_is_enobufs_and_left_empty)
{
	char text[ADDRESS];
	struct ends e;

	connect_ends(ctx, &e, "tcp", "127.0.0.1:0", NULL);
	int length = cigo_address_local(e.server, text, sizeof text);
	equal(cigo_address_local(e.server, NULL, 0), length);
	equal(cigo_address_peer(e.server, NULL, 0),
	      length + strlen(peer(e.server)) - strlen(local(e.server)));
	for (int n = 1; n <= length; n++) {
		text[0] = text[n] = 'x';
		equal(cigo_address_local(e.server, text, (size_t)n), -ENOBUFS);
		equal(text[0], 0);
		equal(text[n], 'x');
	}
	equal(cigo_address_local(e.server, text, (size_t)length + 1), length);
	close_ends(&e);
}

LOOP_TEST(what_has_no_address_says_so)
{
	char text[ADDRESS] = "x";
	cigo_stream *r, *w, *bad = cigo_stream_open(-1);

	ok(cigo_pipe(&r, &w));
	fails(cigo_address_local(r, text, sizeof text), -ENOTSOCK);
	ck_assert_str_eq(text, "");
	fails(cigo_address_peer(w, text, sizeof text), -ENOTSOCK);
	fails(cigo_address_local(bad, text, sizeof text), -EBADF);
	fails(cigo_address_local(NULL, text, sizeof text), -ENOMEM);
	cigo_stream_close(r);
	cigo_stream_close(w);
	cigo_stream_close(bad);
}

LOOP_TEST(a_peer_that_has_gone_is_enotconn)
{
	char text[ADDRESS] = "x", c;
	struct linger now = { .l_onoff = 1 };
	struct ends e;

	connect_ends(ctx, &e, "tcp", "127.0.0.1:0", NULL);
	setsockopt(cigo_stream_fd(e.client), SOL_SOCKET, SO_LINGER, &now, sizeof now);
	cigo_stream_close(e.client);
	e.client = NULL;
	fails(cigo_stream_read(ctx, e.server, &c, 1), -ECONNRESET);
	fails(cigo_address_peer(e.server, text, sizeof text), -ENOTCONN);
	ck_assert_str_eq(text, "");
	close_ends(&e);
}

PLAIN_MISUSE_TEST(no_buffer_is_misuse, "cigo_address_local: nowhere to put the address")
{
	cigo_address_local(NULL, NULL, 5);
}
