/* SPDX-License-Identifier: MIT
 * Passing and taking the baton.
 */
#include "thread/baton.h"

#include <errno.h>

#include "base/misuse.h"

__thread struct ci_self ci_self __attribute__((tls_model("initial-exec")));

int ci_baton_init(struct ci_baton *b)
{
	return sem_init(&b->sem, 0, 0) ? -errno : 0;
}

void ci_baton_fini(struct ci_baton *b)
{
	sem_destroy(&b->sem);
}

void ci_baton_pass(struct ci_baton *to)
{
	ci_self.held = NULL;
	sem_post(&to->sem);
}

void ci_baton_take(struct ci_baton *mine, cigo_loop *loop)
{
	int saved = errno;

	while (sem_wait(&mine->sem))
		ci_expect(errno == EINTR, "the semaphore of a running loop was destroyed");
	ci_self.held = loop;
	errno = saved;
}
