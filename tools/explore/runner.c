/* SPDX-License-Identifier: MIT
 * Runs a program under one schedule after another, each time in a process of its own.
 */
#include "tools/explore/runner.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

extern char **environ;

enum {
	LONGEST = 100000, /* bytes of a variable; the kernel's limit is 128 KiB */
	FIRST_FD = 200	  /* inherited descriptors are far from those that the program opens */
};

/* --- the schedule as a text ------------------------------------------------------------------ */

static char *replay_text(const struct ci_plan *plan)
{
	struct ci_record_step *steps = calloc(plan->given_n + 1, sizeof *steps);

	for (size_t i = 0; steps && i < plan->given_n; i++)
		steps[i].chosen = plan->given[i].chosen;
	char *text = steps ? ci_replay_text(steps, plan->given_n) : NULL;
	free(steps);
	return text;
}

/* The program reads it from a descriptor. NULL: errno. */
static char *lay_down(struct runner *r, char *text)
{
	size_t n = strlen(text);
	ssize_t done = ftruncate(r->given_fd, 0) ? -1 : pwrite(r->given_fd, text, n, 0);
	char *instead = NULL;

	free(text);
	if (done != (ssize_t)n || asprintf(&instead, "replay:@/proc/self/fd/%d", r->given_fd) < 0)
		return NULL;
	return instead;
}

static char *short_text(struct runner *r, char *text)
{
	return strlen(text) > LONGEST ? lay_down(r, text) : text;
}

/* The value of CIGO_SCHEDULE, for free(). NULL: no memory. */
static char *schedule_text(struct runner *r, const struct ci_plan *plan)
{
	char *text = NULL;
	int n = 0;

	if (plan->given_n || plan->strategy == &ci_strategy_first) {
		text = replay_text(plan);
		return text ? short_text(r, text) : NULL;
	}
	if (plan->strategy == &ci_strategy_pct)
		n = asprintf(&text, "pct:%llu:%u:%llu", (unsigned long long)plan->seed, plan->depth,
			     (unsigned long long)plan->length);
	else
		n = asprintf(&text, "random:%llu", (unsigned long long)plan->seed);
	return n < 0 ? NULL : text;
}

/* The text is freed; NULL: no memory. */
static int set_schedule(struct runner *r, char *text)
{
	char *variable = NULL;

	if (text && asprintf(&variable, "CIGO_SCHEDULE=%s", text) < 0)
		variable = NULL;
	free(text);
	if (!variable)
		return -ENOMEM;
	free(*r->schedule);
	r->variables[0] = *r->schedule = variable;
	return 0;
}

/* --- a run ----------------------------------------------------------------------------------- */

static int say_why(struct runner *r, int err, const char *what)
{
	snprintf(r->why, sizeof r->why, "%s: %s: %s", r->child.argv[0], what, cigo_strerror(err));
	return err;
}

/* The program has asked for no schedule. */
static int not_met(struct runner *r, const struct child_end *end)
{
	char words[128];
	bool fine = !end->hung && !end->status && !end->signal;

	if (r->base.record->result)
		return say_why(r, -r->base.record->result, "cannot be executed");
	snprintf(
		r->why, sizeof r->why,
		"%.200s asked for no schedule%s%s%s.\n"
		"Only a program that is linked with cigo can be explored. It must run a loop, whose\n"
		"options must not name a schedule or a seed of their own.",
		r->child.argv[0], fine ? "" : " (",
		end->hung ? "it did not end"
		: fine	  ? ""
			  : child_words(end, words),
		fine ? "" : ")");
	return -ENOEXEC;
}

static void clear(struct runner *r)
{
	ci_record_clear(r->base.record);
	r->base.record->met = 0;
	verdict_keep(&r->kept, r->base.record);
	tail_clear(&r->tail);
}

/* Runs the program once. */
static int run_once(struct runner *r, char *schedule, struct tail *tail, struct child_end *ret)
{
	int err = set_schedule(r, schedule);

	if (err)
		return say_why(r, err, "the schedule cannot be set");
	pid_t pid = child_start(&r->child);
	if (pid < 0)
		return say_why(r, pid, "no process can be started");
	err = child_wait(pid, r->hang_ns, r->stop, r->out[0], tail, ret);
	if (err)
		return say_why(r, err, "the process cannot be waited for (pidfd_open)");
	return ret->interrupted && ret->hung ? -EINTR : 0;
}

static int run(struct ci_runner *base, const struct ci_plan *plan)
{
	struct runner *r = (struct runner *)base;
	struct child_end end;

	clear(r);
	int err = run_once(r, schedule_text(r, plan), &r->tail, &end);
	if (err)
		return err;
	if (!r->met && !base->record->met)
		return not_met(r, &end);
	r->met = true;
	verdict(base, &r->kept, plan, &end, r->hang_ns, &r->tail);
	return 0;
}

int runner_repeat(struct runner *r, const char *replay, const char *failure)
{
	static struct tail tail;
	static char no_record[] = "CIGO_SCHEDULE_RECORD=";
	struct child_end end;
	char *text = strdup(replay);

	tail_clear(&tail);
	*r->record = no_record;
	int err = run_once(r, text ? short_text(r, text) : NULL, &tail, &end);
	*r->record = r->variables[1];
	return err ? err : verdict_is_same(failure, &end, r->hang_ns, &tail);
}

/* --- making ---------------------------------------------------------------------------------- */

/* In memory, inherited, far from 0. -errno. */
static int memory_fd(const char *name)
{
	int fd = memfd_create(name, MFD_CLOEXEC);
	int far = fd < 0 ? -1 : fcntl(fd, F_DUPFD, FIRST_FD);

	if (fd >= 0 && far < 0)
		far = fcntl(fd, F_DUPFD, STDERR_FILENO + 1); /* a low limit on descriptors */
	int err = errno;
	if (fd >= 0)
		close(fd);
	return far < 0 ? -err : far;
}

/* Variables that would be in the way, or that are set here. */
static bool is_left_out(const char *variable, const char *model)
{
	static const char *const names[] = { "CIGO_SCHEDULE=", "CIGO_SCHEDULE_RECORD=",
					     "CIGO_SEED=", "CIGO_TRACE=", "CIGO_DUMP=" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strncmp(variable, names[i], strlen(names[i])) == 0)
			return true;
	return model && strncmp(variable, "CIGO_MODEL=", 11) == 0;
}

static int make_environment(struct runner *r, const char *model)
{
	size_t n = 0, i = 0;

	while (environ[n])
		n++;
	r->child.envp = calloc(n + 4, sizeof *r->child.envp);
	if (!r->child.envp ||
	    asprintf(&r->variables[1], "CIGO_SCHEDULE_RECORD=%d", r->record_fd) < 0 ||
	    asprintf(&r->variables[2], "CIGO_MODEL=%s", model ? model : "") < 0)
		return -ENOMEM;
	for (char **e = environ; *e; e++)
		if (!is_left_out(*e, model))
			r->child.envp[i++] = *e;
	r->record = &r->child.envp[i];
	r->child.envp[i++] = r->variables[1];
	if (model)
		r->child.envp[i++] = r->variables[2];
	r->schedule = &r->child.envp[i];
	return 0;
}

static int open_record(struct runner *r)
{
	r->record_fd = memory_fd("schedule");
	r->given_fd = memory_fd("replay");
	if (r->record_fd < 0 || r->given_fd < 0)
		return r->record_fd < 0 ? r->record_fd : r->given_fd;
	if (ftruncate(r->record_fd, sizeof *r->base.record))
		return -errno;
	r->base.record = r->child.record = ci_record_map(r->record_fd);
	return r->base.record ? 0 : -errno;
}

static int open_pipe(struct runner *r)
{
	if (pipe2(r->out, O_CLOEXEC) || fcntl(r->out[0], F_SETFL, O_NONBLOCK))
		return -errno;
	r->child.out = r->out[1];
	return 0;
}

int runner_open(struct runner *r, const char *path, char **argv, const char *model, int64_t hang_ns,
		int stop)
{
	*r = (struct runner){ .base = { .run = run, .place_of = places_find },
			      .child = { .path = path, .argv = argv },
			      .hang_ns = hang_ns,
			      .stop = stop,
			      .record_fd = -1,
			      .given_fd = -1,
			      .out = { -1, -1 },
			      .places = { .path = path } };
	int err = open_record(r);
	if (!err)
		err = open_pipe(r);
	if (!err)
		err = make_environment(r, model);
	return err;
}

static void close_fd(int fd)
{
	if (fd >= 0)
		close(fd);
}

void runner_close(struct runner *r)
{
	ci_record_unmap(r->base.record);
	close_fd(r->record_fd);
	close_fd(r->given_fd);
	close_fd(r->out[0]);
	close_fd(r->out[1]);
	for (size_t i = 0; i < sizeof r->variables / sizeof *r->variables; i++)
		free(r->variables[i]);
	free(r->child.envp);
	places_clear(&r->places);
}
