/* SPDX-License-Identifier: MIT
 * The end of what a program has printed.
 */
#include "tools/explore/tail.h"

#include <stdint.h>
#include <string.h>
#include <unistd.h>

void tail_clear(struct tail *t)
{
	t->n = 0;
	t->cut = false;
}

/* Forgets the first half. */
static void make_room(struct tail *t)
{
	memmove(t->text, t->text + TAIL_SIZE / 2, t->n - TAIL_SIZE / 2);
	t->n -= TAIL_SIZE / 2;
	t->cut = true;
}

void tail_read(struct tail *t, int fd, size_t most)
{
	ssize_t n = 1;

	for (size_t sum = 0; n > 0 && sum < most; sum += (size_t)n) {
		if (t->n == TAIL_SIZE)
			make_room(t);
		n = read(fd, t->text + t->n, TAIL_SIZE - t->n);
		if (n > 0)
			t->n += (size_t)n;
	}
}

/* The length of the text without the ends of its last line. */
static size_t length(const struct tail *t)
{
	size_t n = t->n;

	while (n && (t->text[n - 1] == '\n' || t->text[n - 1] == '\r'))
		n--;
	return n;
}

/* Where the line begins that ends at `end`. */
static size_t line_begin(const struct tail *t, size_t end)
{
	const char *nl = memrchr(t->text, '\n', end);

	return nl ? (size_t)(nl - t->text) + 1 : 0;
}

const char *tail_line(const struct tail *t, char *buf, size_t size)
{
	size_t end = length(t), begin = line_begin(t, end);
	size_t n = end - begin < size ? end - begin : size - 1;

	memcpy(buf, t->text + begin, n);
	buf[n] = 0;
	return buf;
}

static void print_line(const char *text, size_t n, const char *prefix, FILE *out)
{
	fputs(prefix, out);
	for (size_t i = 0; i < n; i++)
		if (text[i] == '\t' || !((unsigned char)text[i] < ' ' || text[i] == 127))
			fputc(text[i], out);
	fputc('\n', out);
}

void tail_print(const struct tail *t, int lines, const char *prefix, FILE *out)
{
	size_t end = length(t), begin = line_begin(t, end);

	while (begin && --lines > 0)
		begin = line_begin(t, begin - 1);
	while (begin < end) {
		const char *text = t->text + begin, *nl = memchr(text, '\n', end - begin);
		size_t n = nl ? (size_t)(nl - text) : end - begin;

		print_line(text, n, prefix, out);
		begin += n + 1;
	}
}
