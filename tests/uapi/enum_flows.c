// SPDX-License-Identifier: GPL-2.0-only
/* QWAVE_ENUM_FLOWS: counts, room, namespaces and privileges. */
#include "session.h"

static int make_flows(int session, __u32 *ids, int count)
{
	int i;

	for (i = 0; i < count; i++)
		ids[i] = made_flow(session, udp_connected("127.0.0.1", 9),
				   QWAVE_TYPE_VOICE);
	return count;
}

TEST(no_flows)
{
	int session = open_session();
	__u32 ids[1] = { POISON };
	__u32 count;

	EXPECT_OK(enum_flows(session, ids, 1, &count));
	EXPECT_EQ(0, count);
	EXPECT_EQ(POISON, ids[0]);
	EXPECT_OK(enum_flows(session, NULL, 0, &count));
	EXPECT_EQ(0, count);
}

TEST(exact_room)
{
	int session = open_session();
	__u32 made[5];
	__u32 ids[6];
	__u32 count;
	int i;

	make_flows(session, made, 5);
	memset(ids, 0xcc, sizeof(ids));
	ASSERT_OK(enum_flows(session, ids, 5, &count));
	EXPECT_EQ(5, count);
	EXPECT_EQ(0xcccccccc, ids[5]);
	for (i = 0; i < 5; i++)
		EXPECT_TRUE(memmem(ids, 20, &made[i], 4));
}

TEST(more_room)
{
	int session = open_session();
	__u32 made[2];
	__u32 ids[64];
	__u32 count;

	make_flows(session, made, 2);
	memset(ids, 0xcc, sizeof(ids));
	ASSERT_OK(enum_flows(session, ids, 64, &count));
	EXPECT_EQ(2, count);
	EXPECT_EQ(0xcccccccc, ids[2]);
}

TEST(too_little_room)
{
	int session = open_session();
	__u32 made[3];
	__u32 ids[3] = { POISON, POISON, POISON };
	__u32 count;

	make_flows(session, made, 3);
	EXPECT_ERRNO(EMSGSIZE, enum_flows(session, ids, 2, &count));
	EXPECT_EQ(3, count);
	EXPECT_EQ(POISON, ids[0]);
	EXPECT_EQ(POISON, ids[1]);
}

TEST(no_room)
{
	int session = open_session();
	__u32 made[3];
	__u32 count;

	make_flows(session, made, 3);
	EXPECT_ERRNO(EMSGSIZE, enum_flows(session, NULL, 0, &count));
	EXPECT_EQ(3, count);
	EXPECT_ERRNO(EMSGSIZE, enum_flows(session, (__u32 *)8, 0, &count));
	EXPECT_EQ(3, count);
}

TEST(bad_array)
{
	int session = open_session();
	__u32 made[1];
	__u32 count;

	make_flows(session, made, 1);
	EXPECT_ERRNO(EFAULT, enum_flows(session, NULL, 1, &count));
	EXPECT_EQ(POISON, count);
	EXPECT_ERRNO(EFAULT, enum_flows(session, (__u32 *)8, 16, &count));
	EXPECT_EQ(POISON, count);
}

TEST(capacity_beyond_the_address_space)
{
	int session = open_session();
	__u32 made[1];
	__u32 ids[4];
	__u32 count;

	make_flows(session, made, 1);
	EXPECT_OK(enum_flows(session, ids, 0xffffffff, &count));
	EXPECT_EQ(1, count);
	EXPECT_EQ(made[0], ids[0]);
}

TEST(flows_of_other_sessions)
{
	int observer = open_session();
	__u32 first;
	__u32 second;

	make_flows(open_session(), &first, 1);
	make_flows(open_session(), &second, 1);
	EXPECT_TRUE(flow_exists(observer, first));
	EXPECT_TRUE(flow_exists(observer, second));
}

static int enum_of_nobody(void *data)
{
	int *session = data;
	__u32 ids[4] = { POISON };
	__u32 count;

	become_nobody();
	EXPECT_ERRNO(EPERM, enum_flows(*session, ids, 4, &count));
	EXPECT_EQ(POISON, count);
	EXPECT_EQ(POISON, ids[0]);
	return 0;
}

TEST(unprivileged)
{
	int session = open_session();

	EXPECT_EQ(0, test_in_child(enum_of_nobody, &session));
}

static int enum_in_another_network(void *data)
{
	__u32 *outside = data;
	int session = open_session();
	__u32 inside;

	new_network();
	EXPECT_EQ(0, flow_count(session));
	make_flows(session, &inside, 1);
	EXPECT_EQ(1, flow_count(session));
	EXPECT_TRUE(flow_exists(session, inside));
	EXPECT_FALSE(flow_exists(session, *outside));
	return 0;
}

TEST(namespace_shows_its_own)
{
	__u32 outside;

	make_flows(open_session(), &outside, 1);
	EXPECT_EQ(0, test_in_child(enum_in_another_network, &outside));
}

TEST(initial_namespace_shows_all)
{
	int report[2];
	int hold[2];
	__u32 flow = 0;
	pid_t pid;

	ASSERT_OK(pipe(report));
	ASSERT_OK(pipe(hold));
	pid = fork();
	if (!pid) {
		new_network();
		make_flows(open_session(), &flow, 1);
		ASSERT_EQ(4, write(report[1], &flow, 4));
		close(hold[1]);
		_exit((int)read(hold[0], &flow, 1));
	}
	close(report[1]);
	ASSERT_EQ(4, read(report[0], &flow, 4));
	EXPECT_TRUE(flow_exists(open_session(), flow));
	close(hold[1]);
	waitpid(pid, NULL, 0);
	EXPECT_FALSE(flow_exists(open_session(), flow));
}

TEST_MAIN
