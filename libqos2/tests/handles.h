/* SPDX-License-Identifier: GPL-2.0-only */
/* What the tests of handles share. */
#ifndef HANDLES_H
#define HANDLES_H

#include "qos2.h"

#include "fake_device.h"
#include "ktap.h"

static QOS_VERSION version = { 1, 0 };

static inline HANDLE create(void)
{
	HANDLE handle = NULL;

	EXPECT_OK(QOSCreateHandle(&version, &handle));
	return handle;
}

/* Every function that takes a handle fails with 6 and asks no device. */
static inline void expect_dead(HANDLE handle)
{
	int calls = fake.calls;
	QOS_FLOWID id = 0;
	ULONG size = 4;

	EXPECT_FAIL(QOSAddSocketToFlow(handle, 5, NULL,
				       QOSTrafficTypeVoice, 0, &id), 6);
	EXPECT_FAIL(QOSRemoveSocketFromFlow(handle, 5, 7, 0), 6);
	EXPECT_FAIL(QOSSetFlow(handle, 7, QOSSetTrafficType, 4, &id, 0, NULL),
		    6);
	EXPECT_FAIL(QOSQueryFlow(handle, 7, QOSQueryOutgoingRate, &size, &id,
				 0, NULL), 6);
	EXPECT_FAIL(QOSEnumerateFlows(handle, &size, &id), 6);
	EXPECT_FAIL(QOSCloseHandle(handle), 6);
	EXPECT_EQ(size, 4);
	EXPECT_EQ(id, 0);
	EXPECT_EQ(fake.calls, calls);
}

static inline void expect_alive(HANDLE handle)
{
	EXPECT_OK(QOSRemoveSocketFromFlow(handle, 0, 7, 0));
}

#endif /* HANDLES_H */
