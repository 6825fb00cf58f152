/* SPDX-License-Identifier: MIT
 * The page: the crossing points in words, small multiples of charts, and below each its numbers and all
 * comparisons.
 */
#include "demos/cost/cost.h"
#include "demos/cost/protocol.h"
#include "demos/timeline/timeline_table.h"
#include "demos/timeline/timeline_text.h"

#include <cigo.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

/* made by embed.awk */
extern const char *const timeline_cost_html[], *const timeline_cost_css[], *const timeline_cost_js[];
extern const char *const timeline_page_css[];

struct page {
	FILE *out;
	struct cost_study *study;
	struct cost_place places[2 * COST_AXES];
	size_t n_places;
};

static void put_lines(FILE *out, const char *const *lines)
{
	for (; *lines; lines++)
		fputs(*lines, out);
}

static void put(FILE *out, const char *open, const char *text, const char *close)
{
	fputs(open, out);
	timeline_text(out, text);
	fputs(close, out);
}

/* --- above the charts ------------------------------------------------------------------------- */

static int samples_of(const struct cost_study *s, bool least)
{
	int n = least ? COST_REPEATS : 0;

	for (size_t i = 0; i < s->n_cells; i++)
		for (int j = 0; j < COST_SERVERS; j++) {
			const struct cost_samples *of = &s->cells[i].servers[j];

			if (!*of->why && (least ? of->n < n : of->n > n))
				n = of->n;
		}
	return n;
}

static void put_facts(const struct page *p)
{
	const struct cost_study *s = p->study;
	int least = samples_of(s, true), most = samples_of(s, false);

	fprintf(p->out, "cigo " CIGO_VERSION ". Measured on %d CPU%s in %.0f s: ", s->cpus,
		s->cpus == 1 ? "" : "s", s->seconds);
	if (least == most)
		fprintf(p->out, "the median of %d sample%s", most, most == 1 ? "" : "s");
	else
		fprintf(p->out, "medians of %d to %d samples", least, most);
	fprintf(p->out, " of %.0f ms each.\n", (double)s->load_ns / 1e6);
}

static void put_warnings(const struct page *p)
{
	const struct cost_study *s = p->study;
	char text[300];

	if (cost_busy_text(s, text, sizeof text))
		put(p->out, "<p class=\"warning\"><b>!</b> ", text, "</p>\n");
	for (size_t i = 0; i < s->n_notes; i++)
		put(p->out, "<p class=\"warning\"><b>!</b> ", s->notes[i], "</p>\n");
}

static void put_legend(const struct page *p)
{
	for (int i = 0; i < COST_SERVERS; i++) {
		fprintf(p->out,
			"<button type=\"button\" class=\"s%d\" data-server=\"%d\" "
			"aria-pressed=\"false\"><svg viewBox=\"-17 -7 34 14\" aria-hidden=\"true\">"
			"<path class=\"line\" d=\"M-16 0H16\"/><use href=\"#mark%d\"/></svg>",
			i, i, i);
		put(p->out, "<span>", cost_servers[i].name, "</span></button>\n");
	}
}

/* --- crossings -------------------------------------------------------------------------------- */

static void put_crossing(const struct page *p, const struct cost_place *at,
			 const struct cost_chart *c, const struct cost_comparison *r)
{
	char text[512], cpus[32];

	cost_comparison_text(c, r, text, sizeof text);
	cost_cpus_text(p->study, at->cpus, cpus, sizeof cpus);
	put(p->out, "<li>", text, "");
	if (at->axis != COST_CPUS)
		put(p->out, " <span>(", cpus, ")</span>");
	fputs("</li>\n", p->out);
}

static void put_none(const struct page *p, const struct cost_place *at, const struct cost_tally *t)
{
	const char *none = t->none ? "No crossing was measured" : "Nothing could be compared";
	bool split = p->n_places > COST_AXES && at->axis != COST_CPUS;

	if (!t->crossings)
		fprintf(p->out, "<li class=\"none\">%s%s.</li>\n", none,
			!split		? ""
			: at->cpus == 1 ? " with 1 CPU"
					: " with all CPUs");
}

static void put_crossings_at(const struct page *p, const struct cost_place *at,
			     struct cost_tally *all)
{
	struct cost_tally here = { 0 };
	struct cost_chart c;

	for (int i = 0; i < COST_CHARTED * COST_PAIRS; i++) {
		cost_chart_of(p->study, at->axis, (enum cost_metric)(i / COST_PAIRS), at->cpus, &c);
		struct cost_comparison r = cost_compare_pair(&c, i % COST_PAIRS);

		cost_count(&here, &r);
		cost_count(all, &r);
		if (cost_is_crossing(&r))
			put_crossing(p, at, &c, &r);
	}
	put_none(p, at, &here);
}

static void put_crossings(const struct page *p)
{
	struct cost_tally all = { 0 };
	char text[160];

	for (size_t i = 0; i < p->n_places; i++) {
		const struct cost_place *at = &p->places[i];

		if (!i || at[-1].axis != at->axis)
			put(p->out, i ? "</ul>\n<h3>" : "<h3>", cost_axes[at->axis].title,
			    "</h3>\n<ul>\n");
		put_crossings_at(p, at, &all);
	}
	cost_tally_text(&all, text, sizeof text);
	put(p->out, "</ul>\n<p class=\"caption\">", text,
	    " All are in words below the charts.</p>\n");
}

/* --- a chart ---------------------------------------------------------------------------------- */

/* What a switch was is two numbers more. */
static void put_parts(FILE *out, const struct cost_samples *samples)
{
	struct cost_value blocked = cost_value_of(samples, COST_BLOCKED);
	struct cost_value preempted = cost_value_of(samples, COST_PREEMPTED);

	fprintf(out, "<br><small>%.2f blocked, %.2f preempted</small>", blocked.median,
		preempted.median);
}

static void put_value(const struct page *p, const struct cost_chart *c, int server, int i)
{
	const struct cost_value *v = &c->y[server][i];
	const struct cost_samples *samples = &c->cells[i]->servers[server];
	char median[64], least[64], most[64];

	if (!v->known) {
		put(p->out, "<td class=\"number\">none", "", "");
		put(p->out, "<br><small>", *samples->why ? samples->why : "not measured",
		    "</small></td>");
		return;
	}
	cost_value_text(c->metric, v->median, median, sizeof median);
	cost_value_text(c->metric, v->least, least, sizeof least);
	cost_value_text(c->metric, v->most, most, sizeof most);
	put(p->out, "<td class=\"number\"><b>", median, "</b>");
	if (samples->n > 1) {
		put(p->out, "<br><small>", least, " to ");
		put(p->out, "", most, "</small>");
	}
	if (c->metric == COST_SWITCHES)
		put_parts(p->out, samples);
	fputs("</td>", p->out);
}

static void put_table(const struct page *p, const struct cost_chart *c, const char *caption)
{
	char text[64];

	put(p->out, "<div class=\"scroll\" tabindex=\"0\"><table>\n<caption>", caption,
	    ": the median, and from the least to the most</caption>\n<thead><tr><td></td>");
	for (int j = 0; j < COST_SERVERS; j++)
		put(p->out, "<th scope=\"col\">", cost_servers[j].name, "</th>");
	fputs("</tr></thead>\n<tbody>\n", p->out);
	for (int i = 0; i < c->n; i++) {
		cost_axis_text(c->axis, c->x[i], text, sizeof text);
		put(p->out, "<tr><th scope=\"row\">", text, "</th>");
		for (int j = 0; j < COST_SERVERS; j++)
			put_value(p, c, j, i);
		fputs("</tr>\n", p->out);
	}
	fputs("</tbody></table></div>\n<ul>\n", p->out);
}

static void put_comparisons(const struct page *p, const struct cost_chart *c)
{
	char text[512];

	for (int i = 0; i < COST_PAIRS; i++) {
		struct cost_comparison r = cost_compare_pair(c, i);

		cost_comparison_text(c, &r, text, sizeof text);
		put(p->out, "<li>", text, "</li>\n");
	}
	fputs("</ul>\n", p->out);
}

static void put_figure(const struct page *p, const struct cost_place *at, enum cost_metric metric)
{
	const struct cost_metric_name *name = &cost_metrics[metric];
	char label[200], cpus[32];
	struct cost_chart c;

	cost_chart_of(p->study, at->axis, metric, at->cpus, &c);
	cost_cpus_text(p->study, at->cpus, cpus, sizeof cpus);
	snprintf(label, sizeof label, "%s by %s%s%s", name->title, cost_axes[at->axis].by,
		 at->axis == COST_CPUS ? "" : ", ", at->axis == COST_CPUS ? "" : cpus);
	put(p->out, "<figure>\n<figcaption><b>", name->title, "</b> <span>");
	put(p->out, "", name->shown, "");
	fputs(cost_chart_is_logarithmic(&c) ? ", log scale" : "", p->out);
	fputs("</span></figcaption>\n", p->out);
	cost_put_chart(&c, label, p->out);
	fputs("<p class=\"readout\" role=\"status\"></p>\n"
	      "<details><summary>Numbers and comparisons</summary>\n",
	      p->out);
	put_table(p, &c, label);
	put_comparisons(p, &c);
	fputs("</details>\n</figure>\n", p->out);
}

static void put_place(const struct page *p, size_t i)
{
	const struct cost_place *at = &p->places[i];
	char text[128];

	if (!i || at[-1].axis != at->axis) {
		cost_rest_text(p->study, at->axis, text, sizeof text);
		fprintf(p->out, "%s<section class=\"axis-%s\">\n", i ? "</section>\n" : "",
			cost_axes[at->axis].name);
		put(p->out, "<h2>", cost_axes[at->axis].title, "</h2>\n");
		put(p->out, "<p class=\"caption\">The rest stays: ", text, ".</p>\n");
	}
	if (at->axis != COST_CPUS)
		put(p->out, "<h3>On ", cost_cpus_text(p->study, at->cpus, text, sizeof text),
		    "</h3>\n");
	fputs("<div class=\"charts\">\n", p->out);
	for (int m = 0; m < COST_CHARTED; m++)
		put_figure(p, at, (enum cost_metric)m);
	fputs("</div>\n", p->out);
	if (i + 1 == p->n_places)
		fputs("</section>\n", p->out);
}

/* --- the page --------------------------------------------------------------------------------- */

static void put_features(const struct page *p)
{
	for (int i = 1; cost_features[i]; i++)
		put(p->out, "<li>", cost_features[i], "</li>\n");
}

static void put_servers(const struct page *p)
{
	for (int i = 0; i < COST_SERVERS; i++) {
		put(p->out, "<dt>", cost_servers[i].name, "</dt>");
		put(p->out, "<dd>", cost_servers[i].what, "</dd>\n");
	}
}

static void put_places(const struct page *p)
{
	for (size_t i = 0; i < p->n_places; i++)
		put_place(p, i);
}

static void put_css(const struct page *p)
{
	put_lines(p->out, timeline_page_css);
	put_lines(p->out, timeline_cost_css);
}

static void put_scripts(const struct page *p)
{
	timeline_theme(p->out);
	put_lines(p->out, timeline_cost_js);
}

/* A line of the template that begins with @ names what takes its place. */
static void put_line(const struct page *p, const char *line)
{
	static const struct {
		const char *name;
		void (*put)(const struct page *p);
	} parts[] = { { "@css\n", put_css },
		      { "@facts\n", put_facts },
		      { "@warnings\n", put_warnings },
		      { "@legend\n", put_legend },
		      { "@crossings\n", put_crossings },
		      { "@places\n", put_places },
		      { "@features\n", put_features },
		      { "@servers\n", put_servers },
		      { "@scripts\n", put_scripts } };

	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		if (!strcmp(line, parts[i].name)) {
			parts[i].put(p);
			return;
		}
	fputs(line, p->out);
}

int cost_page(struct cost_study *s, const char *path)
{
	struct page p = { .out = fopen(path, "we"), .study = s };
	int err = 0;

	if (!p.out)
		return -errno;
	p.n_places = cost_places(s, p.places);
	for (const char *const *line = timeline_cost_html; *line; line++)
		put_line(&p, *line);
	if (ferror(p.out))
		err = -EIO;
	if (fclose(p.out) && !err)
		err = -errno;
	if (err)
		unlink(path);
	return err;
}
