/* SPDX-License-Identifier: MIT
 * The questions of the lab. Each asks for what the runs below it show.
 */
#include "demos/kit/lab_lesson.h"

#include <string.h>

/* made of the demos by embed.awk */
extern const char *const timeline_race_c[], *const timeline_starve_c[];
extern const char *const timeline_philosophers_c[], *const timeline_prodcons_c[];
extern const char *const timeline_interleave_c[], *const timeline_generators_c[];
extern const char *const timeline_echo_c[], *const timeline_httpd_c[];

#define WHICH_MODEL "in neither model", "only cooperatively", "only preemptively", "in both models"

static const struct lab_lesson lessons[] = {
	{
		.name = "race",
		.question =
			"Several clerks pay into one account: each reads the balance, adds to it, and "
			"writes the new balance back. There is no lock, and no await in between "
			"(variant call). Where can money be lost?",
		.choices = { WHICH_MODEL },
		.right = 2,
		.because =
			"Preemptively the kernel may let another clerk run between the read and the "
			"write, whose update is then overwritten. Cooperatively another clerk runs "
			"only where the code awaits, and here it does not.",
		.look = "note overlap",
		.focus = "deposit add",
		.file = "demos/lessons/race.c",
		.source = timeline_race_c,
	},
	{
		.name = "starve",
		.question =
			"One coroutine computes for a long time and awaits nothing, while others want "
			"to tick every few milliseconds (variant crunch). Where do the ticks come "
			"late, by as long as the computation takes?",
		.choices = { WHICH_MODEL },
		.right = 1,
		.because =
			"Cooperatively the computing coroutine keeps the baton until it awaits, and "
			"nobody can take it away. Preemptively the kernel lets the others run "
			"meanwhile.",
		.look = "note ready",
		.focus = "crunch",
		.file = "demos/lessons/starve.c",
		.source = timeline_starve_c,
	},
	{
		.name = "philosophers",
		.question =
			"Five philosophers each take the fork to the left, then the one to the right, "
			"and wait for one that is taken. Between the two forks they await nothing "
			"(variant call). Where can all five starve?",
		.choices = { WHICH_MODEL },
		.right = 2,
		.because =
			"All five starve if each holds one fork. Preemptively all can be interrupted "
			"between the two. Cooperatively one takes both before another runs, unless "
			"there is an await in between: see the variant await.",
		.look = "note stuck error",
		.focus = "eat",
		.file = "demos/lessons/philosophers.c",
		.source = timeline_philosophers_c,
	},
	{
		.name = "prodcons",
		.question =
			"Producers and consumers share a buffer: a plain array and a counter, no lock, "
			"no await in the midst of a change (variant bare). Where do items get lost?",
		.choices = { WHICH_MODEL },
		.right = 2,
		.because =
			"Two threads that change the counter at once put two items into one place. "
			"Cooperatively each change is whole before another coroutine runs.",
		.look = "note overlap",
		.focus = "into_buffer",
		.file = "demos/lessons/prodcons.c",
		.source = timeline_prodcons_c,
	},
	{
		.name = "interleave",
		.question =
			"Two writers share one sheet. Each writes a letter in two strokes, with no await "
			"in between. Where can a stroke of one writer come between the two strokes "
			"of the other, and tear the letter?",
		.choices = { WHICH_MODEL },
		.right = 2,
		.because =
			"Preemptively a thread can be stopped after its first stroke, however seldom "
			"that is. Cooperatively two strokes without an await are one step; only the "
			"order of whole letters differs.",
		.look = "note overlap",
		.focus = "letter take_pen",
		.file = "demos/lessons/interleave.c",
		.source = timeline_interleave_c,
	},
	{
		.name = "generators",
		.question =
			"A generator walks a tree and yields leaf after leaf to its consumer. Where do "
			"the leaves come out of order?",
		.choices = { WHICH_MODEL },
		.right = 0,
		.because =
			"A generator and its consumer take turns: one of them waits for the other in "
			"either model. So the order is the same.",
		.look = "note wait",
		.focus = "walk",
		.file = "demos/lessons/generators.c",
		.source = timeline_generators_c,
	},
	{
		.name = "echo",
		.question =
			"Many connections, each with tiny requests and nothing to compute. Which "
			"server answers the most per second?",
		.choices = { "coroutines, cooperative", "coroutines, preemptive", "plain threads",
			     "one thread with epoll" },
		.right = 3,
		.because =
			"Where there is nothing to compute, switching is the cost. A state machine "
			"around epoll does not switch at all; each of the others switches threads for "
			"each request.",
		.look = "note wait",
		.focus = "echo",
		.file = "demos/servers/echo.c",
		.source = timeline_echo_c,
	},
	{
		.name = "httpd",
		.question =
			"The same with HTTP, which has more to compute per request. Which server "
			"answers the most per second, with many connections?",
		.choices = { "coroutines, cooperative", "coroutines, preemptive", "plain threads",
			     "one thread with epoll" },
		.right = 3,
		.because =
			"The more a request computes, the less a switch matters: the distances are "
			"smaller than with echo.",
		.look = "note wait",
		.focus = "serve",
		.file = "demos/servers/httpd.c",
		.source = timeline_httpd_c,
	},
};

const struct lab_lesson *lab_lesson(const char *name)
{
	for (size_t i = 0; i < sizeof lessons / sizeof *lessons; i++) {
		if (!strcmp(lessons[i].name, name))
			return &lessons[i];
	}
	return NULL;
}
