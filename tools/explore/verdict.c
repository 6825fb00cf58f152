/* SPDX-License-Identifier: MIT
 * How a schedule ended, from what its process noted and how that process ended.
 */
#include "tools/explore/verdict.h"

#include <stdlib.h>
#include <string.h>

/* --- the record ------------------------------------------------------------------------------ */

static bool is_sound_step(const struct ci_record *r, const struct ci_record_step *s)
{
	return s->n && s->chosen < s->n && s->options <= r->options_n &&
	       s->n <= r->options_n - s->options;
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

/* The record lies in the memory of a program that may have overwritten it. */
static bool is_sound(const struct ci_record *r)
{
	if (r->steps_n > CI_RECORD_STEPS || r->options_n > CI_RECORD_OPTIONS ||
	    r->shown_n > CI_RECORD_SHOWN || r->text_n >= CI_RECORD_TEXT - 1 ||
	    r->failed_n > r->steps_n || r->modules_n > CI_RECORD_MODULES ||
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
	return sound;
}

/* All that is known then is what was given. */
static void begin_anew(struct ci_record *r, const struct ci_plan *plan)
{
	uint32_t most = 0;

	memset(r->words, 0, sizeof r->words);
	r->text_n = r->modules_n = 0;
	ci_record_clear(r);
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

/* The program was given only the numbers; that they meant the same is found here. */
static void compare(struct ci_record *r, const struct ci_plan *plan)
{
	for (size_t i = 0; i < plan->given_n && i < r->steps_n; i++) {
		const struct ci_given *g = &plan->given[i];
		const struct ci_record_step *s = &r->steps[i];

		if (g->n && (g->n != s->n || g->ids != s->ids)) {
			ci_record_fail(
				r, CI_ENDING_DIVERGED,
				"not deterministic: choice %zu is among %u, and was among %s%u in an "
				"earlier run of the same schedule",
				i + 1, s->n, g->n == s->n ? "another " : "", g->n);
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
static void judge_status(struct ci_record *r, const struct child_end *end, const struct tail *tail)
{
	char line[800], words[128];
	const char *last = tail_line(tail, line, sizeof line);
	bool ours = strncmp(last, "cigo: ", 6) == 0;

	if (!end->status && !end->signal)
		r->ending = CI_ENDING_FINE;
	else
		ci_record_fail(r, CI_ENDING_STATUS, "%s%s%s", child_words(end, words),
			       ours ? ": " : "", ours ? last : "");
}

void verdict(struct ci_record *r, const struct ci_plan *plan, const struct child_end *end,
	     int64_t hang_ns, const struct tail *tail)
{
	if (!is_sound(r)) {
		begin_anew(r, plan);
		return;
	}
	r->failure[sizeof r->failure - 1] = r->outcome[sizeof r->outcome - 1] = 0;
	r->text[r->text_n] = r->text[CI_RECORD_TEXT - 1] = 0;
	if (end->hung)
		ci_record_fail(r, CI_ENDING_LIMIT, "it had not ended after %g s, and was killed",
			       (double)hang_ns / 1e9);
	else if (r->ending <= CI_ENDING_FINE)
		judge_status(r, end, tail);
	compare(r, plan);
}
