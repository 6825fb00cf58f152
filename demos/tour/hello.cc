/* SPDX-License-Identifier: MIT
 * <cigo/cigo.hpp>: lambdas as coroutines, a queue between them, an exception that arrives where the
 * task is awaited. docs/cpp.md explains.
 */
#include <cigo/cigo.hpp>

#include <cstdio>
#include <stdexcept>
#include <string>

using namespace std::chrono_literals;

static void first(cigo_ctx *ctx)
{
	cigo::queue<std::string> words(1);
	auto speaker = cigo::spawn(ctx, "speaker", [&](cigo_ctx *own) {
		for (const char *word : { "lambdas", "queues", "exceptions" }) {
			cigo::sleep(own, 10ms).value();
			words.put(own, word).value();
		}
		words.close();
		throw std::runtime_error("nothing more to say");
	});

	while (auto word = words.get(ctx))
		std::printf("%s\n", word->c_str());
	try {
		speaker.await(ctx).value();
	} catch (const std::exception &e) {
		std::printf("the speaker: %s\n", e.what());
	}
}

int main()
{
	return cigo::run(first) ? 0 : 1;
}
