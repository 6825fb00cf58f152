/* SPDX-License-Identifier: MIT
 * Starting the program again, in the same process: the way back. It gets the same arguments, and its
 * surroundings are made as they were: the folder, signals blocked, how far its input was read,
 * descriptors.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "schedule/play.h"

enum { FDS = 1024 };

static struct {
	char *folder;	/* NULL: not known */
	off_t input_at; /* -1: the input has no position */
	sigset_t blocked;
	bool fds[FDS]; /* open */
} start;

static void each_fd(void (*visit)(int fd))
{
	DIR *dir = opendir("/proc/self/fd");
	struct dirent *entry;

	if (!dir)
		return;
	while ((entry = readdir(dir)))
		if (entry->d_name[0] != '.' && atoi(entry->d_name) != dirfd(dir))
			visit(atoi(entry->d_name));
	closedir(dir);
}

static void note_fd(int fd)
{
	if (fd < FDS)
		start.fds[fd] = true;
}

/* At exec, that is. */
static void close_if_new(int fd)
{
	if (fd >= FDS || !start.fds[fd])
		fcntl(fd, F_SETFD, FD_CLOEXEC);
}

void ci_again_prepare(void)
{
	start.folder = getcwd(NULL, 0);
	start.input_at = lseek(STDIN_FILENO, 0, SEEK_CUR);
	pthread_sigmask(SIG_SETMASK, NULL, &start.blocked);
	each_fd(note_fd);
}

/* Runs the program again; it inherits `told` (-1: nothing). Returns only if that fails. Then its input is read
 * on where it was. */
static int run_again(char **argv, int told)
{
	off_t input_at = lseek(STDIN_FILENO, 0, SEEK_CUR);
	sigset_t blocked;

	fflush(stdout);
	fflush(stderr);
	if (start.folder && chdir(start.folder))
		return -errno;
	if (start.input_at >= 0)
		lseek(STDIN_FILENO, start.input_at, SEEK_SET);
	pthread_sigmask(SIG_SETMASK, &start.blocked, &blocked);
	each_fd(close_if_new);
	if (told >= 0)
		fcntl(told, F_SETFD, 0);
	execv("/proc/self/exe", argv);
	int err = -errno;
	pthread_sigmask(SIG_SETMASK, &blocked, NULL);
	if (input_at >= 0)
		lseek(STDIN_FILENO, input_at, SEEK_SET);
	return err;
}

/* All of a file; NULL: errno. */
static char *read_file(const char *path, size_t *ret_n)
{
	FILE *in = fopen(path, "re");
	char *text = NULL;
	size_t got;
	FILE *out = in ? open_memstream(&text, ret_n) : NULL;
	char part[4096];

	while (out && (got = fread(part, 1, sizeof part, in)) > 0)
		fwrite(part, 1, got, out);
	if (in)
		fclose(in);
	if (out && fclose(out)) {
		free(text);
		return NULL;
	}
	return text;
}

/* The arguments in a block, each ended by a 0. NULL: no memory. */
static char **split(char *text, size_t n)
{
	char **argv = calloc(n + 1, sizeof *argv);
	size_t argc = 0;

	if (!argv)
		return NULL;
	for (char *p = text; p < text + n; p += strlen(p) + 1)
		argv[argc++] = p;
	return argv;
}

int ci_again(const struct ci_record_step *steps, size_t n)
{
	size_t length;
	char *choices = ci_replay_choices("play:", steps, n);
	char *text = read_file("/proc/self/cmdline", &length);
	char **argv = text ? split(text, length) : NULL;
	int err = choices && argv ? 0 : -errno;

	if (!err && setenv("CIGO_SCHEDULE", choices, 1))
		err = -errno;
	if (!err) {
		int told = ci_told_pass();

		err = run_again(argv, told);
		ci_told_take_back(told);
	}
	free(argv);
	free(text);
	free(choices);
	return err;
}
