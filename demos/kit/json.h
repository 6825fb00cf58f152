/* SPDX-License-Identifier: MIT
 * Reads JSON into a tree.
 */
#ifndef CIGO_DEMOS_JSON_H
#define CIGO_DEMOS_JSON_H

enum json_kind { JSON_TEXT, JSON_LIST, JSON_OBJECT, JSON_OTHER };

struct json {
	enum json_kind kind;
	char *name; /* of a member of an object, else NULL */
	char *text; /* of a text; of a number, true, false, null: as it stands there */
	struct json *first, *next; /* what a list or an object holds; beside this one */
};

/* NULL: it is not JSON, or there is no memory. The answer is freed with json_free. */
struct json *json_read(const char *text);
void json_free(struct json *j);

/* A member of an object, or NULL; j may be NULL. */
const struct json *json_get(const struct json *j, const char *name);

/* The text of a member, "" if there is none. */
const char *json_text(const struct json *j, const char *name);

#endif
