// SPDX-License-Identifier: GPL-2.0-only
/* QWAVE_SET_FLOW: traffic type and DSCP, and who may set them. */
#include "session.h"

struct flow {
	int session;
	int sock;
	__u32 id;
};

static struct flow voice_flow(void)
{
	struct flow flow = { .session = open_session() };

	flow.sock = udp_connected("127.0.0.1", UNUSED_PORT);
	flow.id = made_flow(flow.session, flow.sock, QWAVE_TYPE_VOICE);
	return flow;
}

TEST(traffic_type_each)
{
	static const int dscp[QWAVE_TYPE_COUNT] = { 0, 8, 40, 40, 56, 56 };
	struct flow flow = voice_flow();
	__u32 type;

	for (type = 0; type < QWAVE_TYPE_COUNT; type++) {
		EXPECT_OK(set_type(flow.session, flow.id, type));
		EXPECT_EQ(dscp[type], queried_dscp(flow.session, flow.id));
	}
}

TEST(traffic_type_unknown)
{
	struct flow flow = voice_flow();

	EXPECT_ERRNO(EINVAL, set_type(flow.session, flow.id,
				      QWAVE_TYPE_COUNT));
	EXPECT_ERRNO(EINVAL, set_type(flow.session, flow.id, (__u32)-1));
	EXPECT_EQ(56, queried_dscp(flow.session, flow.id));
}

TEST(dscp_each)
{
	struct flow flow = voice_flow();
	__u32 dscp;

	for (dscp = 0; dscp < 64; dscp++) {
		EXPECT_OK(set_dscp(flow.session, flow.id, dscp));
		EXPECT_EQ(dscp, queried_dscp(flow.session, flow.id));
	}
}

TEST(dscp_out_of_range)
{
	struct flow flow = voice_flow();

	EXPECT_ERRNO(EINVAL, set_dscp(flow.session, flow.id, 64));
	EXPECT_ERRNO(EINVAL, set_dscp(flow.session, flow.id, 256));
	EXPECT_ERRNO(EINVAL, set_dscp(flow.session, flow.id, (__u32)-1));
	EXPECT_EQ(56, queried_dscp(flow.session, flow.id));
}

TEST(dscp_ends_with_a_traffic_type)
{
	struct flow flow = voice_flow();

	EXPECT_OK(set_dscp(flow.session, flow.id, 33));
	EXPECT_OK(set_type(flow.session, flow.id, QWAVE_TYPE_BACKGROUND));
	EXPECT_EQ(8, queried_dscp(flow.session, flow.id));
}

TEST(member_of_another_operation)
{
	struct flow flow = voice_flow();

	EXPECT_ERRNO(EINVAL, set_flow(flow.session, flow.id,
				      QWAVE_SET_TRAFFIC_TYPE,
				      QWAVE_TYPE_BACKGROUND, 1));
	EXPECT_ERRNO(EINVAL, set_flow(flow.session, flow.id, QWAVE_SET_DSCP, 1,
				      33));
	EXPECT_EQ(56, queried_dscp(flow.session, flow.id));
}

TEST(operation_unknown)
{
	struct flow flow = voice_flow();

	EXPECT_ERRNO(EINVAL, set_flow(flow.session, flow.id, 3, 0, 0));
	EXPECT_ERRNO(EINVAL, set_flow(flow.session, flow.id, (__u32)-1, 0, 0));
}

TEST(outgoing_rate_unsupported)
{
	struct flow flow = voice_flow();

	EXPECT_ERRNO(EOPNOTSUPP, set_flow(flow.session, flow.id,
					  QWAVE_SET_OUTGOING_RATE, 0, 0));
}

TEST(flow_zero)
{
	struct flow flow = voice_flow();

	EXPECT_ERRNO(EINVAL, set_type(flow.session, 0, QWAVE_TYPE_VOICE));
	EXPECT_ERRNO(EINVAL, set_dscp(flow.session, 0, 1));
}

TEST(flow_unknown)
{
	struct flow flow = voice_flow();

	EXPECT_ERRNO(ENOENT, set_type(flow.session, NEVER_ISSUED,
				      QWAVE_TYPE_VOICE));
	EXPECT_ERRNO(ENOENT, set_dscp(flow.session, NEVER_ISSUED, 1));
}

TEST(flow_of_another_session)
{
	struct flow flow = voice_flow();
	int other = open_session();

	EXPECT_ERRNO(ENOENT, set_type(other, flow.id, QWAVE_TYPE_BACKGROUND));
	EXPECT_ERRNO(ENOENT, set_dscp(other, flow.id, 1));
	EXPECT_EQ(56, queried_dscp(flow.session, flow.id));
}

TEST(dscp_of_an_adaptive_flow)
{
	int session = open_session();
	__u32 flow = made_adaptive(session, udp_connected("127.0.0.1", 9));

	EXPECT_ERRNO(EOPNOTSUPP, set_dscp(session, flow, 1));
	EXPECT_OK(set_type(session, flow, QWAVE_TYPE_BACKGROUND));
}

static int dscp_of_nobody(void *data)
{
	struct flow *flow = data;

	become_nobody();
	EXPECT_ERRNO(EPERM, set_dscp(flow->session, flow->id, 33));
	EXPECT_EQ(56, queried_dscp(flow->session, flow->id));
	EXPECT_OK(set_type(flow->session, flow->id, QWAVE_TYPE_BACKGROUND));
	return 0;
}

TEST(dscp_unprivileged)
{
	struct flow flow = voice_flow();

	EXPECT_EQ(0, test_in_child(dscp_of_nobody, &flow));
	EXPECT_EQ(8, queried_dscp(flow.session, flow.id));
}

static int dscp_of_the_group(void *data)
{
	struct flow *flow = data;

	become_nobody();
	EXPECT_OK(set_dscp(flow->session, flow->id, 33));
	return 0;
}

TEST(dscp_by_the_group)
{
	struct flow flow;

	new_network();
	sysctl_write("net/qwave/dscp_group_range", "65534 65534");
	flow = voice_flow();
	EXPECT_EQ(0, test_in_child(dscp_of_the_group, &flow));
	EXPECT_EQ(33, queried_dscp(flow.session, flow.id));
	sysctl_write("net/qwave/dscp_group_range", "65533 65533");
	EXPECT_OK(set_type(flow.session, flow.id, QWAVE_TYPE_VOICE));
	EXPECT_EQ(0, test_in_child(dscp_of_nobody, &flow));
}

TEST_MAIN
