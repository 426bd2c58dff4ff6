/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libqos2 - marking of a program's packets per flow, with the functions,
 * types and codes of Windows' QOS2 (qWAVE).
 *
 * Every function returns TRUE (exactly 1), or FALSE after setting the calling
 * thread's last error, which GetLastError() returns. Success leaves the last
 * error as it was. Every function but QOSCreateHandle() fails with
 * ERROR_INVALID_HANDLE when its handle is not a live handle of this process,
 * whatever its value is. Every function may be called from every thread. The
 * caller keeps all memory it passes; nothing is kept after the return.
 *
 * qos2(7) has the rules for threads, fork(2), sockets and errors.
 */
#ifndef QOS2_H
#define QOS2_H

#include <netinet/in.h>
#include "qos2_errors.h"
#include "qos2_types.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Of QOSQueryFlow(): answer from a new measurement. */
#define QOS_QUERYFLOW_FRESH			0x00000001
/* Of QOSAddSocketToFlow(): the path of the flow is not measured. */
#define QOS_NON_ADAPTIVE_FLOW			0x00000002
/* Of QOS_FLOWRATE_OUTGOING: a small bandwidth that the system chooses. */
#define QOS_OUTGOING_DEFAULT_MINIMUM_BANDWIDTH	0xFFFFFFFF

/* Identifies a flow of a handle. 0 is never one. */
typedef ULONG QOS_FLOWID, *PQOS_FLOWID;

/**
 * enum _QOS_TRAFFIC_TYPE - what a flow carries
 * @QOSTrafficTypeBestEffort: no mark is added
 * @QOSTrafficTypeBackground: less than best effort, DSCP 8
 * @QOSTrafficTypeExcellentEffort: more than best effort, DSCP 40
 * @QOSTrafficTypeAudioVideo: streams, DSCP 40
 * @QOSTrafficTypeVoice: conversations, DSCP 56
 * @QOSTrafficTypeControl: user input and signalling, DSCP 56
 *
 * The code points are defaults, which the administrator can change.
 */
typedef enum _QOS_TRAFFIC_TYPE {
	QOSTrafficTypeBestEffort = 0,
	QOSTrafficTypeBackground = 1,
	QOSTrafficTypeExcellentEffort = 2,
	QOSTrafficTypeAudioVideo = 3,
	QOSTrafficTypeVoice = 4,
	QOSTrafficTypeControl = 5
} QOS_TRAFFIC_TYPE, *PQOS_TRAFFIC_TYPE;

/**
 * enum _QOS_SET_FLOW - what QOSSetFlow() changes, and its buffer
 * @QOSSetTrafficType: QOS_TRAFFIC_TYPE
 * @QOSSetOutgoingRate: QOS_FLOWRATE_OUTGOING
 * @QOSSetOutgoingDSCPValue: DWORD, 0 to 63
 */
typedef enum _QOS_SET_FLOW {
	QOSSetTrafficType = 0,
	QOSSetOutgoingRate = 1,
	QOSSetOutgoingDSCPValue = 2
} QOS_SET_FLOW, *PQOS_SET_FLOW;

/**
 * enum _QOS_QUERY_FLOW - what QOSQueryFlow() asks for, and its buffer
 * @QOSQueryFlowFundamentals: QOS_FLOW_FUNDAMENTALS
 * @QOSQueryPacketPriority: QOS_PACKET_PRIORITY
 * @QOSQueryOutgoingRate: UINT64, bits per second
 */
typedef enum _QOS_QUERY_FLOW {
	QOSQueryFlowFundamentals = 0,
	QOSQueryPacketPriority = 1,
	QOSQueryOutgoingRate = 2
} QOS_QUERY_FLOW, *PQOS_QUERY_FLOW;

/**
 * enum _QOS_SHAPING - what happens to packets over the rate
 * @QOSShapeOnly: they wait; no packet is marked
 * @QOSShapeAndMark: they wait; every packet is marked
 * @QOSUseNonConformantMarkings: they leave at once with the other mark
 */
typedef enum _QOS_SHAPING {
	QOSShapeOnly = 0,
	QOSShapeAndMark = 1,
	QOSUseNonConformantMarkings = 2
} QOS_SHAPING, *PQOS_SHAPING;

/**
 * enum _QOS_FLOWRATE_REASON - why a rate is set; changes nothing
 * @QOSFlowRateNotApplicable: none is given
 * @QOSFlowRateContentChange: the content needs another rate
 * @QOSFlowRateCongestion: the path is, or was, congested
 * @QOSFlowRateHigherContentEncoding: the content is encoded better
 * @QOSFlowRateUserCaused: the user asked for it
 */
typedef enum _QOS_FLOWRATE_REASON {
	QOSFlowRateNotApplicable = 0,
	QOSFlowRateContentChange = 1,
	QOSFlowRateCongestion = 2,
	QOSFlowRateHigherContentEncoding = 3,
	QOSFlowRateUserCaused = 4
} QOS_FLOWRATE_REASON, *PQOS_FLOWRATE_REASON;

/**
 * struct _QOS_VERSION - version of the interface that a program wants
 * @MajorVersion: must be 1
 * @MinorVersion: must be 0
 */
typedef struct _QOS_VERSION {
	USHORT MajorVersion;
	USHORT MinorVersion;
} QOS_VERSION, *PQOS_VERSION;

/**
 * struct _QOS_FLOWRATE_OUTGOING - a rate contract
 * @Bandwidth: bits per second of whole IP packets, headers included; 0 ends
 *	shaping and marking
 * @ShapingBehavior: what happens to packets over the rate
 * @Reason: why the rate is set
 */
typedef struct _QOS_FLOWRATE_OUTGOING {
	UINT64 Bandwidth QOS2_ALIGNED_8;
	QOS_SHAPING ShapingBehavior;
	QOS_FLOWRATE_REASON Reason;
} QOS_FLOWRATE_OUTGOING, *PQOS_FLOWRATE_OUTGOING;

/**
 * struct _QOS_PACKET_PRIORITY - the marks that packets get now
 * @ConformantDSCPValue: DSCP, 0 to 63, of packets within the rate
 * @NonConformantDSCPValue: DSCP of packets over the rate
 * @ConformantL2Value: 802.1p priority, 0 to 7; 0 when no tag is added
 * @NonConformantL2Value: the same for packets over the rate
 */
typedef struct _QOS_PACKET_PRIORITY {
	ULONG ConformantDSCPValue;
	ULONG NonConformantDSCPValue;
	ULONG ConformantL2Value;
	ULONG NonConformantL2Value;
} QOS_PACKET_PRIORITY, *PQOS_PACKET_PRIORITY;

/**
 * struct _QOS_FLOW_FUNDAMENTALS - what is known of an adaptive flow's path
 * @BottleneckBandwidthSet: whether @BottleneckBandwidth is known
 * @BottleneckBandwidth: capacity of the path in bits per second
 * @AvailableBandwidthSet: whether @AvailableBandwidth is known
 * @AvailableBandwidth: bits per second left for new traffic
 * @RTTSet: whether @RTT is known
 * @RTT: average round-trip time in microseconds
 */
typedef struct _QOS_FLOW_FUNDAMENTALS {
	BOOL BottleneckBandwidthSet;
	UINT64 BottleneckBandwidth QOS2_ALIGNED_8;
	BOOL AvailableBandwidthSet;
	UINT64 AvailableBandwidth QOS2_ALIGNED_8;
	BOOL RTTSet;
	UINT32 RTT;
} QOS_FLOW_FUNDAMENTALS, *PQOS_FLOW_FUNDAMENTALS;

/**
 * QOSCreateHandle - open the QOS subsystem
 * @Version: must be 1.0
 * @QOSHandle: receives the handle; not written on failure
 *
 * Every handle is independent of the others. End it with QOSCloseHandle().
 *
 * Errors: ERROR_INVALID_PARAMETER, ERROR_SERVICE_DEPENDENCY_FAIL (the kernel
 * module is not loaded), ERROR_RESOURCE_DISABLED (the device may not be
 * opened), ERROR_NO_SYSTEM_RESOURCES, ERROR_NOT_ENOUGH_MEMORY,
 * ERROR_GEN_FAILURE.
 */
BOOL QOSCreateHandle(PQOS_VERSION Version, PHANDLE QOSHandle);

/**
 * QOSCloseHandle - end a handle and all its flows
 * @QOSHandle: the handle
 *
 * Packets sent from then on are not marked. Calls in other threads that are
 * still inside the subsystem with this handle fail with
 * ERROR_OPERATION_ABORTED.
 */
BOOL QOSCloseHandle(HANDLE QOSHandle);

/**
 * QOSAddSocketToFlow - make a flow of a socket, or add a socket to a flow
 * @QOSHandle: the handle
 * @Socket: TCP or UDP socket; it stays the caller's
 * @DestAddr: destination with its port; NULL takes the peer of a connected
 *	socket. Only as much as its family needs is read.
 * @TrafficType: of a new flow; ignored when joining
 * @Flags: 0 or QOS_NON_ADAPTIVE_FLOW
 * @FlowId: 0 makes a flow, otherwise the flow to join; receives the flow's
 *	id; not written on failure
 *
 * Errors: ERROR_INVALID_PARAMETER, ERROR_NOT_SUPPORTED (a socket that cannot
 * be marked), ERROR_ALREADY_EXISTS (in another flow), ERROR_HOST_UNREACHABLE,
 * ERROR_NO_SYSTEM_RESOURCES, ERROR_NOT_ENOUGH_MEMORY and the general ones.
 */
BOOL QOSAddSocketToFlow(HANDLE QOSHandle, SOCKET Socket, PSOCKADDR DestAddr,
			QOS_TRAFFIC_TYPE TrafficType, DWORD Flags,
			PQOS_FLOWID FlowId);

/**
 * QOSRemoveSocketFromFlow - take a socket out of a flow, or end the flow
 * @QOSHandle: the handle
 * @Socket: the socket; 0 ends the whole flow, so descriptor 0 cannot be named
 * @FlowId: the flow; it ends with its last socket
 * @Flags: must be 0
 *
 * Errors: ERROR_NOT_FOUND (no such flow, or the socket is not in it),
 * ERROR_INVALID_PARAMETER and the general ones.
 */
BOOL QOSRemoveSocketFromFlow(HANDLE QOSHandle, SOCKET Socket,
			     QOS_FLOWID FlowId, DWORD Flags);

/**
 * QOSSetFlow - change a flow
 * @QOSHandle: the handle
 * @FlowId: a flow of this handle
 * @Operation: what to change
 * @Size: exactly the size in bytes of what @Operation takes
 * @Buffer: what @Operation takes
 * @Flags: must be 0
 * @Overlapped: must be NULL
 *
 * Errors: ERROR_INVALID_PARAMETER, ERROR_NOT_FOUND, ERROR_ACCESS_DENIED (the
 * privilege for a DSCP value is missing), ERROR_NOT_SUPPORTED (a DSCP value on
 * an adaptive flow, a rate where the kernel does not shape, an OVERLAPPED) and
 * the general ones.
 */
BOOL QOSSetFlow(HANDLE QOSHandle, QOS_FLOWID FlowId, QOS_SET_FLOW Operation,
		ULONG Size, PVOID Buffer, DWORD Flags,
		LPOVERLAPPED Overlapped);

/**
 * QOSQueryFlow - ask about a flow
 * @QOSHandle: the handle
 * @FlowId: a flow of this handle, or any flow for a privileged caller
 * @Operation: what to ask for
 * @Size: in: size of @Buffer in bytes; out: bytes written, or with
 *	ERROR_INSUFFICIENT_BUFFER, bytes needed
 * @Buffer: receives the answer; not written on failure
 * @Flags: 0 or QOS_QUERYFLOW_FRESH
 * @Overlapped: must be NULL
 *
 * Errors: ERROR_INSUFFICIENT_BUFFER, ERROR_INVALID_PARAMETER,
 * ERROR_NOT_FOUND, ERROR_NOT_SUPPORTED (the path is not measured, an
 * OVERLAPPED), ERROR_NO_DATA (no rate is set) and the general ones.
 */
BOOL QOSQueryFlow(HANDLE QOSHandle, QOS_FLOWID FlowId,
		  QOS_QUERY_FLOW Operation, PULONG Size, PVOID Buffer,
		  DWORD Flags, LPOVERLAPPED Overlapped);

/**
 * QOSEnumerateFlows - list the flows of all handles and processes
 * @QOSHandle: the handle
 * @Size: in: size of @Buffer in bytes; out: bytes written, or with
 *	ERROR_INSUFFICIENT_BUFFER, bytes needed
 * @Buffer: receives an array of QOS_FLOWID; not written on failure
 *
 * Errors: ERROR_ACCESS_DENIED (needs CAP_NET_ADMIN),
 * ERROR_INSUFFICIENT_BUFFER, ERROR_INVALID_PARAMETER and the general ones.
 */
BOOL QOSEnumerateFlows(HANDLE QOSHandle, PULONG Size, PVOID Buffer);

/**
 * GetLastError - why the last failed function of this thread failed
 *
 * Return: a code of qos2_errors.h, or what SetLastError() stored.
 */
DWORD GetLastError(void);

/**
 * SetLastError - store the last error of this thread
 * @dwErrCode: the code
 */
void SetLastError(DWORD dwErrCode);

/* The same value under its Winsock names. */
int WSAGetLastError(void);
void WSASetLastError(int iError);

/**
 * QOS_HEADER_OVERHEAD - bytes of headers in each packet
 * @af: AF_INET; anything else counts as AF_INET6
 * @protocol: IPPROTO_TCP; anything else counts as IPPROTO_UDP
 */
static inline INT QOS_HEADER_OVERHEAD(INT af, INT protocol)
{
	return (af == AF_INET ? 20 : 40) + (protocol == IPPROTO_TCP ? 20 : 8);
}

/*
 * Part of a rate, rounded down. The volatile objects round to double on i387
 * too, which would otherwise keep more digits and round 100000 to 99999.
 */
static inline UINT64 qos2_rate_part(UINT64 rate, double part, double whole)
{
	volatile double ratio = part / whole;
	volatile double product = ratio * (double)rate;

	if (product >= 18446744073709551616.0)
		return ~0ULL;
	return (UINT64)product;
}

/**
 * QOS_ADD_OVERHEAD - the IP rate that carries a data rate
 * @af: address family
 * @protocol: IPPROTO_TCP or IPPROTO_UDP
 * @targetDataPacketSize: bytes of data in each packet; with 0, which is not
 *	valid, @dataRate is returned
 * @dataRate: bits of data per second
 *
 * Return: bits per second of whole IP packets, as QOSSetOutgoingRate takes it.
 */
static inline UINT64 QOS_ADD_OVERHEAD(INT af, INT protocol,
				      UINT32 targetDataPacketSize,
				      UINT64 dataRate)
{
	if (!targetDataPacketSize)
		return dataRate;
	return dataRate + qos2_rate_part(dataRate,
					 QOS_HEADER_OVERHEAD(af, protocol),
					 targetDataPacketSize);
}

/**
 * QOS_SUBTRACT_OVERHEAD - the data rate that an IP rate can carry
 * @af: address family
 * @protocol: IPPROTO_TCP or IPPROTO_UDP
 * @targetDataPacketSize: bytes of data in each packet
 * @dataRate: bits per second of whole IP packets
 *
 * Return: bits of data per second.
 */
static inline UINT64 QOS_SUBTRACT_OVERHEAD(INT af, INT protocol,
					   UINT32 targetDataPacketSize,
					   UINT64 dataRate)
{
	double overhead = QOS_HEADER_OVERHEAD(af, protocol);

	return dataRate - qos2_rate_part(dataRate, overhead,
					 targetDataPacketSize + overhead);
}

#ifdef __cplusplus
}
#endif

QOS2_STATIC_ASSERT(sizeof(QOS_FLOWID) == 4, "QOS_FLOWID");
QOS2_STATIC_ASSERT(sizeof(QOS_TRAFFIC_TYPE) == 4, "QOS_TRAFFIC_TYPE");
QOS2_STATIC_ASSERT(sizeof(QOS_SET_FLOW) == 4, "QOS_SET_FLOW");
QOS2_STATIC_ASSERT(sizeof(QOS_QUERY_FLOW) == 4, "QOS_QUERY_FLOW");
QOS2_STATIC_ASSERT(sizeof(QOS_SHAPING) == 4, "QOS_SHAPING");
QOS2_STATIC_ASSERT(sizeof(QOS_FLOWRATE_REASON) == 4, "QOS_FLOWRATE_REASON");

#define QOS2_ASSERT_MEMBER(type, member, offset) \
	QOS2_STATIC_ASSERT(offsetof(type, member) == (offset), \
			   #type "." #member)

QOS2_STATIC_ASSERT(sizeof(QOS_VERSION) == 4, "QOS_VERSION");
QOS2_ASSERT_MEMBER(QOS_VERSION, MajorVersion, 0);
QOS2_ASSERT_MEMBER(QOS_VERSION, MinorVersion, 2);

QOS2_STATIC_ASSERT(sizeof(QOS_FLOWRATE_OUTGOING) == 16,
		   "QOS_FLOWRATE_OUTGOING");
QOS2_ASSERT_MEMBER(QOS_FLOWRATE_OUTGOING, Bandwidth, 0);
QOS2_ASSERT_MEMBER(QOS_FLOWRATE_OUTGOING, ShapingBehavior, 8);
QOS2_ASSERT_MEMBER(QOS_FLOWRATE_OUTGOING, Reason, 12);

QOS2_STATIC_ASSERT(sizeof(QOS_PACKET_PRIORITY) == 16, "QOS_PACKET_PRIORITY");
QOS2_ASSERT_MEMBER(QOS_PACKET_PRIORITY, ConformantDSCPValue, 0);
QOS2_ASSERT_MEMBER(QOS_PACKET_PRIORITY, NonConformantDSCPValue, 4);
QOS2_ASSERT_MEMBER(QOS_PACKET_PRIORITY, ConformantL2Value, 8);
QOS2_ASSERT_MEMBER(QOS_PACKET_PRIORITY, NonConformantL2Value, 12);

QOS2_STATIC_ASSERT(sizeof(QOS_FLOW_FUNDAMENTALS) == 40,
		   "QOS_FLOW_FUNDAMENTALS");
QOS2_ASSERT_MEMBER(QOS_FLOW_FUNDAMENTALS, BottleneckBandwidthSet, 0);
QOS2_ASSERT_MEMBER(QOS_FLOW_FUNDAMENTALS, BottleneckBandwidth, 8);
QOS2_ASSERT_MEMBER(QOS_FLOW_FUNDAMENTALS, AvailableBandwidthSet, 16);
QOS2_ASSERT_MEMBER(QOS_FLOW_FUNDAMENTALS, AvailableBandwidth, 24);
QOS2_ASSERT_MEMBER(QOS_FLOW_FUNDAMENTALS, RTTSet, 32);
QOS2_ASSERT_MEMBER(QOS_FLOW_FUNDAMENTALS, RTT, 36);

#endif /* QOS2_H */
