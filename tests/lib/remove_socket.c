// SPDX-License-Identifier: GPL-2.0-only
/* QOSRemoveSocketFromFlow, and sockets that are closed instead. */
#include "qos.h"

static void expect_dead(HANDLE handle, QOS_FLOWID flow)
{
	QOS_PACKET_PRIORITY priority;

	EXPECT_FALSE_WITH(ERROR_NOT_FOUND,
			  set_type(handle, flow, QOSTrafficTypeVoice));
	EXPECT_FALSE_WITH(ERROR_NOT_FOUND,
			  query_priority(handle, flow, &priority));
	EXPECT_FALSE_WITH(ERROR_NOT_FOUND,
			  QOSRemoveSocketFromFlow(handle, 0, flow, 0));
	EXPECT_FALSE(is_enumerated(handle, flow));
}

/* checklist: 67 */
TEST(remove_one_of_two)
{
	struct udp_link leaving = udp_link("127.0.0.1");
	struct udp_link staying = udp_link("127.0.0.1");
	HANDLE handle = new_handle();
	QOS_FLOWID flow = new_flow(handle, leaving.from, QOSTrafficTypeVoice);

	ASSERT_TRUE_1(join_flow(handle, staying.from, flow));
	EXPECT_TRUE_1(QOSRemoveSocketFromFlow(handle, leaving.from, flow, 0));
	EXPECT_EQ(0, seen_dscp(&leaving));
	EXPECT_EQ(56, seen_dscp(&staying));
	EXPECT_EQ(56, queried_dscp(handle, flow));
}

/* checklist: 68 */
TEST(remove_null_destroys_the_flow)
{
	struct udp_link first = udp_link("127.0.0.1");
	struct udp_link second = udp_link("::1");
	HANDLE handle = new_handle();
	QOS_FLOWID flow = new_flow(handle, first.from, QOSTrafficTypeVoice);

	ASSERT_TRUE_1(join_flow(handle, second.from, flow));
	EXPECT_TRUE_1(QOSRemoveSocketFromFlow(handle, 0, flow, 0));
	EXPECT_EQ(0, seen_dscp(&first));
	EXPECT_EQ(0, seen_dscp(&second));
	expect_dead(handle, flow);
}

static void expect_dead_after_removal(bool by_socket)
{
	struct udp_link link = udp_link("127.0.0.1");
	HANDLE handle = new_handle();
	QOS_FLOWID flow = new_flow(handle, link.from, QOSTrafficTypeVoice);

	EXPECT_TRUE_1(QOSRemoveSocketFromFlow(handle,
					      by_socket ? link.from : 0, flow,
					      0));
	EXPECT_EQ(0, seen_dscp(&link));
	expect_dead(handle, flow);
}

/* checklist: 69, 70 */
TEST(remove_the_only_socket)
{
	expect_dead_after_removal(true);
}

/* checklist: 69, 70 */
TEST(remove_null_of_a_single_socket)
{
	expect_dead_after_removal(false);
}

/* checklist: 71 */
TEST(remove_unknown_flow)
{
	HANDLE handle = new_handle();
	int sock = udp_connected("127.0.0.1", UNUSED_PORT);

	EXPECT_FALSE_WITH(ERROR_NOT_FOUND,
			  QOSRemoveSocketFromFlow(handle, 0, NEVER_ISSUED, 0));
	EXPECT_FALSE_WITH(ERROR_NOT_FOUND,
			  QOSRemoveSocketFromFlow(handle, sock, NEVER_ISSUED,
						  0));
}

/* checklist: 72 */
TEST(remove_flow_0)
{
	HANDLE handle = new_handle();
	int sock = udp_connected("127.0.0.1", UNUSED_PORT);

	EXPECT_FALSE_WITH(ERROR_NOT_FOUND,
			  QOSRemoveSocketFromFlow(handle, 0, 0, 0));
	EXPECT_FALSE_WITH(ERROR_NOT_FOUND,
			  QOSRemoveSocketFromFlow(handle, sock, 0, 0));
}

/* checklist: 73 */
TEST(remove_socket_that_is_not_a_member)
{
	struct udp_link link = udp_link("127.0.0.1");
	int other = udp_connected("127.0.0.1", local_port(link.to));
	HANDLE handle = new_handle();
	QOS_FLOWID flow = new_flow(handle, link.from, QOSTrafficTypeVoice);

	EXPECT_FALSE_WITH(ERROR_NOT_FOUND,
			  QOSRemoveSocketFromFlow(handle, other, flow, 0));
	EXPECT_EQ(56, seen_dscp(&link));
	EXPECT_EQ(56, queried_dscp(handle, flow));
}

/* checklist: 74 */
TEST(remove_flags)
{
	struct udp_link link = udp_link("127.0.0.1");
	HANDLE handle = new_handle();
	QOS_FLOWID flow = new_flow(handle, link.from, QOSTrafficTypeVoice);
	int bit;

	for (bit = 0; bit < 32; bit++) {
		EXPECT_FALSE_WITH(ERROR_INVALID_PARAMETER,
				  QOSRemoveSocketFromFlow(handle, link.from,
							  flow, 1U << bit));
		EXPECT_FALSE_WITH(ERROR_INVALID_PARAMETER,
				  QOSRemoveSocketFromFlow(handle, 0, flow,
							  1U << bit));
	}
	EXPECT_EQ(56, seen_dscp(&link));
}

/* checklist: 75 */
TEST(remove_flow_of_another_handle)
{
	struct udp_link link = udp_link("127.0.0.1");
	HANDLE owner = new_handle();
	HANDLE other = new_handle();
	QOS_FLOWID flow = new_flow(owner, link.from, QOSTrafficTypeVoice);

	EXPECT_FALSE_WITH(ERROR_NOT_FOUND,
			  QOSRemoveSocketFromFlow(other, link.from, flow, 0));
	EXPECT_FALSE_WITH(ERROR_NOT_FOUND,
			  QOSRemoveSocketFromFlow(other, 0, flow, 0));
	EXPECT_EQ(56, seen_dscp(&link));
	EXPECT_EQ(56, queried_dscp(owner, flow));
}

/* checklist: 75 */
TEST(remove_flow_of_another_process)
{
	struct other_process other = other_process(QOSTrafficTypeVoice);

	EXPECT_FALSE_WITH(ERROR_NOT_FOUND,
			  QOSRemoveSocketFromFlow(new_handle(), 0, other.flow,
						  0));
	EXPECT_EQ(56, other_process_dscp(&other));
}

/* checklist: 77 */
TEST(remove_then_add_to_a_new_flow)
{
	struct udp_link link = udp_link("127.0.0.1");
	HANDLE handle = new_handle();
	QOS_FLOWID flow = new_flow(handle, link.from, QOSTrafficTypeVoice);

	EXPECT_TRUE_1(QOSRemoveSocketFromFlow(handle, link.from, flow, 0));
	EXPECT_NE(flow, new_flow(handle, link.from, QOSTrafficTypeBackground));
	EXPECT_EQ(8, seen_dscp(&link));
}

/* checklist: 78 */
TEST(closing_the_only_udp_socket_ends_the_flow)
{
	int sock = udp_connected("127.0.0.1", UNUSED_PORT);
	HANDLE handle = new_handle();
	QOS_FLOWID flow = new_flow(handle, sock, QOSTrafficTypeVoice);

	EXPECT_TRUE(is_enumerated(handle, flow));
	close(sock);
	EVENTUALLY(!is_enumerated(handle, flow));
	expect_dead(handle, flow);
}

/* checklist: 78 */
TEST(closing_the_only_tcp_socket_ends_the_flow)
{
	HANDLE handle = new_handle();
	QOS_FLOWID flow;
	int pair[2];

	tcp_pair("127.0.0.1", pair);
	flow = new_flow(handle, pair[0], QOSTrafficTypeVoice);
	/* The peer goes first, so that nothing waits in TIME_WAIT. */
	close(pair[1]);
	close(pair[0]);
	EVENTUALLY(!is_enumerated(handle, flow));
	expect_dead(handle, flow);
}

/* checklist: 78 */
TEST(closing_one_of_two_sockets_keeps_the_flow)
{
	struct udp_link staying = udp_link("127.0.0.1");
	int closing = udp_connected("127.0.0.1", UNUSED_PORT);
	int only = udp_connected("127.0.0.1", UNUSED_PORT);
	HANDLE handle = new_handle();
	QOS_FLOWID flow = new_flow(handle, closing, QOSTrafficTypeVoice);
	QOS_FLOWID later = new_flow(handle, only, QOSTrafficTypeVoice);

	ASSERT_TRUE_1(join_flow(handle, staying.from, flow));
	close(closing);
	/* Once a flow that ends later is gone, the close has had its effect. */
	close(only);
	EVENTUALLY(!is_enumerated(handle, later));
	EXPECT_TRUE(is_enumerated(handle, flow));
	EXPECT_EQ(56, seen_dscp(&staying));
}

/* checklist: 78 */
TEST(closing_a_copy_keeps_the_flow)
{
	struct udp_link link = udp_link("127.0.0.1");
	int copy = dup(link.from);
	HANDLE handle = new_handle();
	QOS_FLOWID flow = new_flow(handle, copy, QOSTrafficTypeVoice);

	close(copy);
	EXPECT_TRUE(is_enumerated(handle, flow));
	EXPECT_EQ(56, seen_dscp(&link));
}

/* checklist: 78 */
TEST(reused_descriptor_is_another_socket)
{
	HANDLE handle = new_handle();
	int sock = udp_connected("127.0.0.1", UNUSED_PORT);
	QOS_FLOWID flow = new_flow(handle, sock, QOSTrafficTypeVoice);
	int next;

	close(sock);
	next = udp_connected("127.0.0.1", UNUSED_PORT);
	ASSERT_EQ(sock, next);
	EXPECT_FALSE_WITH(ERROR_NOT_FOUND,
			  QOSRemoveSocketFromFlow(handle, next, flow, 0));
	new_flow(handle, next, QOSTrafficTypeVoice);
}

TEST_MAIN
