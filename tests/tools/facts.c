/* SPDX-License-Identifier: MIT
 * Facts about this process, and time; see harness.h. */
#include "tests/tools/harness.h"

#include <dirent.h>
#include <time.h>

/* There where the sanitizer is: in the library at least, perhaps not in the tests. */
void __tsan_acquire(void *address);
#pragma weak __tsan_acquire
void __asan_init(void);
#pragma weak __asan_init

bool t_under_valgrind(void)
{
	const char *wrapper = getenv("CK_WRAPPER");

	return wrapper && strstr(wrapper, "valgrind");
}

bool t_under_tsan(void)
{
	return __tsan_acquire != NULL;
}

void t_count(int *n)
{
	__atomic_add_fetch(n, 1, __ATOMIC_SEQ_CST);
}

void t_count_in(int *running, int *most)
{
	int n = __atomic_add_fetch(running, 1, __ATOMIC_SEQ_CST);
	int before = __atomic_load_n(most, __ATOMIC_SEQ_CST);

	while (n > before && !__atomic_compare_exchange_n(most, &before, n, false, __ATOMIC_SEQ_CST,
							  __ATOMIC_SEQ_CST))
		;
}

void t_count_out(int *running)
{
	__atomic_sub_fetch(running, 1, __ATOMIC_SEQ_CST);
}

bool t_is_slow(void)
{
	return t_under_tsan() || __asan_init || t_under_valgrind();
}

long t_scale(long n, long slow_n)
{
	return t_is_slow() ? slow_n : n;
}

long t_env(const char *name, long otherwise)
{
	const char *text = getenv(name);

	return text && *text ? strtol(text, NULL, 10) : otherwise;
}

int64_t t_real_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

void nap(long ms)
{
	struct timespec ts = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };

	while (nanosleep(&ts, &ts) && errno == EINTR)
		;
}

double t_patience(void)
{
	const char *text = getenv("CK_TIMEOUT_MULTIPLIER");
	double m = text ? strtod(text, NULL) : 0;

	return m > 0 ? m : 1;
}

void t_each_number(const char *folder, void (*fn)(int number, void *arg), void *arg)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;

	if (!dir)
		return;
	while ((entry = readdir(dir)))
		if (entry->d_name[0] != '.') {
			int number = atoi(entry->d_name);

			if (number != dirfd(dir) || strcmp(folder, "/proc/self/fd"))
				fn(number, arg);
		}
	closedir(dir);
}

static void count_one(int number, void *arg)
{
	(void)number;
	++*(int *)arg;
}

int t_count_fds(void)
{
	int n = 0;

	t_each_number("/proc/self/fd", count_one, &n);
	return n;
}

int t_count_threads(void)
{
	int n = 0;

	t_each_number("/proc/self/task", count_one, &n);
	return n;
}

int t_wait_threads(int n)
{
	int64_t until = t_real_now() + (int64_t)(2e9 * t_patience());
	int found;

	while ((found = t_count_threads()) > n && t_real_now() < until)
		nap(2);
	return found;
}

bool t_is_preemptive(void)
{
	const char *model = getenv("CIGO_MODEL");

	return model && strcmp(model, "preemptive") == 0;
}
