/* SPDX-License-Identifier: MIT
 * An echo server of GNU Pth: threads of user space, which switch stacks, and select(2).
 */
#include <pth.h>
#include <stdint.h>

#include "echo.h"

static void *serve(void *arg)
{
	int fd = (int)(intptr_t)arg;
	char buf[SIZE];
	ssize_t n;

	while ((n = pth_read(fd, buf, sizeof buf)) > 0)
		if (pth_write(fd, buf, (size_t)n) < n)
			break;
	close(fd);
	return NULL;
}

int main(void)
{
	pth_init();
	int listener = listen_anywhere();
	pth_attr_t attr = pth_attr_new();

	pth_attr_set(attr, PTH_ATTR_JOINABLE, FALSE);
	pth_attr_set(attr, PTH_ATTR_STACK_SIZE, 128u * 1024);
	for (;;) {
		int fd = pth_accept(listener, NULL, NULL);

		if (fd < 0)
			continue;
		no_delay(fd);
		if (!pth_spawn(attr, serve, (void *)(intptr_t)fd))
			close(fd);
	}
}
