/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What crosses the library's files. Nothing here is exported. */
#ifndef QOS2_INTERNAL_H
#define QOS2_INTERNAL_H

#include <stdbool.h>

#include "qos2.h"

/* On the definitions of what the version script exports. */
#define QOS2_API __attribute__((visibility("default")))

/**
 * struct session - what stands behind a handle
 * @generation: distinguishes the handles that used this slot one after the
 *	other; 0 in a free slot
 * @users: calls that are using @fd
 * @fd: the open device; constant while there are users; -1 in a process that
 *	inherited the handle by fork(2)
 * @closing: QOSCloseHandle() was called, the last user closes @fd
 *
 * All members are protected by the lock of the handle table.
 */
struct session {
	uintptr_t generation;
	unsigned int users;
	int fd;
	bool closing;
};

/* handle.c */
struct session *session_get(HANDLE handle);
void session_put(struct session *session);

/* device.c: results are 0 or a descriptor, or a negative errno */
int device_open(void);
int device_call(int fd, unsigned long request, void *argument);
void device_close(int fd);

/* error.c */
BOOL fail(DWORD code);
BOOL fail_open(int error);
BOOL fail_call(int error);

#endif /* QOS2_INTERNAL_H */
