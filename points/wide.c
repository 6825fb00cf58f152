/* SPDX-License-Identifier: MIT
 * Atomic operations on 16 bytes. Few processors have all of these, so a lock makes them atomic: for threads
 * of a schedule it is always free. It is no lock of the C library's, as these may be anywhere in a program.
 */
#include "points.h"

#ifdef __SIZEOF_INT128__
__extension__ typedef unsigned __int128 wide;

static bool busy;

static void begin(const volatile void *a, bool reads, const void *pc)
{
	cp_access((const void *)(uintptr_t)a, sizeof(wide), reads, pc);
	while (__atomic_test_and_set(&busy, __ATOMIC_ACQUIRE))
		continue;
}

static void end(void)
{
	__atomic_clear(&busy, __ATOMIC_RELEASE);
}

/* Defines a function that returns what was there, and sets what is there to `then`, made of old and v. */
#define CHANGE(name, then)                                                        \
	EXPORT wide __tsan_atomic128_##name(volatile void *a, wide v, int order); \
	EXPORT wide __tsan_atomic128_##name(volatile void *a, wide v, int order)  \
	{                                                                         \
		(void)order;                                                      \
		begin(a, false, CALLER);                                          \
		wide old = *(volatile wide *)a;                                   \
		*(volatile wide *)a = (then);                                     \
		end();                                                            \
		return old;                                                       \
	}
CHANGE(exchange, v)
CHANGE(fetch_add, old + v)
CHANGE(fetch_sub, old - v)
CHANGE(fetch_and, old &v)
CHANGE(fetch_or, old | v)
CHANGE(fetch_xor, old ^ v)
CHANGE(fetch_nand, ~(old &v))

EXPORT wide __tsan_atomic128_load(const volatile void *a, int order);
EXPORT wide __tsan_atomic128_load(const volatile void *a, int order)
{
	(void)order;
	begin(a, true, CALLER);
	wide v = *(const volatile wide *)a;
	end();
	return v;
}

EXPORT void __tsan_atomic128_store(volatile void *a, wide v, int order);
EXPORT void __tsan_atomic128_store(volatile void *a, wide v, int order)
{
	(void)order;
	begin(a, false, CALLER);
	*(volatile wide *)a = v;
	end();
}

static wide compare(volatile wide *a, wide expected, wide v, const void *pc)
{
	begin(a, false, pc);
	wide old = *a;
	if (old == expected)
		*a = v;
	end();
	return old;
}

EXPORT wide __tsan_atomic128_compare_exchange_val(volatile void *a, wide expected, wide v,
						  int order, int failed);
EXPORT wide __tsan_atomic128_compare_exchange_val(volatile void *a, wide expected, wide v,
						  int order, int failed)
{
	(void)order, (void)failed;
	return compare(a, expected, v, CALLER);
}

#define COMPARE(strength)                                                                          \
	EXPORT bool __tsan_atomic128_compare_exchange_##strength(volatile void *a, void *expected, \
								 wide v, int order, int failed);   \
	EXPORT bool __tsan_atomic128_compare_exchange_##strength(volatile void *a, void *expected, \
								 wide v, int order, int failed)    \
	{                                                                                          \
		(void)order, (void)failed;                                                         \
		wide *want = expected, old = compare(a, *want, v, CALLER);                         \
		bool same = old == *want;                                                          \
		*want = old;                                                                       \
		return same;                                                                       \
	}
COMPARE(strong)
COMPARE(weak)
#endif
