/* SPDX-License-Identifier: MIT
 * Errors: their texts, those of the program's own, and cigo_must.
 */
#include "tests/tools/kit.h"

TEST_CASE("texts");

TEST(success_has_a_text)
{
	ck_assert_str_eq(cigo_strerror(0), "no error");
	ck_assert_str_eq(cigo_strerror(1), "no error");
	ck_assert_str_eq(cigo_strerror(INT32_MAX), "no error");
}

TEST(the_ends_of_contexts_have_go_s_texts)
{
	ck_assert_str_eq(cigo_strerror(-ECANCELED), "context canceled");
	ck_assert_str_eq(cigo_strerror(-ETIMEDOUT), "context deadline exceeded");
}

TEST(system_errors_have_the_system_s_texts)
{
	ck_assert_str_eq(cigo_strerror(-ENOENT), strerror(ENOENT));
	ck_assert_str_eq(cigo_strerror(-EPIPE), strerror(EPIPE));
	ck_assert_str_eq(cigo_strerror(-EDEADLK), strerror(EDEADLK));
	ck_assert_str_eq(cigo_strerror(-EPERM), strerror(EPERM));
}

TEST(the_library_s_own_errors_have_texts_of_their_own)
{
	static const int errors[] = { CIGO_ENOLOOP, CIGO_ECLOSED, CIGO_ERESOLVE };

	for (int i = 0; i < 3; i++) {
		ck_assert_ptr_nonnull(cigo_strerror(errors[i]));
		ck_assert_uint_gt(strlen(cigo_strerror(errors[i])), 0);
		ck_assert_ptr_null(strstr(cigo_strerror(errors[i]), "nknown"));
		ck_assert_str_ne(cigo_strerror(errors[i]), cigo_strerror(errors[(i + 1) % 3]));
	}
}

TEST(any_number_has_a_text)
{
	ck_assert_ptr_nonnull(cigo_strerror(INT32_MIN));
	ck_assert_ptr_nonnull(cigo_strerror(INT32_MIN + 1));
	ck_assert_ptr_nonnull(cigo_strerror(-4000));
	ck_assert_ptr_nonnull(cigo_strerror(-1000000));
	ck_assert_uint_gt(strlen(cigo_strerror(-4000)), 0);
}

TEST(a_lent_text_stays_as_it_was)
{
	const char *known = cigo_strerror(-ENOENT), *unknown = cigo_strerror(-3999);
	char known_copy[200], unknown_copy[200];

	snprintf(known_copy, sizeof known_copy, "%s", known);
	snprintf(unknown_copy, sizeof unknown_copy, "%s", unknown);
	for (int err = 0; err > -4096; err--)
		cigo_ignore(cigo_strerror(err) == NULL);
	ck_assert_str_eq(known, known_copy);
	ck_assert_str_eq(unknown, unknown_copy);
}

TEST_CASE("own errors");

TEST(a_new_error_has_a_code_and_the_text_given)
{
	int oops = cigo_error_new("oops"), again = cigo_error_new("oops");

	ck_assert_int_lt(oops, -4095);
	ck_assert_int_ne(oops, CIGO_ENOLOOP);
	ck_assert_int_ne(oops, CIGO_ECLOSED);
	ck_assert_int_ne(oops, CIGO_ERESOLVE);
	ck_assert_int_ne(oops, again);
	ck_assert_str_eq(cigo_strerror(oops), "oops");
	ck_assert_str_eq(cigo_strerror(again), "oops");
}

TEST(a_new_error_s_text_is_copied)
{
	char text[] = "out of cheese";
	int err = cigo_error_new(text);

	memset(text, 'x', sizeof text - 1);
	ck_assert_str_eq(cigo_strerror(err), "out of cheese");
}

TEST(a_new_error_without_a_text_is_an_error_all_the_same)
{
	int err = cigo_error_new(NULL);

	ck_assert_int_lt(err, 0);
	ck_assert_ptr_nonnull(cigo_strerror(err));
}

TEST(a_long_text_is_kept_whole)
{
	static char text[100000];
	int err;

	memset(text, 'a', sizeof text - 1);
	err = cigo_error_new(text);
	ck_assert_int_lt(err, -4095);
	ck_assert_str_eq(cigo_strerror(err), text);
}

enum { MOST = 65536 };

TEST(exactly_65536_errors_can_be_registered)
{
	static int codes[MOST];
	const char *first_text;
	char text[32];
	int refused = 0, wrong = 0;

	codes[0] = cigo_error_new("error 0");
	first_text = cigo_strerror(codes[0]);
	for (int i = 1; i < MOST; i++) {
		snprintf(text, sizeof text, "error %d", i);
		codes[i] = cigo_error_new(text);
		refused += codes[i] == -ENOMEM;
	}
	equal(refused, 0);
	fails(cigo_error_new("one too many"), -ENOMEM);
	for (int i = 0; i < MOST; i++) {
		snprintf(text, sizeof text, "error %d", i);
		wrong += strcmp(cigo_strerror(codes[i]), text) != 0;
	}
	equal(wrong, 0);
	ck_assert_ptr_eq(cigo_strerror(codes[0]), first_text); /* lent for as long as the process */
}

enum { THREADS = 4, EACH = 500 };

static int thread_codes[THREADS][EACH];

THREAD(registers)
{
	int me = *(int *)arg;
	intptr_t wrong = 0;

	for (int i = 0; i < EACH; i++) {
		char text[32];

		snprintf(text, sizeof text, "thread %d error %d", me, i);
		thread_codes[me][i] = cigo_error_new(text);
		wrong += strcmp(cigo_strerror(thread_codes[me][i]), text) != 0;
	}
	return (void *)wrong;
}

TEST(any_thread_may_register_errors)
{
	int numbers[THREADS] = { 0, 1, 2, 3 };
	pthread_t threads[THREADS];

	for (int i = 0; i < THREADS; i++)
		ok(pthread_create(&threads[i], NULL, registers, &numbers[i]));
	for (int i = 0; i < THREADS; i++) {
		void *wrong;

		pthread_join(threads[i], &wrong);
		ck_assert_ptr_null(wrong);
	}
	for (int i = 0; i < THREADS; i++)
		for (int j = 0; j < EACH; j += 100) {
			char text[32];

			snprintf(text, sizeof text, "thread %d error %d", i, j);
			ck_assert_str_eq(cigo_strerror(thread_codes[i][j]), text);
		}
}

LOOP_TEST(an_error_of_one_s_own_travels_as_any_other)
{
	int oops = cigo_error_new("oops");
	cigo_task *t = t_job(ctx, .result = oops, .value = 25);
	int value;

	equal(cigo_take(ctx, t, &value), oops);
	equal(value, 25);
}

TEST_CASE("must");

TEST(must_returns_what_is_no_error)
{
	ok(cigo_must(0));
	equal(cigo_must(42), 42);
	equal(cigo_must((ssize_t)1 << 40), (ssize_t)1 << 40);
}

static void must_error(void *arg)
{
	cigo_must(*(int *)arg);
}

static void must_own_error(void *arg)
{
	CIGO_UNUSED(arg);
	cigo_must(cigo_error_new("out of cheese"));
}

TEST(must_aborts_with_the_error_s_text)
{
	t_abort(must_error, &(int){ -ECANCELED }, "context canceled");
	t_abort(must_error, &(int){ -ENOENT }, strerror(ENOENT));
	t_abort(must_own_error, NULL, "out of cheese");
}
