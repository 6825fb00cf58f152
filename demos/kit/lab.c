/* SPDX-License-Identifier: MIT
 * The lab: runs the teaching demos in both models, says in a few lines what came out, and writes a
 * page of it all, with a timeline of each demo.
 */
#include "demos/kit/lab.h"
#include "demos/cost/cost.h"
#include "demos/kit/beside.h"
#include "demos/kit/kit_play.h"
#include "demos/kit/tidy.h"
#include "demos/timeline/timeline_table.h"

#include <cigo.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static const char *const all_demos[] = { "race",       "starve",     "philosophers", "prodcons",
					 "interleave", "generators", "echo",	     "httpd" };

enum { INDENT = 5, EDGE = 80 };

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Runs a demo, its output to files; the exit status, or -errno. */
static int run(const char *const *argv, const char *said, const char *complained)
{
	posix_spawn_file_actions_t files;
	int err, status;
	pid_t pid;

	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&files, 1, said, O_WRONLY | O_CREAT | O_TRUNC, 0666);
	posix_spawn_file_actions_addopen(&files, 2, complained, O_WRONLY | O_CREAT | O_TRUNC, 0666);
	err = posix_spawn(&pid, argv[0], &files, NULL, (char *const *)(intptr_t)argv, environ);
	posix_spawn_file_actions_destroy(&files);
	if (err)
		return -err;
	tidy_child(pid, SIGTERM);
	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			return -errno;
	}
	tidy_child(0, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* The demo's table, and why there is none. */
static void try_demo(const struct lab *lab, struct lab_demo *d)
{
	static char why[LAB_MOST][100];
	char program[PATH_MAX], page[PATH_MAX], said[PATH_MAX], complained[PATH_MAX];
	size_t i = (size_t)(d - lab->demos);

	snprintf(program, sizeof program, "%s/%s", lab->from, d->name);
	snprintf(page, sizeof page, "%s/%s.html", lab->out, d->name);
	snprintf(said, sizeof said, "%s/%s.json", lab->out, d->name);
	snprintf(complained, sizeof complained, "%s/%s.log", lab->out, d->name);
	unlink(page);
	tidy_path(complained);
	tidy_path(said);
	int status = run((const char *const[]){ program, "--model", "all", "--timeline", page,
						"--json", NULL },
			 said, complained);
	char *text = timeline_read(said), *words = timeline_read(complained);

	d->said = text ? json_read(text) : NULL;
	d->timeline = !access(page, R_OK);
	d->failed = why[i];
	if (status < 0)
		snprintf(why[i], sizeof why[i], "cannot run demos/%s: %s", d->name,
			 strerror(-status));
	else if (status)
		snprintf(why[i], sizeof why[i], "exit status %d", status);
	else if (!d->said)
		snprintf(why[i], sizeof why[i], "no table");
	else
		d->failed = NULL;
	tidy_up(1);
	if (d->failed && words && *words)
		tidy_forget(0);
	tidy_up(0);
	free(text);
	free(words);
}

/* The demo as a game, for the page; false: there is none, and NAME.play.log says why. */
static bool make_game(const struct lab *lab, const struct lab_demo *d)
{
	char program[PATH_MAX], page[PATH_MAX], complained[PATH_MAX];

	snprintf(program, sizeof program, "%s/%s", lab->from, d->name);
	snprintf(page, sizeof page, "%s/%s.play.html", lab->out, d->name);
	snprintf(complained, sizeof complained, "%s/%s.play.log", lab->out, d->name);
	unlink(page);
	tidy_path(complained);
	int status = run((const char *const[]){ program, "--play", page, NULL }, "/dev/null",
			 complained);
	if (status)
		tidy_forget(0);
	tidy_up(0);
	return !status;
}

/* ---- on the terminal ---- */

static int characters(const char *s)
{
	int n = 0;

	for (; *s; s++)
		n += (*s & 0xc0) != 0x80;
	return n;
}

/* Padded to width; to the left of the text, if width is negative. */
static void pad(const char *s, int width)
{
	int blanks = abs(width) - characters(s);

	if (blanks < 0)
		blanks = 0;
	if (width < 0)
		printf("%*s%s", blanks, "", s);
	else
		printf("%s%*s", s, blanks, "");
}

static const struct json *first(const struct json *list)
{
	return list ? list->first : NULL;
}

/* Of a variant the row that its table begins with. */
static const struct json *first_row(const struct json *said, const struct json *variant)
{
	const struct json *r = first(json_get(said, "rows"));

	while (r && strcmp(json_text(r, "variant"), json_text(variant, "name")))
		r = r->next;
	return r;
}

static int head_of(const struct json *variant, const struct json *row, char *head, size_t n)
{
	snprintf(head, n, "%s: %s", json_text(variant, "name"), json_text(row, "what"));
	return characters(head);
}

/* Columns are as wide as the names of the models, or as the widest value. */
static int width_of(const struct json *said)
{
	int wide = 0;

	for (const struct json *m = first(json_get(said, "models")); m; m = m->next)
		wide = m->text && characters(m->text) > wide ? characters(m->text) : wide;
	for (const struct json *v = first(json_get(said, "variants")); v; v = v->next) {
		const struct json *t = first(json_get(first_row(said, v), "values"));

		for (; t; t = t->next)
			wide = t->text && characters(t->text) > wide ? characters(t->text) : wide;
	}
	return wide;
}

static void print_values(const struct json *values, int wide)
{
	for (const struct json *v = first(values); v; v = v->next) {
		pad(v->text && *v->text ? v->text : "-", -wide);
	}
	putchar('\n');
}

/* Between columns, so that the line fits into a terminal if it can. */
static int gap(const struct json *said, int head, int wide)
{
	int n = 0;

	for (const struct json *m = first(json_get(said, "models")); m; m = m->next)
		n++;
	return head + n * (wide + 2) > EDGE ? 1 : 2;
}

static void print_summary(const struct json *said)
{
	const struct json *variants = json_get(said, "variants");
	int wide = width_of(said), widest = 0;
	char head[256];

	for (const struct json *v = first(variants); v; v = v->next) {
		int n = head_of(v, first_row(said, v), head, sizeof head);

		widest = n > widest ? n : widest;
	}
	printf("%*s", INDENT + widest, "");
	wide += gap(said, INDENT + widest, wide);
	print_values(json_get(said, "models"), wide);
	for (const struct json *v = first(variants); v; v = v->next) {
		const struct json *r = first_row(said, v);

		if (!r)
			continue;
		head_of(v, r, head, sizeof head);
		printf("%*s", INDENT, "");
		pad(head, widest);
		print_values(json_get(r, "values"), wide);
	}
	putchar('\n');
}

static void print_failure(const struct lab *lab, const struct lab_demo *d)
{
	printf("     failed: %s; see %s/%s.log\n\n", d->failed, lab->out, d->name);
}

static void print_game(const struct lab *lab, const struct lab_demo *d)
{
	double begin = now();

	printf("     as a game ... ");
	fflush(stdout);
	if (make_game(lab, d))
		printf("%.1f s\n\n", now() - begin);
	else
		printf("none; see %s/%s.play.log\n\n", lab->out, d->name);
}

static int run_all(struct lab *lab)
{
	int failed = 0;

	for (size_t i = 0; i < lab->n; i++) {
		struct lab_demo *d = &lab->demos[i];
		double begin = now();

		printf("%zu/%zu  ", i + 1, lab->n);
		printf("%s ... ", d->name);
		fflush(stdout);
		try_demo(lab, d);
		printf("%.1f s\n", now() - begin);
		if (d->said)
			print_summary(d->said);
		if (d->failed)
			print_failure(lab, d);
		if (lab->games && kit_play_has(d->name))
			print_game(lab, d);
		fflush(stdout);
		failed += d->failed != NULL;
	}
	return failed;
}

/* ---- */

/* The demos beside this program. */
static const char *own_folder(void)
{
	static char path[PATH_MAX];

	return beside_folder(path) ? path : ".";
}

static bool is_built(const struct lab *lab, const char *name)
{
	char path[PATH_MAX];
	struct stat s;

	snprintf(path, sizeof path, "%s/%s", lab->from, name);
	return !access(path, X_OK) && !stat(path, &s) && S_ISREG(s.st_mode);
}

static void print_demos(FILE *f)
{
	for (size_t i = 0; i < sizeof all_demos / sizeof *all_demos; i++)
		fprintf(f, "%s%s", i ? ", " : "", all_demos[i]);
}

static bool add_demo(struct lab *lab, const char *name)
{
	for (size_t i = 0; i < lab->n; i++)
		if (!strcmp(lab->demos[i].name, name))
			return true;
	if (!*name || strchr(name, '/') || !is_built(lab, name)) {
		fprintf(stderr, "lab: there is no demo '%s' in the folder %s\nDemos:\n  ", name,
			lab->from);
		print_demos(stderr);
		fputs("\n", stderr);
		return false;
	}
	if (lab->n == LAB_MOST) {
		fprintf(stderr, "lab: '%s' is one too many; it shows %d demos at most\n", name,
			LAB_MOST);
		return false;
	}
	lab->demos[lab->n++].name = name;
	return true;
}

/* Those that were asked for, or all that are built. False: it has said why not. */
static bool choose(struct lab *lab, char **names)
{
	bool fine = true, all = !*names;

	for (; fine && *names; names++)
		fine = add_demo(lab, *names);
	for (size_t i = 0; all && i < sizeof all_demos / sizeof *all_demos; i++) {
		if (is_built(lab, all_demos[i]))
			lab->demos[lab->n++].name = all_demos[i];
		else
			fprintf(stderr, "(left out, as it is not built: %s)\n", all_demos[i]);
	}
	if (fine && !lab->n)
		fprintf(stderr, "lab: none of the demos is in the folder %s\n", lab->from);
	return fine && lab->n;
}

/* A folder that takes files; else errno says why not. */
static bool can_write(const char *folder)
{
	struct stat s;

	if (stat(folder, &s) || access(folder, W_OK | X_OK))
		return false;
	errno = ENOTDIR;
	return S_ISDIR(s.st_mode);
}

static int usage(FILE *out)
{
	fputs("usage: lab [OPTION]... [DEMO]...\n"
	      "       lab --cost [OPTION]... [OUT.html]\n\n"
	      "Runs the teaching demos (all, or those named) in both models, and writes an HTML\n"
	      "page: of each a question, the timelines, the tables, the code.\n\n"
	      "  --out FOLDER       where to write index.html and the timelines (default: lab)\n"
	      "  --from FOLDER      where the demos are (default: the folder of this program)\n"
	      "  --edition EDITION  student (default): results are sealed until one has voted;\n"
	      "                     teacher: results and answers are shown\n"
	      "  --games            also make the games, in which you are the scheduler: of\n"
	      "                     ",
	      out);
	kit_play_names(out);
	fputs("\n"
	      "  --slides           write slides.html, too: one idea a screen, arrow keys\n"
	      "  --cost             measure what serving costs instead: coroutines, threads,\n"
	      "                     epoll by connections, computing, size of messages, CPUs;\n"
	      "                     lab --cost --help says more\n"
	      "  --help             print this text\n\n"
	      "Demos:\n  ",
	      out);
	print_demos(out);
	fputs("\n", out);
	return out == stdout ? 0 : 2;
}

static bool take_edition(struct lab *lab, const char *name)
{
	lab->teacher = !strcmp(name, "teacher");
	if (lab->teacher || !strcmp(name, "student"))
		return true;
	fprintf(stderr, "lab: there is no edition '%s' (student, teacher)\n", name);
	return false;
}

struct choice {
	bool slides;
	int status; /* -1: go on */
};

static struct choice parse(struct lab *lab, int argc, char **argv)
{
	static const struct option options[] = { { "out", required_argument, NULL, 'o' },
						 { "from", required_argument, NULL, 'f' },
						 { "edition", required_argument, NULL, 'e' },
						 { "games", no_argument, NULL, 'g' },
						 { "slides", no_argument, NULL, 's' },
						 { "help", no_argument, NULL, 'h' },
						 { NULL, 0, NULL, 0 } };
	struct choice c = { .status = -1 };

	for (int o; c.status < 0 && (o = getopt_long(argc, argv, "o:f:h", options, NULL)) != -1;) {
		switch (o) {
		case 'o': lab->out = optarg; break;
		case 'f': lab->from = optarg; break;
		case 'g': lab->games = true; break;
		case 's': c.slides = true; break;
		case 'e': c.status = take_edition(lab, optarg) ? -1 : 2; break;
		default: c.status = usage(o == 'h' ? stdout : stderr);
		}
	}
	if (!lab->from)
		lab->from = own_folder();
	return c;
}

static bool write_pages(const struct lab *lab, bool slides)
{
	int err = lab_page(lab, "index.html", false);

	if (!err && slides)
		err = lab_page(lab, "slides.html", true);
	if (err)
		fprintf(stderr, "lab: cannot write a page to %s: %s\n", lab->out, strerror(-err));
	return !err;
}

static void say_where(const struct lab *lab, bool slides, double took)
{
	char where[PATH_MAX];

	if (!realpath(lab->out, where))
		snprintf(where, sizeof where, "%s", lab->out);
	printf("%zu demos in %.0f s. Tables and timelines, for a browser:\n\n  file://%s/index.html\n",
	       lab->n, took, where);
	if (slides)
		printf("  file://%s/slides.html\n", where);
}

static bool asks_for_cost(char **argv)
{
	while (*++argv)
		if (strcmp(*argv, "--cost") == 0)
			return true;
	return false;
}

int main(int argc, char **argv)
{
	static struct lab lab = { .out = "lab", .library = "cigo " CIGO_VERSION };
	double begin = now();

	if (asks_for_cost(argv))
		return cost_main(argc, argv);
	struct choice c = parse(&lab, argc, argv);

	if (c.status >= 0)
		return c.status;
	if (!choose(&lab, argv + optind))
		return 2;
	if ((mkdir(lab.out, 0777) && errno != EEXIST) || !can_write(lab.out)) {
		fprintf(stderr, "lab: cannot write to the folder '%s': %s\n", lab.out,
			strerror(errno));
		return 1;
	}
	tidy_open();
	puts("The same programs, the same threads, in two models: cooperative and preemptive.\n");
	int failed = run_all(&lab);

	if (!write_pages(&lab, c.slides))
		return 1;
	say_where(&lab, c.slides, now() - begin);
	for (size_t i = 0; i < lab.n; i++)
		json_free(lab.demos[i].said);
	if (fflush(stdout) || ferror(stdout)) {
		fprintf(stderr, "lab: cannot write to standard output: %s\n", strerror(errno));
		return 1;
	}
	return failed > 0;
}
