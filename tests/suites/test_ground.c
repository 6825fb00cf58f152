/* SPDX-License-Identifier: MIT
 * The ground floor: lists, heap, clock, table. Internals, of which nobody outside knows.
 */
#include "tests/tools/kit.h"

#include "base/clock.h"
#include "base/heap.h"
#include "base/json.h"
#include "base/list.h"
#include "base/table.h"

TEST_CASE("list");

struct item {
	int number;
	struct ci_list link;
};

static void list_is(const struct ci_list *head, const char *numbers)
{
	const struct ci_list *last = head;

	ci_list_each(pos, head) {
		const struct item *item = ci_list_entry(pos, struct item, link);

		ck_assert_ptr_eq(pos->prev, last);
		ck_assert_msg(*numbers, "the list is longer than it should be");
		equal(item->number, *numbers++ - '0');
		last = pos;
	}
	ck_assert_ptr_eq(head->prev, last);
	equal(*numbers, 0);
	equal(ci_list_empty(head), last == head);
}

static void make_items(struct item *items, int n)
{
	for (int i = 0; i < n; i++) {
		items[i].number = i;
		ci_list_init(&items[i].link);
	}
}

TEST(a_new_list_is_empty)
{
	struct ci_list head, constant = CI_LIST_INIT(constant);

	ci_list_init(&head);
	list_is(&head, "");
	list_is(&constant, "");
	ck_assert_ptr_null(ci_list_pop(&head));
}

TEST(a_list_keeps_the_order_of_appending_and_prepending)
{
	struct item items[5];
	struct ci_list head = CI_LIST_INIT(head);

	make_items(items, 5);
	ci_list_append(&head, &items[2].link);
	ci_list_append(&head, &items[3].link);
	ci_list_prepend(&head, &items[1].link);
	ci_list_prepend(&head, &items[0].link);
	ci_list_append(&head, &items[4].link);
	list_is(&head, "01234");
	ck_assert_ptr_eq(ci_list_first(&head, struct item, link), &items[0]);
}

TEST(a_node_may_be_put_before_any_other)
{
	struct item items[3];
	struct ci_list head = CI_LIST_INIT(head);

	make_items(items, 3);
	ci_list_append(&head, &items[0].link);
	ci_list_append(&head, &items[2].link);
	ci_list_add_before(&items[2].link, &items[1].link);
	list_is(&head, "012");
}

TEST(unlinking_is_always_legal)
{
	struct item items[3];
	struct ci_list head = CI_LIST_INIT(head);

	make_items(items, 3);
	ci_list_unlink(&items[0].link); /* in no list */
	for (int i = 0; i < 3; i++)
		ci_list_append(&head, &items[i].link);
	equal(ci_list_linked(&items[1].link), true);
	ci_list_unlink(&items[1].link);
	ci_list_unlink(&items[1].link); /* twice */
	equal(ci_list_linked(&items[1].link), false);
	list_is(&head, "02");
	ci_list_unlink(&items[0].link);
	ci_list_unlink(&items[2].link);
	list_is(&head, "");
}

TEST(pop_takes_the_first)
{
	struct item items[3];
	struct ci_list head = CI_LIST_INIT(head);

	make_items(items, 3);
	for (int i = 0; i < 3; i++)
		ci_list_append(&head, &items[i].link);
	for (int i = 0; i < 3; i++) {
		ck_assert_ptr_eq(ci_list_pop(&head), &items[i].link);
		equal(ci_list_linked(&items[i].link), false);
	}
	ck_assert_ptr_null(ci_list_pop(&head));
}

TEST(splice_moves_all_to_the_end)
{
	struct item items[4];
	struct ci_list a = CI_LIST_INIT(a), b = CI_LIST_INIT(b);

	make_items(items, 4);
	ci_list_append(&a, &items[0].link);
	ci_list_append(&a, &items[1].link);
	ci_list_append(&b, &items[2].link);
	ci_list_append(&b, &items[3].link);
	ci_list_splice(&a, &b);
	list_is(&a, "0123");
	list_is(&b, "");
	ci_list_splice(&a, &b); /* nothing */
	list_is(&a, "0123");
	ci_list_splice(&b, &a); /* into an empty one */
	list_is(&a, "");
	list_is(&b, "0123");
}

TEST(the_node_visited_may_be_unlinked)
{
	struct item items[5];
	struct ci_list head = CI_LIST_INIT(head);

	make_items(items, 5);
	for (int i = 0; i < 5; i++)
		ci_list_append(&head, &items[i].link);
	ci_list_each(pos, &head)
		if (ci_list_entry(pos, struct item, link)->number % 2 == 0)
			ci_list_unlink(pos);
	list_is(&head, "13");
}

TEST_CASE("heap");

static uint64_t random_state;

static uint32_t random_number(void)
{
	random_state = random_state * UINT64_C(6364136223846793005) + 1442695040888963407u;
	return (uint32_t)(random_state >> 33);
}

static struct ci_heap_node *take_first(struct ci_heap *h)
{
	struct ci_heap_node *n = ci_heap_first(h);

	if (n)
		ci_heap_remove(h, n);
	return n;
}

static bool comes_before(const struct ci_heap_node *a, const struct ci_heap_node *b)
{
	return a->key != b->key ? a->key < b->key : a->seq < b->seq;
}

TEST(an_empty_heap_has_no_first)
{
	struct ci_heap h = { .root = NULL };

	ck_assert_ptr_null(ci_heap_first(&h));
	equal(ci_heap_check(&h), 0);
}

TEST(a_heap_gives_its_nodes_by_key_and_ties_by_sequence)
{
	enum { NODES = 2000 };
	static struct ci_heap_node nodes[NODES];
	struct ci_heap h = { .root = NULL };
	int64_t key = INT64_MIN;
	uint64_t seq = 0;

	random_state = 1;
	for (int i = 0; i < NODES; i++) {
		nodes[i].key = random_number() % 100;
		nodes[i].seq = (uint64_t)i;
		ci_heap_push(&h, &nodes[i]);
		if (i % 100 == 0)
			equal(ci_heap_check(&h), i + 1);
	}
	for (int i = 0; i < NODES; i++) {
		struct ci_heap_node *n = take_first(&h);

		ck_assert(n->key > key || (n->key == key && n->seq > seq) || i == 0);
		key = n->key;
		seq = n->seq;
		if (i % 100 == 0)
			equal(ci_heap_check(&h), NODES - 1 - i);
	}
	ck_assert_ptr_null(ci_heap_first(&h));
}

TEST(any_node_may_be_taken_out)
{
	enum { NODES = 300 };
	static struct ci_heap_node nodes[NODES];
	static bool inside[NODES];
	struct ci_heap h = { .root = NULL };
	long n = 0;
	int wrong = 0;

	random_state = 2;
	for (int round = 0; round < 20000; round++) {
		int i = (int)(random_number() % NODES);

		if (inside[i]) {
			ci_heap_remove(&h, &nodes[i]);
			n--;
		} else {
			nodes[i].key = random_number() % 50;
			nodes[i].seq = (uint64_t)round;
			ci_heap_push(&h, &nodes[i]);
			n++;
		}
		inside[i] = !inside[i];
		if (round % 16 == 0) {
			const struct ci_heap_node *first = ci_heap_first(&h);

			equal(ci_heap_check(&h), n);
			for (int j = 0; j < NODES; j++)
				wrong += inside[j] && (nodes[j].key < first->key ||
						       (nodes[j].key == first->key &&
							nodes[j].seq < first->seq));
			equal(wrong, 0);
		}
	}
}

TEST(extreme_keys_are_in_order)
{
	struct ci_heap_node low = { .key = INT64_MIN }, zero = { .key = 0 },
			    high = { .key = INT64_MAX };
	struct ci_heap h = { .root = NULL };

	ci_heap_push(&h, &high);
	ci_heap_push(&h, &low);
	ci_heap_push(&h, &zero);
	ck_assert_ptr_eq(take_first(&h), &low);
	ck_assert_ptr_eq(take_first(&h), &zero);
	ck_assert_ptr_eq(take_first(&h), &high);
}

/* As loops use it: time passes, nodes are due after some lengths of time, and some are taken out
 * before. More lengths than there are runs. The reference looks at all nodes. */
TEST(a_crowd_of_a_few_lengths_of_sleep_is_in_order)
{
	enum { NODES = 200, LENGTHS = CI_HEAP_RUNS + 2 };
	static struct ci_heap_node nodes[NODES];
	static bool inside[NODES];
	struct ci_heap h = { .root = NULL };
	int64_t now = 0;
	uint64_t seq = 0;
	long n = 0;

	random_state = 3;
	for (int round = 0; round < 20000; round++) {
		int i = (int)(random_number() % NODES), first = -1;

		now += random_number() % 3;
		if (inside[i]) {
			ci_heap_remove(&h, &nodes[i]);
		} else {
			nodes[i].key = now + (int64_t)10 * (1 << random_number() % LENGTHS);
			nodes[i].seq = seq++;
			ci_heap_push(&h, &nodes[i]);
		}
		n += inside[i] ? -1 : 1;
		inside[i] = !inside[i];
		for (int j = 0; j < NODES; j++)
			if (inside[j] && (first < 0 || comes_before(&nodes[j], &nodes[first])))
				first = j;
		ck_assert_ptr_eq(ci_heap_first(&h), first < 0 ? NULL : &nodes[first]);
		equal(ci_heap_check(&h), n);
		if (first >= 0 && nodes[first].key <= now) {
			ck_assert_ptr_eq(take_first(&h), &nodes[first]);
			inside[first] = false;
			n--;
		}
	}
}

/* Each shape of a run: its first, its last, its only node and one between. */
TEST(a_sorted_row_may_be_taken_apart_in_any_order)
{
	static const int orders[][4] = {
		{ 0, 1, 2, 3 }, { 3, 2, 1, 0 }, { 1, 2, 0, 3 }, { 2, 1, 3, 0 }, { 0, 3, 1, 2 }
	};

	for (size_t k = 0; k < sizeof orders / sizeof *orders; k++) {
		struct ci_heap_node nodes[4];
		struct ci_heap h = { .root = NULL };

		for (int i = 0; i < 4; i++) {
			nodes[i] = (struct ci_heap_node){ .key = 7, .seq = (uint64_t)i };
			ci_heap_push(&h, &nodes[i]);
		}
		for (int i = 0; i < 4; i++) {
			equal(ci_heap_check(&h), 4 - i);
			ci_heap_remove(&h, &nodes[orders[k][i]]);
		}
		equal(ci_heap_check(&h), 0);
		ck_assert_ptr_null(ci_heap_first(&h));
	}
}

/* Recursion over so many would need megabytes of stack: this thread has 256 KiB. */
THREAD(sort_many)
{
	enum { NODES = 100000 };
	struct ci_heap_node *nodes = calloc(NODES, sizeof *nodes);
	struct ci_heap h = { .root = NULL };
	int64_t last = -1;
	int wrong = 0;

	for (int i = 0; i < NODES; i++) {
		nodes[i].key = i % 2 ? i : NODES - i;
		nodes[i].seq = (uint64_t)i;
		ci_heap_push(&h, &nodes[i]);
	}
	equal(ci_heap_check(&h), NODES);
	for (int i = 0; i < NODES; i++) {
		const struct ci_heap_node *n = take_first(&h);

		wrong += n->key < last;
		last = n->key;
	}
	equal(wrong, 0);
	free(nodes);
	return NULL;
}

TEST(many_nodes_need_no_stack)
{
	pthread_attr_t attr;
	pthread_t t;

	pthread_attr_init(&attr);
	ok(pthread_attr_setstacksize(&attr, 256 * 1024));
	ok(pthread_create(&t, &attr, sort_many, NULL));
	pthread_attr_destroy(&attr);
	thread_join(t);
}

TEST_CASE("clock");

TEST(sums_of_times_do_not_overflow)
{
	equal(ci_clock_add(5, 3), 8);
	equal(ci_clock_add(5, 0), 5);
	equal(ci_clock_add(5, -1), 5); /* negative: now */
	equal(ci_clock_add(5, INT64_MIN), 5);
	equal(ci_clock_add(5, CIGO_NEVER), CIGO_NEVER);
	equal(ci_clock_add(5, CIGO_NEVER - 5), CIGO_NEVER);
	equal(ci_clock_add(5, CIGO_NEVER - 6), CIGO_NEVER - 1);
	equal(ci_clock_add(CIGO_NEVER, 1), CIGO_NEVER);
	equal(ci_clock_add(0, CIGO_NEVER), CIGO_NEVER);
}

TEST(milliseconds_are_rounded_up)
{
	equal(ci_clock_ms(0), 0);
	equal(ci_clock_ms(-5), 0);
	equal(ci_clock_ms(1), 1);
	equal(ci_clock_ms(999999), 1);
	equal(ci_clock_ms(1000000), 1);
	equal(ci_clock_ms(1000001), 2);
	equal(ci_clock_ms(CIGO_NEVER), -1);
	equal(ci_clock_ms(CIGO_NEVER - 1), 86400000); /* a day at most: it looks again */
}

TEST(a_timespec_has_all_nanoseconds)
{
	struct timespec t = ci_clock_timespec(INT64_C(1234567890123456789));

	equal(t.tv_sec, 1234567890);
	equal(t.tv_nsec, 123456789);
	t = ci_clock_timespec(INT64_MAX);
	ck_assert_int_ge(t.tv_nsec, 0);
	ck_assert_int_lt(t.tv_nsec, 1000000000);
}

TEST(the_clock_is_the_monotonic_one)
{
	int64_t before = t_real_now(), now = ci_clock_now();

	ck_assert_int_ge(now, before);
	ck_assert_int_le(now, t_real_now());
}

TEST_CASE("table");

TEST(a_key_leads_to_its_value)
{
	struct ci_table t = { 0 };
	int values[3];
	uint64_t keys[3];

	for (int i = 0; i < 3; i++) {
		keys[i] = ci_table_add(&t, &values[i]);
		ck_assert_uint_gt(keys[i], 0);
		ck_assert_uint_lt(keys[i], UINT64_C(1) << 63);
	}
	for (int i = 0; i < 3; i++)
		ck_assert_ptr_eq(ci_table_get(&t, keys[i]), &values[i]);
	ck_assert_ptr_eq(ci_table_remove(&t, keys[1]), &values[1]);
	ck_assert_ptr_null(ci_table_get(&t, keys[1]));
	ck_assert_ptr_null(ci_table_remove(&t, keys[1]));
	ck_assert_ptr_eq(ci_table_get(&t, keys[0]), &values[0]);
	ck_assert_ptr_eq(ci_table_get(&t, keys[2]), &values[2]);
	ci_table_fini(&t);
}

TEST(an_old_key_never_leads_to_a_new_value)
{
	struct ci_table t = { 0 };
	int value, other, wrong = 0;
	uint64_t old = ci_table_add(&t, &value);

	ci_table_remove(&t, old);
	for (int i = 0; i < 100000; i++) {
		uint64_t key = ci_table_add(&t, &other);

		wrong += key == old || ci_table_get(&t, old) != NULL;
		wrong += ci_table_remove(&t, key) != &other;
	}
	equal(wrong, 0);
	ck_assert_uint_le(t.used, 1); /* one slot did for all */
	ci_table_fini(&t);
}

TEST(any_number_may_be_asked_for)
{
	struct ci_table t = { 0 };
	uint64_t odd[] = { 0, 1, 2, UINT32_MAX, UINT64_C(1) << 32, UINT64_MAX, INT64_MAX };
	int value;

	for (size_t i = 0; i < sizeof odd / sizeof *odd; i++)
		ck_assert_ptr_null(ci_table_get(&t, odd[i]));
	ci_table_remove(&t, ci_table_add(&t, &value));
	for (size_t i = 0; i < sizeof odd / sizeof *odd; i++)
		ck_assert_ptr_null(ci_table_remove(&t, odd[i]));
	ci_table_fini(&t);
}

TEST(a_table_grows)
{
	enum { VALUES = 10000 };
	static int values[VALUES];
	static uint64_t keys[VALUES];
	struct ci_table t = { 0 };

	for (int i = 0; i < VALUES; i++)
		keys[i] = ci_table_add(&t, &values[i]);
	for (int i = 0; i < VALUES; i += 3)
		ck_assert_ptr_eq(ci_table_remove(&t, keys[i]), &values[i]);
	for (int i = 0; i < VALUES; i++)
		ck_assert_ptr_eq(ci_table_get(&t, keys[i]), i % 3 ? &values[i] : NULL);
	ci_table_fini(&t);
	ck_assert_ptr_null(ci_table_get(&t, keys[1]));
}

/* All of s, character by character. */
static const char *as_json(const char *s)
{
	static char out[256];
	char text[8];

	for (*out = '\0'; *s; strcat(out, text))
		s += ci_json_character(s, text);
	return out;
}

TEST(texts_become_json)
{
	ck_assert_str_eq(as_json("plain"), "plain");
	ck_assert_str_eq(as_json("say \"a\\b\""), "say \\\"a\\\\b\\\"");
	ck_assert_str_eq(as_json("a\tb\n\x7f"), "a\\u0009b\\u000a\\u007f");
	ck_assert_str_eq(as_json("Gr\u00fc\u00dfe \U0001f642"), "Gr\u00fc\u00dfe \U0001f642");
	ck_assert_str_eq(as_json("a\xff\xc3"), "a\\ufffd\\ufffd");
}
