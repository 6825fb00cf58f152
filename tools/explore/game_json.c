/* SPDX-License-Identifier: MIT
 * A board as JSON. Parts of the tree that are alike, as they are after steps that commute, are written
 * once: a node is known by its text, in which its alternatives are numbers of nodes.
 */
#include "tools/explore/game.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tools/explore/report.h"

/* The number of the node; -1: it was not recorded; INTERN_NONE also without memory, and then *err is set. */
static int64_t number(struct intern *nodes, const struct game_node *node, int *err)
{
	char *text = NULL;
	size_t size;

	if (!node)
		return -1;
	FILE *out = open_memstream(&text, &size);
	if (!out) {
		*err = -ENOMEM;
		return -1;
	}
	fprintf(out, "[%s", node->text);
	for (uint32_t i = 0; i < node->n; i++)
		fprintf(out, "%s%lld", i ? "," : ",[",
			(long long)number(nodes, node->next[i], err));
	fputs(node->n ? "]]" : "]", out);
	int64_t n = fclose(out) ? INTERN_NONE : intern(nodes, text, size);
	free(text);
	if (n < 0)
		*err = -ENOMEM;
	return n;
}

static void put_member(const char *name, const char *text, FILE *out)
{
	fprintf(out, "\"%s\":", name);
	if (text)
		report_json_text(text, strlen(text), out);
	else
		fputs("null", out);
	fputc(',', out);
}

/* What is typed behind the schedule. */
static void put_command(const struct options *o, FILE *out)
{
	char *text = NULL;
	size_t size;
	FILE *words = open_memstream(&text, &size);

	for (char **word = o->command; words && *word; word++) {
		fputs(word == o->command ? "" : " ", words);
		report_word(*word, words);
	}
	put_member("command", words && !fclose(words) ? text : NULL, out);
	free(text);
}

/* "KIND=TEXT", or "KIND": the page has words for it. */
static void put_goals(const struct options *o, FILE *out)
{
	fputs("\"goals\":[", out);
	for (size_t i = 0; i < o->goals_n; i++) {
		const char *goal = o->goals[i], *text = strchr(goal, '=');
		size_t n = text ? (size_t)(text - goal) : strlen(goal);

		fputs(i ? ",[" : "[", out);
		report_json_text(goal, n, out);
		fputc(',', out);
		report_json_text(text ? text + 1 : "", text ? strlen(text + 1) : 0, out);
		fputc(']', out);
	}
	fputs("],", out);
}

int game_write_board(const struct game_board *b, FILE *out)
{
	struct intern nodes = { .n = 0 };
	int err = 0;
	int64_t root = number(&nodes, b->root, &err);

	fputc('{', out);
	put_member("model", b->options->model, out);
	put_member("say", b->options->say, out);
	put_member("why", b->why, out);
	put_command(b->options, out);
	put_goals(b->options, out);
	fprintf(out, "\"preemptions\":%d,\"root\":%lld,\"nodes\":[\n", b->preemptions,
		(long long)root);
	for (uint32_t i = 0; i < nodes.n; i++)
		fprintf(out, "%s%s", nodes.pieces[i].bytes, i + 1 < nodes.n ? ",\n" : "");
	fputs("]}", out);
	intern_fini(&nodes);
	return err;
}
