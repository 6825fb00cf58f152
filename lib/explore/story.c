/* SPDX-License-Identifier: MIT
 * The story of a schedule: a paragraph for each choice of another than the first in line.
 */
#include "explore/story.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#include "explore/rank.h"
#include "explore/wrap.h"
#include "schedule/serial.h"

enum { SENTENCE = 1024, INDENT = 4 };

struct story {
	struct ci_runner *runner;
	const struct ci_record *record;
	FILE *out;
	uint32_t shown; /* values that were told, or were overtaken by later ones */
};

static const char *text_of(const struct story *s, uint32_t offset)
{
	return &s->record->text[offset];
}

/* --- candidates ------------------------------------------------------------------------------ */

/* The name of the function at an address of this process; NULL: not known. */
static const char *function_at(uint64_t pc)
{
	Dl_info info;

	return dladdr((void *)(uintptr_t)pc, &info) ? info.dli_sname : NULL;
}

static const char *place_of(const struct story *s, uint64_t pc, char *buf, size_t size)
{
	struct ci_runner *r = s->runner;

	if (!pc)
		return NULL;
	return r->place_of ? r->place_of(r, pc, buf, size) : function_at(pc);
}

/* ", at bank.c:31" */
static void say_place(const struct story *s, FILE *out, const struct ci_record_option *o)
{
	char buf[256];
	const char *place = place_of(s, o->pc, buf, sizeof buf);

	if (o->file)
		fprintf(out, ", at %s:%u", ci_place_file(text_of(s, o->file)), o->line);
	else if (place)
		fprintf(out, ", %s %s", s->runner->place_of ? "at" : "in", place);
}

/* "writer #2" */
static void say_name(const struct story *s, FILE *out, const struct ci_record_option *o)
{
	fputs(o->name			? text_of(s, o->name)
	      : o->op == CI_OP_CALLBACK ? "callback"
					: "coroutine",
	      out);
	if (o->id != CI_TURN_LOOP) /* there is but one */
		fprintf(out, " #%llu", (unsigned long long)o->id);
}

/* ", about to return from cigo_yield, at bank.c:31" */
static void say_next(const struct story *s, FILE *out, const struct ci_record_option *o)
{
	const char *call = o->call ? text_of(s, o->call) : NULL;

	switch (o->op) {
	case CI_OP_START: fputs(", about to begin", out); break;
	case CI_OP_RESUME: fprintf(out, ", about to return from %s", call ? call : "a wait"); break;
	case CI_OP_CALLBACK: fputs(", about to be called", out); break;
	case CI_OP_CALL: fprintf(out, ", about to call %s", call ? call : "the library"); break;
	case CI_OP_READ: fputs(", about to read", out); break;
	case CI_OP_WRITE: fputs(", about to write", out); break;
	case CI_OP_RETURN: fputs(", about to return", out); break;
	}
	say_place(s, out, o);
}

/* --- choices --------------------------------------------------------------------------------- */

static void say_ready(const struct story *s, FILE *out, const struct ci_record_step *step)
{
	const struct ci_record_option *first = &s->record->options[step->options];
	const struct ci_record_option *o = first + step->chosen;

	if (step->stays) {
		say_name(s, out, first);
		fputs(" is interrupted", out);
		say_next(s, out, first);
		fputs("; ", out);
	}
	say_name(s, out, o);
	fputs(" goes on", out);
	say_next(s, out, o);
	if (!step->stays) {
		fputs("; first in line was ", out);
		say_name(s, out, first);
		say_next(s, out, first);
	}
	fputs(".", out);
}

static void say_step(const struct story *s, FILE *out, const struct ci_record_step *step)
{
	unsigned nth = step->chosen + 1, n = step->n;

	switch (step->kind) {
	case CI_CHOOSE_TIMER:
		fprintf(out, "of %u timers that are due, number %u is first.", n, nth);
		break;
	case CI_CHOOSE_EVENT:
		fprintf(out, "of %u descriptors that are ready, number %u is first.", n, nth);
		break;
	case CI_CHOOSE_CASE:
		fprintf(out, "of %u cases of a select that are ready, number %u is taken.", n, nth);
		break;
	default: say_ready(s, out, step);
	}
}

static void say_choice(const struct story *s, size_t i)
{
	char sentence[SENTENCE] = "";
	FILE *out = fmemopen(sentence, sizeof sentence - 1, "w");

	if (!out)
		return;
	fprintf(out, "Choice %zu: ", i + 1);
	say_step(s, out, &s->record->steps[i]);
	fclose(out);
	ci_wrap(s->out, sentence, INDENT);
}

/* --- values ---------------------------------------------------------------------------------- */

/* Whether a later one of those before `end` has the same name. */
static bool is_overtaken(const struct story *s, uint32_t i, uint32_t end)
{
	const struct ci_record_shown *all = s->record->shown;

	for (uint32_t k = i + 1; k < end && !all[i].note; k++)
		if (!all[k].note && all[k].name == all[i].name)
			return true;
	return false;
}

/* "    balance = 7 (clerk)", "    clerk: read 7" */
static void say_value(const struct story *s, char line[SENTENCE], const struct ci_record_shown *v)
{
	if (v->note)
		snprintf(line, SENTENCE, "    %.200s%s%.256s", text_of(s, v->by), v->by ? ": " : "",
			 text_of(s, v->value));
	else
		snprintf(line, SENTENCE, "    %.200s = %.256s%s%.200s%s", text_of(s, v->name),
			 text_of(s, v->value), v->by ? " (" : "", text_of(s, v->by),
			 v->by ? ")" : "");
}

/* The values that were shown, and what was noted, since the last time, before the ith choice. */
static void say_shown(struct story *s, size_t i)
{
	const struct ci_record *r = s->record;
	uint32_t begin = s->shown, end = begin;

	while (end < r->shown_n && r->shown[end].step <= i)
		end++;
	s->shown = end;
	if (end - begin > 100) /* few of them can be of interest */
		begin = end - 100;
	for (; begin < end; begin++) {
		char line[SENTENCE];
		const struct ci_record_shown *v = &r->shown[begin];

		if (is_overtaken(s, begin, end))
			continue;
		say_value(s, line, v);
		ci_wrap(s->out, line, 2 * INDENT);
	}
}

/* --- the end --------------------------------------------------------------------------------- */

/* A crash or a hang names no coroutine: which one was chosen last? */
static void say_last(const struct story *s, size_t n)
{
	char sentence[SENTENCE] = "";
	const struct ci_record_step *step = n ? &s->record->steps[n - 1] : NULL;
	uint32_t ending = s->record->ending;
	FILE *out;

	if (!step || (ending != CI_ENDING_STATUS && ending != CI_ENDING_LIMIT) ||
	    (step->kind != CI_CHOOSE_READY && step->kind != CI_CHOOSE_THREAD))
		return;
	out = fmemopen(sentence, sizeof sentence - 1, "w");
	if (!out)
		return;
	fputs("Chosen last: ", out);
	say_name(s, out, &s->record->options[step->options + step->chosen]);
	say_next(s, out, &s->record->options[step->options + step->chosen]);
	fputs(".", out);
	fclose(out);
	ci_wrap(s->out, sentence, INDENT);
}

static void tell(struct story *s)
{
	const struct ci_record *r = s->record;
	size_t n = ci_rank_choices(r);

	if (!ci_rank_of(r).others)
		fputs(n ? "At each choice the first in line went on.\n"
			: "There was nothing to choose.\n",
		      s->out);
	for (size_t i = 0; i < n; i++) {
		if (!r->steps[i].chosen)
			continue;
		say_shown(s, i);
		say_choice(s, i);
	}
	say_shown(s, n);
	say_last(s, n);
	fputs("Then: ", s->out);
	ci_wrap(s->out, r->failure[0] ? r->failure : "the run ended.", INDENT);
}

char *ci_story(struct ci_runner *r)
{
	char *text = NULL;
	size_t size;
	struct story s = { .runner = r, .record = r->record, .out = open_memstream(&text, &size) };

	if (!s.out)
		return NULL;
	tell(&s);
	if (fclose(s.out)) {
		free(text);
		return NULL;
	}
	return text;
}
