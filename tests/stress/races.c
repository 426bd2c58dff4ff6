// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pairs, and crowds, of operations that meet on the same socket, flow, session
 * or namespace. The kernel's own checks say whether it went wrong; the tests
 * add that nothing is left.
 *
 * rounds=N of each pair (100), ms=N for each crowd (2000).
 */
#include "../uapi/genl.h"
#include "threads.h"

static pthread_barrier_t barrier;

struct pair {
	int session;
	int sock;
	__u32 flow;
	int result;
	void (*act)(struct pair *pair);
};

static void *act(void *data)
{
	struct pair *pair = data;

	pthread_barrier_wait(&barrier);
	pair->act(pair);
	return NULL;
}

/* Both act at once on one flow with one socket; nothing of it may be left. */
static void meet(void (*first)(struct pair *pair),
		 void (*second)(struct pair *pair))
{
	long rounds = test_param("rounds", 100);
	int observer = open_session();
	long i;

	pthread_barrier_init(&barrier, NULL, 2);
	for (i = 0; i < rounds; i++) {
		struct crowd crowd = { 0 };
		struct pair one = { .act = first };
		struct pair two;

		one.session = open_session();
		one.sock = some_socket((unsigned int)i);
		one.flow = made_flow(one.session, one.sock, QWAVE_TYPE_VOICE);
		two = one;
		two.act = second;
		crowd_add(&crowd, act, &one);
		crowd_add(&crowd, act, &two);
		crowd_join(&crowd);
		close(one.session);
		close(one.sock);
	}
	EVENTUALLY(flow_count(observer) == 0);
}

/* The number stays taken until both are done: dup2() closes what it named. */
static void close_socket(struct pair *pair)
{
	int null = open("/dev/null", O_RDONLY);

	dup2(null, pair->sock);
	close(null);
}

static void close_session(struct pair *pair)
{
	int null = open("/dev/null", O_RDONLY);

	dup2(null, pair->session);
	close(null);
}

static void shutdown_session(struct pair *pair)
{
	ioctl(pair->session, QWAVE_SHUTDOWN, 0);
}

static void remove_member(struct pair *pair)
{
	pair->result = remove_socket(pair->session, pair->flow, pair->sock);
}

static void end_flow(struct pair *pair)
{
	pair->result = remove_flow(pair->session, pair->flow);
}

static void add_again(struct pair *pair)
{
	struct qwave_add_socket add = add_request(pair->sock);

	add.flow_id = pair->flow;
	pair->result = add_socket(pair->session, &add);
}

static void change(struct pair *pair)
{
	set_type(pair->session, pair->flow, QWAVE_TYPE_CONTROL);
	set_dscp(pair->session, pair->flow, 7);
	queried_dscp(pair->session, pair->flow);
}

static void enumerate(struct pair *pair)
{
	int session = open_session();
	__u32 ids[256];
	__u32 count;

	(void)pair;
	enum_flows(session, ids, 256, &count);
	close(session);
}

static void dump(struct pair *pair)
{
	int fd = genl_open();
	int family = genl_family(fd);

	genl_get(fd, family, pair->flow, NULL, NULL);
	close(fd);
}

static void send_some(struct pair *pair)
{
	int i;

	for (i = 0; i < 10; i++)
		send(pair->sock, "x", 1, MSG_DONTWAIT);
}

static void disconnect(struct pair *pair)
{
	struct sockaddr none = { .sa_family = AF_UNSPEC };

	connect(pair->sock, &none, sizeof(none));
}

#define RACE(first, second)						\
	TEST_TIMEOUT(first##_against_##second, 600)			\
	{								\
		meet(first, second);					\
	}

RACE(close_socket, close_session)
RACE(close_socket, shutdown_session)
RACE(close_socket, remove_member)
RACE(close_socket, end_flow)
RACE(close_socket, add_again)
RACE(close_socket, change)
RACE(close_socket, enumerate)
RACE(close_socket, dump)
RACE(close_session, send_some)
RACE(close_session, change)
RACE(close_session, add_again)
RACE(shutdown_session, add_again)
RACE(shutdown_session, remove_member)
RACE(shutdown_session, dump)
RACE(end_flow, remove_member)
RACE(end_flow, add_again)
RACE(end_flow, send_some)
RACE(end_flow, dump)
RACE(disconnect, add_again)
RACE(disconnect, send_some)

static struct pair one_socket;
static int winners;

static void *add_to_a_new_flow(void *unused)
{
	struct qwave_add_socket add = add_request(one_socket.sock);

	pthread_barrier_wait(&barrier);
	if (!add_socket(one_socket.session, &add))
		__atomic_add_fetch(&winners, 1, __ATOMIC_RELAXED);
	else
		EXPECT_EQ(EEXIST, errno);
	return unused;
}

TEST_TIMEOUT(one_socket_into_eight_flows, 600)
{
	long rounds = test_param("rounds", 100) / 4 + 1;
	long i;
	int j;

	pthread_barrier_init(&barrier, NULL, 8);
	one_socket.session = open_session();
	for (i = 0; i < rounds; i++) {
		struct crowd crowd = { 0 };

		one_socket.sock = some_socket((unsigned int)i);
		winners = 0;
		for (j = 0; j < 8; j++)
			crowd_add(&crowd, add_to_a_new_flow, NULL);
		crowd_join(&crowd);
		EXPECT_EQ(1, winners);
		close(one_socket.sock);
		EVENTUALLY(flow_count(one_socket.session) == 0);
	}
}

static void *come_and_go(void *data)
{
	unsigned int seed = (unsigned int)(uintptr_t)data;
	int session = open_session();

	while (crowd_goes_on()) {
		int sock = some_socket(crowd_random(&seed));
		struct qwave_add_socket add = add_request(sock);
		int i;

		add_socket(session, &add);
		for (i = 0; i < 4; i++)
			send(sock, "x", 1, MSG_DONTWAIT);
		if (crowd_random(&seed) % 2)
			remove_flow(session, add.out_flow_id);
		close(sock);
	}
	close(session);
	return NULL;
}

static void *look(void *unused)
{
	int session = open_session();
	int fd = genl_open();
	int family = genl_family(fd);
	__u32 ids[1024];
	__u32 count;
	__u32 i;

	while (crowd_goes_on()) {
		if (enum_flows(session, ids, 1024, &count))
			continue;
		for (i = 0; i < count; i++) {
			queried_dscp(session, ids[i]);
			genl_get(fd, family, ids[i], NULL, NULL);
		}
		genl_dump(fd, family, NULL, NULL);
	}
	close(session);
	close(fd);
	return unused;
}

static void *turn_sysctls(void *unused)
{
	static const char * const values[] = {
		"0 8 40 40 56 56", "0 1 2 3 4 5", "63 63 63 63 63 63",
	};
	unsigned int i;

	for (i = 0; crowd_goes_on(); i++) {
		sysctl_write("net/qwave/dscp", values[i % 3]);
		sysctl_write("net/qwave/mark", i % 2 ? "0" : "1");
	}
	sysctl_write("net/qwave/dscp", values[0]);
	sysctl_write("net/qwave/mark", "1");
	return unused;
}

TEST_TIMEOUT(everything_at_once, 600)
{
	struct crowd crowd = { 0 };
	int observer = open_session();
	uintptr_t i;

	for (i = 1; i <= 4; i++)
		crowd_add(&crowd, come_and_go, (void *)i);
	crowd_add(&crowd, look, NULL);
	crowd_add(&crowd, turn_sysctls, NULL);
	crowd_run(&crowd);
	EVENTUALLY(flow_count(observer) == 0);
}

static int flows_then_exit(void *data)
{
	int session = *(int *)data;
	int i;

	new_network();
	for (i = 0; i < 8; i++) {
		int sock = some_socket((unsigned int)i);

		made_flow(session, sock, QWAVE_TYPE_VOICE);
		send(sock, "x", 1, MSG_DONTWAIT);
	}
	/* The process, its sockets and with them the namespace end here. */
	return 0;
}

/* The session lives elsewhere, so the namespace ends with members in it. */
TEST_TIMEOUT(namespace_ends_with_members, 600)
{
	long rounds = test_param("rounds", 100) / 10 + 1;
	int session = open_session();
	long i;

	for (i = 0; i < rounds; i++)
		EXPECT_EQ(0, test_in_child(flows_then_exit, &session));
	EVENTUALLY(flow_count(session) == 0);
}

static void send_descriptor(int channel, int fd)
{
	char byte = 0;
	struct iovec part = { .iov_base = &byte, .iov_len = 1 };
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(sizeof(int))];
	} control = { 0 };
	struct msghdr message = {
		.msg_iov = &part, .msg_iovlen = 1,
		.msg_control = &control, .msg_controllen = sizeof(control),
	};

	control.header.cmsg_level = SOL_SOCKET;
	control.header.cmsg_type = SCM_RIGHTS;
	control.header.cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(&control.header), &fd, sizeof(fd));
	ASSERT_EQ(1, sendmsg(channel, &message, 0));
}

static int receive_descriptor(int channel)
{
	char byte;
	struct iovec part = { .iov_base = &byte, .iov_len = 1 };
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(sizeof(int))];
	} control;
	struct msghdr message = {
		.msg_iov = &part, .msg_iovlen = 1,
		.msg_control = &control, .msg_controllen = sizeof(control),
	};
	int fd;

	ASSERT_EQ(1, recvmsg(channel, &message, 0));
	memcpy(&fd, CMSG_DATA(&control.header), sizeof(fd));
	return fd;
}

static int hand_a_socket_over(void *data)
{
	new_network();
	send_descriptor(*(int *)data, some_socket(0));
	return 0;
}

/* The socket is all that is left of its namespace, and is still marked. */
TEST_TIMEOUT(namespace_lives_on_in_a_socket, 600)
{
	long rounds = test_param("rounds", 100) / 10 + 1;
	int session = open_session();
	int channel[2];
	long i;

	ASSERT_OK(socketpair(AF_UNIX, SOCK_DGRAM, 0, channel));
	for (i = 0; i < rounds; i++) {
		__u32 flow;
		int sock;

		EXPECT_EQ(0, test_in_child(hand_a_socket_over, &channel[0]));
		sock = receive_descriptor(channel[1]);
		flow = made_flow(session, sock, QWAVE_TYPE_VOICE);
		send(sock, "x", 1, MSG_DONTWAIT);
		EXPECT_EQ(56, queried_dscp(session, flow));
		if (i % 2)
			EXPECT_OK(remove_flow(session, flow));
		close(sock);
	}
	EVENTUALLY(flow_count(session) == 0);
}

/* One socket that connects here and there while it is added and removed. */
static void *reconnect(void *data)
{
	struct sockaddr none = { .sa_family = AF_UNSPEC };
	union test_address peers[2] = {
		address_of("127.0.0.1", 9), address_of("127.0.0.2", 9),
	};
	int sock = *(int *)data;
	unsigned int i;

	for (i = 0; crowd_goes_on(); i++) {
		connect(sock, &peers[i % 2].any, address_length(&peers[0]));
		send(sock, "x", 1, MSG_DONTWAIT);
		connect(sock, &none, sizeof(none));
	}
	return NULL;
}

static void *add_and_remove(void *data)
{
	int session = open_session();
	int sock = *(int *)data;

	while (crowd_goes_on()) {
		struct qwave_add_socket add = add_request(sock);

		if (!add_socket(session, &add))
			remove_socket(session, add.out_flow_id, sock);
	}
	close(session);
	return NULL;
}

TEST_TIMEOUT(reconnect_against_add, 600)
{
	struct crowd crowd = { 0 };
	int observer = open_session();
	int sock = udp_socket(AF_INET);

	crowd_add(&crowd, reconnect, &sock);
	crowd_add(&crowd, add_and_remove, &sock);
	crowd_add(&crowd, add_and_remove, &sock);
	crowd_run(&crowd);
	EVENTUALLY(flow_count(observer) == 0);
}

TEST_MAIN
