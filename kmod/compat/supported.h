/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernels this module is written for. README.md and dkms.conf say the same. */
#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 1, 0)
#error "qwave needs Linux 6.1 or newer"
#endif
