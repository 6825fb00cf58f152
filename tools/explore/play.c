/* SPDX-License-Identifier: MIT
 * --play: the games of one page, each a search of its own.
 */
#include "tools/explore/play.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/explore/game.h"
#include "tools/explore/program.h"
#include "tools/explore/progress.h"

enum { EXIT_WRITTEN = 0, EXIT_NOT_WRITTEN = 2, SCHEDULES = 20000, GAMES = 16 };

struct session {
	const struct play_stop *stop;
	struct game_page page;
	char *program; /* of the first game, for its source and as a title; owned */
	char *boards;  /* as JSON, with commas between */
	size_t boards_size, boards_n;
	FILE *out; /* to `boards` */
	bool quiet;
	struct options games[GAMES];
	size_t games_n;
};

static int complain(const char *what, const char *why)
{
	fprintf(stderr, "cigo-explore: %s%s%s\n", what, why ? ": " : "", why ? why : "");
	return -EIO;
}

/* --- one game -------------------------------------------------------------------------------- */

static void tell(const struct game_board *b, const cigo_report *r)
{
	printf("%s: %" PRIu64 " schedule%s, %" PRIu64 " of them fail%s; %zu outcome%s",
	       b->options->model ? b->options->model : b->options->command[0], r->schedules,
	       r->schedules == 1 ? "" : "s", r->failures, r->failures == 1 ? "s" : "",
	       r->n_outcomes, r->n_outcomes == 1 ? "" : "s");
	if (b->why)
		printf("; not all: %s", b->why);
	else if (b->preemptions >= 0)
		printf("; all with at most %d forced switch%s", b->preemptions,
		       b->preemptions == 1 ? "" : "es");
	puts(".");
}

static const char *why_not_all(const struct session *s, const cigo_report *r)
{
	if (r->complete)
		return NULL;
	return *s->stop->stopped ? "interrupted" : r->incomplete ? r->incomplete : "a limit";
}

static int search(struct session *s, struct runner *r, struct options *o)
{
	struct progress progress = { .name = o->command[0],
				     .on = !s->quiet && isatty(STDERR_FILENO) && getenv("TERM") &&
					   strcmp(getenv("TERM"), "dumb"),
				     .stopped = s->stop->stopped };
	cigo_report report = { .size = sizeof report };
	struct game_board board;

	o->search.all = true;
	o->search.progress = progress_draw;
	o->search.progress_arg = &progress;
	game_begin(&board, &s->page, r, o);
	int err = ci_search(&o->search, &board.base, &report);
	progress_end(&progress);
	if (err < 0 && !(err == -EINTR && *s->stop->stopped))
		return complain(r->why[0] ? r->why : cigo_strerror(err), NULL);
	board.preemptions = report.preemptions;
	board.why = why_not_all(s, &report);
	if (s->boards_n++)
		fputc(',', s->out);
	err = board.root ? game_write_board(&board, s->out) : -ENODATA;
	if (!err && !s->quiet)
		tell(&board, &report);
	game_end(&board);
	cigo_report_free(&report);
	return err ? complain(o->command[0],
			      err == -ENODATA ? "no run could be recorded" : cigo_strerror(err))
		   : 0;
}

static int add_game(struct session *s, struct options *o)
{
	static struct runner r;
	char why[512], *path = program_find(o->command[0], why, sizeof why);

	if (!path)
		return complain(why, NULL);
	int err = runner_open(&r, path, o->command, o->model, o->search.hang_ns, s->stop->fd);
	err = err ? complain(o->command[0], cigo_strerror(err)) : search(s, &r, o);
	runner_close(&r);
	if (s->program)
		free(path);
	else
		s->program = path;
	return err;
}

/* --- all games ------------------------------------------------------------------------------- */

/* The model that the environment names; NULL: none that is known. */
static const char *model_of_environment(void)
{
	const char *model = getenv("CIGO_MODEL");

	return model && (strcmp(model, "cooperative") == 0 || strcmp(model, "preemptive") == 0)
		       ? model
		       : NULL;
}

/* In both models, if it is the only one and nothing else is said. */
static int add_models(struct session *s, struct options *o, bool alone)
{
	static const char *const models[] = { "cooperative", "preemptive" };
	int err = 0;

	if (!o->search.schedules)
		o->search.schedules = SCHEDULES;
	if (!o->model)
		o->model = model_of_environment();
	if (o->model || !alone)
		return add_game(s, o);
	for (size_t i = 0; i < 2 && !err; i++) {
		o->model = models[i];
		err = add_game(s, o);
	}
	return err;
}

/* The word "++" of a command; NULL: there is none. */
static char **find_next(char **command)
{
	while (*command && strcmp(*command, "++") != 0)
		command++;
	return *command ? command : NULL;
}

/* Each command ends before "++", whose place this command's name takes as the first of the next one's
 * arguments. All are read before the first search begins. -errno: said. */
static int read_games(struct session *s, struct options *first)
{
	static char name[] = "cigo-explore";
	char **next = find_next(first->command);

	s->games[s->games_n++] = *first;
	while (next) {
		int n = 1;

		if (s->games_n == GAMES)
			return complain("more than 16 games on one page", NULL);
		*next = NULL; /* the end of the command before */
		char **argv = next;
		next = find_next(argv + 1);
		if (next)
			*next = NULL;
		while (argv[n])
			n++;
		argv[0] = name;
		enum options_answer answer = options_parse(&s->games[s->games_n], n, argv);
		argv[0] = NULL;
		if (answer != OPTIONS_FINE)
			return -EINVAL;
		s->games_n++;
	}
	return 0;
}

static int add_all(struct session *s, struct options *first)
{
	int err = read_games(s, first);

	for (size_t i = 0; i < s->games_n && !err; i++)
		err = add_models(s, &s->games[i], s->games_n == 1);
	return err;
}

static int write_page(struct session *s, const struct options *o)
{
	int err = game_write_page(&s->page, o->title, s->program, s->boards, o->play);

	if (err)
		return complain(o->play, cigo_strerror(err));
	if (!s->quiet)
		printf("The game is in %s; open it in a browser.\n", o->play);
	return 0;
}

/* That the page cannot be written is said before the search, not after it. False: said. */
static bool may_write(const char *path)
{
	bool there = access(path, F_OK) == 0;
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);

	if (fd < 0) {
		complain(path, cigo_strerror(-errno));
		return false;
	}
	close(fd);
	if (!there)
		unlink(path);
	return true;
}

int play(struct options *o, const struct play_stop *stop)
{
	struct session s = { .stop = stop, .quiet = o->quiet };

	if (!may_write(o->play))
		return EXIT_NOT_WRITTEN;
	s.out = open_memstream(&s.boards, &s.boards_size);
	int err = s.out ? add_all(&s, o) : complain("no memory", NULL);
	if (s.out && fclose(s.out) && !err)
		err = complain("no memory", NULL);
	if (!err)
		err = write_page(&s, o);
	game_page_fini(&s.page);
	free(s.boards);
	free(s.program);
	return err ? EXIT_NOT_WRITTEN : EXIT_WRITTEN;
}
