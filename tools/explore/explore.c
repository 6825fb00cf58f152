/* SPDX-License-Identifier: MIT
 * cigo-explore: runs a program under one schedule after another.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "tools/explore/options.h"
#include "tools/explore/play.h"
#include "tools/explore/program.h"
#include "tools/explore/progress.h"
#include "tools/explore/report.h"
#include "tools/explore/runner.h"

enum { EXIT_NONE_FAILED = 0, EXIT_FAILED = 1, EXIT_CANNOT = 2, EXIT_NOT_COMPLETE = 3 };

/* --- the end, by a person -------------------------------------------------------------------- */

static volatile int stopped;
static int stop_fd = -1;

/* A second signal ends the program at once. */
static void stop(int sig)
{
	int saved = errno;

	(void)sig;
	stopped = 1;
	if (write(stop_fd, &(uint64_t){ 1 }, sizeof(uint64_t)) < 0)
		stopped = 1; /* it is readable already */
	errno = saved;
}

static void hear(int sig)
{
	struct sigaction a, old;

	memset(&a, 0, sizeof a);
	a.sa_handler = stop;
	a.sa_flags = (int)SA_RESETHAND;
	if (!sigaction(sig, NULL, &old) && old.sa_handler != SIG_IGN)
		sigaction(sig, &a, NULL);
}

/* --- what was found -------------------------------------------------------------------------- */

/* Why orders are left that were not tried; NULL: none are. */
static const char *why_not_complete(const cigo_report *r)
{
	if (r->complete)
		return NULL;
	return stopped ? "interrupted" : r->incomplete ? r->incomplete : "not all was tried";
}

/* Whether the last run of the search was the failing schedule: what it has printed is that one's. */
static bool is_last(const struct runner *r, const cigo_report *report)
{
	const struct ci_record *last = r->base.record;

	return last->ending > CI_ENDING_FINE && strcmp(last->failure, report->failure) == 0;
}

/* Runs the failing schedule once more, as the line says that is printed: does it fail again? */
static enum again try_again(struct runner *r, const cigo_report *report)
{
	if (stopped || r->base.lost || !report->replay || !report->failure)
		return AGAIN_NOT_TRIED;
	int same = runner_repeat(r, report->replay, report->failure);
	return same < 0 ? AGAIN_NOT_TRIED : same ? AGAIN_SAME : AGAIN_OTHER;
}

static int exit_status(const cigo_report *r)
{
	return r->failures ? EXIT_FAILED : r->complete ? EXIT_NONE_FAILED : EXIT_NOT_COMPLETE;
}

static bool has_color(const struct options *o, int fd)
{
	const char *none = getenv("NO_COLOR"), *term = getenv("TERM");

	return isatty(fd) && !o->no_color && !(none && *none) && term && strcmp(term, "dumb");
}

static int tell(struct runner *r, const struct options *o, const cigo_report *report)
{
	struct finding f = { .options = o,
			     .report = report,
			     .why = why_not_complete(report),
			     .color = has_color(o, STDOUT_FILENO) };

	f.output = report->failure && is_last(r, report) ? &r->tail : NULL;
	f.again = try_again(r, report);
	f.no_places = r->places.no_tool;
	if (o->json)
		report_json(&f, stdout);
	else if (!o->quiet || report->failures)
		report_people(&f, stdout);
	if (!fflush(stdout) && !ferror(stdout))
		return exit_status(report);
	fprintf(stderr, "cigo-explore: cannot write to standard output: %s\n", strerror(errno));
	return EXIT_CANNOT;
}

/* --- the search ------------------------------------------------------------------------------ */

static int cannot(const struct runner *r, int err)
{
	fprintf(stderr, "cigo-explore: %s\n", r->why[0] ? r->why : cigo_strerror(err));
	if (r->tail.n) {
		fputs("What it printed, at the end:\n", stderr);
		tail_print(&r->tail, 20, "  | ", stderr);
	}
	return EXIT_CANNOT;
}

static int search(struct runner *r, struct options *o)
{
	struct progress progress = { .name = o->command[0],
				     .on = !o->quiet && isatty(STDERR_FILENO) && getenv("TERM") &&
					   strcmp(getenv("TERM"), "dumb"),
				     .color = has_color(o, STDERR_FILENO),
				     .stopped = &stopped };
	cigo_report report = { .size = sizeof report };

	o->search.progress = progress_draw;
	o->search.progress_arg = &progress;
	int err = ci_search(&o->search, &r->base, &report);
	progress_end(&progress);
	bool fine = err >= 0 || (err == -EINTR && stopped);
	int status = fine ? tell(r, o, &report) : cannot(r, err);
	cigo_report_free(&report);
	return status;
}

/* -errno, of what tells a search to end. */
static int prepare(void)
{
	int err = child_fix_addresses();

	if (err)
		fprintf(stderr,
			"cigo-explore: addresses cannot be fixed (personality: %s): a program whose "
			"order depends on them may not repeat\n",
			cigo_strerror(err));
	stop_fd = eventfd(0, EFD_CLOEXEC);
	hear(SIGINT);
	hear(SIGTERM);
	return stop_fd < 0 ? -errno : 0;
}

static int explore(const char *path, struct options *o)
{
	static struct runner r = { .record_fd = -1, .given_fd = -1, .out = { -1, -1 } };
	int err = prepare();

	if (!err)
		err = runner_open(&r, path, o->command, o->model, o->search.hang_ns, stop_fd);
	int status = err ? cannot(&r, err) : search(&r, o);
	runner_close(&r);
	return status;
}

static int explore_to_play(struct options *o)
{
	struct play_stop stop = { .stopped = &stopped };
	int err = prepare();

	if (err) {
		fprintf(stderr, "cigo-explore: %s\n", cigo_strerror(err));
		return EXIT_CANNOT;
	}
	stop.fd = stop_fd;
	return play(o, &stop);
}

/* Descriptors 0 to 2 are taken, so that no file of ours becomes one of them. */
static void open_standard(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

int main(int argc, char **argv)
{
	struct options o;
	char why[512];

	open_standard();
	enum options_answer answer = options_parse(&o, argc, argv);

	if (answer == OPTIONS_DONE)
		return fflush(stdout) ? EXIT_CANNOT : EXIT_SUCCESS;
	if (answer == OPTIONS_WRONG)
		return EXIT_CANNOT;
	if (o.play)
		return explore_to_play(&o);
	char *path = program_find(o.command[0], why, sizeof why);
	if (!path) {
		fprintf(stderr, "cigo-explore: %s\n", why);
		return EXIT_CANNOT;
	}
	int status = explore(path, &o);
	free(path);
	return status;
}
