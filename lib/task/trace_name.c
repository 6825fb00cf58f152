/* SPDX-License-Identifier: MIT
 * Names of the program's locks, so that a trace with what the kernel does can say which one a thread is
 * blocked in.
 */
#include <stdarg.h>
#include <stdio.h>

#include "engine/engine.h"

void cigo_trace_name(const cigo_ctx *ctx, const void *object, size_t size, const char *format, ...)
{
	uint64_t id;
	cigo_loop *loop = ci_trace_loop(&id);
	char text[48];
	va_list ap;

	(void)ctx;
	if (!loop || !loop->tracers || !object)
		return;
	if (format) {
		va_start(ap, format);
		vsnprintf(text, sizeof text, format, ap);
		va_end(ap);
	}
	ci_trace_object(loop, object, size, format ? text : NULL);
}
