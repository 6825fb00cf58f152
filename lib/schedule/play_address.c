/* SPDX-License-Identifier: MIT
 * Addresses of the program as places in its source, by addr2line(1). What it has said is kept.
 *
 * Its process sends no signal when it ends, and wait(2) does not see it, so that a program which has
 * children of its own does not notice it.
 */
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "schedule/play.h"

enum { KNOWN = 512, PATH = 1024, STACK = 64 * 1024 };

/* Of one address. */
static struct known {
	const void *pc; /* NULL: free */
	char *file;	/* NULL: not known */
	int line;
} known[KNOWN];

struct job {
	char **argv;
	int out;
};

/* In the new process. */
static int run(void *arg)
{
	const struct job *job = arg;
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	dup2(null, STDIN_FILENO);
	dup2(null, STDERR_FILENO);
	dup2(job->out, STDOUT_FILENO);
	execvp(job->argv[0], job->argv);
	_exit(127);
}

static pid_t start(struct job *job)
{
	char *stack = malloc(STACK);
	pid_t pid = stack ? clone(run, stack + STACK, 0, job) : -1; /* 0: no signal at its end */

	free(stack); /* the new process has a copy */
	return pid;
}

/* What a command prints first; false: nothing. */
static bool first_line(char **argv, char line[PATH])
{
	int ends[2], status;

	if (pipe2(ends, O_CLOEXEC))
		return false;
	pid_t pid = start(&(struct job){ argv, ends[1] });
	close(ends[1]);
	FILE *in = fdopen(ends[0], "re");
	bool fine = in && fgets(line, PATH, in);
	if (in)
		fclose(in);
	else
		close(ends[0]);
	while (pid > 0 && waitpid(pid, &status, __WALL) < 0 && errno == EINTR)
		;
	return fine;
}

struct module {
	uintptr_t pc, base;
	const char *name; /* NULL: the program itself */
	int passed;
};

/* Whether this is the module that has the code at pc; the program itself is told first. */
static int holds(struct dl_phdr_info *info, size_t size, void *arg)
{
	struct module *m = arg;
	int nth = m->passed++;

	(void)size;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *p = &info->dlpi_phdr[i];
		uintptr_t begin = info->dlpi_addr + p->p_vaddr;

		if (p->p_type != PT_LOAD || m->pc < begin || m->pc - begin >= p->p_memsz)
			continue;
		m->base = info->dlpi_addr;
		m->name = nth ? info->dlpi_name : NULL;
		return 1;
	}
	return 0;
}

/* The file that the code at pc was loaded from, and the address there. */
static bool find_module(const void *pc, char path[PATH], uintptr_t *ret_address)
{
	struct module m = { .pc = (uintptr_t)pc };
	ssize_t n;

	if (!dl_iterate_phdr(holds, &m))
		return false;
	*ret_address = m.pc - m.base;
	if (m.name)
		return snprintf(path, PATH, "%s", m.name) < PATH;
	n = readlink("/proc/self/exe", path, PATH - 1);
	path[n > 0 ? n : 0] = 0;
	return n > 0;
}

/* "dir/file.c:12 (discriminator 3)", "??:0" */
static void note(struct known *k, char *line)
{
	char *colon = strrchr(line, ':');
	int number = colon ? atoi(colon + 1) : 0;

	if (number < 1)
		return;
	*colon = 0;
	k->file = strdup(line);
	k->line = number;
}

static void look_up(struct known *k)
{
	char path[PATH], line[PATH], text[32];
	char name[] = "addr2line", option[] = "-e";
	char *argv[] = { name, option, path, text, NULL };
	uintptr_t address;

	if (!find_module(k->pc, path, &address))
		return;
	/* pc is where a call returns to: the call is before it */
	snprintf(text, sizeof text, "%#lx", (unsigned long)address - 1);
	if (first_line(argv, line))
		note(k, line);
}

struct ci_place ci_address_place(const void *pc)
{
	size_t i = (uintptr_t)pc / 4 % KNOWN;

	for (size_t tries = 0; known[i].pc && known[i].pc != pc && tries < KNOWN; tries++)
		i = (i + 1) % KNOWN;
	if (known[i].pc != pc) {
		free(known[i].file);
		known[i] = (struct known){ .pc = pc };
		look_up(&known[i]);
	}
	return (struct ci_place){ .file = known[i].file, .line = known[i].line };
}
