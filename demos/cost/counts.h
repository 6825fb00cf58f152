/* SPDX-License-Identifier: MIT
 * What the kernel counts: of a process, and of the machine.
 */
#ifndef CIGO_DEMOS_COST_COUNTS_H
#define CIGO_DEMOS_COST_COUNTS_H

#include <stdint.h>
#include <sys/types.h>

/* Of all threads of a process: how often one of them left the CPU. */
struct cost_switches {
	int64_t blocked, preempted;
};

/* 0 or -errno. */
int cost_count_switches(pid_t pid, struct cost_switches *ret);
/* Its resident memory (RSS), in KiB, or -errno. */
int64_t cost_count_memory(pid_t pid);

/* CPU time of the machine, in seconds: of all programs, and of this one with its children. */
struct cost_cpu {
	double wall, all, own;
};

struct cost_cpu cost_count_cpu(void);
/* Which part of the CPUs others took between two looks, 0 to 1. */
double cost_busy(const struct cost_cpu *from, const struct cost_cpu *to, int cpus);

#endif
