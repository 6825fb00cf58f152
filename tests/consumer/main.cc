/* SPDX-License-Identifier: MIT
 * A program that knows cigo only as it is installed, from C++. */
#include <stdio.h>

#include <cigo.h>
#if __cplusplus >= 201703L
#include <cigo/cigo.hpp>
#endif

static int add(cigo_ctx *ctx, void *arg, void *ret)
{
	const int *numbers = static_cast<const int *>(arg);

	CIGO_UNUSED(ctx);
	*static_cast<int *>(ret) = numbers[0] + numbers[1];
	return 0;
}

static int body(cigo_ctx *ctx, void *arg, void *ret)
{
	int numbers[2];

	CIGO_UNUSED(ret);
	numbers[0] = 40;
	numbers[1] = 2;
	return cigo_take(ctx, cigo_spawn(ctx, add, sizeof(int), numbers), static_cast<int *>(arg));
}

int main(void)
{
	int sum = 0;
	int err = cigo_run(body, &sum);

#if __cplusplus >= 201703L
	auto lambda = [&sum](cigo_ctx *ctx) {
		return cigo::spawn(ctx, [&sum] { return sum; }).await(ctx).value();
	};
	if (cigo::run(lambda).value() != sum)
		return 1;
#endif
	printf("cigo %s: %d, %s\n", CIGO_VERSION, sum, cigo_strerror(err));
	return err == 0 && sum == 42 ? 0 : 1;
}
