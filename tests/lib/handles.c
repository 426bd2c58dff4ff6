// SPDX-License-Identifier: GPL-2.0-only
/*
 * Handles that are not: none, garbage, closed ones, forged ones; from one
 * thread and from eight at once, and across fork(2).
 */
#include "qos.h"

#include <pthread.h>

#define THREADS	8

/* Every function that takes a handle, everything else being valid. */
static void expect_useless(HANDLE handle, int sock)
{
	QOS_PACKET_PRIORITY priority;
	QOS_FLOWID ids[16];
	QOS_FLOWID flow = 0;
	DWORD type = QOSTrafficTypeVoice;
	ULONG ids_size = sizeof(ids);
	ULONG size = sizeof(priority);

	EXPECT_FALSE_WITH(ERROR_INVALID_HANDLE,
			  QOSAddSocketToFlow(handle, sock, NULL,
					     QOSTrafficTypeVoice,
					     QOS_NON_ADAPTIVE_FLOW, &flow));
	EXPECT_EQ(0, flow);
	EXPECT_FALSE_WITH(ERROR_INVALID_HANDLE,
			  QOSRemoveSocketFromFlow(handle, sock, 1, 0));
	EXPECT_FALSE_WITH(ERROR_INVALID_HANDLE,
			  QOSSetFlow(handle, 1, QOSSetTrafficType, sizeof(type),
				     &type, 0, NULL));
	EXPECT_FALSE_WITH(ERROR_INVALID_HANDLE,
			  QOSQueryFlow(handle, 1, QOSQueryPacketPriority, &size,
				       &priority, 0, NULL));
	EXPECT_FALSE_WITH(ERROR_INVALID_HANDLE,
			  QOSEnumerateFlows(handle, &ids_size, ids));
	EXPECT_FALSE_WITH(ERROR_INVALID_HANDLE, QOSCloseHandle(handle));
}

/* checklist: 11 */
TEST(handle_null)
{
	int sock = udp_connected("127.0.0.1", UNUSED_PORT);

	expect_useless(NULL, sock);
	/* With a live handle beside it, too. */
	new_handle();
	expect_useless(NULL, sock);
}

/* checklist: 12 */
TEST(handle_garbage)
{
	static const uintptr_t garbage[] = {
		0xdeadbeef, 1, 2, 3, 4, 5, 0x1000, 0x7fffffff, 0x80000000,
		UINTPTR_MAX, UINTPTR_MAX - 1, UINTPTR_MAX / 2,
	};
	int sock = udp_connected("127.0.0.1", UNUSED_PORT);
	HANDLE live = new_handle();
	QOS_FLOWID flow = new_flow(live, sock, QOSTrafficTypeVoice);
	size_t i;

	for (i = 0; i < sizeof(garbage) / sizeof(garbage[0]); i++)
		if ((HANDLE)garbage[i] != live)
			expect_useless((HANDLE)garbage[i], sock);
	expect_useless((HANDLE)&sock, sock);
	for (i = 0; i < 8 * sizeof(uintptr_t); i++)
		expect_useless((HANDLE)((uintptr_t)live ^ (uintptr_t)1 << i),
			       sock);
	EXPECT_EQ(56, queried_dscp(live, flow));
}

/* checklist: 13 */
TEST(handle_closed)
{
	int sock = udp_connected("127.0.0.1", UNUSED_PORT);
	HANDLE closed = closed_handle();

	expect_useless(closed, sock);
	/* And when another handle has taken its place. */
	EXPECT_NE((uintptr_t)closed, (uintptr_t)new_handle());
	expect_useless(closed, sock);
}

/* checklist: 13 */
TEST(handle_values_do_not_come_back)
{
	HANDLE seen[256];
	int i;
	int j;

	for (i = 0; i < 256; i++) {
		seen[i] = closed_handle();
		for (j = 0; j < i; j++)
			EXPECT_NE((uintptr_t)seen[j], (uintptr_t)seen[i]);
	}
}

static HANDLE shared_handle;
static pthread_barrier_t barrier;
static int closers;

static void *close_the_shared(void *unused)
{
	pthread_barrier_wait(&barrier);
	if (QOSCloseHandle(shared_handle))
		__atomic_add_fetch(&closers, 1, __ATOMIC_RELAXED);
	else
		EXPECT_EQ(ERROR_INVALID_HANDLE, GetLastError());
	return unused;
}

static void run_threads(void *(*run)(void *), int count)
{
	pthread_t threads[THREADS];
	int i;

	for (i = 0; i < count; i++)
		ASSERT_EQ(0, pthread_create(&threads[i], NULL, run,
					    (void *)(uintptr_t)i));
	for (i = 0; i < count; i++)
		pthread_join(threads[i], NULL);
}

/* checklist: 26 */
TEST(close_from_eight_threads_succeeds_once)
{
	int round;

	pthread_barrier_init(&barrier, NULL, THREADS);
	for (round = 0; round < 50; round++) {
		shared_handle = new_handle();
		closers = 0;
		run_threads(close_the_shared, THREADS);
		EXPECT_EQ(1, closers);
	}
}

static void *forge(void *number)
{
	unsigned int seed = (unsigned int)(uintptr_t)number;
	int sock = udp_connected("127.0.0.1", UNUSED_PORT);
	HANDLE closed = closed_handle();
	int round;

	for (round = 0; round < 200; round++) {
		uintptr_t bits = (uintptr_t)rand_r(&seed) |
				 (uintptr_t)rand_r(&seed) << 20;
		QOS_FLOWID flow = 0;

		/* Above all bits of every handle of this process. */
		bits |= ~(UINTPTR_MAX >> 1);
		EXPECT_FALSE_WITH(ERROR_INVALID_HANDLE,
				  QOSCloseHandle((HANDLE)bits));
		EXPECT_FALSE_WITH(ERROR_INVALID_HANDLE,
				  QOSAddSocketToFlow((HANDLE)bits, sock, NULL,
						     QOSTrafficTypeVoice,
						     QOS_NON_ADAPTIVE_FLOW,
						     &flow));
		EXPECT_FALSE_WITH(ERROR_INVALID_HANDLE, QOSCloseHandle(closed));
		closed = closed_handle();
	}
	close(sock);
	return number;
}

/* checklist: 12, 13 */
TEST(forged_handles_from_eight_threads)
{
	struct udp_link link = udp_link("127.0.0.1");
	HANDLE live = new_handle();
	QOS_FLOWID flow = new_flow(live, link.from, QOSTrafficTypeVoice);

	run_threads(forge, THREADS);
	EXPECT_EQ(56, queried_dscp(live, flow));
	EXPECT_EQ(56, seen_dscp(&link));
	EXPECT_TRUE_1(QOSCloseHandle(live));
}

static void *use_the_shared(void *number)
{
	int sock = udp_connected("127.0.0.1", UNUSED_PORT);
	QOS_FLOWID flow;
	BOOL added;

	pthread_barrier_wait(&barrier);
	do {
		flow = 0;
		added = QOSAddSocketToFlow(shared_handle, sock, NULL,
					   QOSTrafficTypeVoice,
					   QOS_NON_ADAPTIVE_FLOW, &flow);
		if (added)
			added = QOSRemoveSocketFromFlow(shared_handle, sock,
							flow, 0);
	} while (added);
	EXPECT_TRUE(GetLastError() == ERROR_INVALID_HANDLE ||
		    GetLastError() == ERROR_OPERATION_ABORTED ||
		    GetLastError() == ERROR_NOT_FOUND);
	close(sock);
	return number;
}

static void *close_after_a_while(void *number)
{
	pthread_barrier_wait(&barrier);
	test_sleep_ms(20);
	EXPECT_TRUE_1(QOSCloseHandle(shared_handle));
	return number;
}

static void *use_or_close(void *number)
{
	return (uintptr_t)number ? use_the_shared(number) :
				   close_after_a_while(number);
}

/* checklist: 25 */
TEST(close_while_seven_threads_use_the_handle)
{
	int round;

	pthread_barrier_init(&barrier, NULL, THREADS);
	for (round = 0; round < 10; round++) {
		shared_handle = new_handle();
		run_threads(use_or_close, THREADS);
	}
}

struct inherited {
	HANDLE handle;
	QOS_FLOWID flow;
};

static int use_inherited(void *data)
{
	struct inherited *inherited = data;

	EXPECT_FALSE_WITH(ERROR_INVALID_HANDLE,
			  set_type(inherited->handle, inherited->flow,
				   QOSTrafficTypeBackground));
	EXPECT_TRUE_1(QOSCloseHandle(inherited->handle));
	EXPECT_FALSE_WITH(ERROR_INVALID_HANDLE,
			  QOSCloseHandle(inherited->handle));
	return 0;
}

/* checklist: 22 */
TEST(handle_of_the_parent_is_the_parents)
{
	int sock = udp_connected("127.0.0.1", UNUSED_PORT);
	struct inherited inherited = { .handle = new_handle() };

	inherited.flow = new_flow(inherited.handle, sock, QOSTrafficTypeVoice);
	EXPECT_EQ(0, test_in_child(use_inherited, &inherited));
	EXPECT_EQ(56, queried_dscp(inherited.handle, inherited.flow));
}

TEST_MAIN
