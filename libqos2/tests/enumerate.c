// SPDX-License-Identifier: GPL-2.0-only
/* Listing flows: the two-call protocol. */
#include <errno.h>

#include "flows.h"

/* Three flows, as the kernel would list them. */
static int answer_enumerate(unsigned long request, void *argument)
{
	struct qwave_enum_flows *list = argument;
	QOS_FLOWID *ids = (QOS_FLOWID *)(uintptr_t)list->ids;
	unsigned int i;

	if (request != QWAVE_ENUM_FLOWS)
		return 0;
	list->out_count = 3;
	if (list->capacity < 3)
		return EMSGSIZE;
	for (i = 0; i < 3; i++)
		ids[i] = 100 + i;
	return 0;
}

/* checklist: 151 */
TEST(enumerate_flows_with_room)
{
	QOS_FLOWID ids[5] = { 0, 0, 0, 0xcccccccc, 0xcccccccc };
	ULONG size = sizeof(ids) - 1;
	HANDLE handle = create();

	fake.answer = answer_enumerate;
	EXPECT_OK(QOSEnumerateFlows(handle, &size, ids));
	EXPECT_EQ(size, 12);
	EXPECT_EQ(ids[0], 100);
	EXPECT_EQ(ids[2], 102);
	EXPECT_EQ(ids[3], 0xcccccccc);
	EXPECT_EQ(fake.argument.enumerate.size,
		  sizeof(struct qwave_enum_flows));
	EXPECT_EQ(fake.argument.enumerate.flags, 0);
	EXPECT_EQ(fake.argument.enumerate.capacity, 4);
	destroy(handle);
}

/* checklist: 150 */
TEST(enumerate_flows_small_buffer)
{
	QOS_FLOWID ids[3] = { 0xcccccccc, 0xcccccccc, 0xcccccccc };
	HANDLE handle = create();
	ULONG size = 11;

	fake.answer = answer_enumerate;
	EXPECT_FAIL(QOSEnumerateFlows(handle, &size, ids), 122);
	EXPECT_EQ(size, 12);
	EXPECT_EQ(ids[0], 0xcccccccc);
	destroy(handle);
}

/* checklist: 150 */
TEST(enumerate_flows_size_zero_null_buffer)
{
	HANDLE handle = create();
	ULONG size = 0;

	fake.answer = answer_enumerate;
	EXPECT_FAIL(QOSEnumerateFlows(handle, &size, NULL), 122);
	EXPECT_EQ(size, 12);
	destroy(handle);
}

/* checklist: 153 */
TEST(enumerate_flows_none)
{
	QOS_FLOWID id = 0xcccccccc;
	HANDLE handle = create();
	ULONG size = 4;

	EXPECT_OK(QOSEnumerateFlows(handle, &size, &id));
	EXPECT_EQ(size, 0);
	EXPECT_EQ(id, 0xcccccccc);
	EXPECT_OK(QOSEnumerateFlows(handle, &size, NULL));
	EXPECT_EQ(size, 0);
	destroy(handle);
}

/* checklist: 154 */
TEST(enumerate_flows_null_size)
{
	HANDLE handle = create();
	QOS_FLOWID id;

	EXPECT_REFUSED(QOSEnumerateFlows(handle, NULL, &id), 87);
	destroy(handle);
}

TEST(enumerate_flows_null_buffer_with_room)
{
	HANDLE handle = create();
	ULONG size = 4;

	EXPECT_REFUSED(QOSEnumerateFlows(handle, &size, NULL), 87);
	EXPECT_EQ(size, 4);
	destroy(handle);
}

/* checklist: 149 */
TEST(enumerate_flows_without_privilege)
{
	HANDLE handle = create();
	QOS_FLOWID id = 0xcccccccc;
	ULONG size = 4;

	fake.call_errno = EPERM;
	EXPECT_FAIL(QOSEnumerateFlows(handle, &size, &id), 5);
	EXPECT_EQ(size, 4);
	EXPECT_EQ(id, 0xcccccccc);
	destroy(handle);
}

KTAP_MAIN
