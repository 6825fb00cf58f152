/* SPDX-License-Identifier: MIT
 *
 * Six exercises. Each is a function in NAME.c that does not do yet what is said here; test_NAME.c says
 * so. "make exercises" runs the tests of all, "make exercises EXERCISES=NAME" those of one.
 */
#ifndef CIGO_EXERCISES_H
#define CIGO_EXERCISES_H

#include <cigo.h>

/*
 * together.c: three questions in the time of one.
 * Asks oracle() for each of the three numbers and adds the answers. Each answer takes a second; all
 * three together are to take one, too.
 */
int together(cigo_ctx *ctx, const int numbers[3], int *ret_sum);
int oracle(cigo_ctx *ctx, void *arg, void *ret); /* a body: *(int *)arg in, *(int *)ret out */

/*
 * account.c: no penny is lost.
 * Adds amount to the balance, once auditor() has seen what the balance will be. That takes a while,
 * and others may use the account meanwhile: auditor() must see every deposit, none twice. A deposit
 * that was cancelled while it waited changes nothing, and stands in nobody's way.
 */
struct account {
	int balance;
	cigo_mutex *lock;
};
int deposit(cigo_ctx *ctx, struct account *a, int amount);
int auditor(cigo_ctx *ctx, int balance); /* suspends; < 0: no */

/*
 * polite.c: a long computation beside others.
 * Counts the primes below n. The others of the loop are to have a turn at least every hundred numbers,
 * and whoever cancels the computation does not want to wait for its end.
 */
int count_primes(cigo_ctx *ctx, int n, int *ret_count);

/*
 * patience.c: two seconds, and no more.
 * Asks question(), which may take for ever. Who has no answer after two seconds answers -1: that is
 * a success. What else goes wrong is passed on. When it returns, nothing of the question is left.
 */
int ask(cigo_ctx *ctx, cigo_coro_fn *question, int *ret_answer);

/*
 * forks.c: the philosophers.
 * Philosopher number me (0 to n - 1) takes the forks me and (me + 1) % n, has dinner(), and lays both
 * down. All n are to get their meal. Between two forks one reaches over the table, and that takes its
 * time: reach(). Who is cancelled lays down what he has.
 */
int eat(cigo_ctx *ctx, cigo_mutex *const forks[], int n, int me);
int reach(cigo_ctx *ctx);	   /* suspends */
int dinner(cigo_ctx *ctx, int me); /* suspends; needs both forks */

/*
 * walk.c: a tree, from left to right.
 * An iterator of the tree's values: what is on the left, then the node's own, then what is on the
 * right.
 */
struct node {
	const struct node *left, *right; /* NULL: none */
	int value;
};
cigo_iter *walk(cigo_ctx *ctx, const struct node *tree);

#endif
