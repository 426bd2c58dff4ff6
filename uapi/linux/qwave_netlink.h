/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * qwave - generic netlink family: what tools show.
 *
 * QWAVE_CMD_FLOW_GET as a dump lists the flows of the socket's network
 * namespace; as a request with QWAVE_ATTR_FLOW_ID it returns one, or ENOENT.
 * A caller without CAP_NET_ADMIN over that namespace sees the flows of its own
 * user id. A flow with many members is dumped in several messages that repeat
 * the flow's attributes; a single request returns the first
 * members that fit and QWAVE_ATTR_MEMBER_COUNT tells how many there are.
 */
#ifndef _UAPI_LINUX_QWAVE_NETLINK_H
#define _UAPI_LINUX_QWAVE_NETLINK_H

#define QWAVE_GENL_NAME			"qwave"
#define QWAVE_GENL_VERSION		1

enum qwave_genl_cmd {
	QWAVE_CMD_UNSPEC,
	QWAVE_CMD_FLOW_GET,	/* do and dump; the answer has the same number */

	__QWAVE_CMD_MAX
};
#define QWAVE_CMD_MAX (__QWAVE_CMD_MAX - 1)

enum qwave_genl_attr {
	QWAVE_ATTR_UNSPEC,
	QWAVE_ATTR_PAD,
	QWAVE_ATTR_FLOW_ID,		/* u32 */
	QWAVE_ATTR_TRAFFIC_TYPE,	/* u8, enum qwave_traffic_type */
	QWAVE_ATTR_ADAPTIVE,		/* flag */
	QWAVE_ATTR_DSCP_OVERRIDE,	/* u8; absent: none asked for */
	QWAVE_ATTR_DSCP,		/* u8, what packets get; absent: no mark */
	QWAVE_ATTR_PRIORITY,		/* u32, skb->priority; absent: not set */
	QWAVE_ATTR_PID,			/* u32, process that opened the session,
					 * as seen from the asker's pid
					 * namespace, 0 if not visible there
					 */
	QWAVE_ATTR_COMM,		/* string, its name then */
	QWAVE_ATTR_UID,			/* u32, its user, in the asker's terms */
	QWAVE_ATTR_PACKETS,		/* u64, packets of the flow sent since it
					 * was made; GSO counted by segments
					 */
	QWAVE_ATTR_BYTES,		/* u64, their bytes at the IP level */
	QWAVE_ATTR_MARKED,		/* u64, packets whose DS field or priority
					 * was set
					 */
	QWAVE_ATTR_MEMBER_COUNT,	/* u32 */
	QWAVE_ATTR_MEMBER,		/* nested, repeated: enum qwave_member_attr */

	__QWAVE_ATTR_MAX
};
#define QWAVE_ATTR_MAX (__QWAVE_ATTR_MAX - 1)

enum qwave_member_attr {
	QWAVE_MEMBER_ATTR_UNSPEC,
	QWAVE_MEMBER_ATTR_PROTOCOL,	/* u8, IPPROTO_* */
	QWAVE_MEMBER_ATTR_FAMILY,	/* u16, family of the packets: AF_INET for
					 * IPv4-mapped peers; AF_UNSPEC for any
					 */
	QWAVE_MEMBER_ATTR_DEST,		/* binary, 4 or 16 bytes; absent: any
					 * destination
					 */
	QWAVE_MEMBER_ATTR_DEST_PORT,	/* be16 as u16; absent: any destination */
	QWAVE_MEMBER_ATTR_SCOPE_ID,	/* u32; absent: 0 */
	QWAVE_MEMBER_ATTR_LOCAL_PORT,	/* be16 as u16; 0: not bound yet */
	QWAVE_MEMBER_ATTR_INODE,	/* u64, inode of the socket as in
					 * /proc/PID/fd; 0: closed
					 */
	QWAVE_MEMBER_ATTR_PAD,

	__QWAVE_MEMBER_ATTR_MAX
};
#define QWAVE_MEMBER_ATTR_MAX (__QWAVE_MEMBER_ATTR_MAX - 1)

#endif /* _UAPI_LINUX_QWAVE_NETLINK_H */
