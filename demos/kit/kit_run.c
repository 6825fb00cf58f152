/* SPDX-License-Identifier: MIT
 * The runs of a demo: each in a process of its own, which reports line by line through a pipe and is
 * killed when it says nothing for too long.
 */
#define _GNU_SOURCE /* pipe2 */
#include "demos/kit/kit_parts.h"
#include "demos/kit/tidy.h"

#include <errno.h>
#include <limits.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* --- in the child ----------------------------------------------------------------------------- */

struct usage {
	int64_t wall, cpu;
	long blocked,
		preempted; /* context switches; the kernel counts a sched_yield as the second */
};

static int64_t of_timeval(struct timeval t)
{
	return t.tv_sec * CIGO_S(1) + t.tv_usec * 1000;
}

static struct usage used(void)
{
	struct rusage r;

	getrusage(RUSAGE_SELF, &r);
	return (struct usage){
		.wall = kit_now(),
		.cpu = of_timeval(r.ru_utime) + of_timeval(r.ru_stime),
		.blocked = r.ru_nvcsw,
		.preempted = r.ru_nivcsw,
	};
}

static void report_usage(const struct usage *a, const struct usage *b)
{
	kit_count("context switches: thread blocked", b->blocked - a->blocked);
	kit_count("context switches: preempted or sched_yield", b->preempted - a->preempted);
	kit_time("elapsed time", b->wall - a->wall);
	kit_time("CPU time", b->cpu - a->cpu);
}

static int one_run(const struct kit_variant *v, int model)
{
	cigo_loop_options o = { .size = sizeof o, .model = model };

	return v->plain ? v->plain(model, v->arg)
			: cigo_run_with(&o, cigo_ctx_background(), v->main, v->arg);
}

/* A picture shows what the kernel did, too. */
static void set_trace(const char *file)
{
	char text[PATH_MAX + 16];

	snprintf(text, sizeof text, "%s,kernel", file);
	setenv("CIGO_TRACE", text, 1);
}

static void child(const struct kit_table *t, const struct kit_job *job, FILE *report)
{
	const struct kit_variant *v = &t->demo->variants[job->variant];

	if (job->trace)
		set_trace(job->trace);
	for (int i = 0; i < job->runs; i++) {
		struct usage before = used();

		kit_report_begin(report, job->picture);
		int err = one_run(v, t->columns[job->column]->model);
		struct usage after = used();
		if (err < 0) {
			char number[16];

			snprintf(number, sizeof number, "%d", err);
			kit_say("failed", number, "");
			break;
		}
		report_usage(&before, &after);
		kit_report_end();
	}
	fclose(report);
}

/* --- in the parent ---------------------------------------------------------------------------- */

struct process {
	pid_t pid;
	int fd; /* what it reports */
};

static struct process start(const struct kit_table *t, const struct kit_job *job)
{
	struct process p = { .pid = -1 };
	pid_t parent = getpid();
	int ends[2];

	fflush(NULL);
	if (pipe2(ends, O_CLOEXEC) || (p.pid = fork()) < 0)
		return p;
	if (!p.pid) {
		tidy_not();
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != parent)
			_exit(0);
		close(ends[0]);
		FILE *report = fdopen(ends[1], "w");
		if (report)
			child(t, job, report);
		exit(0); /* the sanitizers have their say */
	}
	close(ends[1]);
	p.fd = ends[0];
	return p;
}

/* All it says, 0-terminated, for free(); *ret_hung: it had to be killed. */
static char *listen_to(struct process p, int patience, bool *ret_hung)
{
	struct pollfd fd = { .fd = p.fd, .events = POLLIN };
	size_t n = 0, size = 1 << 16;
	char *text = malloc(size);

	*ret_hung = false;
	while (text) {
		int ready = poll(&fd, 1, patience * 1000);
		if (ready < 0 && errno == EINTR)
			continue;
		if (ready <= 0) {
			*ret_hung = true;
			kill(p.pid, SIGKILL);
			break;
		}
		ssize_t got = read(p.fd, text + n, size - n - 1);
		if (got <= 0)
			break;
		n += (size_t)got;
		if (size - n < 4096) {
			char *more = realloc(text, size *= 2);
			if (!more)
				break;
			text = more;
		}
	}
	if (text)
		text[n] = '\0';
	close(p.fd);
	return text;
}

struct count {
	int done, wrong, err;
};

static void take_line(struct kit_table *t, const struct kit_job *job, char *line,
		      struct count *count)
{
	const char *kind = strsep(&line, "\t"), *a = strsep(&line, "\t"), *b = line;

	if (!a || !b)
		return;
	if (strcmp(kind, "row") == 0) {
		kit_table_put(t, job->variant, job->column, a, b);
	} else if (strcmp(kind, "note") == 0) {
		kit_table_note(t, job->variant, job->column, a);
	} else if (strcmp(kind, "failed") == 0) {
		count->err = atoi(a);
		kit_table_put(t, job->variant, job->column, "could not run",
			      cigo_strerror(count->err));
	} else {
		bool wrong = strcmp(kind, "wrong") == 0;

		count->done++;
		count->wrong += wrong;
		t->wrong[job->variant][job->column] = wrong;
	}
}

/* How the process ended, if not by itself. */
static void take_end(struct kit_table *t, const struct kit_job *job, bool hung, int status,
		     struct count *count)
{
	char text[64];

	if (hung)
		snprintf(text, sizeof text, "hung, killed after %d s", job->patience);
	else if (WIFSIGNALED(status))
		snprintf(text, sizeof text, "killed by signal %d", WTERMSIG(status));
	else
		return;
	count->done++;
	count->wrong++;
	t->wrong[job->variant][job->column] = true;
	kit_table_put(t, job->variant, job->column, "how the run ended", text);
}

/* One process, for as many runs as it gets through. */
static void run_process(struct kit_table *t, const struct kit_job *job, struct count *count)
{
	struct process p = start(t, job);
	bool hung;
	int status = 0;

	if (p.pid < 0) {
		count->err = -errno;
		return;
	}
	tidy_child(p.pid, SIGKILL);
	char *text = listen_to(p, job->patience, &hung), *at = text, *line;
	while (waitpid(p.pid, &status, 0) < 0 && errno == EINTR)
		;
	tidy_child(0, 0);
	while (at && (line = strsep(&at, "\n")))
		take_line(t, job, line, count);
	take_end(t, job, hung, status, count);
	free(text);
}

struct kit_outcome kit_run(struct kit_table *t, const struct kit_job *job)
{
	struct kit_job rest = *job;
	struct count count = { 0 };

	while (count.done < job->runs && !count.err) {
		int before = count.done;

		rest.runs = job->runs - count.done;
		run_process(t, &rest, &count);
		if (count.done == before && !count.err)
			count.err = -ECHILD; /* it left without a word */
	}
	return (struct kit_outcome){ .wrong = count.wrong, .err = count.err };
}
