/* SPDX-License-Identifier: MIT */
#include <cigo.h>
#include <stdio.h>
#include <stdlib.h>

/* A type of the program's own. */
typedef struct note {
	char text[32];
} note;

static void note_free(note *n)
{
	printf("freed: %s\n", n->text);
	free(n);
}

CIGO_AUTO_TYPE(note, note_free);

static note *make_note(const char *text)
{
	CIGO_AUTO(note) n = malloc(sizeof *n);

	if (!n)
		return NULL;
	if (snprintf(n->text, sizeof n->text, "%s", text) >= (int)sizeof n->text)
		return NULL; /* n is freed */
	return cigo_steal(note, &n);
}

static int first(cigo_ctx *ctx, void *arg, void *ret)
{
	CIGO_AUTO(note) n = make_note("remember the milk");
	CIGO_AUTO(cigo_ctx) timed = cigo_ctx_with_timeout(ctx, CIGO_MS(1));

	if (!n || !timed)
		return 1;
	cigo_must(cigo_sleep(ctx, CIGO_MS(2)));
	return cigo_sleep(timed, 0); /* both end here */
}

int main(void)
{
	printf("%s\n", cigo_strerror(cigo_run(first, NULL)));
	return 0;
}

/*
 * It prints:
 * freed: remember the milk
 * context deadline exceeded
 */
