// SPDX-License-Identifier: GPL-2.0-only
#include "fake_device.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int __real_open(const char *path, int flags, ...);
int __real_close(int fd);
int __wrap_open(const char *path, int flags, ...);
int __wrap_ioctl(int fd, unsigned long request, ...);
int __wrap_close(int fd);

struct fake_device fake;

static pthread_mutex_t record_lock = PTHREAD_MUTEX_INITIALIZER;

void fake_reset(void)
{
	memset(&fake, 0, sizeof(fake));
}

static bool interrupted(void)
{
	int left = atomic_load(&fake.interrupts);

	while (left > 0)
		if (atomic_compare_exchange_weak(&fake.interrupts, &left,
						 left - 1))
			return true;
	return false;
}

static int failure(int error)
{
	errno = error;
	return -1;
}

int __wrap_open(const char *path, int flags, ...)
{
	int fd;

	if (interrupted())
		return failure(EINTR);
	if (fake.open_errno)
		return failure(fake.open_errno);

	pthread_mutex_lock(&record_lock);
	fake.open_flags = flags;
	snprintf(fake.path, sizeof(fake.path), "%s", path);
	pthread_mutex_unlock(&record_lock);
	atomic_fetch_add(&fake.opens, 1);
	fd = __real_open(fake.open_given_path ? path : "/dev/null", flags);
	if (fake.opened)
		fake.opened(fd);
	return fd;
}

/* The size comes first in every argument, as in the kernel. */
static void record(int fd, unsigned long request, const void *argument)
{
	__u32 size = 0;

	pthread_mutex_lock(&record_lock);
	fake.last_fd = fd;
	fake.request = request;
	memset(&fake.argument, 0xcc, sizeof(fake.argument));
	if (argument)
		memcpy(&size, argument, sizeof(size));
	if (size <= sizeof(fake.argument) && argument)
		memcpy(&fake.argument, argument, size);
	pthread_mutex_unlock(&record_lock);
}

int __wrap_ioctl(int fd, unsigned long request, ...)
{
	void *argument;
	va_list list;
	int error;

	va_start(list, request);
	argument = va_arg(list, void *);
	va_end(list);

	if (interrupted())
		return failure(EINTR);
	record(fd, request, argument);
	atomic_fetch_add(&fake.calls, 1);
	if (request == QWAVE_SHUTDOWN)
		atomic_fetch_add(&fake.shutdowns, 1);

	error = fake.call_errno;
	if (!error && fake.answer)
		error = fake.answer(request, argument);
	return error ? failure(error) : 0;
}

int __wrap_close(int fd)
{
	atomic_fetch_add(&fake.closes, 1);
	return __real_close(fd);
}
