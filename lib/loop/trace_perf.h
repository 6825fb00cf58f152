/* SPDX-License-Identifier: MIT
 * What tests put in the place of the kernel.
 */
#pragma once

struct perf_event_attr;

/* perf_event_open(2) for the calling thread and its descendants on a CPU. -1: errno. */
extern int (*ci_perf_open_event)(struct perf_event_attr *attr, int cpu);
