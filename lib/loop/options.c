/* SPDX-License-Identifier: MIT
 * Most options have a variable in the environment, which counts only where the program has left the
 * default. A value that is not understood is reported and ignored. Setuid programs ignore them all.
 */
#include "loop/options.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/misuse.h"
#include "base/sized.h"

static int choice(int given, const char *variable, const char *const words[2])
{
	ci_expect(given >= 0 && given <= 2, "an option (%s) is %d, no value of its enum", variable,
		  given);
	if (given)
		return given;
	const char *text = secure_getenv(variable);
	if (!text || !*text)
		return 1;
	for (int i = 0; i < 2; i++)
		if (strcmp(text, words[i]) == 0)
			return i + 1;
	ci_warn("%s=%s is not understood (%s or %s) and ignored", variable, text, words[0],
		words[1]);
	return 1;
}

static uint64_t number(uint64_t given, const char *variable)
{
	const char *text = given ? NULL : secure_getenv(variable);
	char *end;

	if (!text || !*text)
		return given;
	errno = 0;
	uint64_t n = strtoull(text, &end, 0);
	if (!*end && !errno && *text != '-')
		return n;
	ci_warn("%s=%s is not understood (a number) and ignored", variable, text);
	return 0;
}

/* The schedule of the explorer or the environment, unless the options name one. An explorer's counts
 * more than a seed. */
static struct ci_schedule *schedule_of(const cigo_loop_options *o)
{
	struct ci_schedule *s;
	char why[256];

	if (!o->schedule) {
		s = ci_schedule_current();
		if (!o->shuffle_seed || (s && s->explored))
			return s;
		ci_schedule_unref(s);
		return ci_schedule_shuffle(o->shuffle_seed);
	}
	if (ci_schedule_new(&s, o->schedule, why))
		ci_misuse("options.schedule is \"%s\": %s", o->schedule, why);
	return s;
}

cigo_loop_options ci_options(const cigo_loop_options *given, struct ci_schedule **ret_schedule)
{
	cigo_loop_options o = { .size = sizeof o };

	if (given)
		CI_SIZED_TAKE(cigo_loop_options, &o, given);
	o.model =
		choice(o.model, "CIGO_MODEL", (const char *const[]){ "cooperative", "preemptive" });
	o.shuffle_seed = number(o.shuffle_seed, "CIGO_SEED");
	*ret_schedule = schedule_of(&o);
	if (*ret_schedule && (*ret_schedule)->simulated && !o.clock && !secure_getenv("CIGO_CLOCK"))
		o.clock = CIGO_CLOCK_VIRTUAL;
	o.clock = choice(o.clock, "CIGO_CLOCK", (const char *const[]){ "real", "virtual" });
	o.poller = choice(o.poller, "CIGO_POLLER", (const char *const[]){ "epoll", "poll" });
	o.debug = choice(o.debug, "CIGO_DEBUG", (const char *const[]){ "0", "1" });
	o.home = choice(o.home, "CIGO_HOME", (const char *const[]){ "1", "0" });
	o.spin = choice(o.spin, "CIGO_SPIN", (const char *const[]){ "1", "0" });
	if (!o.dump_signal && choice(0, "CIGO_DUMP", (const char *const[]){ "0", "1" }) == 2)
		o.dump_signal = SIGUSR1;
	if (!o.trace)
		o.trace = secure_getenv("CIGO_TRACE");
	if (!o.stack_size)
		o.stack_size = 256 * 1024;
	if (o.slow_ns <= 0)
		o.slow_ns = CIGO_MS(100);
	if (o.patience_ns <= 0)
		o.patience_ns = CIGO_S(1);
	if (o.silence_ns <= 0)
		o.silence_ns = CIGO_MS(10);
	return o;
}

const struct ci_model_ops *ci_options_model(const cigo_loop_options *o)
{
	return o->model == CIGO_PREEMPTIVE ? &ci_preemptive : &ci_cooperative;
}

uint64_t ci_options_cancels(void)
{
	return number(0, "CIGO_DEBUG_CANCEL");
}
