/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Calls of /dev/qwave for the tests of its interface. The functions return
 * what ioctl(2) returns, with its errno; the open_ and made_ ones assert.
 */
#ifndef QWAVE_TESTS_UAPI_SESSION_H
#define QWAVE_TESTS_UAPI_SESSION_H

#include "../sockets.h"

#include <fcntl.h>

#include <linux/qwave.h>

#define DEVICE		"/dev/qwave"

/* In an output member before the call: no valid result looks like it. */
#define POISON		0xdeadbeefU

/* A flow id that no module hands out in the life of a test. */
#define NEVER_ISSUED	0x7ffffff1U

static int __attribute__((unused)) open_session(void)
{
	int fd = open(DEVICE, O_RDWR | O_CLOEXEC);

	if (fd < 0) {
		harness_failed(__FILE__, __LINE__, true, "open %s: %s", DEVICE,
			       strerror(errno));
	}
	return fd;
}

static struct qwave_addr __attribute__((unused))
dest_of(const char *text, uint16_t port)
{
	union test_address address = address_of(text, port);
	struct qwave_addr dest = { .family = address.any.sa_family };

	dest.port = htons(port);
	if (dest.family == AF_INET)
		memcpy(dest.addr, &address.v4.sin_addr, 4);
	else
		memcpy(dest.addr, &address.v6.sin6_addr, 16);
	return dest;
}

/* A request that makes a non-adaptive flow of @sock, a connected socket. */
static struct qwave_add_socket __attribute__((unused)) add_request(int sock)
{
	struct qwave_add_socket add = {
		.size = sizeof(add),
		.flags = QWAVE_ADD_NON_ADAPTIVE,
		.socket_fd = sock,
		.traffic_type = QWAVE_TYPE_VOICE,
		.out_flow_id = POISON,
	};

	return add;
}

static int __attribute__((unused))
add_socket(int session, struct qwave_add_socket *add)
{
	return ioctl(session, QWAVE_ADD_SOCKET, add);
}

/* A new non-adaptive flow of @type with the connected socket @sock. */
static __u32 __attribute__((unused))
made_flow(int session, int sock, __u32 type)
{
	struct qwave_add_socket add = add_request(sock);

	add.traffic_type = type;
	ASSERT_EQ(0, add_socket(session, &add));
	ASSERT_NE(0, add.out_flow_id);
	ASSERT_NE(POISON, add.out_flow_id);
	return add.out_flow_id;
}

/* A new adaptive flow. */
static __u32 __attribute__((unused)) made_adaptive(int session, int sock)
{
	struct qwave_add_socket add = add_request(sock);

	add.flags = 0;
	ASSERT_EQ(0, add_socket(session, &add));
	return add.out_flow_id;
}

static int __attribute__((unused))
remove_socket(int session, __u32 flow, int sock)
{
	struct qwave_remove_socket request = {
		.size = sizeof(request), .flow_id = flow, .socket_fd = sock,
	};

	return ioctl(session, QWAVE_REMOVE_SOCKET, &request);
}

static int __attribute__((unused)) remove_flow(int session, __u32 flow)
{
	return remove_socket(session, flow, QWAVE_NO_SOCKET);
}

static int __attribute__((unused))
set_flow(int session, __u32 flow, __u32 operation, __u32 type, __u32 dscp)
{
	struct qwave_set_flow set = {
		.size = sizeof(set), .flow_id = flow, .operation = operation,
		.traffic_type = type, .dscp = dscp,
	};

	return ioctl(session, QWAVE_SET_FLOW, &set);
}

static int __attribute__((unused))
set_type(int session, __u32 flow, __u32 type)
{
	return set_flow(session, flow, QWAVE_SET_TRAFFIC_TYPE, type, 0);
}

static int __attribute__((unused))
set_dscp(int session, __u32 flow, __u32 dscp)
{
	return set_flow(session, flow, QWAVE_SET_DSCP, 0, dscp);
}

static struct qwave_query_flow __attribute__((unused))
query_request(__u32 flow, __u32 operation)
{
	struct qwave_query_flow query = {
		.size = sizeof(query), .flow_id = flow, .operation = operation,
		.out_conformant_dscp = POISON,
		.out_nonconformant_dscp = POISON,
		.out_conformant_l2 = POISON,
		.out_nonconformant_l2 = POISON,
	};

	return query;
}

static int __attribute__((unused))
query_flow(int session, struct qwave_query_flow *query)
{
	return ioctl(session, QWAVE_QUERY_FLOW, query);
}

/* The DSCP that the flow reports, or -1 with errno. */
static int __attribute__((unused)) queried_dscp(int session, __u32 flow)
{
	struct qwave_query_flow query =
		query_request(flow, QWAVE_QUERY_PACKET_PRIORITY);

	if (query_flow(session, &query))
		return -1;
	return (int)query.out_conformant_dscp;
}

static int __attribute__((unused))
enum_flows(int session, __u32 *ids, __u32 capacity, __u32 *count)
{
	struct qwave_enum_flows request = {
		.size = sizeof(request), .capacity = capacity,
		.out_count = POISON, .ids = (uintptr_t)ids,
	};
	int result = ioctl(session, QWAVE_ENUM_FLOWS, &request);

	*count = request.out_count;
	return result;
}

/* How many flows there are; in the initial namespace, of everybody. */
static __u32 __attribute__((unused)) flow_count(int session)
{
	__u32 ids[4096];
	__u32 count;

	ASSERT_EQ(0, enum_flows(session, ids, 4096, &count));
	return count;
}

static bool __attribute__((unused)) flow_exists(int session, __u32 flow)
{
	__u32 ids[4096];
	__u32 count;
	__u32 i;

	ASSERT_EQ(0, enum_flows(session, ids, 4096, &count));
	for (i = 0; i < count; i++)
		if (ids[i] == flow)
			return true;
	return false;
}

#endif /* QWAVE_TESTS_UAPI_SESSION_H */
