/* SPDX-License-Identifier: MIT
 * Streams, listeners, servers.
 */
#include "check.hpp"

#include <string>
#include <unistd.h>

using namespace std::chrono_literals;

static void pipes(cigo_ctx *ctx)
{
	auto [r, w] = cigo::pipe().value();

	CHECK(w.write(ctx, "one\ntwo\nrest").value() == 12);
	w.close();
	CHECK(r.read_line(ctx).value() == "one\n");
	CHECK(r.read_until(ctx, 'o').value() == "two");
	char c = 0;
	CHECK(r.read(ctx, &c, 1).value() == 1 && c == '\n');
	CHECK(r.read_all(ctx, 2).error() == std::errc::message_size);
	CHECK(r.read_all(ctx, 100).value() == "rest");
	CHECK(r.read_line(ctx).value().empty());
}

static void servers(cigo_ctx *ctx)
{
	const std::string name = "@cigo-cpp-" + std::to_string(getpid());
	auto l = cigo::listen(ctx, "unix", name.c_str()).value();
	auto server = cigo::spawn(ctx, [&](cigo_ctx *own) {
		return cigo::serve(own, l, [&](cigo_ctx *each, cigo_stream *s) {
			cigo_ignore(cigo_stream_printf(each, s, "hello\nbye\n"));
			l.stop();
		});
	});
	auto s = cigo::dial(ctx, "unix", l.address()).value();
	std::string all;

	s.set_timeout(5s);
	auto lines = s.lines();
	std::error_code ec;
	for (const cigo_bytes &line : lines.each(ctx, ec))
		all += cigo::view(line);
	CHECK(!ec && all == "hello\nbye\n");
	server.await(ctx).value();
	CHECK(cigo::dial(ctx, "unix", "/no/such/socket").error() ==
	      std::errc::no_such_file_or_directory);
	CHECK(cigo::listen(ctx, "sonar", "").error() == std::errc::invalid_argument);

	auto again = cigo::listen(ctx, "unix", (name + "2").c_str()).value();
	auto client = cigo::dial(ctx, "unix", again.address()).value();
	auto accepted = again.accept(ctx).value();
	accepted.send("x").value();
	accepted.flush(ctx).value();
	accepted.shutdown().value();
	CHECK(client.read_all(ctx, 10).value() == "x");
}

void tests_of_streams()
{
	check("pipes", pipes);
	check("servers and clients", servers);
}
