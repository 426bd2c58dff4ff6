// SPDX-License-Identifier: GPL-2.0-only
/* QOSCloseHandle, and the end of the process that stands for it. */
#include "qos.h"

#include <sys/resource.h>

/* checklist: 25, 26 */
TEST(close_twice)
{
	HANDLE handle = new_handle();

	EXPECT_TRUE_1(QOSCloseHandle(handle));
	EXPECT_FALSE_WITH(ERROR_INVALID_HANDLE, QOSCloseHandle(handle));
}

/* checklist: 23 */
TEST(close_leaves_the_other_handle)
{
	struct udp_link first = udp_link("127.0.0.1");
	struct udp_link second = udp_link("127.0.0.1");
	HANDLE closing = new_handle();
	HANDLE staying = new_handle();
	QOS_FLOWID flow;

	new_flow(closing, first.from, QOSTrafficTypeVoice);
	flow = new_flow(staying, second.from, QOSTrafficTypeBackground);
	EXPECT_TRUE_1(QOSCloseHandle(closing));
	EXPECT_EQ(8, queried_dscp(staying, flow));
	EXPECT_EQ(8, seen_dscp(&second));
	EXPECT_TRUE(is_enumerated(staying, flow));
}

static void expect_unmarked_after_close(const char *host)
{
	struct udp_link link = udp_link(host);
	HANDLE handle = new_handle();

	EXPECT_EQ(0, seen_dscp(&link));
	new_flow(handle, link.from, QOSTrafficTypeVoice);
	EXPECT_EQ(56, seen_dscp(&link));
	EXPECT_TRUE_1(QOSCloseHandle(handle));
	EXPECT_EQ(0, seen_dscp(&link));
}

/* checklist: 27, 29 */
TEST(close_ends_the_marks_ipv4)
{
	expect_unmarked_after_close("127.0.0.1");
}

/* checklist: 27, 29 */
TEST(close_ends_the_marks_ipv6)
{
	expect_unmarked_after_close("::1");
}

/* checklist: 27 */
TEST(close_gives_back_the_programs_own_mark)
{
	struct udp_link link = udp_link("127.0.0.1");
	HANDLE handle = new_handle();
	int tos = 10 << 2;

	ASSERT_OK(setsockopt(link.from, IPPROTO_IP, IP_TOS, &tos, sizeof(tos)));
	new_flow(handle, link.from, QOSTrafficTypeVoice);
	EXPECT_EQ(56, seen_dscp(&link));
	EXPECT_TRUE_1(QOSCloseHandle(handle));
	EXPECT_EQ(10, seen_dscp(&link));
}

/* checklist: 29 */
TEST(close_leaves_tcp_connected)
{
	HANDLE handle = new_handle();
	char data[4];
	int pair[2];

	tcp_pair("127.0.0.1", pair);
	new_flow(handle, pair[0], QOSTrafficTypeVoice);
	EXPECT_TRUE_1(QOSCloseHandle(handle));
	EXPECT_EQ(4, send(pair[0], "ping", 4, 0));
	EXPECT_EQ(4, recv(pair[1], data, 4, MSG_WAITALL));
	EXPECT_EQ(4, send(pair[1], "pong", 4, 0));
	EXPECT_EQ(4, recv(pair[0], data, 4, MSG_WAITALL));
	EXPECT_EQ(0, memcmp(data, "pong", 4));
}

/* checklist: 32 */
TEST(close_ends_its_flows)
{
	int first = udp_connected("127.0.0.1", UNUSED_PORT);
	int second = udp_connected("::1", UNUSED_PORT);
	HANDLE observer = new_handle();
	HANDLE handle = new_handle();
	QOS_FLOWID flows[2];

	flows[0] = new_flow(handle, first, QOSTrafficTypeVoice);
	flows[1] = new_flow(handle, second, QOSTrafficTypeVoice);
	EXPECT_TRUE(is_enumerated(observer, flows[0]));
	EXPECT_TRUE(is_enumerated(observer, flows[1]));
	EXPECT_TRUE_1(QOSCloseHandle(handle));
	EXPECT_FALSE(is_enumerated(observer, flows[0]));
	EXPECT_FALSE(is_enumerated(observer, flows[1]));
}

/* checklist: 32 */
TEST(close_frees_the_socket_for_another_flow)
{
	struct udp_link link = udp_link("127.0.0.1");
	HANDLE handle = new_handle();

	new_flow(handle, link.from, QOSTrafficTypeVoice);
	EXPECT_TRUE_1(QOSCloseHandle(handle));
	new_flow(new_handle(), link.from, QOSTrafficTypeBackground);
	EXPECT_EQ(8, seen_dscp(&link));
}

/* checklist: 33 */
TEST(process_exits)
{
	struct other_process other = other_process(QOSTrafficTypeVoice);
	HANDLE observer = new_handle();
	int status;

	EXPECT_TRUE(is_enumerated(observer, other.flow));
	close(other.orders);
	ASSERT_EQ(other.pid, waitpid(other.pid, &status, 0));
	EXPECT_EQ(0, status);
	EXPECT_FALSE(is_enumerated(observer, other.flow));
}

/* checklist: 33 */
TEST(process_is_killed)
{
	struct other_process other = other_process(QOSTrafficTypeVoice);
	HANDLE observer = new_handle();

	EXPECT_TRUE(is_enumerated(observer, other.flow));
	ASSERT_OK(kill(other.pid, SIGKILL));
	ASSERT_EQ(other.pid, waitpid(other.pid, NULL, 0));
	EXPECT_FALSE(is_enumerated(observer, other.flow));
}

static int exec_with_a_flow(void *data)
{
	struct udp_link *link = data;

	new_flow(new_handle(), link->from, QOSTrafficTypeVoice);
	EXPECT_EQ(56, seen_dscp(link));
	execl("/bin/true", "true", NULL);
	return 1;
}

/* checklist: 33 */
TEST(process_executes_another_program)
{
	struct udp_link link = udp_link("127.0.0.1");

	/* The socket stays here; the handle was the child's, and is gone. */
	EXPECT_EQ(0, test_in_child(exec_with_a_flow, &link));
	EXPECT_EQ(0, seen_dscp(&link));
}

TEST_MAIN
