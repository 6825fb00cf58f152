/* SPDX-License-Identifier: MIT
 * Which limit on threads is the nearest. The kernel says EAGAIN for all of them, so each limit is
 * compared with its present use. Nothing is cached: the caller was just refused a thread, and
 * reading /proc does not hurt then.
 */
#include "thread/limit.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/misuse.h"
#include "base/sized.h"
#include "thread/stack.h"

enum {
	RESERVED = 300, /* when process ids wrap around, the kernel begins again above these */
	DEFAULT = 256 * 1024, /* the default stack size; threads of other code may use more */
	EACH = 36 * 1024,     /* bytes that a sleeping coroutine takes, with the kernel's part */
	SYS_ADMIN = 21,	      /* capabilities that exempt from RLIMIT_NPROC */
	SYS_RESOURCE = 24
};

/* The first number behind the word in the file (NULL: the first number); -1: there is none. */
static int64_t number(const char *path, const char *word, int base)
{
	FILE *f = fopen(path, "re");
	char line[512];
	int64_t n = -1;

	while (f && n < 0 && fgets(line, sizeof line, f)) {
		const char *at = line;

		if (word && strncmp(line, word, strlen(word)) != 0)
			continue;
		at += word ? strlen(word) : 0;
		char *end;
		errno = 0;
		unsigned long long u = strtoull(at, &end, base);
		if (end != at && *at != '-')
			n = errno || u > INT64_MAX ? INT64_MAX : (int64_t)u;
	}
	if (f)
		fclose(f);
	return n;
}

static int64_t lines(const char *path)
{
	FILE *f = fopen(path, "re");
	int64_t n = 0;

	for (int c; f && (c = getc_unlocked(f)) != EOF;)
		n += c == '\n';
	if (f)
		fclose(f);
	return n;
}

struct ci_threads ci_limit_count(void)
{
	struct ci_threads n = { 0, 0, 0 };
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	uid_t me = getuid();

	while (proc && (entry = readdir(proc))) {
		char path[300];
		struct stat st;

		if (*entry->d_name < '0' || *entry->d_name > '9')
			continue;
		snprintf(path, sizeof path, "/proc/%s/task", entry->d_name);
		if (stat(path, &st) || st.st_nlink <= 2)
			continue;
		n.seen += (int64_t)st.st_nlink - 2; /* one folder for each thread */
		if (st.st_uid == me)
			n.mine += (int64_t)st.st_nlink - 2;
	}
	if (proc)
		closedir(proc);
	n.all = n.seen;
	FILE *f = fopen("/proc/loadavg", "re");
	int64_t all;
	if (f && fscanf(f, "%*s %*s %*s %*d/%" SCNd64, &all) == 1)
		n.all = all;
	if (f)
		fclose(f);
	return n;
}

void ci_limit_offer(cigo_limit *ret, const char *name, int64_t value, int64_t used, int64_t per,
		    const char *format, ...)
{
	int64_t room = value > used ? (value - used) / per : 0;
	va_list ap;

	if (value < 0 || room >= ret->room)
		return;
	ret->name = name;
	ret->value = value;
	ret->used = used;
	ret->room = room;
	size_t n = (size_t)snprintf(ret->text, ret->text_size,
				    "%s is %" PRId64 ", %" PRId64 " in use; ", name, value, used);
	va_start(ap, format);
	bool room_left = n < ret->text_size;
	ret->text_length = n + (size_t)vsnprintf(room_left ? ret->text + n : NULL,
						 room_left ? ret->text_size - n : 0, format, ap);
	va_end(ap);
}

static bool is_held_by_nproc(void)
{
	int64_t caps = number("/proc/self/status", "CapEff:", 16);

	return getuid() != 0 && (caps < 0 || !((caps >> SYS_ADMIN | caps >> SYS_RESOURCE) & 1));
}

static void offer_counts(cigo_limit *ret)
{
	struct ci_threads n = ci_limit_count();
	int64_t pid_max = number("/proc/sys/kernel/pid_max", NULL, 10);
	struct rlimit nproc;

	if (pid_max > RESERVED)
		ci_limit_offer(ret, "kernel.pid_max", pid_max, n.seen + RESERVED, 1,
			       "as root: sysctl -w kernel.pid_max=4194304");
	ci_limit_offer(ret, "kernel.threads-max", number("/proc/sys/kernel/threads-max", NULL, 10),
		       n.all, 1, "as root: sysctl -w kernel.threads-max=1000000");
	if (is_held_by_nproc() && !getrlimit(RLIMIT_NPROC, &nproc) && nproc.rlim_cur < INT64_MAX)
		ci_limit_offer(ret, "RLIMIT_NPROC", (int64_t)nproc.rlim_cur, n.mine, 1,
			       nproc.rlim_max > nproc.rlim_cur
				       ? "raise it: ulimit -S -u hard"
				       : "as root: prlimit --nproc=unlimited --pid=%ld",
			       (long)getpid());
}

static void offer_memory(cigo_limit *ret)
{
	int64_t maps = number("/proc/sys/vm/max_map_count", NULL, 10), kib;
	struct rlimit as;
	int per = ci_stack_maps();

	if (per)
		ci_limit_offer(ret, "vm.max_map_count", maps, lines("/proc/self/maps"), per,
			       "a stack takes %d; as root: sysctl -w vm.max_map_count=1000000",
			       per);
	kib = number("/proc/self/status", "VmSize:", 10);
	if (!getrlimit(RLIMIT_AS, &as) && as.rlim_cur < INT64_MAX && kib >= 0)
		ci_limit_offer(ret, "RLIMIT_AS", (int64_t)as.rlim_cur, kib * 1024,
			       (int64_t)ci_stack_span(DEFAULT),
			       "in bytes; a stack takes %zu; raise it: ulimit -v unlimited",
			       ci_stack_span(DEFAULT));
	int64_t total = number("/proc/meminfo", "MemTotal:", 10);
	kib = number("/proc/meminfo", "MemAvailable:", 10);
	if (total >= 0 && kib >= 0)
		ci_limit_offer(ret, "memory", total * 1024, (total - kib) * 1024, EACH,
			       "in bytes; a thread takes %d and what it uses of its stack", EACH);
}

int cigo_limit_threads(cigo_limit *ret)
{
	CI_CALLED;
	cigo_limit nearest;

	CI_SIZED_TAKE(cigo_limit, &nearest, ret);
	int saved = errno;
	if (!nearest.text)
		nearest.text_size = 0;
	if (nearest.text_size)
		*nearest.text = '\0';
	nearest.text_length = 0;
	nearest.name = "";
	nearest.value = nearest.used = 0;
	nearest.room = INT64_MAX;
	offer_counts(&nearest);
	ci_limit_cgroup(&nearest);
	offer_memory(&nearest);
	CI_SIZED_GIVE(cigo_limit, ret, &nearest);
	errno = saved;
	return *nearest.name ? 0 : -ENOENT;
}

void ci_limit_warn(const char *what)
{
	char text[512] = "";
	cigo_limit l = { .size = sizeof l, .text = text, .text_size = sizeof text };

	cigo_limit_threads(&l);
	ci_warn("%s: no thread can be created; %s", what, text);
}
