/* SPDX-License-Identifier: MIT
 * A chart as SVG: a line for each server, a bar from the least to the most sample at each point. Colours
 * are those of the page's style, so that it follows the theme and prints.
 */
#include "demos/cost/cost.h"
#include "demos/timeline/timeline_text.h"

#include <math.h>
#include <string.h>

enum { WIDTH = 300, HEIGHT = 224, LEFT = 60, RIGHT = 12, TOP = 8, BOTTOM = 44, TICKS = 24 };

struct scale {
	bool logarithmic;
	double low, high; /* logarithms, then */
	double ticks[TICKS];
	int n_ticks;
};

/* In the unit that is shown, so that round numbers are round. */
static double shown(enum cost_metric metric, double value)
{
	return metric == COST_MEMORY ? value / 1024 : value;
}

static double value_at(const struct cost_chart *c, double tick)
{
	return c->metric == COST_MEMORY ? tick * 1024 : tick;
}

static bool range(const struct cost_chart *c, double *ret_least, double *ret_most)
{
	*ret_least = HUGE_VAL;
	*ret_most = 0;
	for (int j = 0; j < COST_SERVERS; j++)
		for (int i = 0; i < c->n; i++) {
			if (!c->y[j][i].known)
				continue;
			*ret_least = fmin(*ret_least, shown(c->metric, c->y[j][i].least));
			*ret_most = fmax(*ret_most, shown(c->metric, c->y[j][i].most));
		}
	return *ret_most > 0;
}

static void tick(struct scale *s, double value)
{
	if (s->n_ticks < TICKS)
		s->ticks[s->n_ticks++] = value;
}

/* 1, 2, 5, 10 times a power of ten, not below value */
static double round_up(double value)
{
	double power = pow(10, floor(log10(value)));
	double n = value / power;

	return power * (n <= 1 ? 1 : n <= 2 ? 2 : n <= 5 ? 5 : 10);
}

static void linear(struct scale *s, double most)
{
	double step = round_up(most / 4);

	s->low = 0;
	s->high = step * ceil(most / step);
	for (int i = 0; i * step <= s->high * 1.001; i++)
		tick(s, i * step);
}

static void logarithms(struct scale *s, double least, double most)
{
	static const double steps[] = { 1, 2, 5 };

	s->logarithmic = true;
	s->low = floor(log10(least) * 4) / 4;
	s->high = ceil(log10(most) * 4) / 4;
	bool few = s->high - s->low < 2;

	for (double decade = floor(s->low); decade <= s->high; decade++)
		for (int i = 0; i < (few ? 3 : 1); i++) {
			double at = decade + log10(steps[i]);

			if (at >= s->low - 1e-9 && at <= s->high + 1e-9)
				tick(s, pow(10, decade) * steps[i]);
		}
}

static struct scale scale_of(const struct cost_chart *c)
{
	struct scale s = { 0 };
	double least, most;

	if (!range(c, &least, &most))
		linear(&s, 1);
	else if (c->metric != COST_SWITCHES && most > 8 * least && least > 0)
		logarithms(&s, least, most);
	else
		linear(&s, most);
	return s;
}

bool cost_chart_is_logarithmic(const struct cost_chart *c)
{
	return scale_of(c).logarithmic;
}

static double y_of(const struct scale *s, double value)
{
	double at = s->logarithmic ? log10(value) : value;

	return TOP + (HEIGHT - TOP - BOTTOM) * (1 - (at - s->low) / (s->high - s->low));
}

static double x_of(const struct cost_chart *c, int i)
{
	double room = (double)(WIDTH - LEFT - RIGHT) / (c->n ? c->n : 1);

	return LEFT + room * (i + .5);
}

/* --- drawn ------------------------------------------------------------------------------------ */

static void put_axes(const struct cost_chart *c, const struct scale *s, FILE *f)
{
	char text[64], *unit;

	for (int i = 0; i < s->n_ticks; i++) {
		double y = y_of(s, s->ticks[i]);

		cost_value_text(c->metric, value_at(c, s->ticks[i]), text, sizeof text);
		cost_shorten(text);
		text[strcspn(text, "/")] = 0; /* per second, as the caption says */
		fprintf(f, "<path class=\"grid\" d=\"M%d %.1fH%d\"/>", LEFT, y, WIDTH - RIGHT);
		fprintf(f, "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">", LEFT - 6, y + 4);
		timeline_text(f, text);
		fputs("</text>\n", f);
	}
	for (int i = 0; i < c->n; i++) {
		cost_axis_text(c->axis, c->x[i], text, sizeof text);
		unit = strchr(text, ' ');
		if (unit)
			*unit = 0;
		fprintf(f, "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>\n",
			x_of(c, i), HEIGHT - BOTTOM + 18, text);
	}
	fprintf(f, "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">", (WIDTH + LEFT - RIGHT) / 2,
		HEIGHT - 6);
	timeline_text(f, cost_axes[c->axis].many);
	fputs("</text>\n", f);
}

static void put_line(const struct cost_chart *c, const struct scale *s, int server, FILE *f)
{
	bool pen_down = false;

	fputs("<path class=\"line\" d=\"", f);
	for (int i = 0; i < c->n; i++) {
		const struct cost_value *v = &c->y[server][i];

		if (v->known)
			fprintf(f, "%c%.1f %.1f", pen_down ? 'L' : 'M', x_of(c, i),
				y_of(s, shown(c->metric, v->median)));
		pen_down = v->known;
	}
	fputs("\"/>", f);
}

static void put_marks(const struct cost_chart *c, const struct scale *s, int server, FILE *f)
{
	for (int i = 0; i < c->n; i++) {
		const struct cost_value *v = &c->y[server][i];
		double x = x_of(c, i);

		if (!v->known)
			continue;
		fprintf(f, "<path class=\"spread\" d=\"M%.1f %.1fV%.1f\"/>", x,
			y_of(s, shown(c->metric, v->least)), y_of(s, shown(c->metric, v->most)));
		fprintf(f, "<use href=\"#mark%d\" x=\"%.1f\" y=\"%.1f\"/>", server, x,
			y_of(s, shown(c->metric, v->median)));
	}
}

static void put_columns(const struct cost_chart *c, FILE *f)
{
	double room = (double)(WIDTH - LEFT - RIGHT) / (c->n ? c->n : 1);

	for (int i = 0; i < c->n; i++)
		fprintf(f,
			"<rect class=\"column\" data-i=\"%d\" x=\"%.1f\" y=\"%d\" width=\"%.1f\" "
			"height=\"%d\"/>",
			i, x_of(c, i) - room / 2, TOP, room, HEIGHT - TOP - BOTTOM);
}

void cost_put_chart(const struct cost_chart *c, const char *label, FILE *f)
{
	struct scale s = scale_of(c);

	fprintf(f, "<svg class=\"chart\" viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"", WIDTH,
		HEIGHT);
	timeline_text(f, label);
	fputs("\">\n", f);
	put_axes(c, &s, f);
	put_columns(c, f);
	for (int j = 0; j < COST_SERVERS; j++) {
		fprintf(f, "<g class=\"s%d\">", j);
		put_line(c, &s, j, f);
		put_marks(c, &s, j, f);
		fputs("</g>\n", f);
	}
	fputs("</svg>\n", f);
}
