// SPDX-License-Identifier: LGPL-2.1-or-later
/* The device node: the only file that calls open(2), ioctl(2) and close(2). */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "internal.h"

#define DEVICE_PATH "/dev/qwave"

/* A set-user-ID program must not be sent to another device by its caller. */
static const char *device_path(void)
{
	const char *path = secure_getenv("QWAVE_DEVICE");

	return path && *path ? path : DEVICE_PATH;
}

/*
 * Descriptors 0 to 2 stay free for whoever expects to find the standard
 * streams there.
 */
static int above_standard_streams(int fd)
{
	int moved;

	if (fd > STDERR_FILENO)
		return fd;
	moved = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	if (moved < 0)
		moved = -errno;
	close(fd);
	return moved;
}

static int open_character_device(const char *path)
{
	struct stat status;
	int fd;

	do {
		fd = open(path, O_RDWR | O_CLOEXEC);
	} while (fd < 0 && errno == EINTR);
	if (fd < 0)
		return -errno;

	/* A plain file left there by mistake is not the module. */
	if (fstat(fd, &status) < 0 || !S_ISCHR(status.st_mode)) {
		close(fd);
		return -ENODEV;
	}
	return above_standard_streams(fd);
}

/*
 * open(2) and close(2) are cancellation points. A thread that is cancelled in
 * the midst would leave a descriptor that nobody knows.
 */
int device_open(void)
{
	int state;
	int fd;

	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
	fd = open_character_device(device_path());
	pthread_setcancelstate(state, NULL);
	return fd;
}

/* The interface has no code for an interrupted call, so it goes on. */
int device_call(int fd, unsigned long request, void *argument)
{
	int result;

	do {
		result = ioctl(fd, request, argument);
	} while (result < 0 && errno == EINTR);
	return result < 0 ? -errno : 0;
}

void device_close(int fd)
{
	int state;

	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
	close(fd);
	pthread_setcancelstate(state, NULL);
}
