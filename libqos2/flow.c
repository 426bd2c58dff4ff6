// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The functions that act on flows. Every rule about flows is the kernel's; here
 * is only what the kernel cannot see: pointers, and sizes of untyped buffers.
 */
#include <errno.h>
#include <limits.h>
#include <linux/qwave.h>
#include <string.h>

#include "internal.h"

/* Never a socket, and never QWAVE_NO_SOCKET either. */
#define NOT_A_SOCKET (-2)

static int socket_to_fd(SOCKET socket)
{
	return socket > INT_MAX ? NOT_A_SOCKET : (int)socket;
}

static void copy_ipv4(struct qwave_addr *dest, const void *address)
{
	struct sockaddr_in in;

	memcpy(&in, address, sizeof(in));
	dest->port = in.sin_port;
	memcpy(dest->addr, &in.sin_addr, sizeof(in.sin_addr));
}

static void copy_ipv6(struct qwave_addr *dest, const void *address)
{
	struct sockaddr_in6 in6;

	memcpy(&in6, address, sizeof(in6));
	dest->port = in6.sin6_port;
	dest->scope_id = in6.sin6_scope_id;
	memcpy(dest->addr, &in6.sin6_addr, sizeof(in6.sin6_addr));
}

/*
 * The address has no length, so nothing beyond its family is touched unless
 * the family says that it is there; and no alignment, as it may lie in a packed
 * message. The kernel refuses unknown families; family 0 it would take for "no
 * address", which only NULL stands for.
 */
static int copy_address(struct qwave_addr *dest, const SOCKADDR *address)
{
	sa_family_t family;

	if (!address)
		return 0;
	memcpy(&family, (const char *)address + offsetof(SOCKADDR, sa_family),
	       sizeof(family));
	if (family == AF_UNSPEC)
		return -EINVAL;

	dest->family = family;
	if (family == AF_INET)
		copy_ipv4(dest, address);
	else if (family == AF_INET6)
		copy_ipv6(dest, address);
	return 0;
}

static BOOL finish(struct session *session, int result)
{
	session_put(session);
	return result < 0 ? fail_call(-result) : TRUE;
}

static int add_socket(int fd, SOCKET socket, const SOCKADDR *address,
		      QOS_TRAFFIC_TYPE type, DWORD flags, QOS_FLOWID *flow_id)
{
	struct qwave_add_socket add = {
		.size = sizeof(add),
		.flags = flags,
		.socket_fd = socket_to_fd(socket),
		.traffic_type = type,
	};
	int result;

	if (!flow_id)
		return -EINVAL;
	add.flow_id = *flow_id;
	result = copy_address(&add.dest, address);
	if (result < 0)
		return result;

	result = device_call(fd, QWAVE_ADD_SOCKET, &add);
	if (result == 0)
		*flow_id = add.out_flow_id;
	return result;
}

QOS2_API BOOL QOSAddSocketToFlow(HANDLE QOSHandle, SOCKET Socket,
				 PSOCKADDR DestAddr,
				 QOS_TRAFFIC_TYPE TrafficType, DWORD Flags,
				 PQOS_FLOWID FlowId)
{
	struct session *session = session_get(QOSHandle);

	if (!session)
		return fail(ERROR_INVALID_HANDLE);
	return finish(session, add_socket(session->fd, Socket, DestAddr,
					  TrafficType, Flags, FlowId));
}

QOS2_API BOOL QOSRemoveSocketFromFlow(HANDLE QOSHandle, SOCKET Socket,
				      QOS_FLOWID FlowId, DWORD Flags)
{
	struct qwave_remove_socket remove = {
		.size = sizeof(remove),
		.flags = Flags,
		.flow_id = FlowId,
		.socket_fd = Socket ? socket_to_fd(Socket) : QWAVE_NO_SOCKET,
	};
	struct session *session = session_get(QOSHandle);

	if (!session)
		return fail(ERROR_INVALID_HANDLE);
	return finish(session, device_call(session->fd, QWAVE_REMOVE_SOCKET,
					   &remove));
}

static size_t set_size(QOS_SET_FLOW operation)
{
	switch (operation) {
	case QOSSetTrafficType:
		return sizeof(QOS_TRAFFIC_TYPE);
	case QOSSetOutgoingRate:
		return sizeof(QOS_FLOWRATE_OUTGOING);
	case QOSSetOutgoingDSCPValue:
		return sizeof(DWORD);
	}
	return 0;
}

/* The kernel does not take rates yet, so their values are judged here. */
static bool rate_is_valid(const void *buffer)
{
	QOS_FLOWRATE_OUTGOING rate;

	memcpy(&rate, buffer, sizeof(rate));
	return (unsigned int)rate.ShapingBehavior <=
		       QOSUseNonConformantMarkings &&
	       (unsigned int)rate.Reason <= QOSFlowRateUserCaused;
}

static int set_argument(struct qwave_set_flow *set, QOS_SET_FLOW operation,
			ULONG size, const void *buffer)
{
	size_t expected = set_size(operation);

	if (!expected || size != expected || !buffer)
		return -EINVAL;
	if (operation == QOSSetOutgoingRate)
		return rate_is_valid(buffer) ? 0 : -EINVAL;

	if (operation == QOSSetTrafficType)
		memcpy(&set->traffic_type, buffer, size);
	else
		memcpy(&set->dscp, buffer, size);
	return 0;
}

QOS2_API BOOL QOSSetFlow(HANDLE QOSHandle, QOS_FLOWID FlowId,
			 QOS_SET_FLOW Operation, ULONG Size, PVOID Buffer,
			 DWORD Flags, LPOVERLAPPED Overlapped)
{
	struct qwave_set_flow set = {
		.size = sizeof(set),
		.flags = Flags,
		.flow_id = FlowId,
		.operation = Operation,
	};
	struct session *session = session_get(QOSHandle);
	int result;

	if (!session)
		return fail(ERROR_INVALID_HANDLE);
	result = set_argument(&set, Operation, Size, Buffer);
	if (result == 0 && Overlapped)
		result = -EOPNOTSUPP;
	if (result == 0)
		result = device_call(session->fd, QWAVE_SET_FLOW, &set);
	return finish(session, result);
}

static size_t query_size(QOS_QUERY_FLOW operation)
{
	switch (operation) {
	case QOSQueryFlowFundamentals:
		return sizeof(QOS_FLOW_FUNDAMENTALS);
	case QOSQueryPacketPriority:
		return sizeof(QOS_PACKET_PRIORITY);
	case QOSQueryOutgoingRate:
		return sizeof(UINT64);
	}
	return 0;
}

/* Room for the answer? If not, says how much is needed. */
static int query_room(QOS_QUERY_FLOW operation, ULONG *size,
		      const void *buffer)
{
	size_t needed = query_size(operation);

	if (!needed || !size)
		return -EINVAL;
	if (*size < needed) {
		*size = (ULONG)needed;
		return -EMSGSIZE;
	}
	return buffer ? 0 : -EINVAL;
}

/* The other answers do not fit into the structure the kernel was given. */
static int query_answer(const struct qwave_query_flow *query, ULONG *size,
			void *buffer)
{
	QOS_PACKET_PRIORITY priority = {
		.ConformantDSCPValue = query->out_conformant_dscp,
		.NonConformantDSCPValue = query->out_nonconformant_dscp,
		.ConformantL2Value = query->out_conformant_l2,
		.NonConformantL2Value = query->out_nonconformant_l2,
	};

	if (query->operation != QWAVE_QUERY_PACKET_PRIORITY)
		return -EOPNOTSUPP;
	memcpy(buffer, &priority, sizeof(priority));
	*size = sizeof(priority);
	return 0;
}

static int query_flow(int fd, struct qwave_query_flow *query, ULONG *size,
		      void *buffer)
{
	int result = device_call(fd, QWAVE_QUERY_FLOW, query);

	return result < 0 ? result : query_answer(query, size, buffer);
}

QOS2_API BOOL QOSQueryFlow(HANDLE QOSHandle, QOS_FLOWID FlowId,
			   QOS_QUERY_FLOW Operation, PULONG Size, PVOID Buffer,
			   DWORD Flags, LPOVERLAPPED Overlapped)
{
	struct qwave_query_flow query = {
		.size = sizeof(query),
		.flags = Flags,
		.flow_id = FlowId,
		.operation = Operation,
	};
	struct session *session = session_get(QOSHandle);
	int result;

	if (!session)
		return fail(ERROR_INVALID_HANDLE);
	result = query_room(Operation, Size, Buffer);
	if (result == 0 && Overlapped)
		result = -EOPNOTSUPP;
	if (result == 0)
		result = query_flow(session->fd, &query, Size, Buffer);
	return finish(session, result);
}

static int enumerate_flows(int fd, ULONG *size, void *buffer)
{
	struct qwave_enum_flows enumerate = {
		.size = sizeof(enumerate),
		.ids = (uintptr_t)buffer,
	};
	int result;

	if (!size)
		return -EINVAL;
	enumerate.capacity = *size / sizeof(QOS_FLOWID);
	if (enumerate.capacity && !buffer)
		return -EINVAL;

	result = device_call(fd, QWAVE_ENUM_FLOWS, &enumerate);
	if (result == 0 || result == -EMSGSIZE)
		*size = enumerate.out_count * sizeof(QOS_FLOWID);
	return result;
}

QOS2_API BOOL QOSEnumerateFlows(HANDLE QOSHandle, PULONG Size, PVOID Buffer)
{
	struct session *session = session_get(QOSHandle);

	if (!session)
		return fail(ERROR_INVALID_HANDLE);
	return finish(session, enumerate_flows(session->fd, Size, Buffer));
}
