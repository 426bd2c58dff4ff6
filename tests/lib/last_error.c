// SPDX-License-Identifier: GPL-2.0-only
/* GetLastError and its other name. */
#include "qos.h"

#include <pthread.h>

/* checklist: 6 */
TEST(success_leaves_the_last_error)
{
	int sock = udp_connected("127.0.0.1", UNUSED_PORT);
	QOS_VERSION version = { 1, 0 };
	QOS_PACKET_PRIORITY priority;
	QOS_FLOWID ids[64];
	ULONG size = sizeof(ids);
	HANDLE handle;
	QOS_FLOWID flow = 0;

	/* Each compares the result with 1 and the error with before. */
	EXPECT_TRUE_1(QOSCreateHandle(&version, &handle));
	EXPECT_TRUE_1(QOSAddSocketToFlow(handle, sock, NULL,
					 QOSTrafficTypeVoice,
					 QOS_NON_ADAPTIVE_FLOW, &flow));
	EXPECT_TRUE_1(set_type(handle, flow, QOSTrafficTypeControl));
	EXPECT_TRUE_1(set_dscp(handle, flow, 12));
	EXPECT_TRUE_1(query_priority(handle, flow, &priority));
	EXPECT_TRUE_1(QOSEnumerateFlows(handle, &size, ids));
	EXPECT_TRUE_1(QOSRemoveSocketFromFlow(handle, sock, flow, 0));
	EXPECT_TRUE_1(QOSCloseHandle(handle));
}

static void *fail_differently(void *unused)
{
	EXPECT_EQ(0, GetLastError());
	EXPECT_FALSE_WITH(ERROR_INVALID_PARAMETER, QOSCreateHandle(NULL, NULL));
	return unused;
}

/* checklist: 7 */
TEST(last_error_is_per_thread)
{
	pthread_t thread;

	EXPECT_FALSE_WITH(ERROR_INVALID_HANDLE, QOSCloseHandle(NULL));
	ASSERT_EQ(0, pthread_create(&thread, NULL, fail_differently, NULL));
	pthread_join(thread, NULL);
	EXPECT_EQ(ERROR_INVALID_HANDLE, GetLastError());
}

/* checklist: 8 */
TEST(winsock_name_gives_the_same)
{
	SetLastError(SENTINEL);
	EXPECT_EQ(SENTINEL, WSAGetLastError());
	EXPECT_EQ(0, QOSCloseHandle(NULL));
	EXPECT_EQ(ERROR_INVALID_HANDLE, WSAGetLastError());
	EXPECT_EQ(0, QOSCreateHandle(NULL, NULL));
	EXPECT_EQ(ERROR_INVALID_PARAMETER, WSAGetLastError());
	WSASetLastError(1234);
	EXPECT_EQ(1234, GetLastError());
}

TEST_MAIN
