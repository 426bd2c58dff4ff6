// SPDX-License-Identifier: GPL-2.0-only
/*
 * A device for hosts without the module: preloaded into qosctl it answers for
 * /dev/qwave and writes each command that succeeds as a line into the file
 * named by QWAVE_FAKE_LOG. QWAVE_FAKE_ERROR is an errno that adding a socket
 * then fails with. A flow ends with QWAVE_REMOVE_SOCKET, after QWAVE_FAKE_LIFE
 * sockets, or after as many queries as QWAVE_FAKE_QUERIES says (0).
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <linux/qwave.h>

static int device = -1;
static __u32 next_flow = 1, flow;
static int members, queries;

static int number(const char *name)
{
	const char *value = getenv(name);

	return value ? atoi(value) : 0;
}

static void record(const char *format, ...)
{
	FILE *log = fopen(getenv("QWAVE_FAKE_LOG"), "ae");
	va_list args;

	if (!log)
		abort();
	va_start(args, format);
	vfprintf(log, format, args);
	va_end(args);
	fclose(log);
}

static int option(int fd, int name)
{
	socklen_t length = sizeof(int);
	int value = -1;

	getsockopt(fd, SOL_SOCKET, name, &value, &length);
	return value;
}

static int add(struct qwave_add_socket *argument)
{
	char host[INET6_ADDRSTRLEN] = "-";

	if (number("QWAVE_FAKE_ERROR"))
		return number("QWAVE_FAKE_ERROR");
	if (argument->size != sizeof(*argument) ||
	    argument->flags != QWAVE_ADD_NON_ADAPTIVE ||
	    (argument->flow_id && argument->flow_id != flow))
		return EINVAL;
	if (!flow)
		flow = next_flow++;
	argument->out_flow_id = flow;
	if (argument->dest.family)
		inet_ntop(argument->dest.family, argument->dest.addr, host,
			  sizeof(host));
	record("add flow=%u type=%u family=%d kind=%d protocol=%d dest=%s port=%d\n",
	       flow, argument->traffic_type,
	       option(argument->socket_fd, SO_DOMAIN),
	       option(argument->socket_fd, SO_TYPE),
	       option(argument->socket_fd, SO_PROTOCOL), host,
	       ntohs(argument->dest.port));
	if (++members == number("QWAVE_FAKE_LIFE")) {
		flow = 0;
		members = 0;
	}
	return 0;
}

static int answer(unsigned long command, void *argument)
{
	struct qwave_remove_socket *remove = argument;
	struct qwave_query_flow *query = argument;
	struct qwave_set_flow *set = argument;

	switch (command) {
	case QWAVE_ADD_SOCKET:
		return add(argument);
	case QWAVE_REMOVE_SOCKET:
		if (!flow || remove->flow_id != flow)
			return ENOENT;
		record("remove flow=%u fd=%d\n", flow, remove->socket_fd);
		flow = 0;
		members = 0;
		return 0;
	case QWAVE_SET_FLOW:
		record("set flow=%u operation=%u dscp=%u\n", set->flow_id,
		       set->operation, set->dscp);
		return 0;
	case QWAVE_QUERY_FLOW:
		record("query flow=%u\n", query->flow_id);
		if (flow && queries++ == number("QWAVE_FAKE_QUERIES"))
			flow = 0;
		return flow && query->flow_id == flow ? 0 : ENOENT;
	default:
		return ENOTTY;
	}
}

int open(const char *path, int flags, ...)
{
	int (*next)(const char *path, int flags, ...);
	mode_t mode = 0;
	va_list args;

	if (!strcmp(path, "/dev/qwave"))
		return device = eventfd(0, EFD_CLOEXEC);
	if (flags & (O_CREAT | O_TMPFILE)) {
		va_start(args, flags);
		mode = va_arg(args, mode_t);
		va_end(args);
	}
	*(void **)&next = dlsym(RTLD_NEXT, "open");
	return next(path, flags, mode);
}

int ioctl(int fd, unsigned long command, ...)
{
	int (*next)(int fd, unsigned long command, void *argument);
	void *argument;
	va_list args;

	va_start(args, command);
	argument = va_arg(args, void *);
	va_end(args);
	if (fd == device && device >= 0) {
		errno = answer(command, argument);
		return errno ? -1 : 0;
	}
	*(void **)&next = dlsym(RTLD_NEXT, "ioctl");
	return next(fd, command, argument);
}
