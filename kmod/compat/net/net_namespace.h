/* SPDX-License-Identifier: GPL-2.0-only */
/* Completes <net/net_namespace.h>. */
#ifndef QWAVE_COMPAT_NET_NET_NAMESPACE_H
#define QWAVE_COMPAT_NET_NET_NAMESPACE_H

#include_next <net/net_namespace.h>

/*
 * 6.6 brought the table's size as an argument, together with a macro of this
 * name. Before, an empty entry ends the table.
 */
#ifndef register_net_sysctl
#define register_net_sysctl_sz(net, path, table, size) \
	register_net_sysctl(net, path, table)
#endif

#endif
