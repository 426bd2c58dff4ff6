// SPDX-License-Identifier: GPL-2.0-only
/*
 * Answers to the system calls of a command. Whatever goes wrong here, the
 * command's call is carried out by the kernel as if nobody had asked: marking
 * may fail, the command may not.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/net.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>

#include "qosctl.h"

/* One command can fail a million times; a reader needs to see a few. */
#define REPORTS_MAX 20

struct call {
	int listener;
	uint64_t id;
	pid_t thread;
	enum call_kind kind;
	uint64_t args[3];
};

static void __attribute__((format(printf, 3, 4)))
report(struct marker *marker, const struct call *call, const char *format, ...)
{
	char text[512];
	va_list args;

	marker->refused++;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (marker->refused <= REPORTS_MAX)
		say("process %d: %s", call->thread, text);
	if (marker->refused == REPORTS_MAX)
		say("further failures are counted only");
}

/* Numbers are used again: is this still the process that asked? */
static bool is_waiting(const struct call *call)
{
	uint64_t id = call->id;

	return !ioctl(call->listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &id);
}

/* On i386 socketcall(2) holds both; its arguments are in memory. */
static bool demultiplex(struct call *call)
{
	uint32_t args[3];

	if (target_read(call->thread, call->args[1], args, sizeof(args)))
		return false;
	call->kind = call->args[0] == SYS_SOCKET ? CALL_SOCKET : CALL_CONNECT;
	for (int i = 0; i < 3; i++)
		call->args[i] = args[i];
	return true;
}

static bool is_udp(const struct call *call)
{
	int family = (int)call->args[0];
	int type = (int)call->args[1];
	int protocol = (int)call->args[2];

	return (family == AF_INET || family == AF_INET6) &&
		(type & 0xf) == SOCK_DGRAM &&
		(protocol == 0 || protocol == IPPROTO_UDP ||
		 protocol == IPPROTO_UDPLITE);
}

/*
 * Makes the socket, puts it into the flow, and lets the command's socket()
 * return it. Returns whether the call is answered with that.
 */
static bool give_socket(struct marker *marker, const struct call *call)
{
	struct seccomp_notif_addfd add = {
		.id = call->id,
		.flags = SECCOMP_ADDFD_FLAG_SEND,
		.newfd_flags = call->args[1] & SOCK_CLOEXEC ? O_CLOEXEC : 0,
	};
	struct qwave_addr any;
	bool given = false;
	int fd, err;

	if (!is_udp(call))
		return false;
	fd = target_socket(call->thread, (int)call->args[0],
			   (int)call->args[1], (int)call->args[2]);
	if (fd < 0) {
		/* What the kernel forbids, it tells the command itself. */
		if (fd == -EPERM || fd == -EACCES)
			report(marker, call, "UDP socket not marked: cannot enter the process's network namespace");
		return false;
	}
	address_any(&any, (int)call->args[0]);
	err = session_add(&marker->session, fd, &any);
	if (err) {
		report(marker, call, "UDP socket not marked: %s",
		       session_error(err));
	} else {
		add.srcfd = fd;
		given = ioctl(call->listener, SECCOMP_IOCTL_NOTIF_ADDFD,
			      &add) >= 0;
		if (given)
			marker->added++;
		else if (errno != ENOENT && errno != EMFILE)
			report(marker, call, "UDP socket not marked: cannot hand it over: %s",
			       strerror(errno));
	}
	/* A descriptor of ours would keep the socket alive. */
	close(fd);
	return given;
}

/* The kernel takes the unspecified address for this host's own. */
static void name_this_host(struct qwave_addr *dest)
{
	static const uint8_t zero[16];

	if (memcmp(dest->addr, zero, sizeof(zero)))
		return;
	if (dest->family == AF_INET)
		memcpy(dest->addr, &(struct in_addr){ htonl(INADDR_LOOPBACK) },
		       sizeof(struct in_addr));
	else
		memcpy(dest->addr, &in6addr_loopback, sizeof(dest->addr));
}

static int read_destination(const struct call *call, struct qwave_addr *dest)
{
	struct sockaddr_storage peer = { 0 };
	size_t length = call->args[2];
	int err;

	if (length < sizeof(struct sockaddr_in) || length > sizeof(peer))
		return -EAFNOSUPPORT;
	err = target_read(call->thread, call->args[1], &peer, length);
	if (err)
		return err;
	err = address_from_sockaddr(dest, (struct sockaddr *)&peer, length);
	if (!err)
		name_this_host(dest);
	return err;
}

/* Adds a stream socket with the peer that it is about to connect to. */
static void add_connecting(struct marker *marker, const struct call *call)
{
	char text[ADDRESS_TEXT];
	struct socket_kind kind;
	struct qwave_addr dest;
	int pidfd, fd, err;

	err = read_destination(call, &dest);
	if (err == -EAFNOSUPPORT || err == -EFAULT)
		return;
	if (err) {
		report(marker, call, "connection not marked: %s",
		       target_refusal(call->thread, err));
		return;
	}
	pidfd = target_open(call->thread);
	fd = pidfd < 0 ? pidfd : target_take(pidfd, (int)call->args[0]);
	if (pidfd >= 0)
		close(pidfd);
	if (!is_waiting(call)) {
		if (fd >= 0)
			close(fd);
		return;
	}
	if (fd < 0) {
		if (fd != -EBADF)
			report(marker, call, "connection to %s not marked: %s",
			       address_text(&dest, text),
			       target_refusal(call->thread, fd));
		return;
	}
	/* A datagram socket has had its membership since it was made. */
	if (socket_kind_get(&kind, fd) && kind.type == SOCK_STREAM) {
		err = session_add(&marker->session, fd, &dest);
		if (!err)
			marker->added++;
		else
			report(marker, call, "connection to %s not marked: %s",
			       address_text(&dest, text), session_error(err));
	}
	close(fd);
}

static void carry_on(const struct call *call)
{
	struct seccomp_notif_resp response = {
		.id = call->id,
		.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE,
	};

	/* ENOENT: the process was killed meanwhile. */
	if (ioctl(call->listener, SECCOMP_IOCTL_NOTIF_SEND, &response) &&
	    errno != ENOENT)
		say("cannot answer process %d: %s", call->thread,
		    strerror(errno));
}

/* The kernel's structure may be longer than the one we know. */
static struct seccomp_notif *new_notification(void)
{
	static struct seccomp_notif *notification;
	static size_t size;
	struct seccomp_notif_sizes sizes;

	if (!notification) {
		size = sizeof(*notification);
		if (!syscall(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 0,
			     &sizes) && sizes.seccomp_notif > size)
			size = sizes.seccomp_notif;
		notification = malloc(size);
		if (!notification)
			return NULL;
	}
	memset(notification, 0, size);
	return notification;
}

/* Answers one call of the command, if one waits. */
void answer(struct marker *marker, int listener)
{
	struct seccomp_notif *notification = new_notification();
	struct call call = { .listener = listener };

	if (!notification ||
	    ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, notification))
		return;
	call.id = notification->id;
	call.thread = notification->pid;
	call.kind = filter_call(notification->data.arch,
				notification->data.nr);
	for (int i = 0; i < 3; i++)
		call.args[i] = notification->data.args[i];

	if (call.kind == CALL_MULTIPLEXED && !demultiplex(&call))
		call.kind = CALL_OTHER;
	if (call.kind == CALL_SOCKET && give_socket(marker, &call))
		return;
	if (call.kind == CALL_CONNECT)
		add_connecting(marker, &call);
	carry_on(&call);
}
