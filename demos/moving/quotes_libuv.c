/* SPDX-License-Identifier: MIT
 * The program of docs/moving.md with libuv: what is a local variable elsewhere is a struct here,
 * and what is a line elsewhere is a callback.
 */
#include <stdio.h>
#include <uv.h>

struct source {
	uv_timer_t timer; /* stands for the request */
	const char *name;
	int ms, price;
};

static struct source sources[] = { { .name = "slow", .ms = 60000, .price = 30 },
				   { .name = "near", .ms = 20, .price = 10 },
				   { .name = "far", .ms = 150, .price = 20 } };
static uv_timer_t deadline;
static int missing = 3;

static void finish(void)
{
	printf("missing: %d\n", missing);
	for (int i = 0; i < 3; i++)
		if (!uv_is_closing((uv_handle_t *)&sources[i].timer))
			uv_close((uv_handle_t *)&sources[i].timer, NULL);
	uv_close((uv_handle_t *)&deadline, NULL);
}

static void answered(uv_timer_t *timer)
{
	const struct source *s = timer->data;

	printf("%s: %d\n", s->name, s->price);
	uv_close((uv_handle_t *)timer, NULL);
	if (!--missing)
		finish();
}

static void too_late(uv_timer_t *timer)
{
	(void)timer;
	finish();
}

int main(void)
{
	uv_loop_t *loop = uv_default_loop();

	for (int i = 0; i < 3; i++) {
		uv_timer_init(loop, &sources[i].timer);
		sources[i].timer.data = &sources[i];
		uv_timer_start(&sources[i].timer, answered, (uint64_t)sources[i].ms, 0);
	}
	uv_timer_init(loop, &deadline);
	uv_timer_start(&deadline, too_late, 1000, 0);
	uv_run(loop, UV_RUN_DEFAULT); /* until every handle is closed */
	puts("nobody is left");
	return uv_loop_close(loop) != 0;
}
