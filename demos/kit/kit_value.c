/* SPDX-License-Identifier: MIT
 * The values of a table: as people read them, and as numbers.
 */
#include "demos/kit/kit_parts.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

const char *kit_with_commas(char buf[32], int64_t n)
{
	char *at = buf + 31;
	uint64_t rest = n < 0 ? -(uint64_t)n : (uint64_t)n;

	*at = '\0';
	for (int digits = 0; rest || !digits; rest /= 10, digits++) {
		if (digits && digits % 3 == 0)
			*--at = ',';
		*--at = (char)('0' + rest % 10);
	}
	if (n < 0)
		*--at = '-';
	return at;
}

/* Three digits that matter. */
const char *kit_as_time(char buf[32], int64_t ns)
{
	static const struct {
		double unit;
		const char *name;
	} units[] = { { 1e9, "s" }, { 1e6, "ms" }, { 1e3, "µs" } };

	for (size_t i = 0; i < 3; i++) {
		double n = (double)ns / units[i].unit;

		if (n < 1)
			continue;
		snprintf(buf, 32, "%.*f %s", n < 10 ? 2 : n < 100 ? 1 : 0, n, units[i].name);
		return buf;
	}
	snprintf(buf, 32, "%" PRId64 " ns", ns);
	return buf;
}

/* Units that people have to be told; what other numbers count, the row itself says. */
static const char *shown_unit(const char *unit)
{
	static const char *const shown[] = { "pence", "KiB", "lines" };

	for (size_t i = 0; i < sizeof shown / sizeof *shown; i++)
		if (strcmp(unit, shown[i]) == 0)
			return unit;
	return "";
}

static void read_count(struct kit_value *v, const char *text)
{
	char number[32], buf[32];
	int64_t n = strtoll(text, NULL, 10);
	const char *unit = strchr(text, ' ');

	snprintf(v->json, sizeof v->json, "%" PRId64, n);
	snprintf(v->unit, sizeof v->unit, "%s", unit ? unit + 1 : "");
	if (strcmp(v->unit, "ns") == 0) {
		snprintf(v->text, sizeof v->text, "%s", kit_as_time(buf, n));
		return;
	}
	snprintf(number, sizeof number, "%s", kit_with_commas(buf, n));
	const char *after = shown_unit(v->unit);
	snprintf(v->text, sizeof v->text, "%s%s%s", number, *after ? " " : "", after);
}

static void read_share(struct kit_value *v, const char *text)
{
	char a[32], b[32];
	char *rest, *unit;
	int64_t n = strtoll(text, &rest, 10), total = strtoll(rest, &unit, 10);

	snprintf(v->json, sizeof v->json, "%" PRId64, n);
	snprintf(v->of, sizeof v->of, "%" PRId64, total);
	snprintf(v->unit, sizeof v->unit, "%s", *unit ? unit + 1 : "");
	snprintf(v->text, sizeof v->text, "%s of %s", kit_with_commas(a, n),
		 kit_with_commas(b, total));
}

bool kit_value_read(struct kit_value *v, const char *kind, const char *text)
{
	*v = (struct kit_value){ 0 };
	if (strcmp(kind, "text") == 0) {
		snprintf(v->text, sizeof v->text, "%s", text);
	} else if (strcmp(kind, "count") == 0) {
		read_count(v, text);
	} else if (strcmp(kind, "of") == 0) {
		read_share(v, text);
	} else if (strcmp(kind, "ratio") == 0) {
		const char *unit = strchr(text, ' ');

		snprintf(v->text, sizeof v->text, "%.*s", (int)strcspn(text, " "), text);
		snprintf(v->json, sizeof v->json, "%s", v->text);
		snprintf(v->unit, sizeof v->unit, "%s", unit ? unit + 1 : "");
	} else if (strcmp(kind, "yes") == 0) {
		snprintf(v->json, sizeof v->json, "%s", text);
		snprintf(v->text, sizeof v->text, "%s", *text == 't' ? "yes" : "no");
	} else {
		return false;
	}
	return true;
}
