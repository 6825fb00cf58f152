/* SPDX-License-Identifier: MIT
 * Names of the program's locks, so that a trace with what the kernel does can say which one a thread is
 * blocked in.
 */
#include <stdarg.h>
#include <stdio.h>

#include "engine/engine.h"

void cigo_trace_name_v(const cigo_ctx *ctx, const void *object, size_t size, const char *format,
		       va_list ap)
{
	uint64_t id;
	cigo_loop *loop = ci_trace_loop(&id);
	char text[48];

	(void)ctx;
	if (!loop || !loop->tracers || !object)
		return;
	if (format)
		vsnprintf(text, sizeof text, format, ap);
	ci_trace_object(loop, object, size, format ? text : NULL);
}

void cigo_trace_name(const cigo_ctx *ctx, const void *object, size_t size, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	cigo_trace_name_v(ctx, object, size, format, ap);
	va_end(ap);
}
