// SPDX-License-Identifier: GPL-2.0-only
/* Setting and asking: operations, sizes and buffers. */
#include <errno.h>
#include <string.h>

#include "flows.h"

/* checklist: 79 */
TEST(set_flow_traffic_type_passes_arguments)
{
	QOS_TRAFFIC_TYPE type = QOSTrafficTypeAudioVideo;
	HANDLE handle = create();

	EXPECT_OK(QOSSetFlow(handle, 12, QOSSetTrafficType, 4, &type, 0x40,
			     NULL));
	EXPECT_EQ(fake.request, QWAVE_SET_FLOW);
	EXPECT_EQ(fake.argument.set.size, sizeof(struct qwave_set_flow));
	EXPECT_EQ(fake.argument.set.flags, 0x40);
	EXPECT_EQ(fake.argument.set.flow_id, 12);
	EXPECT_EQ(fake.argument.set.operation, QWAVE_SET_TRAFFIC_TYPE);
	EXPECT_EQ(fake.argument.set.traffic_type, 3);
	EXPECT_EQ(fake.argument.set.dscp, 0);
	destroy(handle);
}

/* checklist: 99, 100 */
TEST(set_flow_dscp_passes_arguments)
{
	HANDLE handle = create();
	DWORD dscp = 64;

	EXPECT_OK(QOSSetFlow(handle, 12, QOSSetOutgoingDSCPValue, 4, &dscp, 0,
			     NULL));
	EXPECT_EQ(fake.argument.set.operation, QWAVE_SET_DSCP);
	EXPECT_EQ(fake.argument.set.traffic_type, 0);
	EXPECT_EQ(fake.argument.set.dscp, 64);
	destroy(handle);
}

/* checklist: 92 */
TEST(set_flow_rate_reaches_the_kernel)
{
	QOS_FLOWRATE_OUTGOING rate = { .Bandwidth = 1000000 };
	HANDLE handle = create();
	int reason;

	fake.call_errno = EOPNOTSUPP;
	for (reason = 0; reason <= 4; reason++) {
		rate.ShapingBehavior = (QOS_SHAPING)(reason % 3);
		rate.Reason = (QOS_FLOWRATE_REASON)reason;
		EXPECT_FAIL(QOSSetFlow(handle, 12, QOSSetOutgoingRate, 16,
				       &rate, 0, NULL), 50);
		EXPECT_EQ(fake.argument.set.operation,
			  QWAVE_SET_OUTGOING_RATE);
		EXPECT_EQ(fake.argument.set.traffic_type, 0);
		EXPECT_EQ(fake.argument.set.dscp, 0);
	}
	destroy(handle);
}

/* checklist: 91 */
TEST(set_flow_rate_invalid_shaping)
{
	QOS_FLOWRATE_OUTGOING rate = { .Bandwidth = 1000000 };
	HANDLE handle = create();

	rate.ShapingBehavior = (QOS_SHAPING)3;
	EXPECT_REFUSED(QOSSetFlow(handle, 12, QOSSetOutgoingRate, 16, &rate,
				  0, NULL), 87);
	rate.ShapingBehavior = (QOS_SHAPING)-1;
	EXPECT_REFUSED(QOSSetFlow(handle, 12, QOSSetOutgoingRate, 16, &rate,
				  0, NULL), 87);
	destroy(handle);
}

TEST(set_flow_rate_invalid_reason)
{
	QOS_FLOWRATE_OUTGOING rate = { .Bandwidth = 1000000 };
	HANDLE handle = create();

	rate.Reason = (QOS_FLOWRATE_REASON)5;
	EXPECT_REFUSED(QOSSetFlow(handle, 12, QOSSetOutgoingRate, 16, &rate,
				  0, NULL), 87);
	destroy(handle);
}

static BOOL set(HANDLE handle, int op, ULONG size, void *buffer)
{
	return QOSSetFlow(handle, 12, (QOS_SET_FLOW)op, size, buffer, 0,
			  NULL);
}

/* checklist: 81 */
TEST(set_flow_wrong_size)
{
	static const ULONG exact[] = { 4, 16, 4 };
	HANDLE handle = create();
	char buffer[64] = { 0 };
	ULONG size;
	int op;

	for (op = 0; op < 3; op++)
		for (size = 0; size <= 40; size++)
			if (size != exact[op])
				EXPECT_REFUSED(set(handle, op, size, buffer),
					       87);
	EXPECT_REFUSED(QOSSetFlow(handle, 12, QOSSetTrafficType, 0xffffffff,
				  buffer, 0, NULL), 87);
	destroy(handle);
}

/* checklist: 82 */
TEST(set_flow_null_buffer)
{
	HANDLE handle = create();

	EXPECT_REFUSED(QOSSetFlow(handle, 12, QOSSetTrafficType, 4, NULL, 0,
				  NULL), 87);
	EXPECT_REFUSED(QOSSetFlow(handle, 12, QOSSetOutgoingRate, 16, NULL, 0,
				  NULL), 87);
	EXPECT_REFUSED(QOSSetFlow(handle, 12, QOSSetOutgoingDSCPValue, 4, NULL,
				  0, NULL), 87);
	destroy(handle);
}

/* checklist: 83 */
TEST(set_flow_unknown_operation)
{
	HANDLE handle = create();
	DWORD value = 0;

	EXPECT_REFUSED(QOSSetFlow(handle, 12, (QOS_SET_FLOW)3, 4, &value, 0,
				  NULL), 87);
	EXPECT_REFUSED(QOSSetFlow(handle, 12, (QOS_SET_FLOW)-1, 4, &value, 0,
				  NULL), 87);
	destroy(handle);
}

TEST(set_flow_overlapped)
{
	OVERLAPPED overlapped = { 0 };
	HANDLE handle = create();
	DWORD value = 0;

	EXPECT_REFUSED(QOSSetFlow(handle, 12, QOSSetTrafficType, 4, &value, 0,
				  &overlapped), 50);
	EXPECT_REFUSED(QOSSetFlow(handle, 12, QOSSetTrafficType, 5, &value, 0,
				  &overlapped), 87);
	EXPECT(all_zero(&overlapped, sizeof(overlapped)));
	destroy(handle);
}

static int answer_query(unsigned long request, void *argument)
{
	struct qwave_query_flow *query = argument;

	if (request == QWAVE_QUERY_FLOW) {
		query->out_conformant_dscp = 56;
		query->out_nonconformant_dscp = 8;
		query->out_conformant_l2 = 7;
		query->out_nonconformant_l2 = 1;
	}
	return 0;
}

struct guarded {
	unsigned char bytes[64];
	ULONG size;
};

static BOOL query(HANDLE handle, int op, struct guarded *out, ULONG size)
{
	memset(out->bytes, 0xcc, sizeof(out->bytes));
	out->size = size;
	return QOSQueryFlow(handle, 12, (QOS_QUERY_FLOW)op, &out->size,
			    out->bytes, 0, NULL);
}

/* Bytes from @start on are as query() left them. */
static bool untouched(const struct guarded *out, unsigned int start)
{
	unsigned int i;

	for (i = start; i < sizeof(out->bytes); i++)
		if (out->bytes[i] != 0xcc)
			return false;
	return true;
}

/* checklist: 112 */
TEST(query_flow_packet_priority)
{
	HANDLE handle = create();
	QOS_PACKET_PRIORITY priority;
	struct guarded out;

	fake.answer = answer_query;
	EXPECT_OK(query(handle, QOSQueryPacketPriority, &out, 16));
	memcpy(&priority, out.bytes, sizeof(priority));
	EXPECT_EQ(out.size, 16);
	EXPECT_EQ(priority.ConformantDSCPValue, 56);
	EXPECT_EQ(priority.NonConformantDSCPValue, 8);
	EXPECT_EQ(priority.ConformantL2Value, 7);
	EXPECT_EQ(priority.NonConformantL2Value, 1);
	EXPECT(untouched(&out, 16));
	EXPECT_EQ(fake.request, QWAVE_QUERY_FLOW);
	EXPECT_EQ(fake.argument.query.size, sizeof(struct qwave_query_flow));
	EXPECT_EQ(fake.argument.query.flags, 0);
	EXPECT_EQ(fake.argument.query.flow_id, 12);
	EXPECT_EQ(fake.argument.query.operation, QWAVE_QUERY_PACKET_PRIORITY);
	destroy(handle);
}

/* checklist: 121 */
TEST(query_flow_larger_buffer)
{
	HANDLE handle = create();
	struct guarded out;

	fake.answer = answer_query;
	EXPECT_OK(query(handle, QOSQueryPacketPriority, &out, 64));
	EXPECT_EQ(out.size, 16);
	EXPECT(untouched(&out, 16));
	destroy(handle);
}

/* checklist: 119 */
TEST(query_flow_small_buffer)
{
	static const ULONG needed[] = { 40, 16, 8 };
	HANDLE handle = create();
	struct guarded out;
	ULONG size;
	int op;

	for (op = 0; op < 3; op++)
		for (size = 0; size < needed[op]; size++) {
			EXPECT_REFUSED(query(handle, op, &out, size), 122);
			EXPECT_EQ(out.size, needed[op]);
			EXPECT(untouched(&out, 0));
		}
	destroy(handle);
}

/* checklist: 120 */
TEST(query_flow_size_zero_null_buffer)
{
	static const ULONG needed[] = { 40, 16, 8 };
	HANDLE handle = create();
	ULONG size;
	int op;

	for (op = 0; op < 3; op++) {
		size = 0;
		EXPECT_REFUSED(QOSQueryFlow(handle, 12, (QOS_QUERY_FLOW)op,
					    &size, NULL, 0, NULL), 122);
		EXPECT_EQ(size, needed[op]);
	}
	destroy(handle);
}

/* checklist: 122 */
TEST(query_flow_null_size)
{
	HANDLE handle = create();
	char buffer[64];

	EXPECT_REFUSED(QOSQueryFlow(handle, 12, QOSQueryPacketPriority, NULL,
				    buffer, 0, NULL), 87);
	EXPECT_REFUSED(QOSQueryFlow(handle, 12, QOSQueryPacketPriority, NULL,
				    NULL, 0, NULL), 87);
	destroy(handle);
}

/* checklist: 122 */
TEST(query_flow_null_buffer)
{
	HANDLE handle = create();
	ULONG size = 40;
	int op;

	for (op = 0; op < 3; op++)
		EXPECT_REFUSED(QOSQueryFlow(handle, 12, (QOS_QUERY_FLOW)op,
					    &size, NULL, 0, NULL), 87);
	EXPECT_EQ(size, 40);
	destroy(handle);
}

/* checklist: 123 */
TEST(query_flow_unknown_operation)
{
	HANDLE handle = create();
	struct guarded out;

	EXPECT_REFUSED(query(handle, 3, &out, 64), 87);
	EXPECT_REFUSED(query(handle, -1, &out, 64), 87);
	EXPECT_EQ(out.size, 64);
	EXPECT(untouched(&out, 0));
	destroy(handle);
}

/* checklist: 123, 130 */
TEST(query_flow_flags_reach_the_kernel)
{
	HANDLE handle = create();
	char buffer[16];
	ULONG size = 16;

	EXPECT_OK(QOSQueryFlow(handle, 12, QOSQueryPacketPriority, &size,
			       buffer, 0x81, NULL));
	EXPECT_EQ(fake.argument.query.flags, 0x81);
	destroy(handle);
}

/* checklist: 118, 124 */
TEST(query_flow_failure_leaves_buffer_and_size)
{
	HANDLE handle = create();
	struct guarded out;

	fake.call_errno = EOPNOTSUPP;
	EXPECT_FAIL(query(handle, QOSQueryFlowFundamentals, &out, 64), 50);
	EXPECT_EQ(out.size, 64);
	EXPECT(untouched(&out, 0));
	fake.call_errno = ENODATA;
	EXPECT_FAIL(query(handle, QOSQueryOutgoingRate, &out, 64), 232);
	EXPECT_EQ(out.size, 64);
	EXPECT(untouched(&out, 0));
	destroy(handle);
}

TEST(query_flow_overlapped)
{
	OVERLAPPED overlapped = { 0 };
	HANDLE handle = create();
	char buffer[16];
	ULONG size = 16;

	EXPECT_REFUSED(QOSQueryFlow(handle, 12, QOSQueryPacketPriority, &size,
				    buffer, 0, &overlapped), 50);
	size = 15;
	EXPECT_REFUSED(QOSQueryFlow(handle, 12, QOSQueryPacketPriority, &size,
				    buffer, 0, &overlapped), 122);
	EXPECT(all_zero(&overlapped, sizeof(overlapped)));
	destroy(handle);
}

KTAP_MAIN
