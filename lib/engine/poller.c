/* SPDX-License-Identifier: MIT
 * The poller of a loop, and the eventfd that interrupts it. To make and close the two costs an
 * explorer as much as two switches of a schedule. So while threads are kept (thread/rest.h), one
 * pair is kept from a loop to the next, if no descriptor was ever registered with it.
 */
#include "engine/poller.h"

#include <errno.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "engine/engine.h"
#include "thread/rest.h"

static struct ci_poller *kept; /* atomic; NULL: none */

static void shut(struct ci_poller *p)
{
	int wake_fd = p->wake_fd;

	p->ops->close(p);
	close(wake_fd);
}

/* Without what the last loop was woken by, the next would wait in another order. */
static struct ci_poller *take_kept(void)
{
	struct ci_poller *p = __atomic_exchange_n(&kept, NULL, __ATOMIC_ACQ_REL);
	eventfd_t wakes;

	if (p)
		(void)!eventfd_read(p->wake_fd, &wakes); /* EAGAIN: nobody has woken it */
	return p;
}

static int make(const struct ci_poller_ops *ops, struct ci_poller **ret)
{
	int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	int err = fd < 0 ? -errno : ops->open(ret, fd);

	if (!err)
		(*ret)->wake_fd = fd;
	else if (fd >= 0)
		close(fd);
	return err;
}

int ci_poller_open(cigo_loop *loop, const struct ci_poller_ops *ops)
{
	int err = 0;

	if (ops == &ci_epoll && ci_rest_kept())
		loop->poller = take_kept();
	if (!loop->poller)
		err = make(ops, &loop->poller);
	if (!err)
		ci_inbox_open(&loop->inbox, loop->poller->wake_fd);
	return err;
}

void ci_poller_close(cigo_loop *loop)
{
	struct ci_poller *p = loop->poller;
	bool keep = p && p->ops == &ci_epoll && !loop->watch_seq && ci_rest_kept();

	loop->poller = NULL;
	if (keep)
		p = __atomic_exchange_n(&kept, p, __ATOMIC_ACQ_REL);
	if (p)
		shut(p);
}

void ci_poller_drop(void)
{
	struct ci_poller *p = __atomic_exchange_n(&kept, NULL, __ATOMIC_ACQ_REL);

	if (p)
		shut(p);
}
