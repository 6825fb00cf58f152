/* SPDX-License-Identifier: MIT
 * JSON by recursive descent. Texts are UTF-8 as they come.
 */
#include "demos/kit/json.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { DEEPEST = 64 };

static struct json *value(const char **at, int depth);

static void skip(const char **at)
{
	*at += strspn(*at, " \t\r\n");
}

static bool take(const char **at, char c)
{
	skip(at);
	if (**at != c)
		return false;
	++*at;
	return true;
}

static char *put_character(char *out, unsigned c)
{
	if (c < 0x80) {
		*out++ = (char)c;
	} else if (c < 0x800) {
		*out++ = (char)(0xc0 | c >> 6);
		*out++ = (char)(0x80 | (c & 0x3f));
	} else if (c < 0x10000) {
		*out++ = (char)(0xe0 | c >> 12);
		*out++ = (char)(0x80 | (c >> 6 & 0x3f));
		*out++ = (char)(0x80 | (c & 0x3f));
	} else {
		*out++ = (char)(0xf0 | c >> 18);
		*out++ = (char)(0x80 | (c >> 12 & 0x3f));
		*out++ = (char)(0x80 | (c >> 6 & 0x3f));
		*out++ = (char)(0x80 | (c & 0x3f));
	}
	return out;
}

static bool hex(const char *s, unsigned *ret)
{
	char digits[5] = "", *end;

	strncpy(digits, s, 4);
	*ret = (unsigned)strtoul(digits, &end, 16);
	return end == digits + 4;
}

/* After a backslash; what it means needs no more room than it took. */
static bool escape(const char **at, char **out)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *known = **at ? strchr(from, **at) : NULL;
	unsigned c, low;

	if (known) {
		*(*out)++ = to[known - from];
		++*at;
		return true;
	}
	if (**at != 'u' || !hex(*at + 1, &c))
		return false;
	*at += 5;
	if (c >= 0xd800 && c < 0xdc00 && (*at)[0] == '\\' && (*at)[1] == 'u' &&
	    hex(*at + 2, &low) && low >= 0xdc00 && low < 0xe000) {
		c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
		*at += 6;
	}
	*out = put_character(*out, c && (c < 0xd800 || c > 0xdfff) ? c : 0xfffd);
	return true;
}

/* Bytes up to the quote that ends a string. */
static size_t extent(const char *s)
{
	size_t n = 0;

	while (s[n] && s[n] != '"')
		n += s[n] == '\\' && s[n + 1] ? 2 : 1;
	return n;
}

static char *string(const char **at)
{
	if (!take(at, '"'))
		return NULL;
	char *text = malloc(extent(*at) + 1), *out = text;

	while (text && **at && **at != '"') {
		if (**at != '\\') {
			*out++ = *(*at)++;
			continue;
		}
		++*at;
		if (!escape(at, &out))
			break;
	}
	if (!text || **at != '"') {
		free(text);
		return NULL;
	}
	++*at;
	*out = 0;
	return realloc(text, (size_t)(out - text) + 1);
}

/* What a list or an object holds, up to the end that belongs to it. */
static bool members(const char **at, struct json *j, char end, int depth)
{
	struct json **last = &j->first;

	if (take(at, end))
		return true;
	do {
		char *name = NULL;

		if (j->kind == JSON_OBJECT && (!(name = string(at)) || !take(at, ':'))) {
			free(name);
			return false;
		}
		*last = value(at, depth + 1);
		if (!*last) {
			free(name);
			return false;
		}
		(*last)->name = name;
		last = &(*last)->next;
	} while (take(at, ','));
	return take(at, end);
}

static struct json *value(const char **at, int depth)
{
	struct json *j = calloc(1, sizeof *j);
	bool ok = false;

	skip(at);
	if (!j || depth > DEEPEST) {
		ok = false;
	} else if (**at == '"') {
		j->kind = JSON_TEXT;
		ok = (j->text = string(at)) != NULL;
	} else if (**at == '{' || **at == '[') {
		j->kind = **at == '{' ? JSON_OBJECT : JSON_LIST;
		++*at;
		ok = members(at, j, j->kind == JSON_OBJECT ? '}' : ']', depth);
	} else {
		size_t n = strspn(*at, "+-.0123456789abcdefghijklmnopqrstuvwxyzE");

		j->kind = JSON_OTHER;
		ok = n && (j->text = strndup(*at, n));
		*at += n;
	}
	if (ok)
		return j;
	json_free(j);
	return NULL;
}

struct json *json_read(const char *text)
{
	struct json *j = value(&text, 0);

	skip(&text);
	if (j && *text) {
		json_free(j);
		return NULL;
	}
	return j;
}

void json_free(struct json *j)
{
	while (j) {
		struct json *next = j->next;

		json_free(j->first);
		free(j->name);
		free(j->text);
		free(j);
		j = next;
	}
}

const struct json *json_get(const struct json *j, const char *name)
{
	for (j = j ? j->first : NULL; j; j = j->next) {
		if (j->name && !strcmp(j->name, name))
			return j;
	}
	return NULL;
}

const char *json_text(const struct json *j, const char *name)
{
	j = json_get(j, name);
	return j && j->text ? j->text : "";
}
