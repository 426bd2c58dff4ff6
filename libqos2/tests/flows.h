/* SPDX-License-Identifier: GPL-2.0-only */
/* What the tests of the functions on flows share. */
#ifndef FLOWS_H
#define FLOWS_H

#include "qos2.h"

#include "fake_device.h"
#include "ktap.h"

static inline HANDLE create(void)
{
	QOS_VERSION version = { 1, 0 };
	HANDLE handle = NULL;

	fake_reset();
	EXPECT_OK(QOSCreateHandle(&version, &handle));
	return handle;
}

static inline void destroy(HANDLE handle)
{
	fake.answer = NULL;
	fake.call_errno = 0;
	EXPECT_OK(QOSCloseHandle(handle));
}

/* A failure that the library finds by itself, without asking the kernel. */
#define EXPECT_REFUSED(call, code) do { \
	int calls_ = fake.calls; \
	EXPECT_FAIL(call, code); \
	EXPECT_EQ(fake.calls, calls_); \
} while (0)

static inline bool all_zero(const void *memory, size_t size)
{
	const unsigned char *byte = memory;

	while (size--)
		if (*byte++)
			return false;
	return true;
}

#endif /* FLOWS_H */
