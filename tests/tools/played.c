/* SPDX-License-Identifier: MIT
 * A program to be played: two withdrawals from one account, each of which reads, yields, and writes.
 * Its arguments are played too:
 *
 *	played			the two
 *	played crowd		thirty tasks with long names and many values
 *	played check		the two, and the balance must be right
 *	played option		as by the option `schedule`, twice
 *	played input		what it reads on stdin is shown
 *	played fork		the two, then once more in a forked child
 *	played nothing		no choice is to be made
 *	played changed		a third comes if the program was started again
 */
#include <cigo.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int balance;

static int withdraw(cigo_ctx *ctx, void *arg, void *ret)
{
	int seen = balance;

	(void)ret;
	cigo_show(ctx, arg, "%d", seen);
	int err = cigo_yield(CIGO_AT(ctx));
	if (err)
		return err;
	balance = seen - 10;
	cigo_show(ctx, "balance", "%d", balance);
	return 0;
}

static int two(cigo_ctx *ctx, void *arg, void *ret)
{
	static char by_ann[] = "seen by ann", by_bob[] = "seen by bob";

	(void)arg, (void)ret;
	balance = 100;
	cigo_show(ctx, "balance", "%d", balance);
	cigo_task *a = cigo_task_spawn(ctx, "ann", withdraw, 0, by_ann);
	cigo_task *b = cigo_task_spawn(ctx, "bob", withdraw, 0, by_bob);
	int err = cigo_join(ctx, a);
	if (!err)
		err = cigo_join(ctx, b);
	cigo_future_unref(a);
	cigo_future_unref(b);
	cigo_outcome("the balance is %d", balance);
	printf("balance %d\n", balance);
	return err;
}

static int checked(cigo_ctx *ctx, void *arg, void *ret)
{
	int err = two(ctx, arg, ret);

	cigo_check(balance == 80, "the balance is %d", balance);
	return err;
}

static int shows_much(cigo_ctx *ctx, void *arg, void *ret)
{
	char name[64];

	(void)arg, (void)ret;
	for (int i = 0; i < 20; i++) {
		snprintf(name, sizeof name, "a value with a long, long name, number %d", i);
		cigo_show(ctx, name, "%d%s", i,
			  i % 2 ? "\033[2J\a" : " and so on, and so on, and so on");
	}
	return 0;
}

static int crowd(cigo_ctx *ctx, void *arg, void *ret)
{
	char name[128];

	(void)arg, (void)ret;
	for (int i = 0; i < 30; i++) {
		snprintf(name, sizeof name, "task %d %s", i,
			 "whose name is as long as names of tasks should never be");
		cigo_detach(cigo_task_spawn(ctx, i % 3 ? name : "job", shows_much, 0, NULL));
	}
	return cigo_yield(ctx);
}

static int reads(cigo_ctx *ctx, void *arg, void *ret)
{
	char line[64] = "nothing";

	if (fgets(line, sizeof line, stdin))
		line[strcspn(line, "\n")] = 0;
	cigo_show(ctx, "input", "%s", line);
	return two(ctx, arg, ret);
}

static int changed(cigo_ctx *ctx, void *arg, void *ret)
{
	const char *schedule = getenv("CIGO_SCHEDULE");
	int n = schedule && strncmp(schedule, "play:", 5) == 0 ? 3 : 2;
	static char ann[] = "ann", bob[] = "bob", carl[] = "carl";
	char *const names[] = { ann, bob, carl };

	(void)arg, (void)ret;
	for (int i = 0; i < n; i++)
		cigo_detach(cigo_task_spawn(ctx, names[i], withdraw, 0, names[i]));
	return cigo_yield(CIGO_AT(ctx));
}

static int nothing(cigo_ctx *ctx, void *arg, void *ret)
{
	(void)arg, (void)ret;
	return cigo_yield(ctx) ? 1 : -ENOENT;
}

static int with_a_child(void)
{
	int err = cigo_run(two, NULL), status = 0;

	fflush(stdout);
	pid_t pid = fork();
	if (pid == 0) {
		err = cigo_run(two, NULL);
		fflush(stdout);
		_exit(err ? 1 : 0);
	}
	waitpid(pid, &status, 0);
	printf("the child returned %d\n", WEXITSTATUS(status));
	return err;
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	cigo_loop_options o = { .size = sizeof o, .schedule = "play" };

	if (strcmp(what, "option") == 0)
		return -cigo_run_with(&o, cigo_ctx_background(), two, NULL) +
		       -cigo_run_with(&o, cigo_ctx_background(), two, NULL);
	if (strcmp(what, "fork") == 0)
		return -with_a_child();
	if (strcmp(what, "nothing") == 0)
		return -cigo_run(nothing, NULL);
	if (strcmp(what, "changed") == 0)
		return -cigo_run(changed, NULL);
	if (strcmp(what, "crowd") == 0)
		return -cigo_run(crowd, NULL);
	if (strcmp(what, "check") == 0)
		return -cigo_run(checked, NULL);
	return -cigo_run(strcmp(what, "input") == 0 ? reads : two, NULL);
}
