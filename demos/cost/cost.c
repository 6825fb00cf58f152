/* SPDX-License-Identifier: MIT
 * The command: lab --cost.
 */
#include "demos/cost/cost.h"
#include "demos/cost/protocol.h"
#include "demos/kit/tidy.h"

#include <cigo.h>
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define TEXT(n)	 TEXT_(n)
#define TEXT_(n) #n

const char *const cost_features[] = {
	"work ROUNDS LENGTH and LENGTH bytes; done SUM LENGTH and the same bytes",
	"Requests may be sent without waiting for answers, which come in order. A client may end its "
	"side; what it asked for is answered first.",
	"A first line of more than " TEXT(COST_LINE) " bytes, a body of more than " TEXT(
		COST_BODY) " bytes, more than " TEXT(COST_ROUNDS) " rounds, and what is no request get an error in "
								  "words, and the server hangs up.",
	"A client that is silent for too long gets an error; one that does not read is cut off after "
	"the same time.",
	"There is a limit on connections; further clients wait until one has left.",
	"When the server ends, clients may go on for a grace; then they get an error, and are cut off.",
	"TCP_NODELAY, and keepalive after 15 s of silence.",
	NULL,
};

struct choice {
	const char *folder, *page, *numbers;
	bool json, quick;
	int status; /* -1: go on */
};

static int usage(FILE *out)
{
	fputs("usage: lab --cost [OPTION]... [OUT.html]\n\n"
	      "Measures what serving costs: throughput, latency, memory, context switches of\n"
	      "four servers (coroutines, threads, an epoll machine, the preemptive model) that\n"
	      "speak the same protocol with the same features, over connections, computing,\n"
	      "size of messages, and CPUs. It takes two minutes at most, prints tables and\n"
	      "crossing points, and writes a page of charts.\n\n"
	      "  OUT.html           where to write the page (default: cost.html in the folder)\n"
	      "  --out FOLDER       the folder (default: lab)\n"
	      "  --json             print all numbers as JSON; a page only if OUT.html is given\n"
	      "  --numbers FILE     take the numbers from FILE, which --json has printed\n"
	      "  --quick            few points, short samples: for a first look\n"
	      "  --help             print this text\n",
	      out);
	return out == stdout ? 0 : 2;
}

static struct choice parse(int argc, char **argv)
{
	static const struct option options[] = { { "cost", no_argument, NULL, 'c' },
						 { "out", required_argument, NULL, 'o' },
						 { "json", no_argument, NULL, 'j' },
						 { "numbers", required_argument, NULL, 'n' },
						 { "quick", no_argument, NULL, 'q' },
						 { "help", no_argument, NULL, 'h' },
						 { NULL, 0, NULL, 0 } };
	struct choice c = { .folder = "lab", .status = -1 };

	for (int o; c.status < 0 && (o = getopt_long(argc, argv, "o:h", options, NULL)) != -1;) {
		switch (o) {
		case 'c': break;
		case 'o': c.folder = optarg; break;
		case 'j': c.json = true; break;
		case 'n': c.numbers = optarg; break;
		case 'q': c.quick = true; break;
		default: c.status = usage(o == 'h' ? stdout : stderr);
		}
	}
	if (c.status < 0 && optind < argc)
		c.page = argv[optind++];
	if (c.status < 0 && optind < argc) {
		fprintf(stderr, "lab: --cost takes one file, so what is '%s'?\n", argv[optind]);
		c.status = 2;
	}
	return c;
}

bool cost_busy_text(const struct cost_study *s, char *text, size_t n)
{
	if (s->busy < 0.1)
		return false;
	snprintf(text, n,
		 "The machine was busy: other programs had %.0f %% of its CPU time meanwhile. "
		 "Measure again when it is quiet before you believe small differences.",
		 s->busy * 100);
	return true;
}

/* What cigo would heed, and the other servers not. */
static void forget_environment(void)
{
	static const char *const names[] = { "CIGO_CLOCK",  "CIGO_DEBUG",    "CIGO_DEBUG_CANCEL",
					     "CIGO_DUMP",   "CIGO_HOME",     "CIGO_MODEL",
					     "CIGO_POLLER", "CIGO_SCHEDULE", "CIGO_SEED",
					     "CIGO_SPIN",   "CIGO_TRACE" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		unsetenv(names[i]);
}

/* An exit status. */
static int get_numbers(struct cost_study *s, const struct choice *c)
{
	if (c->numbers) {
		int err = cost_read_json(s, c->numbers);

		if (err)
			fprintf(stderr, "lab: cannot take numbers from %s: %s\n", c->numbers,
				err == -EPROTO ? "it is not what lab --cost --json prints"
					       : strerror(-err));
		return err != 0;
	}
	forget_environment();
	tidy_open();
	cost_plan(s, c->quick);
	fprintf(stderr, "Four servers are measured, in two minutes at most.\n");
	for (size_t i = 0; i < s->n_notes; i++)
		fprintf(stderr, "%s\n", s->notes[i]);
	s->load_ns = c->quick ? CIGO_MS(15) : CIGO_MS(80);
	if (cost_measure(s, c->quick ? 3 : 5, c->quick ? CIGO_S(60) : CIGO_S(100)))
		return 0;
	fprintf(stderr, "lab: no server could be measured: %s\n", s->cells[0].servers[0].why);
	return 1;
}

static int write_page(struct cost_study *s, const struct choice *c)
{
	char path[PATH_MAX], where[PATH_MAX];

	if (c->json && !c->page)
		return 0;
	snprintf(path, sizeof path, "%s%s", c->page ? c->page : c->folder,
		 c->page ? "" : "/cost.html");
	int err = cost_page(s, path);

	if (err) {
		fprintf(stderr, "lab: cannot write the page %s: %s\n", path, strerror(-err));
		return 1;
	}
	if (!c->json)
		printf("\nCharts, for a browser:\n\n  file://%s\n",
		       realpath(path, where) ? where : path);
	return 0;
}

int cost_main(int argc, char **argv)
{
	static struct cost_study s;
	struct choice c = parse(argc, argv);
	char text[300];

	if (c.status >= 0)
		return c.status;
	if (!c.page && !c.json && mkdir(c.folder, 0777) && errno != EEXIST) {
		fprintf(stderr, "lab: cannot make the folder %s: %s\n", c.folder, strerror(errno));
		return 1;
	}
	int status = get_numbers(&s, &c);

	if (status)
		return status;
	if (cost_busy_text(&s, text, sizeof text))
		fprintf(stderr, "%s\n", text);
	if (c.json)
		cost_put_json(&s, stdout);
	else
		cost_print(&s, stdout);
	status = write_page(&s, &c);
	if (fflush(stdout) || ferror(stdout)) {
		fprintf(stderr, "lab: cannot write to standard output: %s\n", strerror(errno));
		return 1;
	}
	return status;
}
