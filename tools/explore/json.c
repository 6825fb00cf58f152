/* SPDX-License-Identifier: MIT
 * What was found, for programs: as JSON.
 */
#include "tools/explore/report.h"

#include <string.h>

#include "base/json.h"

void report_json_text(const char *text, size_t n, FILE *out)
{
	const char *end = text + n;
	char character[8];

	fputc('"', out);
	while (text < end) {
		text += ci_json_character(text, character);
		fputs(character, out);
	}
	fputc('"', out);
}

static void put_string(const char *text, FILE *out)
{
	if (text)
		report_json_text(text, strlen(text), out);
	else
		fputs("null", out);
}

static void put_member(const char *name, const char *text, FILE *out)
{
	fprintf(out, "  \"%s\": ", name);
	put_string(text, out);
	fputs(",\n", out);
}

static void put_number(const char *name, uint64_t n, FILE *out)
{
	fprintf(out, "  \"%s\": %llu,\n", name, (unsigned long long)n);
}

static void put_command(char **words, FILE *out)
{
	fputs("  \"command\": [", out);
	for (char **word = words; *word; word++) {
		fputs(word == words ? "" : ", ", out);
		put_string(*word, out);
	}
	fputs("],\n", out);
}

static void put_outcomes(const cigo_report *r, FILE *out)
{
	fputs("  \"outcomes\": [", out);
	for (size_t i = 0; i < r->n_outcomes; i++) {
		const cigo_report_outcome *o = r->outcomes[i];

		fprintf(out, "%s\n    {\"text\": ", i ? "," : "");
		put_string(o->text, out);
		fprintf(out, ", \"count\": %llu, \"failures\": %llu, \"replay\": ",
			(unsigned long long)o->count, (unsigned long long)o->failures);
		put_string(o->replay, out);
		fputs("}", out);
	}
	fprintf(out, "%s],\n", r->n_outcomes ? "\n  " : "");
}

/* A line an item. */
static void put_story(const char *story, FILE *out)
{
	fputs("  \"story\": [", out);
	for (const char *line = story; line && *line;) {
		size_t n = strcspn(line, "\n");

		fprintf(out, "%s\n    ", line == story ? "" : ",");
		report_json_text(line, n, out);
		line += n + (line[n] == '\n');
	}
	fprintf(out, "%s],\n", story && *story ? "\n  " : "");
}

static const char *again_text(enum again a)
{
	return a == AGAIN_NOT_TRIED ? "null" : a == AGAIN_SAME ? "true" : "false";
}

void report_json(const struct finding *f, FILE *out)
{
	const cigo_report *r = f->report;

	fputs("{\n", out);
	put_command(f->options->command, out);
	put_member("model", f->options->model, out);
	put_member("strategy",
		   f->options->search.strategy ? f->options->search.strategy : "exhaustive", out);
	put_number("schedules", r->schedules, out);
	put_number("pruned", r->pruned, out);
	put_number("choices", r->choices, out);
	put_number("deepest", r->deepest, out);
	put_number("failures", r->failures, out);
	fprintf(out, "  \"complete\": %s,\n", r->complete ? "true" : "false");
	put_member("why_not_complete", f->why, out);
	fprintf(out, "  \"preemptions\": %d,\n", r->preemptions);
	put_outcomes(r, out);
	put_member("failure", r->failure, out);
	put_member("replay", r->replay, out);
	put_story(r->story, out);
	fprintf(out, "  \"repeats\": %s\n}\n", again_text(f->again));
}
