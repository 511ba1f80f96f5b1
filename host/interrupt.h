// SPDX-License-Identifier: ISC
// SIGINT and SIGTERM as a request to end cleanly. Any thread may ask.
#ifndef HOST_INTERRUPT_H
#define HOST_INTERRUPT_H

#include "pond/types.h"

/// From here on the first SIGINT or SIGTERM is noted, a second one kills.
/// SIGPIPE becomes an error of write().
void host_interrupt_init(void);
bool host_interrupted(void);
/// Readable once a signal has come; -1 before host_interrupt_init().
int host_interrupt_fd(void);

#endif
