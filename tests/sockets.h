/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sockets on the loopback device and what arrives on them, for the C tests.
 * Everything asserts: a test that cannot have its sockets fails.
 */
#ifndef QWAVE_TESTS_SOCKETS_H
#define QWAVE_TESTS_SOCKETS_H

#include "harness.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>

/* A port that nobody listens on; packets to it are sent all the same. */
#define UNUSED_PORT	9

/* How long a packet that must arrive may take. */
#define ARRIVAL_MS	20000

union test_address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
	struct sockaddr_storage room;
};

static socklen_t __attribute__((unused))
address_length(const union test_address *address)
{
	return address->any.sa_family == AF_INET ? sizeof(address->v4) :
						   sizeof(address->v6);
}

/* The address written as @text, IPv6 when it has a colon. */
static union test_address __attribute__((unused))
address_of(const char *text, uint16_t port)
{
	union test_address address;

	memset(&address, 0, sizeof(address));
	if (strchr(text, ':')) {
		address.v6.sin6_family = AF_INET6;
		address.v6.sin6_port = htons(port);
		ASSERT_EQ(1, inet_pton(AF_INET6, text, &address.v6.sin6_addr));
	} else {
		address.v4.sin_family = AF_INET;
		address.v4.sin_port = htons(port);
		ASSERT_EQ(1, inet_pton(AF_INET, text, &address.v4.sin_addr));
	}
	return address;
}

static uint16_t __attribute__((unused)) local_port(int fd)
{
	union test_address address;
	socklen_t length = sizeof(address);

	ASSERT_OK(getsockname(fd, &address.any, &length));
	return ntohs(address.any.sa_family == AF_INET ? address.v4.sin_port :
							address.v6.sin6_port);
}

static int __attribute__((unused)) socket_of(int family, int type)
{
	int fd = socket(family, type | SOCK_CLOEXEC, 0);

	ASSERT_LE(0, fd);
	return fd;
}

static int __attribute__((unused)) udp_socket(int family)
{
	return socket_of(family, SOCK_DGRAM);
}

/* A UDP socket connected to @text. */
static int __attribute__((unused))
udp_connected(const char *text, uint16_t port)
{
	union test_address peer = address_of(text, port);
	int fd = udp_socket(peer.any.sa_family);

	ASSERT_OK(connect(fd, &peer.any, address_length(&peer)));
	return fd;
}

/* A UDP socket bound to @text that reports the DS byte of what it receives. */
static int __attribute__((unused)) udp_receiver(const char *text)
{
	union test_address address = address_of(text, 0);
	int fd = udp_socket(address.any.sa_family);
	int one = 1;

	if (address.any.sa_family == AF_INET) {
		ASSERT_OK(setsockopt(fd, IPPROTO_IP, IP_RECVTOS, &one,
				     sizeof(one)));
	} else {
		ASSERT_OK(setsockopt(fd, IPPROTO_IPV6, IPV6_RECVTCLASS, &one,
				     sizeof(one)));
	}
	ASSERT_OK(bind(fd, &address.any, address_length(&address)));
	return fd;
}

/* The DS byte (DSCP and ECN) of the next datagram, -1 when none comes. */
static int __attribute__((unused)) received_ds(int fd)
{
	struct pollfd wait = { .fd = fd, .events = POLLIN };
	char data[2048];
	char control[256];
	struct iovec part = { .iov_base = data, .iov_len = sizeof(data) };
	struct msghdr message = {
		.msg_iov = &part, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	struct cmsghdr *item;

	if (poll(&wait, 1, ARRIVAL_MS) != 1)
		return -1;
	ASSERT_LE(0, recvmsg(fd, &message, 0));
	for (item = CMSG_FIRSTHDR(&message); item;
	     item = CMSG_NXTHDR(&message, item)) {
		if (item->cmsg_level == IPPROTO_IP &&
		    item->cmsg_type == IP_TOS)
			return *(unsigned char *)CMSG_DATA(item);
		if (item->cmsg_level == IPPROTO_IPV6 &&
		    item->cmsg_type == IPV6_TCLASS) {
			int value;

			memcpy(&value, CMSG_DATA(item), sizeof(value));
			return value;
		}
	}
	harness_failed(__FILE__, __LINE__, true, "a datagram without its DS");
	return -1;
}

/* The DSCP that a datagram sent on the connected @from arrives with at @to. */
static int __attribute__((unused)) dscp_between(int from, int to)
{
	ASSERT_EQ(1, send(from, "x", 1, 0));
	return received_ds(to) >> 2;
}

/* The same for an unconnected @from and the port of @to on @text. */
static int __attribute__((unused))
dscp_to(int from, const char *text, int to)
{
	union test_address peer = address_of(text, local_port(to));

	ASSERT_EQ(1, sendto(from, "x", 1, 0, &peer.any, address_length(&peer)));
	return received_ds(to) >> 2;
}

/* A TCP listener on @text, any port. */
static int __attribute__((unused)) tcp_listener(const char *text)
{
	union test_address address = address_of(text, 0);
	int fd = socket_of(address.any.sa_family, SOCK_STREAM);

	ASSERT_OK(bind(fd, &address.any, address_length(&address)));
	ASSERT_OK(listen(fd, 8));
	return fd;
}

/* A connected pair of TCP sockets on @text: [0] connected, [1] accepted. */
static void __attribute__((unused)) tcp_pair(const char *text, int pair[2])
{
	int listener = tcp_listener(text);
	union test_address peer = address_of(text, local_port(listener));

	pair[0] = socket_of(peer.any.sa_family, SOCK_STREAM);
	ASSERT_OK(connect(pair[0], &peer.any, address_length(&peer)));
	pair[1] = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	ASSERT_LE(0, pair[1]);
	close(listener);
}

/* Moves the process into a network namespace of its own, with lo up. */
static void __attribute__((unused)) new_network(void)
{
	struct ifreq request = { .ifr_name = "lo" };
	int fd;

	ASSERT_OK(unshare(CLONE_NEWNET));
	fd = udp_socket(AF_INET);
	ASSERT_OK(ioctl(fd, SIOCGIFFLAGS, &request));
	request.ifr_flags |= IFF_UP;
	ASSERT_OK(ioctl(fd, SIOCSIFFLAGS, &request));
	close(fd);
}

/* Writes @value to the sysctl @path below /proc/sys. */
static void __attribute__((unused))
sysctl_write(const char *path, const char *value)
{
	char name[256];
	FILE *file;

	snprintf(name, sizeof(name), "/proc/sys/%s", path);
	file = fopen(name, "w");
	ASSERT_TRUE(file);
	ASSERT_LE(0, fputs(value, file));
	ASSERT_EQ(0, fclose(file));
}

#define NOBODY	65534

/* Gives up every privilege for good; for use in a child. */
static void __attribute__((unused)) become_nobody(void)
{
	ASSERT_OK(setgid(NOBODY));
	ASSERT_OK(setresuid(NOBODY, NOBODY, NOBODY));
}

#endif /* QWAVE_TESTS_SOCKETS_H */
