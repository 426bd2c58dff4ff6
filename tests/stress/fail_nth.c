// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every allocation fails once: the first of a call, then the second, until the
 * call gets through. Each failure must be told as ENOMEM, leave nothing half
 * made, and let the same call succeed afterwards.
 *
 * Needs a kernel with fault injection.
 */
#include "../uapi/genl.h"
#include "fail_nth.h"

/* What is done, and what there is to it. */
struct attempt {
	int session;
	int sock;
	int other;
	__u32 flow;
	int genl;
	int family;
	int descriptor;
};

/*
 * Runs @call with the first allocation failing, then the second, ...; it says
 * 0 or an errno. After a failure @check sees whether everything is as before;
 * after success @undo makes it so.
 */
static void each_allocation(struct attempt *attempt,
			    int (*call)(struct attempt *attempt),
			    void (*undo)(struct attempt *attempt))
{
	int file = fail_nth_file();
	int failures = 0;
	int nth;

	for (nth = 1; nth < MOST; nth++) {
		__u32 before = flow_count(attempt->session);
		int error;
		bool struck;

		arm(file, nth);
		error = call(attempt);
		struck = disarm(file);
		if (error) {
			EXPECT_EQ(ENOMEM, error);
			EXPECT_TRUE(struck);
			EXPECT_EQ(before, flow_count(attempt->session));
			failures++;
			/* The same call works when nothing fails. */
			EXPECT_EQ(0, call(attempt));
		}
		if (undo)
			undo(attempt);
		EXPECT_EQ(before, flow_count(attempt->session));
		if (!struck)
			break;
	}
	ASSERT_LT(nth, MOST);
	NOTE("%d allocations, %d of them needed", nth - 1, failures);
	close(file);
}

static struct attempt new_attempt(const char *peer)
{
	struct attempt attempt = { 0 };

	set_up();
	attempt.session = open_session();
	attempt.sock = udp_connected(peer, UNUSED_PORT);
	return attempt;
}

static int call_open(struct attempt *attempt)
{
	attempt->descriptor = open(DEVICE, O_RDWR | O_CLOEXEC);
	return result(attempt->descriptor);
}

static void undo_open(struct attempt *attempt)
{
	close(attempt->descriptor);
}

TEST_TIMEOUT(open_device, 600)
{
	struct attempt attempt = new_attempt("127.0.0.1");

	each_allocation(&attempt, call_open, undo_open);
}

/* Adds with @dest, or without when it is NULL; joins when there is a flow. */
static int add_with(struct attempt *attempt, int sock, const char *dest,
		    uint16_t port)
{
	struct qwave_add_socket add = add_request(sock);
	int error;

	if (dest)
		add.dest = dest_of(dest, port);
	add.flow_id = attempt->flow;
	error = result(add_socket(attempt->session, &add));
	if (error)
		EXPECT_EQ(POISON, add.out_flow_id);
	else if (attempt->flow)
		EXPECT_EQ(attempt->flow, add.out_flow_id);
	else
		attempt->other = (int)add.out_flow_id;
	return error;
}

static void undo_new_flow(struct attempt *attempt)
{
	EXPECT_OK(remove_flow(attempt->session, (__u32)attempt->other));
}

static int call_add(struct attempt *attempt)
{
	return add_with(attempt, attempt->sock, NULL, 0);
}

TEST_TIMEOUT(add_new_flow_ipv4, 600)
{
	struct attempt attempt = new_attempt("127.0.0.1");

	each_allocation(&attempt, call_add, undo_new_flow);
}

TEST_TIMEOUT(add_new_flow_ipv6, 600)
{
	struct attempt attempt = new_attempt("::1");

	each_allocation(&attempt, call_add, undo_new_flow);
}

static int call_add_wildcard(struct attempt *attempt)
{
	return add_with(attempt, attempt->sock, "0.0.0.0", 0);
}

TEST_TIMEOUT(add_wildcard, 600)
{
	struct attempt attempt = new_attempt("127.0.0.1");

	close(attempt.sock);
	attempt.sock = udp_socket(AF_INET);
	each_allocation(&attempt, call_add_wildcard, undo_new_flow);
}

/* The hooks of a namespace are registered with its first flow. */
static int call_add_in_new_namespace(struct attempt *attempt)
{
	return add_with(attempt, attempt->sock, NULL, 0);
}

TEST_TIMEOUT(add_first_flow_of_a_namespace, 600)
{
	struct attempt attempt = new_attempt("127.0.0.1");
	int file = fail_nth_file();
	int failures = 0;
	int nth;

	for (nth = 1; nth < MOST; nth++) {
		int error;
		bool struck;

		new_network();
		close(attempt.sock);
		attempt.sock = udp_connected("127.0.0.1", UNUSED_PORT);
		arm(file, nth);
		error = call_add_in_new_namespace(&attempt);
		struck = disarm(file);
		if (error) {
			EXPECT_EQ(ENOMEM, error);
			EXPECT_EQ(0, flow_count(attempt.session));
			failures++;
			EXPECT_EQ(0, call_add_in_new_namespace(&attempt));
		}
		undo_new_flow(&attempt);
		if (!struck)
			break;
	}
	ASSERT_LT(nth, MOST);
	NOTE("%d allocations, %d of them needed", nth - 1, failures);
}

static int call_join(struct attempt *attempt)
{
	return add_with(attempt, attempt->other, NULL, 0);
}

static void undo_join(struct attempt *attempt)
{
	EXPECT_OK(remove_socket(attempt->session, attempt->flow,
				attempt->other));
}

TEST_TIMEOUT(join_flow, 600)
{
	struct attempt attempt = new_attempt("127.0.0.1");

	attempt.flow = made_flow(attempt.session, attempt.sock,
				 QWAVE_TYPE_VOICE);
	attempt.other = udp_connected("::1", UNUSED_PORT);
	each_allocation(&attempt, call_join, undo_join);
}

static uint16_t next_port = 1000;

static int call_second_destination(struct attempt *attempt)
{
	return add_with(attempt, attempt->sock, "127.0.0.1", next_port);
}

/* It cannot be removed alone, so the next round takes another port. */
static void undo_second_destination(struct attempt *attempt)
{
	(void)attempt;
	next_port++;
}

TEST_TIMEOUT(second_destination, 600)
{
	struct attempt attempt = new_attempt("127.0.0.1");

	close(attempt.sock);
	attempt.sock = udp_socket(AF_INET);
	ASSERT_EQ(0, add_with(&attempt, attempt.sock, "127.0.0.1", 9));
	attempt.flow = (__u32)attempt.other;
	each_allocation(&attempt, call_second_destination,
			undo_second_destination);
}

static int call_set(struct attempt *attempt)
{
	int error = result(set_type(attempt->session, attempt->flow,
				    QWAVE_TYPE_BACKGROUND));

	return error ?: result(set_dscp(attempt->session, attempt->flow, 33));
}

TEST_TIMEOUT(set_type_and_dscp, 600)
{
	struct attempt attempt = new_attempt("127.0.0.1");

	attempt.flow = made_flow(attempt.session, attempt.sock,
				 QWAVE_TYPE_VOICE);
	each_allocation(&attempt, call_set, NULL);
}

static int call_query(struct attempt *attempt)
{
	return result(queried_dscp(attempt->session, attempt->flow));
}

TEST_TIMEOUT(query, 600)
{
	struct attempt attempt = new_attempt("127.0.0.1");

	attempt.flow = made_flow(attempt.session, attempt.sock,
				 QWAVE_TYPE_VOICE);
	each_allocation(&attempt, call_query, NULL);
}

static int call_enumerate(struct attempt *attempt)
{
	__u32 ids[4] = { POISON };
	__u32 count;
	int error = result(enum_flows(attempt->session, ids, 4, &count));

	EXPECT_EQ(error ? POISON : 1, count);
	return error;
}

TEST_TIMEOUT(enumerate, 600)
{
	struct attempt attempt = new_attempt("127.0.0.1");

	attempt.flow = made_flow(attempt.session, attempt.sock,
				 QWAVE_TYPE_VOICE);
	each_allocation(&attempt, call_enumerate, NULL);
}

static int call_remove(struct attempt *attempt)
{
	return result(remove_flow(attempt->session, (__u32)attempt->other));
}

static void undo_remove(struct attempt *attempt)
{
	EXPECT_EQ(0, add_with(attempt, attempt->sock, NULL, 0));
}

/* Removing needs no memory, so it cannot fail. */
TEST_TIMEOUT(remove_never_fails, 600)
{
	struct attempt attempt = new_attempt("127.0.0.1");

	ASSERT_EQ(0, add_with(&attempt, attempt.sock, NULL, 0));
	each_allocation(&attempt, call_remove, undo_remove);
}

static int genl_answer(struct attempt *attempt, bool dump)
{
	int fd = attempt->genl;
	int error;

	if (dump)
		error = genl_dump(fd, attempt->family, NULL, NULL);
	else
		error = genl_get(fd, attempt->family, attempt->flow, NULL,
				 NULL);
	/* An answer that could not be queued is reported so by netlink. */
	return error == ENOBUFS ? ENOMEM : error;
}

static int call_genl_get(struct attempt *attempt)
{
	return genl_answer(attempt, false);
}

static int call_genl_dump(struct attempt *attempt)
{
	return genl_answer(attempt, true);
}

static struct attempt new_genl_attempt(void)
{
	struct attempt attempt = new_attempt("127.0.0.1");
	struct timeval limit = { .tv_sec = 5 };

	attempt.flow = made_flow(attempt.session, attempt.sock,
				 QWAVE_TYPE_VOICE);
	attempt.genl = genl_open();
	/* When even the error cannot be sent, there is no answer at all. */
	ASSERT_OK(setsockopt(attempt.genl, SOL_SOCKET, SO_RCVTIMEO, &limit,
			     sizeof(limit)));
	attempt.family = genl_family(attempt.genl);
	return attempt;
}

TEST_TIMEOUT(netlink_get, 600)
{
	struct attempt attempt = new_genl_attempt();

	each_allocation(&attempt, call_genl_get, NULL);
}

TEST_TIMEOUT(netlink_dump, 600)
{
	struct attempt attempt = new_genl_attempt();

	each_allocation(&attempt, call_genl_dump, NULL);
}

TEST_MAIN
