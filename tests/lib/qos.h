/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the tests of libqos2 share. They know the library's header and nothing
 * of the kernel's interface.
 *
 * Above each test stand the numbers of the rules it shows, as
 * Documentation/parity.rst lists them.
 */
#ifndef QWAVE_TESTS_LIB_QOS_H
#define QWAVE_TESTS_LIB_QOS_H

#include "../sockets.h"

#include <qos2.h>

/* No function of the library sets this one. */
#define SENTINEL	0xabcdefU

/* A flow id that no module hands out in the life of a test. */
#define NEVER_ISSUED	0x7ffffff1U

/* A result the library has to write, before it did. */
#define POISON		0xccccccccU

/* @call returns exactly TRUE and leaves the last error alone. */
#define EXPECT_TRUE_1(call) do {					\
	SetLastError(SENTINEL);						\
	EXPECT_EQ(1, call);						\
	EXPECT_EQ(SENTINEL, GetLastError());				\
} while (0)

#define ASSERT_TRUE_1(call) do {					\
	SetLastError(SENTINEL);						\
	ASSERT_EQ(1, call);						\
	ASSERT_EQ(SENTINEL, GetLastError());				\
} while (0)

/* @call returns FALSE with @code as last error. */
#define EXPECT_FALSE_WITH(code, call) do {				\
	SetLastError(SENTINEL);						\
	EXPECT_EQ(0, call);						\
	EXPECT_EQ(code, GetLastError());				\
} while (0)

static HANDLE __attribute__((unused)) new_handle(void)
{
	QOS_VERSION version = { 1, 0 };
	HANDLE handle = NULL;

	ASSERT_TRUE_1(QOSCreateHandle(&version, &handle));
	return handle;
}

static HANDLE __attribute__((unused)) closed_handle(void)
{
	HANDLE handle = new_handle();

	ASSERT_TRUE_1(QOSCloseHandle(handle));
	return handle;
}

/* A new non-adaptive flow of the connected socket @sock. */
static QOS_FLOWID __attribute__((unused))
new_flow(HANDLE handle, int sock, QOS_TRAFFIC_TYPE type)
{
	QOS_FLOWID flow = 0;

	ASSERT_TRUE_1(QOSAddSocketToFlow(handle, sock, NULL, type,
					 QOS_NON_ADAPTIVE_FLOW, &flow));
	ASSERT_NE(0, flow);
	return flow;
}

static QOS_FLOWID __attribute__((unused))
new_adaptive_flow(HANDLE handle, int sock)
{
	QOS_FLOWID flow = 0;

	ASSERT_TRUE_1(QOSAddSocketToFlow(handle, sock, NULL,
					 QOSTrafficTypeVoice, 0, &flow));
	return flow;
}

static BOOL __attribute__((unused))
join_flow(HANDLE handle, int sock, QOS_FLOWID flow)
{
	return QOSAddSocketToFlow(handle, sock, NULL, QOSTrafficTypeVoice,
				  QOS_NON_ADAPTIVE_FLOW, &flow);
}

/* QOSAddSocketToFlow() with a destination, for a new flow. */
static BOOL __attribute__((unused))
add_to(HANDLE handle, int sock, const char *text, uint16_t port, QOS_FLOWID *flow)
{
	union test_address dest = address_of(text, port);

	return QOSAddSocketToFlow(handle, sock, &dest.any, QOSTrafficTypeVoice,
				  QOS_NON_ADAPTIVE_FLOW, flow);
}

static BOOL __attribute__((unused))
set_type(HANDLE handle, QOS_FLOWID flow, DWORD type)
{
	return QOSSetFlow(handle, flow, QOSSetTrafficType, sizeof(type), &type,
			  0, NULL);
}

static BOOL __attribute__((unused))
set_dscp(HANDLE handle, QOS_FLOWID flow, DWORD dscp)
{
	return QOSSetFlow(handle, flow, QOSSetOutgoingDSCPValue, sizeof(dscp),
			  &dscp, 0, NULL);
}

static BOOL __attribute__((unused))
query_priority(HANDLE handle, QOS_FLOWID flow, QOS_PACKET_PRIORITY *priority)
{
	ULONG size = sizeof(*priority);

	return QOSQueryFlow(handle, flow, QOSQueryPacketPriority, &size,
			    priority, 0, NULL);
}

/* The DSCP that the flow reports, or -1 with a last error. */
static int __attribute__((unused)) queried_dscp(HANDLE handle, QOS_FLOWID flow)
{
	QOS_PACKET_PRIORITY priority;

	if (!query_priority(handle, flow, &priority))
		return -1;
	return (int)priority.ConformantDSCPValue;
}

static bool __attribute__((unused))
is_enumerated(HANDLE handle, QOS_FLOWID flow)
{
	QOS_FLOWID ids[4096];
	ULONG size = sizeof(ids);
	ULONG i;

	ASSERT_TRUE_1(QOSEnumerateFlows(handle, &size, ids));
	for (i = 0; i < size / sizeof(ids[0]); i++)
		if (ids[i] == flow)
			return true;
	return false;
}

/* A UDP socket on the loopback and the one that receives from it. */
struct udp_link {
	int from;
	int to;
};

static struct udp_link __attribute__((unused)) udp_link(const char *text)
{
	struct udp_link link = { .to = udp_receiver(text) };

	link.from = udp_connected(text, local_port(link.to));
	return link;
}

/* A connected sender and receiver, the sender in a flow of its own. */
struct voice {
	struct udp_link link;
	HANDLE handle;
	QOS_FLOWID flow;
};

static struct voice __attribute__((unused)) new_voice(void)
{
	struct voice voice = { .link = udp_link("127.0.0.1") };

	voice.handle = new_handle();
	voice.flow = new_flow(voice.handle, voice.link.from,
			      QOSTrafficTypeVoice);
	return voice;
}

static int __attribute__((unused)) seen_dscp(const struct udp_link *link)
{
	return dscp_between(link->from, link->to);
}

/*
 * Another process with a flow of its own. It waits until the test ends, or
 * until told to send a datagram and report the DSCP that arrived.
 */
struct other_process {
	pid_t pid;
	int orders;
	int reports;
	QOS_FLOWID flow;
};

static void __attribute__((unused, noreturn))
other_process_runs(int orders, int reports, QOS_TRAFFIC_TYPE type)
{
	struct udp_link link = udp_link("127.0.0.1");
	QOS_FLOWID flow = new_flow(new_handle(), link.from, type);
	char order;

	ASSERT_EQ(sizeof(flow), write(reports, &flow, sizeof(flow)));
	while (read(orders, &order, 1) == 1) {
		int dscp = seen_dscp(&link);

		ASSERT_EQ(sizeof(dscp), write(reports, &dscp, sizeof(dscp)));
	}
	_exit(0);
}

static struct other_process __attribute__((unused))
other_process(QOS_TRAFFIC_TYPE type)
{
	struct other_process other;
	int orders[2];
	int reports[2];

	ASSERT_OK(pipe2(orders, O_CLOEXEC));
	ASSERT_OK(pipe2(reports, O_CLOEXEC));
	fflush(stdout);
	other.pid = fork();
	if (!other.pid) {
		close(orders[1]);
		close(reports[0]);
		other_process_runs(orders[0], reports[1], type);
	}
	ASSERT_LT(0, other.pid);
	close(orders[0]);
	close(reports[1]);
	other.orders = orders[1];
	other.reports = reports[0];
	ASSERT_EQ(sizeof(other.flow),
		  read(other.reports, &other.flow, sizeof(other.flow)));
	return other;
}

/* The DSCP of a datagram that the other process sends now. */
static int __attribute__((unused))
other_process_dscp(const struct other_process *other)
{
	int dscp;

	ASSERT_EQ(1, write(other->orders, "", 1));
	ASSERT_EQ(sizeof(dscp), read(other->reports, &dscp, sizeof(dscp)));
	return dscp;
}

#endif /* QWAVE_TESTS_LIB_QOS_H */
