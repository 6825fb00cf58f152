/* SPDX-License-Identifier: MIT
 * Looks into /proc.
 */
#include "demos/cost/counts.h"
#include "demos/cost/server.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* The number behind a name, or -1. */
static int64_t number_in(const char *text, const char *name)
{
	const char *at = strstr(text, name);

	return at ? strtoll(at + strlen(name), NULL, 10) : -1;
}

/* All of a small file; at most n - 1 bytes. */
static int read_text(const char *path, char *text, size_t n)
{
	FILE *f = fopen(path, "re");

	if (!f)
		return -errno;
	setvbuf(f, NULL, _IONBF, 0);
	text[fread(text, 1, n - 1, f)] = 0;
	fclose(f);
	return 0;
}

int cost_count_switches(pid_t pid, struct cost_switches *ret)
{
	static char text[8192];
	char path[64 + sizeof(((struct dirent *)0)->d_name)];
	struct dirent *e;

	*ret = (struct cost_switches){ 0 };
	snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
	DIR *dir = opendir(path);

	if (!dir)
		return -errno;
	while ((e = readdir(dir))) {
		if (e->d_name[0] == '.')
			continue;
		snprintf(path, sizeof path, "/proc/%d/task/%s/status", (int)pid, e->d_name);
		memset(text, 0, sizeof text);
		if (read_text(path, text, sizeof text))
			continue; /* it has ended */
		ret->blocked += number_in(text, "\nvoluntary_ctxt_switches:");
		ret->preempted += number_in(text, "\nnonvoluntary_ctxt_switches:");
	}
	closedir(dir);
	return 0;
}

/* smaps_rollup looks at the pages; VmRSS may be off by some pages for each thread. */
int64_t cost_count_memory(pid_t pid)
{
	static char text[8192];
	char path[64];

	snprintf(path, sizeof path, "/proc/%d/smaps_rollup", (int)pid);
	if (!read_text(path, text, sizeof text) && number_in(text, "\nRss:") > 0)
		return number_in(text, "\nRss:");
	snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
	int err = read_text(path, text, sizeof text);
	int64_t kib = err ? err : number_in(text, "\nVmRSS:");

	return kib == -1 ? -ENOENT : kib;
}

static double seconds(struct timeval t)
{
	return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

struct cost_cpu cost_count_cpu(void)
{
	struct cost_cpu c = { .wall = (double)cost_now() / 1e9 };
	char text[256];
	int64_t user, nice, system, idle, wait, irq, soft, steal = 0;
	struct rusage self, children;

	if (!read_text("/proc/stat", text, sizeof text) &&
	    sscanf(text,
		   "cpu %" SCNd64 " %" SCNd64 " %" SCNd64 " %" SCNd64 " %" SCNd64 " %" SCNd64
		   " %" SCNd64 " %" SCNd64,
		   &user, &nice, &system, &idle, &wait, &irq, &soft, &steal) >= 3)
		c.all = (double)(user + nice + system + steal) / (double)sysconf(_SC_CLK_TCK);
	getrusage(RUSAGE_SELF, &self);
	getrusage(RUSAGE_CHILDREN, &children);
	c.own = seconds(self.ru_utime) + seconds(self.ru_stime) + seconds(children.ru_utime) +
		seconds(children.ru_stime);
	return c;
}

double cost_busy(const struct cost_cpu *from, const struct cost_cpu *to, int cpus)
{
	double all = to->all - from->all, own = to->own - from->own;
	double room = (to->wall - from->wall) * cpus;

	return room > 0 && all > own ? (all - own) / room : 0;
}
