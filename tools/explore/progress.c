/* SPDX-License-Identifier: MIT
 * The line on a terminal that says how far the search has come.
 */
#include "tools/explore/progress.h"

#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static int columns(void)
{
	struct winsize w;

	return ioctl(STDERR_FILENO, TIOCGWINSZ, &w) || w.ws_col < 20 ? 80 : w.ws_col;
}

/* Since the last line, or since the beginning. */
static double rate(struct progress *s, const cigo_progress *p)
{
	double n = (double)(p->schedules - s->last_schedules), ns = (double)(p->ns - s->last_ns);

	s->last_schedules = p->schedules;
	s->last_ns = p->ns;
	return ns > 0 ? n * 1e9 / ns : 0;
}

static const char *plural(uint64_t n)
{
	return n == 1 ? "" : "s";
}

/* Cut where the terminal ends, so that it never takes two lines. */
static void draw(struct progress *s, const cigo_progress *p)
{
	char line[512], failed[64] = "none failed", bound[64] = "";
	bool bad = s->color && p->failures;

	if (p->failures)
		snprintf(failed, sizeof failed, "%llu FAILED", (unsigned long long)p->failures);
	if (p->preemptions >= 0)
		snprintf(bound, sizeof bound, ", %d forced switch%s", p->preemptions,
			 p->preemptions == 1 ? "" : "es");
	snprintf(line, sizeof line,
		 "%llu schedule%s, %.0f/s, %s, %llu outcome%s, %llu choice%s%s; %s",
		 (unsigned long long)p->schedules, plural(p->schedules), rate(s, p), failed,
		 (unsigned long long)p->outcomes, plural(p->outcomes),
		 (unsigned long long)p->choices, plural(p->choices), bound, s->name);
	fprintf(stderr, "\r%s%.*s%s\033[K", bad ? "\033[31m" : "", columns() - 1, line,
		bad ? "\033[0m" : "");
	fflush(stderr);
	s->drawn = true;
	s->drawn_ns = p->ns;
}

bool progress_draw(const cigo_progress *p, void *arg)
{
	struct progress *s = arg;

	if (s->on && p->ns - s->drawn_ns >= CIGO_MS(200))
		draw(s, p);
	return !*s->stopped;
}

void progress_end(struct progress *p)
{
	if (p->drawn)
		fputs("\r\033[K", stderr);
	p->drawn = false;
}
