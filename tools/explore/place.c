/* SPDX-License-Identifier: MIT
 * Addresses as places in the source.
 *
 * What is noted are return addresses, so the call that is meant ends one byte before.
 */
#include "tools/explore/place.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/place.h"
#include "tools/explore/runner.h"

extern char **environ;

/* The number of its module; modules_n: none. */
static uint32_t module_of(const struct ci_record *r, uint64_t pc)
{
	uint32_t i = 0;

	while (i < r->modules_n && (pc <= r->modules[i].begin || pc > r->modules[i].end))
		i++;
	return i;
}

/* --- addr2line ------------------------------------------------------------------------------- */

/* Runs it on the addresses in `in`; the answer is in `out`. -errno. */
static int ask(const char *path, int in, int out)
{
	char *argv[] = { (char[]){ "addr2line" }, (char[]){ "-f" }, (char[]){ "-C" },
			 (char[]){ "-e" },	  strdup(path),	    NULL };
	posix_spawn_file_actions_t actions;
	pid_t pid;
	int status, err = argv[4] ? posix_spawn_file_actions_init(&actions) : ENOMEM;

	if (!err) {
		posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
		posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
		posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
		err = posix_spawnp(&pid, argv[0], &actions, NULL, argv, environ);
		posix_spawn_file_actions_destroy(&actions);
	}
	if (!err)
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
			;
	free(argv[4]);
	return -err;
}

static bool write_addresses(int fd, const struct place *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (dprintf(fd, "0x%llx\n", (unsigned long long)p[i].address) < 0)
			return false;
	return lseek(fd, 0, SEEK_SET) == 0;
}

/* Two lines of the answer: a function, and FILE:LINE, each "?" or so if not known. */
static char *read_place(FILE *in, struct place *p)
{
	char function[256] = "", line[4096] = "", *text = NULL;
	bool fine = fgets(function, sizeof function, in) && fgets(line, sizeof line, in);

	function[strcspn(function, "\n")] = 0;
	line[strcspn(line, " \n")] = 0; /* also "(discriminator 2)" */
	if (!fine || strcmp(function, "??") == 0)
		return NULL;
	const char *file = ci_place_file(line);
	bool known = strncmp(file, "??", 2) && !strstr(file, ":?") && !strstr(file, ":0");
	char *colon = strrchr(line, ':');
	if (known && colon) {
		p->file = strndup(line, (size_t)(colon - line));
		p->line = atoi(colon + 1);
	}
	p->function = strdup(function);
	int n = known ? asprintf(&text, "%s (%s)", file, function)
		      : asprintf(&text, "%s", function);
	return n < 0 ? NULL : text;
}

/* "libx.so+0x1234" */
static char *bare_text(const char *path, uint64_t address)
{
	char *text;

	return asprintf(&text, "%s+0x%llx", ci_place_file(path), (unsigned long long)address) < 0
		       ? NULL
		       : text;
}

static void resolve(struct places *all, const char *path, struct place *p, size_t n)
{
	int in = memfd_create("addresses", MFD_CLOEXEC), out = memfd_create("places", MFD_CLOEXEC);
	int err = in < 0 || out < 0 || !write_addresses(in, p, n) ? -EIO : ask(path, in, out);

	all->no_tool = all->no_tool || err == -ENOENT;
	FILE *answer = !err && lseek(out, 0, SEEK_SET) == 0 ? fdopen(out, "r") : NULL;
	for (size_t i = 0; i < n; i++) {
		p[i].text = answer ? read_place(answer, &p[i]) : NULL;
		if (!p[i].text)
			p[i].text = bare_text(path, p[i].address);
	}
	if (answer)
		fclose(answer);
	else if (out >= 0)
		close(out);
	if (in >= 0)
		close(in);
}

/* --- all places of a record ------------------------------------------------------------------ */

static const struct place *known(const struct places *all, uint32_t module, uint64_t address)
{
	for (size_t i = 0; i < all->n; i++)
		if (all->found[i].address == address && all->found[i].module == module)
			return &all->found[i];
	return NULL;
}

/* Enters an address, if it is of the module and not yet known. False: no memory. */
static bool enter(struct places *all, const struct ci_record *r, uint32_t module, uint64_t pc)
{
	const struct ci_record_module *m = &r->modules[module];
	uint64_t address = pc - 1 - m->base;

	if (pc <= m->begin || pc > m->end || known(all, module, address))
		return true;
	struct place *more = realloc(all->found, (all->n + 1) * sizeof *more);
	if (!more)
		return false;
	all->found = more;
	more[all->n++] = (struct place){ .module = module, .address = address };
	return true;
}

/* Finds pc, and with it all others of its module. */
static void find_all(struct places *all, const struct ci_record *r, uint32_t module, uint64_t pc)
{
	const char *path = module ? &r->text[r->modules[module].path] : all->path;
	size_t before = all->n;
	bool room = enter(all, r, module, pc) && enter(all, r, module, r->at);

	for (uint32_t i = 0; i < r->options_n && room; i++)
		room = enter(all, r, module, r->options[i].pc) &&
		       enter(all, r, module, r->options[i].entry + 1);
	resolve(all, path, all->found + before, all->n - before);
}

const struct place *places_place(struct ci_runner *runner, uint64_t pc)
{
	struct runner *r = (struct runner *)runner;
	const struct ci_record *record = runner->record;
	uint32_t module = module_of(record, pc);

	if (module == record->modules_n)
		return NULL;
	uint64_t address = pc - 1 - record->modules[module].base;
	if (!known(&r->places, module, address))
		find_all(&r->places, record, module, pc);
	return known(&r->places, module, address);
}

const char *places_find(struct ci_runner *runner, uint64_t pc, char *buf, size_t size)
{
	const struct place *p = places_place(runner, pc);

	if (!p || !p->text)
		return NULL;
	snprintf(buf, size, "%s", p->text);
	return buf;
}

void places_clear(struct places *p)
{
	for (size_t i = 0; i < p->n; i++)
		free(p->found[i].text), free(p->found[i].file), free(p->found[i].function);
	free(p->found);
}
