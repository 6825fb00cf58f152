/* SPDX-License-Identifier: MIT
 * The program that is explored: the file, and whether it can be run at all.
 */
#include "tools/explore/program.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The first file of this name in a folder of PATH that can be run, for free(). NULL: errno. */
static char *in_path(const char *name)
{
	const char *path = getenv("PATH");
	int err = ENOENT;

	for (path = path ? path : "/bin:/usr/bin"; path; path = strchr(path, ':')) {
		path += *path == ':';
		int n = (int)strcspn(path, ":");
		char *file;

		if (asprintf(&file, "%.*s%s%s", n, path, n ? "/" : "", name) < 0) {
			errno = ENOMEM;
			return NULL;
		}
		if (access(file, X_OK) == 0)
			return file;
		if (errno == EACCES)
			err = EACCES;
		free(file);
		if (!path[n])
			break;
	}
	errno = err;
	return NULL;
}

/* Is it a program of this kind of machine? What cannot be read is left to execve. */
static const char *wrong_content(const char *file)
{
	unsigned char head[EI_NIDENT] = { 0 };
	int fd = open(file, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, head, sizeof head);

	if (fd >= 0)
		close(fd);
	if (n < 0)
		return NULL;
	if (n >= 2 && memcmp(head, "#!", 2) == 0)
		return "is a script; name the program that it starts, which must be linked with cigo";
	if (n < SELFMAG || memcmp(head, ELFMAG, SELFMAG))
		return "is not a program (no ELF file)";
	return NULL;
}

/* NULL: it can be run. */
static const char *wrong_file(const char *file)
{
	struct stat st;

	if (stat(file, &st))
		return strerror(errno);
	if (S_ISDIR(st.st_mode))
		return "is a folder, not a program";
	if (!S_ISREG(st.st_mode))
		return "is not a program (no regular file)";
	if (access(file, X_OK))
		return errno == EACCES ? "is not executable (permission denied)" : strerror(errno);
	if (st.st_mode & (S_ISUID | S_ISGID))
		return "is set-user-ID or set-group-ID; such a program ignores CIGO_SCHEDULE";
	return wrong_content(file);
}

char *program_find(const char *name, char *why, size_t size)
{
	char *file = strchr(name, '/') ? strdup(name) : in_path(name);
	const char *wrong;

	if (!file && errno == ENOENT)
		snprintf(why, size, "%s: not found in PATH%s%s", name,
			 access(name, F_OK) ? "" : "; here it is ./",
			 access(name, F_OK) ? "" : name);
	else if (!file)
		snprintf(why, size, "%s: %s", name, strerror(errno));
	else if ((wrong = wrong_file(file)))
		snprintf(why, size, "%s: %s", file, wrong);
	else
		return file;
	free(file);
	return NULL;
}
