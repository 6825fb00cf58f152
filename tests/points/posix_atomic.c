/* SPDX-License-Identifier: MIT
 * Atomic operations of each size: their values, and that they are whole.
 */
#include "posix.h"

#include <string.h>

#define ORDER __ATOMIC_SEQ_CST

#define CASE(bits, type)                                                                   \
	static type a##bits;                                                               \
	static void *add##bits(void *arg)                                                  \
	{                                                                                  \
		for (int i = 0; i < 2; i++)                                                \
			__atomic_fetch_add(&a##bits, 21, ORDER);                           \
		return arg;                                                                \
	}                                                                                  \
	static void atomic##bits(void)                                                     \
	{                                                                                  \
		const type big = (type) ~(type)5;                                          \
		type old = 1;                                                              \
		pthread_t other = begin(add##bits, NULL);                                  \
		add##bits(NULL);                                                           \
		end(other);                                                                \
		EQUAL(__atomic_load_n(&a##bits, __ATOMIC_ACQUIRE) == (type)84, 1);         \
		__atomic_store_n(&a##bits, big, __ATOMIC_RELEASE);                         \
		EQUAL(__atomic_exchange_n(&a##bits, 12, ORDER) == big, 1);                 \
		EQUAL(__atomic_fetch_sub(&a##bits, 2, ORDER) == 12, 1);                    \
		EQUAL(__atomic_fetch_and(&a##bits, 6, ORDER) == 10, 1);                    \
		EQUAL(__atomic_fetch_or(&a##bits, 5, ORDER) == 2, 1);                      \
		EQUAL(__atomic_fetch_xor(&a##bits, 2, ORDER) == 7, 1);                     \
		EQUAL(__atomic_fetch_nand(&a##bits, 5, ORDER) == 5, 1);                    \
		EQUAL(a##bits == (type) ~(type)5, 1);                                      \
		EQUAL(__atomic_compare_exchange_n(&a##bits, &old, 3, 0, ORDER, ORDER), 0); \
		EQUAL(old == big, 1);                                                      \
		EQUAL(__atomic_compare_exchange_n(&a##bits, &old, 3, 1, ORDER, ORDER), 1); \
		EQUAL(a##bits == 3 && old == big, 1);                                      \
		EQUAL(__atomic_add_fetch(&a##bits, big, ORDER) == (type)(big + 3), 1);     \
	}
CASE(8, uint8_t)
CASE(16, uint16_t)
CASE(32, uint32_t)
CASE(64, uint64_t)
/* clang takes the C library's way, unless it may take one instruction. */
#if defined __SIZEOF_INT128__ && (!defined __clang__ || defined __GCC_HAVE_SYNC_COMPARE_AND_SWAP_16)
__extension__ typedef unsigned __int128 uint128;
CASE(128, uint128)
#else
static void atomic128(void) {}
#endif

static volatile struct __attribute__((packed)) {
	char before;
	uint16_t two;
	uint32_t four;
	uint64_t eight;
} odd;
static struct block {
	char bytes[200];
} from, to;

static void plain(void)
{
	odd.two = 2;
	odd.four = 4;
	odd.eight = UINT64_C(1) << 40;
	odd.two++;
	EQUAL(odd.two + odd.four, 7);
	EQUAL(odd.eight >> 38, 4);
	memset(&from, 7, sizeof from);
	to = from;
	memmove(to.bytes + 1, to.bytes, 10);
	memcpy(&from, &to, sizeof to);
	EQUAL(memcmp(&from, &to, sizeof to), 0);
	EQUAL(from.bytes[199], 7);
	EQUAL(memcpy(&from, &to, 0) == &from, 1);
}

const struct posix_case atomic_cases[] = {
	{ "atomic8", atomic8 },
	{ "atomic16", atomic16 },
	{ "atomic32", atomic32 },
	{ "atomic64", atomic64 },
	{ "atomic128", atomic128 },
	{ "plain", plain },
	{ 0 },
};
