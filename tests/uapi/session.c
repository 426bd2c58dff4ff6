// SPDX-License-Identifier: GPL-2.0-only
/*
 * The file as such: who may open it, commands it does not know, the end of a
 * session by shutdown, close and death, and sessions beside each other.
 */
#include "session.h"

#include <sys/stat.h>
#include <sys/syscall.h>

TEST(open_read_write)
{
	EXPECT_OK(open(DEVICE, O_RDWR));
}

TEST(open_mode_is_0666)
{
	struct stat status;

	ASSERT_OK(stat(DEVICE, &status));
	EXPECT_TRUE(S_ISCHR(status.st_mode));
	EXPECT_EQ(0666, status.st_mode & 07777);
}

static int flow_of_nobody(void *unused)
{
	int sock = udp_connected("127.0.0.1", UNUSED_PORT);
	int session;
	__u32 flow;

	(void)unused;
	become_nobody();
	session = open_session();
	flow = made_flow(session, sock, QWAVE_TYPE_VOICE);
	EXPECT_EQ(0, set_type(session, flow, QWAVE_TYPE_BACKGROUND));
	EXPECT_EQ(8, queried_dscp(session, flow));
	EXPECT_EQ(0, remove_flow(session, flow));
	return 0;
}

TEST(open_unprivileged)
{
	EXPECT_EQ(0, test_in_child(flow_of_nobody, NULL));
}

TEST(unknown_command)
{
	int session = open_session();
	char argument[256] = { 0 };
	unsigned int number;

	for (number = 0; number < 256; number++) {
		if (number >= 0x40 && number <= 0x45)
			continue;
		EXPECT_ERRNO(ENOTTY,
			     ioctl(session, _IO('q', number), argument));
	}
	EXPECT_ERRNO(ENOTTY, ioctl(session, _IO('r', 0x40), argument));
	EXPECT_ERRNO(ENOTTY,
		     ioctl(session, _IOWR('q', 0x40, struct qwave_add_socket),
			   argument));
	EXPECT_ERRNO(ENOTTY, ioctl(session, TCGETS, argument));
}

TEST(shutdown_argument_not_zero)
{
	int sock = udp_connected("127.0.0.1", UNUSED_PORT);
	int session = open_session();
	__u32 flow = made_flow(session, sock, QWAVE_TYPE_VOICE);

	EXPECT_ERRNO(EINVAL, ioctl(session, QWAVE_SHUTDOWN, 1));
	EXPECT_EQ(56, queried_dscp(session, flow));
}

TEST(shutdown_cancels_every_command)
{
	int sock = udp_connected("127.0.0.1", UNUSED_PORT);
	int session = open_session();
	__u32 flow = made_flow(session, sock, QWAVE_TYPE_VOICE);
	struct qwave_add_socket add = add_request(sock);
	struct qwave_query_flow query =
		query_request(flow, QWAVE_QUERY_PACKET_PRIORITY);
	__u32 ids[8] = { POISON };
	__u32 count;

	ASSERT_OK(ioctl(session, QWAVE_SHUTDOWN, 0));
	EXPECT_ERRNO(ECANCELED, add_socket(session, &add));
	EXPECT_EQ(POISON, add.out_flow_id);
	EXPECT_ERRNO(ECANCELED, remove_socket(session, flow, sock));
	EXPECT_ERRNO(ECANCELED, remove_flow(session, flow));
	EXPECT_ERRNO(ECANCELED, set_type(session, flow, QWAVE_TYPE_CONTROL));
	EXPECT_ERRNO(ECANCELED, set_dscp(session, flow, 1));
	EXPECT_ERRNO(ECANCELED, query_flow(session, &query));
	EXPECT_EQ(POISON, query.out_conformant_dscp);
	EXPECT_ERRNO(ECANCELED, enum_flows(session, ids, 8, &count));
	EXPECT_EQ(POISON, count);
	EXPECT_EQ(POISON, ids[0]);
}

TEST(shutdown_twice)
{
	int session = open_session();

	EXPECT_OK(ioctl(session, QWAVE_SHUTDOWN, 0));
	EXPECT_OK(ioctl(session, QWAVE_SHUTDOWN, 0));
}

TEST(shutdown_ends_the_flows)
{
	int sock = udp_connected("127.0.0.1", UNUSED_PORT);
	int observer = open_session();
	int session = open_session();
	__u32 flow = made_flow(session, sock, QWAVE_TYPE_VOICE);

	EXPECT_TRUE(flow_exists(observer, flow));
	EXPECT_OK(ioctl(session, QWAVE_SHUTDOWN, 0));
	EXPECT_FALSE(flow_exists(observer, flow));
	/* The socket is free for another session. */
	made_flow(observer, sock, QWAVE_TYPE_VOICE);
}

TEST(close_ends_the_flows)
{
	int sock = udp_connected("127.0.0.1", UNUSED_PORT);
	int observer = open_session();
	int session = open_session();
	__u32 flow = made_flow(session, sock, QWAVE_TYPE_VOICE);

	EXPECT_TRUE(flow_exists(observer, flow));
	close(session);
	EXPECT_FALSE(flow_exists(observer, flow));
}

TEST(close_of_a_copy_keeps_the_session)
{
	int sock = udp_connected("127.0.0.1", UNUSED_PORT);
	int session = open_session();
	int copy = dup(session);
	__u32 flow = made_flow(session, sock, QWAVE_TYPE_VOICE);

	close(session);
	EXPECT_EQ(56, queried_dscp(copy, flow));
}

static int use_session_of_parent(void *data)
{
	__u32 *flow_and_session = data;
	int session = (int)flow_and_session[1];

	EXPECT_EQ(56, queried_dscp(session, flow_and_session[0]));
	close(session);
	return 0;
}

TEST(fork_shares_the_session)
{
	int sock = udp_connected("127.0.0.1", UNUSED_PORT);
	int session = open_session();
	__u32 flow = made_flow(session, sock, QWAVE_TYPE_VOICE);
	__u32 flow_and_session[2] = { flow, (__u32)session };

	EXPECT_EQ(0, test_in_child(use_session_of_parent, flow_and_session));
	EXPECT_EQ(56, queried_dscp(session, flow));
}

static int flow_then_kill(void *data)
{
	int sock = udp_connected("127.0.0.1", UNUSED_PORT);
	__u32 *flow = data;

	*flow = made_flow(open_session(), sock, QWAVE_TYPE_VOICE);
	raise(SIGKILL);
	return 0;
}

TEST(killed_process_leaves_no_flow)
{
	__u32 *flow = mmap(NULL, sizeof(*flow), PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int observer = open_session();

	ASSERT_TRUE(flow != MAP_FAILED);
	EXPECT_EQ(128 + SIGKILL, test_in_child(flow_then_kill, flow));
	EXPECT_NE(0, *flow);
	EXPECT_FALSE(flow_exists(observer, *flow));
}

TEST(sessions_are_independent)
{
	int first_sock = udp_connected("127.0.0.1", UNUSED_PORT);
	int second_sock = udp_connected("::1", UNUSED_PORT);
	int first = open_session();
	int second = open_session();
	__u32 first_flow = made_flow(first, first_sock, QWAVE_TYPE_VOICE);
	__u32 second_flow = made_flow(second, second_sock,
				      QWAVE_TYPE_BACKGROUND);

	EXPECT_NE(first_flow, second_flow);
	close(first);
	EXPECT_EQ(8, queried_dscp(second, second_flow));
	EXPECT_EQ(0, set_type(second, second_flow, QWAVE_TYPE_VOICE));
}

TEST(command_on_another_file)
{
	int null = open("/dev/null", O_RDWR);
	struct qwave_add_socket add = add_request(0);

	EXPECT_ERRNO(ENOTTY, add_socket(null, &add));
	EXPECT_ERRNO(EBADF, add_socket(-1, &add));
}

TEST_MAIN
