// SPDX-License-Identifier: GPL-2.0-only
/*
 * Flows that come and go by the thousand, from several threads, while packets
 * are sent on the very sockets.
 *
 * cycles=N of adding and leaving in total (1000), threads=N (8).
 */
#include "threads.h"

#include <netinet/tcp.h>

/* Descriptors that the senders use; the owners close and replace them. */
static int sockets[MAX_THREADS];
static int cycles_left;

static void *send_on_all(void *unused)
{
	static const char data[1200];
	unsigned int seed = 1;
	int i;

	while (crowd_goes_on()) {
		for (i = 0; i < MAX_THREADS; i++) {
			int fd = __atomic_load_n(&sockets[i], __ATOMIC_RELAXED);
			size_t size = crowd_random(&seed) % sizeof(data) + 1;

			if (fd >= 0)
				send(fd, data, size, MSG_DONTWAIT);
		}
		/* The others are to have a processor, too. */
		test_sleep_ms(1);
	}
	return unused;
}

static void publish(int number, int fd)
{
	__atomic_store_n(&sockets[number], fd, __ATOMIC_RELAXED);
}

/* The ways a membership can end; the session closes from time to time. */
static void leave(int *session, __u32 flow, int sock, unsigned int how)
{
	switch (how % 8) {
	case 0 ... 2:
		EXPECT_OK(remove_socket(*session, flow, sock));
		break;
	case 3 ... 4:
		EXPECT_OK(remove_flow(*session, flow));
		break;
	case 5:
		close(*session);
		*session = open_session();
		break;
	default:
		/* The socket's end does it. */
		break;
	}
}

static void cycle(int *session, int number, unsigned int *seed)
{
	struct qwave_add_socket add;
	int sock = some_socket(crowd_random(seed));

	if (sock < 0)
		return;
	publish(number, sock);
	add = add_request(sock);
	add.traffic_type = crowd_random(seed) % QWAVE_TYPE_COUNT;
	EXPECT_OK(add_socket(*session, &add));
	send(sock, "1", 1, MSG_DONTWAIT);
	EXPECT_OK(set_type(*session, add.out_flow_id,
			   crowd_random(seed) % QWAVE_TYPE_COUNT));
	EXPECT_LE(0, queried_dscp(*session, add.out_flow_id));
	send(sock, "2", 1, MSG_DONTWAIT);
	leave(session, add.out_flow_id, sock, crowd_random(seed));
	send(sock, "3", 1, MSG_DONTWAIT);
	publish(number, -1);
	close(sock);
}

static void *churn(void *data)
{
	int number = (int)(intptr_t)data;
	unsigned int seed = (unsigned int)number;
	int session = open_session();

	while (__atomic_sub_fetch(&cycles_left, 1, __ATOMIC_RELAXED) >= 0)
		cycle(&session, number, &seed);
	close(session);
	return NULL;
}

TEST_TIMEOUT(add_remove_close_cycles, 1200)
{
	int threads = (int)test_param("threads", 8);
	struct crowd senders = { 0 };
	struct crowd churners = { 0 };
	int observer = open_session();
	uint64_t start = test_now_ms();
	int i;

	cycles_left = (int)test_param("cycles", 1000);
	for (i = 0; i < MAX_THREADS; i++)
		publish(i, -1);
	crowd_add(&senders, send_on_all, NULL);
	for (i = 0; i < threads; i++)
		crowd_add(&churners, churn, (void *)(intptr_t)i);
	crowd_join(&churners);
	__atomic_store_n(&crowd_stop, 1, __ATOMIC_RELAXED);
	crowd_join(&senders);
	EVENTUALLY(flow_count(observer) == 0);
	NOTE("%ld cycles from %d threads in %llu ms",
	     test_param("cycles", 1000), threads,
	     (unsigned long long)(test_now_ms() - start));
}

static void *tcp_sink(void *data)
{
	char room[4096];
	int listener = (int)(intptr_t)data;
	int fd;

	while ((fd = accept(listener, NULL, NULL)) >= 0) {
		while (recv(fd, room, sizeof(room), 0) > 0)
			continue;
		close(fd);
	}
	return NULL;
}

/* TCP members that die with data in flight and the FIN still to be sent. */
TEST_TIMEOUT(tcp_cycles, 600)
{
	static const char data[20000];
	int listener = tcp_listener("127.0.0.1");
	union test_address peer = address_of("127.0.0.1",
					     local_port(listener));
	long cycles = test_param("cycles", 1000) / 20;
	int session = open_session();
	struct crowd sink = { 0 };
	long i;

	crowd_add(&sink, tcp_sink, (void *)(intptr_t)listener);
	for (i = 0; i < cycles; i++) {
		int sock = socket_of(AF_INET, SOCK_STREAM);

		if (i % 2) {
			struct qwave_add_socket add = add_request(sock);

			add.dest = dest_of("127.0.0.1",
					   ntohs(peer.v4.sin_port));
			EXPECT_OK(add_socket(session, &add));
		}
		ASSERT_OK(connect(sock, &peer.any, address_length(&peer)));
		if (!(i % 2))
			made_flow(session, sock, QWAVE_TYPE_VOICE);
		send(sock, data, sizeof(data), MSG_DONTWAIT);
		if (i % 3 == 0) {
			struct linger reset = { .l_onoff = 1 };

			setsockopt(sock, SOL_SOCKET, SO_LINGER, &reset,
				   sizeof(reset));
		}
		close(sock);
	}
	EVENTUALLY(flow_count(session) == 0);
	shutdown(listener, SHUT_RDWR);
	crowd_join(&sink);
}

TEST_MAIN
