// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loading and unloading, over and over, with and without use in between.
 *
 * module=PATH of qwave.ko, cycles=N (20). Leaves the module loaded.
 */
#include "threads.h"

#include <sys/stat.h>
#include <sys/syscall.h>

static int load(void)
{
	const char *path = test_param_string("module", NULL);
	int result;
	int fd;

	ASSERT_TRUE(path);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	ASSERT_LE(0, fd);
	result = (int)syscall(SYS_finit_module, fd, "", 0);
	close(fd);
	return result;
}

static int unload(void)
{
	return (int)syscall(SYS_delete_module, "qwave", O_NONBLOCK);
}

/* The device node is made by devtmpfs before the load returns. */
static void expect_loaded(bool loaded)
{
	struct stat status;

	EXPECT_EQ(loaded ? 0 : -1, stat("/sys/module/qwave", &status));
	EXPECT_EQ(loaded ? 0 : -1, stat(DEVICE, &status));
	EXPECT_EQ(loaded ? 0 : -1, stat("/proc/sys/net/qwave", &status));
}

static void use_for_a_moment(unsigned int kind)
{
	int session = open_session();
	int sock = some_socket(kind);
	__u32 flow;

	ASSERT_LE(0, sock);
	flow = made_flow(session, sock, QWAVE_TYPE_VOICE);
	send(sock, "x", 1, MSG_DONTWAIT);
	/* What the others leave is taken down by the closing. */
	if (kind % 2)
		EXPECT_OK(remove_flow(session, flow));
	send(sock, "x", 1, MSG_DONTWAIT);
	if (kind % 4 < 2) {
		close(session);
		close(sock);
	} else {
		close(sock);
		close(session);
	}
}

TEST_TIMEOUT(load_unload_cycles, 1200)
{
	long cycles = test_param("cycles", 20);
	uint64_t start = test_now_ms();
	long i;

	for (i = 0; i < cycles; i++) {
		/* A socket's end may still be under way. */
		EVENTUALLY(unload() == 0);
		if (i < 3)
			expect_loaded(false);
		ASSERT_OK(load());
		if (i < 3)
			expect_loaded(true);
		if (i % 4 != 3)
			use_for_a_moment((unsigned int)i);
	}
	NOTE("%ld cycles in %llu ms", cycles,
	     (unsigned long long)(test_now_ms() - start));
}

TEST(unload_refused_with_an_open_session)
{
	int session = open_session();

	EXPECT_ERRNO(EWOULDBLOCK, unload());
	expect_loaded(true);
	close(session);
	EVENTUALLY(unload() == 0);
	ASSERT_OK(load());
}

TEST(unload_refused_with_a_flow)
{
	int session = open_session();
	int sock = some_socket(0);

	made_flow(session, sock, QWAVE_TYPE_VOICE);
	EXPECT_ERRNO(EWOULDBLOCK, unload());
	close(sock);
	EXPECT_ERRNO(EWOULDBLOCK, unload());
	close(session);
	EVENTUALLY(unload() == 0);
	ASSERT_OK(load());
}

/* A socket that was a member must not lead into a module that is gone. */
TEST(former_members_outlive_the_module)
{
	int session = open_session();
	int sock = some_socket(0);
	int pair[2];
	char byte;

	tcp_pair("127.0.0.1", pair);
	made_flow(session, sock, QWAVE_TYPE_VOICE);
	made_flow(session, pair[0], QWAVE_TYPE_VOICE);
	close(session);
	EVENTUALLY(unload() == 0);
	send(sock, "x", 1, MSG_DONTWAIT);
	EXPECT_EQ(1, send(pair[0], "x", 1, 0));
	EXPECT_EQ(1, recv(pair[1], &byte, 1, 0));
	close(sock);
	close(pair[0]);
	close(pair[1]);
	ASSERT_OK(load());
}

static void *load_again(void *unused)
{
	while (crowd_goes_on())
		load();
	return unused;
}

static void *unload_again(void *unused)
{
	while (crowd_goes_on())
		unload();
	return unused;
}

static void *open_again(void *unused)
{
	while (crowd_goes_on()) {
		int session = open(DEVICE, O_RDWR | O_CLOEXEC);
		int sock = some_socket(0);
		struct qwave_add_socket add = add_request(sock);

		if (session >= 0)
			add_socket(session, &add);
		close(sock);
		close(session);
	}
	return unused;
}

TEST_TIMEOUT(load_against_unload_against_open, 300)
{
	struct crowd crowd = { 0 };

	crowd_add(&crowd, load_again, NULL);
	crowd_add(&crowd, unload_again, NULL);
	crowd_add(&crowd, open_again, NULL);
	crowd_add(&crowd, open_again, NULL);
	crowd_run(&crowd);
	/* Loaded or not, either is right now. */
	load();
	expect_loaded(true);
}

TEST_MAIN
