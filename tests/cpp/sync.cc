/* SPDX-License-Identifier: MIT
 * Queues and channels of any type, guards, semaphores, events.
 */
#include "check.hpp"

#include <memory>
#include <string>

using namespace std::chrono_literals;

static void queues(cigo_ctx *ctx)
{
	cigo::queue<std::unique_ptr<std::string>> q(1);
	auto putter = cigo::spawn(ctx, [&](cigo_ctx *own) -> cigo::result<void> {
		for (const char *word : { "a", "b", "c" })
			if (auto put = q.put(own, std::make_unique<std::string>(word)); !put)
				return put;
		q.close();
		return {};
	});
	std::string all;

	while (auto item = q.get(ctx))
		all += **item;
	CHECK(all == "abc");
	CHECK(q.get(ctx).error() == cigo::errc::closed);
	CHECK(q.put(ctx, std::make_unique<std::string>("late")).error() == cigo::errc::closed);
	putter.await(ctx).value();

	cigo::queue<int> numbers;
	CHECK(numbers.try_get().error() == std::errc::resource_unavailable_try_again);
	CHECK(numbers.get(ctx, 5ms).error() == std::errc::timed_out);
	numbers.try_put(7).value();
	numbers.put(ctx, 8).value();
	CHECK(numbers.size() == 2 && numbers.get(ctx).value() == 7);
	numbers.task_done();

	cigo::queue<std::string> left; /* its items are freed with it */
	left.put(ctx, std::string(100, 'x')).value();
}

static void channels(cigo_ctx *ctx)
{
	cigo::channel<std::string> c;
	auto sender = cigo::spawn(ctx, [&](cigo_ctx *own) { return c.send(own, "hello"); });

	CHECK(c.recv(ctx).value() == "hello");
	sender.await(ctx).value();
	CHECK(c.try_send("x").error() == std::errc::resource_unavailable_try_again);
	CHECK(c.try_recv().error() == std::errc::resource_unavailable_try_again);
	c.close();
	CHECK(c.recv(ctx).error() == cigo::errc::closed);
}

static void locks(cigo_ctx *ctx)
{
	cigo::mutex m;
	int inside = 0;
	auto enter = [&](cigo_ctx *own) {
		auto held = m.lock(own).value();
		CHECK(inside++ == 0);
		cigo::sleep(own, 1ms).value();
		inside--;
	};
	auto a = cigo::spawn(ctx, enter), b = cigo::spawn(ctx, enter);

	cigo::wait_all(ctx, a, b).value();
	auto held = m.lock(ctx).value();
	CHECK(m.try_lock().error() == std::errc::device_or_resource_busy);
	CHECK(m.lock(ctx).error() == std::errc::resource_deadlock_would_occur);
	held.unlock();
	CHECK(static_cast<bool>(m.try_lock()));

	cigo::semaphore s(1, 1);
	s.acquire(ctx).value();
	CHECK(!s.try_acquire() && s.value() == 0);
	s.release();

	cigo::event e;
	auto waits = cigo::spawn(ctx, [&](cigo_ctx *own) { return e.wait(own); });
	e.set();
	waits.await(ctx).value();
	CHECK(e.is_set());
	e.clear();
	CHECK(!e.is_set());
}

void tests_of_sync()
{
	check("queues carry what can only be moved", queues);
	check("channels", channels);
	check("mutexes, semaphores, events", locks);
}
