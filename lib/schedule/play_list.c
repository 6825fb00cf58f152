/* SPDX-License-Identifier: MIT
 * The question on the screen: the values that the program has shown, then those that could go on, two
 * lines each, or one if they are many.
 */
#include <string.h>

#include "schedule/play.h"

enum { NAMES = 64 /* of values */, NAME_COLUMNS = 24 };

/* --- values ------------------------------------------------------------------------------------ */

struct value {
	uint32_t name, now, before; /* offsets of texts; before: at the last choice, 0: none */
	uint32_t by;
	bool changed;
};

/* The value of that name in all[n]; all[n] is new if it is none of the first n. */
static struct value *find(struct value *all, int n, uint32_t name)
{
	int i = 0;

	while (i < n && all[i].name != name)
		i++;
	if (i == n)
		all[i] = (struct value){ .name = name };
	return &all[i];
}

/* The latest value of each name, in the order of their first appearance. */
static int gather(const struct ci_record *r, uint32_t before, struct value all[NAMES + 1])
{
	int n = 0;

	for (uint32_t i = 0; i < r->shown_n; i++) {
		const struct ci_record_shown *shown = &r->shown[i];
		struct value *v = find(all, n, shown->name);

		if (shown->note || v == &all[NAMES])
			continue;
		n += v == &all[n];
		if (i < before)
			v->before = shown->value;
		v->now = shown->value;
		v->by = shown->by;
		v->changed = v->now != v->before;
	}
	return n;
}

static void print_value(struct ci_screen *s, const struct ci_record *r, const struct value *v)
{
	ci_screen_put(s, "   ");
	ci_screen_put_most(s, &r->text[v->name], s->columns / 2);
	ci_screen_put(s, " = ");
	ci_screen_style(s, v->changed ? CI_STYLE_MARKED : CI_STYLE_PLAIN);
	ci_screen_put(s, &r->text[v->now]);
	if (v->changed) {
		ci_screen_style(s, CI_STYLE_FAINT);
		ci_screen_print(s, "   * changed%s%s", v->by ? " by " : "", &r->text[v->by]);
	}
	ci_screen_end_line(s);
}

/* If not all fit, those that have changed come first. */
int ci_values_print(struct ci_screen *s, const struct ci_record *r, uint32_t before, int most)
{
	struct value all[NAMES + 1];
	int n = gather(r, before, all), room = n > most ? most - 1 : n;
	int printed = 0;

	for (int i = 0; i < n && printed < room; i++)
		if (n == room || all[i].changed)
			print_value(s, r, &all[i]), printed++;
	for (int i = 0; i < n && printed < room; i++)
		if (!all[i].changed)
			print_value(s, r, &all[i]), printed++;
	if (n > room && most > 0) {
		ci_screen_print(s, "   and %d more: v", n - printed++);
		ci_screen_end_line(s);
	}
	return printed;
}

/* --- candidates -------------------------------------------------------------------------------- */

static bool is_same_name(const struct ci_choice *c, int i)
{
	for (int k = 0; k < c->n; k++)
		if (k != i && c->among[k].name && c->among[i].name &&
		    strcmp(c->among[k].name, c->among[i].name) == 0)
			return true;
	return false;
}

/* Of several with one name, what tells them apart. */
static void print_name(struct ci_screen *s, const struct ci_choice *c, int i)
{
	const struct ci_candidate *k = &c->among[i];

	ci_screen_style(s, CI_STYLE_STRONG);
	ci_screen_put_most(s, k->name ? k->name : "?", NAME_COLUMNS);
	if (c->kind == CI_CHOOSE_READY || c->kind == CI_CHOOSE_THREAD) {
		if (k->op != CI_OP_CALLBACK && is_same_name(c, i))
			ci_screen_print(s, " #%llu", (unsigned long long)k->id);
	} else {
		ci_screen_print(s, " %d", i + 1);
	}
	ci_screen_style(s, CI_STYLE_PLAIN);
}

static void print_object(struct ci_screen *s, const char *verb, const struct ci_candidate *k)
{
	if (k->object)
		ci_screen_print(s, "%s memory at %p", verb, k->object);
	else
		ci_screen_print(s, "%s memory", verb);
}

/* What it does next. */
static void print_step(struct ci_screen *s, const struct ci_candidate *k)
{
	switch (k->op) {
	case CI_OP_START: ci_screen_put(s, "begins"); break;
	case CI_OP_RESUME:
		ci_screen_print(s, k->call ? "returns from %s" : "goes on", k->call);
		break;
	case CI_OP_CALLBACK: ci_screen_put(s, "runs"); break;
	case CI_OP_CALL: ci_screen_print(s, k->call ? "calls %s" : "goes on", k->call); break;
	case CI_OP_READ: print_object(s, "reads", k); break;
	case CI_OP_WRITE: print_object(s, "writes", k); break;
	case CI_OP_RETURN: ci_screen_put(s, "returns"); break;
	case CI_OP_OTHER: ci_screen_put(s, k->call ? k->call : ""); break;
	}
}

static void print_source(struct ci_screen *s, const struct ci_source *source)
{
	ci_screen_style(s, CI_STYLE_FAINT);
	ci_screen_put(s, source->place);
	ci_screen_put(s, *source->line ? ":  " : "");
	ci_screen_put(s, source->line);
}

/* The column where the steps begin: behind the longest name. */
static int step_column(const struct ci_question *q)
{
	int longest = 0;

	for (int i = q->first; i < q->choice->n; i++) {
		const char *name = q->choice->among[i].name;
		int width = name ? ci_screen_width(name) : 1;

		if (is_same_name(q->choice, i))
			width += 4;
		if (width > longest)
			longest = width;
	}
	return 6 + (longest < NAME_COLUMNS ? longest : NAME_COLUMNS) + 2;
}

static void print_candidate(struct ci_screen *s, const struct ci_question *q, int i, bool two_lines)
{
	const struct ci_candidate *k = &q->choice->among[i];
	struct ci_source source;

	ci_source_find(k, &source);
	ci_screen_style(s, CI_STYLE_STRONG);
	ci_screen_print(s, "%4d  ", i + 1);
	print_name(s, q->choice, i);
	ci_screen_tab(s, step_column(q));
	print_step(s, k);
	if (q->choice->stays && i == 0)
		ci_screen_put(s, " (runs now)");
	if (*source.place && two_lines) {
		ci_screen_end_line(s);
		ci_screen_tab(s, 6);
		print_source(s, &source);
	} else if (*source.place) {
		ci_screen_put(s, "  ");
		print_source(s, &source);
	}
	ci_screen_end_line(s);
}

/* Lines that all take together if places have their own. */
static int lines_of(const struct ci_question *q)
{
	int lines = 0;

	for (int i = q->first; i < q->choice->n; i++)
		lines += q->choice->among[i].place.file || q->choice->among[i].pc ? 2 : 1;
	return lines;
}

static void print_candidates(struct ci_screen *s, struct ci_question *q, int room)
{
	int n = q->choice->n, left = n - q->first;
	bool all = left <= room && !q->first;

	q->next = all ? n : q->first + (left < room ? left : room - 1);
	for (int i = q->first; i < q->next; i++)
		print_candidate(s, q, i, lines_of(q) <= room);
	if (q->next < n)
		ci_screen_print(s, "  and %d more: m", n - q->next);
	else if (q->first)
		ci_screen_put(s, "  from the first: m");
	if (!all)
		ci_screen_end_line(s);
}

/* --- all --------------------------------------------------------------------------------------- */

void ci_title_print(struct ci_screen *s, const char *title)
{
	ci_screen_style(s, CI_STYLE_FAINT);
	ci_screen_put(s, "-- ");
	ci_screen_style(s, CI_STYLE_PLAIN);
	ci_screen_style(s, CI_STYLE_STRONG);
	ci_screen_put(s, title);
	ci_screen_put(s, " ");
	ci_screen_style(s, CI_STYLE_PLAIN);
	ci_screen_style(s, CI_STYLE_FAINT);
	while (s->column < s->columns - 1 && s->column < 78)
		ci_screen_put(s, "-");
	ci_screen_end_line(s);
}

static const char *const questions[] = {
	[CI_CHOOSE_READY] = "what goes on?",
	[CI_CHOOSE_THREAD] = "which thread goes on?",
	[CI_CHOOSE_TIMER] = "which timer fires first?",
	[CI_CHOOSE_EVENT] = "which event comes first?",
	[CI_CHOOSE_CASE] = "which case does cigo_select take?",
};

void ci_question_print(struct ci_screen *s, struct ci_question *q)
{
	char title[96];
	const struct ci_record *r = q->schedule->record;
	int room = s->rows - 4, third = room / 3, rest = room - lines_of(q);

	snprintf(title, sizeof title, "choice %zu: %s", q->number, questions[q->choice->kind]);
	ci_title_print(s, title);
	int values = ci_values_print(s, r, q->shown, rest > third ? rest : third);
	if (values && values < rest) {
		ci_screen_end_line(s);
		values++;
	}
	room -= values;
	print_candidates(s, q, room);
}
