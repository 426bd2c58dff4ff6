// SPDX-License-Identifier: GPL-2.0-only
/*
 * Members that begin to listen. What accept() makes of them carries a pointer
 * into the module, so the module stays until the next boot: tests/run has this
 * program last.
 *
 * ms=N for each crowd (2000).
 */
#include "threads.h"

#include <sys/syscall.h>

static int unload(void)
{
	return (int)syscall(SYS_delete_module, "qwave", O_NONBLOCK);
}

/* A listener on the loopback that was made a member before it listened. */
static int member_that_listens(int session, __u32 *flow)
{
	union test_address any = address_of("127.0.0.1", 0);
	int listener = socket_of(AF_INET, SOCK_STREAM);
	struct qwave_add_socket add = add_request(listener);

	ASSERT_OK(fcntl(listener, F_SETFL, O_NONBLOCK));
	ASSERT_OK(bind(listener, &any.any, address_length(&any)));
	add.dest = dest_of("127.0.0.1", UNUSED_PORT);
	ASSERT_OK(add_socket(session, &add));
	ASSERT_OK(listen(listener, 64));
	*flow = add.out_flow_id;
	return listener;
}

TEST(child_outlives_flow_and_listener)
{
	union test_address peer;
	int session = open_session();
	int client = socket_of(AF_INET, SOCK_STREAM);
	struct pollfd wait = { .events = POLLIN };
	char byte;
	__u32 flow;
	int child;

	wait.fd = member_that_listens(session, &flow);
	peer = address_of("127.0.0.1", local_port(wait.fd));
	ASSERT_OK(connect(client, &peer.any, address_length(&peer)));
	ASSERT_EQ(1, poll(&wait, 1, ARRIVAL_MS));
	child = accept(wait.fd, NULL, NULL);
	ASSERT_LE(0, child);
	close(session);
	close(wait.fd);
	EXPECT_EQ(1, send(child, "x", 1, 0));
	EXPECT_EQ(1, recv(client, &byte, 1, 0));
	close(client);
	close(child);
}

static void *connect_again(void *data)
{
	union test_address peer = *(union test_address *)data;

	while (crowd_goes_on()) {
		int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

		connect(fd, &peer.any, address_length(&peer));
		send(fd, "x", 1, MSG_DONTWAIT | MSG_NOSIGNAL);
		close(fd);
	}
	return NULL;
}

static void *accept_again(void *data)
{
	int listener = *(int *)data;
	int session = open_session();

	while (crowd_goes_on()) {
		struct pollfd wait = { .fd = listener, .events = POLLIN };
		struct qwave_add_socket add;
		int fd;

		if (poll(&wait, 1, 10) != 1)
			continue;
		fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
		if (fd < 0)
			continue;
		/* The peer may be gone already; then it is refused. */
		add = add_request(fd);
		add_socket(session, &add);
		send(fd, "x", 1, MSG_DONTWAIT | MSG_NOSIGNAL);
		close(fd);
	}
	close(session);
	return NULL;
}

/* A member that begins to listen, and whose children become members. */
TEST_TIMEOUT(children_by_the_hundred, 600)
{
	union test_address peer;
	int session = open_session();
	struct crowd crowd = { 0 };
	int listener;
	__u32 flow;

	listener = member_that_listens(session, &flow);
	peer = address_of("127.0.0.1", local_port(listener));
	crowd_add(&crowd, connect_again, &peer);
	crowd_add(&crowd, connect_again, &peer);
	crowd_add(&crowd, accept_again, &listener);
	crowd_add(&crowd, accept_again, &listener);
	test_sleep_ms(100);
	/* The listener leaves while its children come and go. */
	EXPECT_OK(remove_socket(session, flow, listener));
	crowd_run(&crowd);
	close(listener);
	EVENTUALLY(flow_count(session) == 0);
}

TEST(the_module_stays)
{
	int session = open_session();
	__u32 flow;
	int listener = member_that_listens(session, &flow);

	close(listener);
	close(session);
	EXPECT_ERRNO(EWOULDBLOCK, unload());
}

TEST_MAIN
