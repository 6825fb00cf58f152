/* SPDX-License-Identifier: MIT
 * Clients: addresses, names, races, refusals. Linked with getaddrinfo wrapped, so that names mean
 * what a test says; no test leaves the machine.
 */
#include "tests/tools/wire.h"

#include <netdb.h>
#include <netinet/tcp.h>
#include <semaphore.h>

/* ---- names as a test says ---- */

static struct {
	const char *host;	  /* NULL: no name but the system's */
	const char *addresses[8]; /* what it means; none: the lookup fails with err */
	int err;
	sem_t *block;		 /* the lookup waits for it */
	void (*meanwhile)(void); /* called on the lookup's thread, just before it ends */
	int lookups;
} fake;
static struct addrinfo *fake_made; /* freed by our freeaddrinfo only */

int __real_getaddrinfo(const char *host, const char *service, const struct addrinfo *hints,
		       struct addrinfo **ret);
int __wrap_getaddrinfo(const char *host, const char *service, const struct addrinfo *hints,
		       struct addrinfo **ret);
void __real_freeaddrinfo(struct addrinfo *list);
void __wrap_freeaddrinfo(struct addrinfo *list);

int __wrap_getaddrinfo(const char *host, const char *service, const struct addrinfo *hints,
		       struct addrinfo **ret)
{
	struct addrinfo *first = NULL, **last = &first;

	if (!fake.host || !host || strcmp(host, fake.host))
		return __real_getaddrinfo(host, service, hints, ret);
	if (hints && hints->ai_flags & AI_NUMERICHOST)
		return EAI_NONAME;
	__atomic_add_fetch(&fake.lookups, 1, __ATOMIC_SEQ_CST);
	if (fake.block)
		while (sem_wait(fake.block) && errno == EINTR)
			;
	if (fake.meanwhile)
		fake.meanwhile();
	if (!fake.addresses[0])
		return fake.err;
	for (int i = 0; i < 8 && fake.addresses[i]; i++) {
		struct addrinfo numeric = { .ai_flags = AI_NUMERICHOST,
					    .ai_family = hints ? hints->ai_family : 0,
					    .ai_socktype = SOCK_STREAM };
		struct addrinfo *one;

		if (__real_getaddrinfo(fake.addresses[i], service, &numeric, &one))
			continue; /* of a family not asked for */
		*last = one;
		last = &one->ai_next;
	}
	*ret = fake_made = first;
	return first ? 0 : EAI_NONAME;
}

void __wrap_freeaddrinfo(struct addrinfo *list)
{
	struct addrinfo *next;

	if (list != fake_made) {
		__real_freeaddrinfo(list);
		return;
	}
	fake_made = NULL;
	for (; list; list = next) {
		next = list->ai_next;
		list->ai_next = NULL;
		__real_freeaddrinfo(list);
	}
}

#define HOST_MEANS(...)                                                \
	do {                                                           \
		const char *addresses_[8] = { __VA_ARGS__ };           \
		fake.host = "fake.test";                               \
		memcpy(fake.addresses, addresses_, sizeof addresses_); \
	} while (0)

static char *address(const char *host, int port)
{
	static char text[8][128];
	static int i;

	i = (i + 1) % 8;
	snprintf(text[i], sizeof text[i], "%s:%d", host, port);
	return text[i];
}

/* A connection to our own server works in both directions. */
static void must_talk(cigo_ctx *ctx, cigo_stream *s, int listener)
{
	cigo_stream *peer;
	char got[8] = "";
	int fd;

	ck_assert_ptr_nonnull(s);
	equal(cigo_fd_wait(ctx, listener, CIGO_READ), CIGO_READ);
	fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	ck_assert_int_ge(fd, 0);
	peer = cigo_stream_open(fd);
	equal(cigo_stream_write(ctx, s, "ping", 4), 4);
	equal(cigo_stream_read_chunk(ctx, peer, got, 4), 4);
	ck_assert_str_eq(got, "ping");
	equal(cigo_stream_write(ctx, peer, "pong", 4), 4);
	equal(cigo_stream_read_chunk(ctx, s, got, 4), 4);
	ck_assert_str_eq(got, "pong");
	cigo_stream_close(peer);
	equal(cigo_stream_read(ctx, s, got, 4), 0);
	cigo_stream_close(s);
}

static void dial_talk(cigo_ctx *ctx, const char *network, const char *addr, int listener)
{
	cigo_stream *s = NULL;

	ok(cigo_dial(ctx, network, addr, &s));
	must_talk(ctx, s, listener);
}

static void dial_fails(cigo_ctx *ctx, const char *network, const char *addr, int err)
{
	cigo_stream *s = (void *)&s;
	int fds = t_count_fds();
	int got = cigo_dial(ctx, network, addr, &s);

	ck_assert_msg(got == err, "%s %s: %d and not %d", network, addr, got, err);
	ck_assert_ptr_null(s);
	equal(t_count_fds(), fds);
}

TEST_CASE("addresses");

LOOP_TEST(ipv4_by_number)
{
	int port, l = tcp_listen("127.0.0.1", 0, 5, &port);

	dial_talk(ctx, "tcp", address("127.0.0.1", port), l);
	dial_talk(ctx, "tcp4", address("127.0.0.1", port), l);
	close(l);
}

LOOP_TEST(ipv6_by_number)
{
	int port, l = tcp_listen("::1", 0, 5, &port);

	if (l < 0)
		return; /* no IPv6 here */
	dial_talk(ctx, "tcp", address("[::1]", port), l);
	dial_talk(ctx, "tcp6", address("[::1]", port), l);
	close(l);
}

LOOP_TEST(localhost_by_name)
{
	int port, l = tcp_listen("127.0.0.1", 0, 5, &port);

	dial_talk(ctx, "tcp", address("localhost", port), l);
	dial_talk(ctx, "tcp4", address("localhost", port), l);
	close(l);
}

LOOP_TEST(a_path_of_the_file_system)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	char dir[] = "/tmp/cigo-test-XXXXXX";
	int l = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(a.sun_path, sizeof a.sun_path, "%s/socket", dir);
	ok(bind(l, (struct sockaddr *)&a, sizeof a));
	ok(listen(l, 5));
	dial_talk(ctx, "unix", a.sun_path, l);
	close(l);
	dial_fails(ctx, "unix", a.sun_path, -ECONNREFUSED); /* nobody listens any more */
	unlink(a.sun_path);
	dial_fails(ctx, "unix", a.sun_path, -ENOENT);
	rmdir(dir);
}

LOOP_TEST(a_name_of_the_abstract_namespace)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	char name[64];
	socklen_t n;
	int l = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	snprintf(name, sizeof name, "@cigo-test-%d", (int)getpid());
	memcpy(a.sun_path + 1, name + 1, strlen(name) - 1);
	n = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(name));
	ok(bind(l, (struct sockaddr *)&a, n));
	ok(listen(l, 5));
	dial_talk(ctx, "unix", name, l);
	close(l);
	dial_fails(ctx, "unix", name, -ECONNREFUSED);
}

LOOP_TEST(a_connection_has_nodelay_and_is_close_on_exec)
{
	int port, l = tcp_listen("127.0.0.1", 0, 5, &port), on = 0, fd;
	socklen_t n = sizeof on;
	cigo_stream *s;

	ok(cigo_dial(ctx, "tcp", address("127.0.0.1", port), &s));
	fd = cigo_stream_fd(s);
	ok(getsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, &n));
	equal(on != 0, true);
	equal(fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	equal(fcntl(fd, F_GETFL) & O_NONBLOCK, O_NONBLOCK);
	cigo_stream_close(s);
	close(l);
}

/* asyncigo leaked 50 descriptors of 50 */
LOOP_TEST(fifty_dials_leave_no_descriptor)
{
	int port, l = tcp_listen("127.0.0.1", 0, 50, &port), fds = t_count_fds();

	for (int i = 0; i < 50; i++)
		dial_talk(ctx, "tcp", address("127.0.0.1", port), l);
	equal(t_count_fds(), fds);
	close(l);
}

TEST_CASE("errors");

LOOP_TEST(what_does_not_parse_is_einval)
{
	static const char *const addresses[] = { "",
						 ":",
						 "127.0.0.1",
						 "127.0.0.1:",
						 "127.0.0.1:65536",
						 "127.0.0.1:99999999999999999999",
						 "127.0.0.1:-1",
						 "127.0.0.1: 80",
						 "127.0.0.1:+80",
						 "127.0.0.1:80:90",
						 "::1:80",
						 "[::1]",
						 "[::1]80",
						 "[::1:80",
						 "::1]:80",
						 "[::1]:" };
	static const char *const networks[] = { "", "udp", "tcp5", "TCP", "tcp ", "unixgram" };

	for (size_t i = 0; i < sizeof addresses / sizeof *addresses; i++)
		dial_fails(ctx, "tcp", addresses[i], -EINVAL);
	for (size_t i = 0; i < sizeof networks / sizeof *networks; i++)
		dial_fails(ctx, networks[i], "127.0.0.1:80", -EINVAL);
	dial_fails(ctx, NULL, "127.0.0.1:80", -EINVAL);
	dial_fails(ctx, "tcp", NULL, -EINVAL);
	dial_fails(ctx, "unix", NULL, -EINVAL);
}

LOOP_TEST(a_unix_path_must_fit)
{
	char path[200];

	dial_fails(ctx, "unix", "", -EINVAL);
	memset(path, 'x', sizeof path);
	path[sizeof path - 1] = 0;
	dial_fails(ctx, "unix", path, -EINVAL);
	path[0] = '@';
	dial_fails(ctx, "unix", path, -EINVAL);
}

LOOP_TEST(an_absurdly_long_address_is_an_error)
{
	char *text = malloc(100001);
	cigo_stream *s;

	memset(text, 'x', 100000);
	memcpy(text + 100000 - 3, ":80", 4);
	ck_assert_int_lt(cigo_dial(ctx, "tcp", text, &s), 0);
	ck_assert_ptr_null(s);
	free(text);
}

LOOP_TEST(a_port_nobody_listens_at_is_refused)
{
	int port, l = tcp_listen("127.0.0.1", 0, -1, &port); /* bound, not listening */

	dial_fails(ctx, "tcp", address("127.0.0.1", port), -ECONNREFUSED);
	close(l);
	l = tcp_listen("::1", 0, -1, &port);
	if (l >= 0) {
		dial_fails(ctx, "tcp6", address("[::1]", port), -ECONNREFUSED);
		close(l);
	}
}

LOOP_TEST(a_name_that_does_not_resolve_is_eresolve)
{
	cigo_stream *s = (void *)&s;
	int err;

	dial_fails(ctx, "tcp", "no-such-host.invalid:80", CIGO_ERESOLVE);
	fake.host = "fake.test";
	fake.err = EAI_AGAIN;
	dial_fails(ctx, "tcp", "fake.test:80", CIGO_ERESOLVE);
	fake.err = EAI_FAIL;
	dial_fails(ctx, "tcp", "fake.test:80", CIGO_ERESOLVE);
	fake.err = EAI_NONAME;
	dial_fails(ctx, "tcp", "fake.test:80", CIGO_ERESOLVE);
	fake.err = EAI_MEMORY;
	err = cigo_dial(ctx, "tcp", "fake.test:80", &s);
	ck_assert(err == -ENOMEM || err == CIGO_ERESOLVE);
	ck_assert_ptr_null(s);
}

LOOP_TEST(a_service_nobody_knows_is_an_error)
{
	cigo_stream *s = (void *)&s;
	int err = cigo_dial(ctx, "tcp", "127.0.0.1:no-such-service", &s);

	ck_assert(err == -EINVAL || err == CIGO_ERESOLVE);
	ck_assert_ptr_null(s);
}

LOOP_TEST(an_address_of_the_other_family_is_an_error)
{
	cigo_stream *s = (void *)&s;

	ck_assert_int_lt(cigo_dial(ctx, "tcp6", "127.0.0.1:80", &s), 0);
	ck_assert_ptr_null(s);
	s = (void *)&s;
	ck_assert_int_lt(cigo_dial(ctx, "tcp4", "[::1]:80", &s), 0);
	ck_assert_ptr_null(s);
}

LOOP_TEST(under_a_dead_context_nobody_is_dialled)
{
	int port, l = tcp_listen("127.0.0.1", 0, 5, &port);
	cigo_ctx *dead = cigo_ctx_with_cancel(ctx);

	cigo_ctx_cancel(dead, -EIO);
	dial_fails(dead, "tcp", address("127.0.0.1", port), -EIO);
	equal(accept4(l, NULL, NULL, 0), -1);
	equal(errno, EAGAIN);
	cigo_ctx_unref(dead);
	close(l);
}

TEST_CASE("no answer");

/* A listener whose queue is full: the kernel drops what else knocks. */
struct full {
	int listener, client[4], n;
};

static bool fill(struct full *f, const char *addr, int port, int *ret_port)
{
	struct sockaddr_storage a;
	socklen_t n = sizeof a;
	struct pollfd p = { .events = POLLOUT };

	f->n = 0;
	f->listener = tcp_listen(addr, port, 0, ret_port);
	if (f->listener < 0)
		return false;
	getsockname(f->listener, (struct sockaddr *)&a, &n);
	while (f->n < 4) {
		p.fd = socket(a.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		f->client[f->n++] = p.fd;
		if (connect(p.fd, (struct sockaddr *)&a, n) && poll(&p, 1, 50) == 0)
			return true;
	}
	return false;
}

static void empty(struct full *f)
{
	while (f->n)
		close(f->client[--f->n]);
	if (f->listener >= 0)
		close(f->listener);
}

LOOP_TEST(a_dial_that_takes_too_long_ends_with_its_context)
{
	struct full f;
	int port;
	cigo_ctx *timed;
	int64_t start;

	if (!fill(&f, "127.0.0.1", 0, &port))
		ck_abort_msg("no listener with a full queue is to be had");
	timed = cigo_ctx_with_timeout(ctx, CIGO_S(0.2));
	start = cigo_now(ctx);
	dial_fails(timed, "tcp", address("127.0.0.1", port), -ETIMEDOUT);
	equal(cigo_now(ctx), start + CIGO_S(0.2));
	cigo_ctx_unref(timed);
	empty(&f);
}

struct dialling {
	const char *address;
	int err;
	cigo_stream *s;
};

CORO(dial_arg)
{
	struct dialling *d = arg;

	d->err = cigo_dial(ctx, "tcp", d->address, &d->s);
	return 0;
}

LOOP_TEST(a_cancelled_dial_ends_at_once_and_leaves_nothing)
{
	struct full f;
	int port, fds;
	struct dialling d = { .err = 1 };
	cigo_task *t;

	if (!fill(&f, "127.0.0.1", 0, &port))
		ck_abort_msg("no listener with a full queue is to be had");
	fds = t_count_fds();
	d.address = address("127.0.0.1", port);
	t = cigo_spawn(ctx, dial_arg, 0, &d);
	ok(cigo_sleep(ctx, CIGO_MS(1)));
	equal(t_count_fds(), fds + 1);
	fails(cigo_task_stop(ctx, t), -ECANCELED);
	fails(d.err, -ECANCELED);
	ck_assert_ptr_null(d.s);
	equal(t_count_fds(), fds);
	empty(&f);
}

TEST_CASE("several addresses");

LOOP_TEST(a_refused_address_is_followed_by_the_next_at_once)
{
	int port, l = tcp_listen("127.0.0.3", 0, 5, &port);
	int64_t start = cigo_now(ctx);

	HOST_MEANS("127.0.0.1", "127.0.0.2", "127.0.0.3");
	dial_talk(ctx, "tcp", address("fake.test", port), l);
	ck_assert_int_lt(cigo_now(ctx) - start, CIGO_MS(250));
	close(l);
}

LOOP_TEST(when_all_addresses_refuse_it_is_the_last_ones_error)
{
	int port, l = tcp_listen("127.0.0.1", 0, -1, &port);

	HOST_MEANS("127.0.0.1", "127.0.0.2");
	dial_fails(ctx, "tcp", address("fake.test", port), -ECONNREFUSED);
	close(l);
}

LOOP_TEST(an_address_that_does_not_answer_is_raced_after_250_ms_and_then_closed)
{
	struct full f;
	int port, l, fds;
	int64_t start = cigo_now(ctx);
	cigo_stream *s;

	if (!fill(&f, "127.0.0.2", 0, &port))
		ck_abort_msg("no listener with a full queue is to be had");
	l = tcp_listen("127.0.0.3", port, 5, NULL);
	ck_assert_int_ge(l, 0);
	HOST_MEANS("127.0.0.2", "127.0.0.3");
	fds = t_count_fds();
	ok(cigo_dial(ctx, "tcp", address("fake.test", port), &s));
	ck_assert_int_ge(cigo_now(ctx) - start, CIGO_MS(250));
	ck_assert_int_lt(cigo_now(ctx) - start, CIGO_MS(500));
	equal(t_count_fds(), fds + 1); /* the loser is closed */
	must_talk(ctx, s, l);
	close(l);
	empty(&f);
}

static int64_t race_with(cigo_ctx *ctx, int64_t stagger_ns)
{
	cigo_dial_options o = { .size = sizeof o, .stagger_ns = stagger_ns };
	int64_t start = cigo_now(ctx);
	struct full f;
	cigo_stream *s;
	int port, l;

	if (!fill(&f, "127.0.0.2", 0, &port))
		ck_abort_msg("no listener with a full queue is to be had");
	l = tcp_listen("127.0.0.3", port, 5, NULL);
	HOST_MEANS("127.0.0.2", "127.0.0.3");
	ok(cigo_dial_with(ctx, "tcp", address("fake.test", port), &o, &s));
	must_talk(ctx, s, l);
	close(l);
	empty(&f);
	return cigo_now(ctx) - start;
}

LOOP_TEST(the_option_stagger_says_how_far_apart_addresses_begin)
{
	int64_t ns = race_with(ctx, CIGO_MS(400));

	ck_assert_int_ge(ns, CIGO_MS(400));
	ck_assert_int_lt(ns, CIGO_MS(650));
	ck_assert_int_lt(race_with(ctx, -1), CIGO_MS(250));
}

LOOP_TEST(a_dialled_stream_has_what_the_options_say)
{
	cigo_dial_options o = { .size = sizeof o,
				.flags = CIGO_DIAL_NO_NODELAY,
				.keepalive_ns = CIGO_S(20) };
	int port, l = tcp_listen("127.0.0.1", 0, 5, &port), value = -1;
	socklen_t n = sizeof value;
	cigo_stream *s;

	ok(cigo_dial_with(ctx, "tcp", address("127.0.0.1", port), &o, &s));
	ok(getsockopt(cigo_stream_fd(s), IPPROTO_TCP, TCP_NODELAY, &value, &n));
	equal(value, 0);
	ok(getsockopt(cigo_stream_fd(s), IPPROTO_TCP, TCP_KEEPIDLE, &value, &n));
	equal(value, 20);
	cigo_stream_close(s);
	ok(cigo_dial_with(ctx, "tcp", address("127.0.0.1", port), NULL, &s));
	ok(getsockopt(cigo_stream_fd(s), IPPROTO_TCP, TCP_NODELAY, &value, &n));
	equal(value, 1);
	cigo_stream_close(s);
	close(l);
}

MISUSE_TEST(a_flag_that_dial_does_not_know_is_misuse, "cigo_dial_with: no such flags: 0x80")
{
	cigo_dial_options o = { .size = sizeof o, .flags = 0x80 };
	cigo_stream *s;

	cigo_ignore(cigo_dial_with(ctx, "tcp", "127.0.0.1:1", &o, &s));
}

LOOP_TEST(three_addresses_begin_250_ms_apart)
{
	struct full a, b;
	int port, l, fds;
	int64_t start = cigo_now(ctx);
	cigo_stream *s;

	if (!fill(&a, "127.0.0.2", 0, &port) || !fill(&b, "127.0.0.3", port, NULL))
		ck_abort_msg("no listener with a full queue is to be had");
	l = tcp_listen("127.0.0.4", port, 5, NULL);
	HOST_MEANS("127.0.0.2", "127.0.0.3", "127.0.0.4");
	fds = t_count_fds();
	ok(cigo_dial(ctx, "tcp", address("fake.test", port), &s));
	ck_assert_int_ge(cigo_now(ctx) - start, CIGO_MS(500));
	ck_assert_int_lt(cigo_now(ctx) - start, CIGO_MS(750));
	equal(t_count_fds(), fds + 1);
	must_talk(ctx, s, l);
	close(l);
	empty(&a);
	empty(&b);
}

LOOP_TEST(families_take_turns)
{
	struct full a, b;
	int port, l;
	int64_t start = cigo_now(ctx);
	cigo_stream *s;

	if (!fill(&a, "127.0.0.2", 0, &port) || !fill(&b, "127.0.0.3", port, NULL))
		ck_abort_msg("no listener with a full queue is to be had");
	l = tcp_listen("::1", port, 5, NULL);
	if (l >= 0) {
		HOST_MEANS("127.0.0.2", "127.0.0.3", "::1");
		ok(cigo_dial(ctx, "tcp", address("fake.test", port), &s));
		/* second in line, not third */
		ck_assert_int_lt(cigo_now(ctx) - start, CIGO_MS(500));
		must_talk(ctx, s, l);
		close(l);
	}
	empty(&a);
	empty(&b);
}

LOOP_TEST(a_cancelled_race_closes_all_its_sockets)
{
	struct full a, b;
	int port, fds;
	cigo_ctx *timed = cigo_ctx_with_timeout(ctx, CIGO_MS(300));

	if (!fill(&a, "127.0.0.2", 0, &port) || !fill(&b, "127.0.0.3", port, NULL))
		ck_abort_msg("no listener with a full queue is to be had");
	HOST_MEANS("127.0.0.2", "127.0.0.3");
	fds = t_count_fds();
	dial_fails(timed, "tcp", address("fake.test", port), -ETIMEDOUT);
	equal(t_count_fds(), fds);
	cigo_ctx_unref(timed);
	empty(&a);
	empty(&b);
}

LOOP_TEST(of_several_addresses_that_answer_one_is_taken)
{
	int port, a = tcp_listen("127.0.0.2", 0, 5, &port), fds;
	int b = tcp_listen("127.0.0.3", port, 5, NULL);
	cigo_stream *s;

	HOST_MEANS("127.0.0.2", "127.0.0.3");
	fds = t_count_fds();
	ok(cigo_dial(ctx, "tcp", address("fake.test", port), &s));
	equal(t_count_fds(), fds + 1);
	must_talk(ctx, s, a);
	close(a);
	close(b);
}

TEST_CASE("lookup");

CORO(post_in_a_while)
{
	for (int i = 0; i < 100; i++)
		ok(cigo_yield(ctx));
	sem_post(arg);
	return 0;
}

/* asyncigo's lookup blocked the loop */
LOOP_TEST(a_lookup_does_not_block_the_loop)
{
	int port, l = tcp_listen("127.0.0.1", 0, 5, &port);
	sem_t sem;
	cigo_task *t;

	sem_init(&sem, 0, 0);
	fake.block = &sem;
	HOST_MEANS("127.0.0.1");
	t = cigo_spawn(ctx, post_in_a_while, 0, &sem);
	dial_talk(ctx, "tcp", address("fake.test", port), l); /* hangs if nobody else runs */
	ok(cigo_future_take(ctx, t, NULL, 0));
	close(l);
	sem_destroy(&sem);
}

struct lookup {
	struct dialling d;
	sem_t sem;
};

CORO(cancel_a_lookup)
{
	struct lookup *u = arg;
	cigo_task *t = cigo_spawn(ctx, dial_arg, 0, &u->d);
	int64_t start = t_real_now();

	while (!__atomic_load_n(&fake.lookups, __ATOMIC_SEQ_CST))
		ok(cigo_yield(ctx));
	fails(cigo_task_stop(ctx, t), -ECANCELED); /* though the lookup still hangs */
	fails(u->d.err, -ECANCELED);
	ck_assert_ptr_null(u->d.s);
	ck_assert_int_lt(t_real_now() - start, CIGO_S(5));
	sem_post(&u->sem); /* the run's end waits for it */
	return 0;
}

TEST(a_cancelled_dial_does_not_wait_for_its_lookup)
{
	struct lookup u = { .d = { "fake.test:80", 1, NULL } };

	sem_init(&u.sem, 0, 0);
	fake.block = &u.sem;
	HOST_MEANS("127.0.0.1");
	ok(t_run(cancel_a_lookup, &u));
	sem_destroy(&u.sem);
}

TEST_CASE("without a loop");

struct server {
	int listener;
};

THREAD(greet_later)
{
	const struct server *s = arg;
	struct pollfd p = { .fd = s->listener, .events = POLLIN };
	int fd;

	nap(20);
	equal(poll(&p, 1, 10000), 1);
	fd = accept4(s->listener, NULL, NULL, SOCK_CLOEXEC);
	raw_say(fd, "hello\n");
	close(fd);
	return NULL;
}

TEST(a_plain_thread_may_dial)
{
	struct server server;
	int port;
	pthread_t t;
	cigo_stream *s;
	cigo_bytes line;
	static const char *const hosts[] = { "127.0.0.1", "localhost" };

	server.listener = tcp_listen("127.0.0.1", 0, 5, &port);
	for (int i = 0; i < 2; i++) {
		t = thread_start(greet_later, &server);
		ok(cigo_dial(cigo_ctx_background(), "tcp", address(hosts[i], port), &s));
		equal(cigo_stream_read_line(cigo_ctx_background(), s, &line), 6);
		ck_assert_str_eq(line.data, "hello\n");
		cigo_stream_close(s);
		thread_join(t);
	}
	close(server.listener);
}

TEST(a_plain_thread_gets_the_same_errors)
{
	cigo_ctx *ctx = cigo_ctx_background();
	int port, l = tcp_listen("127.0.0.1", 0, -1, &port);

	dial_fails(ctx, "tcp", "nonsense", -EINVAL);
	dial_fails(ctx, "tcp", address("127.0.0.1", port), -ECONNREFUSED);
	fake.host = "fake.test";
	fake.err = EAI_NONAME;
	dial_fails(ctx, "tcp", "fake.test:80", CIGO_ERESOLVE);
	close(l);
}

TEST(a_plain_threads_dial_races_addresses_too)
{
	struct full f;
	int port, l, fds;
	int64_t start;
	cigo_stream *s;

	if (!fill(&f, "127.0.0.2", 0, &port))
		ck_abort_msg("no listener with a full queue is to be had");
	l = tcp_listen("127.0.0.3", port, 5, NULL);
	HOST_MEANS("127.0.0.2", "127.0.0.3");
	fds = t_count_fds();
	start = t_real_now();
	ok(cigo_dial(cigo_ctx_background(), "tcp", address("fake.test", port), &s));
	ck_assert_int_ge(t_real_now() - start, CIGO_MS(250));
	ck_assert_int_lt(t_real_now() - start, CIGO_S(0.9)); /* the kernel tries again after 1 s */
	equal(t_count_fds(), fds + 1);
	cigo_stream_close(s);
	close(l);
	empty(&f);
}

THREAD(cancel_later)
{
	nap(30);
	cigo_ctx_cancel(arg, -EIO);
	return NULL;
}

TEST(a_plain_threads_dial_is_woken_by_a_cancellation)
{
	struct full f;
	int port;
	cigo_ctx *ctx = cigo_ctx_with_cancel(cigo_ctx_background());
	pthread_t t;

	if (!fill(&f, "127.0.0.1", 0, &port))
		ck_abort_msg("no listener with a full queue is to be had");
	t = thread_start(cancel_later, ctx);
	dial_fails(ctx, "tcp", address("127.0.0.1", port), -EIO);
	thread_join(t);
	cigo_ctx_unref(ctx);
	empty(&f);
}

TEST(a_plain_threads_dial_times_out)
{
	struct full f;
	int port;
	cigo_ctx *timed;

	if (!fill(&f, "127.0.0.1", 0, &port))
		ck_abort_msg("no listener with a full queue is to be had");
	timed = cigo_ctx_with_timeout(cigo_ctx_background(), CIGO_MS(30));
	dial_fails(timed, "tcp", address("127.0.0.1", port), -ETIMEDOUT);
	cigo_ctx_unref(timed);
	empty(&f);
}

MISUSE_TEST(to_dial_without_a_loop_in_a_coroutine_is_misuse, "cigo_dial")
{
	cigo_stream *s;

	cigo_ignore(cigo_dial(cigo_ctx_background(), "tcp", "127.0.0.1:1", &s));
}

/* ---- between the wake and the turn ---- */

static cigo_loop *dialers_loop;
static cigo_task *dialer;

CALLBACK(cancel_dialer)
{
	if (!status)
		cigo_future_cancel(dialer, 0);
}

static void cancel_behind_the_lookup(void)
{
	cigo_ignore(cigo_loop_call_threadsafe(dialers_loop, cancel_dialer, NULL));
}

CORO(dials)
{
	cigo_stream *s;
	int err = cigo_dial(ctx, "tcp", arg, &s);

	cigo_stream_close(s);
	return err;
}

TEST_CASE("between the wake and the turn");

/*
 * A full backlog: the connection is neither made nor refused.  The baton keeps
 * the dialer from its lookup until the test has stored the task to cancel.
 */
LOOP_TEST(a_dial_cancelled_after_its_lookup_does_not_wait_for_the_connection, COOPERATIVE)
{
	int port, listener = tcp_listen("127.0.0.1", 0, 0, &port), full[4];
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_port = htons((uint16_t)port),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };

	for (int i = 0; i < 4; i++) {
		full[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
		cigo_ignore(connect(full[i], (struct sockaddr *)&to, sizeof to));
	}
	HOST_MEANS("127.0.0.1");
	dialers_loop = cigo_ctx_loop(ctx);
	fake.meanwhile = cancel_behind_the_lookup;
	dialer = cigo_spawn(ctx, dials, 0, address("fake.test", port));
	ok(cigo_yield(ctx));
	while (!__atomic_load_n(&fake.lookups, __ATOMIC_SEQ_CST))
		nap(1);
	nap(20); /* with the baton: both letters come at once */
	fails(cigo_future_take(ctx, dialer, NULL, 0), -ECANCELED);
	for (int i = 0; i < 4; i++)
		close(full[i]);
	close(listener);
}

TEST_CASE("turns");

static int others_turns;

CORO(counts_its_turns)
{
	while (!cigo_yield(ctx))
		others_turns++;
	return 0;
}

LOOP_TEST(dials_that_never_wait_give_the_others_a_turn, COOPERATIVE)
{
	char name[64];
	cigo_listener *l;
	cigo_stream *s[200];
	cigo_task *other = cigo_spawn(ctx, counts_its_turns, 0, NULL);

	snprintf(name, sizeof name, "@cigo-turns-%d", (int)getpid());
	ok(cigo_listen(ctx, "unix", name, NULL, &l));
	others_turns = 0;
	for (int i = 0; i < 200; i++)
		ok(cigo_dial(ctx, "unix", name, &s[i]));
	ck_assert_int_ge(others_turns, 2);
	cigo_ignore(cigo_task_stop(ctx, other));
	for (int i = 0; i < 200; i++)
		cigo_stream_close(s[i]);
	cigo_listener_close(l);
}

TEST_CASE("threads");

TEST(a_plain_threads_dial_does_not_wait_for_its_lookup)
{
	sem_t block;
	int fds = t_count_fds();
	int64_t start = t_real_now();
	cigo_ctx *timed = cigo_ctx_with_timeout(cigo_ctx_background(), CIGO_MS(30));
	cigo_stream *s;

	sem_init(&block, 0, 0);
	HOST_MEANS("127.0.0.1");
	fake.block = &block;
	fails(cigo_dial(timed, "tcp", "fake.test:80", &s), -ETIMEDOUT);
	ck_assert_int_lt(t_real_now() - start, CIGO_S(2));
	cigo_ctx_unref(timed);
	sem_post(&block);
	while (t_count_fds() != fds) /* the lookup frees what it has */
		nap(1);
}
