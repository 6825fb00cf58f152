/* SPDX-License-Identifier: MIT
 * Making a schedule from its text, asking it, and what happens when it fails.
 */
#include "schedule/schedule.h"

#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/misuse.h"
#include "schedule/access.h"
#include "schedule/play.h"
#include "schedule/serial.h"

/* --- making ---------------------------------------------------------------------------------- */

static struct ci_schedule *make(void)
{
	struct ci_schedule *s = calloc(1, sizeof *s);

	if (s) {
		s->refs = 1;
		s->strategy = &ci_strategy_first;
		s->now = CIGO_S(1);
		ci_list_init(&s->threads);
	}
	return s;
}

/* "N" or "N:..." at text; moves it behind. */
static bool number(const char **text, uint64_t *ret)
{
	char *end;

	if (**text < '0' || **text > '9')
		return false;
	errno = 0;
	*ret = strtoull(*text, &end, 10);
	*text = end;
	return !errno;
}

static int parse_seed(struct ci_schedule *s, const char *text, char why[static 256])
{
	uint64_t seed = 0;

	if (!number(&text, &seed) || *text) {
		snprintf(why, 256, "random:SEED needs a number");
		return -EINVAL;
	}
	ci_schedule_seed(s, &ci_strategy_random, seed, 0, 0);
	return 0;
}

static int parse_pct(struct ci_schedule *s, const char *text, char why[static 256])
{
	uint64_t seed = 0, depth = 0, length = 0;
	bool fine = number(&text, &seed) && *text++ == ':' && number(&text, &depth);

	if (fine && *text == ':')
		fine = number((text++, &text), &length);
	if (!fine || *text || depth < 1 || depth > CI_PCT_DEPTH) {
		snprintf(
			why, 256,
			"pct:SEED:DEPTH needs a number and a depth from 1 to %d; a third number is "
			"how many choices are expected",
			CI_PCT_DEPTH);
		return -EINVAL;
	}
	ci_schedule_seed(s, &ci_strategy_pct, seed, (unsigned)depth, length);
	return 0;
}

static int parse_replay(struct ci_schedule *s, const char *text, char why[static 256])
{
	return *text == '@' ? ci_replay_read(text + 1, &s->given, &s->given_n, why)
			    : ci_replay_parse(text, &s->given, &s->given_n, why);
}

/* "" or the choices to begin with. */
static int parse_play(struct ci_schedule *s, const char *text, char why[static 256])
{
	s->strategy = &ci_strategy_play;
	return ci_play_open(text, why);
}

static const struct word {
	const char *text;
	int (*parse)(struct ci_schedule *s, const char *text, char why[static 256]);
} words[] = {
	{ "random:", parse_seed }, { "pct:", parse_pct },   { "replay:", parse_replay },
	{ "play", parse_play },	   { "play:", parse_play },
};

/* The word that text begins with; a word without a colon is the whole text. */
static const struct word *word_of(const char *text)
{
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		size_t n = strlen(words[i].text);

		if (strncmp(text, words[i].text, n) == 0 && (text[n - 1] == ':' || !text[n]))
			return &words[i];
	}
	return NULL;
}

int ci_schedule_new(struct ci_schedule **ret, const char *text, char why[static 256])
{
	*ret = NULL;
	if (!text || !*text || strcmp(text, "fifo") == 0)
		return 0;
	const struct word *w = word_of(text);
	if (!w) {
		snprintf(why, 256,
			 "it is none of fifo, random:SEED, pct:SEED:DEPTH, replay:CHOICES, "
			 "replay:@FILE, play, play:CHOICES");
		return -EINVAL;
	}
	struct ci_schedule *s = make();
	if (s)
		s->record = ci_record_map(CI_RECORD_PRIVATE);
	if (!s || !s->record) {
		snprintf(why, 256, "no memory");
		ci_schedule_unref(s);
		return -ENOMEM;
	}
	s->simulated = true;
	int err = w->parse(s, text + strlen(w->text), why);
	if (err) {
		ci_schedule_unref(s);
		return err;
	}
	*ret = s;
	return 0;
}

struct ci_schedule *ci_schedule_shuffle(uint64_t seed)
{
	struct ci_schedule *s = make();

	if (s)
		ci_schedule_seed(s, &ci_strategy_random, seed, 0, 0);
	return s;
}

struct ci_schedule *ci_schedule_explored(struct ci_record *record, const struct ci_given *given,
					 size_t n)
{
	struct ci_schedule *s = make();

	if (!s)
		return NULL;
	s->record = record;
	s->explored = s->simulated = true;
	s->given = (struct ci_given *)(uintptr_t)given;
	s->given_n = n;
	return s;
}

struct ci_schedule *ci_schedule_ref(struct ci_schedule *s)
{
	if (s)
		__atomic_add_fetch(&s->refs, 1, __ATOMIC_RELAXED);
	return s;
}

void ci_schedule_unref(struct ci_schedule *s)
{
	if (!s || __atomic_sub_fetch(&s->refs, 1, __ATOMIC_ACQ_REL))
		return;
	if (!s->explored) {
		ci_record_unmap(s->record);
		free(s->given);
	}
	ci_access_free(s->accesses);
	free(s);
}

/* --- choosing -------------------------------------------------------------------------------- */

uint64_t ci_schedule_who(const struct ci_choice *c)
{
	uint64_t hash = (uint64_t)c->kind + 1;

	for (int i = 0; i < c->n; i++)
		hash = (hash ^ c->among[i].id) * UINT64_C(0x9e3779b97f4a7c15) + (hash >> 29);
	return hash;
}

static void note_options(struct ci_record *r, const struct ci_choice *c)
{
	for (int i = 0; i < c->n; i++) {
		const struct ci_candidate *k = &c->among[i];

		r->options[r->options_n++] = (struct ci_record_option){
			.id = k->id,
			.pc = (uintptr_t)k->pc,
			.object = (uintptr_t)k->object,
			.name = ci_record_text(r, k->name),
			.call = ci_record_text(r, k->call),
			.file = ci_record_text(r, k->place.file),
			.line = (uint32_t)k->place.line,
			.op = k->op,
		};
	}
}

/* "a b c": the names of n options, in at most `size` bytes. */
static const char *names(const struct ci_record *r, const struct ci_record_step *step, char *buf,
			 size_t size)
{
	size_t at = 0;

	buf[0] = 0;
	for (uint32_t i = 0; i < step->n && at < size; i++) {
		const struct ci_record_option *o = &r->options[step->options + i];

		at += (size_t)snprintf(buf + at, size - at, "%s%s", i ? " " : "",
				       o->name ? &r->text[o->name] : "?");
	}
	return buf;
}

/* The program has come to another choice than the one that was given. */
static int diverged(struct ci_schedule *s, const struct ci_given *g)
{
	const struct ci_record *r = s->record;
	const struct ci_record_step *step = &r->steps[r->steps_n - 1];
	const struct ci_record_option *o = &r->options[step->options];
	char among[256], place[CI_PLACE_TEXT] = "", was[32] = "another choice";

	if (o->file)
		snprintf(place, sizeof place, ", at %s:%u", ci_place_file(&r->text[o->file]),
			 o->line);
	if (g->n)
		snprintf(was, sizeof was, "one of %u", g->n);
	else
		snprintf(was, sizeof was, "number %u", g->chosen);
	ci_schedule_fail(s, CI_ENDING_DIVERGED,
			 "not deterministic: choice %u%s, was %s, is among %u: %s", r->steps_n,
			 place, was, step->n, names(r, step, among, sizeof among));
	return 0;
}

/* The next choice that was given; -1: there is none any more. */
static int given(struct ci_schedule *s, const struct ci_record_step *step)
{
	if (s->given_met >= s->given_n)
		return -1;
	const struct ci_given *g = &s->given[s->given_met++];
	if (g->chosen >= step->n || (g->n && (g->n != step->n || g->who != step->who))) {
		s->given_met = s->given_n; /* from here on, what was given means nothing */
		return diverged(s, g);
	}
	return (int)g->chosen;
}

/* The next choice in the record; NULL: there is no room. */
static struct ci_record_step *note(struct ci_schedule *s, const struct ci_choice *c)
{
	struct ci_record *r = s->record;

	if (r->steps_n == CI_RECORD_STEPS || r->options_n + (uint32_t)c->n > CI_RECORD_OPTIONS) {
		if (s->explored)
			ci_schedule_fail(s, CI_ENDING_LIMIT,
					 "more than %u choices; does it ever end?", r->steps_n);
		s->unrecorded = true;
		if (s->give_up)
			s->give_up(s);
		return NULL;
	}
	struct ci_record_step *step = &r->steps[r->steps_n++];
	*step = (struct ci_record_step){
		.who = ci_schedule_who(c),
		.options = r->options_n,
		.n = (uint32_t)c->n,
		.kind = c->kind,
		.stays = c->stays,
		.state = c->state,
		.passed = s->passed,
	};
	s->passed = 0;
	note_options(r, c);
	return step;
}

/* Counts the choice as an access that passed. */
static void forget(struct ci_schedule *s, const struct ci_record_step *step)
{
	s->passed = step->passed + 1;
	s->record->options_n = step->options;
	s->record->steps_n--;
}

int ci_schedule_choose(struct ci_schedule *s, const struct ci_choice *c)
{
	struct ci_record_step *step = s->record ? note(s, c) : NULL;
	int chosen = step ? given(s, step) : -1;

	if (chosen < 0)
		chosen = s->strategy->choose(s, c);
	if (step)
		step->chosen = (uint32_t)chosen;
	if (step && c->access && !chosen && !s->explored && !s->given_n)
		forget(s, step);
	ci_turn_chose(s, c->kind, chosen);
	s->choices++;
	return chosen;
}

/* --- the end --------------------------------------------------------------------------------- */

/* On stderr: how to get this schedule again. */
static void tell_replay(const struct ci_schedule *s)
{
	char *text = s->unrecorded ? NULL : ci_replay_text(s->record->steps, s->record->steps_n);

	if (s->unrecorded)
		ci_warn("this schedule made more than %d choices: too many to note",
			CI_RECORD_STEPS);
	else
		ci_warn("this schedule again: CIGO_SCHEDULE=%s",
			text ? text : "(no memory for it)");
	free(text);
}

/* What the program has printed so far is shown with the failure. Another thread, which does not run
 * now, may be inside of stdio. */
static void flush_output(void)
{
	if (ftrylockfile(stdout) == 0)
		fflush_unlocked(stdout);
}

void ci_schedule_fail(struct ci_schedule *s, enum ci_ending ending, const char *format, ...)
{
	struct ci_record *r = s->record;
	va_list ap;

	if (r->ending > CI_ENDING_FINE) /* the first failure counts */
		return;
	r->ending = ending;
	r->failed_n = r->steps_n;
	va_start(ap, format);
	vsnprintf(r->failure, sizeof r->failure, format, ap);
	va_end(ap);
	if (s->ends_process) {
		flush_output();
		_exit(1);
	}
	if (s->explored)
		return;
	ci_warn("%s", r->failure);
	if (s->strategy->ended)
		s->strategy->ended(s);
	if (ending != CI_ENDING_DIVERGED)
		tell_replay(s);
	ci_abort();
}

void ci_schedule_note_at(struct ci_schedule *s, const void *pc)
{
	if (s->record && s->record->ending <= CI_ENDING_FINE)
		s->record->at = (uintptr_t)pc;
}

void ci_schedule_show(struct ci_schedule *s, const char *by, const char *name, const char *value)
{
	struct ci_record *r = s->record;

	if (r && r->shown_n < CI_RECORD_SHOWN)
		r->shown[r->shown_n++] = (struct ci_record_shown){
			.step = r->steps_n,
			.name = ci_record_text(r, name),
			.value = ci_record_text(r, value),
			.by = ci_record_text(r, by),
		};
}

/* Nothing more will be chosen. Zeros that were given and not met say nothing. */
static void expect_all_met(struct ci_schedule *s)
{
	size_t left = s->given_n;

	while (left > s->given_met && !s->given[left - 1].chosen)
		left--;
	if (left > s->given_met)
		ci_schedule_fail(
			s, CI_ENDING_DIVERGED,
			"not deterministic: the run is over after %u choices; %zu more were given",
			s->record->steps_n, left - s->given_met);
}

void ci_schedule_end(struct ci_schedule *s, int result)
{
	struct ci_record *r = s->record;

	if (!r)
		return;
	if (!s->of_process)
		expect_all_met(s);
	r->result = result;
	if (r->ending == CI_ENDING_NONE)
		r->ending = CI_ENDING_FINE;
	if (s->strategy->ended)
		s->strategy->ended(s);
}

/* --- of the process -------------------------------------------------------------------------- */

static struct {
	pthread_mutex_t lock;
	struct ci_schedule *set; /* by an explorer */
	struct ci_schedule *own; /* of the environment; NULL: fifo, or not yet asked */
	bool asked;
	pid_t pid; /* which has asked; those it forks have nothing to tell */
} current = { .lock = PTHREAD_MUTEX_INITIALIZER };

/* At exit: a run by dice or by hand can be had again. */
static void tell_at_exit(void)
{
	struct ci_schedule *s = current.own;

	if (!s || current.pid != getpid())
		return;
	expect_all_met(s);
	if (!s->explored && s->strategy != &ci_strategy_first &&
	    s->record->ending <= CI_ENDING_FINE)
		tell_replay(s);
}

/* An explorer in another process has sent the descriptor of a record. */
static void share_record(struct ci_schedule *s)
{
	const char *text = secure_getenv("CIGO_SCHEDULE_RECORD");
	uint64_t fd;
	struct ci_record *r;

	if (!text || !number(&text, &fd) || *text || fd > INT_MAX)
		return;
	r = ci_record_map((int)fd);
	if (!r || !ci_record_meet(r)) { /* a program that the explored one has started */
		ci_record_unmap(r);
		return;
	}
	ci_record_unmap(s->record);
	s->record = r;
	s->explored = s->ends_process = true;
}

static void ask_environment(void)
{
	const char *text = secure_getenv("CIGO_SCHEDULE");
	char why[256];

	current.asked = true;
	int err = ci_schedule_new(&current.own, text, why);
	if (err == -ENXIO) { /* no fault of the program's */
		ci_warn("CIGO_SCHEDULE=%s %s", text, why);
		exit(EXIT_FAILURE);
	}
	if (err)
		ci_misuse_of("CIGO_SCHEDULE", "%s: %s", text, why);
	if (!current.own)
		return;
	current.own->of_process = true;
	current.pid = getpid();
	share_record(current.own);
	atexit(tell_at_exit);
}

struct ci_schedule *ci_schedule_current(void)
{
	pthread_mutex_lock(&current.lock);
	if (!current.set && !current.asked)
		ask_environment();
	struct ci_schedule *s = ci_schedule_ref(current.set ? current.set : current.own);
	pthread_mutex_unlock(&current.lock);
	return s;
}

void ci_schedule_set_current(struct ci_schedule *s)
{
	pthread_mutex_lock(&current.lock);
	struct ci_schedule *before = current.set;
	current.set = ci_schedule_ref(s);
	pthread_mutex_unlock(&current.lock);
	ci_schedule_unref(before);
}
