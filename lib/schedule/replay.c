/* SPDX-License-Identifier: MIT
 * The text that replays a run: "replay:2.0x3.+40.1", its choices with dots between. 0xN are N zeros. +N
 * are N accesses to memory, by whichever thread, that pass before the next choice.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schedule/schedule.h"

static size_t zeros(const struct ci_record_step *steps, size_t n)
{
	size_t i = 0;

	while (i < n && !steps[i].chosen && !(i && steps[i].passed))
		i++;
	return i;
}

char *ci_replay_choices(const char *before, const struct ci_record_step *steps, size_t n)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	fputs(before, out);
	for (size_t i = 0, run; i < n; i += run ? run : 1) {
		run = zeros(steps + i, n - i);
		if (i)
			fputc('.', out);
		if (steps[i].passed)
			fprintf(out, "+%u.", steps[i].passed);
		if (run > 1)
			fprintf(out, "0x%zu", run);
		else
			fprintf(out, "%u", steps[i].chosen);
	}
	if (fclose(out)) {
		free(text);
		return NULL;
	}
	return text;
}

char *ci_replay_text(const struct ci_record_step *steps, size_t n)
{
	while (n && !steps[n - 1].chosen)
		n--;
	return ci_replay_choices("replay:", steps, n);
}

/* --- reading --------------------------------------------------------------------------------- */

static bool number(const char **text, uint64_t *ret)
{
	return ci_schedule_number(text, ret) && *ret <= UINT32_MAX;
}

/* One choice, "0xN", or "+N.": accesses before the choice that follows. */
static bool item(const char **text, uint64_t *ret_skip, uint64_t *ret_times, uint64_t *ret_chosen)
{
	*ret_times = 1;
	*ret_skip = 0;
	if (**text == '+' && (!number((++*text, text), ret_skip) || *(*text)++ != '.'))
		return false;
	if (strncmp(*text, "0x", 2) == 0) {
		*text += 2;
		*ret_chosen = 0;
		return number(text, ret_times);
	}
	return number(text, ret_chosen);
}

static int add(struct ci_given **all, size_t *n, uint64_t skip, uint64_t times, uint64_t chosen)
{
	struct ci_given *more = realloc(*all, (*n + times + 1) * sizeof *more);

	if (!more)
		return -ENOMEM;
	*all = more;
	for (; times; times--, skip = 0)
		more[(*n)++] =
			(struct ci_given){ .chosen = (uint32_t)chosen, .skip = (uint32_t)skip };
	return 0;
}

int ci_replay_parse(const char *text, struct ci_given **ret, size_t *ret_n, char why[static 256])
{
	const char *p = text;
	uint64_t skip, times, chosen;
	int err = 0;

	*ret = NULL;
	*ret_n = 0;
	while (*p && !err) {
		if (!item(&p, &skip, &times, &chosen) || (*p && (*p != '.' || !*++p))) {
			snprintf(
				why, 256,
				"after %d characters there is no number; choices look like 2.0x3.1",
				(int)(p - text));
			err = -EINVAL;
		} else if (*ret_n + times > CI_RECORD_STEPS) {
			snprintf(why, 256, "more than %d choices", CI_RECORD_STEPS);
			err = -EINVAL;
		} else {
			err = add(ret, ret_n, skip, times, chosen);
			if (err)
				snprintf(why, 256, "no memory");
		}
	}
	if (err) {
		free(*ret);
		*ret = NULL;
		*ret_n = 0;
	}
	return err;
}

/* The first line of the file, with or without "replay:". */
int ci_replay_read(const char *path, struct ci_given **ret, size_t *ret_n, char why[static 256])
{
	FILE *in = fopen(path, "re");
	char *line = NULL;
	size_t size = 0;
	ssize_t n = in ? getline(&line, &size, in) : -1;
	int err = n < 0 ? in && !ferror(in) ? -EINVAL : -errno : 0;

	if (err) {
		snprintf(why, 256, "%.200s: %s", path,
			 err == -EINVAL ? "the file is empty" : strerror(-err));
	} else {
		line[strcspn(line, "\r\n")] = 0;
		err = ci_replay_parse(line + (strncmp(line, "replay:", 7) ? 0 : 7), ret, ret_n,
				      why);
	}
	free(line);
	if (in)
		fclose(in);
	return err;
}
