/* SPDX-License-Identifier: MIT
 * What was found, for people.
 */
#include "tools/explore/report.h"

#include <stdlib.h>
#include <string.h>

enum { OUTPUT_LINES = 20, LONGEST = 100000 };

/* --- the line to type ------------------------------------------------------------------------ */

void report_word(const char *word, FILE *out)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789_@%+=:,./-";

	if (*word && !word[strspn(word, plain)]) {
		fputs(word, out);
		return;
	}
	fputc('\'', out);
	for (; *word; word++)
		if (*word == '\'')
			fputs("'\\''", out);
		else
			fputc(*word, out);
	fputc('\'', out);
}

char *report_command(const struct finding *f)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	if (getenv("CIGO_SEED"))
		fputs("CIGO_SEED= ", out); /* it would shuffle */
	if (f->options->model)
		fprintf(out, "CIGO_MODEL=%s ", f->options->model);
	fprintf(out, "CIGO_SCHEDULE=%s gdb --args",
		strlen(f->report->replay) <= LONGEST ? f->report->replay : "replay:@FILE");
	for (char **word = f->options->command; *word; word++) {
		fputc(' ', out);
		report_word(*word, out);
	}
	if (fclose(out)) {
		free(text);
		return NULL;
	}
	return text;
}

/* --- for people ------------------------------------------------------------------------------ */

static void print_output(const struct finding *f, FILE *out)
{
	if (!f->output || !f->output->n)
		return;
	fprintf(out, "\nWhat the program printed in it, at the end:\n");
	tail_print(f->output, OUTPUT_LINES, "  | ", out);
}

static void print_again(const struct finding *f, FILE *out)
{
	char *command = report_command(f);

	if (strlen(f->report->replay) > LONGEST)
		fprintf(out,
			"\nThe schedule is too long for the environment. Put it into a file FILE:\n"
			"  %s\n",
			f->report->replay);
	fprintf(out, "\nThis schedule again, in a debugger:\n%s%s%s\n", f->color ? "\033[1m" : "",
		command ? command : "(no memory)", f->color ? "\033[0m" : "");
	free(command);
	if (f->again == AGAIN_OTHER)
		fprintf(out, "But when it was replayed, the program ended otherwise. It depends on "
			     "more than its\nschedule: on time, on random numbers, on input, or on "
			     "other processes.\n");
}

/* --- colours --------------------------------------------------------------------------------- */

/* The colour of a line of the library's report, by what it begins with. */
static const char *color_of(const char *line, size_t nth, const cigo_report *r)
{
	unsigned long long count, failed;

	if (!nth)
		return r->failures ? "\033[1;31m" : "\033[1;32m";
	if (strncmp(line, "Failed: ", 8) == 0)
		return "\033[1;31m";
	if (sscanf(line, " %llu %llu", &count, &failed) == 2 && failed)
		return "\033[31m";
	return "";
}

static void print_painted(char *text, const cigo_report *r, FILE *out)
{
	size_t nth = 0;

	for (char *line; (line = strsep(&text, "\n")) && (text || *line); nth++) {
		const char *color = color_of(line, nth, r);

		fprintf(out, "%s%s%s\n", color, line, *color ? "\033[0m" : "");
	}
}

/* The replay is left to print_again, which knows the program. */
static void print_report(const struct finding *f, FILE *out)
{
	cigo_report r = *f->report;
	char *text = NULL, why[256];
	size_t size;
	FILE *memory = f->color ? open_memstream(&text, &size) : NULL;

	snprintf(why, sizeof why, "%s", f->why ? f->why : "");
	r.incomplete = f->why ? why : NULL;
	r.replay = NULL;
	cigo_report_print(&r, memory ? memory : out);
	if (memory && fclose(memory) == 0)
		print_painted(text, &r, out);
	free(text);
}

void report_people(const struct finding *f, FILE *out)
{
	print_report(f, out);
	if (f->no_places)
		fprintf(out, "\nPlaces in the source are missing, as there is no addr2line "
			     "(package binutils).\n");
	if (f->report->replay) {
		print_output(f, out);
		print_again(f, out);
	}
}
