/* SPDX-License-Identifier: MIT
 * Messages on stderr, each in one write(2), so that those of several threads do not mix.
 */
#include "base/misuse.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct ci_base_hooks ci_base_hooks;
__thread const char *ci_call __attribute__((tls_model("initial-exec")));

CIGO_PRINTF(3, 0)
static void say(const char *prefix, const char *function, const char *format, va_list ap)
{
	char text[1024];
	size_t n = (size_t)snprintf(text, sizeof text / 2, "cigo: %s%s%s", prefix,
				    function ? function : "", function ? ": " : "");

	vsnprintf(text + n, sizeof text - n - 1, format, ap);
	strcat(text, "\n");
	if (write(STDERR_FILENO, text, strlen(text)) < 0)
		return; /* stderr is gone: there is no other place for it */
}

void ci_abort(void)
{
	void (*last_words)(void) = __atomic_load_n(&ci_base_hooks.last_words, __ATOMIC_ACQUIRE);

	if (last_words)
		last_words();
	abort();
}

void ci_misuse(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	say("misuse: ", ci_call, format, ap);
	va_end(ap);
	ci_abort();
}

void ci_misuse_of(const char *name, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	say("misuse: ", name, format, ap);
	va_end(ap);
	ci_abort();
}

void ci_warn(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	say("", NULL, format, ap);
	va_end(ap);
}
