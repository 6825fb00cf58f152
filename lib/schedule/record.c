/* SPDX-License-Identifier: MIT
 * The memory of a record, and the table of its texts.
 */
#include "schedule/record.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct ci_record *ci_record_map(int fd)
{
	int flags = MAP_NORESERVE | (fd < 0 ? MAP_ANONYMOUS : 0) |
		    (fd == CI_RECORD_PRIVATE ? MAP_PRIVATE : MAP_SHARED);
	void *p = mmap(NULL, sizeof(struct ci_record), PROT_READ | PROT_WRITE, flags,
		       fd < 0 ? -1 : fd, 0);

	return p == MAP_FAILED ? NULL : p;
}

void ci_record_unmap(struct ci_record *r)
{
	if (r)
		munmap(r, sizeof *r);
}

void ci_record_clear(struct ci_record *r)
{
	r->steps_n = r->options_n = r->shown_n = 0;
	r->ending = CI_ENDING_NONE;
	r->result = 0;
	r->failed_n = 0;
	r->left = r->left_n = 0;
	r->failure[0] = r->outcome[0] = 0;
	r->at = 0;
	r->run += !r->frozen;
}

void ci_record_forget(struct ci_record *r)
{
	r->text_n = r->sets_n = 0;
	memset(r->words, 0, sizeof r->words);
	memset(r->sets, 0, sizeof r->sets);
}

void ci_record_fail_v(struct ci_record *r, enum ci_ending ending, const char *format, va_list ap)
{
	r->ending = ending;
	r->failed_n = r->steps_n;
	vsnprintf(r->failure, sizeof r->failure, format, ap);
}

void ci_record_fail(struct ci_record *r, enum ci_ending ending, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	ci_record_fail_v(r, ending, format, ap);
	va_end(ap);
}

uint32_t ci_record_text(struct ci_record *r, const char *text)
{
	uint32_t hash = 2166136261u; /* FNV-1a (Fowler, Noll, Vo) */
	size_t n = 0;

	if (!text || !*text)
		return 0;
	for (; text[n]; n++)
		hash = (hash ^ (unsigned char)text[n]) * 16777619u;
	uint32_t *word = &r->words[hash % CI_RECORD_WORDS];
	for (int tries = 0; *word; word = &r->words[++hash % CI_RECORD_WORDS]) {
		if (strcmp(&r->text[*word], text) == 0)
			return *word;
		if (++tries == CI_RECORD_WORDS / 2)
			return 0;
	}
	if (r->text_n + n + 2 > sizeof r->text)
		return 0;
	*word = r->text_n + 1;
	memcpy(&r->text[*word], text, n + 1);
	r->text_n = *word + (uint32_t)n;
	return *word;
}
