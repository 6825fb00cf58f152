/* SPDX-License-Identifier: MIT
 * Exceptions go from the body to who waits for it.
 */
#include "check.hpp"

#if CIGO_EXCEPTIONS_

#include <stdexcept>
#include <string>
#include <unistd.h>

using namespace std::chrono_literals;

/* The words of the exception that fn throws. */
template <class F> static std::string thrown_by(F fn)
{
	try {
		fn();
	} catch (const std::exception &e) {
		return e.what();
	}
	return "nothing";
}

static int throws(const char *words)
{
	throw std::runtime_error(words);
}

static void tasks(cigo_ctx *ctx)
{
	auto t = cigo::spawn(ctx, [] { return throws("from a task"); });
	CHECK(thrown_by([&] { t.await(ctx).value(); }) == "from a task");
	CHECK(thrown_by([&] { t.await(ctx).value(); }) == "from a task"); /* as often as asked */
	CHECK(std::string(cigo_strerror(cigo_future_error(t))) == "a C++ exception was thrown");

	auto w = cigo::go(ctx, [] { throws("from a worker"); });
	CHECK(thrown_by([&] { w.await(ctx).value(); }) == "from a worker");

	auto fails = cigo::spawn(ctx, [](cigo_ctx *own) {
		cigo::with_timeout(own, 1ms, [](cigo_ctx *timed) {
			cigo::sleep(timed, 1h).value();
		}).value();
	});
	try {
		fails.await(ctx).value();
		CHECK(false);
	} catch (const std::system_error &e) {
		CHECK(e.code() == std::errc::timed_out && e.code().category() == cigo::category());
	}
	CHECK(cigo_future_error(fails) == -ETIMEDOUT); /* the code is kept, for C */

	auto nobody = cigo::spawn(ctx, [] { throws("unheard"); });
	cigo::yield(ctx).value();
}

static void in_place(cigo_ctx *ctx)
{
	CHECK(thrown_by([&] { cigo::blocking(ctx, [] { throws("from a section"); }); }) ==
	      "from a section");
	cigo::sleep(ctx, 1ms).value(); /* the section has ended */
	CHECK(thrown_by([&] {
		      cigo::with_timeout(ctx, 1s, [](cigo_ctx *) { throws("in time"); }).value();
	      }) == "in time");
	CHECK(cigo::yield(ctx).error() == std::error_code());
}

static void groups(cigo_ctx *ctx)
{
	cigo::group g(ctx);
	auto sibling = g.spawn([](cigo_ctx *own) { return cigo::sleep(own, 1h); });
	g.spawn([] { throws("from a group"); }).detach();
	CHECK(thrown_by([&] { g.wait(ctx).value(); }) == "from a group");
	CHECK(sibling.await(ctx).error() == std::errc::operation_canceled);
}

static void iterators(cigo_ctx *ctx)
{
	auto g = cigo::generate<int>(ctx, [](cigo_ctx *, auto &yield) {
		yield(1);
		throws("from a generator");
	});
	int seen = 0;
	CHECK(thrown_by([&] {
		      for (int i : g.each(ctx))
			      seen += i;
	      }) == "from a generator");
	CHECK(seen == 1);

	auto m = cigo::range(3).map([](int64_t i) { return i == 1 ? throws("from map") : 0; });
	CHECK(thrown_by([&] { m.collect(ctx).value(); }) == "from map");
	auto c = cigo::chain(cigo::range(1), cigo::range(3).filter([](int64_t i) {
		return throws("from filter") > i;
	}));
	CHECK(thrown_by([&] { c.collect(ctx).value(); }) == "from filter");

	const cigo::context ended = cigo::context::cancellable(ctx);
	auto stopped = cigo::range(3);
	cigo::stream s = cigo::stream::open(-1);
	auto lines = s.lines();
	CHECK(thrown_by([&] {
		      for (const cigo_bytes &line : lines.each(ctx))
			      CHECK(!line.size);
	      }).find(cigo_strerror(-EBADF)) == 0);
}

static void servers(cigo_ctx *ctx)
{
	const std::string name = "@cigo-cpp-thrown-" + std::to_string(getpid());
	auto l = cigo::listen(ctx, "unix", name.c_str()).value();
	auto server = cigo::spawn(ctx, [&](cigo_ctx *own) {
		return cigo::serve(own, l,
				   [](cigo_ctx *, cigo_stream *) { throws("from a handler"); });
	});
	auto s = cigo::dial(ctx, "unix", l.address()).value();

	CHECK(thrown_by([&] { server.await(ctx).value(); }) == "from a handler");
}

void tests_of_exceptions()
{
	CHECK(thrown_by([] { cigo::run([] { return throws("from main"); }).value(); }) ==
	      "from main");
	check("exceptions of tasks and workers", tasks);
	check("exceptions of sections and timed calls", in_place);
	check("exceptions of groups", groups);
	check("exceptions of iterators", iterators);
	check("exceptions of servers", servers);
}

#endif
