/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Just enough generic netlink to ask the family "qwave", without a library, so
 * that static 32-bit programs can.
 */
#ifndef QWAVE_TESTS_UAPI_GENL_H
#define QWAVE_TESTS_UAPI_GENL_H

#include "session.h"

#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <linux/qwave.h>
#include <linux/qwave_netlink.h>

struct genl_request {
	struct nlmsghdr header;
	struct genlmsghdr command;
	unsigned char attributes[64];
};

/* Calls back for each message; ends with 0 or the errno the kernel answered. */
typedef void (*genl_each)(struct nlattr *attributes, size_t length,
			  void *data);

static struct nlattr * __attribute__((unused))
genl_find(struct nlattr *attributes, size_t length, int type)
{
	char *at = (char *)attributes;

	while (length >= NLA_HDRLEN) {
		struct nlattr *attribute = (struct nlattr *)at;
		size_t step = NLA_ALIGN(attribute->nla_len);

		if (attribute->nla_len < NLA_HDRLEN ||
		    attribute->nla_len > length)
			break;
		if ((attribute->nla_type & NLA_TYPE_MASK) == type)
			return attribute;
		if (step >= length)
			break;
		at += step;
		length -= step;
	}
	return NULL;
}

static void * __attribute__((unused)) genl_data(struct nlattr *attribute)
{
	return (char *)attribute + NLA_HDRLEN;
}

static size_t __attribute__((unused)) genl_length(struct nlattr *attribute)
{
	return attribute->nla_len - NLA_HDRLEN;
}

static void __attribute__((unused))
genl_put(struct genl_request *request, int type, const void *data, size_t size)
{
	struct nlattr *attribute = (struct nlattr *)
		((char *)request + NLMSG_ALIGN(request->header.nlmsg_len));

	attribute->nla_type = (__u16)type;
	attribute->nla_len = (__u16)(NLA_HDRLEN + size);
	memcpy((char *)attribute + NLA_HDRLEN, data, size);
	request->header.nlmsg_len =
		NLMSG_ALIGN(request->header.nlmsg_len) +
		NLA_ALIGN(attribute->nla_len);
}

static struct genl_request __attribute__((unused))
genl_request(int family, int command, int flags)
{
	struct genl_request request = {
		.header.nlmsg_len = NLMSG_LENGTH(GENL_HDRLEN),
		.header.nlmsg_type = (__u16)family,
		.header.nlmsg_flags = (__u16)(NLM_F_REQUEST | flags),
		.header.nlmsg_seq = 1,
		.command.cmd = (__u8)command,
		.command.version = QWAVE_GENL_VERSION,
	};

	return request;
}

static int __attribute__((unused))
genl_call(int fd, struct genl_request *request, genl_each each, void *data)
{
	static char buffer[65536] __attribute__((aligned(NLMSG_ALIGNTO)));
	bool multi = request->header.nlmsg_flags & NLM_F_DUMP;

	request->header.nlmsg_flags |= NLM_F_ACK;
	if (send(fd, request, request->header.nlmsg_len, 0) < 0)
		return errno;
	for (;;) {
		struct nlmsghdr *message = (struct nlmsghdr *)buffer;
		ssize_t got = recv(fd, buffer, sizeof(buffer), 0);

		if (got < 0)
			return errno;
		for (; NLMSG_OK(message, (size_t)got);
		     message = NLMSG_NEXT(message, got)) {
			char *body = (char *)message + NLMSG_HDRLEN;

			if (message->nlmsg_type == NLMSG_ERROR)
				return -((struct nlmsgerr *)body)->error;
			if (message->nlmsg_type == NLMSG_DONE && multi)
				return -*(int *)body;
			if (!each)
				continue;
			each((struct nlattr *)(body + GENL_HDRLEN),
			     message->nlmsg_len - NLMSG_HDRLEN - GENL_HDRLEN,
			     data);
		}
	}
}

static void genl_take_family(struct nlattr *attributes, size_t length,
			     void *data)
{
	struct nlattr *id = genl_find(attributes, length, CTRL_ATTR_FAMILY_ID);

	if (id)
		*(int *)data = *(__u16 *)genl_data(id);
}

static int __attribute__((unused)) genl_open(void)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);

	ASSERT_LE(0, fd);
	return fd;
}

static int __attribute__((unused)) genl_family(int fd)
{
	struct genl_request request = genl_request(GENL_ID_CTRL,
						   CTRL_CMD_GETFAMILY, 0);
	int family = 0;

	genl_put(&request, CTRL_ATTR_FAMILY_NAME, QWAVE_GENL_NAME,
		 sizeof(QWAVE_GENL_NAME));
	ASSERT_EQ(0, genl_call(fd, &request, genl_take_family, &family));
	ASSERT_NE(0, family);
	return family;
}

/* QWAVE_CMD_FLOW_GET of one flow; 0 or an errno. */
static int __attribute__((unused))
genl_get(int fd, int family, __u32 flow, genl_each each, void *data)
{
	struct genl_request request = genl_request(family, QWAVE_CMD_FLOW_GET,
						   0);

	genl_put(&request, QWAVE_ATTR_FLOW_ID, &flow, sizeof(flow));
	return genl_call(fd, &request, each, data);
}

static int __attribute__((unused))
genl_dump(int fd, int family, genl_each each, void *data)
{
	struct genl_request request = genl_request(family, QWAVE_CMD_FLOW_GET,
						   NLM_F_DUMP);

	return genl_call(fd, &request, each, data);
}

#endif /* QWAVE_TESTS_UAPI_GENL_H */
