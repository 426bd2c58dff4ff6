/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Allocations that fail on demand. Needs a kernel with fault injection; without
 * one, the tests skip.
 */
#ifndef QWAVE_TESTS_STRESS_FAIL_NTH_H
#define QWAVE_TESTS_STRESS_FAIL_NTH_H

#include "../uapi/session.h"

#include <sys/stat.h>

/* No call here makes so many allocations. */
#define MOST	2000

#define DEBUGFS	"/sys/kernel/debug/"

static void debugfs_write(const char *name, const char *value)
{
	char path[256];
	int fd;

	snprintf(path, sizeof(path), DEBUGFS "%s", name);
	fd = open(path, O_WRONLY);
	/* Not every kernel with fault injection has each kind. */
	if (fd < 0)
		return;
	ASSERT_EQ(strlen(value), write(fd, value, strlen(value)));
	close(fd);
}

/*
 * Restricts the failures to what is called, over whatever detours, from code
 * between the two addresses.
 */
static void __attribute__((unused))
fail_only_below(unsigned long start, unsigned long end)
{
	static const char * const kinds[] = { "failslab", "fail_page_alloc" };
	char name[64];
	char value[32];
	int i;

	for (i = 0; i < 2; i++) {
		snprintf(name, sizeof(name), "%s/require-start", kinds[i]);
		snprintf(value, sizeof(value), "%#lx", start);
		debugfs_write(name, value);
		snprintf(name, sizeof(name), "%s/require-end", kinds[i]);
		snprintf(value, sizeof(value), "%#lx", end);
		debugfs_write(name, value);
	}
}

/*
 * Allocations that may sleep are spared by default, which is nearly all of
 * ours. Copies from and to the program are not what is to fail: no caller has
 * an address between 1 and 2.
 */
static void __attribute__((unused)) set_up(void)
{
	struct stat status;

	if (stat("/proc/self/fail-nth", &status))
		SKIP("no fault injection in this kernel");
	debugfs_write("failslab/ignore-gfp-wait", "N");
	debugfs_write("failslab/verbose", "0");
	debugfs_write("fail_page_alloc/ignore-gfp-wait", "N");
	debugfs_write("fail_page_alloc/ignore-gfp-highmem", "N");
	debugfs_write("fail_page_alloc/min-order", "0");
	debugfs_write("fail_page_alloc/verbose", "0");
	fail_only_below(0, ~0UL);
	debugfs_write("fail_usercopy/require-start", "1");
	debugfs_write("fail_usercopy/require-end", "2");
}

static int __attribute__((unused)) fail_nth_file(void)
{
	int fd = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);

	ASSERT_LE(0, fd);
	return fd;
}

static void __attribute__((unused)) arm(int file, int nth)
{
	char text[16];
	int length = snprintf(text, sizeof(text), "%d", nth);

	ASSERT_EQ(length, pwrite(file, text, (size_t)length, 0));
}

/* Ends the injection; true when it had struck. */
static bool __attribute__((unused)) disarm(int file)
{
	char text[16] = { 0 };

	ASSERT_LT(0, pread(file, text, sizeof(text) - 1, 0));
	ASSERT_EQ(1, pwrite(file, "0", 1, 0));
	return atoi(text) == 0;
}

static int __attribute__((unused)) result(int value)
{
	return value < 0 ? errno : 0;
}

#endif /* QWAVE_TESTS_STRESS_FAIL_NTH_H */
