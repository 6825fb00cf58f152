/* SPDX-License-Identifier: MIT
 * cigo for C++17 and later: RAII, lambdas, exceptions, chrono. Header only; the C interface is below
 * it, and everything here converts to its pointers. docs/cpp.md explains.
 *
 *	cigo::run([&](cigo_ctx *ctx) {
 *		auto t = cigo::spawn(ctx, [](cigo_ctx *own) {
 *			cigo::sleep(own, 10ms).value();
 *			return std::string("done");
 *		});
 *		std::cout << t.await(ctx).value() << '\n';
 *	}).value();
 */
#ifndef CIGO_CIGO_HPP
#define CIGO_CIGO_HPP

#include <cigo/error.hpp>
#include <cigo/iter.hpp>
#include <cigo/loop.hpp>
#include <cigo/stream.hpp>
#include <cigo/sync.hpp>
#include <cigo/task.hpp>

#endif
