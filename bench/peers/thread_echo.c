/* SPDX-License-Identifier: MIT
 * An echo server of plain threads: one a connection, blocking reads and writes, no loop.
 */
#include <pthread.h>
#include <stdint.h>

#include "echo.h"

static void *serve(void *arg)
{
	int fd = (int)(intptr_t)arg;
	char buf[SIZE];
	ssize_t n;

	while ((n = read(fd, buf, sizeof buf)) > 0)
		for (ssize_t done = 0, some; done < n; done += some)
			if ((some = write(fd, buf + done, (size_t)(n - done))) < 0)
				break;
	close(fd);
	return NULL;
}

int main(void)
{
	int listener = listen_anywhere();
	pthread_attr_t attr;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 128 * 1024);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	for (;;) {
		int fd = accept(listener, NULL, NULL);
		pthread_t t;

		if (fd < 0)
			continue;
		no_delay(fd);
		if (pthread_create(&t, &attr, serve, (void *)(intptr_t)fd))
			close(fd);
	}
}
