// SPDX-License-Identifier: GPL-2.0-only
/* QWAVE_QUERY_FLOW: what is answered, and to whom. */
#include "session.h"

static int query_errno(int session, __u32 flow, __u32 operation)
{
	struct qwave_query_flow query = query_request(flow, operation);
	struct qwave_query_flow before = query;
	int result = query_flow(session, &query);

	if (result)
		EXPECT_EQ(0, memcmp(&before, &query, sizeof(query)));
	return result;
}

TEST(packet_priority)
{
	int session = open_session();
	__u32 flow = made_flow(session, udp_connected("127.0.0.1", 9),
			       QWAVE_TYPE_AUDIO_VIDEO);
	struct qwave_query_flow query =
		query_request(flow, QWAVE_QUERY_PACKET_PRIORITY);

	ASSERT_OK(query_flow(session, &query));
	EXPECT_EQ(sizeof(query), query.size);
	EXPECT_EQ(0, query.flags);
	EXPECT_EQ(flow, query.flow_id);
	EXPECT_EQ(QWAVE_QUERY_PACKET_PRIORITY, query.operation);
	EXPECT_EQ(40, query.out_conformant_dscp);
	EXPECT_EQ(0, query.out_nonconformant_dscp);
	EXPECT_EQ(0, query.out_conformant_l2);
	EXPECT_EQ(0, query.out_nonconformant_l2);
}

TEST(packet_priority_of_an_adaptive_flow)
{
	int session = open_session();
	__u32 flow = made_adaptive(session, udp_connected("127.0.0.1", 9));

	EXPECT_EQ(0, queried_dscp(session, flow));
}

TEST(fresh_is_ignored_for_packet_priority)
{
	int session = open_session();
	__u32 flow = made_flow(session, udp_connected("127.0.0.1", 9),
			       QWAVE_TYPE_VOICE);
	struct qwave_query_flow query =
		query_request(flow, QWAVE_QUERY_PACKET_PRIORITY);

	query.flags = QWAVE_QUERY_FRESH;
	EXPECT_OK(query_flow(session, &query));
	EXPECT_EQ(56, query.out_conformant_dscp);
}

TEST(fundamentals_are_not_measured)
{
	int session = open_session();
	__u32 fixed = made_flow(session, udp_connected("127.0.0.1", 9),
				QWAVE_TYPE_VOICE);
	__u32 adaptive = made_adaptive(session, udp_connected("::1", 9));

	EXPECT_ERRNO(EOPNOTSUPP, query_errno(session, fixed,
					     QWAVE_QUERY_FUNDAMENTALS));
	EXPECT_ERRNO(EOPNOTSUPP, query_errno(session, adaptive,
					     QWAVE_QUERY_FUNDAMENTALS));
}

TEST(outgoing_rate_is_not_set)
{
	int session = open_session();
	__u32 flow = made_flow(session, udp_connected("127.0.0.1", 9),
			       QWAVE_TYPE_VOICE);

	EXPECT_ERRNO(ENODATA, query_errno(session, flow,
					  QWAVE_QUERY_OUTGOING_RATE));
}

TEST(operation_unknown)
{
	int session = open_session();
	__u32 flow = made_flow(session, udp_connected("127.0.0.1", 9),
			       QWAVE_TYPE_VOICE);

	EXPECT_ERRNO(EINVAL, query_errno(session, flow, 3));
	EXPECT_ERRNO(EINVAL, query_errno(session, flow, (__u32)-1));
}

TEST(flow_zero)
{
	EXPECT_ERRNO(EINVAL, query_errno(open_session(), 0,
					 QWAVE_QUERY_PACKET_PRIORITY));
}

TEST(flow_unknown)
{
	EXPECT_ERRNO(ENOENT, query_errno(open_session(), NEVER_ISSUED,
					 QWAVE_QUERY_PACKET_PRIORITY));
}

TEST(flow_of_another_session_privileged)
{
	int owner = open_session();
	__u32 flow = made_flow(owner, udp_connected("127.0.0.1", 9),
			       QWAVE_TYPE_VOICE);

	EXPECT_EQ(56, queried_dscp(open_session(), flow));
}

static int query_of_nobody(void *data)
{
	__u32 *flow = data;

	become_nobody();
	EXPECT_ERRNO(ENOENT, query_errno(open_session(), *flow,
					 QWAVE_QUERY_PACKET_PRIORITY));
	return 0;
}

TEST(flow_of_another_session_unprivileged)
{
	int owner = open_session();
	__u32 flow = made_flow(owner, udp_connected("127.0.0.1", 9),
			       QWAVE_TYPE_VOICE);

	EXPECT_EQ(0, test_in_child(query_of_nobody, &flow));
}

TEST(result_cannot_be_written)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	int session = open_session();
	__u32 flow = made_flow(session, udp_connected("127.0.0.1", 9),
			       QWAVE_TYPE_VOICE);
	struct qwave_query_flow *query =
		mmap(NULL, page, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	ASSERT_TRUE(query != MAP_FAILED);
	*query = query_request(flow, QWAVE_QUERY_PACKET_PRIORITY);
	ASSERT_OK(mprotect(query, page, PROT_READ));
	EXPECT_ERRNO(EFAULT, query_flow(session, query));
}

TEST_MAIN
