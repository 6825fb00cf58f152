/* SPDX-License-Identifier: MIT
 * The schedule of the process.
 */
#include "schedule/schedule.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/lock.h"
#include "base/misuse.h"

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
	ci_schedule_expect_all_met(s);
	if (!s->explored && s->strategy != &ci_strategy_first &&
	    s->record->ending <= CI_ENDING_FINE)
		ci_schedule_tell_replay(s);
}

/* An explorer in another process has sent the descriptor of a record. */
static void share_record(struct ci_schedule *s)
{
	const char *text = secure_getenv("CIGO_SCHEDULE_RECORD");
	uint64_t fd;
	struct ci_record *r;

	if (!text || !ci_schedule_number(&text, &fd) || *text || fd > INT_MAX)
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
	CI_LOCKED(&current.lock);
	if (!current.set && !current.asked)
		ask_environment();
	return ci_schedule_ref(current.set ? current.set : current.own);
}

void ci_schedule_set_current(struct ci_schedule *s)
{
	CI_LOCKED(&current.lock);
	struct ci_schedule *before = current.set;
	current.set = ci_schedule_ref(s);
	ci_schedule_unref(before);
}
