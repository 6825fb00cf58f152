/* SPDX-License-Identifier: MIT
 * An echo server of nPth: pthreads under one global lock, given up around each system call that
 * might block. The nearest relative of a baton.
 */
#include <npth.h>
#include <stdint.h>

#include "echo.h"

static void *serve(void *arg)
{
	int fd = (int)(intptr_t)arg;
	char buf[SIZE];
	ssize_t n;

	while ((n = npth_read(fd, buf, sizeof buf)) > 0)
		for (ssize_t done = 0, some; done < n; done += some)
			if ((some = npth_write(fd, buf + done, (size_t)(n - done))) < 0)
				break;
	close(fd);
	return NULL;
}

int main(void)
{
	npth_init();
	int listener = listen_anywhere();
	npth_attr_t attr;

	npth_attr_init(&attr);
	npth_attr_setdetachstate(&attr, NPTH_CREATE_DETACHED);
	for (;;) {
		struct sockaddr_in from;
		socklen_t size = sizeof from;
		int fd = npth_accept(listener, (struct sockaddr *)&from, &size);
		npth_t t;

		if (fd < 0)
			continue;
		no_delay(fd);
		if (npth_create(&t, &attr, serve, (void *)(intptr_t)fd))
			close(fd);
	}
}
