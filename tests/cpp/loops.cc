/* SPDX-License-Identifier: MIT
 * Loops and callbacks.
 */
#include "check.hpp"

#include <memory>
#include <string>
#include <thread>

using namespace std::chrono_literals;

static void callbacks(cigo_ctx *ctx)
{
	const cigo::loop_view here(ctx);
	auto order = std::make_unique<std::string>();
	std::string *seen = order.get();
	auto alive = std::make_shared<int>(0);

	here.call_soon([own = std::move(order), seen, alive] { *seen = "" + *own + "a"; }).value();
	here.call_later(1ms, [alive](std::error_code status) {
		    *alive += status ? 100 : 1;
	    }).value();
	auto withdrawn = here.call_later(1h, [alive] { *alive += 100; }).value();
	CHECK(withdrawn.cancel() && !withdrawn.cancel());
	CHECK(cigo_loop_wait_idle(ctx) == 0);
	CHECK(*alive == 1 && alive.use_count() == 1);

	cigo::event told;
	std::thread outside([&told, post = cigo::loop(here)]() mutable {
		post.call_threadsafe([&told] { told.set(); }).value();
	});
	told.wait(ctx).value();
	outside.join();
}

static void ends()
{
	int status_at_end = 0;
	cigo::loop l;
	auto r = l.run([&](cigo_ctx *ctx) {
		cigo::loop_view(ctx)
			.call_later(1h,
				    [&](std::error_code status) { status_at_end = status.value(); })
			.value();
		return std::string("made");
	});

	CHECK(std::move(r).value() == "made");
	CHECK(status_at_end < 0);
	CHECK(l.call_threadsafe([] {}).error() == cigo::errc::closed);

	cigo::loop stopped(cigo::loop_options());
	stopped.stop(cigo::errc::broken).value();
	CHECK(stopped.run([] { return 1; }).error() == cigo::errc::broken);
	CHECK(cigo::run([]() -> cigo::result<int> { return cigo::errc::closed; }).error() ==
	      cigo::errc::closed);
}

void tests_of_loops()
{
	check("lambdas as callbacks", callbacks);
	ends();
	std::printf("ok - loops end\n");
}
