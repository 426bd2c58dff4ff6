// SPDX-License-Identifier: GPL-2.0-only
/* Eight threads at once; run with the address and the thread sanitizer. */
#include <errno.h>
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#include "qos2.h"

#include "fake_device.h"
#include "ktap.h"

#define THREADS 8
#define ROUNDS 2000

static QOS_VERSION version = { 1, 0 };
static _Atomic(HANDLE) shared;
static atomic_uint wrong;

static void expect_invalid_handle(BOOL result)
{
	if (result || GetLastError() != ERROR_INVALID_HANDLE)
		atomic_fetch_add(&wrong, 1);
}

static uint64_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

static void run_threads(void *(*body)(void *))
{
	pthread_t threads[THREADS];
	uintptr_t i;

	fake_reset();
	atomic_store(&wrong, 0);
	for (i = 0; i < THREADS; i++)
		if (pthread_create(&threads[i], NULL, body, (void *)(i + 1)))
			abort();
	for (i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	EXPECT_EQ(wrong, 0);
}

static void *forges(void *seed)
{
	uint64_t state = (uintptr_t)seed * 0x9e3779b97f4a7c15;
	QOS_FLOWID id = 0;
	ULONG size = 4;
	int i;

	for (i = 0; i < ROUNDS; i++) {
		/* The table starts from generation 1: stay far above. */
		HANDLE handle = (HANDLE)(uintptr_t)
			(next_random(&state) | (UINTPTR_MAX / 2 + 1));

		expect_invalid_handle(QOSEnumerateFlows(handle, &size, &id));
		expect_invalid_handle(QOSRemoveSocketFromFlow(handle, 5, 7,
							      0));
		expect_invalid_handle(QOSCloseHandle(handle));
	}
	return NULL;
}

/* checklist: 12 */
TEST(forged_handles_from_many_threads)
{
	HANDLE live;

	fake_reset();
	EXPECT_OK(QOSCreateHandle(&version, &live));
	run_threads(forges);
	EXPECT_EQ(fake.calls, 0);
	EXPECT_OK(QOSCloseHandle(live));
}

static void *creates_and_closes(void *unused)
{
	HANDLE handle;
	int i;

	for (i = 0; i < ROUNDS; i++) {
		if (!QOSCreateHandle(&version, &handle) ||
		    !QOSRemoveSocketFromFlow(handle, 0, 7, 0) ||
		    !QOSCloseHandle(handle) ||
		    QOSCloseHandle(handle))
			atomic_fetch_add(&wrong, 1);
	}
	return unused;
}

TEST(create_and_close_from_many_threads)
{
	run_threads(creates_and_closes);
	EXPECT_EQ(fake.opens, THREADS * ROUNDS);
	EXPECT_EQ(fake.shutdowns, THREADS * ROUNDS);
	EXPECT_EQ(fake.closes, THREADS * ROUNDS);
}

/*
 * Odd threads use one handle, even threads close it and make the next. Nothing
 * but success, or an invalid handle, may be seen.
 */
static void *uses_or_closes(void *number)
{
	bool closer = (uintptr_t)number % 2 == 0;
	HANDLE handle;
	int i;

	for (i = 0; i < ROUNDS; i++) {
		handle = atomic_load(&shared);
		if (!closer) {
			if (!QOSRemoveSocketFromFlow(handle, 5, 7, 0))
				expect_invalid_handle(FALSE);
			continue;
		}
		if (!QOSCloseHandle(handle))
			continue;
		if (!QOSCreateHandle(&version, &handle))
			atomic_fetch_add(&wrong, 1);
		atomic_store(&shared, handle);
	}
	return NULL;
}

TEST(close_while_others_use)
{
	HANDLE handle;

	fake_reset();
	EXPECT_OK(QOSCreateHandle(&version, &handle));
	atomic_store(&shared, handle);
	run_threads(uses_or_closes);
	EXPECT_OK(QOSCloseHandle(atomic_load(&shared)));
	EXPECT_EQ(fake.closes, fake.opens + 1);
}

static void child_of_many(void)
{
	HANDLE handle;

	/* The locks were free or are repaired: nothing hangs here. */
	alarm(60);
	if (!QOSCreateHandle(&version, &handle) || !QOSCloseHandle(handle))
		_exit(1);
	_exit(0);
}

static void *forks(void *number)
{
	pid_t child;
	int status;
	int i;

	if ((uintptr_t)number != 1)
		return creates_and_closes(NULL);
	for (i = 0; i < 50; i++) {
		child = fork();
		if (child == 0)
			child_of_many();
		if (waitpid(child, &status, 0) != child || status)
			atomic_fetch_add(&wrong, 1);
	}
	return NULL;
}

#ifdef __SANITIZE_THREAD__
#define FORK_IS_FOLLOWED false
#else
#define FORK_IS_FOLLOWED true
#endif

TEST(fork_while_others_create_and_close)
{
	if (!FORK_IS_FOLLOWED)
		SKIP("the thread sanitizer does not follow fork");
	run_threads(forks);
}

KTAP_MAIN
