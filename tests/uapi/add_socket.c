// SPDX-License-Identifier: GPL-2.0-only
/* QWAVE_ADD_SOCKET: sockets and destinations; join_flow.c has the flows. */
#include "session.h"

#include <net/ethernet.h>

/* Adds @sock with destination @text and returns the result of the ioctl. */
static int add_to(int session, int sock, const char *text, uint16_t port)
{
	struct qwave_add_socket add = add_request(sock);
	int result;

	add.dest = dest_of(text, port);
	result = add_socket(session, &add);
	if (result)
		EXPECT_EQ(POISON, add.out_flow_id);
	return result;
}

static int add_connected(int session, int sock)
{
	struct qwave_add_socket add = add_request(sock);
	int result = add_socket(session, &add);

	if (result)
		EXPECT_EQ(POISON, add.out_flow_id);
	return result;
}

TEST(connected_udp)
{
	int session = open_session();

	EXPECT_OK(add_connected(session, udp_connected("127.0.0.1", 9)));
	EXPECT_OK(add_connected(session, udp_connected("::1", 9)));
	EXPECT_OK(add_connected(session, udp_connected("::ffff:127.0.0.1", 9)));
}

TEST(connected_tcp_both_ends)
{
	static const char * const hosts[] = { "127.0.0.1", "::1" };
	int session = open_session();
	size_t i;

	for (i = 0; i < 2; i++) {
		int pair[2];

		tcp_pair(hosts[i], pair);
		EXPECT_OK(add_connected(session, pair[0]));
		EXPECT_OK(add_connected(session, pair[1]));
	}
}

TEST(connected_udplite)
{
	union test_address peer = address_of("127.0.0.1", UNUSED_PORT);
	int session = open_session();
	int sock = socket(AF_INET, SOCK_DGRAM, IPPROTO_UDPLITE);

	if (sock < 0)
		SKIP("this kernel has no UDP-Lite");
	ASSERT_OK(connect(sock, &peer.any, address_length(&peer)));
	EXPECT_OK(add_connected(session, sock));
}

TEST(only_the_flow_id_is_written)
{
	int session = open_session();
	int sock = udp_connected("127.0.0.1", UNUSED_PORT);
	struct qwave_add_socket add = add_request(sock);
	struct qwave_add_socket before;

	add.dest = dest_of("127.0.0.1", UNUSED_PORT);
	before = add;
	ASSERT_OK(add_socket(session, &add));
	EXPECT_NE(POISON, add.out_flow_id);
	EXPECT_NE(0, add.out_flow_id);
	before.out_flow_id = add.out_flow_id;
	EXPECT_EQ(0, memcmp(&before, &add, sizeof(add)));
}

TEST(ids_are_new_each_time)
{
	int sock = udp_connected("127.0.0.1", UNUSED_PORT);
	int session = open_session();
	__u32 ids[64];
	int i;
	int j;

	for (i = 0; i < 64; i++) {
		ids[i] = made_flow(session, sock, QWAVE_TYPE_VOICE);
		for (j = 0; j < i; j++)
			EXPECT_NE(ids[j], ids[i]);
		ASSERT_OK(remove_flow(session, ids[i]));
	}
}

TEST(not_a_socket)
{
	int session = open_session();
	int ends[2];

	ASSERT_OK(pipe(ends));
	EXPECT_ERRNO(ENOTSOCK, add_connected(session, ends[0]));
	EXPECT_ERRNO(ENOTSOCK, add_connected(session, session));
	/* The argument is at fault, so it is not EBADF. */
	EXPECT_ERRNO(ENOTSOCK, add_connected(session, -1));
	EXPECT_ERRNO(ENOTSOCK, add_connected(session, 1000));
}

TEST(unsupported_sockets)
{
	int session = open_session();

	EXPECT_ERRNO(EOPNOTSUPP, add_connected(session,
					       socket_of(AF_UNIX, SOCK_DGRAM)));
	EXPECT_ERRNO(EOPNOTSUPP, add_connected(session,
					       socket_of(AF_NETLINK,
							 SOCK_RAW)));
	EXPECT_ERRNO(EOPNOTSUPP,
		     add_to(session, socket(AF_INET, SOCK_RAW, IPPROTO_UDP),
			    "127.0.0.1", 9));
	EXPECT_ERRNO(EOPNOTSUPP,
		     add_to(session, socket(AF_INET6, SOCK_RAW, IPPROTO_ICMPV6),
			    "::1", 9));
}

TEST(unsupported_ping_socket)
{
	int session = open_session();
	int sock;

	sysctl_write("net/ipv4/ping_group_range", "0 2147483647");
	sock = socket(AF_INET, SOCK_DGRAM, IPPROTO_ICMP);
	ASSERT_LE(0, sock);
	EXPECT_ERRNO(EOPNOTSUPP, add_to(session, sock, "127.0.0.1", 9));
}

TEST(unsupported_mptcp)
{
	int session = open_session();
	int sock = socket(AF_INET, SOCK_STREAM, IPPROTO_MPTCP);

	if (sock < 0)
		SKIP("this kernel has no MPTCP");
	EXPECT_ERRNO(EOPNOTSUPP, add_to(session, sock, "127.0.0.1", 9));
}

TEST(unsupported_packet_socket)
{
	int session = open_session();
	int sock = socket(AF_PACKET, SOCK_DGRAM, htons(ETH_P_IP));

	if (sock < 0)
		SKIP("this kernel has no packet sockets");
	EXPECT_ERRNO(EOPNOTSUPP, add_connected(session, sock));
}

TEST(listener)
{
	int session = open_session();
	int sock = tcp_listener("127.0.0.1");

	EXPECT_ERRNO(EINVAL, add_to(session, sock, "127.0.0.1", 9));
	EXPECT_ERRNO(EINVAL, add_connected(session, sock));
}

TEST(traffic_type_unknown)
{
	int session = open_session();
	struct qwave_add_socket add =
		add_request(udp_connected("127.0.0.1", UNUSED_PORT));

	add.traffic_type = QWAVE_TYPE_COUNT;
	EXPECT_ERRNO(EINVAL, add_socket(session, &add));
	add.traffic_type = (__u32)-1;
	EXPECT_ERRNO(EINVAL, add_socket(session, &add));
	EXPECT_EQ(POISON, add.out_flow_id);
	EXPECT_EQ(0, flow_count(session));
}

TEST(traffic_type_each)
{
	static const int dscp[QWAVE_TYPE_COUNT] = { 0, 8, 40, 40, 56, 56 };
	int session = open_session();
	__u32 type;

	for (type = 0; type < QWAVE_TYPE_COUNT; type++) {
		int sock = udp_connected("127.0.0.1", UNUSED_PORT);
		__u32 flow = made_flow(session, sock, type);

		EXPECT_EQ(dscp[type], queried_dscp(session, flow));
	}
}

TEST(destination_missing)
{
	int session = open_session();

	EXPECT_ERRNO(EINVAL, add_connected(session, udp_socket(AF_INET)));
	EXPECT_ERRNO(EINVAL, add_connected(session, udp_socket(AF_INET6)));
	EXPECT_ERRNO(EINVAL, add_connected(session,
					   socket_of(AF_INET, SOCK_STREAM)));
}

TEST(destination_of_unconnected)
{
	int session = open_session();

	EXPECT_OK(add_to(session, udp_socket(AF_INET), "127.0.0.1", 9));
	EXPECT_OK(add_to(session, udp_socket(AF_INET6), "::1", 9));
	EXPECT_OK(add_to(session, socket_of(AF_INET, SOCK_STREAM), "127.0.0.1",
			 9));
	EXPECT_OK(add_to(session, socket_of(AF_INET6, SOCK_STREAM), "::1", 9));
}

TEST(destination_is_not_the_peer)
{
	int session = open_session();
	int sock = udp_connected("127.0.0.1", 9);

	EXPECT_ERRNO(EINVAL, add_to(session, sock, "127.0.0.2", 9));
	EXPECT_ERRNO(EINVAL, add_to(session, sock, "127.0.0.1", 10));
	EXPECT_ERRNO(EINVAL, add_to(session, sock, "0.0.0.0", 9));
	EXPECT_OK(add_to(session, sock, "127.0.0.1", 9));
}

TEST(destination_without_port)
{
	int session = open_session();

	EXPECT_ERRNO(EINVAL, add_to(session, udp_socket(AF_INET), "127.0.0.1",
				    0));
	EXPECT_ERRNO(EINVAL, add_to(session, udp_socket(AF_INET6), "::1", 0));
}

TEST(destination_wildcard)
{
	int session = open_session();

	EXPECT_OK(add_to(session, udp_socket(AF_INET), "0.0.0.0", 0));
	EXPECT_OK(add_to(session, udp_socket(AF_INET), "0.0.0.0", 9));
	EXPECT_OK(add_to(session, udp_socket(AF_INET6), "::", 0));
	EXPECT_OK(add_to(session, udp_socket(AF_INET6), "::", 9));
	EXPECT_ERRNO(EINVAL, add_to(session, socket_of(AF_INET, SOCK_STREAM),
				    "0.0.0.0", 9));
}

TEST(destination_of_another_family)
{
	int session = open_session();

	EXPECT_ERRNO(EINVAL, add_to(session, udp_socket(AF_INET6), "127.0.0.1",
				    9));
	EXPECT_ERRNO(EINVAL, add_to(session, udp_socket(AF_INET), "::1", 9));
	EXPECT_ERRNO(EINVAL, add_to(session, udp_socket(AF_INET),
				    "::ffff:127.0.0.1", 9));
}

TEST(destination_mapped)
{
	int session = open_session();

	EXPECT_OK(add_to(session, udp_socket(AF_INET6), "::ffff:127.0.0.1", 9));
}

TEST(destination_mapped_strict)
{
	int session = open_session();

	new_network();
	sysctl_write("net/qwave/strict_addresses", "1");
	EXPECT_ERRNO(EINVAL, add_to(session, udp_socket(AF_INET6),
				    "::ffff:127.0.0.1", 9));
	EXPECT_OK(add_to(session, udp_socket(AF_INET6), "::1", 9));
}

TEST(destination_family_unknown)
{
	int session = open_session();
	struct qwave_add_socket add = add_request(udp_socket(AF_INET));

	add.dest = dest_of("127.0.0.1", 9);
	add.dest.family = AF_UNIX;
	EXPECT_ERRNO(EINVAL, add_socket(session, &add));
	add.dest.family = 0xffff;
	EXPECT_ERRNO(EINVAL, add_socket(session, &add));
	EXPECT_EQ(POISON, add.out_flow_id);
}

TEST(destination_unspecified_with_rest)
{
	int session = open_session();
	struct qwave_add_socket add =
		add_request(udp_connected("127.0.0.1", UNUSED_PORT));

	add.dest.port = htons(UNUSED_PORT);
	EXPECT_ERRNO(EINVAL, add_socket(session, &add));
	add.dest.port = 0;
	add.dest.scope_id = 1;
	EXPECT_ERRNO(EINVAL, add_socket(session, &add));
	add.dest.scope_id = 0;
	add.dest.addr[15] = 1;
	EXPECT_ERRNO(EINVAL, add_socket(session, &add));
	add.dest.addr[15] = 0;
	EXPECT_OK(add_socket(session, &add));
}

TEST(destination_ipv4_with_rest)
{
	int session = open_session();
	struct qwave_add_socket add = add_request(udp_socket(AF_INET));
	int i;

	add.dest = dest_of("127.0.0.1", UNUSED_PORT);
	add.dest.scope_id = 1;
	EXPECT_ERRNO(EINVAL, add_socket(session, &add));
	add.dest.scope_id = 0;
	for (i = 4; i < 16; i++) {
		add.dest.addr[i] = 1;
		EXPECT_ERRNO(EINVAL, add_socket(session, &add));
		add.dest.addr[i] = 0;
	}
	EXPECT_OK(add_socket(session, &add));
}

TEST(destination_link_local)
{
	int session = open_session();
	struct qwave_add_socket add = add_request(udp_socket(AF_INET6));
	__u32 lo;

	new_network();
	lo = if_nametoindex("lo");
	ASSERT_EQ(0, system("ip addr add fe80::1/64 dev lo nodad"));
	close(add.socket_fd);
	add.socket_fd = udp_socket(AF_INET6);
	add.dest = dest_of("fe80::1", UNUSED_PORT);
	EXPECT_ERRNO(EINVAL, add_socket(session, &add));
	add.dest.scope_id = lo;
	EXPECT_OK(add_socket(session, &add));
}

TEST(destination_without_route)
{
	int session = open_session();
	int sock;

	new_network();
	sock = udp_socket(AF_INET);
	EXPECT_ERRNO(ENETUNREACH, add_to(session, sock, "192.0.2.1", 9));
	EXPECT_ERRNO(ENETUNREACH, add_to(session, udp_socket(AF_INET6),
					 "2001:db8::1", 9));
	ASSERT_EQ(0, system("ip route add unreachable 192.0.2.0/24"));
	EXPECT_ERRNO(EHOSTUNREACH, add_to(session, sock, "192.0.2.1", 9));
	EXPECT_OK(add_to(session, sock, "127.0.0.1", 9));
}

TEST(result_cannot_be_written)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	int session = open_session();
	int sock = udp_connected("127.0.0.1", 9);
	struct qwave_add_socket *add = mmap(NULL, page, PROT_READ | PROT_WRITE,
					    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	ASSERT_TRUE(add != MAP_FAILED);
	*add = add_request(sock);
	ASSERT_OK(mprotect(add, page, PROT_READ));
	EXPECT_ERRNO(EFAULT, add_socket(session, add));
	/* Nobody knows the id, so there must be no such flow. */
	EXPECT_EQ(0, flow_count(session));
	EXPECT_OK(add_connected(session, sock));
}

TEST_MAIN
