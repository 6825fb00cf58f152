/* SPDX-License-Identifier: MIT
 * Lambdas as tasks, workers and sections; contexts; groups.
 */
#include "check.hpp"

#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <thread>

using namespace std::chrono_literals;

static void values(cigo_ctx *ctx)
{
	int one = 1;
	std::string two = "two";
	auto t = cigo::spawn(ctx, "adder", [&one, two](cigo_ctx *own) {
		cigo::sleep(own, 1ms).value();
		one++;
		return two + "!";
	});

	CHECK(std::strcmp(cigo_task_name(t), "adder") == 0);
	CHECK(t.await(ctx).value() == "two!");
	CHECK(one == 2);
	CHECK(t.await(ctx).error() == std::errc::connection_already_in_progress); /* taken before */

	auto unique = cigo::spawn(ctx, [p = std::make_unique<int>(7)] {
		return std::make_unique<int>(*p);
	});
	CHECK(*unique.await(ctx).value() == 7);

	auto nothing = cigo::spawn(ctx, [] {});
	nothing.await(ctx).value();

	auto fails = cigo::spawn(ctx, []() -> cigo::result<int> { return cigo::errc::closed; });
	CHECK(fails.await(ctx).error() == cigo::errc::closed);
}

static bool preemptive()
{
	const char *model = std::getenv("CIGO_MODEL");

	return model && !std::strcmp(model, "preemptive");
}

static void captures(cigo_ctx *ctx)
{
	auto seen = std::make_shared<int>(0);
	{
		auto t = cigo::spawn(ctx, [seen](cigo_ctx *own) {
			cigo::sleep(own, 1ms).value();
			++*seen;
		});
		CHECK(preemptive() || seen.use_count() == 2);
	} /* given back: it runs on */
	for (int i = 0; i < 10000 && seen.use_count() > 1; i++)
		cigo::sleep(ctx, 2ms).value();
	CHECK(*seen == 1 && seen.use_count() == 1);

	if (preemptive()) /* there it may have begun already */
		return;
	auto never = cigo::spawn(ctx, [seen] { ++*seen; });
	never.cancel(); /* before its first step */
	CHECK(never.await(ctx).error() == std::errc::operation_canceled);
	CHECK(*seen == 1 && seen.use_count() == 1);
}

static void workers(cigo_ctx *ctx)
{
	auto seen = std::make_shared<int>(0);
	const std::thread::id here = std::this_thread::get_id();
	auto w = cigo::go(ctx, "mill", [seen, here](cigo_ctx *own) {
		CHECK(!cigo_ctx_loop(own));
		return std::this_thread::get_id() != here;
	});

	CHECK(std::strcmp(cigo_task_name(w), "mill") == 0);
	CHECK(w.await(ctx).value());
	CHECK(seen.use_count() == 1);
	const int n = cigo::blocking(ctx, [&] { return 41 + (seen != nullptr); });
	CHECK(n == 42);
}

static void times(cigo_ctx *ctx)
{
	const int64_t start = cigo_now(ctx);

	cigo::sleep(ctx, 1500us).value();
	CHECK(cigo_now(ctx) - start >= 1500000);
	CHECK(cigo::nanoseconds(2h) == CIGO_S(7200));
	CHECK(cigo::nanoseconds(std::chrono::hours::max()) == CIGO_NEVER);
	CHECK(cigo::nanoseconds(cigo::never) == CIGO_NEVER);
	CHECK(cigo::nanoseconds(std::chrono::duration<double>(0.25)) == CIGO_MS(250));
	CHECK(CIGO_S(1.5) == 1500000000);

	auto late = cigo::with_timeout(ctx, 10ms,
				       [](cigo_ctx *timed) { return cigo::sleep(timed, 1h); });
	CHECK(late.error() == std::errc::timed_out);
	CHECK(cigo::with_timeout(ctx, 10ms, [](cigo_ctx *) { return 7; }).value() == 7);
	cigo::with_timeout(ctx, 10ms, [] {}).value();

	const cigo::context c = cigo::context::cancellable(ctx), same = c;
	c.cancel(std::make_error_code(std::errc::io_error));
	CHECK(same.error() == std::errc::io_error);
	CHECK(cigo::sleep(c, 1ms).error() == std::errc::io_error);
	cigo::sleep(cigo::context::shielded(c, 1s), 1ms).value();
	CHECK(cigo::yield(c).error() == std::errc::io_error);
}

static void several(cigo_ctx *ctx)
{
	auto a = cigo::spawn(ctx, [](cigo_ctx *own) { return cigo::sleep(own, 3ms); });
	auto b = cigo::spawn(ctx, [](cigo_ctx *own) {
		cigo::sleep(own, 1ms).value();
		return std::string("b");
	});

	cigo::wait_any(ctx, a, b).value();
	CHECK(b.done() && !a.done());
	cigo::wait_all(ctx, a, b).value();
	CHECK(a.done());
	CHECK(b.await(ctx).value() == "b");

	/* the macros of C */
	cigo_task *c = cigo::spawn(ctx, [] {}).get();
	CHECK(cigo_wait_all(ctx, a.get(), b.get()) == 0);
	CHECK(cigo_wait_any(ctx, a.get(), nullptr) == 0);
	static_cast<void>(c);
}

static void groups(cigo_ctx *ctx)
{
	int done = 0;
	cigo::group g(ctx);
	auto t = g.spawn([&](cigo_ctx *own) {
		cigo::sleep(own, 1ms).value();
		return ++done;
	});

	g.spawn("other", [&] { ++done; }).detach();
	g.wait(ctx).value();
	CHECK(done == 2 && t.await(ctx).value() == 2);

	cigo::group failing(ctx);
	auto sibling = failing.spawn([](cigo_ctx *own) { return cigo::sleep(own, 1h); });
	failing.spawn([]() -> cigo::result<void> { return cigo::errc::broken; }).detach();
	CHECK(failing.wait(ctx).error() == cigo::errc::broken);
	CHECK(sibling.await(ctx).error() == std::errc::operation_canceled);

	bool ended = false;
	{
		cigo::group scope(ctx);
		scope.spawn([&](cigo_ctx *own) {
			     cigo::sleep(own, 1h).ignore();
			     ended = true;
		     }).detach();
		cigo::yield(ctx).value();
	}
	CHECK(ended);
}

static void errors(cigo_ctx *)
{
	const std::error_code closed = cigo::errc::closed;

	CHECK(closed.category() == cigo::category());
	CHECK(closed.message() == cigo_strerror(CIGO_ECLOSED));
	CHECK(cigo::error_of(-ENOENT) == std::errc::no_such_file_or_directory);
	CHECK(!cigo::error_of(0) && !cigo::error_of(5));
	CHECK(std::strcmp(cigo::category().name(), "cigo") == 0);
	cigo::result<int> r = cigo::errc::closed;
	CHECK(!r && std::move(r).value_or(3) == 3);
}

void tests_of_tasks()
{
	check("a lambda's value is awaited", values);
	check("captures live until the body has returned", captures);
	check("workers and sections", workers);
	check("durations, timeouts, contexts", times);
	check("waiting for several", several);
	check("groups", groups);
	check("errors", errors);
}
