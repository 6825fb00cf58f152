/* SPDX-License-Identifier: MIT
 * Plain lines on a terminal: cut to its width, with colours or without.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/utf8.h"
#include "schedule/play.h"

/* --- the terminal ------------------------------------------------------------------------------ */

static bool wants_colours(void)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	return !(no && *no) && term && *term && strcmp(term, "dumb") != 0;
}

/* A process without a controlling terminal may still have one as its input. */
static int open_terminal(void)
{
	int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);

	if (fd < 0 && isatty(STDIN_FILENO) && (fcntl(STDIN_FILENO, F_GETFL) & O_ACCMODE) == O_RDWR)
		fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
	return fd;
}

int ci_screen_open(struct ci_screen *s)
{
	int fd = open_terminal();

	if (fd < 0)
		return -ENXIO;
	s->fd = fd;
	s->out = fdopen(fd, "we");
	if (!s->out) {
		close(fd);
		return -ENOMEM;
	}
	s->colours = wants_colours();
	ci_screen_measure(s);
	return 0;
}

void ci_screen_measure(struct ci_screen *s)
{
	struct winsize w = { 0 };
	bool known = ioctl(s->fd, TIOCGWINSZ, &w) == 0 && w.ws_col && w.ws_row;

	s->columns = known ? w.ws_col : 80;
	s->rows = known ? w.ws_row : 24;
	if (s->columns < 20)
		s->columns = 20;
	if (s->rows < 8)
		s->rows = 8;
}

bool ci_screen_read(struct ci_screen *s, char *line, size_t size)
{
	size_t n = 0;
	ssize_t got;
	char c = 0;

	fflush(s->out);
	s->column = 0;
	do {
		got = read(s->fd, &c, 1);
		if (got == 1 && n + 1 < size && (c > ' ' || (c == ' ' && n)))
			line[n++] = c;
	} while ((got == 1 && c != '\n') || (got < 0 && errno == EINTR));
	while (n && line[n - 1] == ' ')
		n--;
	line[n] = 0;
	return got == 1;
}

/* --- text -------------------------------------------------------------------------------------- */

/* Whether the terminal must not get these n bytes as they are: what controls it. */
static bool unprintable(const unsigned char *p, int n)
{
	return n == 0 || *p < ' ' || *p == 0x7f || (n == 2 && *p == 0xc2 && p[1] < 0xa0);
}

/* Columns of the character of n bytes: two for most of what is written in East Asia, and emoji. */
static int columns_of(const unsigned char *p, int n)
{
	if (n == 3)
		return (*p == 0xe1 && p[1] >= 0x84 && p[1] < 0x86) || (*p >= 0xe3 && *p <= 0xed) ||
				       (*p == 0xe2 && p[1] >= 0xba) || *p == 0xef
			       ? 2
			       : 1;
	return n == 4 ? 2 : 1;
}

int ci_screen_width(const char *text)
{
	int columns = 0;

	for (const unsigned char *p = (const unsigned char *)text; *p;) {
		int n = ci_utf8_length(p);

		columns += columns_of(p, n);
		p += n ? n : 1;
	}
	return columns;
}

/* Prints what fits into that many columns. */
static void put_within(struct ci_screen *s, const char *text, int columns)
{
	for (const unsigned char *p = (const unsigned char *)text; *p;) {
		int n = ci_utf8_length(p), wide = columns_of(p, n);

		if (wide > columns)
			return;
		if (unprintable(p, n))
			fputc(*p == '\t' ? ' ' : '?', s->out);
		else
			fwrite(p, 1, (size_t)n, s->out);
		columns -= wide;
		s->column += wide;
		p += n ? n : 1;
	}
}

void ci_screen_put_most(struct ci_screen *s, const char *text, int most)
{
	int room = s->columns - 1 - s->column; /* a full line would make some terminals wrap */

	if (room > most)
		room = most;
	if (ci_screen_width(text) <= room) {
		put_within(s, text, room);
	} else if (room > 3) {
		put_within(s, text, room - 3);
		put_within(s, "...", 3);
	}
}

void ci_screen_put(struct ci_screen *s, const char *text)
{
	ci_screen_put_most(s, text, s->columns);
}

void ci_screen_print(struct ci_screen *s, const char *format, ...)
{
	char text[1024];

	CI_FORMAT(text, format);
	ci_screen_put(s, text);
}

void ci_screen_style(struct ci_screen *s, enum ci_style style)
{
	static const char *const codes[] = { "0", "1", "2", "33" };

	if (s->colours)
		fprintf(s->out, "\033[%sm", codes[style]);
}

void ci_screen_tab(struct ci_screen *s, int column)
{
	for (; s->column < column && s->column < s->columns - 1; s->column++)
		fputc(' ', s->out);
}

void ci_screen_end_line(struct ci_screen *s)
{
	ci_screen_style(s, CI_STYLE_PLAIN);
	fputc('\n', s->out);
	s->column = 0;
}
