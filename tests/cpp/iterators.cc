/* SPDX-License-Identifier: MIT
 * range-for over iterators and generators.
 */
#include "check.hpp"

#include <memory>
#include <string>
#include <vector>

using namespace std::chrono_literals;

static void ranges(cigo_ctx *ctx)
{
	auto numbers = cigo::range(4);
	int64_t sum = 0;

	for (int64_t i : numbers.each(ctx))
		sum += i;
	CHECK(sum == 6);
	int factor = 10;
	auto made =
		cigo::range(6).filter([](int64_t i) { return i % 2 == 1; }).map([factor](int64_t i) {
			return static_cast<int>(i) * factor;
		});
	CHECK(made.collect(ctx).value() == std::vector<int>({ 10, 30, 50 }));
	auto both = cigo::chain(cigo::range(2), cigo::range(3), cigo::range(0));
	CHECK(both.collect(ctx).value() == std::vector<int64_t>({ 0, 1, 0, 1, 2 }));
	CHECK(!both.next(ctx).value());
	both.close(ctx).value();

	/* the macro of C */
	cigo::iter<int64_t> c(cigo_chain(cigo_iter_range(1), cigo_iter_range(1)));
	CHECK(c.next(ctx).value() == 0 && c.collect(ctx).value().size() == 1);
}

static void generators(cigo_ctx *ctx)
{
	auto alive = std::make_shared<int>(0);
	{
		auto g = cigo::generate<int>(ctx, "counter", [alive](cigo_ctx *own, auto &yield) {
			for (int i = 0; yield(i); i++)
				cigo::sleep(own, 1ms).value();
			++*alive; /* the consumer has left */
		});
		int last = -1;

		for (int i : g.each(ctx)) {
			CHECK(i == ++last);
			if (i == 3)
				break;
		}
		CHECK(last == 3);
	}
	CHECK(*alive == 1 && alive.use_count() == 1);
	{
		auto never = cigo::generate<int>(ctx, [alive](cigo_ctx *, auto &) { ++*alive; });
		CHECK(alive.use_count() == 2);
	}
	CHECK(*alive == 1 && alive.use_count() == 1);

	const cigo::context ended = cigo::context::cancellable(ctx);
	auto stopped =
		cigo::generate<int>(ended, [](cigo_ctx *own, auto &yield) -> cigo::result<void> {
			if (auto slept = cigo::sleep(own, 1ms); !slept)
				return slept;
			yield(1);
			return {};
		});
	ended.cancel();
	std::error_code ec;
	for (int i : stopped.each(ctx, ec))
		CHECK(i < 0);
	CHECK(ec == std::errc::operation_canceled);
	CHECK(stopped.next(ctx).error() == std::errc::operation_canceled);
}

void tests_of_iterators()
{
	check("iterators in range-for", ranges);
	check("generators", generators);
}
