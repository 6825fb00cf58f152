/* SPDX-License-Identifier: MIT
 * CIGO_SCHEDULE=play: a person at a terminal chooses. The test is that person; the terminal is a
 * pseudo-terminal, the program tests/tools/played.c.
 */
#include "tests/tools/kit.h"

#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>

#include "schedule/play.h"

/* ---- a program on a terminal of its own ---- */

struct setting {
	const char *what;	     /* the program's argument; NULL: none */
	const char *schedule;	     /* NULL: play */
	const char *model;	     /* NULL: cooperative */
	const char *term, *no_color; /* NULL: dumb; not set */
	int columns, rows;	     /* 0: 80, 24 */
	const char *input, *output;  /* files for stdin and stdout; NULL: the terminal */
	bool no_terminal;	     /* all three are files */
};

static struct {
	pid_t pid;
	int fd;		    /* the other end of its terminal */
	char text[1 << 16]; /* all that it has printed; no CR */
	size_t n;
	size_t seen; /* what was expected, and came, ends here */
} screen;

#define play(...) start(&(struct setting){ __VA_ARGS__ })

static void onto(const char *path, int flags, int fd)
{
	int file = open(path, flags, 0600);

	if (file < 0 || dup2(file, fd) < 0)
		_exit(97);
}

static void set_environment(const struct setting *s)
{
	setenv("CIGO_SCHEDULE", s->schedule ? s->schedule : "play", 1);
	setenv("TERM", s->term ? s->term : "dumb", 1);
	if (s->no_color)
		setenv("NO_COLOR", s->no_color, 1);
	else
		unsetenv("NO_COLOR");
	setenv("CIGO_MODEL", s->model ? s->model : "cooperative", 1);
	unsetenv("CIGO_DEBUG");
}

_Noreturn static void be_the_program(const struct setting *s, const char *terminal)
{
	struct rlimit no_core = { 0, 0 };
	const char *folder = getenv("top_builddir");
	char path[4096];

	setsid();
	setrlimit(RLIMIT_CORE, &no_core);
	signal(SIGABRT, SIG_DFL);
	for (int fd = 0; fd < 3; fd++) /* the first open makes it the terminal of the session */
		onto(s->no_terminal ? "/dev/null" : terminal, O_RDWR, fd);
	if (s->input)
		onto(s->input, O_RDONLY, 0);
	if (s->output)
		onto(s->output, O_WRONLY | O_CREAT | O_TRUNC, 1);
	if (s->no_terminal)
		onto("said", O_WRONLY | O_CREAT | O_TRUNC, 2);
	set_environment(s);
	snprintf(path, sizeof path, "%s/tests/tools/played", folder ? folder : ".");
	execl(path, path, s->what, (char *)NULL);
	_exit(98);
}

static void start(const struct setting *s)
{
	struct winsize size = { .ws_col = (unsigned short)(s->columns ? s->columns : 80),
				.ws_row = (unsigned short)(s->rows ? s->rows : 24) };
	const char *terminal;

	screen.fd = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	ck_assert_int_ge(screen.fd, 0);
	ok(grantpt(screen.fd));
	ok(unlockpt(screen.fd));
	terminal = ptsname(screen.fd);
	ok(ioctl(screen.fd, TIOCSWINSZ, &size));
	fflush(NULL);
	screen.pid = fork();
	if (screen.pid == 0)
		be_the_program(s, terminal);
	screen.n = screen.seen = 0;
	screen.text[0] = 0;
}

/* Takes what comes within ms; false: nothing came. */
static bool take(int ms)
{
	struct pollfd p = { .fd = screen.fd, .events = POLLIN };
	char part[1024];
	ssize_t n = poll(&p, 1, ms) > 0 ? read(screen.fd, part, sizeof part) : 0;

	for (ssize_t i = 0; i < n; i++)
		if (part[i] != '\r' && screen.n + 1 < sizeof screen.text)
			screen.text[screen.n++] = part[i];
	screen.text[screen.n] = 0;
	return n > 0;
}

static bool has_ended(int *ret_status)
{
	static int status;

	if (screen.pid && waitpid(screen.pid, &status, WNOHANG) == screen.pid)
		screen.pid = 0;
	*ret_status = status;
	return !screen.pid;
}

static void kill_it(void)
{
	if (screen.pid)
		kill(screen.pid, SIGKILL);
}

/* Waits for text to appear after what was expected before. */
static void see(const char *text)
{
	int64_t until = t_real_now() + (int64_t)(5e9 * t_patience());
	const char *at;
	int status;

	while (!(at = strstr(screen.text + screen.seen, text)))
		if (!take(10) && ((has_ended(&status) && !take(0)) || t_real_now() > until)) {
			kill_it();
			ck_abort_msg("\"%s\" does not appear in: %s", text,
				     screen.text + screen.seen);
		}
	screen.seen = (size_t)(at - screen.text) + strlen(text);
}

static void type(const char *text)
{
	ck_assert_int_eq(write(screen.fd, text, strlen(text)), (ssize_t)strlen(text));
}

/* The question is there; answers it. */
static void answer(const char *text)
{
	see("? help > ");
	type(text);
}

/* The program ends; its status as of waitpid. */
static int end(void)
{
	int64_t until = t_real_now() + (int64_t)(5e9 * t_patience());
	int status;

	while (!has_ended(&status)) {
		if (!take(10))
			nap(1);
		if (t_real_now() > until)
			kill_it();
	}
	while (take(0))
		;
	close(screen.fd);
	return status;
}

#define ends_with(status)                                             \
	do {                                                          \
		int status_ = end();                                  \
		ck_assert_msg(WIFEXITED(status_), "%s", screen.text); \
		equal(WEXITSTATUS(status_), status);                  \
	} while (0)

static const char *said(const char *path)
{
	static char text[4096];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = read(fd, text, sizeof text - 1);

	text[n < 0 ? 0 : n] = 0;
	close(fd);
	return text;
}

/* In a folder for files. */
static char folder[64];

static void into_a_folder(void)
{
	const char *build = getenv("top_builddir");
	char *path = realpath(build ? build : ".", NULL);

	setenv("top_builddir", path, 1);
	free(path);
	snprintf(folder, sizeof folder, "/tmp/play.%d", (int)getpid());
	ok(mkdir(folder, 0700));
	ok(chdir(folder));
}

static void leave_folder(void)
{
	unlink("in");
	unlink("out");
	unlink("said");
	ok(chdir("/"));
	ok(rmdir(folder));
}

/* ---- choosing ---- */

TEST_CASE("choosing", .seconds = 20);

TEST(it_comes_up_at_the_first_choice)
{
	play(.what = NULL);
	see("-- choice 1: what goes on? ---");
	see("balance = 100   * changed by main");
	see("   1  ann  begins\n   2  bob  begins\n");
	answer("q\n");
	see("The program ends here.");
	ends_with(1);
}

TEST(a_number_chooses)
{
	play(.what = NULL);
	answer("2\n");
	see("choice 2");
	see("   balance = 100\n   seen by bob = 100   * changed by bob\n");
	see("   1  bob  returns from cigo_yield\n      played.c:");
	see("int err = cigo_yield(CIGO_AT(ctx));\n   2  ann  returns from cigo_yield\n");
	answer("2\n");
	see("choice 3");
	see("balance = 90   * changed by ann\n   seen by bob = 100\n");
	answer("q\n");
	ends_with(1);
}

TEST(enter_takes_the_first)
{
	play(.what = NULL);
	answer("\n");
	see("choice 2");
	answer("  \n"); /* blanks are nothing */
	see("choice 3");
	answer("q\n");
	ends_with(1);
}

TEST(in_the_cooperative_model_one_goes_on_to_the_next_choice)
{
	play(.what = NULL);
	answer("c\n");
	see("choice 2");
	answer("q\n");
	ends_with(1);
}

TEST(random_goes_on_to_the_end)
{
	play(.what = NULL);
	answer("r\n");
	see("-- the end, after ");
	see("main returned 0.\nOutcome: the balance is 90\n");
	see("Enter ends this run, b goes back > ");
	type("\n");
	see("cigo: this schedule again: CIGO_SCHEDULE=replay:");
	ends_with(0);
}

TEST(the_replay_is_of_the_choices_made)
{
	play(.what = NULL);
	answer("2\n");
	answer("2\n");
	answer("1\n");
	see("-- the end, after 3 choices");
	see("b goes back > ");
	type("nonsense\n");
	see("Enter, b, or q, please.");
	type("\n");
	see("CIGO_SCHEDULE=replay:1.1\n");
	ends_with(0);
}

TEST(a_run_without_choices_asks_nothing)
{
	play(.what = "nothing");
	see("-- the end, after 0 choices");
	see("main returned -2 (No such file or directory).");
	see("cigo: this schedule again: CIGO_SCHEDULE=replay:\n");
	ends_with(2);
}

TEST(in_the_preemptive_model_threads_are_chosen)
{
	play(.model = "preemptive");
	see("choice 1: which thread goes on?");
	see("   1  main  calls cigo_");
	see("   2  ann   begins\n");
	answer("2\n");
	see("choice 2");
	answer("c\n"); /* ann, not on and on: others are asked for when it waits */
	see("which thread goes on?");
	answer("r\n");
	see("main returned 0.");
	type("\n");
	see("this schedule again: CIGO_SCHEDULE=replay:");
	ends_with(0);
}

/* ---- back ---- */

TEST_CASE("back", .seconds = 20);

TEST(back_is_a_choice_earlier)
{
	play(.what = NULL);
	answer("2\n");
	answer("2\n");
	see("choice 3");
	answer("b\n");
	see("-- back: the program starts again ---");
	see("choice 2");
	see("seen by bob = 100   * changed by bob\n");
	answer("b\n");
	see("choice 1");
	see("1  ann  begins");
	answer("b\n");
	see("This is the first choice.");
	see("choice 1");
	answer("q\n");
	ends_with(1);
	ck_assert_ptr_null(strstr(screen.text, "no way back"));
}

TEST(back_in_a_program_that_has_changed_names_what_there_was)
{
	play(.what = "changed");
	answer("1\n");
	answer("1\n");
	see("choice 3");
	answer("b\n");
	see("Not the same way again: choice 1");
	see("was among ann bob,");
	see("is among ann bob carl.");
	see("-- choice 1");
	answer("q\n");
	ends_with(1);
}

TEST(what_was_chosen_before_is_chosen_again)
{
	play(.what = NULL);
	answer("1\n");
	answer("1\n");
	answer("b\n");
	see("choice 2");
	see("   1  ann  returns");
	answer("1\n");
	answer("2\n");
	see("b goes back > ");
	type("\n");
	see("CIGO_SCHEDULE=replay:0x2.1\n");
	ends_with(0);
}

TEST(from_the_end_back_leads_to_the_last_choice)
{
	play(.what = NULL);
	answer("1\n");
	answer("1\n");
	answer("1\n");
	see("b goes back > ");
	type("b\n");
	see("choice 3");
	answer("q\n");
	ends_with(1);
}

TEST(back_from_random_choices_leads_to_where_they_began)
{
	play(.what = NULL);
	answer("2\n");
	answer("r\n");
	see("b goes back > ");
	type("b\n");
	see("choice 2");
	see("seen by bob = 100   * changed by bob");
	answer("q\n");
	ends_with(1);
}

TEST(a_failed_run_is_told_and_can_be_gone_back_in)
{
	int status;

	play(.what = "check");
	for (int i = 0; i < 3; i++)
		answer("\n");
	see("check failed: balance == 80");
	see("Failed: played.c:");
	see("Outcome: the balance is 90");
	see("b goes back > ");
	type("b\n");
	see("choice 3");
	answer("\n");
	see("b goes back > ");
	type("\n");
	see("CIGO_SCHEDULE=replay:\n");
	status = end();
	ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

TEST(by_the_option_back_leads_through_earlier_runs)
{
	play(.what = "option", .schedule = "");
	for (int i = 0; i < 3; i++)
		answer("2\n");
	see("This run again: the option schedule \"replay:1.1.1\"\n");
	see("b goes back > ");
	type("\n");
	see("choice 4");
	see("1  ann  begins");
	answer("b\n");
	see("the program starts again");
	see("choice 3");
	answer("2\n");
	see("b goes back > ");
	type("\n");
	see("choice 4");
	answer("q\n");
	ends_with(1);
}

TEST(input_from_a_file_is_read_again)
{
	into_a_folder();
	FILE *in = fopen("in", "w");
	fputs("first\nsecond\n", in);
	fclose(in);
	play(.what = "input", .input = "in");
	see("input = first");
	answer("1\n");
	answer("b\n");
	see("the program starts again");
	see("input = first");
	answer("q\n");
	ends_with(1);
	leave_folder();
}

/* ---- what is said otherwise ---- */

TEST_CASE("the dialogue", .seconds = 20);

TEST(bad_input_is_asked_again)
{
	static const char *const numbers[] = { "0", "3", "-1", "99999999999999999999" };
	static const char *const words[] = { "x", "1 2", "bb", "\xff\x01z", "1b" };

	play(.what = NULL);
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
		answer(numbers[i]);
		type("\n");
		see("There is no ");
		see(": a number from 1 to 2, please.");
		see("choice 1");
	}
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		answer(words[i]);
		type("\n");
		see(" is not understood: a number, please, or ? for help.");
		see("choice 1");
	}
	answer("q\n");
	ends_with(1);
}

TEST(help_explains_each_command)
{
	play(.what = NULL);
	answer("?\n");
	see("Each of these could go on now");
	for (const char *word = "cbrmvlq"; *word; word++)
		see((const char[]){ '\n', ' ', ' ', *word, ' ', 0 });
	answer("l\n");
	see("choice 1");
	answer("h\n");
	see("Each of these");
	answer("q\n");
	ends_with(1);
}

TEST(the_end_of_input_ends_the_program)
{
	play(.what = NULL);
	answer("1\n");
	answer("\x04");
	see("The terminal has no more input.");
	ends_with(1);
}

TEST(the_end_of_input_at_the_end_ends_nothing_else)
{
	play(.what = NULL);
	answer("r\n");
	see("b goes back > ");
	type("\x04");
	see("this schedule again");
	ends_with(0);
}

TEST(values_are_shown_on_demand)
{
	play(.what = NULL);
	answer("v\n");
	see("\n   balance = 100   * changed by main\n");
	answer("q\n");
	ends_with(1);
}

TEST(the_programs_output_stays_its_own)
{
	into_a_folder();
	play(.what = NULL, .output = "out");
	answer("r\n");
	see("b goes back > ");
	type("\n");
	ends_with(0);
	ck_assert_str_eq(said("out"), "balance 90\n");
	ck_assert_ptr_null(strstr(screen.text, "\nbalance 90\n"));
	leave_folder();
}

TEST(without_a_terminal_it_says_so)
{
	into_a_folder();
	play(.what = NULL, .no_terminal = true);
	ends_with(1);
	ck_assert_str_eq(said("said"), "cigo: CIGO_SCHEDULE=play needs a terminal\n");
	leave_folder();
}

TEST(without_a_terminal_the_option_is_misuse)
{
	into_a_folder();
	play(.what = "option", .no_terminal = true);
	int status = end();
	ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
	ck_assert_ptr_nonnull(
		strstr(said("said"), "options.schedule is \"play\": needs a terminal"));
	leave_folder();
}

TEST(a_forked_child_asks_nothing)
{
	play(.what = "fork");
	answer("r\n");
	see("b goes back > ");
	type("\n");
	see("balance 90\n");
	see("the child returned 0");
	see("CIGO_SCHEDULE=replay:");
	ends_with(0);
}

/* ---- addresses ---- */

static const void *here;

__attribute__((noinline)) static void note_caller(void)
{
	here = __builtin_return_address(0);
}

TEST(an_address_is_a_place)
{
	struct ci_candidate k = { .op = CI_OP_OTHER };
	struct ci_source source;
	char line[32];
	int number = __LINE__ + 1;
	note_caller();

	if (system("addr2line --version >/dev/null 2>&1"))
		return;
	for (int i = 0; i < 2; i++) { /* the second time it is known */
		k.pc = here;
		ci_source_find(&k, &source);
		snprintf(line, sizeof line, "test_play.c:%d", number);
		ck_assert_str_eq(source.place, line);
		ck_assert_str_eq(source.line, "note_caller();");
	}
	k.pc = &number; /* no code */
	ci_source_find(&k, &source);
	ck_assert_str_eq(source.place, "");
	fails(waitpid(-1, NULL, __WCLONE | WNOHANG), -1); /* nothing is left of addr2line */
}

/* ---- play:CHOICES ---- */

TEST_CASE("choices to begin with", .seconds = 20);

TEST(choices_are_made_then_it_asks)
{
	play(.schedule = "play:0x2");
	see("-- choice 3");
	answer("b\n");
	see("-- choice 2");
	answer("q\n");
	ends_with(1);
}

TEST(another_program_than_they_were_made_in_is_noticed)
{
	play(.schedule = "play:0.7");
	see("Not the same way again: choice 2");
	see("was number 8,");
	see("is among ");
	see("-- choice 2");
	answer("q\n");
	ends_with(1);
}

TEST(what_does_not_parse_is_misuse)
{
	play(.schedule = "play:0.x");
	see("cigo: misuse: CIGO_SCHEDULE: play:0.x: after 2 characters there is no number");
	int status = end();
	ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

/* ---- the terminal ---- */

TEST_CASE("terminals", .seconds = 20);

/* From each question's title to its prompt: no more lines, no longer ones than the terminal has. */
static void everything_fits(int columns, int rows)
{
	int lines = 0, length = 0;

	const char *end =
		strstr(screen.text, "\ncigo: "); /* the replay is one line for the shell */
	ck_assert_ptr_nonnull(end);
	for (const char *p = screen.text; p < end; p++) {
		if (strncmp(p, "-- choice", 9) == 0)
			lines = 1;
		length = *p == '\n' ? 0 : length + 1;
		lines = strncmp(p, "> ", 2) == 0 ? 0 : lines + (lines && *p == '\n');
		ck_assert_msg(length < columns, "too long: %s", p - length);
		ck_assert_int_le(lines, rows);
	}
}

static const struct terminal {
	int columns, rows;
} terminals[] = { { 80, 24 }, { 40, 24 }, { 40, 12 }, { 20, 8 }, { 132, 50 } };

TEST(long_lists_fit, TIMES(sizeof terminals / sizeof *terminals))
{
	const struct terminal *t = &terminals[_i];

	play(.what = "crowd", .columns = t->columns, .rows = t->rows);
	for (int i = 0; i < 4; i++) {
		see("> ");
		type("2\n");
	}
	see("> ");
	type("m\n");
	see("> ");
	type("q\n");
	ends_with(1);
	everything_fits(t->columns, t->rows);
	contains(screen.text, t->rows > 40 ? "\n  30  " : "more: m");
	contains(screen.text, "more: v");
	ck_assert_ptr_null(strchr(screen.text, '\033'));
	ck_assert_ptr_null(strchr(screen.text, '\a'));
}

TEST(all_of_a_long_list_can_be_seen_and_chosen)
{
	play(.what = "crowd");
	see("\n   1  ");
	answer("m\n");
	see("\n  30  ");
	see("from the first: m");
	answer("m\n");
	see("\n   1  ");
	answer("30\n");
	see("choice 2");
	answer("q\n");
	ends_with(1);
}

TEST(tasks_of_one_name_are_told_apart)
{
	play(.what = "crowd");
	see("   1  job #2 ");
	see("job #5 ");
	answer("q\n");
	ends_with(1);
}

TEST(colours_are_where_they_can_be_seen)
{
	static const struct setting settings[] = {
		{ .term = "xterm" },
		{ .term = "xterm", .no_color = "" },
		{ .term = "xterm", .no_color = "1" },
		{ .term = "dumb" },
		{ .term = "" },
	};

	for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
		start(&settings[i]);
		answer("q\n");
		ends_with(1);
		equal(strchr(screen.text, '\033') != NULL, i < 2);
	}
}
