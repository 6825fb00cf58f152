/* SPDX-License-Identifier: MIT
 * What cigo-explore is tried on, and the example of its help. A visitor looks whether the door is
 * open, and goes through it a moment later; meanwhile the porter may have closed it.
 *
 *	door [WHAT]	what happens at the closed door: check (default), status, fault, abort,
 *			misuse, hang, spin, flood, scribble, scribble behind. Further: dice: how many visitors come
 *			is left to chance; stuck: the porter waits for ever; family: a child of the
 *			program outlives it; no loop: none is run
 */
#include <cigo.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

static bool closed;
static const char *what = "check";

static bool is(const char *word)
{
	return strcmp(what, word) == 0;
}

static void flood(void)
{
	for (;;)
		puts("more and more \033[31m");
}

/* Into memory shared with the explorer: where the run is noted; behind it, places that were learnt. */
static void scribble(size_t offset)
{
	char line[512], name[256];
	unsigned long begin, end;
	FILE *maps = fopen("/proc/self/maps", "r");

	while (maps && fgets(line, sizeof line, maps))
		if (sscanf(line, "%lx-%lx rw-s %*s %*s %*s %255s", &begin, &end, name) == 3 &&
		    strstr(name, "memfd:schedule"))
			memset((void *)(begin + offset), 0x55, 4096);
	exit(0);
}

static void bump(void)
{
	if (is("check"))
		cigo_check(!closed, "walked into the closed door");
	if (is("status")) {
		printf("a bump\nan ache\n");
		exit(3);
	}
	if (is("fault")) {
		signal(SIGSEGV, SIG_DFL); /* sanitizers have a handler */
		raise(SIGSEGV);
	}
	if (is("abort"))
		abort();
	if (is("misuse"))
		exit(cigo_run(NULL, NULL)); /* inside a coroutine */
	if (is("hang"))
		pause();
	if (is("spin"))
		for (;;)
			continue;
	if (is("flood"))
		flood();
	if (is("scribble"))
		scribble(0);
	if (is("scribble behind"))
		scribble(8192);
}

static int visitor(cigo_ctx *ctx, void *arg, void *ret)
{
	CIGO_UNUSED(arg), CIGO_UNUSED(ret);
	if (closed)
		return 0;
	int err = cigo_sleep(ctx, CIGO_MS(1));
	cigo_show(ctx, "door", closed ? "closed" : "open");
	if (closed)
		bump();
	return err;
}

static int porter(cigo_ctx *ctx, void *arg, void *ret)
{
	CIGO_UNUSED(arg), CIGO_UNUSED(ret);
	if (is("stuck")) {
		cigo_future *never = cigo_future_new(0);

		return cigo_future_take(ctx, never, NULL, 0);
	}
	int err = cigo_sleep(ctx, CIGO_MS(1));
	closed = true;
	return err;
}

/* Nearly each time another number. */
static int dice(void)
{
	unsigned char thrown[2] = { 0 };

	return getrandom(thrown, sizeof thrown, 0) < 0 ? 0 : thrown[0] % 16 + thrown[1] % 16;
}

static int first(cigo_ctx *ctx, void *arg, void *ret)
{
	cigo_task *a = cigo_spawn(ctx, visitor, 0, NULL), *b = cigo_spawn(ctx, porter, 0, NULL);

	CIGO_UNUSED(arg), CIGO_UNUSED(ret);
	for (int more = is("dice") ? dice() : 0; more > 0; more--)
		cigo_detach(cigo_spawn(ctx, visitor, 0, NULL));
	if (is("family") && fork() == 0)
		for (;;)
			pause();
	int err = cigo_future_take(ctx, a, NULL, 0), err_b = cigo_future_take(ctx, b, NULL, 0);
	cigo_outcome("through the door");
	return err ? err : err_b;
}

int main(int argc, char **argv)
{
	what = argc > 1 ? argv[1] : what;
	return is("no loop") ? 4 : cigo_run(first, NULL) < 0;
}
