/* SPDX-License-Identifier: MIT
 * A loop inside a program that has pthreads of its own. They hand it work and wait for results.
 */
#include <cigo.h>
#include <pthread.h>
#include <stdio.h>

#include "demos/kit/help.h"

enum { USERS = 4 };

struct user {
	cigo_loop *loop;
	int in, out, err;
};

/* On the loop, as a task. */
static int square(cigo_ctx *ctx, void *arg, void *ret)
{
	const int *in = arg;
	int *out = ret, err = cigo_sleep(ctx, CIGO_MS(10));

	*out = *in * *in;
	return err;
}

/* A thread of the program's own: blocks till the loop has the answer, at most five seconds. */
static void *user_thread(void *arg)
{
	struct user *u = arg;
	cigo_ctx *soon = cigo_ctx_with_timeout(cigo_ctx_background(), CIGO_S(5));

	u->err = cigo_loop_submit(soon, u->loop, square, &u->in, &u->out, sizeof u->out);
	cigo_ctx_unref(soon);
	return NULL;
}

/* Main of the loop: nothing but a place to stay until cigo_loop_stop. */
static int park(cigo_ctx *ctx, void *arg, void *ret)
{
	CIGO_UNUSED(arg), CIGO_UNUSED(ret);
	return cigo_sleep(ctx, CIGO_NEVER);
}

/* It has a reference of its own: while there are others, another thread may still submit. */
static void *loop_thread(void *loop)
{
	cigo_loop_run(loop, cigo_ctx_background(), park, NULL);
	cigo_loop_unref(loop);
	return NULL;
}

int main(int argc, char **argv)
{
	help(argc, argv,
	     "A loop inside a program that has pthreads of its own. They hand it work and\n"
	     "wait for results.");
	pthread_t home, thread[USERS];
	struct user user[USERS];
	cigo_loop *loop = cigo_loop_new(NULL);

	pthread_create(&home, NULL, loop_thread, cigo_loop_ref(loop));
	for (int i = 0; i < USERS; i++) {
		user[i] = (struct user){ .loop = loop, .in = i + 1 };
		pthread_create(&thread[i], NULL, user_thread, &user[i]);
	}
	for (int i = 0; i < USERS; i++) {
		pthread_join(thread[i], NULL);
		printf("%d squared is %d (%s)\n", user[i].in, user[i].out,
		       cigo_strerror(user[i].err));
	}
	cigo_loop_stop(loop, 0);
	pthread_join(home, NULL);

	user_thread(&user[0]);
	printf("after the end: %s\n", cigo_strerror(user[0].err));
	cigo_loop_unref(loop);
	return 0;
}
