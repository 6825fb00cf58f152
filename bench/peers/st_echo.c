/* SPDX-License-Identifier: MIT
 * An echo server of State Threads: threads of user space, which switch stacks, and epoll.
 */
#include <st.h>

#include "echo.h"

static void *serve(void *arg)
{
	st_netfd_t fd = arg;
	char buf[SIZE];
	ssize_t n;

	while ((n = st_read(fd, buf, sizeof buf, ST_UTIME_NO_TIMEOUT)) > 0)
		if (st_write(fd, buf, (size_t)n, ST_UTIME_NO_TIMEOUT) < n)
			break;
	st_netfd_close(fd);
	return NULL;
}

int main(void)
{
	st_set_eventsys(ST_EVENTSYS_ALT);
	if (st_init())
		return 1;
	st_netfd_t listener = st_netfd_open_socket(listen_anywhere());
	for (;;) {
		st_netfd_t fd = st_accept(listener, NULL, NULL, ST_UTIME_NO_TIMEOUT);

		if (!fd)
			continue;
		no_delay(st_netfd_fileno(fd));
		if (!st_thread_create(serve, fd, 0, 128 * 1024))
			st_netfd_close(fd);
	}
}
