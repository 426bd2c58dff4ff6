// SPDX-License-Identifier: GPL-2.0-only
/* QOSAddSocketToFlow for new flows; join_flow.c has the existing ones. */
#include "qos.h"

#include <net/ethernet.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <netpacket/packet.h>

/* A new flow fails with @code, and the id stays as it was. */
#define EXPECT_REFUSED(code, handle, sock, dest, type, flags) do {	\
	QOS_FLOWID refused_id = 0;					\
	EXPECT_FALSE_WITH(code, QOSAddSocketToFlow(handle, sock, dest,	\
						   type, flags,		\
						   &refused_id));	\
	EXPECT_EQ(0, refused_id);					\
} while (0)

static void expect_dest_refused(DWORD code, int sock, const char *text,
				uint16_t port)
{
	union test_address dest = address_of(text, port);

	EXPECT_REFUSED(code, new_handle(), sock, &dest.any, QOSTrafficTypeVoice,
		       QOS_NON_ADAPTIVE_FLOW);
}

/* checklist: 35 */
TEST(add_connected_without_dest)
{
	QOS_FLOWID flow = 0;

	EXPECT_TRUE_1(QOSAddSocketToFlow(new_handle(),
					 udp_connected("127.0.0.1",
						       UNUSED_PORT),
					 NULL, QOSTrafficTypeVoice,
					 QOS_NON_ADAPTIVE_FLOW, &flow));
	EXPECT_NE(0, flow);
}

/* checklist: 36 */
TEST(add_connected_with_its_peer)
{
	QOS_FLOWID flow = 0;

	EXPECT_TRUE_1(add_to(new_handle(), udp_connected("127.0.0.1", 9),
			     "127.0.0.1", 9, &flow));
	EXPECT_NE(0, flow);
	flow = 0;
	EXPECT_TRUE_1(add_to(new_handle(), udp_connected("::1", 9), "::1", 9,
			     &flow));
	EXPECT_NE(0, flow);
}

/* checklist: 37 */
TEST(add_connected_with_another_host)
{
	expect_dest_refused(ERROR_INVALID_PARAMETER,
			    udp_connected("127.0.0.1", 9), "127.0.0.2", 9);
}

/* checklist: 38 */
TEST(add_connected_with_another_port)
{
	expect_dest_refused(ERROR_INVALID_PARAMETER,
			    udp_connected("127.0.0.1", 9), "127.0.0.1", 10);
}

/* checklist: 39 */
TEST(add_unconnected_without_dest)
{
	EXPECT_REFUSED(ERROR_INVALID_PARAMETER, new_handle(),
		       udp_socket(AF_INET), NULL, QOSTrafficTypeVoice,
		       QOS_NON_ADAPTIVE_FLOW);
	EXPECT_REFUSED(ERROR_INVALID_PARAMETER, new_handle(),
		       udp_socket(AF_INET6), NULL, QOSTrafficTypeVoice,
		       QOS_NON_ADAPTIVE_FLOW);
}

static void expect_unconnected_marked(const char *host)
{
	int to = udp_receiver(host);
	int from = udp_socket(address_of(host, 0).any.sa_family);
	QOS_FLOWID flow = 0;

	EXPECT_TRUE_1(add_to(new_handle(), from, host, local_port(to), &flow));
	EXPECT_NE(0, flow);
	EXPECT_EQ(56, dscp_to(from, host, to));
}

/* checklist: 40 */
TEST(add_unconnected_with_dest_ipv4)
{
	expect_unconnected_marked("127.0.0.1");
}

/* checklist: 40 */
TEST(add_unconnected_with_dest_ipv6)
{
	expect_unconnected_marked("::1");
}

/* A packet socket that sees what leaves on the loopback device. */
static int loopback_tap(void)
{
	struct sockaddr_ll address = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_IP),
		.sll_ifindex = (int)if_nametoindex("lo"),
	};
	int fd = socket_of(AF_PACKET, SOCK_DGRAM);

	ASSERT_OK(bind(fd, (struct sockaddr *)&address, sizeof(address)));
	return fd;
}

/* The DSCP of the next TCP packet with data to @port. */
static int tapped_dscp(int tap, uint16_t port)
{
	uint64_t until = test_now_ms() + ARRIVAL_MS;
	struct pollfd wait = { .fd = tap, .events = POLLIN };

	while (test_now_ms() < until && poll(&wait, 1, ARRIVAL_MS) == 1) {
		struct {
			struct iphdr ip;
			struct tcphdr tcp;
		} packet;
		ssize_t length = recv(tap, &packet, sizeof(packet), MSG_TRUNC);

		if (length < (ssize_t)sizeof(packet) ||
		    packet.ip.protocol != IPPROTO_TCP || packet.ip.ihl != 5 ||
		    ntohs(packet.tcp.dest) != port ||
		    ntohs(packet.ip.tot_len) == 20 + packet.tcp.doff * 4)
			continue;
		return packet.ip.tos >> 2;
	}
	return -1;
}

/* checklist: 41 */
TEST(add_tcp_before_connect)
{
	int tap = loopback_tap();
	int listener = tcp_listener("127.0.0.1");
	uint16_t port = local_port(listener);
	union test_address peer = address_of("127.0.0.1", port);
	int sock = socket_of(AF_INET, SOCK_STREAM);
	HANDLE handle = new_handle();
	QOS_FLOWID flow = 0;
	int accepted;

	EXPECT_TRUE_1(add_to(handle, sock, "127.0.0.1", port, &flow));
	ASSERT_OK(connect(sock, &peer.any, address_length(&peer)));
	accepted = accept(listener, NULL, NULL);
	ASSERT_LE(0, accepted);
	ASSERT_EQ(4, send(sock, "data", 4, 0));
	EXPECT_EQ(56, tapped_dscp(tap, port));
	/* The other direction belongs to nobody's flow. */
	ASSERT_EQ(4, send(accepted, "data", 4, 0));
	EXPECT_EQ(0, tapped_dscp(tap, local_port(sock)));
}

/* checklist: 42 */
TEST(add_dest_port_0)
{
	expect_dest_refused(ERROR_INVALID_PARAMETER, udp_socket(AF_INET),
			    "127.0.0.1", 0);
	expect_dest_refused(ERROR_INVALID_PARAMETER, udp_socket(AF_INET6),
			    "::1", 0);
}

/* checklist: 43 */
TEST(add_ipv6_socket_ipv4_dest)
{
	expect_dest_refused(ERROR_INVALID_PARAMETER, udp_socket(AF_INET6),
			    "127.0.0.1", 9);
	expect_dest_refused(ERROR_INVALID_PARAMETER,
			    udp_connected("::ffff:127.0.0.1", 9), "127.0.0.1",
			    9);
}

/* checklist: 44 */
TEST(add_ipv4_socket_ipv6_dest)
{
	expect_dest_refused(ERROR_INVALID_PARAMETER, udp_socket(AF_INET),
			    "::1", 9);
}

/* checklist: 45 */
TEST(add_mapped_dest_strict)
{
	new_network();
	sysctl_write("net/qwave/strict_addresses", "1");
	expect_dest_refused(ERROR_INVALID_PARAMETER, udp_socket(AF_INET6),
			    "::ffff:127.0.0.1", 9);
}

/* checklist: 45 */
TEST(add_mapped_dest)
{
	int to = udp_receiver("127.0.0.1");
	int from = udp_socket(AF_INET6);
	QOS_FLOWID flow = 0;

	EXPECT_TRUE_1(add_to(new_handle(), from, "::ffff:127.0.0.1",
			     local_port(to), &flow));
	EXPECT_EQ(56, dscp_to(from, "::ffff:127.0.0.1", to));
}

/* checklist: 45 */
TEST(add_connected_to_a_mapped_peer)
{
	int to = udp_receiver("127.0.0.1");
	int from = udp_connected("::ffff:127.0.0.1", local_port(to));

	new_flow(new_handle(), from, QOSTrafficTypeVoice);
	EXPECT_EQ(56, dscp_between(from, to));
}

/* checklist: 46 */
TEST(add_dest_family_not_ip)
{
	static const sa_family_t families[] = {
		AF_UNSPEC, AF_UNIX, AF_PACKET, AF_NETLINK, 0xffff,
	};
	size_t i;

	for (i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
		union test_address dest = address_of("127.0.0.1", 9);

		dest.any.sa_family = families[i];
		EXPECT_REFUSED(ERROR_INVALID_PARAMETER, new_handle(),
			       udp_socket(AF_INET), &dest.any,
			       QOSTrafficTypeVoice, QOS_NON_ADAPTIVE_FLOW);
	}
}

/* checklist: 47 */
TEST(add_not_a_socket)
{
	HANDLE handle = new_handle();
	int ends[2];

	ASSERT_OK(pipe(ends));
	EXPECT_REFUSED(ERROR_INVALID_PARAMETER, handle, ends[0], NULL,
		       QOSTrafficTypeVoice, QOS_NON_ADAPTIVE_FLOW);
}

/* checklist: 47 */
TEST(add_socket_minus_1)
{
	EXPECT_REFUSED(ERROR_INVALID_PARAMETER, new_handle(), (SOCKET)-1, NULL,
		       QOSTrafficTypeVoice, QOS_NON_ADAPTIVE_FLOW);
}

/* checklist: 47 */
TEST(add_socket_closed)
{
	HANDLE handle = new_handle();
	int sock = udp_connected("127.0.0.1", UNUSED_PORT);

	close(sock);
	EXPECT_REFUSED(ERROR_INVALID_PARAMETER, handle, sock, NULL,
		       QOSTrafficTypeVoice, QOS_NON_ADAPTIVE_FLOW);
	EXPECT_REFUSED(ERROR_INVALID_PARAMETER, handle, 1000, NULL,
		       QOSTrafficTypeVoice, QOS_NON_ADAPTIVE_FLOW);
}

/* checklist: 47 */
TEST(add_socket_beyond_descriptors)
{
	HANDLE handle = new_handle();
	SOCKET sock = (SOCKET)udp_connected("127.0.0.1", UNUSED_PORT);

	EXPECT_REFUSED(ERROR_INVALID_PARAMETER, handle, sock | 1UL << 31, NULL,
		       QOSTrafficTypeVoice, QOS_NON_ADAPTIVE_FLOW);
	if (sizeof(SOCKET) > 4)
		EXPECT_REFUSED(ERROR_INVALID_PARAMETER, handle,
			       sock | (SOCKET)1 << (8 * sizeof(SOCKET) - 1),
			       NULL, QOSTrafficTypeVoice,
			       QOS_NON_ADAPTIVE_FLOW);
}

/* checklist: 48 */
TEST(add_null_flow_id)
{
	int sock = udp_connected("127.0.0.1", UNUSED_PORT);

	EXPECT_FALSE_WITH(ERROR_INVALID_PARAMETER,
			  QOSAddSocketToFlow(new_handle(), sock, NULL,
					     QOSTrafficTypeVoice,
					     QOS_NON_ADAPTIVE_FLOW, NULL));
}

/* checklist: 49 */
TEST(add_traffic_type_unknown)
{
	int sock = udp_connected("127.0.0.1", UNUSED_PORT);
	HANDLE handle = new_handle();

	EXPECT_REFUSED(ERROR_INVALID_PARAMETER, handle, sock, NULL,
		       (QOS_TRAFFIC_TYPE)6, QOS_NON_ADAPTIVE_FLOW);
	EXPECT_REFUSED(ERROR_INVALID_PARAMETER, handle, sock, NULL,
		       (QOS_TRAFFIC_TYPE)-1, QOS_NON_ADAPTIVE_FLOW);
}

/* checklist: 50 */
TEST(add_flags_unknown)
{
	int sock = udp_connected("127.0.0.1", UNUSED_PORT);
	HANDLE handle = new_handle();
	int bit;

	for (bit = 0; bit < 32; bit++) {
		if (1U << bit == QOS_NON_ADAPTIVE_FLOW)
			continue;
		EXPECT_REFUSED(ERROR_INVALID_PARAMETER, handle, sock, NULL,
			       QOSTrafficTypeVoice, 1U << bit);
		EXPECT_REFUSED(ERROR_INVALID_PARAMETER, handle, sock, NULL,
			       QOSTrafficTypeVoice,
			       1U << bit | QOS_NON_ADAPTIVE_FLOW);
	}
}

/* checklist: 51 */
TEST(add_failure_leaves_the_flow_id)
{
	union test_address dest = address_of("127.0.0.2", 9);
	QOS_FLOWID flow = NEVER_ISSUED;
	HANDLE handle = new_handle();

	EXPECT_FALSE_WITH(ERROR_INVALID_PARAMETER,
			  QOSAddSocketToFlow(handle,
					     udp_connected("127.0.0.1", 9),
					     &dest.any, QOSTrafficTypeVoice,
					     QOS_NON_ADAPTIVE_FLOW, &flow));
	EXPECT_EQ(NEVER_ISSUED, flow);
}

/* checklist: 52 */
TEST(add_ids_differ)
{
	HANDLE handle = new_handle();
	int first = udp_connected("127.0.0.1", UNUSED_PORT);
	int second = udp_connected("127.0.0.1", UNUSED_PORT);

	EXPECT_NE(new_flow(handle, first, QOSTrafficTypeVoice),
		  new_flow(handle, second, QOSTrafficTypeVoice));
}

/* checklist: 52 */
TEST(add_ids_do_not_come_back_soon)
{
	int sock = udp_connected("127.0.0.1", UNUSED_PORT);
	HANDLE handle = new_handle();
	QOS_FLOWID ids[512];
	int i;
	int j;

	for (i = 0; i < 512; i++) {
		ids[i] = new_flow(handle, sock, QOSTrafficTypeVoice);
		for (j = 0; j < i; j++)
			ASSERT_NE(ids[j], ids[i]);
		ASSERT_TRUE_1(QOSRemoveSocketFromFlow(handle, 0, ids[i], 0));
	}
}

/* checklist: 61 */
TEST(add_two_destinations_to_one_flow)
{
	int first = udp_receiver("127.0.0.1");
	int second = udp_receiver("127.0.0.1");
	int third = udp_receiver("127.0.0.1");
	int from = udp_socket(AF_INET);
	HANDLE handle = new_handle();
	QOS_FLOWID flow = 0;
	QOS_FLOWID made;

	EXPECT_TRUE_1(add_to(handle, from, "127.0.0.1", local_port(first),
			     &flow));
	made = flow;
	EXPECT_TRUE_1(add_to(handle, from, "127.0.0.1", local_port(second),
			     &flow));
	EXPECT_EQ(made, flow);
	EXPECT_EQ(56, dscp_to(from, "127.0.0.1", first));
	EXPECT_EQ(56, dscp_to(from, "127.0.0.1", second));
	EXPECT_EQ(0, dscp_to(from, "127.0.0.1", third));
}

/* checklist: 62 */
TEST(add_destination_without_route)
{
	new_network();
	expect_dest_refused(ERROR_HOST_UNREACHABLE, udp_socket(AF_INET),
			    "192.0.2.1", 9);
	expect_dest_refused(ERROR_HOST_UNREACHABLE, udp_socket(AF_INET6),
			    "2001:db8::1", 9);
}

/* checklist: 63 */
TEST(add_marks_without_set_flow)
{
	struct udp_link v4 = udp_link("127.0.0.1");
	struct udp_link v6 = udp_link("::1");
	HANDLE handle = new_handle();

	new_flow(handle, v4.from, QOSTrafficTypeBackground);
	EXPECT_EQ(8, seen_dscp(&v4));
	new_flow(handle, v6.from, QOSTrafficTypeBackground);
	EXPECT_EQ(8, seen_dscp(&v6));
}

/* checklist: 64 */
TEST(add_adaptive_does_not_mark)
{
	struct udp_link link = udp_link("127.0.0.1");
	QOS_FLOWID flow = new_adaptive_flow(new_handle(), link.from);

	EXPECT_NE(0, flow);
	EXPECT_EQ(0, seen_dscp(&link));
}

/* A socket and destination already in a flow, again in another one. */
TEST(add_same_destination_to_another_flow)
{
	int sock = udp_connected("127.0.0.1", UNUSED_PORT);
	HANDLE handle = new_handle();

	new_flow(handle, sock, QOSTrafficTypeVoice);
	EXPECT_REFUSED(ERROR_ALREADY_EXISTS, handle, sock, NULL,
		       QOSTrafficTypeVoice, QOS_NON_ADAPTIVE_FLOW);
	EXPECT_REFUSED(ERROR_ALREADY_EXISTS, new_handle(), sock, NULL,
		       QOSTrafficTypeVoice, QOS_NON_ADAPTIVE_FLOW);
}

TEST(add_same_destination_to_the_same_flow)
{
	struct udp_link link = udp_link("127.0.0.1");
	HANDLE handle = new_handle();
	QOS_FLOWID flow = new_flow(handle, link.from, QOSTrafficTypeVoice);

	EXPECT_TRUE_1(join_flow(handle, link.from, flow));
	EXPECT_EQ(56, seen_dscp(&link));
	EXPECT_TRUE_1(QOSRemoveSocketFromFlow(handle, link.from, flow, 0));
	EXPECT_EQ(0, seen_dscp(&link));
}

TEST(add_wildcard_destination)
{
	int first = udp_receiver("127.0.0.1");
	int second = udp_receiver("127.0.0.2");
	int from = udp_socket(AF_INET);
	QOS_FLOWID flow = 0;

	EXPECT_TRUE_1(add_to(new_handle(), from, "0.0.0.0", 0, &flow));
	EXPECT_EQ(56, dscp_to(from, "127.0.0.1", first));
	EXPECT_EQ(56, dscp_to(from, "127.0.0.2", second));
}

TEST(add_descriptor_0)
{
	struct udp_link link = udp_link("127.0.0.1");
	HANDLE handle = new_handle();
	QOS_PACKET_PRIORITY priority;
	QOS_FLOWID flow;

	ASSERT_EQ(0, dup2(link.from, 0));
	flow = new_flow(handle, 0, QOSTrafficTypeVoice);
	EXPECT_EQ(56, seen_dscp(&link));
	/* In the other direction 0 means the whole flow. */
	EXPECT_TRUE_1(QOSRemoveSocketFromFlow(handle, 0, flow, 0));
	EXPECT_FALSE_WITH(ERROR_NOT_FOUND,
			  query_priority(handle, flow, &priority));
}

TEST(add_unsupported_sockets)
{
	HANDLE handle = new_handle();

	EXPECT_REFUSED(ERROR_NOT_SUPPORTED, handle,
		       socket_of(AF_UNIX, SOCK_DGRAM), NULL,
		       QOSTrafficTypeVoice, QOS_NON_ADAPTIVE_FLOW);
	EXPECT_REFUSED(ERROR_NOT_SUPPORTED, handle,
		       socket_of(AF_NETLINK, SOCK_RAW), NULL,
		       QOSTrafficTypeVoice, QOS_NON_ADAPTIVE_FLOW);
}

TEST(add_listener)
{
	EXPECT_REFUSED(ERROR_INVALID_PARAMETER, new_handle(),
		       tcp_listener("127.0.0.1"), NULL, QOSTrafficTypeVoice,
		       QOS_NON_ADAPTIVE_FLOW);
}

static int add_as_nobody(void *data)
{
	struct udp_link *link = data;

	become_nobody();
	new_flow(new_handle(), link->from, QOSTrafficTypeVoice);
	EXPECT_EQ(56, seen_dscp(link));
	return 0;
}

/* checklist: 35 */
TEST(add_unprivileged)
{
	struct udp_link link = udp_link("127.0.0.1");

	EXPECT_EQ(0, test_in_child(add_as_nobody, &link));
}

TEST_MAIN
