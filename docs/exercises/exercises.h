/* SPDX-License-Identifier: MIT
 * Six exercises. Each is a function in NAME.c that does not yet do what is described here; test_NAME.c
 * tests it. "make exercises" runs all tests, "make exercises EXERCISES=NAME" those of one exercise.
 */
#ifndef CIGO_EXERCISES_H
#define CIGO_EXERCISES_H

#include <cigo.h>

/*
 * together.c: three questions in the time of one.
 * Asks oracle() for each of the three numbers and adds the answers. Each answer takes a second; all
 * three together are to take one second, too.
 */
int together(cigo_ctx *ctx, const int numbers[3], int *ret_sum);
int oracle(cigo_ctx *ctx, void *arg, void *ret); /* a body: *(int *)arg in, *(int *)ret out */

/*
 * account.c: no deposit is lost.
 * Adds amount to the balance, once auditor() has seen the new balance. That takes a while, and other
 * coroutines may use the account meanwhile: auditor() must see every deposit, none twice. A deposit
 * that was cancelled while it waited changes nothing, and does not block later deposits.
 */
struct account {
	int balance;
	cigo_mutex *lock;
};
int deposit(cigo_ctx *ctx, struct account *a, int amount);
int auditor(cigo_ctx *ctx, int balance); /* suspends; < 0: no */

/*
 * polite.c: a long computation beside others.
 * Counts the primes below n. The other coroutines of the loop are to have a turn at least every hundred
 * numbers. When the computation is cancelled, it is to return soon, not at its end.
 */
int count_primes(cigo_ctx *ctx, int n, int *ret_count);

/*
 * patience.c: two seconds, and no more.
 * Asks question(), which may take for ever. If there is no answer after two seconds, the answer is -1,
 * and that is a success. Any other error is returned. When ask() returns, question() has returned.
 */
int ask(cigo_ctx *ctx, cigo_coro_fn *question, int *ret_answer);

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
 * walk.c: a tree, from left to right.
 * An iterator of the tree's values: of each node first those on its left, then its own, then those on
 * its right.
 */
struct node {
	const struct node *left, *right; /* NULL: none */
	int value;
};
cigo_iter *walk(cigo_ctx *ctx, const struct node *tree);

#endif
