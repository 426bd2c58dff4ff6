// SPDX-License-Identifier: GPL-2.0-only
/* QOSEnumerateFlows */
#include "qos.h"

static void make_flows(HANDLE handle, QOS_FLOWID *flows, int count)
{
	int i;

	for (i = 0; i < count; i++)
		flows[i] = new_flow(handle, udp_connected("127.0.0.1", 9),
				    QOSTrafficTypeVoice);
}

static int enumerate_as_nobody(void *unused)
{
	QOS_FLOWID ids[4] = { POISON };
	ULONG size = sizeof(ids);

	(void)unused;
	become_nobody();
	EXPECT_FALSE_WITH(ERROR_ACCESS_DENIED,
			  QOSEnumerateFlows(new_handle(), &size, ids));
	EXPECT_EQ(sizeof(ids), size);
	EXPECT_EQ(POISON, ids[0]);
	return 0;
}

/* checklist: 149 */
TEST(enumerate_unprivileged)
{
	EXPECT_EQ(0, test_in_child(enumerate_as_nobody, NULL));
}

/* checklist: 150 */
TEST(enumerate_with_too_little_room)
{
	HANDLE handle = new_handle();
	QOS_FLOWID flows[3];
	ULONG given;

	make_flows(handle, flows, 3);
	for (given = 0; given < 12; given++) {
		QOS_FLOWID ids[3] = { POISON, POISON, POISON };
		ULONG size = given;

		EXPECT_FALSE_WITH(ERROR_INSUFFICIENT_BUFFER,
				  QOSEnumerateFlows(handle, &size, ids));
		EXPECT_EQ(12, size);
		EXPECT_EQ(POISON, ids[0]);
		EXPECT_EQ(POISON, ids[1]);
	}
}

/* checklist: 150 */
TEST(enumerate_size_0_without_buffer)
{
	HANDLE handle = new_handle();
	QOS_FLOWID flows[3];
	ULONG size = 0;

	make_flows(handle, flows, 3);
	EXPECT_FALSE_WITH(ERROR_INSUFFICIENT_BUFFER,
			  QOSEnumerateFlows(handle, &size, NULL));
	EXPECT_EQ(12, size);
}

/* checklist: 151 */
TEST(enumerate_with_room)
{
	HANDLE handle = new_handle();
	QOS_FLOWID flows[3];
	QOS_FLOWID ids[8];
	ULONG size = 12;
	int i;

	make_flows(handle, flows, 3);
	memset(ids, 0xcc, sizeof(ids));
	EXPECT_TRUE_1(QOSEnumerateFlows(handle, &size, ids));
	EXPECT_EQ(12, size);
	EXPECT_EQ(POISON, ids[3]);
	for (i = 0; i < 3; i++)
		EXPECT_TRUE(memmem(ids, 12, &flows[i], 4));

	memset(ids, 0xcc, sizeof(ids));
	size = sizeof(ids);
	EXPECT_TRUE_1(QOSEnumerateFlows(handle, &size, ids));
	EXPECT_EQ(12, size);
	EXPECT_EQ(POISON, ids[3]);
}

/* checklist: 152 */
TEST(enumerate_lists_other_handles_and_processes)
{
	struct other_process other = other_process(QOSTrafficTypeVoice);
	HANDLE handle = new_handle();
	QOS_FLOWID flow;

	make_flows(new_handle(), &flow, 1);
	EXPECT_TRUE(is_enumerated(handle, flow));
	EXPECT_TRUE(is_enumerated(handle, other.flow));
}

/* checklist: 153 */
TEST(enumerate_nothing)
{
	HANDLE handle = new_handle();
	QOS_FLOWID ids[4] = { POISON };
	ULONG size = sizeof(ids);

	EXPECT_TRUE_1(QOSEnumerateFlows(handle, &size, ids));
	EXPECT_EQ(0, size);
	EXPECT_EQ(POISON, ids[0]);
	size = 0;
	EXPECT_TRUE_1(QOSEnumerateFlows(handle, &size, NULL));
	EXPECT_EQ(0, size);
}

/* checklist: 154 */
TEST(enumerate_null_size)
{
	QOS_FLOWID ids[4];

	EXPECT_FALSE_WITH(ERROR_INVALID_PARAMETER,
			  QOSEnumerateFlows(new_handle(), NULL, ids));
}

TEST(enumerate_null_buffer_with_room)
{
	ULONG size = 64;

	EXPECT_FALSE_WITH(ERROR_INVALID_PARAMETER,
			  QOSEnumerateFlows(new_handle(), &size, NULL));
	EXPECT_EQ(64, size);
}

TEST_MAIN
