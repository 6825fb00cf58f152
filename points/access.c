/* SPDX-License-Identifier: MIT
 * What gcc and clang call, with -fsanitize=thread, before each access to memory. Atomic operations are
 * carried out here, sequentially consistent: one thread runs at a time, so weaker orders are not shown.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "points.h"

#define PLAIN(name, size, reads)                         \
	EXPORT void name(void *address);                 \
	EXPORT void name(void *address)                  \
	{                                                \
		cp_access(address, size, reads, CALLER); \
	}
#define WITH_PC(name, size, reads)                             \
	EXPORT void name(const void *address, const void *pc); \
	EXPORT void name(const void *address, const void *pc)  \
	{                                                      \
		cp_access(address, size, reads, pc);           \
	}
#define SIZE(n)                                             \
	PLAIN(__tsan_read##n, n, true)                      \
	PLAIN(__tsan_write##n, n, false)                    \
	PLAIN(__tsan_read_write##n, n, false)               \
	PLAIN(__tsan_unaligned_read##n, n, true)            \
	PLAIN(__tsan_unaligned_write##n, n, false)          \
	PLAIN(__tsan_unaligned_read_write##n, n, false)     \
	PLAIN(__tsan_volatile_read##n, n, true)             \
	PLAIN(__tsan_volatile_write##n, n, false)           \
	PLAIN(__tsan_unaligned_volatile_read##n, n, true)   \
	PLAIN(__tsan_unaligned_volatile_write##n, n, false) \
	WITH_PC(__tsan_read##n##_pc, n, true)               \
	WITH_PC(__tsan_write##n##_pc, n, false)
SIZE(1)
SIZE(2)
SIZE(4)
SIZE(8)
SIZE(16)

EXPORT void __tsan_read_range(void *address, long size);
EXPORT void __tsan_read_range(void *address, long size)
{
	cp_access(address, (size_t)size, true, CALLER);
}

EXPORT void __tsan_write_range(void *address, long size);
EXPORT void __tsan_write_range(void *address, long size)
{
	cp_access(address, (size_t)size, false, CALLER);
}

EXPORT void __tsan_vptr_update(void *at, void *value);
EXPORT void __tsan_vptr_update(void *at, void *value)
{
	(void)value;
	cp_access(at, sizeof value, false, CALLER);
}

EXPORT void __tsan_vptr_read(void **at);
EXPORT void __tsan_vptr_read(void **at)
{
	cp_access(at, sizeof *at, true, CALLER);
}

bool cp_instrumented;

/* Before main, if any part of the program was compiled with -fsanitize=thread. */
EXPORT void __tsan_init(void);
EXPORT void __tsan_init(void)
{
	cp_instrumented = true;
}

/* A program that is also linked with -fsanitize=thread has two of each function, and those of TSan are
 * called: nothing would be told. */
__attribute__((constructor)) static void refuse_tsan(void)
{
	if (!dlsym(RTLD_DEFAULT, "__tsan_get_current_report"))
		return;
	fputs("cigo-points: the program is linked with ThreadSanitizer; compile it with "
	      "-fsanitize=thread, and link it without\n",
	      stderr);
	_exit(EXIT_FAILURE);
}

#define NOTHING(name, ...)             \
	EXPORT void name(__VA_ARGS__); \
	EXPORT void name(__VA_ARGS__) {}
NOTHING(__tsan_func_entry, void *caller __attribute__((unused)))
NOTHING(__tsan_func_exit, void *none __attribute__((unused)))
NOTHING(__tsan_ignore_thread_begin, void)
NOTHING(__tsan_ignore_thread_end, void)
NOTHING(__tsan_atomic_thread_fence, int order __attribute__((unused)))
NOTHING(__tsan_atomic_signal_fence, int order __attribute__((unused)))

/* --- atomics ---------------------------------------------------------------------------------- */

#define DEFINE(result, name, ...)        \
	EXPORT result name(__VA_ARGS__); \
	EXPORT result name(__VA_ARGS__)
#define FETCH(bits, type, op)                                                               \
	DEFINE(type, __tsan_atomic##bits##_fetch_##op, volatile void *a, type v, int order) \
	{                                                                                   \
		(void)order;                                                                \
		cp_access((const void *)(uintptr_t)a, sizeof v, false, CALLER);             \
		return __atomic_fetch_##op((volatile type *)a, v, __ATOMIC_SEQ_CST);        \
	}
#define COMPARE(bits, type, strength)                                                         \
	DEFINE(bool, __tsan_atomic##bits##_compare_exchange_##strength, volatile void *a,     \
	       void *old, type v, int order, int failed)                                      \
	{                                                                                     \
		(void)order, (void)failed;                                                    \
		cp_access((const void *)(uintptr_t)a, sizeof v, false, CALLER);               \
		return __atomic_compare_exchange_n((volatile type *)a, (type *)old, v, false, \
						   __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);       \
	}
#define ATOMIC(bits, type)                                                                        \
	DEFINE(type, __tsan_atomic##bits##_load, const volatile void *a, int order)               \
	{                                                                                         \
		(void)order;                                                                      \
		cp_access((const void *)(uintptr_t)a, sizeof(type), true, CALLER);                \
		return __atomic_load_n((const volatile type *)a, __ATOMIC_SEQ_CST);               \
	}                                                                                         \
	DEFINE(void, __tsan_atomic##bits##_store, volatile void *a, type v, int order)            \
	{                                                                                         \
		(void)order;                                                                      \
		cp_access((const void *)(uintptr_t)a, sizeof v, false, CALLER);                   \
		__atomic_store_n((volatile type *)a, v, __ATOMIC_SEQ_CST);                        \
	}                                                                                         \
	DEFINE(type, __tsan_atomic##bits##_exchange, volatile void *a, type v, int order)         \
	{                                                                                         \
		(void)order;                                                                      \
		cp_access((const void *)(uintptr_t)a, sizeof v, false, CALLER);                   \
		return __atomic_exchange_n((volatile type *)a, v, __ATOMIC_SEQ_CST);              \
	}                                                                                         \
	DEFINE(type, __tsan_atomic##bits##_compare_exchange_val, volatile void *a, type old,      \
	       type v, int order, int failed)                                                     \
	{                                                                                         \
		(void)order, (void)failed;                                                        \
		cp_access((const void *)(uintptr_t)a, sizeof v, false, CALLER);                   \
		__atomic_compare_exchange_n((volatile type *)a, &old, v, false, __ATOMIC_SEQ_CST, \
					    __ATOMIC_SEQ_CST);                                    \
		return old;                                                                       \
	}                                                                                         \
	FETCH(bits, type, add)                                                                    \
	FETCH(bits, type, sub)                                                                    \
	FETCH(bits, type, and)                                                                    \
	FETCH(bits, type, or)                                                                     \
	FETCH(bits, type, xor)                                                                    \
	FETCH(bits, type, nand)                                                                   \
	COMPARE(bits, type, strong)                                                               \
	COMPARE(bits, type, weak)
ATOMIC(8, uint8_t)
ATOMIC(16, uint16_t)
ATOMIC(32, uint32_t)
ATOMIC(64, uint64_t)
