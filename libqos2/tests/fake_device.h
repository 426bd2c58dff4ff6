/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A device in place of /dev/qwave: the linker sends the library's open, ioctl
 * and close here (--wrap). Descriptors are real ones of /dev/null.
 */
#ifndef FAKE_DEVICE_H
#define FAKE_DEVICE_H

#include <linux/qwave.h>
#include <stdatomic.h>
#include <stdbool.h>

struct fake_device {
	int open_errno;			/* fail open with this */
	int call_errno;			/* fail every command with this */
	atomic_int interrupts;		/* first fail this often with EINTR */
	bool open_given_path;		/* open what the library names */
	void (*opened)(int fd);		/* called before open returns */

	/* Answers a command: 0 or an errno. Runs when call_errno is 0. */
	int (*answer)(unsigned long request, void *argument);

	/* What the library did. */
	atomic_int opens;
	atomic_int calls;		/* EINTR not counted */
	atomic_int shutdowns;
	atomic_int closes;
	int open_flags;
	int last_fd;
	char path[64];
	unsigned long request;
	union {
		struct qwave_add_socket add;
		struct qwave_remove_socket remove;
		struct qwave_set_flow set;
		struct qwave_query_flow query;
		struct qwave_enum_flows enumerate;
	} argument;			/* as the last command received it */
};

extern struct fake_device fake;

void fake_reset(void);

#endif /* FAKE_DEVICE_H */
