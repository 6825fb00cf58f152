/* SPDX-License-Identifier: MIT
 * To end a thread costs the kernel 10 us and more, most of it in the thread itself and in what the
 * kernel does afterwards. The strands of a loop share the home CPU, so the others would idle. Helpers,
 * one for each further CPU, end strands too. Those that a helper ends may run anywhere but on the
 * home CPU.
 *
 * Invariant: a strand is in `left`, and in a list of the loop, until one thread has taken it under
 * the mutex. From then on that thread alone touches it.
 */
#include "engine/crowd.h"

#include "base/lock.h"

enum {
	AT_ONCE = 32, /* told to end before they are joined */
	MOST = 3      /* helpers */
};

struct crowd {
	pthread_mutex_t mutex;
	struct ci_list *left; /* by `link` */
	cpu_set_t beside;     /* where strands run that a helper ends; valid if bound */
	bool bound;
};

/* Returns how many strands were taken. */
static int take(struct crowd *c, struct ci_strand *ret[AT_ONCE])
{
	int n = 0;

	CI_LOCKED(&c->mutex);
	while (n < AT_ONCE && !ci_list_empty(c->left)) {
		struct ci_strand *s = ci_list_first(c->left, struct ci_strand, link);

		ci_list_unlink(&s->link);
		ci_list_unlink(&s->idle);
		ret[n++] = s;
	}
	return n;
}

/* beside: NULL: they stay where they are. */
static void end_all(struct crowd *c, const cpu_set_t *beside)
{
	struct ci_strand *mine[AT_ONCE];
	int n;

	while ((n = take(c, mine))) {
		for (int i = 0; i < n; i++) {
			if (beside && mine[i]->tid)
				sched_setaffinity(mine[i]->tid, sizeof *beside, beside);
			mine[i]->over = true;
			ci_baton_pass(&mine[i]->baton);
		}
		for (int i = 0; i < n; i++)
			ci_strand_join(mine[i]);
	}
}

static void *help(void *arg)
{
	struct crowd *c = arg;

	if (c->bound)
		sched_setaffinity(0, sizeof c->beside, &c->beside);
	end_all(c, c->bound ? &c->beside : NULL);
	return NULL;
}

static int start_helpers(struct crowd *c, struct ci_thread helpers[MOST], int cpus)
{
	int n = 0;

	while (n < MOST && n < cpus - 1 &&
	       !ci_strand_thread(&helpers[n], 0, help, c)) /* else home does more itself */
		n++;
	return n;
}

void ci_crowd_end(cigo_loop *loop)
{
	struct crowd c = { .mutex = PTHREAD_MUTEX_INITIALIZER, .left = &loop->strands };
	struct ci_thread helpers[MOST];
	cpu_set_t mask;
	int home = loop->affinity.home;

	if (sched_getaffinity(0, sizeof mask, &mask))
		CPU_ZERO(&mask);
	if (loop->affinity.on) {
		c.beside = mask = loop->affinity.mask;
		c.bound = home >= 0;
		if (c.bound)
			CPU_CLR(home, &c.beside);
	}
	int n = start_helpers(&c, helpers, CPU_COUNT(&mask));
	end_all(&c, NULL);
	ci_self.held = loop; /* the posts were no handoffs: home keeps the baton */
	for (int i = 0; i < n; i++)
		ci_strand_thread_join(&helpers[i]);
	pthread_mutex_destroy(&c.mutex);
}
