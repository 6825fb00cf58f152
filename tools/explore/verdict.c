/* SPDX-License-Identifier: MIT
 * How a schedule ended, from what its process noted and how that process ended.
 */
#include "tools/explore/verdict.h"

#include <stdlib.h>
#include <string.h>

#include "schedule/among.h"

/* --- the record ------------------------------------------------------------------------------ */

static bool is_sound_step(const struct ci_record *r, const struct ci_record_step *s)
{
	return s->n && s->chosen < s->n && s->options <= r->options_n &&
	       s->n <= r->options_n - s->options && s->waiting <= r->options_n - s->options - s->n;
}

static bool is_sound_option(const struct ci_record *r, const struct ci_record_option *o)
{
	return o->name <= r->text_n && o->call <= r->text_n && o->file <= r->text_n;
}

static bool is_sound_shown(const struct ci_record *r, const struct ci_record_shown *s)
{
	return s->step <= r->steps_n && s->name <= r->text_n && s->value <= r->text_n &&
	       s->by <= r->text_n;
}

/* Places are added, each with the number of the schedule that found it; none is changed. A program that was
 * killed may not have counted the last. */
static bool are_sound_sites(const struct ci_record *r, const struct kept *k)
{
	uint32_t n = 0;

	if (r->sites_n < k->sites_n || r->sites_n > CI_RECORD_SITES / 4 * 3)
		return false;
	for (size_t i = 0; i < CI_RECORD_SITES; i++) {
		const struct ci_record_site *now = &r->sites[i], *before = &k->sites[i];
		uint32_t found = before->place ? before->run : k->run;

		n += now->place != 0;
		if (before->place ? now->place != before->place || now->run != found
				  : now->place && now->run != found)
			return false;
	}
	return n == r->sites_n || n == r->sites_n + 1;
}

/* What is kept from schedule to schedule. */
static bool is_sound_memory(const struct ci_record *r, const struct kept *k)
{
	uint32_t sets = 0;

	if (r->run != k->run || r->frozen != k->frozen ||
	    r->instrumented != (k->instrumented || !r->instrumented ? k->instrumented : k->run))
		return false;
	for (size_t i = 0; i < CI_RECORD_WORDS; i++)
		if (r->words[i] > r->text_n)
			return false;
	for (size_t i = 0; i < CI_RECORD_SETS; i++) {
		sets += r->sets[i].names != 0;
		if (r->sets[i].names > r->text_n)
			return false;
	}
	return sets >= r->sets_n && sets <= CI_RECORD_SETS / 2 + 1 && are_sound_sites(r, k);
}

/* The record lies in the memory of a program that may have overwritten it. */
static bool is_sound(const struct ci_record *r, const struct kept *k)
{
	if (r->steps_n > CI_RECORD_STEPS || r->options_n > CI_RECORD_OPTIONS ||
	    r->shown_n > CI_RECORD_SHOWN || r->text_n >= CI_RECORD_TEXT - 1 ||
	    r->failed_n > r->steps_n || r->left > r->options_n ||
	    r->left_n > r->options_n - r->left || r->modules_n > CI_RECORD_MODULES ||
	    r->ending > CI_ENDING_STATUS)
		return false;
	bool sound = true;
	for (uint32_t i = 0; i < r->steps_n && sound; i++)
		sound = is_sound_step(r, &r->steps[i]);
	for (uint32_t i = 0; i < r->options_n && sound; i++)
		sound = is_sound_option(r, &r->options[i]);
	for (uint32_t i = 0; i < r->shown_n && sound; i++)
		sound = is_sound_shown(r, &r->shown[i]);
	for (uint32_t i = 0; i < r->modules_n && sound; i++)
		sound = r->modules[i].path <= r->text_n;
	return sound && is_sound_memory(r, k);
}

void verdict_keep(struct kept *k, const struct ci_record *r)
{
	if (k->sites_n != r->sites_n)
		memcpy(k->sites, r->sites, sizeof k->sites);
	k->sites_n = r->sites_n;
	k->run = r->run;
	k->instrumented = r->instrumented;
	k->frozen = r->frozen;
}

static void put_back(struct ci_record *r, const struct kept *k)
{
	memcpy(r->sites, k->sites, sizeof r->sites);
	r->sites_n = k->sites_n;
	r->run = k->run;
	r->instrumented = k->instrumented;
	r->frozen = k->frozen;
}

/* All that is known then is what was given, and what was kept. */
static void begin_anew(struct ci_record *r, const struct kept *k, const struct ci_plan *plan)
{
	uint32_t most = 0;

	ci_record_forget(r);
	ci_record_clear(r);
	put_back(r, k);
	r->modules_n = 0;
	for (size_t i = 0; i < plan->given_n; i++) {
		const struct ci_given *g = &plan->given[i];
		uint32_t n = g->n > g->chosen ? g->n : g->chosen + 1;

		r->steps[r->steps_n++] =
			(struct ci_record_step){ .n = n, .ids = g->ids, .chosen = g->chosen };
		most = n > most ? n : most;
	}
	r->options_n = most;
	for (uint32_t i = 0; i < most; i++)
		r->options[i] = (struct ci_record_option){ .op = CI_OP_OTHER };
	ci_record_fail(r, CI_ENDING_STATUS,
		       "the program has overwritten memory in which its choices are noted");
}

/* --- what was given -------------------------------------------------------------------------- */

/* "main.c:40": the place at pc, without its function. False: not known. */
static bool say_place(struct ci_runner *runner, uint64_t pc, char buf[static CI_PLACE_TEXT])
{
	if (!pc || !runner->place_of(runner, pc, buf, CI_PLACE_TEXT))
		return false;
	*strchrnul(buf, ' ') = 0;
	return true;
}

/* The first place that a candidate has. */
static bool find_candidate(struct ci_runner *runner, const struct ci_record_step *s,
			   char buf[static CI_PLACE_TEXT])
{
	const struct ci_record *r = runner->record;
	const struct ci_record_option *o = &r->options[s->options], *end = o + s->n;

	for (; o < end; o++) {
		if (o->file)
			snprintf(buf, CI_PLACE_TEXT, "%s:%u", ci_place_file(&r->text[o->file]),
				 o->line);
		if (o->file || say_place(runner, o->pc, buf))
			return true;
	}
	return false;
}

/* As ci_among_place, of the nth step. */
static void find_place(struct ci_runner *runner, size_t nth, char buf[static CI_AMONG_PLACE])
{
	const struct ci_record *r = runner->record;
	char place[CI_PLACE_TEXT];
	bool before;
	uint64_t asker = ci_among_asker(r, nth, &before);
	bool here = (!before && say_place(runner, asker, place)) ||
		    find_candidate(runner, &r->steps[nth], place);

	buf[0] = 0;
	if (here || say_place(runner, asker, place))
		snprintf(buf, CI_AMONG_PLACE, "%s %s", here ? "at" : "after", place);
}

static void diverged(struct ci_runner *runner, size_t nth, const struct ci_given *g)
{
	struct ci_record *r = runner->record;
	char place[CI_AMONG_PLACE], words[1024];

	find_place(runner, nth, place);
	ci_record_fail(r, CI_ENDING_DIVERGED, "%s", ci_among_diverged(r, nth, g, place, words));
}

/* The program was given only the numbers; that they meant the same is found here. */
static void compare(struct ci_runner *runner, const struct ci_plan *plan)
{
	struct ci_record *r = runner->record;

	for (size_t i = 0; i < plan->given_n && i < r->steps_n; i++) {
		const struct ci_given *g = &plan->given[i];
		const struct ci_record_step *s = &r->steps[i];

		if (g->n && (g->n != s->n || g->ids != s->ids)) {
			diverged(runner, i, g);
			return;
		}
	}
	if (plan->given_n > r->steps_n && r->ending <= CI_ENDING_FINE)
		ci_record_fail(
			r, CI_ENDING_DIVERGED,
			"not deterministic: the run is over after %u choices, and had %zu or more in "
			"an earlier run of the same schedule",
			r->steps_n, plan->given_n);
}

/* --- the process ----------------------------------------------------------------------------- */

/* An exit status, a signal; with it what the library had to say. */
static const char *status_words(const struct child_end *end, const struct tail *tail,
				char buf[static 1024])
{
	char line[800], words[128];
	const char *last = tail_line(tail, line, sizeof line);
	bool ours = strncmp(last, "cigo: ", 6) == 0;

	snprintf(buf, 1024, "%s%s%s", child_words(end, words), ours ? ": " : "", ours ? last : "");
	return buf;
}

static void judge_status(struct ci_record *r, const struct child_end *end, const struct tail *tail)
{
	char words[1024];

	if (!end->status && !end->signal)
		r->ending = CI_ENDING_FINE;
	else
		ci_record_fail(r, CI_ENDING_STATUS, "%s", status_words(end, tail, words));
}

static const char *hang_words(int64_t hang_ns, char buf[static 1024])
{
	snprintf(buf, 1024, "it had not ended after %g s, and was killed", (double)hang_ns / 1e9);
	return buf;
}

void verdict(struct ci_runner *runner, const struct kept *k, const struct ci_plan *plan,
	     const struct child_end *end, int64_t hang_ns, const struct tail *tail)
{
	struct ci_record *r = runner->record;
	char words[1024];

	runner->lost = !is_sound(r, k);
	if (runner->lost) {
		begin_anew(r, k, plan);
		return;
	}
	r->failure[sizeof r->failure - 1] = r->outcome[sizeof r->outcome - 1] = 0;
	r->text[r->text_n] = r->text[CI_RECORD_TEXT - 1] = 0;
	if (end->hung)
		ci_record_fail(r, CI_ENDING_LIMIT, "%s", hang_words(hang_ns, words));
	else if (r->ending <= CI_ENDING_FINE)
		judge_status(r, end, tail);
	compare(runner, plan);
}

/* --- without a record ------------------------------------------------------------------------ */

/* Whether the library has told the failure, as it does before it aborts: the first line of its words. */
static bool tells(const struct tail *tail, const char *failure)
{
	char line[800];
	int n = snprintf(line, sizeof line, "cigo: %.*s", (int)strcspn(failure, "\n"), failure);

	return memmem(tail->text, tail->n, line,
		      n < (int)sizeof line ? (size_t)n : sizeof line - 1);
}

bool verdict_is_same(const char *failure, const struct child_end *end, int64_t hang_ns,
		     const struct tail *tail)
{
	char words[1024];

	if (end->hung)
		return strcmp(failure, hang_words(hang_ns, words)) == 0;
	return ((end->signal || end->status) && tells(tail, failure)) ||
	       strcmp(failure, status_words(end, tail, words)) == 0;
}
