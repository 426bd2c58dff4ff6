// SPDX-License-Identifier: GPL-2.0-only
/* The generic netlink family: QWAVE_CMD_FLOW_GET as request and as dump. */
#include "genl.h"

#include <sys/stat.h>

#define MANY_MEMBERS	1000

/* One message, in members that are easy to compare. */
struct answer {
	int messages;
	__u32 flow;
	int type;
	bool adaptive;
	int override;
	int dscp;
	int priority;
	__u32 pid;
	__u32 uid;
	char comm[32];
	__u64 packets;
	__u64 bytes;
	__u64 marked;
	__u32 member_count;
	int members;
	struct nlattr *member;
	char storage[65536];
	size_t length;
};

static long long number(struct nlattr *attributes, size_t length, int type,
			long long otherwise)
{
	struct nlattr *attribute = genl_find(attributes, length, type);
	void *data;

	if (!attribute)
		return otherwise;
	data = genl_data(attribute);
	switch (genl_length(attribute)) {
	case 1:
		return *(__u8 *)data;
	case 2:
		return *(__u16 *)data;
	case 4:
		return *(__u32 *)data;
	case 8: {
		__u64 value;

		memcpy(&value, data, sizeof(value));
		return (long long)value;
	}
	}
	return -2;
}

static int count_members(struct nlattr *attributes, size_t length)
{
	char *at = (char *)attributes;
	int members = 0;

	while (length >= NLA_HDRLEN) {
		struct nlattr *attribute = (struct nlattr *)at;
		size_t step = NLA_ALIGN(attribute->nla_len);

		members += (attribute->nla_type & NLA_TYPE_MASK) ==
			   QWAVE_ATTR_MEMBER;
		if (step >= length)
			break;
		at += step;
		length -= step;
	}
	return members;
}

static void take(struct nlattr *attributes, size_t length, void *data)
{
	struct answer *answer = data;
	struct nlattr *comm;

	ASSERT_LE(length, sizeof(answer->storage));
	memcpy(answer->storage, attributes, length);
	answer->length = length;
	attributes = (struct nlattr *)answer->storage;
	answer->messages++;
	answer->flow = (__u32)number(attributes, length, QWAVE_ATTR_FLOW_ID, 0);
	answer->type = (int)number(attributes, length, QWAVE_ATTR_TRAFFIC_TYPE,
				   -1);
	answer->adaptive = genl_find(attributes, length, QWAVE_ATTR_ADAPTIVE);
	answer->override = (int)number(attributes, length,
				       QWAVE_ATTR_DSCP_OVERRIDE, -1);
	answer->dscp = (int)number(attributes, length, QWAVE_ATTR_DSCP, -1);
	answer->priority = (int)number(attributes, length, QWAVE_ATTR_PRIORITY,
				       -1);
	answer->pid = (__u32)number(attributes, length, QWAVE_ATTR_PID, -1);
	answer->uid = (__u32)number(attributes, length, QWAVE_ATTR_UID, -1);
	answer->packets = (__u64)number(attributes, length, QWAVE_ATTR_PACKETS,
					-1);
	answer->bytes = (__u64)number(attributes, length, QWAVE_ATTR_BYTES, -1);
	answer->marked = (__u64)number(attributes, length, QWAVE_ATTR_MARKED,
				       -1);
	answer->member_count = (__u32)number(attributes, length,
					     QWAVE_ATTR_MEMBER_COUNT, -1);
	answer->members += count_members(attributes, length);
	answer->member = genl_find(attributes, length, QWAVE_ATTR_MEMBER);
	comm = genl_find(attributes, length, QWAVE_ATTR_COMM);
	if (comm)
		snprintf(answer->comm, sizeof(answer->comm), "%s",
			 (char *)genl_data(comm));
}

static struct nlattr *member_find(struct answer *answer, int type)
{
	if (!answer->member)
		return NULL;
	return genl_find(genl_data(answer->member),
			 genl_length(answer->member), type);
}

static long long member_number(struct answer *answer, int type)
{
	if (!answer->member)
		return -3;
	return number(genl_data(answer->member), genl_length(answer->member),
		      type, -1);
}

static struct answer answer;

static int get(__u32 flow)
{
	int fd = genl_open();
	int error;

	memset(&answer, 0, sizeof(answer));
	error = genl_get(fd, genl_family(fd), flow, take, &answer);
	close(fd);
	return error;
}

TEST(flow_get)
{
	char data[100] = { 0 };
	int sock = udp_connected("127.0.0.1", UNUSED_PORT);
	__u32 flow = made_flow(open_session(), sock, QWAVE_TYPE_VOICE);
	struct stat status;
	int i;

	ASSERT_OK(prctl(PR_SET_NAME, "after"));
	for (i = 0; i < 3; i++) {
		/* Nobody listens, so every other call reports the refusal. */
		send(sock, data, sizeof(data), 0);
		send(sock, data, sizeof(data), 0);
	}
	ASSERT_OK(fstat(sock, &status));
	ASSERT_EQ(0, get(flow));
	EXPECT_EQ(1, answer.messages);
	EXPECT_EQ(flow, answer.flow);
	EXPECT_EQ(QWAVE_TYPE_VOICE, answer.type);
	EXPECT_FALSE(answer.adaptive);
	EXPECT_EQ(-1, answer.override);
	EXPECT_EQ(56, answer.dscp);
	EXPECT_EQ(6, answer.priority);
	EXPECT_EQ(getpid(), answer.pid);
	EXPECT_EQ(0, answer.uid);
	EXPECT_EQ(0, strcmp("genl", answer.comm));
	EXPECT_LE(3, answer.packets);
	EXPECT_LE(answer.packets, 6);
	EXPECT_EQ(answer.packets * 128, answer.bytes);
	EXPECT_EQ(answer.packets, answer.marked);
	EXPECT_EQ(1, answer.member_count);
	EXPECT_EQ(1, answer.members);
	EXPECT_EQ(IPPROTO_UDP, member_number(&answer,
					     QWAVE_MEMBER_ATTR_PROTOCOL));
	EXPECT_EQ(AF_INET, member_number(&answer, QWAVE_MEMBER_ATTR_FAMILY));
	EXPECT_EQ(htonl(INADDR_LOOPBACK),
		  member_number(&answer, QWAVE_MEMBER_ATTR_DEST));
	EXPECT_EQ(htons(UNUSED_PORT),
		  member_number(&answer, QWAVE_MEMBER_ATTR_DEST_PORT));
	EXPECT_EQ(-1, member_number(&answer, QWAVE_MEMBER_ATTR_SCOPE_ID));
	EXPECT_EQ(htons(local_port(sock)),
		  member_number(&answer, QWAVE_MEMBER_ATTR_LOCAL_PORT));
	EXPECT_EQ(status.st_ino, member_number(&answer,
					       QWAVE_MEMBER_ATTR_INODE));
}

TEST(flow_get_ipv6)
{
	int sock = udp_connected("::1", UNUSED_PORT);
	__u32 flow = made_flow(open_session(), sock, QWAVE_TYPE_BACKGROUND);
	struct nlattr *dest;

	ASSERT_EQ(0, get(flow));
	EXPECT_EQ(8, answer.dscp);
	EXPECT_EQ(AF_INET6, member_number(&answer, QWAVE_MEMBER_ATTR_FAMILY));
	dest = member_find(&answer, QWAVE_MEMBER_ATTR_DEST);
	ASSERT_TRUE(dest);
	ASSERT_EQ(16, genl_length(dest));
	EXPECT_EQ(0, memcmp(genl_data(dest), &in6addr_loopback, 16));
}

TEST(flow_get_mapped_is_ipv4)
{
	int sock = udp_connected("::ffff:127.0.0.1", UNUSED_PORT);
	__u32 flow = made_flow(open_session(), sock, QWAVE_TYPE_VOICE);

	ASSERT_EQ(0, get(flow));
	EXPECT_EQ(AF_INET, member_number(&answer, QWAVE_MEMBER_ATTR_FAMILY));
	EXPECT_EQ(htonl(INADDR_LOOPBACK),
		  member_number(&answer, QWAVE_MEMBER_ATTR_DEST));
}

TEST(flow_get_wildcard)
{
	int session = open_session();
	struct qwave_add_socket add = add_request(udp_socket(AF_INET));

	add.dest = dest_of("0.0.0.0", 0);
	ASSERT_OK(add_socket(session, &add));
	ASSERT_EQ(0, get(add.out_flow_id));
	EXPECT_EQ(-1, member_number(&answer, QWAVE_MEMBER_ATTR_DEST));
	EXPECT_EQ(-1, member_number(&answer, QWAVE_MEMBER_ATTR_DEST_PORT));
	EXPECT_EQ(0, member_number(&answer, QWAVE_MEMBER_ATTR_LOCAL_PORT));
}

TEST(flow_get_adaptive)
{
	int sock = udp_connected("127.0.0.1", UNUSED_PORT);
	__u32 flow = made_adaptive(open_session(), sock);

	ASSERT_EQ(0, get(flow));
	EXPECT_TRUE(answer.adaptive);
	EXPECT_EQ(-1, answer.dscp);
	EXPECT_EQ(-1, answer.priority);
}

TEST(flow_get_override)
{
	int sock = udp_connected("127.0.0.1", UNUSED_PORT);
	int session = open_session();
	__u32 flow = made_flow(session, sock, QWAVE_TYPE_VOICE);

	ASSERT_OK(set_dscp(session, flow, 33));
	ASSERT_EQ(0, get(flow));
	EXPECT_EQ(33, answer.override);
	EXPECT_EQ(33, answer.dscp);
	EXPECT_EQ(QWAVE_TYPE_VOICE, answer.type);
}

TEST(flow_get_best_effort)
{
	int sock = udp_connected("127.0.0.1", UNUSED_PORT);
	__u32 flow = made_flow(open_session(), sock, QWAVE_TYPE_BEST_EFFORT);

	ASSERT_EQ(0, get(flow));
	EXPECT_EQ(-1, answer.dscp);
	EXPECT_EQ(-1, answer.priority);
}

TEST(flow_get_unknown)
{
	open_session();
	EXPECT_EQ(ENOENT, get(NEVER_ISSUED));
	EXPECT_EQ(ENOENT, get(0));
	EXPECT_EQ(0, answer.messages);
}

TEST(flow_get_without_id)
{
	int fd = genl_open();
	struct genl_request request = genl_request(genl_family(fd),
						   QWAVE_CMD_FLOW_GET, 0);

	EXPECT_EQ(EINVAL, genl_call(fd, &request, NULL, NULL));
}

TEST(unknown_command)
{
	int fd = genl_open();
	struct genl_request request = genl_request(genl_family(fd), 99, 0);

	EXPECT_EQ(EOPNOTSUPP, genl_call(fd, &request, NULL, NULL));
}

static int dump(void)
{
	int fd = genl_open();
	int error;

	memset(&answer, 0, sizeof(answer));
	error = genl_dump(fd, genl_family(fd), take, &answer);
	close(fd);
	return error;
}

TEST(dump_nothing)
{
	EXPECT_EQ(0, dump());
	EXPECT_EQ(0, answer.messages);
}

TEST(dump_lists_every_flow)
{
	int first = open_session();
	int second = open_session();
	int i;

	for (i = 0; i < 20; i++) {
		made_flow(first, udp_connected("127.0.0.1", 9),
			  QWAVE_TYPE_VOICE);
		made_flow(second, udp_connected("::1", 9), QWAVE_TYPE_VOICE);
	}
	EXPECT_EQ(0, dump());
	EXPECT_EQ(40, answer.messages);
	EXPECT_EQ(40, answer.members);
}

TEST(dump_of_many_members)
{
	int session = open_session();
	__u32 flow = made_flow(session, udp_connected("127.0.0.1", 9),
			       QWAVE_TYPE_VOICE);
	int i;

	for (i = 1; i < MANY_MEMBERS; i++) {
		struct qwave_add_socket add =
			add_request(udp_connected("127.0.0.1", 9));

		add.flow_id = flow;
		ASSERT_OK(add_socket(session, &add));
	}
	ASSERT_EQ(0, dump());
	EXPECT_LT(1, answer.messages);
	EXPECT_EQ(MANY_MEMBERS, answer.members);
	EXPECT_EQ(flow, answer.flow);
	EXPECT_EQ(MANY_MEMBERS, answer.member_count);

	ASSERT_EQ(0, get(flow));
	EXPECT_EQ(1, answer.messages);
	EXPECT_LT(0, answer.members);
	EXPECT_EQ(MANY_MEMBERS, answer.member_count);
}

static int look_as_nobody(void *data)
{
	__u32 *flow = data;
	__u32 own;

	become_nobody();
	own = made_flow(open_session(), udp_connected("127.0.0.1", 9),
			QWAVE_TYPE_BACKGROUND);
	EXPECT_EQ(ENOENT, get(*flow));
	EXPECT_EQ(0, get(own));
	EXPECT_EQ(NOBODY, answer.uid);
	EXPECT_EQ(0, dump());
	EXPECT_EQ(1, answer.messages);
	EXPECT_EQ(own, answer.flow);
	return 0;
}

TEST(unprivileged_sees_its_own)
{
	int sock = udp_connected("127.0.0.1", UNUSED_PORT);
	__u32 flow = made_flow(open_session(), sock, QWAVE_TYPE_VOICE);

	EXPECT_EQ(0, test_in_child(look_as_nobody, &flow));
}

static int look_from_elsewhere(void *data)
{
	__u32 *flow = data;

	new_network();
	EXPECT_EQ(ENOENT, get(*flow));
	EXPECT_EQ(0, dump());
	EXPECT_EQ(0, answer.messages);
	return 0;
}

TEST(namespace_shows_its_own)
{
	int sock = udp_connected("127.0.0.1", UNUSED_PORT);
	__u32 flow = made_flow(open_session(), sock, QWAVE_TYPE_VOICE);

	EXPECT_EQ(0, test_in_child(look_from_elsewhere, &flow));
}

TEST(closed_socket_leaves_the_dump)
{
	int sock = udp_connected("127.0.0.1", UNUSED_PORT);
	__u32 flow = made_flow(open_session(), sock, QWAVE_TYPE_VOICE);

	close(sock);
	EVENTUALLY(get(flow) == ENOENT);
	EXPECT_EQ(0, dump());
	EXPECT_EQ(0, answer.messages);
}

TEST_MAIN
