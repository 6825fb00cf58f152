/* SPDX-License-Identifier: MIT */
#include "demos/kit/beside.h"

#include <stddef.h>
#include <string.h>
#include <unistd.h>

bool beside_self(char path[PATH_MAX])
{
	static const char hidden[] = "/.libs/";
	ssize_t n = readlink("/proc/self/exe", path, PATH_MAX - 1);

	if (n <= 0)
		return false;
	path[n] = '\0';
	char *name = strrchr(path, '/');
	size_t m = sizeof hidden - 2; /* of "/.libs" */
	if (name && name - path >= (ptrdiff_t)m && strncmp(name - m, hidden, m + 1) == 0)
		memmove(name - m, name, strlen(name) + 1);
	return true;
}

bool beside_folder(char path[PATH_MAX])
{
	char *slash = beside_self(path) ? strrchr(path, '/') : NULL;

	if (slash)
		*slash = '\0';
	return slash;
}
