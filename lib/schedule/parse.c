/* SPDX-License-Identifier: MIT
 * The texts of schedules.
 */
#include "schedule/schedule.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schedule/play.h"

bool ci_schedule_number(const char **text, uint64_t *ret)
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

	if (!ci_schedule_number(&text, &seed) || *text) {
		snprintf(why, 256, "random:SEED needs a number");
		return -EINVAL;
	}
	ci_schedule_seed(s, &ci_strategy_random, seed, 0, 0);
	return 0;
}

static int parse_pct(struct ci_schedule *s, const char *text, char why[static 256])
{
	uint64_t seed = 0, depth = 0, length = 0;
	bool fine = ci_schedule_number(&text, &seed) && *text++ == ':' &&
		    ci_schedule_number(&text, &depth);

	if (fine && *text == ':')
		fine = ci_schedule_number((text++, &text), &length);
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

int ci_schedule_parse(struct ci_schedule *s, const char *text, char why[static 256])
{
	const struct word *w = word_of(text);

	if (w)
		return w->parse(s, text + strlen(w->text), why);
	snprintf(why, 256,
		 "it is none of fifo, random:SEED, pct:SEED:DEPTH, replay:CHOICES, "
		 "replay:@FILE, play, play:CHOICES");
	return -EINVAL;
}
