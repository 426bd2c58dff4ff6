// SPDX-License-Identifier: GPL-2.0-only
/* QOSQueryFlow */
#include "qos.h"

/* checklist: 112, 113 */
TEST(query_priority_of_each_type)
{
	static const ULONG dscp[] = { 0, 8, 40, 40, 56, 56 };
	HANDLE handle = new_handle();
	int type;

	for (type = 0; type < 6; type++) {
		struct udp_link link = udp_link("127.0.0.1");
		QOS_FLOWID flow = new_flow(handle, link.from,
					   (QOS_TRAFFIC_TYPE)type);
		QOS_PACKET_PRIORITY priority;

		memset(&priority, 0xcc, sizeof(priority));
		EXPECT_TRUE_1(query_priority(handle, flow, &priority));
		EXPECT_EQ(dscp[type], priority.ConformantDSCPValue);
		EXPECT_EQ(0, priority.NonConformantDSCPValue);
		EXPECT_EQ(0, priority.ConformantL2Value);
		EXPECT_EQ(0, priority.NonConformantL2Value);
	}
}

/* checklist: 114 */
TEST(query_priority_after_a_dscp_value)
{
	struct voice voice = new_voice();

	EXPECT_TRUE_1(set_dscp(voice.handle, voice.flow, 33));
	EXPECT_EQ(33, queried_dscp(voice.handle, voice.flow));
	EXPECT_TRUE_1(set_type(voice.handle, voice.flow,
			       QOSTrafficTypeBackground));
	EXPECT_EQ(8, queried_dscp(voice.handle, voice.flow));
}

/* checklist: 115 */
TEST(query_priority_is_what_arrives)
{
	struct voice voice = new_voice();
	DWORD type;

	for (type = 0; type < 6; type++) {
		EXPECT_TRUE_1(set_type(voice.handle, voice.flow, type));
		EXPECT_EQ(queried_dscp(voice.handle, voice.flow),
			  seen_dscp(&voice.link));
	}
}

/* checklist: 118 */
TEST(query_rate_without_one)
{
	struct voice voice = new_voice();
	UINT64 rate;
	ULONG size = sizeof(rate);

	EXPECT_FALSE_WITH(ERROR_NO_DATA,
			  QOSQueryFlow(voice.handle, voice.flow,
				       QOSQueryOutgoingRate, &size, &rate, 0,
				       NULL));
}

static const ULONG needed[] = { 40, 16, 8 };

/* checklist: 119 */
TEST(query_size_too_small)
{
	struct voice voice = new_voice();
	QOS_QUERY_FLOW operation;

	for (operation = 0; operation < 3; operation++) {
		ULONG given;

		for (given = 0; given < needed[operation]; given++) {
			unsigned char buffer[40];
			ULONG size = given;
			size_t i;

			memset(buffer, 0xcc, sizeof(buffer));
			EXPECT_FALSE_WITH(ERROR_INSUFFICIENT_BUFFER,
					  QOSQueryFlow(voice.handle, voice.flow,
						       operation, &size, buffer,
						       0, NULL));
			EXPECT_EQ(needed[operation], size);
			for (i = 0; i < sizeof(buffer); i++)
				EXPECT_EQ(0xcc, buffer[i]);
		}
	}
}

/* checklist: 120 */
TEST(query_size_0_without_buffer)
{
	struct voice voice = new_voice();
	int operation;

	for (operation = 0; operation < 3; operation++) {
		ULONG size = 0;

		EXPECT_FALSE_WITH(ERROR_INSUFFICIENT_BUFFER,
				  QOSQueryFlow(voice.handle, voice.flow,
					       (QOS_QUERY_FLOW)operation, &size,
					       NULL, 0, NULL));
		EXPECT_EQ(needed[operation], size);
	}
}

/* checklist: 121 */
TEST(query_size_too_large)
{
	struct voice voice = new_voice();
	unsigned char buffer[64];
	ULONG size = sizeof(buffer);
	size_t i;

	memset(buffer, 0xcc, sizeof(buffer));
	EXPECT_TRUE_1(QOSQueryFlow(voice.handle, voice.flow,
				   QOSQueryPacketPriority, &size, buffer, 0,
				   NULL));
	EXPECT_EQ(16, size);
	for (i = 16; i < sizeof(buffer); i++)
		EXPECT_EQ(0xcc, buffer[i]);
}

/* checklist: 122 */
TEST(query_null_size)
{
	struct voice voice = new_voice();
	QOS_PACKET_PRIORITY priority;

	EXPECT_FALSE_WITH(ERROR_INVALID_PARAMETER,
			  QOSQueryFlow(voice.handle, voice.flow,
				       QOSQueryPacketPriority, NULL, &priority,
				       0, NULL));
}

/* checklist: 122 */
TEST(query_null_buffer_with_room)
{
	struct voice voice = new_voice();
	int operation;

	for (operation = 0; operation < 3; operation++) {
		ULONG size = needed[operation];

		EXPECT_FALSE_WITH(ERROR_INVALID_PARAMETER,
				  QOSQueryFlow(voice.handle, voice.flow,
					       (QOS_QUERY_FLOW)operation, &size,
					       NULL, 0, NULL));
		EXPECT_EQ(needed[operation], size);
	}
}

static void expect_refused(DWORD code, HANDLE handle, QOS_FLOWID flow,
			   int operation, DWORD flags)
{
	unsigned char buffer[40];
	ULONG size = sizeof(buffer);
	size_t i;

	memset(buffer, 0xcc, sizeof(buffer));
	EXPECT_FALSE_WITH(code, QOSQueryFlow(handle, flow,
					     (QOS_QUERY_FLOW)operation, &size,
					     buffer, flags, NULL));
	EXPECT_EQ(sizeof(buffer), size);
	for (i = 0; i < sizeof(buffer); i++)
		EXPECT_EQ(0xcc, buffer[i]);
}

/* checklist: 123 */
TEST(query_operation_unknown)
{
	struct voice voice = new_voice();

	expect_refused(ERROR_INVALID_PARAMETER, voice.handle, voice.flow, 3, 0);
	expect_refused(ERROR_INVALID_PARAMETER, voice.handle, voice.flow, -1,
		       0);
}

/* checklist: 123 */
TEST(query_unknown_flow)
{
	HANDLE handle = new_handle();

	expect_refused(ERROR_NOT_FOUND, handle, NEVER_ISSUED,
		       QOSQueryPacketPriority, 0);
	expect_refused(ERROR_NOT_FOUND, handle, 0xffffffff,
		       QOSQueryPacketPriority, 0);
}

/* checklist: 123 */
TEST(query_flags_unknown)
{
	struct voice voice = new_voice();
	int bit;

	for (bit = 1; bit < 32; bit++)
		expect_refused(ERROR_INVALID_PARAMETER, voice.handle,
			       voice.flow, QOSQueryPacketPriority, 1U << bit);
}

TEST(query_flow_0)
{
	expect_refused(ERROR_INVALID_PARAMETER, new_handle(), 0,
		       QOSQueryPacketPriority, 0);
}

/* checklist: 124 */
TEST(query_fundamentals_of_a_non_adaptive_flow)
{
	struct voice voice = new_voice();

	expect_refused(ERROR_NOT_SUPPORTED, voice.handle, voice.flow,
		       QOSQueryFlowFundamentals, 0);
	expect_refused(ERROR_NOT_SUPPORTED, voice.handle, voice.flow,
		       QOSQueryFlowFundamentals, QOS_QUERYFLOW_FRESH);
}

/* A network with 192.0.2.0/24 behind a gateway. */
static void network_with_a_gateway(void)
{
	new_network();
	ASSERT_EQ(0, system("ip link add near type veth peer name far && "
			    "ip addr add 198.51.100.1/24 dev near && "
			    "ip link set near up && ip link set far up && "
			    "ip route add 192.0.2.0/24 via 198.51.100.2"));
}

/* checklist: 65, 125 */
TEST(query_fundamentals_of_an_off_link_flow)
{
	HANDLE handle = new_handle();
	QOS_FLOWID flow;

	network_with_a_gateway();
	flow = new_adaptive_flow(handle, udp_connected("192.0.2.1", 9));
	EXPECT_NE(0, flow);
	expect_refused(ERROR_NOT_SUPPORTED, handle, flow,
		       QOSQueryFlowFundamentals, 0);
	expect_refused(ERROR_NOT_SUPPORTED, handle, flow,
		       QOSQueryFlowFundamentals, QOS_QUERYFLOW_FRESH);
}

/* checklist: 130 */
TEST(query_fresh_priority)
{
	struct voice voice = new_voice();
	QOS_PACKET_PRIORITY priority;
	ULONG size = sizeof(priority);

	EXPECT_TRUE_1(QOSQueryFlow(voice.handle, voice.flow,
				   QOSQueryPacketPriority, &size, &priority,
				   QOS_QUERYFLOW_FRESH, NULL));
	EXPECT_EQ(56, priority.ConformantDSCPValue);
	size = sizeof(priority);
	EXPECT_FALSE_WITH(ERROR_NO_DATA,
			  QOSQueryFlow(voice.handle, voice.flow,
				       QOSQueryOutgoingRate, &size, &priority,
				       QOS_QUERYFLOW_FRESH, NULL));
}

/* checklist: 131 */
TEST(query_flow_of_another_process)
{
	struct other_process other = other_process(QOSTrafficTypeBackground);
	HANDLE handle = new_handle();

	ASSERT_TRUE(is_enumerated(handle, other.flow));
	EXPECT_EQ(8, queried_dscp(handle, other.flow));
}

static int query_as_nobody(void *data)
{
	struct other_process *other = data;

	become_nobody();
	expect_refused(ERROR_NOT_FOUND, new_handle(), other->flow,
		       QOSQueryPacketPriority, 0);
	return 0;
}

/* checklist: 131 */
TEST(query_flow_of_another_process_unprivileged)
{
	struct other_process other = other_process(QOSTrafficTypeBackground);

	EXPECT_EQ(0, test_in_child(query_as_nobody, &other));
}

/* checklist: 132 */
TEST(query_writes_every_byte)
{
	struct voice voice = new_voice();
	unsigned char first[16];
	unsigned char second[16];
	ULONG size = 16;

	/* A byte that is not written differs between the two. */
	memset(first, 0x00, sizeof(first));
	memset(second, 0xff, sizeof(second));
	EXPECT_TRUE_1(QOSQueryFlow(voice.handle, voice.flow,
				   QOSQueryPacketPriority, &size, first, 0,
				   NULL));
	EXPECT_TRUE_1(QOSQueryFlow(voice.handle, voice.flow,
				   QOSQueryPacketPriority, &size, second, 0,
				   NULL));
	EXPECT_EQ(0, memcmp(first, second, sizeof(first)));
}

TEST_MAIN
