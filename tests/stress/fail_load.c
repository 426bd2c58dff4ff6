// SPDX-License-Identifier: GPL-2.0-only
/*
 * Allocations that fail while the module is loaded, and while a network
 * namespace is made with it in place. Both make hundreds of allocations, few of
 * them ours, and ours are among the last; so the tests count them first and
 * then fail the last ones, and some of those before.
 *
 * module=PATH of qwave.ko, last=N (60) allocations from the end, each=N (50):
 * of the others, every Nth. Needs a kernel with fault injection.
 */
#include "fail_nth.h"

#include <sys/syscall.h>

/* More than any of the calls here makes. */
#define MOST_OF_ALL	65536

static bool exists(const char *path)
{
	struct stat status;

	return !stat(path, &status);
}

static int load(void)
{
	const char *path = test_param_string("module", NULL);
	int error;
	int fd;

	ASSERT_TRUE(path);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno;
	error = result((int)syscall(SYS_finit_module, fd, "", 0));
	close(fd);
	return error;
}

static int unload(void)
{
	return result((int)syscall(SYS_delete_module, "qwave", O_NONBLOCK));
}

static int load_to_be_checked(void)
{
	int error = load();

	if (!error) {
		EVENTUALLY(unload() == 0);
		return 0;
	}
	EXPECT_EQ(ENOMEM, error);
	EXPECT_FALSE(exists("/sys/module/qwave"));
	EXPECT_FALSE(exists("/proc/sys/net/qwave"));
	EXPECT_FALSE(exists(DEVICE));
	return error;
}

static int make_namespace(void)
{
	int error = result(unshare(CLONE_NEWNET));

	/* Others have their own opinion of what to say. */
	if (error)
		EXPECT_TRUE(error == ENOMEM || error == ENOBUFS);
	return error;
}

/* One call with one failing allocation; false when it makes fewer. */
static bool strike(int (*call)(void), int file, int nth, int *failures)
{
	arm(file, nth);
	*failures += call() != 0;
	return disarm(file);
}

static int count_allocations(int (*call)(void), int file)
{
	int failures = 0;
	int high = 1;
	int low;

	while (strike(call, file, high, &failures) && high < MOST_OF_ALL)
		high *= 2;
	for (low = high / 2; high - low > 1;) {
		int middle = low + (high - low) / 2;

		if (strike(call, file, middle, &failures))
			low = middle;
		else
			high = middle;
	}
	return low;
}

static void fail_allocations(int (*call)(void))
{
	long last = test_param("last", 60);
	long each = test_param("each", 50);
	int file = fail_nth_file();
	int count = count_allocations(call, file);
	int failures = 0;
	int struck = 0;
	int nth;

	ASSERT_LT(0, count);
	for (nth = 1; nth <= count; nth++) {
		if (nth <= count - last && nth % each)
			continue;
		struck += strike(call, file, nth, &failures);
	}
	EXPECT_LT(0, failures);
	NOTE("about %d allocations, %d failed, %d of them needed", count,
	     struck, failures);
	close(file);
}

TEST_TIMEOUT(new_namespace, 1800)
{
	int session = open_session();

	set_up();
	fail_allocations(make_namespace);
	new_network();
	made_flow(session, udp_connected("127.0.0.1", 9), QWAVE_TYPE_VOICE);
}

TEST_TIMEOUT(load_module, 1800)
{
	set_up();
	EVENTUALLY(unload() == 0);
	fail_allocations(load_to_be_checked);
	EXPECT_EQ(0, load());
	close(open_session());
}

/*
 * Linux 6.12 does not free the name of a slab's directory when the directory
 * cannot be made: see sysfs_slab_add(). Of leaks like that, ours or theirs, the
 * search at the end of the guest knows nothing; so the leaks of the tests above
 * are looked at here, and those of the kernel's own taken off its list.
 */
static void judge_leak(const char *report)
{
	if (!*report || strstr(report, "sysfs_slab_add"))
		return;
	harness_failed(__FILE__, __LINE__, false, "%.400s", report);
}

static void judge_leaks(FILE *list)
{
	char report[8192] = "";
	char line[256];

	while (fgets(line, sizeof(line), list)) {
		if (!strncmp(line, "unreferenced object", 19)) {
			judge_leak(report);
			*report = 0;
		}
		if (strlen(report) + strlen(line) < sizeof(report))
			strcat(report, line);
	}
	judge_leak(report);
}

TEST_TIMEOUT(leaks, 1800)
{
	FILE *list;

	set_up();
	if (!exists(DEBUGFS "kmemleak"))
		SKIP("no kmemleak in this kernel");
	/* Younger objects are not suspected, and once is not enough. */
	debugfs_write("kmemleak", "scan");
	test_sleep_ms(6000);
	debugfs_write("kmemleak", "scan");
	list = fopen(DEBUGFS "kmemleak", "r");
	ASSERT_TRUE(list);
	judge_leaks(list);
	fclose(list);
	debugfs_write("kmemleak", "clear");
}

TEST_MAIN
