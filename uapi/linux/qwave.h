/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * qwave - per-flow packet marking for sockets: the /dev/qwave interface.
 *
 * Rules that hold for every command:
 *
 * - One open file is one session. What was created through it ends with it.
 * - The argument is a pointer to the command's structure. @size, its first
 *   member, is sizeof() of that structure as the caller knows it. A size below
 *   the first release's is refused with EINVAL. A longer structure is accepted
 *   when everything the kernel does not know is zero, and refused with E2BIG
 *   otherwise.
 * - @flags carries the Windows function's Flags argument. A bit that is not
 *   listed here is refused with EINVAL, and so is a non-zero @__reserved.
 * - Members named out_* are written by the kernel and ignored on input. They
 *   are written on success only, unless the command says otherwise.
 * - Errors that every command can return: EBADF (not an open file), ENOTTY
 *   (unknown command), EFAULT (bad pointer), EINVAL and E2BIG as above, and
 *   ECANCELED once QWAVE_SHUTDOWN was called on the session.
 */
#ifndef _UAPI_LINUX_QWAVE_H
#define _UAPI_LINUX_QWAVE_H

#include <linux/ioctl.h>
#include <linux/types.h>

/**
 * enum qwave_traffic_type - what a flow carries, in the numbers of Windows
 * @QWAVE_TYPE_BEST_EFFORT: no mark is added, no priority is set
 * @QWAVE_TYPE_BACKGROUND: less than best effort, DSCP 8 (CS1)
 * @QWAVE_TYPE_EXCELLENT_EFFORT: more than best effort, DSCP 40 (CS5)
 * @QWAVE_TYPE_AUDIO_VIDEO: streams, DSCP 40 (CS5)
 * @QWAVE_TYPE_VOICE: conversations, DSCP 56 (CS7)
 * @QWAVE_TYPE_CONTROL: user input and signalling, DSCP 56 (CS7)
 * @QWAVE_TYPE_COUNT: how many types there are
 *
 * The code points are the defaults of the sysctl net.qwave.dscp.
 */
enum qwave_traffic_type {
	QWAVE_TYPE_BEST_EFFORT = 0,
	QWAVE_TYPE_BACKGROUND = 1,
	QWAVE_TYPE_EXCELLENT_EFFORT = 2,
	QWAVE_TYPE_AUDIO_VIDEO = 3,
	QWAVE_TYPE_VOICE = 4,
	QWAVE_TYPE_CONTROL = 5,
	QWAVE_TYPE_COUNT
};

/**
 * struct qwave_addr - a destination
 * @family: AF_INET or AF_INET6; AF_UNSPEC (0) means that none is given, and
 *	then every other member must be zero
 * @port: port in network byte order
 * @scope_id: interface index of a link-local IPv6 address; ignored for other
 *	IPv6 addresses, 0 for IPv4
 * @addr: the address in network byte order; an IPv4 address fills the first
 *	four bytes and the rest must be zero
 */
struct qwave_addr {
	__u16 family;
	__be16 port;
	__u32 scope_id;
	__u8 addr[16];
};

/* The flow is marked and shaped only; without it the flow is adaptive. */
#define QWAVE_ADD_NON_ADAPTIVE		0x00000002

/**
 * struct qwave_add_socket - argument of QWAVE_ADD_SOCKET
 * @size: sizeof(struct qwave_add_socket)
 * @flags: 0 or QWAVE_ADD_NON_ADAPTIVE
 * @socket_fd: the socket: TCP, UDP or UDP-Lite over IPv4 or IPv6
 * @traffic_type: enum qwave_traffic_type of a new flow; ignored when joining
 * @flow_id: 0 creates a flow, otherwise the flow of this session to join
 * @out_flow_id: the flow the socket now belongs to, never 0
 * @dest: where the packets to be marked go. AF_UNSPEC takes the peer of a
 *	connected socket. A connected socket accepts only its own peer. The
 *	unspecified address (0.0.0.0 or ::, any port) on an unconnected UDP
 *	socket stands for every destination that no other membership of the
 *	socket names.
 *
 * Adding the same socket and destination to the same flow again succeeds and
 * changes nothing.
 *
 * Errors: EINVAL (traffic type, address, port, a listening socket, or a flow
 * id that this session does not have or that cannot be joined), ENOTSOCK (no
 * open socket), EOPNOTSUPP (a kind of socket that cannot be marked: MPTCP, SCTP,
 * DCCP, ICMP, raw, AF_UNIX ...), EEXIST (the socket and destination belong to
 * another flow), EHOSTUNREACH or ENETUNREACH (no route to the destination),
 * ENOSPC (limit of the session or network namespace), EUSERS (limit of the
 * user), ENOMEM.
 */
struct qwave_add_socket {
	__u32 size;
	__u32 flags;
	__s32 socket_fd;
	__u32 traffic_type;
	__u32 flow_id;
	__u32 out_flow_id;
	struct qwave_addr dest;
};

/* In place of a socket: the whole flow. */
#define QWAVE_NO_SOCKET			(-1)

/**
 * struct qwave_remove_socket - argument of QWAVE_REMOVE_SOCKET
 * @size: sizeof(struct qwave_remove_socket)
 * @flags: must be 0
 * @flow_id: a flow of this session
 * @socket_fd: the socket that leaves with all its destinations, or
 *	QWAVE_NO_SOCKET to end the flow
 *
 * A flow ends with its last member.
 *
 * Errors: ENOENT (no such flow in this session, or the socket is not in it),
 * ENOTSOCK.
 */
struct qwave_remove_socket {
	__u32 size;
	__u32 flags;
	__u32 flow_id;
	__s32 socket_fd;
};

/**
 * enum qwave_set_op - what QWAVE_SET_FLOW changes
 * @QWAVE_SET_TRAFFIC_TYPE: the traffic type; ends a DSCP override
 * @QWAVE_SET_OUTGOING_RATE: the rate contract; refused with EOPNOTSUPP by
 *	modules that do not shape
 * @QWAVE_SET_DSCP: the DSCP, whatever the traffic type; needs CAP_NET_ADMIN
 *	over the flow's network namespace or a group of the sysctl
 *	net.qwave.dscp_group_range
 */
enum qwave_set_op {
	QWAVE_SET_TRAFFIC_TYPE = 0,
	QWAVE_SET_OUTGOING_RATE = 1,
	QWAVE_SET_DSCP = 2,
};

/**
 * struct qwave_set_flow - argument of QWAVE_SET_FLOW
 * @size: sizeof(struct qwave_set_flow)
 * @flags: must be 0
 * @flow_id: a flow of this session
 * @operation: enum qwave_set_op
 * @traffic_type: for QWAVE_SET_TRAFFIC_TYPE, otherwise 0
 * @dscp: for QWAVE_SET_DSCP, 0 to 63, otherwise 0
 *
 * Errors: EINVAL (operation, value or flow id 0), ENOENT (no such flow in this
 * session), EPERM (the privilege for QWAVE_SET_DSCP is missing), EOPNOTSUPP
 * (QWAVE_SET_DSCP on an adaptive flow, or QWAVE_SET_OUTGOING_RATE).
 */
struct qwave_set_flow {
	__u32 size;
	__u32 flags;
	__u32 flow_id;
	__u32 operation;
	__u32 traffic_type;
	__u32 dscp;
};

/* Answer from a new measurement; means something for fundamentals only. */
#define QWAVE_QUERY_FRESH		0x00000001

/**
 * enum qwave_query_op - what QWAVE_QUERY_FLOW asks for
 * @QWAVE_QUERY_FUNDAMENTALS: bandwidths and round-trip time of the path;
 *	EOPNOTSUPP where the path is not measured
 * @QWAVE_QUERY_PACKET_PRIORITY: the marks that packets get now
 * @QWAVE_QUERY_OUTGOING_RATE: the rate contract; ENODATA where none is set
 */
enum qwave_query_op {
	QWAVE_QUERY_FUNDAMENTALS = 0,
	QWAVE_QUERY_PACKET_PRIORITY = 1,
	QWAVE_QUERY_OUTGOING_RATE = 2,
};

/**
 * struct qwave_query_flow - argument of QWAVE_QUERY_FLOW
 * @size: sizeof(struct qwave_query_flow)
 * @flags: 0 or QWAVE_QUERY_FRESH
 * @flow_id: a flow of this session, or any flow for a caller with
 *	CAP_NET_ADMIN over the flow's network namespace
 * @operation: enum qwave_query_op
 * @out_conformant_dscp: DSCP added to packets, 0 to 63; 0 also where the flow
 *	adds none
 * @out_nonconformant_dscp: DSCP of packets over the rate
 * @out_conformant_l2: 802.1p priority of verified on-link paths, 0 otherwise
 * @out_nonconformant_l2: the same over the rate
 *
 * Errors: EINVAL (operation or flow id 0), ENOENT (no such flow, or one that
 * the caller may not see), EOPNOTSUPP, ENODATA.
 */
struct qwave_query_flow {
	__u32 size;
	__u32 flags;
	__u32 flow_id;
	__u32 operation;
	__u32 out_conformant_dscp;
	__u32 out_nonconformant_dscp;
	__u32 out_conformant_l2;
	__u32 out_nonconformant_l2;
};

/**
 * struct qwave_enum_flows - argument of QWAVE_ENUM_FLOWS
 * @size: sizeof(struct qwave_enum_flows)
 * @flags: must be 0
 * @capacity: how many ids the array at @ids can take
 * @out_count: how many ids were written; with EMSGSIZE, how many there are
 * @ids: user pointer to an array of __u32; not read when @capacity is 0
 *
 * Lists the flows of the caller's network namespace, of every session; in the
 * initial network namespace, the flows of all. The caller needs CAP_NET_ADMIN
 * over its network namespace.
 *
 * Errors: EPERM, EMSGSIZE (@capacity is too small: @out_count is written, the
 * array is not), ENOMEM.
 */
struct qwave_enum_flows {
	__u32 size;
	__u32 flags;
	__u32 capacity;
	__u32 out_count;
	__aligned_u64 ids;
};

#define QWAVE_IOCTL_BASE		'q'

#define QWAVE_ADD_SOCKET		_IO(QWAVE_IOCTL_BASE, 0x40)
#define QWAVE_REMOVE_SOCKET		_IO(QWAVE_IOCTL_BASE, 0x41)
#define QWAVE_SET_FLOW			_IO(QWAVE_IOCTL_BASE, 0x42)
#define QWAVE_QUERY_FLOW		_IO(QWAVE_IOCTL_BASE, 0x43)
#define QWAVE_ENUM_FLOWS		_IO(QWAVE_IOCTL_BASE, 0x44)

/*
 * Ends every flow of the session. From then on every command on it, this one
 * excepted, returns ECANCELED. The argument must be 0. A program that shares
 * the session between threads calls it before close(2), because close(2) does
 * not reach a thread that is inside a command.
 */
#define QWAVE_SHUTDOWN			_IO(QWAVE_IOCTL_BASE, 0x45)

#endif /* _UAPI_LINUX_QWAVE_H */
