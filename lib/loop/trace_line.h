/* SPDX-License-Identifier: MIT
 * The lines of a trace file. All are called with the file's lock held.
 */
#pragma once

#include "engine/trace.h"
#include "loop/trace_file.h"
#include "loop/trace_kernel.h"
#include "loop/trace_lane.h"

struct ci_trace_json {
	struct ci_tracer tracer;
	struct ci_trace_file file; /* its lock guards all */
	int64_t start;
	uint64_t flows;
	struct ci_lane home;
	struct ci_lanes lanes;
	bool poor;		  /* has warned that there is no memory */
	struct ci_kernel *kernel; /* NULL: not asked for */
};

int ci_line_tid_of(const struct ci_trace_json *j, uint64_t lane);
void ci_line_begin(struct ci_trace_json *j, const char *before, const char *name, uint64_t lane,
		   int64_t when);
void ci_line_metadata(struct ci_trace_json *j, const char *before, uint64_t lane, const char *arg);
void ci_line_name_lane(struct ci_trace_json *j, uint64_t lane, const char *name);
void ci_line_name_thread(struct ci_trace_json *j, const struct ci_lane *l);
void ci_line_span(struct ci_trace_json *j, const struct ci_lane *l, int64_t now, int events);
void ci_line_become(struct ci_trace_json *j, struct ci_lane *l, enum ci_lane_does does,
		    int64_t now);
void ci_line_arrow(struct ci_trace_json *j, struct ci_lane *l, int64_t now);
void ci_line_instant(struct ci_trace_json *j, const char *name, uint64_t lane, int64_t when);
void ci_line_end_args(struct ci_trace_json *j);
void ci_line_task_args(struct ci_trace_json *j, const cigo_trace_event *e);
void ci_line_shown(struct ci_trace_json *j, const cigo_trace_event *e);
/* What the kernel did with a thread. */
void ci_line_kernel(struct ci_trace_json *j, const struct ci_kernel_span *s);
/* Where that is known from. */
void ci_line_source(struct ci_trace_json *j, const char *source);
/* n of its switches are missing. */
void ci_line_lost(struct ci_trace_json *j, uint64_t n);
