/* SPDX-License-Identifier: MIT
 * The main of an exercise: NAME runs the trial of that name; without a name it lists them, each with the
 * models that it says something about.
 */
#include "trial.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int some(int n)
{
	const char *model = getenv("CIGO_MODEL");

	return model && strcmp(model, "preemptive") == 0 ? 2 : n;
}

static int list(void)
{
	for (const struct trial *t = trials; t->name; t++)
		printf("%s cooperative%s\n", t->name, t->where == IN_BOTH ? " preemptive" : "");
	return 0;
}

static const struct trial *find(const char *name)
{
	const struct trial *t = trials;

	while (t->name && strcmp(t->name, name) != 0)
		t++;
	return t->name ? t : NULL;
}

int main(int argc, char **argv)
{
	const struct trial *t = argc == 2 ? find(argv[1]) : NULL;

	if (argc == 1)
		return list();
	if (!t) {
		fprintf(stderr, "%s: no such trial; without a name it lists them\n", argv[0]);
		return 2;
	}
	cigo_must(cigo_run(t->body, NULL));
	return 0;
}
