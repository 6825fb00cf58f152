/* SPDX-License-Identifier: MIT
 * Makes a page of traces: draw OUT TITLE SUMMARY [LABEL TRACE]...
 */
#include "demos/timeline/timeline.h"

#include <stdio.h>
#include <string.h>

int main(int argc, char **argv)
{
	struct timeline_run runs[64];
	size_t n = 0;

	if (argc < 4)
		return 2;
	for (int i = 4; i + 1 < argc && n < 64; i += 2)
		runs[n++] = (struct timeline_run){ .label = argv[i], .trace = argv[i + 1] };
	int err = timeline_write(argv[1], argv[2], runs, n, argv[3]);
	if (err)
		fprintf(stderr, "%s: %s\n", argv[1], strerror(-err));
	return !!err;
}
