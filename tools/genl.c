// SPDX-License-Identifier: GPL-2.0-only
/* What the kernel tells about flows, over the generic netlink family. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <linux/qwave_netlink.h>

#include "qosctl.h"

/* The kernel fills a dump's messages up to what the reader offers. */
#define BUFFER_SIZE 65536

/* A dump that others changed in the middle is inconsistent: ask again. */
#define DUMP_TRIES 8

struct request {
	struct mnl_socket *socket;
	char *buffer;
	uint16_t family;
	unsigned int seq;
	struct flow_list *list;
	int error;
};

static int on_family_attr(const struct nlattr *attr, void *data)
{
	uint16_t *family = data;

	if (mnl_attr_get_type(attr) == CTRL_ATTR_FAMILY_ID &&
	    mnl_attr_validate(attr, MNL_TYPE_U16) >= 0)
		*family = mnl_attr_get_u16(attr);
	return MNL_CB_OK;
}

static int on_family(const struct nlmsghdr *message, void *data)
{
	struct request *request = data;

	mnl_attr_parse(message, sizeof(struct genlmsghdr), on_family_attr,
		       &request->family);
	return MNL_CB_OK;
}

static void read_member_attr(struct member *member, const struct nlattr *attr)
{
	size_t length = mnl_attr_get_payload_len(attr);

	switch (mnl_attr_get_type(attr)) {
	case QWAVE_MEMBER_ATTR_PROTOCOL:
		member->protocol = mnl_attr_get_u8(attr);
		break;
	case QWAVE_MEMBER_ATTR_FAMILY:
		member->family = mnl_attr_get_u16(attr);
		break;
	case QWAVE_MEMBER_ATTR_DEST:
		if (length > sizeof(member->dest.addr))
			break;
		memcpy(member->dest.addr, mnl_attr_get_payload(attr), length);
		member->dest.family = length == 4 ? AF_INET : AF_INET6;
		member->any_dest = false;
		break;
	case QWAVE_MEMBER_ATTR_DEST_PORT:
		member->dest.port = mnl_attr_get_u16(attr);
		break;
	case QWAVE_MEMBER_ATTR_SCOPE_ID:
		member->dest.scope_id = mnl_attr_get_u32(attr);
		break;
	case QWAVE_MEMBER_ATTR_LOCAL_PORT:
		member->local_port = ntohs(mnl_attr_get_u16(attr));
		break;
	case QWAVE_MEMBER_ATTR_INODE:
		member->inode = mnl_attr_get_u64(attr);
		break;
	}
}

static int read_member(struct flow *flow, const struct nlattr *nest)
{
	struct member *members, *member;
	const struct nlattr *attr;

	members = realloc(flow->members,
			  (flow->members_known + 1) * sizeof(*members));
	if (!members)
		return -ENOMEM;
	flow->members = members;
	member = &members[flow->members_known++];
	memset(member, 0, sizeof(*member));
	member->any_dest = true;
	mnl_attr_for_each_nested(attr, nest)
		read_member_attr(member, attr);
	return 0;
}

static void read_flow_attr(struct flow *flow, const struct nlattr *attr)
{
	switch (mnl_attr_get_type(attr)) {
	case QWAVE_ATTR_TRAFFIC_TYPE:
		flow->type = mnl_attr_get_u8(attr);
		break;
	case QWAVE_ATTR_ADAPTIVE:
		flow->adaptive = true;
		break;
	case QWAVE_ATTR_DSCP_OVERRIDE:
		flow->dscp_override = mnl_attr_get_u8(attr);
		break;
	case QWAVE_ATTR_DSCP:
		flow->dscp = mnl_attr_get_u8(attr);
		break;
	case QWAVE_ATTR_PRIORITY:
		flow->priority = mnl_attr_get_u32(attr);
		break;
	case QWAVE_ATTR_PID:
		flow->pid = mnl_attr_get_u32(attr);
		break;
	case QWAVE_ATTR_COMM:
		strncpy(flow->comm, mnl_attr_get_str(attr),
			sizeof(flow->comm) - 1);
		make_printable(flow->comm);
		break;
	case QWAVE_ATTR_UID:
		flow->uid = mnl_attr_get_u32(attr);
		break;
	case QWAVE_ATTR_PACKETS:
		flow->packets = mnl_attr_get_u64(attr);
		break;
	case QWAVE_ATTR_BYTES:
		flow->bytes = mnl_attr_get_u64(attr);
		break;
	case QWAVE_ATTR_MARKED:
		flow->marked = mnl_attr_get_u64(attr);
		break;
	case QWAVE_ATTR_MEMBER_COUNT:
		flow->member_count = mnl_attr_get_u32(attr);
		break;
	}
}

/* A flow with many members comes in several messages, one after another. */
static struct flow *find_or_add(struct flow_list *list, uint32_t id)
{
	struct flow *flows, *flow;

	if (list->count && list->flows[list->count - 1].id == id)
		return &list->flows[list->count - 1];
	flows = realloc(list->flows, (list->count + 1) * sizeof(*flows));
	if (!flows)
		return NULL;
	list->flows = flows;
	flow = &flows[list->count++];
	memset(flow, 0, sizeof(*flow));
	flow->id = id;
	flow->dscp_override = -1;
	flow->dscp = -1;
	flow->priority = -1;
	return flow;
}

static int on_flow(const struct nlmsghdr *message, void *data)
{
	struct request *request = data;
	const struct nlattr *attr;
	struct flow *flow;
	uint32_t id = 0;

	mnl_attr_for_each(attr, message, sizeof(struct genlmsghdr))
		if (mnl_attr_get_type(attr) == QWAVE_ATTR_FLOW_ID)
			id = mnl_attr_get_u32(attr);
	flow = find_or_add(request->list, id);
	if (!flow)
		goto err_memory;
	mnl_attr_for_each(attr, message, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(attr) != QWAVE_ATTR_MEMBER)
			read_flow_attr(flow, attr);
		else if (read_member(flow, attr))
			goto err_memory;
	}
	return MNL_CB_OK;

err_memory:
	request->error = -ENOMEM;
	return MNL_CB_STOP;
}

static struct nlmsghdr *start(struct request *request, uint16_t family,
			      uint16_t flags, uint8_t command, uint8_t version)
{
	struct nlmsghdr *message = mnl_nlmsg_put_header(request->buffer);
	struct genlmsghdr *header;

	message->nlmsg_type = family;
	message->nlmsg_flags = NLM_F_REQUEST | flags;
	message->nlmsg_seq = ++request->seq;
	header = mnl_nlmsg_put_extra_header(message, sizeof(*header));
	header->cmd = command;
	header->version = version;
	return message;
}

static int converse(struct request *request, struct nlmsghdr *message,
		    mnl_cb_t callback)
{
	unsigned int portid = mnl_socket_get_portid(request->socket);
	ssize_t length;
	int ret;

	request->error = 0;
	if (mnl_socket_sendto(request->socket, message,
			      message->nlmsg_len) < 0)
		return -errno;
	do {
		length = mnl_socket_recvfrom(request->socket, request->buffer,
					     BUFFER_SIZE);
		if (length < 0)
			return -errno;
		ret = mnl_cb_run(request->buffer, length, request->seq, portid,
				 callback, request);
		if (ret < 0)
			return -errno;
	} while (ret > MNL_CB_STOP);
	return request->error;
}

static void request_close(struct request *request)
{
	if (request->socket)
		mnl_socket_close(request->socket);
	free(request->buffer);
}

/* -ENODEV when there is no such family: the module is not loaded. */
static int request_open(struct request *request, struct flow_list *list)
{
	struct nlmsghdr *message;
	int err;

	*request = (struct request){ .list = list };
	request->buffer = malloc(BUFFER_SIZE);
	request->socket = mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC);
	if (!request->buffer || !request->socket ||
	    mnl_socket_bind(request->socket, 0, MNL_SOCKET_AUTOPID) < 0) {
		err = errno ? -errno : -ENOMEM;
		goto err_close;
	}
	message = start(request, GENL_ID_CTRL, NLM_F_ACK, CTRL_CMD_GETFAMILY,
			1);
	mnl_attr_put_strz(message, CTRL_ATTR_FAMILY_NAME, QWAVE_GENL_NAME);
	err = converse(request, message, on_family);
	if (err == -ENOENT || (!err && !request->family))
		err = -ENODEV;
	if (err)
		goto err_close;
	return 0;

err_close:
	request_close(request);
	return err;
}

static int by_id(const void *a, const void *b)
{
	const struct flow *left = a, *right = b;

	return (left->id > right->id) - (left->id < right->id);
}

static int dump(struct request *request)
{
	int tries = 0;
	int err;

	do {
		flow_list_free(request->list);
		err = converse(request, start(request, request->family,
					      NLM_F_DUMP, QWAVE_CMD_FLOW_GET,
					      QWAVE_GENL_VERSION), on_flow);
	} while (err == -EINTR && ++tries < DUMP_TRIES);
	return err;
}

/* All flows that the caller may see, in the order of their numbers. */
int flow_list_get(struct flow_list *list)
{
	struct request request;
	int err;

	*list = (struct flow_list){ 0 };
	err = request_open(&request, list);
	if (err)
		return err;
	err = dump(&request);
	request_close(&request);
	if (err)
		flow_list_free(list);
	else if (list->count)
		qsort(list->flows, list->count, sizeof(*list->flows), by_id);
	return err;
}

/* One flow as the only one of @list; -ENOENT when there is none to be seen. */
int flow_list_get_one(struct flow_list *list, uint32_t id)
{
	struct request request;
	struct nlmsghdr *message;
	size_t i;
	int err;

	*list = (struct flow_list){ 0 };
	err = request_open(&request, list);
	if (err)
		return err;
	message = start(&request, request.family, NLM_F_ACK,
			QWAVE_CMD_FLOW_GET, QWAVE_GENL_VERSION);
	mnl_attr_put_u32(message, QWAVE_ATTR_FLOW_ID, id);
	err = converse(&request, message, on_flow);
	/* One message is not enough for many members; a dump is. */
	if (!err && list->count &&
	    list->flows[0].members_known < list->flows[0].member_count)
		err = dump(&request);
	request_close(&request);
	if (err) {
		flow_list_free(list);
		return err;
	}
	for (i = 0; i < list->count; i++) {
		struct flow found = list->flows[i];

		if (found.id != id)
			continue;
		list->flows[i] = list->flows[0];
		list->flows[0] = found;
		return 0;
	}
	flow_list_free(list);
	return -ENOENT;
}

void flow_list_free(struct flow_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->flows[i].members);
	free(list->flows);
	*list = (struct flow_list){ 0 };
}

const char *flow_error(int error)
{
	switch (error) {
	case -ENODEV:
		return "the kernel module qwave is not loaded; try 'qosctl load'";
	case -EPERM:
	case -EACCES:
		return "the kernel forbids it to this user";
	default:
		return strerror(-error);
	}
}
