/* SPDX-License-Identifier: MIT
 * What choices were among, from a run to its repetition: the program that starts again inherits a file with the
 * names of the candidates of each choice, each ended by a 0. So it can tell if it comes to other ones.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "schedule/play.h"

static const char variable[] = "CIGO_PLAY_TOLD"; /* the number of the descriptor */

static struct {
	FILE *out; /* of this run; NULL: no memory */
	char *text;
	size_t size;
	char *earlier, *next, *end; /* of the run that is repeated; next == end: no more is known */
} told;

static void read_all(int fd)
{
	struct stat st;

	if (fstat(fd, &st) || st.st_size <= 0 || !(told.earlier = malloc((size_t)st.st_size)))
		return;
	ssize_t n = pread(fd, told.earlier, (size_t)st.st_size, 0);
	while (n > 0 && told.earlier[n - 1]) /* a cut one */
		n--;
	told.next = told.earlier;
	told.end = told.earlier + (n > 0 ? n : 0);
}

void ci_told_open(void)
{
	const char *text = secure_getenv(variable);
	uint64_t fd;

	told.out = open_memstream(&told.text, &told.size);
	if (!text || !ci_schedule_number(&text, &fd) || *text || fd > INT_MAX)
		return;
	read_all((int)fd);
	close((int)fd);
	unsetenv(variable); /* not for programs that this one starts */
}

void ci_told_note(const char *names)
{
	if (told.out)
		fwrite(names, 1, strlen(names) + 1, told.out);
}

const char *ci_told_before(void)
{
	const char *names = told.next;

	if (told.next == told.end)
		return NULL;
	told.next += strlen(names) + 1;
	return names;
}

int ci_told_pass(void)
{
	char number[16];
	int fd = told.out && !fflush(told.out) ? memfd_create("choices", MFD_CLOEXEC) : -1;

	if (fd < 0)
		return -1;
	snprintf(number, sizeof number, "%d", fd);
	if (write(fd, told.text, told.size) != (ssize_t)told.size || setenv(variable, number, 1)) {
		close(fd);
		return -1;
	}
	return fd;
}

void ci_told_take_back(int fd)
{
	if (fd >= 0)
		close(fd);
	unsetenv(variable);
}
