// SPDX-License-Identifier: GPL-2.0-only
/* The library where the module is not loaded; tests/run sees to that. */
#include "qos.h"

#include <sys/stat.h>

/* checklist: 24 */
TEST(create_without_the_module)
{
	QOS_VERSION version = { 1, 0 };
	HANDLE handle = (HANDLE)0x1234;
	struct stat status;

	ASSERT_ERRNO(ENOENT, stat("/sys/module/qwave", &status));
	EXPECT_FALSE_WITH(ERROR_SERVICE_DEPENDENCY_FAIL,
			  QOSCreateHandle(&version, &handle));
	EXPECT_EQ(0x1234, (uintptr_t)handle);
}

/* checklist: 11, 12 */
TEST(bad_handles_without_the_module)
{
	ULONG size = 0;

	EXPECT_FALSE_WITH(ERROR_INVALID_HANDLE, QOSCloseHandle(NULL));
	EXPECT_FALSE_WITH(ERROR_INVALID_HANDLE,
			  QOSCloseHandle((HANDLE)0xdeadbeef));
	EXPECT_FALSE_WITH(ERROR_INVALID_HANDLE,
			  QOSEnumerateFlows(NULL, &size, NULL));
}

/* checklist: 18 */
TEST(bad_version_without_the_module)
{
	QOS_VERSION version = { 0, 0 };
	HANDLE handle;

	EXPECT_FALSE_WITH(ERROR_INVALID_PARAMETER,
			  QOSCreateHandle(&version, &handle));
}

TEST_MAIN
