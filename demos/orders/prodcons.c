/* SPDX-License-Identifier: MIT
 * Producers and consumers, every order: Ann and Ben put an item each into a buffer, Cleo and Dora take one
 * each. Does every item come out once?
 *
 *	cigo-explore --all demos/prodcons_orders bare
 *	cigo-explore --model preemptive demos/prodcons_orders bare
 *	cigo-explore --all demos/prodcons_orders if
 */
#include "demos/kit/help.h"

#include <cigo.h>
#include <stdio.h>
#include <string.h>

enum { PLACES = 4 };

static char items[PLACES + 1] = "----"; /* in their places, of which '-' is an empty one */
static int in, out;			/* the place that is filled, and emptied, next */

static cigo_mutex *mutex;
static cigo_condition *filled;

static struct worker {
	const char *at, *item; /* what a person that plays sees of it */
	char made;	       /* by a producer */
	char got;	       /* by a consumer */
} ann = { .at = "Ann.at", .made = 'a' }, ben = { .at = "Ben.at", .made = 'b' },
  cleo = { .at = "Cleo.at", .item = "Cleo.item" }, dora = { .at = "Dora.at", .item = "Dora.item" };

static void into_buffer(cigo_ctx *ctx, const struct worker *w)
{
	int at = in;
	cigo_show(ctx, w->at, "%d", at);
	items[at] = w->made;
	cigo_show(ctx, "items", "%s", items);
	in = at + 1;
	cigo_show(ctx, "in", "%d", at + 1);
}

static void out_of_buffer(cigo_ctx *ctx, struct worker *w)
{
	int at = out;
	cigo_show(ctx, w->at, "%d", at);
	w->got = items[at];
	cigo_show(ctx, w->item, "%c", w->got);
	out = at + 1;
	cigo_show(ctx, "out", "%d", at + 1);
}

/* --- bare: the consumers come when the producers have gone, so nobody has to wait ---------------- */

static int put_bare(cigo_ctx *ctx, void *arg, void *ret)
{
	CIGO_UNUSED(ret);
	into_buffer(ctx, arg);
	return 0;
}

static int get_bare(cigo_ctx *ctx, void *arg, void *ret)
{
	CIGO_UNUSED(ret);
	out_of_buffer(ctx, arg);
	return 0;
}

/* --- a mutex guards it, and one who is woken does not look again --------------------------------- */

static int put_guarded(cigo_ctx *ctx, void *arg, void *ret)
{
	int err = cigo_mutex_lock(CIGO_AT(ctx), mutex);

	CIGO_UNUSED(ret);
	if (err)
		return err;
	into_buffer(ctx, arg);
	cigo_condition_notify(filled, 1);
	cigo_mutex_unlock(mutex);
	return 0;
}

static int get_if(cigo_ctx *ctx, void *arg, void *ret)
{
	int err = cigo_mutex_lock(CIGO_AT(ctx), mutex);

	CIGO_UNUSED(ret);
	if (err)
		return err;
	if (in == out)
		err = cigo_condition_wait(CIGO_AT(ctx), filled, mutex);
	if (!err)
		out_of_buffer(ctx, arg);
	cigo_mutex_unlock(mutex);
	return err;
}

static int get_while(cigo_ctx *ctx, void *arg, void *ret)
{
	int err = cigo_mutex_lock(CIGO_AT(ctx), mutex);

	CIGO_UNUSED(ret);
	if (err)
		return err;
	while (!err && in == out)
		err = cigo_condition_wait(CIGO_AT(ctx), filled, mutex);
	if (!err)
		out_of_buffer(ctx, arg);
	cigo_mutex_unlock(mutex);
	return err;
}

/* --- the shop ------------------------------------------------------------------------------------ */

static struct kind {
	const char *name;
	cigo_coro_fn *put, *get;
	bool shifts; /* one after the other */
} kinds[] = {
	{ "bare", put_bare, get_bare, true },
	{ "if", put_guarded, get_if, false },
	{ "while", put_guarded, get_while, false },
	{ 0 },
};

/* What each consumer got. */
static void count(cigo_ctx *ctx)
{
	char got[3] = { cleo.got, dora.got, '\0' };

	cigo_show(ctx, "items", "%s", items);
	cigo_outcome("Cleo got %c, Dora got %c", got[0], got[1]);
	cigo_check(strchr(got, 'a') && strchr(got, 'b'),
		   "Cleo got %c, Dora got %c: not each item once", got[0], got[1]);
	printf("Cleo got %c, Dora got %c\n", got[0], got[1]);
}

static int shop(cigo_ctx *ctx, void *arg, void *ret)
{
	const struct kind *kind = arg;
	cigo_group *group = cigo_group_new(ctx, 0, 0);

	CIGO_UNUSED(ret);
	mutex = cigo_mutex_new();
	filled = cigo_condition_new();
	cigo_show(ctx, "items", "%s", items);
	cigo_group_spawn(group, "Ann", kind->put, 0, &ann);
	cigo_group_spawn(group, "Ben", kind->put, 0, &ben);
	int err = kind->shifts ? cigo_group_wait(CIGO_AT(ctx), group) : 0;

	cigo_group_spawn(group, "Cleo", kind->get, 0, &cleo);
	cigo_group_spawn(group, "Dora", kind->get, 0, &dora);
	if (!err)
		err = cigo_group_wait(CIGO_AT(ctx), group);
	cigo_group_close(ctx, group);
	count(ctx);
	cigo_condition_free(filled);
	cigo_mutex_free(mutex);
	return err;
}

int main(int argc, char **argv)
{
	struct kind *kind = kinds;

	help_on(argc, argv, " [bare|if|while]",
		"Two producers put an item each into a buffer, and two consumers take one each.\n\n"
		"  bare   (default) nothing guards the buffer; the consumers come when the\n"
		"         producers have gone, so nobody has to wait\n"
		"  if     all come at once, and a mutex guards it; a consumer that was woken does\n"
		"         not look again whether there is an item\n"
		"  while  it looks again\n\n"
		"An item that is lost aborts. cigo-explore tries every order of it; with\n"
		"CIGO_SCHEDULE=play you say who goes on.");
	while (argc > 1 && kind->name && strcmp(argv[1], kind->name) != 0)
		kind++;
	if (!kind->name)
		help_refuse(argv, "bare, if or while is expected, not", argv[1]);
	if (argc > 2)
		help_refuse(argv, "unexpected argument", argv[2]);
	cigo_must(cigo_run(shop, kind));
	return 0;
}
