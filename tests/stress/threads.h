/* SPDX-License-Identifier: GPL-2.0-only */
/* Threads that start together and stop when told, for the stress programs. */
#ifndef QWAVE_TESTS_STRESS_THREADS_H
#define QWAVE_TESTS_STRESS_THREADS_H

#include "../uapi/session.h"

#include <pthread.h>

#define MAX_THREADS	32

struct crowd {
	pthread_t threads[MAX_THREADS];
	int count;
};

/* Read by the threads with crowd_goes_on(). */
static int crowd_stop;

static bool __attribute__((unused)) crowd_goes_on(void)
{
	return !__atomic_load_n(&crowd_stop, __ATOMIC_RELAXED);
}

static void __attribute__((unused))
crowd_add(struct crowd *crowd, void *(*run)(void *), void *data)
{
	ASSERT_LT(crowd->count, MAX_THREADS);
	ASSERT_EQ(0, pthread_create(&crowd->threads[crowd->count++], NULL, run,
				    data));
}

static void __attribute__((unused)) crowd_join(struct crowd *crowd)
{
	while (crowd->count)
		pthread_join(crowd->threads[--crowd->count], NULL);
}

/* Lets the threads run for the parameter "ms", then ends them. */
static void __attribute__((unused)) crowd_run(struct crowd *crowd)
{
	test_sleep_ms((unsigned int)test_param("ms", 2000));
	__atomic_store_n(&crowd_stop, 1, __ATOMIC_RELAXED);
	crowd_join(crowd);
}

static unsigned int __attribute__((unused)) crowd_random(unsigned int *seed)
{
	*seed = *seed * 1103515245 + 12345;
	return *seed >> 16;
}

/*
 * A connected socket, or -1 when a descriptor ran out. What the kernel does
 * under pressure is not under test here.
 */
static int __attribute__((unused)) some_socket(unsigned int kind)
{
	static const char * const hosts[] = {
		"127.0.0.1", "::1", "::ffff:127.0.0.1",
	};
	union test_address peer = address_of(hosts[kind % 3], UNUSED_PORT);
	int fd = socket(peer.any.sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd >= 0 && connect(fd, &peer.any, address_length(&peer))) {
		close(fd);
		fd = -1;
	}
	return fd;
}

#endif /* QWAVE_TESTS_STRESS_THREADS_H */
