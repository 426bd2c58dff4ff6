// SPDX-License-Identifier: GPL-2.0-only
/* QWAVE_ADD_SOCKET: one socket in several flows, several in one. */
#include "session.h"

static int add_connected(int session, int sock)
{
	struct qwave_add_socket add = add_request(sock);
	int result = add_socket(session, &add);

	if (result)
		EXPECT_EQ(POISON, add.out_flow_id);
	return result;
}

static int joined(int session, int sock, __u32 flow, __u32 flags)
{
	struct qwave_add_socket add = add_request(sock);
	int result;

	add.flow_id = flow;
	add.flags = flags;
	result = add_socket(session, &add);
	EXPECT_EQ(result ? POISON : flow, add.out_flow_id);
	return result;
}

TEST(same_destination_twice)
{
	int session = open_session();
	int sock = udp_connected("127.0.0.1", UNUSED_PORT);
	__u32 flow = made_flow(session, sock, QWAVE_TYPE_VOICE);

	EXPECT_OK(joined(session, sock, flow, QWAVE_ADD_NON_ADAPTIVE));
	EXPECT_OK(remove_socket(session, flow, sock));
	/* It was one member, so the flow ended with it. */
	EXPECT_ERRNO(ENOENT, set_type(session, flow, QWAVE_TYPE_VOICE));
}

TEST(same_destination_in_another_flow)
{
	int first = open_session();
	int second = open_session();
	int sock = udp_connected("127.0.0.1", UNUSED_PORT);
	__u32 flow = made_flow(first, sock, QWAVE_TYPE_VOICE);

	EXPECT_ERRNO(EEXIST, add_connected(first, sock));
	EXPECT_ERRNO(EEXIST, add_connected(second, sock));
	EXPECT_EQ(1, flow_count(first));
	EXPECT_EQ(56, queried_dscp(first, flow));
}

TEST(same_socket_in_two_flows)
{
	int session = open_session();
	int sock = udp_socket(AF_INET);
	struct qwave_add_socket first = add_request(sock);
	struct qwave_add_socket second = add_request(sock);

	first.dest = dest_of("127.0.0.1", 9);
	second.dest = dest_of("127.0.0.1", 10);
	EXPECT_OK(add_socket(session, &first));
	EXPECT_OK(add_socket(session, &second));
	EXPECT_NE(first.out_flow_id, second.out_flow_id);
	EXPECT_EQ(2, flow_count(session));
}

TEST(join)
{
	int session = open_session();
	__u32 flow = made_flow(session, udp_connected("127.0.0.1", 9),
			       QWAVE_TYPE_BACKGROUND);
	int pair[2];

	tcp_pair("::1", pair);
	EXPECT_OK(joined(session, udp_connected("::1", 9), flow,
			 QWAVE_ADD_NON_ADAPTIVE));
	EXPECT_OK(joined(session, pair[0], flow, QWAVE_ADD_NON_ADAPTIVE));
	EXPECT_EQ(1, flow_count(session));
	EXPECT_EQ(8, queried_dscp(session, flow));
}

TEST(join_ignores_the_traffic_type)
{
	int session = open_session();
	__u32 flow = made_flow(session, udp_connected("127.0.0.1", 9),
			       QWAVE_TYPE_BACKGROUND);
	struct qwave_add_socket add = add_request(udp_connected("::1", 9));

	add.flow_id = flow;
	add.traffic_type = 99;
	EXPECT_OK(add_socket(session, &add));
	EXPECT_EQ(8, queried_dscp(session, flow));
}

TEST(join_without_the_flag)
{
	int session = open_session();
	__u32 flow = made_flow(session, udp_connected("127.0.0.1", 9),
			       QWAVE_TYPE_VOICE);

	EXPECT_ERRNO(EINVAL, joined(session, udp_connected("::1", 9), flow, 0));
}

TEST(join_adaptive)
{
	int session = open_session();
	__u32 flow = made_adaptive(session, udp_connected("127.0.0.1", 9));
	int sock = udp_connected("::1", 9);

	EXPECT_ERRNO(EINVAL, joined(session, sock, flow, 0));
	EXPECT_ERRNO(EINVAL, joined(session, sock, flow,
				    QWAVE_ADD_NON_ADAPTIVE));
}

TEST(join_unknown)
{
	int session = open_session();
	int sock = udp_connected("127.0.0.1", 9);
	__u32 flow = made_flow(session, sock, QWAVE_TYPE_VOICE);

	EXPECT_ERRNO(EINVAL, joined(session, udp_connected("::1", 9),
				    NEVER_ISSUED, QWAVE_ADD_NON_ADAPTIVE));
	ASSERT_OK(remove_flow(session, flow));
	EXPECT_ERRNO(EINVAL, joined(session, sock, flow,
				    QWAVE_ADD_NON_ADAPTIVE));
}

TEST(join_flow_of_another_session)
{
	int first = open_session();
	int second = open_session();
	__u32 flow = made_flow(first, udp_connected("127.0.0.1", 9),
			       QWAVE_TYPE_VOICE);

	EXPECT_ERRNO(EINVAL, joined(second, udp_connected("::1", 9), flow,
				    QWAVE_ADD_NON_ADAPTIVE));
}

TEST_MAIN
