/* SPDX-License-Identifier: MIT
 * Is get_width() right?
 */
#include "exercises.h"
#include "trial.h"

enum { READERS = 3, WIDTH = 4 };

static int loads, refused; /* the first `refused` loads fail */
static struct settings settings;

int load(cigo_ctx *ctx, int *ret_width)
{
	int nth = count(&loads, 1);

	cigo_check(nth <= refused + 1, "load() is called %d times", nth);
	int err = cigo_sleep(ctx, CIGO_MS(10));
	if (!err && nth <= refused)
		err = -EIO;
	if (!err)
		*ret_width = WIDTH;
	return err;
}

CORO(reader)
{
	int width = 0, err = get_width(ctx, &settings, &width);

	cigo_check(err || width == WIDTH, "a reader gets %d, not %d", width, WIDTH);
	return err;
}

/* Returns how many of them had an error. */
static int read_all(cigo_ctx *ctx, int readers)
{
	cigo_task *tasks[READERS];
	int failed = 0;

	settings.lock = new_lock();
	for (int i = 0; i < readers; i++)
		tasks[i] = cigo_spawn(ctx, reader, 0, NULL);
	for (int i = 0; i < readers; i++)
		failed += end_of(ctx, tasks[i]) != 0;
	free_lock(settings.lock, "the lock");
	return failed;
}

TRIAL(all_get_what_one_has_loaded)
{
	int failed = read_all(ctx, some(READERS));

	cigo_check(failed == 0, "%d readers have got an error", failed);
	return 0;
}

TRIAL(after_a_failure_the_next_one_tries)
{
	refused = 1;
	int failed = read_all(ctx, some(READERS));

	cigo_check(failed == 1, "load() failed once, and %d readers have got an error", failed);
	cigo_check(loads == 2, "load() was called %d times, not twice", loads);
	return 0;
}

TRIAL(later_ones_get_it_too)
{
	int failed = read_all(ctx, 1) + read_all(ctx, some(READERS));

	cigo_check(failed == 0, "%d readers have got an error", failed);
	return 0;
}

TRIALS(T(all_get_what_one_has_loaded), T(after_a_failure_the_next_one_tries),
       T(later_ones_get_it_too));
