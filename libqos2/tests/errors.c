// SPDX-License-Identifier: GPL-2.0-only
/* Every errno of the device, and the last error of a thread. */
#include <errno.h>
#include <pthread.h>
#include <string.h>

#include "qos2.h"

#include "fake_device.h"
#include "ktap.h"

struct row {
	const char *name;
	int error;
	DWORD code;
};

#define CALL_ROW(error, code) { "call_error_" #error, error, code }
#define OPEN_ROW(error, code) { "open_error_" #error, error, code }

static const struct row call_rows[] = {
	CALL_ROW(EINVAL, 87),
	CALL_ROW(ENOTSOCK, 87),
	CALL_ROW(EFAULT, 87),
	CALL_ROW(EBADF, 6),
	CALL_ROW(ENOTTY, 6),
	CALL_ROW(ENOENT, 1168),
	CALL_ROW(EPERM, 5),
	CALL_ROW(EACCES, 1260),
	CALL_ROW(ENOMEM, 8),
	CALL_ROW(ENOSPC, 1450),
	CALL_ROW(EMFILE, 1450),
	CALL_ROW(ENFILE, 1450),
	CALL_ROW(EUSERS, 1450),
	CALL_ROW(EOPNOTSUPP, 50),
	CALL_ROW(EBUSY, 54),
	CALL_ROW(EINPROGRESS, 997),
	CALL_ROW(ECANCELED, 995),
	CALL_ROW(EEXIST, 183),
	CALL_ROW(EMSGSIZE, 122),
	CALL_ROW(ENODATA, 232),
	CALL_ROW(EAGAIN, 1237),
	CALL_ROW(ETIMEDOUT, 1460),
	CALL_ROW(EHOSTUNREACH, 1232),
	CALL_ROW(ENETUNREACH, 1232),
	CALL_ROW(ECONNREFUSED, 1225),
	CALL_ROW(ECONNRESET, 59),
	CALL_ROW(EPROTO, 59),
	CALL_ROW(EADDRNOTAVAIL, 67),
	CALL_ROW(ESTALE, 1164),
	CALL_ROW(ENETDOWN, 57),
	CALL_ROW(EIO, 1117),
	CALL_ROW(E2BIG, 31),
	CALL_ROW(EXDEV, 31),
};

static const struct row open_rows[] = {
	OPEN_ROW(ENOENT, 1068),		/* checklist: 24 */
	OPEN_ROW(ENXIO, 1068),
	OPEN_ROW(ENODEV, 1068),
	OPEN_ROW(EACCES, 4309),
	OPEN_ROW(EPERM, 4309),
	OPEN_ROW(EMFILE, 1450),
	OPEN_ROW(ENFILE, 1450),
	OPEN_ROW(ENOMEM, 8),
	OPEN_ROW(EBUSY, 31),
	OPEN_ROW(EIO, 31),
};

static QOS_VERSION version = { 1, 0 };

static HANDLE create(void)
{
	HANDLE handle = NULL;

	fake_reset();
	EXPECT_OK(QOSCreateHandle(&version, &handle));
	return handle;
}

static void call_error(const void *argument)
{
	const struct row *row = argument;
	HANDLE handle = create();
	DWORD type = QOSTrafficTypeVoice;
	QOS_PACKET_PRIORITY priority;
	ULONG size = sizeof(priority);
	QOS_FLOWID id = 7;

	fake.call_errno = row->error;
	EXPECT_FAIL(QOSAddSocketToFlow(handle, 5, NULL,
				       QOSTrafficTypeVoice, 0, &id),
		    row->code);
	EXPECT_FAIL(QOSRemoveSocketFromFlow(handle, 5, 7, 0), row->code);
	EXPECT_FAIL(QOSSetFlow(handle, 7, QOSSetTrafficType, 4, &type, 0,
			       NULL), row->code);
	EXPECT_FAIL(QOSQueryFlow(handle, 7, QOSQueryPacketPriority, &size,
				 &priority, 0, NULL), row->code);
	size = sizeof(id);
	EXPECT_FAIL(QOSEnumerateFlows(handle, &size, &id), row->code);

	/* Closing has no failure but a handle that is not one. */
	EXPECT_OK(QOSCloseHandle(handle));
}

/* checklist: 21 */
static void open_error(const void *argument)
{
	const struct row *row = argument;
	HANDLE handle = (HANDLE)0x5a5a;

	fake_reset();
	fake.open_errno = row->error;
	EXPECT_FAIL(QOSCreateHandle(&version, &handle), row->code);
	EXPECT(handle == (HANDLE)0x5a5a);
}

__attribute__((constructor)) static void add_rows(void)
{
	unsigned int i;

	for (i = 0; i < sizeof(call_rows) / sizeof(call_rows[0]); i++)
		ktap_add(call_rows[i].name, call_error, &call_rows[i]);
	for (i = 0; i < sizeof(open_rows) / sizeof(open_rows[0]); i++)
		ktap_add(open_rows[i].name, open_error, &open_rows[i]);
}

TEST(interrupted_open_goes_on)
{
	HANDLE handle = NULL;

	fake_reset();
	fake.interrupts = 3;
	EXPECT_OK(QOSCreateHandle(&version, &handle));
	EXPECT_OK(QOSCloseHandle(handle));
}

TEST(interrupted_call_goes_on)
{
	HANDLE handle = create();

	fake.interrupts = 3;
	EXPECT_OK(QOSRemoveSocketFromFlow(handle, 0, 7, 0));
	EXPECT_EQ(fake.calls, 1);
	fake.interrupts = 3;
	EXPECT_OK(QOSCloseHandle(handle));
	EXPECT_EQ(fake.shutdowns, 1);
}

/* checklist: 6 */
TEST(success_leaves_last_error)
{
	HANDLE handle = create();
	DWORD type = QOSTrafficTypeVoice;
	QOS_PACKET_PRIORITY priority;
	ULONG size = sizeof(priority);
	QOS_FLOWID id = 0;

	EXPECT_OK(QOSAddSocketToFlow(handle, 5, NULL, QOSTrafficTypeVoice,
				     0, &id));
	EXPECT_OK(QOSSetFlow(handle, 7, QOSSetTrafficType, 4, &type, 0,
			     NULL));
	EXPECT_OK(QOSQueryFlow(handle, 7, QOSQueryPacketPriority, &size,
			       &priority, 0, NULL));
	EXPECT_OK(QOSEnumerateFlows(handle, &size, &priority));
	EXPECT_OK(QOSRemoveSocketFromFlow(handle, 5, 7, 0));
	EXPECT_OK(QOSCloseHandle(handle));
}

/* checklist: 8 */
TEST(wsa_last_error_is_last_error)
{
	EXPECT_EQ(QOSCloseHandle(NULL), FALSE);
	EXPECT_EQ(WSAGetLastError(), 6);
	EXPECT_EQ(GetLastError(), 6);
	WSASetLastError(10054);
	EXPECT_EQ(GetLastError(), 10054);
	SetLastError(0xffffffff);
	EXPECT_EQ(WSAGetLastError(), -1);
}

static void *other_thread(void *seen)
{
	*(DWORD *)seen = GetLastError();
	QOSCreateHandle(NULL, NULL);
	*(DWORD *)seen |= GetLastError() << 16;
	return NULL;
}

/* checklist: 7 */
TEST(last_error_is_per_thread)
{
	DWORD seen = 0xffffffff;
	pthread_t thread;

	SetLastError(1234);
	EXPECT_EQ(pthread_create(&thread, NULL, other_thread, &seen), 0);
	pthread_join(thread, NULL);
	EXPECT_EQ(seen & 0xffff, 0);
	EXPECT_EQ(seen >> 16, 87);
	EXPECT_EQ(GetLastError(), 1234);
}

KTAP_MAIN
