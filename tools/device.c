// SPDX-License-Identifier: GPL-2.0-only
/* The only file that calls ioctl(2) on the device. Results are -errno. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include <sys/ioctl.h>

#include "qosctl.h"

static int call(int device, unsigned long command, void *argument)
{
	return ioctl(device, command, argument) ? -errno : 0;
}

int device_open(void)
{
	int device = open(QWAVE_DEVICE, O_RDWR | O_CLOEXEC);

	return device < 0 ? -errno : device;
}

const char *device_open_reason(int error)
{
	switch (error) {
	case -ENOENT:
	case -ENXIO:
	case -ENODEV:
		return "the kernel module qwave is not loaded; try 'qosctl load'";
	case -EACCES:
	case -EPERM:
		return "the device's mode or the container forbids it";
	default:
		return strerror(-error);
	}
}

int device_add(int device, struct qwave_add_socket *add)
{
	add->size = sizeof(*add);
	return call(device, QWAVE_ADD_SOCKET, add);
}

int device_remove(int device, uint32_t flow_id, int socket_fd)
{
	struct qwave_remove_socket remove = {
		.size = sizeof(remove),
		.flow_id = flow_id,
		.socket_fd = socket_fd,
	};

	return call(device, QWAVE_REMOVE_SOCKET, &remove);
}

int device_set_dscp(int device, uint32_t flow_id, unsigned int dscp)
{
	struct qwave_set_flow set = {
		.size = sizeof(set),
		.flow_id = flow_id,
		.operation = QWAVE_SET_DSCP,
		.dscp = dscp,
	};

	return call(device, QWAVE_SET_FLOW, &set);
}

/* 0 when the session has the flow, -ENOENT when it ended. */
int device_has_flow(int device, uint32_t flow_id)
{
	struct qwave_query_flow query = {
		.size = sizeof(query),
		.flow_id = flow_id,
		.operation = QWAVE_QUERY_PACKET_PRIORITY,
	};

	return call(device, QWAVE_QUERY_FLOW, &query);
}
