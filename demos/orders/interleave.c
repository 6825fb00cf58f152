/* SPDX-License-Identifier: MIT
 * Interleave, every order: two writers, A and B, write on one sheet, each letter in two strokes: "Aa", "Bb".
 * Each letter is a task, which spawns the next one of its writer. Which texts can come out?
 *
 *	cigo-explore --all demos/interleave_orders 3
 *	cigo-explore --all --model preemptive demos/interleave_orders 1
 */
#include "demos/kit/help.h"

#include <cigo.h>
#include <stdio.h>
#include <string.h>

enum { MOST = 6 };

static char text[4 * MOST + 1];
static volatile int written; /* volatile: so that the compiler reads and writes where it says so */

struct writer {
	cigo_group *group;
	char name;
	int left;	       /* letters */
	const char *at, *next; /* what a person that plays sees of its strokes */
};

static void stroke(const cigo_ctx *ctx, const struct writer *w, char c)
{
	int at = written;
	cigo_show(ctx, w->at, "%d", at);
	text[at] = c;
	cigo_show(ctx, "text", "%s", text);

	int next = written + 1;
	cigo_show(ctx, w->next, "%d", next);
	written = next;
	cigo_show(ctx, "written", "%d", next);
}

static int letter(cigo_ctx *ctx, void *arg, void *ret)
{
	struct writer *w = arg;

	CIGO_UNUSED(ret);
	stroke(ctx, w, w->name); /* and no await before the second: that is still the same letter */
	stroke(ctx, w, (char)(w->name | 32));
	if (--w->left > 0)
		cigo_group_spawn(w->group, w->name == 'A' ? "A" : "B", letter, 0, w);
	return 0;
}

static bool whole(void)
{
	for (const char *s = text; *s; s += 2)
		if (s[1] != (*s | 32))
			return false;
	return true;
}

static int write_text(cigo_ctx *ctx, void *arg, void *ret)
{
	int letters = *(int *)arg;
	cigo_group *group = cigo_group_new(ctx, 0, 0);
	struct writer a = { group, 'A', letters, "A.at", "A.next" };
	struct writer b = { group, 'B', letters, "B.at", "B.next" };

	CIGO_UNUSED(ret);
	cigo_show(ctx, "text", "%s", text);
	cigo_group_spawn(group, "A", letter, 0, &a);
	cigo_group_spawn(group, "B", letter, 0, &b);
	int err = cigo_group_wait(CIGO_AT(ctx), group);

	cigo_group_close(ctx, group);
	cigo_outcome("%s", text);
	cigo_check(whole() && (int)strlen(text) == 4 * letters, "%s: a letter is torn or lost",
		   text);
	puts(text);
	return err;
}

int main(int argc, char **argv)
{
	help_on(argc, argv, " [LETTERS]",
		"Two writers, A and B, write on one sheet: each so many letters (1 to 6, default\n"
		"3), in two strokes, Aa and Bb. Prints the text; a torn letter aborts.\n"
		"cigo-explore tries every order of it; with CIGO_SCHEDULE=play you say who goes\n"
		"on.");
	int letters = help_number(argc, argv, 1, 1, MOST, 3);

	if (argc > 2)
		help_refuse(argv, "unexpected argument", argv[2]);
	cigo_must(cigo_run(write_text, &letters));
	return 0;
}
