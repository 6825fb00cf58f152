/* SPDX-License-Identifier: MIT
 * What a program may do that a schedule cannot order.
 *
 *	hostile WHAT	fork: makes a process; spin: computes for ever; clock, dice, socket: what it does depends on
 *			the real clock, on random numbers, on what another process sends; crowd: no more threads are to be had; cancel: a
 *			thread is cancelled
 */
#include <cigo.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const char *what = "";
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static int shared;

static void *touch(void *arg)
{
	pthread_mutex_lock(&mutex);
	shared++;
	pthread_mutex_unlock(&mutex);
	return arg;
}

static void touch_often(unsigned times)
{
	while (times--)
		touch(NULL);
}

/* The child is ordered by no schedule; its pthread calls are the C library's. */
static void fork_one(void)
{
	pthread_t id;
	int status = -1;
	pid_t pid = fork();

	if (pid == 0) {
		mutex = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER; /* another thread may have it */
		touch(NULL);
		_exit(pthread_create(&id, NULL, touch, NULL) || pthread_join(id, NULL) ? 1 : 7);
	}
	cigo_check(waitpid(pid, &status, 0) == pid && WIFEXITED(status), "status %x",
		   (unsigned)status);
	cigo_check(WEXITSTATUS(status) == 7, "exit status %d", WEXITSTATUS(status));
}

static void read_clock(void)
{
	struct timespec t;

	syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &t);
	touch_often((unsigned)(t.tv_nsec / 1000 % 16));
}

static void throw_dice(void)
{
	unsigned char n = 0;

	if (getrandom(&n, 1, 0) == 1)
		touch_often(n % 16u);
}

/* To another process, which has thrown dice before the loop began. */
static int world = -1;

static void begin_world(void)
{
	int ends[2];
	unsigned char n = 0;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends))
		abort();
	if (fork() == 0) {
		if (getrandom(&n, 1, 0) != 1 || write(ends[1], &n, 1) != 1)
			_exit(1);
		_exit(0);
	}
	close(ends[1]);
	world = ends[0];
}

static void hear_the_world(void)
{
	unsigned char n = 0;

	if (recv(world, &n, 1, MSG_PEEK) == 1)
		touch_often(n % 16u);
}

static void crowd(void)
{
	struct rlimit none = { 0, 0 };
	pthread_attr_t attr;
	pthread_t id;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, (size_t)1 << 46); /* root has no RLIMIT_NPROC */
	setrlimit(RLIMIT_NPROC, &none);
	int err = pthread_create(&id, &attr, touch, NULL);
	pthread_attr_destroy(&attr);
	cigo_check(err == EAGAIN, "pthread_create: %s", strerror(err));
}

static void *sleep_long(void *arg)
{
	sleep(3600);
	return arg;
}

static pthread_cond_t never = PTHREAD_COND_INITIALIZER;

static void unlock(void *arg)
{
	CIGO_UNUSED(arg);
	pthread_mutex_unlock(&mutex);
}

static void *wait_long(void *arg)
{
	pthread_mutex_lock(&mutex);
	pthread_cleanup_push(unlock, NULL);
	for (;;)
		pthread_cond_wait(&never, &mutex);
	pthread_cleanup_pop(1);
	return arg;
}

static void cancel(void *(*body)(void *arg))
{
	pthread_t id;
	void *result;

	if (pthread_create(&id, NULL, body, NULL))
		abort();
	pthread_cancel(id);
	pthread_join(id, &result);
	cigo_check(result == PTHREAD_CANCELED, "it was not cancelled");
}

/* The child of a fork goes on with the loop. */
static void stray(cigo_ctx *ctx)
{
	int status;

	if (fork() == 0)
		cigo_point(ctx);
	wait(&status);
}

static int act(cigo_ctx *ctx, void *arg, void *ret)
{
	CIGO_UNUSED(ctx), CIGO_UNUSED(arg), CIGO_UNUSED(ret);
	touch(NULL);
	if (strcmp(what, "fork") == 0)
		fork_one();
	if (strcmp(what, "stray") == 0)
		stray(ctx);
	if (strcmp(what, "spin") == 0)
		for (volatile int i = 0;; i++)
			continue;
	if (strcmp(what, "clock") == 0)
		read_clock();
	if (strcmp(what, "dice") == 0)
		throw_dice();
	if (strcmp(what, "socket") == 0)
		hear_the_world();
	if (strcmp(what, "crowd") == 0)
		crowd();
	if (strcmp(what, "cancel") == 0)
		cancel(sleep_long);
	if (strcmp(what, "cancel") == 0)
		cancel(wait_long);
	touch(NULL);
	return 0;
}

static int demo(cigo_ctx *ctx, void *arg, void *ret)
{
	CIGO_UNUSED(arg), CIGO_UNUSED(ret);
	cigo_task *a = cigo_go(ctx, act, 0, NULL), *b = cigo_go(ctx, act, 0, NULL);
	int err = cigo_wait_all(ctx, a, b);

	cigo_future_unref(a);
	cigo_future_unref(b);
	return err;
}

int main(int argc, char **argv)
{
	what = argc > 1 ? argv[1] : what;
	if (strcmp(what, "socket") == 0)
		begin_world();
	return cigo_run(demo, NULL) != 0;
}
