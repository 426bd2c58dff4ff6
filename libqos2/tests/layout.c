// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sizes, offsets and values of the public header, in C and in C++, with 32 and
 * 64 bits. The header asserts the same at compile time; here are the numbers a
 * second time, so that both would have to be wrong together.
 */
#include "qos2.h"

#include "ktap.h"

#define EXPECT_OFFSET(type, member, offset) \
	EXPECT_EQ(offsetof(type, member), offset)

/* checklist: 1 */
TEST(layout_version)
{
	EXPECT_EQ(sizeof(QOS_VERSION), 4);
	EXPECT_OFFSET(QOS_VERSION, MajorVersion, 0);
	EXPECT_OFFSET(QOS_VERSION, MinorVersion, 2);
}

/* checklist: 1 */
TEST(layout_flowrate_outgoing)
{
	EXPECT_EQ(sizeof(QOS_FLOWRATE_OUTGOING), 16);
	EXPECT_OFFSET(QOS_FLOWRATE_OUTGOING, Bandwidth, 0);
	EXPECT_OFFSET(QOS_FLOWRATE_OUTGOING, ShapingBehavior, 8);
	EXPECT_OFFSET(QOS_FLOWRATE_OUTGOING, Reason, 12);
	EXPECT_EQ(__alignof__(QOS_FLOWRATE_OUTGOING), 8);
}

/* checklist: 1 */
TEST(layout_packet_priority)
{
	EXPECT_EQ(sizeof(QOS_PACKET_PRIORITY), 16);
	EXPECT_OFFSET(QOS_PACKET_PRIORITY, ConformantDSCPValue, 0);
	EXPECT_OFFSET(QOS_PACKET_PRIORITY, NonConformantDSCPValue, 4);
	EXPECT_OFFSET(QOS_PACKET_PRIORITY, ConformantL2Value, 8);
	EXPECT_OFFSET(QOS_PACKET_PRIORITY, NonConformantL2Value, 12);
	EXPECT_EQ(__alignof__(QOS_PACKET_PRIORITY), 4);
}

/* checklist: 1 */
TEST(layout_flow_fundamentals)
{
	EXPECT_EQ(sizeof(QOS_FLOW_FUNDAMENTALS), 40);
	EXPECT_OFFSET(QOS_FLOW_FUNDAMENTALS, BottleneckBandwidthSet, 0);
	EXPECT_OFFSET(QOS_FLOW_FUNDAMENTALS, BottleneckBandwidth, 8);
	EXPECT_OFFSET(QOS_FLOW_FUNDAMENTALS, AvailableBandwidthSet, 16);
	EXPECT_OFFSET(QOS_FLOW_FUNDAMENTALS, AvailableBandwidth, 24);
	EXPECT_OFFSET(QOS_FLOW_FUNDAMENTALS, RTTSet, 32);
	EXPECT_OFFSET(QOS_FLOW_FUNDAMENTALS, RTT, 36);
	EXPECT_EQ(__alignof__(QOS_FLOW_FUNDAMENTALS), 8);
}

/* checklist: 1 */
TEST(layout_overlapped)
{
	EXPECT_EQ(sizeof(OVERLAPPED), sizeof(void *) == 8 ? 32 : 20);
	EXPECT_OFFSET(OVERLAPPED, hEvent, sizeof(void *) == 8 ? 24 : 16);
}

/* checklist: 2 */
TEST(size_of_basic_types)
{
	EXPECT_EQ(sizeof(QOS_FLOWID), 4);
	EXPECT_EQ(sizeof(ULONG), 4);
	EXPECT_EQ(sizeof(DWORD), 4);
	EXPECT_EQ(sizeof(BOOL), 4);
	EXPECT_EQ(sizeof(USHORT), 2);
	EXPECT_EQ(sizeof(UINT32), 4);
	EXPECT_EQ(sizeof(UINT64), 8);
	EXPECT_EQ(sizeof(HANDLE), sizeof(void *));
	EXPECT_EQ(sizeof(SOCKET), sizeof(void *));
	EXPECT((SOCKET)-1 > 0);
	EXPECT((ULONG)-1 > 0);
}

/* checklist: 2 */
TEST(size_of_enums)
{
	EXPECT_EQ(sizeof(QOS_TRAFFIC_TYPE), 4);
	EXPECT_EQ(sizeof(QOS_SET_FLOW), 4);
	EXPECT_EQ(sizeof(QOS_QUERY_FLOW), 4);
	EXPECT_EQ(sizeof(QOS_SHAPING), 4);
	EXPECT_EQ(sizeof(QOS_FLOWRATE_REASON), 4);
	EXPECT_EQ(sizeof(*(PQOS_QUERY_FLOW)NULL), 4);
	EXPECT_EQ(sizeof(*(PQOS_FLOWRATE_REASON)NULL), 4);
}

/* checklist: 3 */
TEST(values_of_enums)
{
	EXPECT_EQ(QOSTrafficTypeBestEffort, 0);
	EXPECT_EQ(QOSTrafficTypeBackground, 1);
	EXPECT_EQ(QOSTrafficTypeExcellentEffort, 2);
	EXPECT_EQ(QOSTrafficTypeAudioVideo, 3);
	EXPECT_EQ(QOSTrafficTypeVoice, 4);
	EXPECT_EQ(QOSTrafficTypeControl, 5);
	EXPECT_EQ(QOSSetTrafficType, 0);
	EXPECT_EQ(QOSSetOutgoingRate, 1);
	EXPECT_EQ(QOSSetOutgoingDSCPValue, 2);
	EXPECT_EQ(QOSQueryFlowFundamentals, 0);
	EXPECT_EQ(QOSQueryPacketPriority, 1);
	EXPECT_EQ(QOSQueryOutgoingRate, 2);
	EXPECT_EQ(QOSShapeOnly, 0);
	EXPECT_EQ(QOSShapeAndMark, 1);
	EXPECT_EQ(QOSUseNonConformantMarkings, 2);
	EXPECT_EQ(QOSFlowRateNotApplicable, 0);
	EXPECT_EQ(QOSFlowRateContentChange, 1);
	EXPECT_EQ(QOSFlowRateCongestion, 2);
	EXPECT_EQ(QOSFlowRateHigherContentEncoding, 3);
	EXPECT_EQ(QOSFlowRateUserCaused, 4);
}

/* checklist: 4 */
TEST(values_of_constants)
{
	EXPECT_EQ(QOS_QUERYFLOW_FRESH, 1);
	EXPECT_EQ(QOS_NON_ADAPTIVE_FLOW, 2);
	EXPECT_EQ(QOS_OUTGOING_DEFAULT_MINIMUM_BANDWIDTH, 4294967295LL);
	EXPECT_EQ((UINT64)QOS_OUTGOING_DEFAULT_MINIMUM_BANDWIDTH,
		  4294967295LL);
	EXPECT_EQ(TRUE, 1);
	EXPECT_EQ(FALSE, 0);
}

/* checklist: 5 */
TEST(values_of_errors)
{
	EXPECT_EQ(NO_ERROR, 0);
	EXPECT_EQ(ERROR_SUCCESS, 0);
	EXPECT_EQ(ERROR_ACCESS_DENIED, 0x5);
	EXPECT_EQ(ERROR_INVALID_HANDLE, 0x6);
	EXPECT_EQ(ERROR_NOT_ENOUGH_MEMORY, 0x8);
	EXPECT_EQ(ERROR_GEN_FAILURE, 0x1f);
	EXPECT_EQ(ERROR_NOT_SUPPORTED, 0x32);
	EXPECT_EQ(ERROR_NETWORK_BUSY, 0x36);
	EXPECT_EQ(ERROR_ADAP_HDW_ERR, 0x39);
	EXPECT_EQ(ERROR_UNEXP_NET_ERR, 0x3b);
	EXPECT_EQ(ERROR_BAD_NET_NAME, 0x43);
	EXPECT_EQ(ERROR_INVALID_PARAMETER, 0x57);
	EXPECT_EQ(ERROR_INSUFFICIENT_BUFFER, 0x7a);
	EXPECT_EQ(ERROR_BUSY, 0xaa);
	EXPECT_EQ(ERROR_ALREADY_EXISTS, 0xb7);
	EXPECT_EQ(ERROR_NO_DATA, 0xe8);
	EXPECT_EQ(ERROR_SYSTEM_POWERSTATE_TRANSITION, 0x30e);
	EXPECT_EQ(ERROR_SYSTEM_POWERSTATE_COMPLEX_TRANSITION, 0x30f);
	EXPECT_EQ(ERROR_OPERATION_ABORTED, 0x3e3);
	EXPECT_EQ(ERROR_IO_INCOMPLETE, 0x3e4);
	EXPECT_EQ(ERROR_IO_PENDING, 0x3e5);
	EXPECT_EQ(ERROR_SERVICE_DEPENDENCY_FAIL, 0x42c);
	EXPECT_EQ(ERROR_IO_DEVICE, 0x45d);
	EXPECT_EQ(ERROR_DEVICE_REINITIALIZATION_NEEDED, 0x48c);
	EXPECT_EQ(ERROR_NOT_FOUND, 0x490);
	EXPECT_EQ(ERROR_CONNECTION_REFUSED, 0x4c9);
	EXPECT_EQ(ERROR_HOST_UNREACHABLE, 0x4d0);
	EXPECT_EQ(ERROR_RETRY, 0x4d5);
	EXPECT_EQ(ERROR_ACCESS_DISABLED_BY_POLICY, 0x4ec);
	EXPECT_EQ(ERROR_NO_SYSTEM_RESOURCES, 0x5aa);
	EXPECT_EQ(ERROR_TIMEOUT, 0x5b4);
	EXPECT_EQ(ERROR_RESOURCE_DISABLED, 0x10d5);
}

KTAP_MAIN
