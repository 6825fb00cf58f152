/* SPDX-License-Identifier: MIT
 * Listeners and accepting: addresses, options, the line of those that wait, the end. Linked with
 * accept4 and socket wrapped, so that they fail as a test says.
 */
#include "tests/tools/wire.h"

#include <netinet/tcp.h>
#include <sys/stat.h>

/* ---- system calls as a test says ---- */

static struct {
	int accept_err, accepts; /* the next so many accept4 fail with it */
	bool no_v6;		 /* the kernel knows no IPv6 */
} fake;

int __real_accept4(int fd, struct sockaddr *a, socklen_t *n, int flags);
int __wrap_accept4(int fd, struct sockaddr *a, socklen_t *n, int flags);
int __real_socket(int family, int type, int protocol);
int __wrap_socket(int family, int type, int protocol);

int __wrap_accept4(int fd, struct sockaddr *a, socklen_t *n, int flags)
{
	if (fake.accepts) {
		fake.accepts--;
		errno = fake.accept_err;
		return -1;
	}
	return __real_accept4(fd, a, n, flags);
}

int __wrap_socket(int family, int type, int protocol)
{
	if (fake.no_v6 && family == AF_INET6) {
		errno = EAFNOSUPPORT;
		return -1;
	}
	return __real_socket(family, type, protocol);
}

/* ---- small tools ---- */

static cigo_stream *must_dial(cigo_ctx *ctx, const cigo_listener *l)
{
	const char *address = cigo_listener_address(l);
	bool is_unix = *address == '/' || *address == '@';
	cigo_stream *s = NULL;

	ok(cigo_dial(ctx, is_unix ? "unix" : "tcp", address, &s));
	return s;
}

/* "host" with the port l listens at. */
static const char *at_port_of(const cigo_listener *l, const char *host)
{
	static char text[ADDRESS];

	snprintf(text, sizeof text, "%s%s", host, strrchr(cigo_listener_address(l), ':'));
	return text;
}

static void must_talk(cigo_ctx *ctx, cigo_stream *a, cigo_stream *b)
{
	char got[8] = "";

	equal(cigo_stream_write(ctx, a, "ping", 4), 4);
	equal(cigo_stream_read_chunk(ctx, b, got, 4), 4);
	ck_assert_str_eq(got, "ping");
	equal(cigo_stream_write(ctx, b, "pong", 4), 4);
	equal(cigo_stream_read_chunk(ctx, a, got, 4), 4);
	ck_assert_str_eq(got, "pong");
}

/* A connection from network, address is accepted and talks. */
static void must_serve(cigo_ctx *ctx, cigo_listener *l, const char *network, const char *address)
{
	cigo_stream *client, *server;

	ok(cigo_dial(ctx, network, address, &client));
	ok(cigo_accept(ctx, l, &server));
	must_talk(ctx, client, server);
	cigo_stream_close(client);
	cigo_stream_close(server);
}

static void listen_fails(cigo_ctx *ctx, const char *network, const char *address, int err)
{
	cigo_listener *l = (void *)&l;
	int fds = t_count_fds(), got = cigo_listen(ctx, network, address, NULL, &l);

	ck_assert_msg(got == err, "%s %s: %d and not %d", network, address, got, err);
	ck_assert_ptr_null(l);
	equal(t_count_fds(), fds);
}

TEST_CASE("addresses");

LISTENER_TEST(port_0_is_a_free_one_and_the_address_tells_which)
{
	const char *address = cigo_listener_address(l);

	equal(strncmp(address, "127.0.0.1:", 10), 0);
	ck_assert_int_gt(atoi(address + 10), 0);
	must_serve(ctx, l, "tcp", address);
}

LOOP_TEST(a_v6_address)
{
	cigo_listener *l;

	if (!have_v6())
		return;
	l = must_listen(ctx, "tcp", "[::1]:0");
	equal(strncmp(cigo_listener_address(l), "[::1]:", 6), 0);
	must_serve(ctx, l, "tcp", cigo_listener_address(l));
	cigo_listener_close(l);
}

LOOP_TEST(a_name)
{
	cigo_listener *l = must_listen(ctx, "tcp", "localhost:0");

	must_serve(ctx, l, "tcp", cigo_listener_address(l));
	cigo_listener_close(l);
	l = must_listen(ctx, "tcp4", "localhost:0");
	equal(strncmp(cigo_listener_address(l), "127.0.0.1:", 10), 0);
	cigo_listener_close(l);
}

LOOP_TEST(no_host_means_all_addresses_of_both_families)
{
	cigo_listener *l = must_listen(ctx, "tcp", ":0");

	if (have_v6()) {
		equal(strncmp(cigo_listener_address(l), "[::]:", 5), 0);
		must_serve(ctx, l, "tcp", at_port_of(l, "[::1]"));
	}
	must_serve(ctx, l, "tcp", at_port_of(l, "127.0.0.1"));
	cigo_listener_close(l);
}

LOOP_TEST(where_there_is_no_v6_no_host_means_all_v4_addresses)
{
	cigo_listen_options o = { .size = sizeof o, .flags = CIGO_LISTEN_V6ONLY };
	cigo_listener *l;

	fake.no_v6 = true;
	l = must_listen(ctx, "tcp", ":0");
	equal(strncmp(cigo_listener_address(l), "0.0.0.0:", 8), 0);
	must_serve(ctx, l, "tcp", at_port_of(l, "127.0.0.1"));
	cigo_listener_close(l);
	fails(cigo_listen(ctx, "tcp", ":0", &o, &l), -EAFNOSUPPORT);
}

LOOP_TEST(tcp4_and_tcp6_take_their_own_family_only)
{
	cigo_listener *l = must_listen(ctx, "tcp4", ":0");
	cigo_stream *s;

	equal(strncmp(cigo_listener_address(l), "0.0.0.0:", 8), 0);
	cigo_listener_close(l);
	if (!have_v6())
		return;
	l = must_listen(ctx, "tcp6", ":0");
	must_serve(ctx, l, "tcp", at_port_of(l, "[::1]"));
	fails(cigo_dial(ctx, "tcp", at_port_of(l, "127.0.0.1"), &s), -ECONNREFUSED);
	cigo_listener_close(l);
}

LOOP_TEST(v6only_takes_no_v4_clients)
{
	cigo_listen_options o = { .size = sizeof o, .flags = CIGO_LISTEN_V6ONLY };
	cigo_listener *l;
	cigo_stream *s;

	if (!have_v6())
		return;
	ok(cigo_listen(ctx, "tcp", ":0", &o, &l));
	must_serve(ctx, l, "tcp", at_port_of(l, "[::1]"));
	fails(cigo_dial(ctx, "tcp", at_port_of(l, "127.0.0.1"), &s), -ECONNREFUSED);
	cigo_listener_close(l);
}

LOOP_TEST(an_abstract_name)
{
	char name[64];
	cigo_listener *l;

	snprintf(name, sizeof name, "@cigo-listen-%d", (int)getpid());
	l = must_listen(ctx, "unix", name);
	ck_assert_str_eq(cigo_listener_address(l), name);
	must_serve(ctx, l, "unix", name);
	listen_fails(ctx, "unix", name, -EADDRINUSE);
	cigo_listener_close(l);
}

LOOP_TEST(a_path_is_removed_with_its_listener)
{
	char dir[] = "/tmp/cigo-test-XXXXXX", path[64];
	cigo_listener *l;

	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof path, "%s/socket", dir);
	l = must_listen(ctx, "unix", path);
	ck_assert_str_eq(cigo_listener_address(l), path);
	must_serve(ctx, l, "unix", path);
	listen_fails(ctx, "unix", path, -EADDRINUSE);
	ok(access(path, F_OK));
	cigo_listener_stop(l);
	equal(access(path, F_OK), -1);
	ck_assert_str_eq(cigo_listener_address(l), path);
	cigo_listener_close(l);
	ok(rmdir(dir));
}

LOOP_TEST(a_path_that_is_somebody_elses_now_stays)
{
	char dir[] = "/tmp/cigo-test-XXXXXX", path[64];
	cigo_listener *first, *second;

	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof path, "%s/socket", dir);
	first = must_listen(ctx, "unix", path);
	ok(unlink(path));
	second = must_listen(ctx, "unix", path);
	cigo_listener_close(first);
	must_serve(ctx, second, "unix", path);
	cigo_listener_close(second);
	ok(rmdir(dir));
}

LOOP_TEST(what_does_not_parse_is_einval)
{
	static const char *const addresses[] = {
		"",	":", "127.0.0.1", "127.0.0.1:", "::1:0", "127.0.0.1:65536", "127.0.0.1:-1",
		"[::1]"
	};
	static const char *const networks[] = { "", "udp", "tcp5", "unixgram" };
	char path[200];

	for (size_t i = 0; i < sizeof addresses / sizeof *addresses; i++)
		listen_fails(ctx, "tcp", addresses[i], -EINVAL);
	for (size_t i = 0; i < sizeof networks / sizeof *networks; i++)
		listen_fails(ctx, networks[i], "127.0.0.1:0", -EINVAL);
	listen_fails(ctx, NULL, "127.0.0.1:0", -EINVAL);
	listen_fails(ctx, "tcp", NULL, -EINVAL);
	listen_fails(ctx, "unix", "", -EINVAL);
	memset(path, 'x', sizeof path);
	path[sizeof path - 1] = 0;
	listen_fails(ctx, "unix", path, -EINVAL);
}

LISTENER_TEST(what_cannot_be_listened_at_says_why)
{
	listen_fails(ctx, "tcp", cigo_listener_address(l), -EADDRINUSE);
	listen_fails(ctx, "tcp", "192.0.2.1:0", -EADDRNOTAVAIL);
	listen_fails(ctx, "tcp", "no-such-host.invalid:0", CIGO_ERESOLVE);
	listen_fails(ctx, "unix", "/no/such/folder/socket", -ENOENT);
	listen_fails(NULL, "tcp", "127.0.0.1:0", -ENOMEM);
}

LISTENER_TEST(under_a_dead_context_nobody_listens)
{
	cigo_ctx *dead = cigo_ctx_with_cancel(ctx);
	cigo_stream *s = (void *)&s, *client = must_dial(ctx, l);

	cigo_ctx_cancel(dead, -EIO);
	listen_fails(dead, "tcp", "127.0.0.1:0", -EIO);
	fails(cigo_accept(dead, l, &s), -EIO);
	ck_assert_ptr_null(s);
	ok(cigo_accept(ctx, l, &s)); /* it is still there */
	must_talk(ctx, client, s);
	cigo_stream_close(client);
	cigo_stream_close(s);
	cigo_ctx_unref(dead);
}

TEST_CASE("options");

static int option(int fd, int level, int name)
{
	int value = -1;
	socklen_t n = sizeof value;

	ok(getsockopt(fd, level, name, &value, &n));
	return value;
}

LISTENER_TEST(an_accepted_connection_has_nodelay_and_keepalive_and_is_close_on_exec)
{
	cigo_stream *client = must_dial(ctx, l), *s;
	int fd;

	ok(cigo_accept(ctx, l, &s));
	fd = cigo_stream_fd(s);
	equal(option(fd, IPPROTO_TCP, TCP_NODELAY), 1);
	equal(option(fd, SOL_SOCKET, SO_KEEPALIVE), 1);
	equal(option(fd, IPPROTO_TCP, TCP_KEEPIDLE), 15);
	equal(option(fd, IPPROTO_TCP, TCP_KEEPINTVL), 15);
	equal(fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	equal(fcntl(fd, F_GETFL) & O_NONBLOCK, O_NONBLOCK);
	ok(cigo_stream_set_nodelay(s, false));
	equal(option(fd, IPPROTO_TCP, TCP_NODELAY), 0);
	ok(cigo_stream_set_keepalive(s, CIGO_S(1.5)));
	equal(option(fd, IPPROTO_TCP, TCP_KEEPIDLE), 2);
	equal(option(fd, IPPROTO_TCP, TCP_KEEPINTVL), 2);
	ok(cigo_stream_set_keepalive(s, CIGO_S(3600)));
	equal(option(fd, IPPROTO_TCP, TCP_KEEPIDLE), 3600);
	equal(option(fd, IPPROTO_TCP, TCP_KEEPINTVL), 15);
	ok(cigo_stream_set_keepalive(s, INT64_MAX - 1));
	equal(option(fd, IPPROTO_TCP, TCP_KEEPIDLE), 32767);
	ok(cigo_stream_set_keepalive(s, CIGO_NEVER));
	equal(option(fd, SOL_SOCKET, SO_KEEPALIVE), 0);
	cigo_stream_close(client);
	cigo_stream_close(s);
}

LISTENER_TEST(an_accepted_connection_has_what_the_options_say)
{
	cigo_accept_options o = { .size = sizeof o, .flags = CIGO_ACCEPT_NO_NODELAY };
	cigo_stream *clients[2] = { must_dial(ctx, l), must_dial(ctx, l) }, *s;

	ok(cigo_accept_with(ctx, l, &o, &s));
	equal(option(cigo_stream_fd(s), IPPROTO_TCP, TCP_NODELAY), 0);
	equal(option(cigo_stream_fd(s), IPPROTO_TCP, TCP_KEEPIDLE), 15);
	cigo_stream_close(s);
	o = (cigo_accept_options){ .size = sizeof o, .keepalive_ns = CIGO_NEVER };
	ok(cigo_accept_with(ctx, l, &o, &s));
	equal(option(cigo_stream_fd(s), IPPROTO_TCP, TCP_NODELAY), 1);
	equal(option(cigo_stream_fd(s), SOL_SOCKET, SO_KEEPALIVE), 0);
	cigo_stream_close(s);
	cigo_stream_close(clients[0]);
	cigo_stream_close(clients[1]);
}

MISUSE_TEST(a_flag_that_accept_does_not_know_is_misuse, "cigo_accept_with: no such flags: 0x80")
{
	cigo_accept_options o = { .size = sizeof o, .flags = 0x80 };
	cigo_stream *s;

	cigo_ignore(cigo_accept_with(ctx, NULL, &o, &s));
}

LOOP_TEST(what_is_not_tcp_has_no_options_of_tcp)
{
	cigo_stream *s, *r, *w;
	int raw = stream_pair(&s);

	ok(cigo_pipe(&r, &w));
	ck_assert_int_lt(cigo_stream_set_nodelay(s, true), 0);
	fails(cigo_stream_set_nodelay(r, true), -ENOTSOCK);
	fails(cigo_stream_set_keepalive(w, CIGO_S(1)), -ENOTSOCK);
	fails(cigo_stream_set_nodelay(NULL, true), -ENOMEM);
	fails(cigo_stream_set_keepalive(NULL, CIGO_S(1)), -ENOMEM);
	close(raw);
	cigo_stream_close(s);
	cigo_stream_close(r);
	cigo_stream_close(w);
}

/* The server closes first, so its port is in TIME_WAIT. */
LOOP_TEST(a_server_that_restarts_gets_its_port_back_unless_told_otherwise)
{
	cigo_listen_options o = { .size = sizeof o, .flags = CIGO_LISTEN_NO_REUSEADDR };
	cigo_listener *l = must_listen(ctx, "tcp", "127.0.0.1:0");
	cigo_stream *client = must_dial(ctx, l), *s;
	char address[ADDRESS], c;

	snprintf(address, sizeof address, "%s", cigo_listener_address(l));
	ok(cigo_accept(ctx, l, &s));
	cigo_stream_close(s);
	equal(cigo_stream_read(ctx, client, &c, 1), 0);
	cigo_stream_close(client);
	cigo_listener_close(l);
	fails(cigo_listen(ctx, "tcp", address, &o, &l), -EADDRINUSE);
	ok(cigo_listen(ctx, "tcp", address, NULL, &l));
	cigo_listener_close(l);
}

LOOP_TEST(with_reuseport_several_share_a_port)
{
	cigo_listen_options o = { .size = sizeof o, .flags = CIGO_LISTEN_REUSEPORT };
	cigo_listener *a, *b;

	ok(cigo_listen(ctx, "tcp", "127.0.0.1:0", &o, &a));
	ok(cigo_listen(ctx, "tcp", cigo_listener_address(a), &o, &b));
	ck_assert_str_eq(cigo_listener_address(a), cigo_listener_address(b));
	cigo_listener_close(a);
	must_serve(ctx, b, "tcp", cigo_listener_address(b));
	cigo_listener_close(b);
}

LOOP_TEST(the_backlog_is_as_long_as_told)
{
	cigo_listen_options o = { .size = sizeof o, .backlog = 1 };
	char name[64];
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fds[4], taken = 0;
	cigo_listener *l;

	snprintf(name, sizeof name, "@cigo-backlog-%d", (int)getpid());
	ok(cigo_listen(ctx, "unix", name, &o, &l));
	memcpy(a.sun_path + 1, name + 1, strlen(name) - 1);
	for (int i = 0; i < 4; i++) {
		fds[i] = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		taken += !connect(
			fds[i], (struct sockaddr *)&a,
			(socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(name)));
	}
	equal(taken, 2); /* the kernel's way to count */
	for (int i = 0; i < 4; i++)
		close(fds[i]);
	cigo_listener_close(l);
}

static void listen_with(void *arg T_UNUSED)
{
	cigo_listener *l;

	cigo_ignore(cigo_listen(cigo_ctx_background(), "tcp", "127.0.0.1:0", arg, &l));
}

TEST(options_that_make_no_sense_are_misuse)
{
	cigo_listen_options no_size = { .flags = 1 };
	cigo_listen_options flags = { .size = sizeof flags, .flags = 64 };
	cigo_listen_options backlog = { .size = sizeof backlog, .backlog = -1 };

	t_abort(listen_with, &no_size, "size in a cigo_listen_options is 0");
	t_abort(listen_with, &flags, "flags 0x40");
	t_abort(listen_with, &backlog, "backlog -1");
}

TEST_CASE("accept");

struct acceptor {
	cigo_listener *l;
	int err, order;
	cigo_stream *s;
};

static int accepted; /* so far */

CORO(acceptor)
{
	struct acceptor *a = arg;

	a->err = cigo_accept(ctx, a->l, &a->s);
	a->order = ++accepted;
	return a->err;
}

CORO(dial_later)
{
	int err = cigo_sleep(ctx, CIGO_S(2));

	if (!err)
		*(cigo_stream **)ret = must_dial(ctx, arg);
	return err;
}

LISTENER_TEST(accept_waits_until_somebody_comes)
{
	cigo_task *t = cigo_spawn(ctx, dial_later, sizeof(cigo_stream *), l);
	int64_t start = cigo_now(ctx);
	cigo_stream *client, *s;

	ok(cigo_accept(ctx, l, &s));
	equal(cigo_now(ctx), start + CIGO_S(2));
	ok(cigo_take(ctx, t, &client));
	must_talk(ctx, client, s);
	cigo_stream_close(client);
	cigo_stream_close(s);
}

enum { MANY = 8 };

static void start_acceptors(cigo_ctx *ctx, cigo_listener *l, struct acceptor *a, cigo_task **tasks)
{
	accepted = 0;
	for (int i = 0; i < MANY; i++) {
		a[i] = (struct acceptor){ .l = l, .err = 1 };
		tasks[i] = cigo_spawn(ctx, acceptor, 0, &a[i]);
	}
	ok(cigo_yield(ctx));
}

LISTENER_TEST(those_that_wait_are_served_in_the_order_they_came, COOPERATIVE)
{
	struct acceptor a[MANY];
	cigo_task *tasks[MANY];
	cigo_stream *clients[MANY];

	start_acceptors(ctx, l, a, tasks);
	for (int i = 0; i < MANY; i++) {
		clients[i] = must_dial(ctx, l);
		ok(cigo_join(ctx, tasks[i])); /* nobody overtakes */
		equal(a[i].order, i + 1);
		must_talk(ctx, clients[i], a[i].s);
	}
	for (int i = 0; i < MANY; i++) {
		cigo_stream_close(clients[i]);
		cigo_stream_close(a[i].s);
		cigo_future_unref(tasks[i]);
	}
}

LISTENER_TEST(many_that_come_at_once_are_all_taken, COOPERATIVE)
{
	struct acceptor a[MANY];
	cigo_task *tasks[MANY];
	cigo_stream *clients[MANY];

	start_acceptors(ctx, l, a, tasks);
	for (int i = 0; i < MANY; i++)
		clients[i] = must_dial(ctx, l);
	for (int i = 0; i < MANY; i++) {
		ok(cigo_future_take(ctx, tasks[i], NULL, 0));
		equal(a[i].order, i + 1);
		must_talk(ctx, clients[i], a[i].s);
		cigo_stream_close(clients[i]);
		cigo_stream_close(a[i].s);
	}
}

LISTENER_TEST(who_is_cancelled_leaves_the_line_and_takes_no_connection)
{
	struct acceptor a[MANY];
	cigo_task *tasks[MANY];
	cigo_stream *client;

	start_acceptors(ctx, l, a, tasks);
	for (int i = 0; i < MANY - 1; i++) {
		fails(cigo_task_stop(ctx, tasks[i]), -ECANCELED);
		fails(a[i].err, -ECANCELED);
		ck_assert_ptr_null(a[i].s);
	}
	client = must_dial(ctx, l);
	ok(cigo_join(ctx, tasks[MANY - 1]));
	must_talk(ctx, client, a[MANY - 1].s);
	cigo_future_unref(tasks[MANY - 1]);
	cigo_stream_close(client);
	cigo_stream_close(a[MANY - 1].s);
}

/* The connection is there, but the loop has not yet looked: it is the first one's all the same. */
LISTENER_TEST(who_comes_later_does_not_overtake_those_in_line, COOPERATIVE)
{
	cigo_ctx *soon = cigo_ctx_with_timeout(ctx, CIGO_MS(100));
	struct acceptor a[MANY];
	cigo_task *tasks[MANY];
	cigo_stream *s;
	int client;

	start_acceptors(ctx, l, a, tasks);
	client = raw_client(l);
	fails(cigo_accept(soon, l, &s), -ETIMEDOUT);
	equal(a[0].order, 1);
	ok(a[0].err);
	cigo_stream_close(a[0].s);
	for (int i = 0; i < MANY; i++)
		cigo_ignore(cigo_task_stop(ctx, tasks[i]));
	cigo_ctx_unref(soon);
	close(client);
}

/* Nobody waits any more; so nobody asks the poller, and the virtual clock may jump. */
LISTENER_TEST(a_listener_nobody_waits_for_holds_nobody_up)
{
	cigo_ctx *timed = cigo_ctx_with_timeout(ctx, CIGO_MS(5));
	cigo_stream *s, *client;
	uint64_t polls;
	int64_t begun;

	fails(cigo_accept(timed, l, &s), -ETIMEDOUT);
	begun = t_real_now(); /* its silence is not waited for: that would be 10 ms each */
	for (int i = 0; i < 100; i++)
		ok(cigo_sleep(ctx, CIGO_S(1)));
	ck_assert_int_lt(t_real_now() - begun, CIGO_MS(700));
	client = must_dial(ctx, l);
	polls = counts(ctx).polls;
	ok(cigo_sleep(ctx, CIGO_S(100)));
	ck_assert_int_lt(counts(ctx).polls - polls, 20);
	ok(cigo_accept(ctx, l, &s));
	cigo_ctx_unref(timed);
	cigo_stream_close(s);
	cigo_stream_close(client);
}

LOOP_TEST(an_acceptor_that_never_waits_gives_the_others_a_turn, COOPERATIVE)
{
	cigo_listener *l = must_listen(ctx, "tcp", "127.0.0.1:0");
	cigo_stream *clients[100], *s[100];
	int turns = 0;
	cigo_task *t;

	for (int i = 0; i < 100; i++)
		clients[i] = must_dial(ctx, l);
	t = cigo_spawn(ctx, acceptor, 0, &(struct acceptor){ .l = NULL });
	accepted = 0;
	for (int i = 0; i < 100; i++) {
		ok(cigo_accept(ctx, l, &s[i]));
		turns += accepted == 0;
	}
	ck_assert_int_le(turns, 64);
	fails(cigo_task_stop(ctx, t), -ENOMEM);
	for (int i = 0; i < 100; i++) {
		cigo_stream_close(clients[i]);
		cigo_stream_close(s[i]);
	}
	cigo_listener_close(l);
}

TEST_CASE("errors");

LISTENER_TEST(connections_that_broke_in_the_backlog_are_passed_over)
{
	static const int errors[] = { ECONNABORTED, EINTR, EPROTO, ENETDOWN, EHOSTUNREACH };

	for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
		fake.accept_err = errors[i];
		fake.accepts = 200;
		must_serve(ctx, l, "tcp", cigo_listener_address(l));
		equal(fake.accepts, 0);
	}
}

LISTENER_TEST(those_that_wait_pass_over_broken_connections_and_keep_their_places, COOPERATIVE)
{
	struct acceptor a[MANY];
	cigo_task *tasks[MANY];
	cigo_stream *clients[MANY];

	start_acceptors(ctx, l, a, tasks);
	fake.accept_err = ECONNABORTED;
	fake.accepts = 3;
	clients[0] = must_dial(ctx, l);
	ok(cigo_join(ctx, tasks[3])); /* the others had been given broken ones */
	equal(fake.accepts, 0);
	ok(cigo_sleep(ctx, CIGO_MS(1)));
	for (int i = 1; i < MANY; i++) {
		clients[i] = must_dial(ctx, l);
		ok(cigo_join(ctx, tasks[i <= 3 ? i - 1 : i]));
		equal(accepted, i + 1);
	}
	for (int i = 0; i < MANY; i++) {
		cigo_stream_close(clients[i]);
		cigo_stream_close(a[i].s);
		cigo_future_unref(tasks[i]);
	}
}

LISTENER_TEST(without_descriptors_accept_says_so_and_the_connection_waits)
{
	cigo_stream *client = must_dial(ctx, l), *s = (void *)&s;

	fake.accept_err = EMFILE;
	fake.accepts = 1;
	fails(cigo_accept(ctx, l, &s), -EMFILE);
	ck_assert_ptr_null(s);
	fake.accept_err = ENFILE;
	fake.accepts = 1;
	fails(cigo_accept(ctx, l, &s), -ENFILE);
	ok(cigo_accept(ctx, l, &s));
	must_talk(ctx, client, s);
	cigo_stream_close(client);
	cigo_stream_close(s);
}

LISTENER_TEST(without_descriptors_each_that_waits_is_told_once)
{
	struct acceptor a[MANY];
	cigo_task *tasks[MANY];
	cigo_stream *client, *s;

	start_acceptors(ctx, l, a, tasks);
	fake.accept_err = EMFILE;
	fake.accepts = 1000;
	client = must_dial(ctx, l);
	for (int i = 0; i < MANY; i++)
		fails(cigo_future_take(ctx, tasks[i], NULL, 0), -EMFILE);
	equal(fake.accepts, 1000 - MANY);
	fake.accepts = 0;
	ok(cigo_accept(ctx, l, &s));
	must_talk(ctx, client, s);
	cigo_stream_close(client);
	cigo_stream_close(s);
}

TEST_CASE("end");

LISTENER_TEST(a_stop_wakes_all_that_wait_and_may_be_repeated)
{
	struct acceptor a[MANY];
	cigo_task *tasks[MANY];
	cigo_stream *s = (void *)&s;
	char address[ADDRESS];

	snprintf(address, sizeof address, "%s", cigo_listener_address(l));
	start_acceptors(ctx, l, a, tasks);
	cigo_listener_stop(l);
	cigo_listener_stop(l);
	for (int i = 0; i < MANY; i++) {
		fails(cigo_join(ctx, tasks[i]), CIGO_ECLOSED);
		cigo_future_unref(tasks[i]);
	}
	fails(cigo_accept(ctx, l, &s), CIGO_ECLOSED);
	ck_assert_ptr_null(s);
	fails(cigo_dial(ctx, "tcp", address, &s), -ECONNREFUSED);
	ck_assert_str_eq(cigo_listener_address(l), address);
}

CALLBACK(stop_it)
{
	cigo_listener_stop(arg);
}

LISTENER_TEST(a_callback_may_stop_a_listener)
{
	int64_t start = cigo_now(ctx);
	cigo_stream *s;

	ck_assert_int_gt(cigo_loop_call_later(cigo_ctx_loop(ctx), CIGO_S(1), stop_it, l), 0);
	fails(cigo_accept(ctx, l, &s), CIGO_ECLOSED);
	equal(cigo_now(ctx), start + CIGO_S(1));
}

LOOP_TEST(close_wakes_all_that_wait)
{
	cigo_listener *l = must_listen(ctx, "tcp", "127.0.0.1:0");
	struct acceptor a[MANY];
	cigo_task *tasks[MANY];

	start_acceptors(ctx, l, a, tasks);
	cigo_listener_close(l);
	for (int i = 0; i < MANY; i++) {
		fails(cigo_join(ctx, tasks[i]), CIGO_ECLOSED);
		cigo_future_unref(tasks[i]);
	}
}

LOOP_TEST(no_listener_fails_with_enomem)
{
	cigo_stream *s = (void *)&s;

	fails(cigo_accept(ctx, NULL, &s), -ENOMEM);
	ck_assert_ptr_null(s);
	ck_assert_str_eq(cigo_listener_address(NULL), "");
	cigo_listener_stop(NULL);
	cigo_listener_close(NULL);
}

TEST_CASE("orders", .seconds = 30);

struct crowd {
	cigo_listener *l;
	int taken, cancelled;
};

CORO(take_one)
{
	struct crowd *c = arg;
	cigo_stream *s;
	int err = cigo_accept(ctx, c->l, &s);

	c->taken += !err;
	c->cancelled += err == -ECANCELED;
	cigo_stream_close(s);
	return err;
}

CORO(crowd_main)
{
	struct crowd c = { .l = must_listen(ctx, "tcp", "127.0.0.1:0") };
	cigo_task *tasks[20];
	cigo_stream *clients[10], *s;

	for (int i = 0; i < 20; i++)
		tasks[i] = cigo_spawn(ctx, take_one, 0, &c);
	for (int i = 0; i < 10; i++) {
		clients[i] = must_dial(ctx, c.l);
		cigo_future_cancel(tasks[2 * i], 0);
		if (i % 3 == 0)
			ok(cigo_yield(ctx));
	}
	for (int i = 0; i < 20; i++)
		if (i % 2 == 0)
			cigo_ignore(cigo_join(ctx, tasks[i]));
	ok(cigo_sleep(ctx, CIGO_MS(20)));
	for (; c.taken < 10; c.taken++) { /* none is lost: what nobody took waits */
		ok(cigo_accept(ctx, c.l, &s));
		cigo_stream_close(s);
	}
	cigo_listener_stop(c.l);
	for (int i = 0; i < 20; i++) {
		cigo_ignore(cigo_join(ctx, tasks[i]));
		cigo_future_unref(tasks[i]);
	}
	equal(c.taken, 10);
	for (int i = 0; i < 10; i++)
		cigo_stream_close(clients[i]);
	cigo_listener_close(c.l);
	return 0;
}

/* The takers count without a lock, and a seed orders the baton only. */
TEST(whatever_the_order_no_connection_is_lost, COOPERATIVE)
{
	for (uint64_t seed = 1; seed <= (uint64_t)t_scale(200, 40); seed++)
		ok(t_run_seed(seed, crowd_main, NULL));
}

TEST_CASE("threads");

THREAD(dial_and_say)
{
	cigo_stream *s = must_dial(cigo_ctx_background(), arg);

	equal(cigo_stream_write(cigo_ctx_background(), s, "hello", 5), 5);
	cigo_stream_close(s);
	return NULL;
}

TEST(a_plain_thread_may_listen_and_accept)
{
	cigo_ctx *ctx = cigo_ctx_background();
	cigo_listener *l = must_listen(ctx, "tcp", "127.0.0.1:0");
	pthread_t t = thread_start(dial_and_say, l);
	cigo_stream *s;
	char got[8] = "";

	ok(cigo_accept(ctx, l, &s));
	equal(cigo_stream_read_chunk(ctx, s, got, 8), 5);
	ck_assert_str_eq(got, "hello");
	cigo_stream_close(s);
	thread_join(t);
	fake.accept_err = EMFILE;
	fake.accepts = 1;
	fails(cigo_accept(ctx, l, &s), -EMFILE);
	cigo_listener_close(l);
}

THREAD(accept_in_thread)
{
	struct acceptor *a = arg;

	a->err = cigo_accept(cigo_ctx_background(), a->l, &a->s);
	return NULL;
}

static void stop_thread(const char *network, const char *address)
{
	struct acceptor a = { .l = must_listen(cigo_ctx_background(), network, address) };
	pthread_t t = thread_start(accept_in_thread, &a);

	nap(20);
	cigo_listener_stop(a.l);
	thread_join(t);
	fails(a.err, CIGO_ECLOSED);
	fails(cigo_accept(cigo_ctx_background(), a.l, &a.s), CIGO_ECLOSED);
	cigo_listener_close(a.l);
}

TEST(a_plain_thread_that_accepts_is_woken_by_a_stop)
{
	char name[64];

	snprintf(name, sizeof name, "@cigo-stop-%d", (int)getpid());
	stop_thread("tcp", "127.0.0.1:0");
	stop_thread("unix", name);
}

TEST(a_plain_thread_that_accepts_heeds_its_context)
{
	cigo_ctx *timed = cigo_ctx_with_timeout(cigo_ctx_background(), CIGO_MS(30));
	cigo_listener *l = must_listen(timed, "tcp", "127.0.0.1:0");
	cigo_stream *s;

	fails(cigo_accept(timed, l, &s), -ETIMEDOUT);
	cigo_ctx_unref(timed);
	cigo_listener_close(l);
}

CORO(serve_one)
{
	must_serve(ctx, arg, "tcp", cigo_listener_address(arg));
	return 0;
}

CORO(serve_late)
{
	cigo_ctx *timed = cigo_ctx_with_timeout(ctx, CIGO_MS(5));
	cigo_stream *s;

	fails(cigo_accept(timed, arg, &s), -ETIMEDOUT);
	cigo_ctx_unref(timed);
	return serve_one(ctx, arg, NULL);
}

TEST(a_listener_outlives_the_loops_that_use_it)
{
	cigo_ctx *ctx = cigo_ctx_background();
	cigo_listener *l = must_listen(ctx, "tcp", "127.0.0.1:0");

	must_serve(ctx, l, "tcp", cigo_listener_address(l));
	ok(t_run(serve_late, l));
	ok(t_run(serve_late, l));
	must_serve(ctx, l, "tcp", cigo_listener_address(l));
	cigo_listener_close(l);
}

THREAD(stop_from_thread)
{
	cigo_listener_stop(arg);
	return NULL;
}

CORO(foreign_stop_main)
{
	cigo_listener *l = must_listen(ctx, "tcp", "127.0.0.1:0");
	cigo_ctx *timed = cigo_ctx_with_timeout(ctx, CIGO_MS(5));
	cigo_stream *s;

	fails(cigo_accept(timed, l, &s), -ETIMEDOUT);
	on_thread(stop_from_thread, l);
	return 0;
}

static void foreign_stop(void *arg T_UNUSED)
{
	t_run(foreign_stop_main, NULL);
}

CORO(accept_without_loop)
{
	cigo_listener *l = must_listen(ctx, "tcp", "127.0.0.1:0");
	cigo_stream *s;

	return cigo_accept(cigo_ctx_background(), l, &s);
}

static void accept_without_the_loop(void *arg T_UNUSED)
{
	t_run(accept_without_loop, NULL);
}

TEST(what_would_break_the_loop_is_misuse)
{
	t_abort(foreign_stop, NULL, "cigo_listener_stop");
	t_abort(accept_without_the_loop, NULL, "cigo_accept");
}

TEST_CASE("between the wake and the turn");

static int told[2];

CORO(cancels_when_told)
{
	int err = cigo_fd_wait(ctx, told[0], CIGO_READ);

	cigo_future_cancel(*(cigo_task **)arg, 0);
	return err < 0 ? err : 0;
}

/* A broken connection wakes the acceptor, and before its turn another cancels it. */
LOOP_TEST(an_acceptor_cancelled_after_its_wake_takes_no_other_connection, COOPERATIVE)
{
	struct acceptor a = { .l = must_listen(ctx, "tcp", "127.0.0.1:0") };
	cigo_task *victim, *first = cigo_spawn(ctx, cancels_when_told, 0, &victim);
	cigo_stream *s, *client;

	raw_pipe(told);
	victim = cigo_spawn(ctx, acceptor, 0, &a);
	ok(cigo_sleep(ctx, CIGO_MS(5)));
	fake.accept_err = ECONNABORTED;
	fake.accepts = 1;
	raw_say(told[1], "x");
	client = must_dial(ctx, a.l);
	ok(cigo_future_take(ctx, first, NULL, 0));
	fails(cigo_future_take(ctx, victim, NULL, 0), -ECANCELED);
	equal(fake.accepts, 0);
	ok(cigo_accept(ctx, a.l, &s));
	cigo_stream_close(s);
	cigo_stream_close(client);
	cigo_listener_close(a.l);
	close(told[0]);
	close(told[1]);
}

TEST_CASE("threads");

LOOP_TEST(a_plain_thread_that_accepts_is_woken_by_a_coroutines_stop_and_close)
{
	for (int i = 0; i < 2; i++) {
		struct acceptor a = { .l = must_listen(ctx, "tcp", "127.0.0.1:0") };
		pthread_t t = thread_start(accept_in_thread, &a);

		nap(20);
		if (i == 0)
			cigo_listener_stop(a.l);
		else
			cigo_listener_close(a.l);
		thread_join(t);
		fails(a.err, CIGO_ECLOSED);
		if (i == 0)
			cigo_listener_close(a.l);
	}
}
