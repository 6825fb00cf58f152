/* SPDX-License-Identifier: MIT
 * The words of the tests of the C++ headers: they compile with and without exceptions.
 */
#ifndef TESTS_CPP_CHECK_HPP
#define TESTS_CPP_CHECK_HPP

#include <cigo/cigo.hpp>

#include <cstdio>
#include <cstdlib>

#define CHECK(...)                                                                      \
	do {                                                                            \
		if (!(__VA_ARGS__)) {                                                   \
			std::printf("# %s:%d: %s\n", __FILE__, __LINE__, #__VA_ARGS__); \
			std::fflush(stdout);                                            \
			std::abort();                                                   \
		}                                                                       \
	} while (0)

/* Runs fn(ctx) in a loop of its own, on the virtual clock, and says its name. */
template <class F> void check(const char *name, F fn)
{
	cigo_loop_options o = cigo::loop_options();

	o.clock = CIGO_CLOCK_VIRTUAL;
	cigo::run(o, fn).value();
	std::printf("ok - %s\n", name);
	std::fflush(stdout);
}

void tests_of_tasks();
void tests_of_sync();
void tests_of_streams();
void tests_of_iterators();
void tests_of_loops();
#if CIGO_EXCEPTIONS_
void tests_of_exceptions();
#endif

#endif
