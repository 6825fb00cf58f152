/* SPDX-License-Identifier: MIT
 * The limits of the cgroups that this process is in: pids.max of each from its own up to the root.
 * Version 2 has one tree; version 1 one for the controller "pids".
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "thread/limit.h"

struct group {
	char path[512]; /* in its tree, as in /proc/self/cgroup */
	bool v2;
};

/* Whether the comma list has the word. */
static bool has(const char *list, const char *word)
{
	size_t n = strlen(word);

	for (const char *p = list; (p = strstr(p, word)); p += n)
		if ((p == list || p[-1] == ',') && (p[n] == '\0' || p[n] == ',' || p[n] == '\n'))
			return true;
	return false;
}

/* The mount point of the group's tree, and which folder of the tree is mounted there. */
static bool find_mount(const struct group *g, char root[512], char point[512])
{
	FILE *f = fopen("/proc/self/mountinfo", "re");
	char line[2048];
	bool found = false;

	while (f && !found && fgets(line, sizeof line, f)) {
		char *rest = strstr(line, " - ");
		char type[32], options[512];

		found = rest && sscanf(rest, " - %31s %*s %511s", type, options) == 2 &&
			sscanf(line, "%*s %*s %*s %511s %511s", root, point) == 2 &&
			(g->v2 ? !strcmp(type, "cgroup2")
			       : !strcmp(type, "cgroup") && has(options, "pids"));
	}
	if (f)
		fclose(f);
	return found;
}

/* The file's number; -1: there is none, or "max". */
static int64_t number(const char *folder, const char *name)
{
	char path[2048];
	int64_t n = -1;

	snprintf(path, sizeof path, "%s/%s", folder, name);
	FILE *f = fopen(path, "re");
	if (f && fscanf(f, "%" SCNd64, &n) != 1)
		n = -1;
	if (f)
		fclose(f);
	return n;
}

static void offer(cigo_limit *ret, const struct group *g)
{
	char root[512], point[512], folder[1100];
	const char *path = g->path;

	if (!find_mount(g, root, point))
		return;
	if (strcmp(root, "/") != 0 && !strncmp(path, root, strlen(root)))
		path += strlen(root); /* in a container only a part of the tree is mounted */
	snprintf(folder, sizeof folder, "%s%s", point, path);
	for (size_t n = strlen(folder); n >= strlen(point);) {
		while (n && folder[n - 1] == '/')
			folder[--n] = '\0';
		int64_t most = number(folder, "pids.max");
		if (most >= 0)
			ci_limit_offer(ret, "pids.max", most, number(folder, "pids.current"), 1,
				       "as root: echo max > %s/pids.max", folder);
		char *slash = strrchr(folder, '/');
		if (!slash)
			break;
		*slash = '\0';
		n = (size_t)(slash - folder);
	}
}

void ci_limit_cgroup(cigo_limit *ret)
{
	FILE *f = fopen("/proc/self/cgroup", "re");
	char line[1024];

	while (f && fgets(line, sizeof line, f)) {
		struct group g = { .v2 = !strncmp(line, "0::", 3) };
		char *controllers = strchr(line, ':'), *path;

		if (!controllers || !(path = strchr(controllers + 1, ':')))
			continue;
		*path++ = '\0';
		path[strcspn(path, "\n")] = '\0';
		if (!g.v2 && !has(controllers + 1, "pids"))
			continue;
		snprintf(g.path, sizeof g.path, "%s", path);
		offer(ret, &g);
	}
	if (f)
		fclose(f);
}
