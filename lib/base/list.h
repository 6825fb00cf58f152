/* SPDX-License-Identifier: MIT
 * Intrusive doubly linked lists: a head and its nodes are the same struct, linked in a ring.
 * Invariant: a node is in exactly one list or linked to itself, so unlinking is always legal.
 */
#pragma once

#include "base/base.h"

struct ci_list {
	struct ci_list *next, *prev;
};

#define CI_LIST_INIT(l)    \
	{                  \
		&(l), &(l) \
	}

static inline void ci_list_init(struct ci_list *l)
{
	l->next = l->prev = l;
}

static inline bool ci_list_empty(const struct ci_list *l)
{
	return l->next == l;
}

/* Whether the list has exactly one node. */
static inline bool ci_list_single(const struct ci_list *l)
{
	return l->next != l && l->next == l->prev;
}

static inline bool ci_list_linked(const struct ci_list *node)
{
	return node->next != node;
}

/* Puts node before pos; before the head means last. */
static inline void ci_list_add_before(struct ci_list *pos, struct ci_list *node)
{
	node->next = pos;
	node->prev = pos->prev;
	pos->prev->next = node;
	pos->prev = node;
}

static inline void ci_list_append(struct ci_list *head, struct ci_list *node)
{
	ci_list_add_before(head, node);
}

static inline void ci_list_prepend(struct ci_list *head, struct ci_list *node)
{
	ci_list_add_before(head->next, node);
}

static inline void ci_list_unlink(struct ci_list *node)
{
	node->prev->next = node->next;
	node->next->prev = node->prev;
	ci_list_init(node);
}

/* The first node, unlinked; NULL from an empty list. */
static inline struct ci_list *ci_list_pop(struct ci_list *head)
{
	struct ci_list *node = head->next;

	if (node == head)
		return NULL;
	ci_list_unlink(node);
	return node;
}

/* Moves all of from to the end of to. */
static inline void ci_list_splice(struct ci_list *to, struct ci_list *from)
{
	if (ci_list_empty(from))
		return;
	from->next->prev = to->prev;
	to->prev->next = from->next;
	from->prev->next = to;
	to->prev = from->prev;
	ci_list_init(from);
}

#define ci_list_entry(node, type, member) ci_container_of(node, type, member)
#define ci_list_first(head, type, member) ci_list_entry((head)->next, type, member)
#define ci_list_each(pos, head)                                                          \
	for (struct ci_list *pos = (head)->next, *pos##_next = pos->next; pos != (head); \
	     pos = pos##_next, pos##_next = pos->next)

/* The same for what the nodes are members of; the loop's body may unlink it. At the end pos is no element. */
#define ci_list_node(pos, type, member) \
	((struct ci_list *)((uintptr_t)(pos) + offsetof(type, member)))
#define ci_list_of(type, pos, head, member)                                                   \
	for (type *pos = ci_list_first(head, type, member),                                   \
		  *pos##_next = ci_list_first(ci_list_node(pos, type, member), type, member); \
	     ci_list_node(pos, type, member) != (head); pos = pos##_next,                     \
		  pos##_next = ci_list_first(ci_list_node(pos, type, member), type, member))
/* Takes one after the other out of the list, the first first, until it is empty. */
#define ci_list_pop_of(type, pos, head, member) \
	for (type * pos;                        \
	     !ci_list_empty(head) && (pos = ci_list_entry(ci_list_pop(head), type, member));)
