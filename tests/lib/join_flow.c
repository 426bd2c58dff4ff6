// SPDX-License-Identifier: GPL-2.0-only
/* QOSAddSocketToFlow with the id of an existing flow. */
#include "qos.h"

/* Joining fails with @code and leaves the id. */
static void expect_join_refused(DWORD code, HANDLE handle, QOS_FLOWID flow,
				DWORD flags)
{
	int sock = udp_connected("127.0.0.1", UNUSED_PORT);
	QOS_FLOWID given = flow;

	EXPECT_FALSE_WITH(code, QOSAddSocketToFlow(handle, sock, NULL,
						   QOSTrafficTypeVoice, flags,
						   &flow));
	EXPECT_EQ(given, flow);
	close(sock);
}

/* checklist: 53 */
TEST(join_second_socket)
{
	struct udp_link first = udp_link("127.0.0.1");
	struct udp_link second = udp_link("127.0.0.1");
	HANDLE handle = new_handle();
	QOS_FLOWID flow = new_flow(handle, first.from, QOSTrafficTypeVoice);
	QOS_FLOWID given = flow;

	EXPECT_TRUE_1(QOSAddSocketToFlow(handle, second.from, NULL,
					 QOSTrafficTypeVoice,
					 QOS_NON_ADAPTIVE_FLOW, &flow));
	EXPECT_EQ(given, flow);
	EXPECT_EQ(56, seen_dscp(&first));
	EXPECT_EQ(56, seen_dscp(&second));
}

/* checklist: 54 */
TEST(join_without_the_flag)
{
	HANDLE handle = new_handle();
	int sock = udp_connected("127.0.0.1", UNUSED_PORT);

	expect_join_refused(ERROR_INVALID_PARAMETER, handle,
			    new_flow(handle, sock, QOSTrafficTypeVoice), 0);
}

/* checklist: 55 */
TEST(join_adaptive)
{
	HANDLE handle = new_handle();
	int sock = udp_connected("127.0.0.1", UNUSED_PORT);
	QOS_FLOWID flow = new_adaptive_flow(handle, sock);

	expect_join_refused(ERROR_INVALID_PARAMETER, handle, flow, 0);
	expect_join_refused(ERROR_INVALID_PARAMETER, handle, flow,
			    QOS_NON_ADAPTIVE_FLOW);
}

/* checklist: 56 */
TEST(join_ignores_the_traffic_type)
{
	struct udp_link first = udp_link("127.0.0.1");
	struct udp_link second = udp_link("127.0.0.1");
	HANDLE handle = new_handle();
	QOS_FLOWID flow = new_flow(handle, first.from,
				   QOSTrafficTypeBackground);

	EXPECT_TRUE_1(QOSAddSocketToFlow(handle, second.from, NULL,
					 QOSTrafficTypeVoice,
					 QOS_NON_ADAPTIVE_FLOW, &flow));
	EXPECT_EQ(8, queried_dscp(handle, flow));
	EXPECT_EQ(8, seen_dscp(&first));
	EXPECT_EQ(8, seen_dscp(&second));
}

/* checklist: 57 */
TEST(join_id_never_issued)
{
	HANDLE handle = new_handle();

	expect_join_refused(ERROR_INVALID_PARAMETER, handle, NEVER_ISSUED,
			    QOS_NON_ADAPTIVE_FLOW);
	expect_join_refused(ERROR_INVALID_PARAMETER, handle, 0xffffffff,
			    QOS_NON_ADAPTIVE_FLOW);
}

/* checklist: 58 */
TEST(join_flow_of_another_handle)
{
	int sock = udp_connected("127.0.0.1", UNUSED_PORT);
	HANDLE owner = new_handle();
	QOS_FLOWID flow = new_flow(owner, sock, QOSTrafficTypeVoice);

	expect_join_refused(ERROR_INVALID_PARAMETER, new_handle(), flow,
			    QOS_NON_ADAPTIVE_FLOW);
	EXPECT_EQ(56, queried_dscp(owner, flow));
}

/* checklist: 59 */
TEST(join_flow_of_another_process)
{
	struct other_process other = other_process(QOSTrafficTypeVoice);

	expect_join_refused(ERROR_INVALID_PARAMETER, new_handle(), other.flow,
			    QOS_NON_ADAPTIVE_FLOW);
	EXPECT_EQ(56, other_process_dscp(&other));
}

/* checklist: 60 */
TEST(join_destroyed_flow)
{
	HANDLE handle = new_handle();
	int sock = udp_connected("127.0.0.1", UNUSED_PORT);
	QOS_FLOWID flow = new_flow(handle, sock, QOSTrafficTypeVoice);

	EXPECT_TRUE_1(QOSRemoveSocketFromFlow(handle, 0, flow, 0));
	expect_join_refused(ERROR_INVALID_PARAMETER, handle, flow,
			    QOS_NON_ADAPTIVE_FLOW);
}

/* checklist: 66 */
TEST(join_other_families)
{
	struct udp_link v4 = udp_link("127.0.0.1");
	struct udp_link v6 = udp_link("::1");
	int unconnected = udp_socket(AF_INET6);
	HANDLE handle = new_handle();
	QOS_FLOWID flow = new_flow(handle, v4.from, QOSTrafficTypeVoice);
	union test_address wrong = address_of("127.0.0.1", 9);
	QOS_FLOWID given = flow;

	EXPECT_TRUE_1(join_flow(handle, v6.from, flow));
	EXPECT_EQ(56, seen_dscp(&v4));
	EXPECT_EQ(56, seen_dscp(&v6));
	EXPECT_FALSE_WITH(ERROR_INVALID_PARAMETER,
			  QOSAddSocketToFlow(handle, unconnected, &wrong.any,
					     QOSTrafficTypeVoice,
					     QOS_NON_ADAPTIVE_FLOW, &given));
	EXPECT_TRUE_1(add_to(handle, unconnected, "::1", 9, &flow));
}

/* checklist: 53 */
TEST(join_tcp_to_udp)
{
	HANDLE handle = new_handle();
	int sock = udp_connected("127.0.0.1", UNUSED_PORT);
	QOS_FLOWID flow = new_flow(handle, sock, QOSTrafficTypeVoice);
	int pair[2];

	tcp_pair("127.0.0.1", pair);
	EXPECT_TRUE_1(join_flow(handle, pair[0], flow));
	EXPECT_TRUE_1(join_flow(handle, pair[1], flow));
}

TEST_MAIN
