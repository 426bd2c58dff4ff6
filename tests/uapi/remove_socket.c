// SPDX-License-Identifier: GPL-2.0-only
/* QWAVE_REMOVE_SOCKET: one socket, a whole flow, and what is neither. */
#include "session.h"

static void join(int session, int sock, __u32 flow)
{
	struct qwave_add_socket add = add_request(sock);

	add.flow_id = flow;
	ASSERT_OK(add_socket(session, &add));
}

TEST(one_of_two_sockets)
{
	int session = open_session();
	int first = udp_connected("127.0.0.1", 9);
	int second = udp_connected("127.0.0.1", 9);
	__u32 flow = made_flow(session, first, QWAVE_TYPE_VOICE);

	join(session, second, flow);
	EXPECT_OK(remove_socket(session, flow, first));
	EXPECT_EQ(56, queried_dscp(session, flow));
	EXPECT_ERRNO(ENOENT, remove_socket(session, flow, first));
	EXPECT_OK(remove_socket(session, flow, second));
	EXPECT_ERRNO(ENOENT, queried_dscp(session, flow));
}

TEST(whole_flow)
{
	int session = open_session();
	int first = udp_connected("127.0.0.1", 9);
	__u32 flow = made_flow(session, first, QWAVE_TYPE_VOICE);

	join(session, udp_connected("::1", 9), flow);
	EXPECT_OK(remove_flow(session, flow));
	EXPECT_ERRNO(ENOENT, queried_dscp(session, flow));
	EXPECT_ERRNO(ENOENT, remove_flow(session, flow));
	EXPECT_ERRNO(ENOENT, remove_socket(session, flow, first));
	EXPECT_EQ(0, flow_count(session));
}

TEST(all_destinations_of_a_socket)
{
	int session = open_session();
	int sock = udp_socket(AF_INET);
	struct qwave_add_socket add = add_request(sock);

	add.dest = dest_of("127.0.0.1", 9);
	ASSERT_OK(add_socket(session, &add));
	add.flow_id = add.out_flow_id;
	add.dest = dest_of("127.0.0.1", 10);
	ASSERT_OK(add_socket(session, &add));
	EXPECT_OK(remove_socket(session, add.flow_id, sock));
	EXPECT_ERRNO(ENOENT, queried_dscp(session, add.flow_id));
}

TEST(socket_keeps_its_other_flow)
{
	int session = open_session();
	int sock = udp_socket(AF_INET);
	struct qwave_add_socket first = add_request(sock);
	struct qwave_add_socket second = add_request(sock);

	first.dest = dest_of("127.0.0.1", 9);
	second.dest = dest_of("127.0.0.1", 10);
	ASSERT_OK(add_socket(session, &first));
	ASSERT_OK(add_socket(session, &second));
	EXPECT_OK(remove_socket(session, first.out_flow_id, sock));
	EXPECT_EQ(56, queried_dscp(session, second.out_flow_id));
}

TEST(by_a_copy_of_the_descriptor)
{
	int session = open_session();
	int sock = udp_connected("127.0.0.1", 9);
	__u32 flow = made_flow(session, sock, QWAVE_TYPE_VOICE);

	EXPECT_OK(remove_socket(session, flow, dup(sock)));
	EXPECT_ERRNO(ENOENT, queried_dscp(session, flow));
}

TEST(flow_zero)
{
	int session = open_session();

	EXPECT_ERRNO(ENOENT, remove_flow(session, 0));
}

TEST(flow_unknown)
{
	int session = open_session();

	EXPECT_ERRNO(ENOENT, remove_flow(session, NEVER_ISSUED));
	EXPECT_ERRNO(ENOENT, remove_flow(session, 0xffffffff));
}

TEST(flow_of_another_session)
{
	int first = open_session();
	int second = open_session();
	int sock = udp_connected("127.0.0.1", 9);
	__u32 flow = made_flow(first, sock, QWAVE_TYPE_VOICE);

	EXPECT_ERRNO(ENOENT, remove_flow(second, flow));
	EXPECT_ERRNO(ENOENT, remove_socket(second, flow, sock));
	EXPECT_EQ(56, queried_dscp(first, flow));
}

TEST(socket_outside_the_flow)
{
	int session = open_session();
	__u32 flow = made_flow(session, udp_connected("127.0.0.1", 9),
			       QWAVE_TYPE_VOICE);
	int other = udp_connected("127.0.0.1", 9);

	EXPECT_ERRNO(ENOENT, remove_socket(session, flow, other));
	EXPECT_ERRNO(ENOENT, remove_socket(session, flow,
					   socket_of(AF_UNIX, SOCK_DGRAM)));
	EXPECT_EQ(56, queried_dscp(session, flow));
}

TEST(not_a_socket)
{
	int session = open_session();
	__u32 flow = made_flow(session, udp_connected("127.0.0.1", 9),
			       QWAVE_TYPE_VOICE);

	EXPECT_ERRNO(ENOTSOCK, remove_socket(session, flow, session));
	/* The argument is at fault, so it is not EBADF. */
	EXPECT_ERRNO(ENOTSOCK, remove_socket(session, flow, 1000));
	EXPECT_ERRNO(ENOTSOCK, remove_socket(session, flow, -2));
	EXPECT_EQ(56, queried_dscp(session, flow));
}

TEST(closed_socket_ends_the_flow)
{
	int session = open_session();
	int sock = udp_connected("127.0.0.1", 9);
	__u32 flow = made_flow(session, sock, QWAVE_TYPE_VOICE);

	close(sock);
	EVENTUALLY(!flow_exists(session, flow));
	EXPECT_ERRNO(ENOENT, remove_flow(session, flow));
}

TEST_MAIN
