/* SPDX-License-Identifier: MIT
 * What libraries such as libcigo-points tell a schedule.
 */
#include "cigo/points.h"

#include <stdlib.h>

#include "base/misuse.h"
#include "schedule/serial.h"
#include "thread/baton.h"

static struct ci_step step_of(const cigo_points_step *s)
{
	ci_expect(!s->reserved, "the step's reserved field is not zero");
	return (struct ci_step){ .op = s->call	  ? CI_OP_CALL
				       : s->reads ? CI_OP_READ
						  : CI_OP_WRITE,
				 .call = s->call,
				 .pc = s->pc,
				 .object = s->object };
}

bool cigo_points_on(void)
{
	return ci_turn_outside;
}

void cigo_points_point(const cigo_points_step *s)
{
	struct ci_step step = step_of(s);

	if (!ci_turn_outside)
		return;
	ci_turn_point(ci_turn, &step);
}

void cigo_points_access(const cigo_points_step *s, size_t size)
{
	struct ci_step step = step_of(s);

	if (!ci_turn_outside)
		return;
	ci_turn_outside = false;
	step.size = size;
	ci_turn_access(ci_turn, &step);
	ci_turn_outside = true;
}

void cigo_points_note(const cigo_points_step *s)
{
	if (!ci_turn_outside)
		return;
	ci_turn_outside = false;
	ci_turn->step = step_of(s);
	ci_turn_happen(ci_turn);
	ci_turn_outside = true;
}

void cigo_points_yield(const cigo_points_step *s)
{
	struct ci_step step = step_of(s);

	if (!ci_turn_outside)
		return;
	ci_turn_yield(ci_turn, &step);
}

int cigo_points_wait(const cigo_points_step *s, bool (*ready)(void *arg), void *arg, int64_t until)
{
	struct ci_step step = step_of(s);

	if (!ci_turn_outside)
		return 0;
	return ci_turn_wait(ci_turn, &step, ready, arg, until);
}

int64_t cigo_points_now(void)
{
	return ci_turn ? ci_turn_now(ci_turn->schedule) : 0;
}

/* --- threads --------------------------------------------------------------------------------- */

void *cigo_points_thread_new(const char *name)
{
	struct ci_turn *t = ci_turn ? malloc(sizeof *t) : NULL;

	if (!t || ci_turn_init(t, ci_turn->schedule)) {
		free(t);
		return NULL;
	}
	t->name = name;
	t->id = CI_TURN_THREADS + ++ci_turn->schedule->made;
	ci_turn_add(t, NULL, NULL);
	return t;
}

void cigo_points_thread_drop(void *handle)
{
	ci_turn_remove(handle);
	ci_turn_fini(handle);
	free(handle);
}

void cigo_points_thread_begin(void *handle)
{
	ci_turn_begin(handle);
	ci_self.slow = true;
	ci_turn_outside = true;
}

void cigo_points_thread_end(void *handle)
{
	ci_self.slow = false;
	ci_turn_end(handle);
	ci_turn_fini(handle);
	free(handle);
}

uint64_t cigo_points_thread_id(void)
{
	bool outside = ci_turn_outside;

	ci_turn_outside = false;
	uint64_t id = ci_turn ? ci_turn_id(ci_turn) : 0;
	ci_turn_outside = outside;
	return id;
}
