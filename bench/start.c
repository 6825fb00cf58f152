/* SPDX-License-Identifier: MIT
 * How long a program takes from its start to its end, by the clock:
 *
 *	start COUNT PROGRAM [ARGUMENT...]
 *
 * starts it COUNT times, one after the other, with its output thrown away.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>

#include "bench.h"

extern char **environ;

static void run(char **argv, const posix_spawn_file_actions_t *actions)
{
	int status;
	pid_t pid;

	if (posix_spawn(&pid, argv[0], actions, NULL, argv, environ) ||
	    waitpid(pid, &status, 0) != pid || status) {
		fprintf(stderr, "start: %s failed\n", argv[0]);
		exit(1);
	}
}

int main(int argc, char **argv)
{
	long n = argc > 2 ? atol(argv[1]) : 0;
	posix_spawn_file_actions_t quiet;

	if (n < 1) {
		fputs("usage: start COUNT PROGRAM [ARGUMENT...]\n", stderr);
		return 2;
	}
	if (posix_spawn_file_actions_init(&quiet) ||
	    posix_spawn_file_actions_addopen(&quiet, 1, "/dev/null", O_WRONLY, 0))
		return 1;
	run(argv + 2, &quiet); /* the files are in memory now */
	struct bench_time start = bench_start();
	for (long i = 0; i < n; i++)
		run(argv + 2, &quiet);
	bench_say(bench_stop(start, n));
	posix_spawn_file_actions_destroy(&quiet);
	return 0;
}
