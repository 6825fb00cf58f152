/* SPDX-License-Identifier: MIT
 * Ten exercises. Each is a function in NAME.c that does not yet do what is described here. "make
 * exercises" tries them all, "make exercises EXERCISE=NAME" tries one of them and tells what went wrong,
 * and "make hint EXERCISE=NAME" gives a hint.
 *
 * A function is tried by the small programs of test_NAME.c, under every order in which their coroutines can
 * go on, in both models. What is said here of a function holds in each of these orders.
 */
#ifndef CIGO_EXERCISES_H
#define CIGO_EXERCISES_H

#include <cigo.h>
#include <errno.h>

/*
 * together.c: three questions in the time of one.
 * Asks oracle() for each of the three numbers and adds the answers. Each answer takes a second; all
 * three together are to take one second, too. If the oracle refuses a number, its error is returned. In
 * any case all three calls of oracle() have returned when together() returns.
 */
int together(cigo_ctx *ctx, const int numbers[3], int *ret_sum);
int oracle(cigo_ctx *ctx, void *arg, void *ret); /* a body: *(int *)arg in, *(int *)ret out */

/*
 * account.c: no deposit is lost.
 * Adds amount to the balance, once auditor() has seen the new balance. That takes a while, and other
 * coroutines may use the account meanwhile: auditor() must see every deposit, none twice. A deposit
 * that auditor() refuses, or that is cancelled, changes nothing, and does not block later deposits.
 */
struct account {
	int balance;
	cigo_mutex *lock;
};
int deposit(cigo_ctx *ctx, struct account *a, int amount);
int auditor(cigo_ctx *ctx, int balance); /* suspends; < 0: no */

/*
 * once.c: the first one loads.
 * Returns in *ret_width what load() has found. Many coroutines ask, but load() is called once, and all
 * of them get its value. If load() fails, the one who called it gets the error, and the next one tries
 * again.
 */
struct settings {
	cigo_mutex *lock;
	bool loaded;
	int width;
};
int get_width(cigo_ctx *ctx, struct settings *s, int *ret_width);
int load(cigo_ctx *ctx, int *ret_width); /* suspends; < 0: failed */

/*
 * polite.c: a long computation beside others.
 * Counts the primes below n. The other coroutines of the loop are to have a turn at least every hundred
 * numbers. When the computation is cancelled, it returns that error soon, not at its end.
 */
int count_primes(cigo_ctx *ctx, int n, int *ret_count);

/*
 * patience.c: two seconds, and no more.
 * Asks question(), which may take for ever. If there is no answer after two seconds, the answer is -1,
 * and that is a success. Any other error is returned. When ask() returns, question() has returned.
 */
int ask(cigo_ctx *ctx, cigo_coro_fn *question, int *ret_answer);

/*
 * phone.c: hang up, whatever happens.
 * Dials, talks, hangs up, and returns the first error. A line that was dialled must be hung up, even if
 * the talk failed or was cancelled. If dial() fails, there is nothing to hang up. Hanging up takes a
 * second at most.
 */
int phone(cigo_ctx *ctx);
int dial(cigo_ctx *ctx);    /* suspends; < 0: no line */
int talk(cigo_ctx *ctx);    /* suspends */
int hang_up(cigo_ctx *ctx); /* suspends; < 0: it was interrupted, and the line is still busy */

/*
 * forks.c: the philosophers.
 * Philosopher number me (0 to n - 1) takes the forks me and (me + 1) % n, has dinner(), and lays both
 * down. All n are to get their meal. Between the two forks he reaches over the table, which takes time:
 * reach(). A philosopher who is cancelled lays down the forks that he holds.
 */
int eat(cigo_ctx *ctx, cigo_mutex *const forks[], int n, int me);
int reach(cigo_ctx *ctx);	   /* suspends */
int dinner(cigo_ctx *ctx, int me); /* suspends; needs both forks */

/*
 * buffer.c: a shelf with one place.
 * put() waits until the shelf is empty, and lays the item on it. get() waits until there is an item, and
 * takes it. Several coroutines call each of them. No item is lost, none is got twice, and nobody waits
 * for ever while there is something to do. One that is cancelled while it waits changes nothing, and does
 * not block the others.
 */
struct shelf {
	cigo_mutex *lock;
	cigo_condition *filled, *emptied;
	bool full;
	int item;
};
int put(cigo_ctx *ctx, struct shelf *s, int item);
int get(cigo_ctx *ctx, struct shelf *s, int *ret_item);

/*
 * rounds.c: all wait for all, again and again.
 * meet() returns when `members` coroutines have called it: the last one wakes the others. Then the same
 * coroutines can meet again, and one may come to the second round while another is still leaving the
 * first. One that is cancelled while it waits has not come.
 */
struct meeting {
	cigo_mutex *lock;
	cigo_condition *complete;
	int members;
	int here;
	int round; /* how many rounds are over; use it if you like */
};
int meet(cigo_ctx *ctx, struct meeting *m);

/*
 * walk.c: a tree, from left to right.
 * An iterator of the tree's values: of each node first those on its left, then its own, then those on
 * its right. Several may walk at once.
 */
struct node {
	const struct node *left, *right; /* NULL: none */
	int value;
};
cigo_iter *walk(cigo_ctx *ctx, const struct node *tree);

#endif
