/* SPDX-License-Identifier: MIT
 * The tests of <cigo/cigo.hpp>; tests/checkers/cpp.sh compiles and runs them. With the argument
 * "callback" the process must end, and say which exception has left what.
 */
#include "check.hpp"

#include <cstring>
#include <stdexcept>

int main(int argc, char **)
{
#if CIGO_EXCEPTIONS_
	if (argc > 1) {
		cigo::run([](cigo_ctx *ctx) {
			const cigo::loop_view here(ctx);
			here.call_soon([] { throw std::runtime_error("planted"); }).value();
			cigo_ignore(cigo_loop_wait_idle(ctx));
		}).value();
		return 0;
	}
	tests_of_exceptions();
#endif
	static_cast<void>(argc);
	tests_of_tasks();
	tests_of_sync();
	tests_of_streams();
	tests_of_iterators();
	tests_of_loops();
	return 0;
}
