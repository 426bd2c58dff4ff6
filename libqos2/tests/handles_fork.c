// SPDX-License-Identifier: GPL-2.0-only
/* Handles and descriptors across fork and exec. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "handles.h"

/* Runs in a child; its failures are the parent's. */
static void in_child(void (*body)(HANDLE), HANDLE handle)
{
	pid_t child;
	int status;

	fflush(stdout);
	child = fork();
	if (child == 0) {
		body(handle);
		fflush(stdout);
		_exit(ktap_failed);
	}
	EXPECT_EQ(waitpid(child, &status, 0), child);
	EXPECT_EQ(status, 0);
}

static void expect_inherited(HANDLE handle)
{
	int calls = fake.calls;
	QOS_FLOWID id = 0;
	ULONG size = 4;

	/* The copy of the descriptor is gone before anything is called. */
	EXPECT_EQ(fcntl(fake.last_fd, F_GETFD), -1);
	EXPECT_EQ(errno, EBADF);

	EXPECT_FAIL(QOSAddSocketToFlow(handle, 5, NULL,
				       QOSTrafficTypeVoice, 0, &id), 6);
	EXPECT_FAIL(QOSRemoveSocketFromFlow(handle, 5, 7, 0), 6);
	EXPECT_FAIL(QOSSetFlow(handle, 7, QOSSetTrafficType, 4, &id, 0, NULL),
		    6);
	EXPECT_FAIL(QOSQueryFlow(handle, 7, QOSQueryOutgoingRate, &size, &id,
				 0, NULL), 6);
	EXPECT_FAIL(QOSEnumerateFlows(handle, &size, &id), 6);
	EXPECT_OK(QOSCloseHandle(handle));
	expect_dead(handle);
	EXPECT_EQ(fake.calls, calls);
}

TEST(fork_child_cannot_use_handle)
{
	HANDLE handle;

	fake_reset();
	handle = create();
	expect_alive(handle);
	in_child(expect_inherited, handle);
	expect_alive(handle);
	EXPECT_EQ(fake.shutdowns, 0);
	EXPECT_OK(QOSCloseHandle(handle));
}

static void grandchild_inherits(HANDLE handle)
{
	in_child(expect_inherited, handle);
}

TEST(fork_grandchild_cannot_use_handle)
{
	HANDLE handle;

	fake_reset();
	handle = create();
	expect_alive(handle);
	in_child(grandchild_inherits, handle);
	EXPECT_OK(QOSCloseHandle(handle));
}

static void child_creates(HANDLE inherited)
{
	HANDLE own = create();

	EXPECT(own != inherited);
	expect_alive(own);
	EXPECT_OK(QOSCloseHandle(inherited));
	expect_alive(own);
	EXPECT_OK(QOSCloseHandle(own));
	expect_dead(own);
}

TEST(fork_child_creates_its_own)
{
	HANDLE handle;

	fake_reset();
	handle = create();
	in_child(child_creates, handle);
	expect_alive(handle);
	EXPECT_OK(QOSCloseHandle(handle));
}

/*
 * A thread is inside open(2): the descriptor is there, but not in the table.
 * fork has to wait for it, so that the child can close its copy. The pause
 * gives a fork that does not wait the time to be wrong; a right one is right
 * after any pause.
 */
static atomic_int descriptor;

static void opened_pauses(int fd)
{
	atomic_store(&descriptor, fd);
	usleep(100000);
}

static void *creates(void *handle)
{
	*(HANDLE *)handle = create();
	return NULL;
}

static void expect_no_descriptor(HANDLE handle)
{
	(void)handle;
	EXPECT_EQ(fcntl(descriptor, F_GETFD), -1);
}

TEST(fork_while_other_thread_opens)
{
	pthread_t thread;
	HANDLE handle;

	fake_reset();
	fake.opened = opened_pauses;
	atomic_store(&descriptor, -1);
	EXPECT_EQ(pthread_create(&thread, NULL, creates, &handle), 0);
	while (atomic_load(&descriptor) < 0)
		sched_yield();
	in_child(expect_no_descriptor, NULL);
	pthread_join(thread, NULL);
	expect_alive(handle);
	EXPECT_OK(QOSCloseHandle(handle));
}

static void closes_standard_streams(HANDLE unused)
{
	HANDLE handle;
	int copy = dup(STDOUT_FILENO);

	(void)unused;
	close(STDIN_FILENO);
	close(STDOUT_FILENO);
	close(STDERR_FILENO);
	handle = create();
	expect_alive(handle);
	EXPECT(fake.last_fd > 2);
	EXPECT_EQ(fcntl(fake.last_fd, F_GETFD), FD_CLOEXEC);
	EXPECT_EQ(fcntl(STDIN_FILENO, F_GETFD), -1);
	EXPECT_OK(QOSCloseHandle(handle));
	dup2(copy, STDOUT_FILENO);
}

TEST(descriptor_above_standard_streams)
{
	fake_reset();
	in_child(closes_standard_streams, NULL);
}

TEST(descriptor_is_closed_on_exec)
{
	HANDLE handle;

	fake_reset();
	handle = create();
	expect_alive(handle);
	EXPECT_EQ(fcntl(fake.last_fd, F_GETFD), FD_CLOEXEC);
	EXPECT_OK(QOSCloseHandle(handle));
}

KTAP_MAIN
