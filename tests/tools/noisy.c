/* SPDX-License-Identifier: MIT
 * A lesson of which one run in five is much longer than the others: NOISY=FILE counts the runs. For
 * tests/demos/lessons.sh, which asks which of them is shown.
 */
#include "demos/kit/kit.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LONG_MS = 700 };

/* How many runs there have been before. */
static int number(void)
{
	struct stat s = { .st_size = 0 };
	const char *file = getenv("NOISY");
	int fd = file ? open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666) : -1;

	if (fd < 0 || fstat(fd, &s) || write(fd, ".", 1) != 1)
		perror("NOISY");
	close(fd);
	return (int)s.st_size;
}

static int sleeps(cigo_ctx *ctx, void *arg, void *ret)
{
	CIGO_UNUSED(arg), CIGO_UNUSED(ret);
	bool noisy = kit_picture() && number() % 5 == 1;
	int err = cigo_sleep(ctx, CIGO_MS(noisy ? LONG_MS : 1));

	kit_verdict(true, "slept");
	return err;
}

int main(int argc, char **argv)
{
	static const struct kit_variant variants[] = {
		{ "sleep", "sleeps a little", "", sleeps, NULL, NULL, NULL, 1, false },
		{ 0 },
	};
	static const struct kit_demo demo = {
		.name = "noisy",
		.title = "Noisy",
		.lesson = "One run in five is long.",
		.variants = variants,
	};

	return kit_main(&demo, argc, argv);
}
