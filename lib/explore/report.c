/* SPDX-License-Identifier: MIT
 * What a search has found, for people.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cigo/explore.h"
#include "base/misuse.h"
#include "base/sized.h"
#include "explore/wrap.h"

enum { MOST_LINES = 30 /* of outcomes */, LEAST_TEXT = 20, MOST_TEXT = 40 };

void cigo_report_free(cigo_report *report)
{
	CI_CALLED;
	cigo_report r;

	if (!report)
		return;
	CI_SIZED_TAKE(cigo_report, &r, report);
	for (size_t i = 0; i < r.n_outcomes; i++) {
		free(r.outcomes[i]->text);
		free(r.outcomes[i]->replay);
	}
	free(r.outcomes);
	free(r.failure);
	free(r.replay);
	free(r.story);
	free(r.incomplete);
	CI_SIZED_GIVE(cigo_report, report, &(cigo_report){ .size = 0 });
}

static const char *plural(uint64_t n)
{
	return n == 1 ? "" : "s";
}

/* --- counts ---------------------------------------------------------------------------------- */

static void print_bound(const cigo_report *r, FILE *out)
{
	if (!r->preemptions)
		fputs(" without a forced switch", out);
	if (r->preemptions > 0)
		fprintf(out, " with at most %d forced switch%s", r->preemptions,
			r->preemptions == 1 ? "" : "es");
}

static void print_counts(const cigo_report *r, FILE *out)
{
	fprintf(out,
		"%" PRIu64 " schedule%s tried, %" PRIu64 " failed; at most %" PRIu64
		" choice%s in one.\n",
		r->schedules, plural(r->schedules), r->failures, r->deepest, plural(r->deepest));
	if (r->pruned)
		fprintf(out,
			"%" PRIu64 " of them came to where another had been, and were not varied "
			"further.\n",
			r->pruned);
	if (r->complete) {
		fputs("Complete: there is no other schedule", out);
		print_bound(r, out);
		fputs(".\n", out);
		return;
	}
	fputs("Not complete", out);
	if (r->preemptions >= 0)
		fputs(", so far", out);
	print_bound(r, out);
	fprintf(out, ": %s.\n", r->incomplete ? r->incomplete : "it did not end");
}

/* --- outcomes -------------------------------------------------------------------------------- */

/* How wide the column of texts is. */
static int text_width(const cigo_report *r)
{
	size_t most = LEAST_TEXT;

	for (size_t i = 0; i < r->n_outcomes && i < MOST_LINES; i++) {
		size_t n = strlen(r->outcomes[i]->text);

		most = n > most ? n : most;
	}
	return (int)(most < MOST_TEXT ? most : MOST_TEXT);
}

/* A text that fits into so many columns, in as many bytes; an ellipsis stands for what is cut. */
static void print_cell(FILE *out, const char *text, int width, bool pads)
{
	int n = (int)strcspn(text, "\n");
	bool cut = n > width;

	n = cut ? width - 3 : n;
	while (cut && n > 0 && (text[n] & 0xc0) == 0x80) /* no half characters */
		n--;
	fprintf(out, "%.*s%s", n, text, cut ? "..." : "");
	if (pads)
		fprintf(out, "%*s", width - n - (cut ? 3 : 0), "");
}

static void print_outcomes(const cigo_report *r, FILE *out)
{
	int width = text_width(r), left = CI_WRAP_COLUMNS - 9 - 9 - 2 - width - 2;

	if (!r->n_outcomes)
		return;
	fprintf(out, "\n%9s%9s  %-*s  %s\n", "count", "failed", width, "outcome", "schedule");
	for (size_t i = 0; i < r->n_outcomes && i < MOST_LINES; i++) {
		const cigo_report_outcome *o = r->outcomes[i];

		fprintf(out, "%9" PRIu64 "%9" PRIu64 "  ", o->count, o->failures);
		print_cell(out, o->text, width, true);
		fputs("  ", out);
		print_cell(out, o->replay, left, false);
		fputc('\n', out);
	}
	if (r->n_outcomes > MOST_LINES)
		fprintf(out, "%18s  and %zu more\n", "", r->n_outcomes - MOST_LINES);
}

/* --- the failure ----------------------------------------------------------------------------- */

static void print_failure(const cigo_report *r, FILE *out)
{
	fputs("\nFailed: ", out);
	ci_wrap(out, r->failure, 4);
	if (r->story)
		fprintf(out, "\nHow it came to that:\n%s", r->story);
	if (r->replay)
		fprintf(out,
			"\nThe same again, in a debugger:\nCIGO_SCHEDULE=%s gdb --args PROGRAM\n",
			r->replay);
}

void cigo_report_print(const cigo_report *report, FILE *out)
{
	CI_CALLED;
	cigo_report r;

	CI_SIZED_TAKE(cigo_report, &r, report);
	ci_expect(out, "no file");
	print_counts(&r, out);
	print_outcomes(&r, out);
	if (r.failure)
		print_failure(&r, out);
}
