/* SPDX-License-Identifier: GPL-2.0-only */
/* Completes <linux/sysctl.h>. */
#ifndef QWAVE_COMPAT_LINUX_SYSCTL_H
#define QWAVE_COMPAT_LINUX_SYSCTL_H

#include_next <linux/sysctl.h>
#include <linux/version.h>

/* 6.11 made the table a handler's argument const; a type cannot be tested. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 11, 0)
typedef struct ctl_table qwave_ctl_table;
#else
typedef const struct ctl_table qwave_ctl_table;
#endif

#endif
