// SPDX-License-Identifier: GPL-2.0-only
/*
 * Allocations that fail while the module is loaded, and while a network
 * namespace is made with it in place. The kernel makes hundreds for both and
 * does not survive the failure of each of its own without a complaint, so only
 * those below the module's functions fail.
 *
 * module=PATH of qwave.ko. Needs a kernel with fault injection.
 */
#include "fail_nth.h"

#include <sys/syscall.h>

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

	if (error)
		EXPECT_EQ(ENOMEM, error);
	return error;
}

static void each_allocation(int (*call)(void))
{
	int file = fail_nth_file();
	bool struck = true;
	int failures = 0;
	int nth;

	for (nth = 1; struck && nth < MOST; nth++) {
		arm(file, nth);
		failures += call() != 0;
		struck = disarm(file);
	}
	EXPECT_LT(nth, MOST);
	EXPECT_LT(0, failures);
	NOTE("%d allocations, %d of them needed", nth - 2, failures);
	close(file);
}

/* Looks a line up; the result is where @word stands in it. */
static char *line_with(FILE *file, const char *word, char *line, int size)
{
	char *at = NULL;

	while (!at && fgets(line, size, file))
		at = strstr(line, word);
	return at;
}

static void fail_only_below_the_module(void)
{
	FILE *modules = fopen("/proc/modules", "r");
	unsigned long start = 0;
	unsigned long size = 0;
	char line[256];

	ASSERT_TRUE(modules);
	while (line_with(modules, "qwave ", line, sizeof(line)))
		if (sscanf(line, "qwave %lu %*s %*s %*s %lx", &size,
			   &start) == 2)
			break;
	fclose(modules);
	ASSERT_NE(0, start);
	fail_only_below(start, start + size);
}

/* The module's init function is called by this one. */
static void fail_only_below_initcalls(void)
{
	FILE *symbols = fopen("/proc/kallsyms", "r");
	unsigned long start = 0;
	char line[512];

	ASSERT_TRUE(symbols);
	if (line_with(symbols, " do_one_initcall\n", line, sizeof(line)))
		start = strtoul(line, NULL, 16);
	fclose(symbols);
	ASSERT_NE(0, start);
	/* The whole function is longer, but its call is not far in. */
	fail_only_below(start, start + 0x400);
}

TEST_TIMEOUT(new_namespace, 1800)
{
	int session = open_session();

	set_up();
	fail_only_below_the_module();
	each_allocation(make_namespace);
	new_network();
	made_flow(session, udp_connected("127.0.0.1", 9), QWAVE_TYPE_VOICE);
}

TEST_TIMEOUT(load_module, 1800)
{
	set_up();
	EVENTUALLY(unload() == 0);
	fail_only_below_initcalls();
	each_allocation(load_to_be_checked);
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
