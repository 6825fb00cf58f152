/* SPDX-License-Identifier: MIT
 * The tree of all runs.
 */
#include "tools/explore/game.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "explore/rank.h"

enum {
	MOST_CHOICES = 1000, /* of a run; who would click so often? */
	MOST_NODES = 1 << 20
};

/* Frees the node and all below it; at most MOST_CHOICES deep. */
static void free_tree(struct game_node *node)
{
	if (!node)
		return;
	for (uint32_t i = 0; i < node->n; i++)
		free_tree(node->next[i]);
	free(node->text);
	free(node);
}

static void forget(struct game_board *b)
{
	free_tree(b->root);
	b->root = NULL;
	b->nodes = 0;
}

/* --- what is noted of a run ------------------------------------------------------------------ */

static const char *without_dots(const char *path)
{
	while (strncmp(path, "../", 3) == 0)
		path += 3;
	return path;
}

/* Whether the one path is the end of the other: CIGO_AT knows a file as the compiler was called, debugging
 * information by its whole path. */
static bool is_same_file(const char *a, const char *b)
{
	a = without_dots(a);
	b = without_dots(b);
	size_t n = strlen(a), m = strlen(b);
	if (n > m)
		return is_same_file(b, a);
	return strcmp(b + m - n, a) == 0 && (n == m || b[m - n - 1] == '/');
}

static long long file_number(const struct game_board *b, const char *path)
{
	for (uint32_t i = 0; i < b->page->files.n; i++)
		if (is_same_file(b->page->files.pieces[i].bytes, path))
			return i;
	return intern_text(&b->page->files, path);
}

static long long place_number(struct game_board *b, const char *file, int line,
			      const char *function)
{
	char text[128];
	long long f = file_number(b, file);
	long long name = intern_text(&b->page->texts, function ? function : "");

	snprintf(text, sizeof text, "[%lld,%d,%lld]", f, line, name);
	return intern_text(&b->page->places, text);
}

/* Of the step that is next; -1: not known. */
static long long place_of(struct game_board *b, const struct ci_record_option *o)
{
	const struct ci_record *r = b->base.record;
	uint64_t pc = o->op == CI_OP_START && o->entry ? o->entry + 1 : o->pc;
	const struct place *p = pc && !o->file ? places_place(&b->runner->base, pc) : NULL;

	if (o->file)
		return place_number(b, &r->text[o->file], (int)o->line, NULL);
	return p && p->file ? place_number(b, p->file, p->line, p->function) : -1;
}

static void put_actor(struct game_board *b, const struct ci_record_option *o, FILE *out)
{
	const char *text = b->base.record->text;
	char piece[256];

	snprintf(piece, sizeof piece, "[%llu,%lld,%u,%lld,%lld]", (unsigned long long)o->id,
		 (long long)intern_text(&b->page->texts, &text[o->name]), o->op,
		 (long long)intern_text(&b->page->texts, &text[o->call]), place_of(b, o));
	fprintf(out, "%lld", (long long)intern_text(&b->page->actors, piece));
}

/* Without those that have no name and no number: threads of the library's own. */
static void put_actors(struct game_board *b, uint32_t first, uint32_t n, FILE *out)
{
	const struct ci_record_option *o = &b->base.record->options[first];
	bool any = false;

	fputc('[', out);
	for (uint32_t i = 0; i < n; i++) {
		if (!o[i].id && !o[i].name)
			continue;
		fputs(any ? "," : "", out);
		put_actor(b, &o[i], out);
		any = true;
	}
	fputc(']', out);
}

/* Those shown after i choices; after the last one, all that are left. */
static void put_values(struct game_board *b, size_t i, bool last, FILE *out)
{
	const struct ci_record *r = b->base.record;
	bool any = false;

	fputc('[', out);
	for (uint32_t k = 0; k < r->shown_n; k++) {
		const struct ci_record_shown *s = &r->shown[k];

		if (last ? s->step < i : s->step != i)
			continue;
		fprintf(out, "%s%lld,%lld,%lld", any ? "," : "",
			(long long)intern_text(&b->page->texts, &r->text[s->name]),
			(long long)intern_text(&b->page->texts, &r->text[s->value]),
			(long long)intern_text(&b->page->texts, &r->text[s->by]));
		any = true;
	}
	fputc(']', out);
}

/* --- nodes ----------------------------------------------------------------------------------- */

static struct game_node *make(struct game_board *b, uint32_t n, char *text)
{
	struct game_node *node = text ? calloc(1, sizeof *node + n * sizeof(void *)) : NULL;

	if (!node) {
		free(text);
		return NULL;
	}
	node->n = n;
	node->text = text;
	b->nodes++;
	return node;
}

static struct game_node *make_choice(struct game_board *b, size_t i)
{
	const struct ci_record_step *step = &b->base.record->steps[i];
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	fprintf(out, "%u,%d,%u,", step->kind, step->stays != 0, step->passed);
	put_actors(b, step->options, step->n, out);
	fputc(',', out);
	put_actors(b, step->options + step->n, step->waiting, out);
	fputc(',', out);
	put_values(b, i, false, out);
	return make(b, step->n, fclose(out) ? NULL : text);
}

static struct game_node *make_end(struct game_board *b, size_t choices)
{
	const struct ci_record *r = b->base.record;
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	fprintf(out, "-1,%u,%lld,%lld,", r->ending,
		(long long)intern_text(&b->page->texts, r->failure),
		(long long)intern_text(&b->page->texts, r->outcome));
	put_values(b, choices, true, out);
	fputc(',', out);
	put_actors(b, r->left, r->left_n, out);
	return make(b, 0, fclose(out) ? NULL : text);
}

/* Enters the run that the record holds into the tree. -ENOMEM. */
static int enter(struct game_board *b)
{
	const struct ci_record *r = b->base.record;
	size_t n = ci_rank_choices(r);
	struct game_node **at = &b->root;

	if (r->ending == CI_ENDING_DIVERGED || n > MOST_CHOICES || b->nodes + n > MOST_NODES)
		return 0;
	for (size_t i = 0; i < n; i++) {
		if (!*at && !(*at = make_choice(b, i)))
			return -ENOMEM;
		if ((*at)->n != r->steps[i].n) /* it depends on more than its schedule */
			return 0;
		at = &(*at)->next[r->steps[i].chosen];
	}
	if (!*at)
		*at = make_end(b, n);
	return *at ? 0 : -ENOMEM;
}

/* A run that has found new points in the program is not one of the game: the search begins anew with them. */
static int run(struct ci_runner *base, const struct ci_plan *plan)
{
	struct game_board *b = (struct game_board *)base;
	int err = b->runner->base.run(&b->runner->base, plan);

	if (err)
		return err;
	if (b->sites != base->record->sites_n) {
		forget(b);
		b->sites = base->record->sites_n;
		return 0;
	}
	return enter(b);
}

/* The story is not told here. */
static const char *no_place(struct ci_runner *r, uint64_t pc, char *buf, size_t size)
{
	(void)r, (void)pc, (void)buf, (void)size;
	return NULL;
}

void game_begin(struct game_board *b, struct game_page *page, struct runner *runner,
		const struct options *o)
{
	*b = (struct game_board){ .base = { .record = runner->base.record,
					    .run = run,
					    .place_of = no_place,
					    .all_orders = true },
				  .runner = runner,
				  .page = page,
				  .options = o };
	runner->base.record->wide = true;
}

void game_end(struct game_board *b)
{
	free_tree(b->root);
	b->root = NULL;
}

void game_page_fini(struct game_page *p)
{
	intern_fini(&p->texts);
	intern_fini(&p->places);
	intern_fini(&p->actors);
	intern_fini(&p->files);
}
