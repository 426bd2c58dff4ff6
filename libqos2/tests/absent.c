// SPDX-License-Identifier: GPL-2.0-only
/*
 * The shared library where there is no module, no permission, or a device that
 * is another one. Nothing is faked here.
 */
#include <errno.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "qos2.h"

#include "ktap.h"

#define NOBODY 65534

static QOS_VERSION version = { 1, 0 };

static void expect_create_fails(const char *path, DWORD code)
{
	HANDLE handle = (HANDLE)0x5a5a;

	if (path)
		setenv("QWAVE_DEVICE", path, 1);
	EXPECT_FAIL(QOSCreateHandle(&version, &handle), code);
	EXPECT(handle == (HANDLE)0x5a5a);
	unsetenv("QWAVE_DEVICE");
}

/* checklist: 24 */
TEST(module_not_loaded)
{
	if (access("/dev/qwave", F_OK) == 0)
		SKIP("the module is loaded");
	expect_create_fails(NULL, 1068);
}

/* checklist: 24 */
TEST(device_does_not_exist)
{
	expect_create_fails("/nonexistent/qwave", 1068);
}

TEST(device_is_a_directory)
{
	expect_create_fails("/", 31);
}

TEST(device_may_not_be_opened)
{
	char path[] = "/tmp/qos2-device-XXXXXX";
	int fd = mkstemp(path);
	pid_t child;
	int status;

	EXPECT(fd >= 0);
	fchmod(fd, 0);
	close(fd);
	fflush(stdout);
	child = fork();
	if (child == 0) {
		if (geteuid() == 0 && setuid(NOBODY) < 0)
			_exit(1);
		expect_create_fails(path, 4309);
		fflush(stdout);
		_exit(ktap_failed);
	}
	EXPECT_EQ(waitpid(child, &status, 0), child);
	EXPECT_EQ(status, 0);
	unlink(path);
}

TEST(device_is_another_one)
{
	HANDLE handle = NULL;
	QOS_FLOWID id = 0;
	ULONG size = 4;

	setenv("QWAVE_DEVICE", "/dev/null", 1);
	EXPECT_OK(QOSCreateHandle(&version, &handle));
	EXPECT_FAIL(QOSAddSocketToFlow(handle, 5, NULL, QOSTrafficTypeVoice,
				       QOS_NON_ADAPTIVE_FLOW, &id), 6);
	EXPECT_FAIL(QOSEnumerateFlows(handle, &size, &id), 6);
	EXPECT_OK(QOSCloseHandle(handle));
	unsetenv("QWAVE_DEVICE");
}

/* checklist: 11, 12 */
TEST(garbage_handles)
{
	EXPECT_FAIL(QOSCloseHandle(NULL), 6);
	EXPECT_FAIL(QOSCloseHandle((HANDLE)(uintptr_t)0xdeadbeef), 6);
	EXPECT_FAIL(QOSCloseHandle((HANDLE)(intptr_t)-1), 6);
}

KTAP_MAIN
