/* SPDX-License-Identifier: MIT
 * The echo server in two ways more: a thread for each connection, and a state machine over epoll.
 */
#ifndef CIGO_DEMOS_ECHO_RIVALS_H
#define CIGO_DEMOS_ECHO_RIVALS_H

#include "demos/servers/compare.h"

int echo_threads(struct contest *c, int model, void *arg);
extern const int echo_threads_lines;

int echo_epoll(struct contest *c, int model, void *arg);
extern const int echo_epoll_lines;

#endif
