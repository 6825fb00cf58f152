/* SPDX-License-Identifier: MIT
 * The lessons' games. What is played are the programs of demos/orders: small, so that every order of theirs can
 * be tried.
 */
#define _GNU_SOURCE
#include "demos/kit/kit_play.h"
#include "demos/kit/beside.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WORDS = 24, ARGUMENTS = 128 };

/* What cigo-explore is told; "@" is the program. */
static const struct game {
	const char *name, *title;
	const char *words[3][WORDS]; /* of each board; a first word NULL: there is no such board */
} games[] = {
	{ "race",
	  "Race: three clerks pay 1, 10 and 100 into one account",
	  { { "--model", "cooperative", "--say",
	      "Cooperatively you choose only which clerk is next: a clerk who has begun awaits nothing, "
	      "and so runs to the end.",
	      "--goal", "all=Prove to yourself that no order loses money: try all 6.", "@" },
	    { "--model", "preemptive", "--say",
	      "Preemptively you may switch after each step: also when a clerk has read the balance, and "
	      "has not written it yet.",
	      "--goal", "fail:1=Lose money with one forced switch.", "--goal",
	      "outcome:balance 1=Lose as much as can be lost: only 1 of 111 is left.", "--goal",
	      "outcomes=See all 7 balances.", "@" } } },
	{ "interleave",
	  "Interleave: A and B write on one sheet, each letter in two strokes",
	  { { "--model", "cooperative", "--say",
	      "Each letter is a task of two strokes, and awaits nothing between them. A writes Aa, three "
	      "times, and B writes Bb.",
	      "--goal", "all=Prove to yourself that no order tears a letter: try all 20.", "--goal",
	      "outcome:AaBbAaBbAaBb=Let them take turns.", "@", "3" },
	    { "--model", "preemptive", "--say",
	      "The same program, one letter each. Now you may switch within a stroke, too: the place on "
	      "the sheet is read, the stroke is drawn, the place is counted on.",
	      "--goal", "right=Write both letters whole.", "--goal",
	      "fail:1=Tear a letter with one forced switch.", "--goal",
	      "outcomes=See all 22 texts.", "@", "1" } } },
	{ "philosophers",
	  "Philosophers: three of them, and a fork between any two",
	  { { "--model", "cooperative", "--say",
	      "Each takes the left fork, then the right one, and eats. None of them awaits anything "
	      "with a fork in the hand.",
	      "--goal", "all=Prove to yourself that nobody starves: try all 6.", "@", "block", "3" },
	    { "--model", "cooperative", "--say",
	      "Now each asks for the salt with the left fork in the hand, and awaits it.", "--goal",
	      "fail=Make all three starve.", "--goal", "right=Let all of them eat.", "@", "await",
	      "3" },
	    { "--model", "preemptive", "--preemptions", "1", "--say",
	      "Preemptively they need no salt: you may switch between the left fork and the right "
	      "one.",
	      "--goal", "fail:1=Make all three starve with one forced switch.", "--goal",
	      "right=Let all of them eat.", "@", "block", "3" } } },
	{ "prodcons",
	  "Producers and consumers: Ann and Ben put an item each, Cleo and Dora take one each",
	  { { "--model", "cooperative", "--say",
	      "The buffer is a bare array with two numbers. Nobody awaits anything while putting or "
	      "taking.",
	      "--goal", "all=Prove to yourself that no order loses an item: try all 4.", "@",
	      "bare" },
	    { "--model", "preemptive", "--preemptions", "1", "--say",
	      "The same program. Now you may switch also when one has read which place is next, and "
	      "has not counted it on.",
	      "--goal", "right=Let each item come out once.", "--goal",
	      "fail:1=Lose an item with one forced switch.", "--goal",
	      "outcome:Cleo got a, Dora got a=Let a come out twice, and b never.", "@", "bare" },
	    { "--model", "cooperative", "--say",
	      "A mutex guards the buffer. A consumer that finds it empty awaits to be woken, and then "
	      "takes without looking again: if, where while should be.",
	      "--goal", "right=Let each item come out once.", "--goal",
	      "fail=Let a consumer take what is not there.", "@", "if" } } },
};

static const struct game *find(const char *name)
{
	for (size_t i = 0; i < sizeof games / sizeof *games; i++)
		if (strcmp(games[i].name, name) == 0)
			return &games[i];
	return NULL;
}

bool kit_play_has(const char *name)
{
	return find(name);
}

void kit_play_names(FILE *f)
{
	size_t n = sizeof games / sizeof *games;

	for (size_t i = 0; i < n; i++)
		fprintf(f, "%s%s", i == 0 ? "" : i + 1 < n ? ", " : " and ", games[i].name);
}

/* --- where the programs are ------------------------------------------------------------------ */

/* In the build tree beside the demos, else installed. NULL: no memory. */
static char *find_explorer(const char *folder)
{
	char *path;

	if (asprintf(&path, "%s/../tools/cigo-explore", folder) < 0)
		return NULL;
	if (access(path, X_OK) == 0)
		return path;
	free(path);
	return strdup("cigo-explore");
}

/* Called as this program was called, so that a person can type it; but not by a script of libtool's, which cannot
 * be explored. NULL: no memory. */
static char *find_program(const char *name, const char *self, const char *folder)
{
	const char *slash = strrchr(self, '/');
	int n = slash ? (int)(slash - self) : (int)strlen(folder);
	char *path;

	if (asprintf(&path, "%.*s/.libs/%s_orders", n, slash ? self : folder, name) < 0)
		return NULL;
	if (access(path, X_OK) == 0)
		return path;
	free(path);
	return asprintf(&path, "%.*s/%s_orders", n, slash ? self : folder, name) < 0 ? NULL : path;
}

/* --- the command ----------------------------------------------------------------------------- */

static size_t add_board(const char **argv, size_t n, const char *const *words, const char *program)
{
	for (; *words; words++)
		argv[n++] = strcmp(*words, "@") == 0 ? program : *words;
	return n;
}

static int explore(const struct game *g, const char *explorer, const char *program,
		   const char *file)
{
	const char *argv[ARGUMENTS] = { explorer, "--play", file, "--title", g->title };
	size_t n = 5;

	for (size_t i = 0; i < 3 && g->words[i][0]; i++) {
		if (i)
			argv[n++] = "++";
		n = add_board(argv, n, g->words[i], program);
	}
	unsetenv("CIGO_MODEL");
	execvp(explorer, (char **)(uintptr_t)argv);
	fprintf(stderr, "%s: cannot run %s: %s\n", g->name, explorer, strerror(errno));
	return 1;
}

int kit_play(const char *name, const char *self, const char *file)
{
	const struct game *g = find(name);
	char folder[PATH_MAX];

	if (!g) {
		fprintf(stderr, "%s: there is no game of this lesson; there is one of ", name);
		kit_play_names(stderr);
		fputc('\n', stderr);
		return 2;
	}
	char *explorer = beside_folder(folder) ? find_explorer(folder) : NULL;
	char *program = explorer ? find_program(name, self, folder) : NULL;
	int status = 1;
	if (program && access(program, X_OK) == 0)
		status = explore(g, explorer, program, file);
	else
		fprintf(stderr, "%s: the game needs %s, which is not built\n", name,
			program ? program : "cigo-explore");
	free(explorer);
	free(program);
	return status;
}

const char *kit_play_file(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], "--play") == 0)
		return argv[2];
	return argc == 2 && strncmp(argv[1], "--play=", 7) == 0 ? argv[1] + 7 : NULL;
}
