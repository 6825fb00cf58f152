/* SPDX-License-Identifier: MIT
 * A search as a game: all its runs become a tree, in which a person chooses who goes on, on a page in a
 * browser.
 */
#pragma once

#include "tools/explore/intern.h"
#include "tools/explore/options.h"
#include "tools/explore/runner.h"

/* What all boards of a page share: numbered pieces of JSON, or texts. */
struct game_page {
	struct intern texts;
	struct intern places; /* [file, line, function] */
	struct intern
		actors; /* a coroutine or thread and its next step: [id, name, op, call, place] */
	struct intern files; /* paths, as the compiler knew them */
};

struct game_node;

/* One program in one model. */
struct game_board {
	struct ci_runner base; /* what the search runs: the runner below, and each run is noted */
	struct runner *runner;
	struct game_page *page;
	const struct options *options;
	struct game_node *root; /* NULL: nothing was noted */
	size_t nodes;
	uint32_t sites;	 /* of the program that are points */
	int preemptions; /* -1: any number */
	const char *why; /* not all was tried, in words; NULL: all was */
};

/* game.c: the tree */
void game_begin(struct game_board *b, struct game_page *page, struct runner *runner,
		const struct options *o);
void game_end(struct game_board *b);
void game_page_fini(struct game_page *p);

/* game_json.c: a board as JSON. -ENOMEM. */
int game_write_board(const struct game_board *b, FILE *out);

/* game_page.c: the page, of boards that are written already. NULL title: of the program. -errno. */
int game_write_page(struct game_page *p, const char *title, const char *program, const char *boards,
		    const char *path);

/* game_source.c: the file, looked for near the program, too. NULL: not to be had. */
FILE *game_open_source(const char *file, const char *program);

/* A node of the tree: a choice, or the end of a run. */
struct game_node {
	uint32_t n;		  /* of alternatives; 0: an end */
	char *text;		  /* what is known of it, as JSON, but for what follows */
	struct game_node *next[]; /* NULL: not recorded */
};
