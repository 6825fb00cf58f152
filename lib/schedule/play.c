/* SPDX-License-Identifier: MIT
 * Play: a person at a terminal chooses. The way back is by replay: the program starts again and makes
 * all choices but the last (play_again.c).
 *
 * Invariant: of the schedules of a process, one asks at a time; all share this one dialogue, so the
 * choices that the way back repeats are those of the whole process.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/array.h"
#include "base/error.h"
#include "cigo/error.h"
#include "schedule/among.h"
#include "schedule/play.h"

enum { ASK_AGAIN = -1, ASK_AFTER_HELP = -2 };

static struct {
	struct ci_screen screen;
	pid_t pid;		/* whose dialogue it is; 0: the terminal is not open */
	struct ci_given *given; /* to be made without asking */
	size_t given_n, given_met;
	struct ci_record_step *made; /* all choices of the process so far */
	size_t made_n, made_size;
	bool random;	/* to the end of this run */
	bool goes_on;	/* `runs`, for as long as it can */
	uint64_t runs;	/* the one that was chosen last */
	uint32_t shown; /* values, before the last choice */
	bool complete;	/* `made` has them all: there was memory */
} play;

/* A line on the screen. */
CIGO_PRINTF(1, 2)
static void say(const char *format, ...)
{
	char text[1024];

	CI_FORMAT(text, format);
	ci_screen_put(&play.screen, text);
	ci_screen_end_line(&play.screen);
}

/* --- the choices made ------------------------------------------------------------------------- */

static void remember(int chosen, bool asked)
{
	if (!ci_array_reserve(&play.made, &play.made_size, play.made_n + 1, sizeof *play.made)) {
		play.complete = false;
		return;
	}
	play.made[play.made_n++] =
		(struct ci_record_step){ .chosen = (uint32_t)chosen, .stays = !asked };
}

/* What is asked now is not what was asked then. */
static void say_other(const struct ci_schedule *s, const struct ci_given *g, const char *before,
		      const char *now)
{
	char place[CI_AMONG_PLACE];

	ci_among_place(s, place);
	say("Not the same way again: choice %zu%s%s", play.given_met, *place ? ", " : "", place);
	if (before)
		say("  was among %s,", before);
	else
		say("  was number %u,", g->chosen + 1);
	say("  is among %s.", now);
	play.given_met = play.given_n;
}

/* The next choice to be made without asking; -1: there is none. */
static int repeated(const struct ci_schedule *s, const struct ci_choice *c, const char *now)
{
	if (play.given_met >= play.given_n)
		return -1;
	const struct ci_given *g = &play.given[play.given_met++];
	const char *before = ci_told_before();
	if (g->chosen < (uint32_t)c->n && (!before || strcmp(before, now) == 0))
		return (int)g->chosen;
	say_other(s, g, before, now);
	return -1;
}

/* Back to the last choice that the person made, or that was made without asking when the program
 * started again. */
static void go_back(void)
{
	size_t n = play.made_n - 1;

	while (n && play.made[n].stays)
		n--;
	ci_title_print(&play.screen, "back: the program starts again");
	fflush(play.screen.out);
	int err = play.complete ? ci_again(play.made, n) : -ENOMEM;
	say("There is no way back: %s.", cigo_strerror(err));
}

/* --- what the person says --------------------------------------------------------------------- */

static int first(struct ci_question *q)
{
	(void)q;
	return 0;
}

static int back(struct ci_question *q)
{
	(void)q;
	if (play.made_n)
		go_back();
	else
		say("This is the first choice.");
	return ASK_AGAIN;
}

static int random_to_the_end(struct ci_question *q)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	play.random = true;

	q->schedule->random = (uint64_t)now.tv_nsec ^ (uint64_t)now.tv_sec << 30;
	return ci_strategy_random.choose(q->schedule, q->choice);
}

static int goes_on(struct ci_question *q)
{
	(void)q;
	play.goes_on = true;
	return 0;
}

static int quit(struct ci_question *q)
{
	(void)q;
	say("The program ends here.");
	fflush(play.screen.out);
	exit(EXIT_FAILURE);
}

static int more(struct ci_question *q)
{
	q->first = q->next < q->choice->n ? q->next : 0;
	return ASK_AGAIN;
}

static int values(struct ci_question *q)
{
	const struct ci_record *r = q->schedule->record;

	if (!ci_values_print(&play.screen, r, q->shown, INT_MAX))
		say("No value was shown so far; the program does so by cigo_show.");
	return ASK_AFTER_HELP;
}

static int list(struct ci_question *q)
{
	q->first = 0;
	return ASK_AGAIN;
}

static int help(struct ci_question *q)
{
	(void)q;
	say("Each of these could go on now, and one at a time does.");
	say("  1, 2 ..  this one goes on, up to the next choice");
	say("  Enter    the first goes on, as without a schedule");
	say("  c        the first goes on for as long as it can");
	say("  b        back by one choice: the program starts again");
	say("  r        random choices to the end of the run");
	say("  m        more of the list, if it is long");
	say("  v        all values that the program has shown");
	say("  l        the list again");
	say("  q        the program ends here");
	return ASK_AFTER_HELP;
}

static const struct command {
	const char *word;
	int (*obey)(struct ci_question *q);
} commands[] = {
	{ "", first }, { "b", back }, { "c", goes_on }, { "r", random_to_the_end },
	{ "q", quit }, { "m", more }, { "v", values },	{ "l", list },
	{ "?", help }, { "h", help },
};

/* The candidate that is meant, or ASK_... */
static int number(const struct ci_question *q, const char *line)
{
	char *end;
	long n = strtol(line, &end, 10);

	if (!*end && n >= 1 && n <= q->choice->n)
		return (int)n - 1;
	if (!*end)
		say("There is no %.20s: a number from 1 to %d, please.", line, q->choice->n);
	else
		say("%.20s is not understood: a number, please, or ? for help.", line);
	return ASK_AGAIN;
}

static int obey(struct ci_question *q, const char *line)
{
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
		if (strcmp(line, commands[i].word) == 0)
			return commands[i].obey(q);
	return number(q, line);
}

/* --- asking ----------------------------------------------------------------------------------- */

static void prompt(const struct ci_question *q)
{
	struct ci_screen *s = &play.screen;

	ci_screen_style(s, CI_STYLE_STRONG);
	if (s->columns >= 60)
		ci_screen_print(s, "1-%d, Enter: 1, b back, r random, q quit, ? help > ",
				q->choice->n);
	else
		ci_screen_print(s, "1-%d b r q ? > ", q->choice->n);
	ci_screen_style(s, CI_STYLE_PLAIN);
}

/* A line of the terminal's; at its end the program ends. */
static void read_line(char *line, size_t size)
{
	if (ci_screen_read(&play.screen, line, size))
		return;
	ci_screen_end_line(&play.screen);
	say("The terminal has no more input.");
	quit(NULL);
}

static int by_hand(struct ci_schedule *s, const struct ci_choice *c)
{
	struct ci_question q = {
		.schedule = s, .choice = c, .number = play.made_n + 1, .shown = play.shown
	};
	int answer = ASK_AGAIN;
	char line[128];

	while (answer < 0) {
		ci_screen_measure(&play.screen);
		if (answer == ASK_AGAIN)
			ci_question_print(&play.screen, &q);
		prompt(&q);
		read_line(line, sizeof line);
		answer = obey(&q, line);
	}
	return answer;
}

static bool decides_itself(const struct ci_choice *c)
{
	play.goes_on = play.goes_on && c->stays && c->among[0].id == play.runs;
	return play.random || play.goes_on;
}

static int ask(struct ci_schedule *s, const struct ci_choice *c)
{
	if (play.pid != getpid()) /* a forked child, which has no say in this dialogue */
		return 0;
	char names[CI_AMONG_TEXT];
	ci_among_names(s->record, &s->record->steps[s->record->steps_n - 1], names);
	int chosen = repeated(s, c, names);
	bool asked = chosen >= 0 || !decides_itself(c);
	if (chosen < 0 && asked)
		chosen = by_hand(s, c);
	else if (chosen < 0)
		chosen = play.random ? ci_strategy_random.choose(s, c) : 0;
	remember(chosen, asked);
	ci_told_note(names);
	play.runs = c->among[chosen].id;
	play.shown = s->record->shown_n;
	return chosen;
}

/* --- the end ---------------------------------------------------------------------------------- */

static void tell_ending(const struct ci_record *r)
{
	struct ci_screen *s = &play.screen;
	char title[64];

	snprintf(title, sizeof title, "the end, after %zu choices", play.made_n);
	ci_title_print(s, title);
	ci_values_print(s, r, play.shown, s->rows - 8);
	if (r->ending > CI_ENDING_FINE)
		say("Failed: %s", r->failure);
	else if (r->result)
		say("main returned %d (%s).", r->result, cigo_strerror(r->result));
	else
		say("main returned 0.");
	if (*r->outcome)
		say("Outcome: %s", r->outcome);
}

/* The one of the environment tells it at exit. */
static void tell_replay(struct ci_schedule *s)
{
	struct ci_schedule *current = ci_schedule_current();
	char *text = current == s ? NULL : ci_replay_text(s->record->steps, s->record->steps_n);

	if (text)
		fprintf(play.screen.out, "This run again: the option schedule \"%s\"\n", text);
	free(text);
	ci_schedule_unref(current);
}

static void ask_at_end(void)
{
	struct ci_screen *s = &play.screen;
	char line[128] = "";
	bool open = true;

	while (open) {
		ci_screen_put(s, "Enter ends this run, b goes back > ");
		open = ci_screen_read(s, line, sizeof line);
		if (!open)
			ci_screen_end_line(s);
		if (strcmp(line, "b") == 0)
			go_back();
		else if (strcmp(line, "q") == 0)
			quit(NULL);
		else if (!*line)
			return;
		else
			say("Enter, b, or q, please.");
	}
}

static void ended(struct ci_schedule *s)
{
	if (play.pid != getpid())
		return;
	ci_screen_measure(&play.screen);
	tell_ending(s->record);
	tell_replay(s);
	if (play.made_n)
		ask_at_end();
	fflush(play.screen.out);
	play.random = play.goes_on = false;
	play.shown = s->of_process ? s->record->shown_n : 0;
}

const struct ci_strategy ci_strategy_play = { "play", ask, ended };

/* --- the beginning ---------------------------------------------------------------------------- */

/* A program that asks by its own option hears from the environment where to go on. */
static const char *choices_of_environment(void)
{
	static const char before[] = "play:";
	const char *text = secure_getenv("CIGO_SCHEDULE");

	return text && strncmp(text, before, sizeof before - 1) == 0 ? text + sizeof before - 1
								     : "";
}

int ci_play_open(const char *text, char why[static 256])
{
	if (play.pid)
		return 0;
	int err = ci_replay_parse(*text ? text : choices_of_environment(), &play.given,
				  &play.given_n, why);
	if (err)
		return err;
	err = ci_screen_open(&play.screen);
	if (err) {
		snprintf(why, 256, err == -ENXIO ? "needs a terminal" : "no memory");
		free(play.given);
		play.given = NULL;
		return err;
	}
	ci_told_open();
	ci_again_prepare();
	play.complete = true;
	play.pid = getpid();
	return 0;
}
