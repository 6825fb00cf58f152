/* SPDX-License-Identifier: MIT
 * A dump on a signal. The handler posts to the loop's inbox, and the driver writes the dump. While
 * a coroutine computes there is no driver. So the handler itself names the coroutine at once, and
 * the dump follows when the coroutine suspends.
 */
#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "loop/dump.h"
#include "base/misuse.h"

/* --- async-signal-safe ----------------------------------------------------------------------- */

static char *add(char *to, const char *end, const char *text)
{
	while (*text && to < end)
		*to++ = *text++;
	return to;
}

static char *add_number(char *to, const char *end, uint64_t n)
{
	char digits[24], *p = digits + sizeof digits - 1;

	*p = 0;
	do
		*--p = (char)('0' + n % 10);
	while (n /= 10);
	return add(to, end, p);
}

bool ci_dump_holder(const cigo_loop *loop, char *text, size_t size)
{
	uint64_t id = __atomic_load_n(&loop->holder.id, __ATOMIC_RELAXED);
	char name[sizeof loop->holder.label], *to = text, *end = text + size - 1;

	for (int i = 0; i < CI_LABEL; i++) {
		uint64_t word = __atomic_load_n(&loop->holder.label[i], __ATOMIC_RELAXED);
		memcpy(name + (size_t)i * sizeof word, &word, sizeof word);
	}
	name[sizeof name - 1] = 0;
	if (id == (uint64_t)CI_CALLBACK) {
		to = add(to, end, "a callback");
	} else {
		to = add(to, end, name);
		to = add(to, end, " #");
		to = add_number(to, end, id);
	}
	*to = 0;
	return id != 0;
}

static void notify(struct ci_signal_watcher *watcher)
{
	struct ci_dump_watcher *d = ci_container_of(watcher, struct ci_dump_watcher, watcher);
	char holder[64], text[160], *to = text, *end = text + sizeof text;

	ci_inbox_post_signal(&d->loop->inbox, &d->signal_message);
	if (!ci_dump_holder(d->loop, holder, sizeof holder))
		return;
	to = add(to, end, "cigo: ");
	to = add(to, end, holder);
	to = add(to, end, " holds the baton; the dump follows when it suspends or ends\n");
	syscall(SYS_write, STDERR_FILENO, text, (size_t)(to - text));
}

/* --- in the loop ----------------------------------------------------------------------------- */

static void deliver(cigo_loop *loop, struct ci_message *message, int status)
{
	(void)message;
	if (!status && ci_dump(loop, stderr))
		ci_warn("no memory for a dump");
}

void ci_dump_open(struct ci_dump_watcher *d, cigo_loop *loop)
{
	int sig = loop->options.dump_signal;

	*d = (struct ci_dump_watcher){ .watcher.notify = notify,
				       .signal_message.message.deliver = deliver };
	if (sig <= 0)
		return;
	d->loop = loop;
	ci_list_init(&d->signal_message.message.link);
	ci_signal_watcher_open(&d->watcher);
	int err = ci_signal_watcher_can(sig) ? ci_signal_watcher_watch(&d->watcher, sig) : -EINVAL;
	d->open = !err;
	if (d->open)
		return;
	ci_signal_watcher_close(&d->watcher);
	ci_warn("no dumps: signal %d: %s", sig, strerror(-err));
}

void ci_dump_close(struct ci_dump_watcher *d)
{
	if (d->open)
		ci_signal_watcher_close(&d->watcher);
}
