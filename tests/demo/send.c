// SPDX-License-Identifier: GPL-2.0-only
/*
 * send - sends packets of every kind of flow, marked through libqos2
 *
 *	cc send.c -o send $(pkg-config --cflags --libs libqos2)
 *	./send 192.0.2.1 2001:db8::1
 *
 * What a program does to have its packets marked: it opens the QOS subsystem
 * once, puts each socket into a flow that says what the traffic is, and sends
 * as it always did. A line for each flow tells what was asked for and which
 * DSCP the subsystem says that it applies. Each flow has a port of its own, and
 * every packet names its flow, so that a capture can be compared with the lines.
 */
#include <arpa/inet.h>
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <qos2.h>

#define FIRST_PORT	5001
#define PACKETS		3
#define NO_OVERRIDE	(-1)

/* What a flow asks for: its type, and perhaps a DSCP in place of the type's. */
struct request {
	const char *name;
	QOS_TRAFFIC_TYPE type;
	int dscp;
};

static const struct request requests[] = {
	{ "BestEffort", QOSTrafficTypeBestEffort, NO_OVERRIDE },
	{ "Background", QOSTrafficTypeBackground, NO_OVERRIDE },
	{ "ExcellentEffort", QOSTrafficTypeExcellentEffort, NO_OVERRIDE },
	{ "AudioVideo", QOSTrafficTypeAudioVideo, NO_OVERRIDE },
	{ "Voice", QOSTrafficTypeVoice, NO_OVERRIDE },
	{ "Control", QOSTrafficTypeControl, NO_OVERRIDE },
	{ "DSCP=46", QOSTrafficTypeVoice, 46 },
};

#define REQUESTS	(sizeof(requests) / sizeof(requests[0]))

/* IPv6 has room for both kinds of destination. */
union address {
	SOCKADDR any;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
};

static HANDLE qos;

/* The functions return TRUE, or FALSE and tell why through GetLastError(). */
static void check(BOOL succeeded, const char *function)
{
	if (!succeeded)
		errx(EXIT_FAILURE, "%s: error %u", function, GetLastError());
}

static void open_qos(void)
{
	QOS_VERSION version = { .MajorVersion = 1, .MinorVersion = 0 };

	check(QOSCreateHandle(&version, &qos), "QOSCreateHandle");
}

/*
 * Without a destination the socket's peer is meant, so it must be connected.
 * An adaptive flow would take no DSCP of our own.
 */
static QOS_FLOWID add_flow(int fd, SOCKADDR *to, const struct request *request)
{
	QOS_FLOWID flow = 0;
	DWORD dscp = request->dscp;

	check(QOSAddSocketToFlow(qos, fd, to, request->type,
				 QOS_NON_ADAPTIVE_FLOW, &flow),
	      "QOSAddSocketToFlow");
	/* This one needs a privilege; root and the administrator's group have it. */
	if (request->dscp != NO_OVERRIDE)
		check(QOSSetFlow(qos, flow, QOSSetOutgoingDSCPValue,
				 sizeof(dscp), &dscp, 0, NULL),
		      "QOSSetFlow");
	return flow;
}

static ULONG applied_dscp(QOS_FLOWID flow)
{
	QOS_PACKET_PRIORITY priority;
	ULONG size = sizeof(priority);

	check(QOSQueryFlow(qos, flow, QOSQueryPacketPriority, &size, &priority,
			   0, NULL),
	      "QOSQueryFlow");
	return priority.ConformantDSCPValue;
}

static socklen_t length_of(const SOCKADDR *address)
{
	return address->sa_family == AF_INET ? sizeof(struct sockaddr_in) :
					       sizeof(struct sockaddr_in6);
}

static union address destination(int family, const char *text, int port)
{
	union address to;
	void *number;

	memset(&to, 0, sizeof(to));
	to.any.sa_family = family;
	if (family == AF_INET) {
		to.in.sin_port = htons(port);
		number = &to.in.sin_addr;
	} else {
		to.in6.sin6_port = htons(port);
		number = &to.in6.sin6_addr;
	}
	if (inet_pton(family, text, number) != 1)
		errx(EXIT_FAILURE, "not an address: %s", text);
	return to;
}

static int open_socket(int family)
{
	int fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		err(EXIT_FAILURE, "socket");
	return fd;
}

/* Sending does not change: the flow marks what goes to its destination. */
static void send_packets(int fd, const SOCKADDR *to, const char *name, int port)
{
	char text[64];
	int i, length;

	for (i = 1; i <= PACKETS; i++) {
		length = snprintf(text, sizeof(text), "qwave demo %d %s %d",
				  port, name, i);
		if (sendto(fd, text, length, 0, to, to ? length_of(to) : 0) < 0)
			err(EXIT_FAILURE, "sendto port %d", port);
	}
}

static void print_flow(const char *sockets, const char *to, int port,
		       const struct request *request, QOS_FLOWID flow)
{
	printf("%-5s %-19s %5d %-16s %7u %8d\n", sockets, to, port,
	       request->name, applied_dscp(flow), PACKETS);
}

/* The plain case: a connected socket for each flow. */
static void send_connected(int family, const char *text, int port)
{
	size_t i;

	for (i = 0; i < REQUESTS; i++, port++) {
		union address to = destination(family, text, port);
		int fd = open_socket(family);
		QOS_FLOWID flow;

		if (connect(fd, &to.any, length_of(&to.any)) < 0)
			err(EXIT_FAILURE, "connect to %s", text);
		flow = add_flow(fd, NULL, &requests[i]);
		send_packets(fd, NULL, requests[i].name, port);
		print_flow(family == AF_INET ? "udp4" : "udp6", text, port,
			   &requests[i], flow);
		/* With its last socket the flow is gone. */
		check(QOSRemoveSocketFromFlow(qos, fd, flow, 0),
		      "QOSRemoveSocketFromFlow");
		close(fd);
	}
}

/*
 * One unconnected IPv6 socket that talks to an IPv4 and an IPv6 peer, each in
 * a flow of its own: the flow is chosen by the destination.
 */
static void send_dual(const char *text4, const char *text6, int port)
{
	const struct request *voice = &requests[QOSTrafficTypeVoice];
	const struct request *background = &requests[QOSTrafficTypeBackground];
	int fd = open_socket(AF_INET6), off = 0;
	union address to4, to6;
	QOS_FLOWID flow4, flow6;
	char mapped[64];

	if (setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off)) < 0)
		err(EXIT_FAILURE, "IPV6_V6ONLY");
	snprintf(mapped, sizeof(mapped), "::ffff:%s", text4);
	to4 = destination(AF_INET6, mapped, port);
	to6 = destination(AF_INET6, text6, port + 1);

	flow4 = add_flow(fd, &to4.any, voice);
	flow6 = add_flow(fd, &to6.any, background);
	send_packets(fd, &to4.any, voice->name, port);
	send_packets(fd, &to6.any, background->name, port + 1);
	print_flow("dual", mapped, port, voice, flow4);
	print_flow("dual", text6, port + 1, background, flow6);
	close(fd);
}

int main(int argc, char **argv)
{
	if (argc != 3)
		errx(EXIT_FAILURE, "usage: send IPV4-ADDRESS IPV6-ADDRESS");

	printf("%-5s %-19s %5s %-16s %7s %8s\n", "SOCK", "DESTINATION", "PORT",
	       "ASKED", "APPLIED", "PACKETS");
	open_qos();
	send_connected(AF_INET, argv[1], FIRST_PORT);
	send_connected(AF_INET6, argv[2], FIRST_PORT + REQUESTS);
	send_dual(argv[1], argv[2], FIRST_PORT + 2 * REQUESTS);
	check(QOSCloseHandle(qos), "QOSCloseHandle");
	return EXIT_SUCCESS;
}
