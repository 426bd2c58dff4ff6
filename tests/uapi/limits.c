// SPDX-License-Identifier: GPL-2.0-only
/* The sysctls under net/qwave: limits, tables and switches, per namespace. */
#include "session.h"

#include <unistd.h>

/* Adds a new socket with the destination 127.0.0.1, port 9. */
static int add_one(int session)
{
	struct qwave_add_socket add =
		add_request(udp_connected("127.0.0.1", UNUSED_PORT));

	return add_socket(session, &add);
}

/* The same to an existing flow. */
static int join_one(int session, __u32 flow)
{
	struct qwave_add_socket add =
		add_request(udp_connected("127.0.0.1", UNUSED_PORT));

	add.flow_id = flow;
	return add_socket(session, &add);
}

TEST(max_flows_session)
{
	int first = open_session();
	int second = open_session();
	__u32 flow;

	new_network();
	sysctl_write("net/qwave/max_flows_session", "2");
	flow = made_flow(first, udp_connected("127.0.0.1", 9),
			 QWAVE_TYPE_VOICE);
	EXPECT_OK(add_one(first));
	EXPECT_ERRNO(ENOSPC, add_one(first));
	EXPECT_EQ(2, flow_count(first));
	EXPECT_OK(join_one(first, flow));
	EXPECT_OK(add_one(second));
	EXPECT_OK(remove_flow(first, flow));
	EXPECT_OK(add_one(first));
}

TEST(max_members_net)
{
	int first = open_session();
	int second = open_session();
	__u32 flow;

	new_network();
	sysctl_write("net/qwave/max_members_net", "2");
	flow = made_flow(first, udp_connected("127.0.0.1", 9),
			 QWAVE_TYPE_VOICE);
	EXPECT_OK(add_one(second));
	EXPECT_ERRNO(ENOSPC, add_one(second));
	EXPECT_ERRNO(ENOSPC, join_one(first, flow));
	EXPECT_EQ(2, flow_count(first));
	close(second);
	EXPECT_OK(join_one(first, flow));
	EXPECT_ERRNO(ENOSPC, join_one(first, flow));
}

static int fill_as_nobody(void *unused)
{
	int session;

	(void)unused;
	become_nobody();
	session = open_session();
	EXPECT_OK(add_one(session));
	EXPECT_ERRNO(EUSERS, add_one(session));
	EXPECT_ERRNO(EUSERS, add_one(open_session()));
	close(session);
	EXPECT_OK(add_one(open_session()));
	return 0;
}

TEST(max_members_user)
{
	int session = open_session();

	new_network();
	sysctl_write("net/qwave/max_members_user", "1");
	EXPECT_OK(add_one(session));
	EXPECT_ERRNO(EUSERS, add_one(session));
	/* Another user has a count of his own. */
	EXPECT_EQ(0, test_in_child(fill_as_nobody, NULL));
	EXPECT_ERRNO(EUSERS, add_one(session));
}

TEST(limit_zero)
{
	int session = open_session();

	new_network();
	sysctl_write("net/qwave/max_flows_session", "0");
	EXPECT_ERRNO(ENOSPC, add_one(session));
	EXPECT_EQ(0, flow_count(session));
}

TEST(limits_count_closed_sockets_out)
{
	int session = open_session();
	int round;

	new_network();
	sysctl_write("net/qwave/max_members_net", "1");
	for (round = 0; round < 5; round++) {
		int sock = udp_connected("127.0.0.1", UNUSED_PORT);
		__u32 flow = made_flow(session, sock, QWAVE_TYPE_VOICE);

		close(sock);
		EVENTUALLY(!flow_exists(session, flow));
	}
}

TEST(dscp_table)
{
	int session = open_session();
	__u32 flow;

	new_network();
	flow = made_flow(session, udp_connected("127.0.0.1", 9),
			 QWAVE_TYPE_VOICE);
	sysctl_write("net/qwave/dscp", "0 10 18 34 46 48");
	EXPECT_EQ(46, queried_dscp(session, flow));
	EXPECT_OK(set_type(session, flow, QWAVE_TYPE_BACKGROUND));
	EXPECT_EQ(10, queried_dscp(session, flow));
}

/* The write fails with @error and the file reads as before. */
static void expect_sysctl_refused(const char *path, const char *value,
				  int error)
{
	char before[256];
	char after[256];
	ssize_t length;
	int fd = open(path, O_RDWR);

	ASSERT_LE(0, fd);
	length = pread(fd, before, sizeof(before), 0);
	ASSERT_LT(0, length);
	EXPECT_ERRNO(error, pwrite(fd, value, strlen(value), 0));
	EXPECT_EQ(length, pread(fd, after, sizeof(after), 0));
	EXPECT_EQ(0, memcmp(before, after, (size_t)length));
	close(fd);
}

TEST(tables_refuse_what_is_out_of_range)
{
	expect_sysctl_refused("/proc/sys/net/qwave/dscp", "0 8 40 40 56 64",
			      EINVAL);
	expect_sysctl_refused("/proc/sys/net/qwave/dscp", "-1", EINVAL);
	expect_sysctl_refused("/proc/sys/net/qwave/priority", "16", EINVAL);
	expect_sysctl_refused("/proc/sys/net/qwave/mark", "2", EINVAL);
	expect_sysctl_refused("/proc/sys/net/qwave/strict_addresses", "2",
			      EINVAL);
	expect_sysctl_refused("/proc/sys/net/qwave/max_flows_session", "-1",
			      EINVAL);
}

TEST(mark_switch)
{
	int session = open_session();
	int to;
	int from;
	__u32 flow;

	new_network();
	to = udp_receiver("127.0.0.1");
	from = udp_connected("127.0.0.1", local_port(to));
	flow = made_flow(session, from, QWAVE_TYPE_VOICE);
	sysctl_write("net/qwave/mark", "0");
	EXPECT_EQ(0, queried_dscp(session, flow));
	EXPECT_EQ(0, dscp_between(from, to));
	sysctl_write("net/qwave/mark", "1");
	EXPECT_EQ(56, queried_dscp(session, flow));
	EXPECT_EQ(56, dscp_between(from, to));
}

static int table_elsewhere(void *unused)
{
	(void)unused;
	new_network();
	sysctl_write("net/qwave/dscp", "1 2 3 4 5 6");
	return 0;
}

TEST(tables_are_per_namespace)
{
	int session = open_session();
	__u32 flow = made_flow(session, udp_connected("127.0.0.1", 9),
			       QWAVE_TYPE_VOICE);

	EXPECT_EQ(0, test_in_child(table_elsewhere, NULL));
	EXPECT_EQ(56, queried_dscp(session, flow));
}

TEST(unprivileged_container_cannot_raise_limits)
{
	char value[16];
	int fd;

	if (unshare(CLONE_NEWUSER | CLONE_NEWNET))
		SKIP("this kernel has no user namespaces");
	fd = open("/proc/sys/net/qwave/max_members_net", O_WRONLY);
	EXPECT_EQ(-1, fd);
	EXPECT_EQ(EACCES, errno);
	fd = open("/proc/sys/net/qwave/max_members_net", O_RDONLY);
	EXPECT_LT(0, read(fd, value, sizeof(value)));
}

TEST_MAIN
