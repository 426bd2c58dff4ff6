// SPDX-License-Identifier: GPL-2.0-only
/* QOSCreateHandle */
#include "qos.h"

static void expect_version_refused(USHORT major, USHORT minor)
{
	QOS_VERSION version = { major, minor };
	HANDLE handle = (HANDLE)0x1234;

	EXPECT_FALSE_WITH(ERROR_INVALID_PARAMETER,
			  QOSCreateHandle(&version, &handle));
	EXPECT_EQ(0x1234, (uintptr_t)handle);
}

/* checklist: 14 */
TEST(create_version_1_0)
{
	QOS_VERSION version = { 1, 0 };
	HANDLE handle = NULL;

	EXPECT_TRUE_1(QOSCreateHandle(&version, &handle));
	EXPECT_NE(0, (uintptr_t)handle);
	EXPECT_NE(UINTPTR_MAX, (uintptr_t)handle);
}

/* checklist: 14 */
TEST(create_with_descriptor_0_free)
{
	HANDLE handle;

	close(0);
	handle = new_handle();
	EXPECT_NE(0, (uintptr_t)handle);
	EXPECT_TRUE_1(QOSCloseHandle(handle));
}

/* checklist: 15 */
TEST(create_null_null)
{
	EXPECT_FALSE_WITH(ERROR_INVALID_PARAMETER, QOSCreateHandle(NULL, NULL));
}

/* checklist: 16 */
TEST(create_null_handle)
{
	QOS_VERSION version = { 1, 0 };

	EXPECT_FALSE_WITH(ERROR_INVALID_PARAMETER,
			  QOSCreateHandle(&version, NULL));
}

/* checklist: 17, 21 */
TEST(create_null_version)
{
	HANDLE handle = (HANDLE)0x1234;

	EXPECT_FALSE_WITH(ERROR_INVALID_PARAMETER,
			  QOSCreateHandle(NULL, &handle));
	EXPECT_EQ(0x1234, (uintptr_t)handle);
}

/* checklist: 18, 21 */
TEST(create_version_0_0)
{
	expect_version_refused(0, 0);
}

/* checklist: 19, 21 */
TEST(create_version_1_5)
{
	expect_version_refused(1, 5);
}

/* checklist: 20, 21 */
TEST(create_version_2_0)
{
	expect_version_refused(2, 0);
}

/* checklist: 22 */
TEST(create_several)
{
	struct udp_link first = udp_link("127.0.0.1");
	struct udp_link second = udp_link("::1");
	HANDLE handles[2] = { new_handle(), new_handle() };
	QOS_FLOWID flow;

	EXPECT_NE((uintptr_t)handles[0], (uintptr_t)handles[1]);
	flow = new_flow(handles[0], first.from, QOSTrafficTypeVoice);
	new_flow(handles[1], second.from, QOSTrafficTypeBackground);
	EXPECT_EQ(56, seen_dscp(&first));
	EXPECT_EQ(8, seen_dscp(&second));
	EXPECT_FALSE_WITH(ERROR_NOT_FOUND,
			  set_type(handles[1], flow, QOSTrafficTypeBackground));
}

/* checklist: 22 */
TEST(create_hundreds)
{
	HANDLE handles[300];
	int i;

	for (i = 0; i < 300; i++)
		handles[i] = new_handle();
	for (i = 0; i < 300; i++)
		EXPECT_TRUE_1(QOSCloseHandle(handles[i]));
}

TEST_MAIN
