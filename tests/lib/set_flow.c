// SPDX-License-Identifier: GPL-2.0-only
/* QOSSetFlow */
#include "qos.h"

static void expect_still_voice(const struct voice *voice)
{
	EXPECT_EQ(56, queried_dscp(voice->handle, voice->flow));
	EXPECT_EQ(56, seen_dscp(&voice->link));
}

/* checklist: 79 */
TEST(set_traffic_type_changes_the_mark)
{
	static const int dscp[] = { 0, 8, 40, 40, 56, 56 };
	struct voice voice = new_voice();
	DWORD type;

	for (type = 0; type < 6; type++) {
		EXPECT_TRUE_1(set_type(voice.handle, voice.flow, type));
		EXPECT_EQ(dscp[type], seen_dscp(&voice.link));
	}
}

/* checklist: 79 */
TEST(set_best_effort_leaves_the_programs_mark)
{
	struct voice voice = new_voice();
	int tos = 10 << 2;

	ASSERT_OK(setsockopt(voice.link.from, IPPROTO_IP, IP_TOS, &tos,
			     sizeof(tos)));
	EXPECT_EQ(56, seen_dscp(&voice.link));
	EXPECT_TRUE_1(set_type(voice.handle, voice.flow,
			       QOSTrafficTypeBestEffort));
	EXPECT_EQ(10, seen_dscp(&voice.link));
}

/* checklist: 80 */
TEST(set_traffic_type_unknown)
{
	struct voice voice = new_voice();

	EXPECT_FALSE_WITH(ERROR_INVALID_PARAMETER,
			  set_type(voice.handle, voice.flow, 6));
	EXPECT_FALSE_WITH(ERROR_INVALID_PARAMETER,
			  set_type(voice.handle, voice.flow, 0xffffffff));
	expect_still_voice(&voice);
}

/* checklist: 81 */
TEST(set_size)
{
	static const ULONG right[] = { 4, 16, 4 };
	struct voice voice = new_voice();
	char buffer[32] = { 0 };
	int operation;
	ULONG size;

	for (operation = 0; operation < 3; operation++) {
		for (size = 0; size <= sizeof(buffer); size++) {
			if (size == right[operation])
				continue;
			EXPECT_FALSE_WITH(ERROR_INVALID_PARAMETER,
					  QOSSetFlow(voice.handle, voice.flow,
						     (QOS_SET_FLOW)operation,
						     size, buffer, 0, NULL));
		}
	}
	expect_still_voice(&voice);
}

/* checklist: 82 */
TEST(set_null_buffer)
{
	struct voice voice = new_voice();

	EXPECT_FALSE_WITH(ERROR_INVALID_PARAMETER,
			  QOSSetFlow(voice.handle, voice.flow,
				     QOSSetTrafficType, 4, NULL, 0, NULL));
	EXPECT_FALSE_WITH(ERROR_INVALID_PARAMETER,
			  QOSSetFlow(voice.handle, voice.flow,
				     QOSSetOutgoingRate, 16, NULL, 0, NULL));
	EXPECT_FALSE_WITH(ERROR_INVALID_PARAMETER,
			  QOSSetFlow(voice.handle, voice.flow,
				     QOSSetOutgoingDSCPValue, 4, NULL, 0,
				     NULL));
	expect_still_voice(&voice);
}

/* checklist: 83 */
TEST(set_operation_unknown)
{
	struct voice voice = new_voice();
	DWORD value = 0;

	EXPECT_FALSE_WITH(ERROR_INVALID_PARAMETER,
			  QOSSetFlow(voice.handle, voice.flow, (QOS_SET_FLOW)3,
				     sizeof(value), &value, 0, NULL));
	EXPECT_FALSE_WITH(ERROR_INVALID_PARAMETER,
			  QOSSetFlow(voice.handle, voice.flow, (QOS_SET_FLOW)-1,
				     sizeof(value), &value, 0, NULL));
	expect_still_voice(&voice);
}

/* checklist: 84 */
TEST(set_flags)
{
	struct voice voice = new_voice();
	DWORD type = QOSTrafficTypeBackground;
	int bit;

	for (bit = 0; bit < 32; bit++)
		EXPECT_FALSE_WITH(ERROR_INVALID_PARAMETER,
				  QOSSetFlow(voice.handle, voice.flow,
					     QOSSetTrafficType, sizeof(type),
					     &type, 1U << bit, NULL));
	expect_still_voice(&voice);
}

/* checklist: 85 */
TEST(set_unknown_flow)
{
	HANDLE handle = new_handle();

	EXPECT_FALSE_WITH(ERROR_NOT_FOUND, set_type(handle, NEVER_ISSUED, 1));
	EXPECT_FALSE_WITH(ERROR_NOT_FOUND, set_dscp(handle, NEVER_ISSUED, 1));
}

/* checklist: 86 */
TEST(set_flow_0)
{
	HANDLE handle = new_handle();

	EXPECT_FALSE_WITH(ERROR_INVALID_PARAMETER, set_type(handle, 0, 1));
	EXPECT_FALSE_WITH(ERROR_INVALID_PARAMETER, set_dscp(handle, 0, 1));
}

static void expect_each_dscp(const char *host)
{
	struct udp_link link = udp_link(host);
	HANDLE handle = new_handle();
	QOS_FLOWID flow = new_flow(handle, link.from, QOSTrafficTypeVoice);
	DWORD dscp;

	for (dscp = 0; dscp < 64; dscp++) {
		EXPECT_TRUE_1(set_dscp(handle, flow, dscp));
		EXPECT_EQ(dscp, seen_dscp(&link));
	}
}

/* checklist: 99 */
TEST(set_dscp_each_ipv4)
{
	expect_each_dscp("127.0.0.1");
}

/* checklist: 99 */
TEST(set_dscp_each_ipv6)
{
	expect_each_dscp("::1");
}

/* checklist: 99 */
TEST(set_dscp_0_overrides_the_program)
{
	struct voice voice = new_voice();
	int tos = 10 << 2;

	ASSERT_OK(setsockopt(voice.link.from, IPPROTO_IP, IP_TOS, &tos,
			     sizeof(tos)));
	EXPECT_TRUE_1(set_dscp(voice.handle, voice.flow, 0));
	EXPECT_EQ(0, seen_dscp(&voice.link));
}

/* checklist: 100 */
TEST(set_dscp_out_of_range)
{
	static const DWORD values[] = { 64, 65, 127, 128, 255, 256, ~0U };
	struct voice voice = new_voice();
	size_t i;

	for (i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		EXPECT_FALSE_WITH(ERROR_INVALID_PARAMETER,
				  set_dscp(voice.handle, voice.flow,
					   values[i]));
	expect_still_voice(&voice);
}

static int set_dscp_as_nobody(void *unused)
{
	struct voice voice;

	(void)unused;
	become_nobody();
	voice = new_voice();
	EXPECT_FALSE_WITH(ERROR_ACCESS_DENIED,
			  set_dscp(voice.handle, voice.flow, 33));
	expect_still_voice(&voice);
	EXPECT_TRUE_1(set_type(voice.handle, voice.flow,
			       QOSTrafficTypeBackground));
	EXPECT_EQ(8, seen_dscp(&voice.link));
	return 0;
}

/* checklist: 101 */
TEST(set_dscp_unprivileged)
{
	EXPECT_EQ(0, test_in_child(set_dscp_as_nobody, NULL));
}

/* checklist: 102 */
TEST(set_dscp_adaptive)
{
	HANDLE handle = new_handle();
	QOS_FLOWID flow = new_adaptive_flow(handle,
					    udp_connected("127.0.0.1", 9));

	EXPECT_FALSE_WITH(ERROR_NOT_SUPPORTED, set_dscp(handle, flow, 33));
}

/* checklist: 103 */
TEST(set_traffic_type_ends_the_dscp_value)
{
	struct voice voice = new_voice();

	EXPECT_TRUE_1(set_dscp(voice.handle, voice.flow, 33));
	EXPECT_EQ(33, seen_dscp(&voice.link));
	EXPECT_TRUE_1(set_type(voice.handle, voice.flow, QOSTrafficTypeVoice));
	expect_still_voice(&voice);
}

/* checklist: 106 */
TEST(set_flow_of_another_process)
{
	struct other_process other = other_process(QOSTrafficTypeVoice);
	HANDLE handle = new_handle();

	EXPECT_FALSE_WITH(ERROR_NOT_FOUND,
			  set_type(handle, other.flow,
				   QOSTrafficTypeBackground));
	EXPECT_FALSE_WITH(ERROR_NOT_FOUND, set_dscp(handle, other.flow, 33));
	EXPECT_EQ(56, other_process_dscp(&other));
}

/* checklist: 106 */
TEST(set_flow_of_another_handle)
{
	struct voice voice = new_voice();
	HANDLE other = new_handle();

	EXPECT_FALSE_WITH(ERROR_NOT_FOUND,
			  set_type(other, voice.flow,
				   QOSTrafficTypeBackground));
	expect_still_voice(&voice);
}

TEST_MAIN
