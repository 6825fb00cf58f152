/* SPDX-License-Identifier: MIT
 * What the files of the play mode share. play.c asks the person, play_list.c lays out the question,
 * play_screen.c prints on the terminal, play_source.c and play_address.c find source lines, play_again.c starts the
 * program again, and play_told.c tells it what it was asked.
 */
#pragma once

#include <stdio.h>

#include "schedule/schedule.h"

/* --- play_screen.c: lines that fit the terminal ------------------------------------------------ */

enum ci_style { CI_STYLE_PLAIN, CI_STYLE_STRONG, CI_STYLE_FAINT, CI_STYLE_MARKED };

struct ci_screen {
	int fd;	   /* for reading */
	FILE *out; /* NULL: not open */
	bool colours;
	int columns, rows;
	int column; /* where the next character of this line goes */
};

/* The terminal of this process. Fails: -ENXIO: there is none; -ENOMEM. */
int ci_screen_open(struct ci_screen *s);
/* Asks the terminal for its size. */
void ci_screen_measure(struct ci_screen *s);
/* Adds text to the line, cut at the right margin, or after `most` columns. What cannot be printed
 * becomes '?'. */
void ci_screen_put(struct ci_screen *s, const char *text);
void ci_screen_put_most(struct ci_screen *s, const char *text, int most);
void ci_screen_print(struct ci_screen *s, const char *format, ...) CIGO_PRINTF(2, 3);
void ci_screen_style(struct ci_screen *s, enum ci_style style);
/* Spaces up to that column. */
void ci_screen_tab(struct ci_screen *s, int column);
void ci_screen_end_line(struct ci_screen *s);
/* Shows what was printed, reads a line, without spaces at its ends. False: the terminal has no more
 * input. */
bool ci_screen_read(struct ci_screen *s, char *line, size_t size);
/* How many columns text takes. */
int ci_screen_width(const char *text);

/* --- play_source.c ----------------------------------------------------------------------------- */

/* "bank.c:42" in place, the line itself in line; each empty if it is not known. */
struct ci_source {
	char place[CI_PLACE_TEXT];
	char line[256];
};
void ci_source_find(const struct ci_candidate *k, struct ci_source *ret);

/* --- play_address.c ---------------------------------------------------------------------------- */

/* The place of the call that returns to pc; file NULL: not known. */
struct ci_place ci_address_place(const void *pc);

/* --- play_list.c: the question ----------------------------------------------------------------- */

struct ci_question {
	struct ci_schedule *schedule;
	const struct ci_choice *choice;
	size_t number;	 /* of the choice, from 1 on */
	uint32_t shown;	 /* how many values were shown before the last choice */
	int first, next; /* the candidates from `first` to `next` - 1 are on the screen */
};

/* Prints the values and the candidates from q->first on, as many as fit; sets q->next. */
void ci_question_print(struct ci_screen *s, struct ci_question *q);
/* Prints the values that the program has shown, at most `most` lines; marks those that have changed
 * since the first `before` were shown. Returns how many lines. */
int ci_values_print(struct ci_screen *s, const struct ci_record *r, uint32_t before, int most);
/* A line of dashes with a title. */
void ci_title_print(struct ci_screen *s, const char *title);

/* --- play_again.c ------------------------------------------------------------------------------ */

/* Notes what the program was started with. */
void ci_again_prepare(void);
/* Starts the program again, in this process, to make the n choices and then ask. Returns only if it
 * fails: -errno. */
int ci_again(const struct ci_record_step *steps, size_t n);

/* --- play_told.c ------------------------------------------------------------------------------- */

/* Takes what the run before has passed on. */
void ci_told_open(void);
/* The names of the candidates of a choice. */
void ci_told_note(const char *names);
/* The names of the next choice in the run before; NULL: not known. */
const char *ci_told_before(void);
/* The descriptor of what was noted, for the program that is started next; -1: there is none. */
int ci_told_pass(void);
/* It was not started. */
void ci_told_take_back(int fd);

/* --- play.c ------------------------------------------------------------------------------------ */

/* Opens the terminal; the choices of the text, "1.0x2" or empty, are made without asking. On failure `why`
 * has the reason in words. Fails: -ENXIO: there is no terminal; -EINVAL, -ENOMEM. */
int ci_play_open(const char *text, char why[static 256]);
