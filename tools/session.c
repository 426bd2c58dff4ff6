// SPDX-License-Identifier: GPL-2.0-only
/* One session, whose sockets share one flow. Results are -errno. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <netinet/in.h>

#include "qosctl.h"

int session_open(struct session *session)
{
	session->flow_id = 0;
	session->device = device_open();
	return session->device < 0 ? session->device : 0;
}

static int join(struct session *session, struct qwave_add_socket *add)
{
	int err;

	add->flow_id = session->flow_id;
	err = device_add(session->device, add);
	if (err != -EINVAL || !session->flow_id ||
	    device_has_flow(session->device, session->flow_id) != -ENOENT)
		return err;
	/* The flow ended with its last socket: begin another. */
	session->flow_id = 0;
	add->flow_id = 0;
	return device_add(session->device, add);
}

/* The first socket makes the flow, the others join it. */
int session_add(struct session *session, int socket_fd,
		const struct qwave_addr *dest)
{
	struct qwave_add_socket add = {
		.flags = QWAVE_ADD_NON_ADAPTIVE,
		.socket_fd = socket_fd,
		.traffic_type = session->type,
		.dest = *dest,
	};
	bool made;
	int err;

	err = join(session, &add);
	if (err)
		return err;
	made = !add.flow_id;
	if (made && session->dscp >= 0) {
		err = device_set_dscp(session->device, add.out_flow_id,
				      session->dscp);
		if (err) {
			device_remove(session->device, add.out_flow_id,
				      QWAVE_NO_SOCKET);
			return err;
		}
	}
	session->flow_id = add.out_flow_id;
	return 0;
}

/*
 * Makes the flow once with a socket of our own and ends it again, so that a
 * missing privilege or a limit is told before a command runs.
 */
int session_rehearse(struct session *session)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct qwave_addr any;
	int err;

	if (fd < 0)
		return -errno;
	address_any(&any, AF_INET);
	err = session_add(session, fd, &any);
	if (!err)
		err = device_remove(session->device, session->flow_id,
				    QWAVE_NO_SOCKET);
	session->flow_id = 0;
	close(fd);
	return err;
}

const char *session_error(int error)
{
	switch (error) {
	case -EINVAL:
		return "refused: a wrong destination, or another network namespace";
	case -EOPNOTSUPP:
		return "this kind of socket cannot be marked";
	case -EEXIST:
		return "it belongs to another flow already";
	case -EPERM:
		return "--dscp needs CAP_NET_ADMIN or net.qwave.dscp_group_range";
	case -ENOSPC:
		return "net.qwave.max_flows_session or max_members_net is reached";
	case -EUSERS:
		return "net.qwave.max_members_user is reached";
	case -ENOTCONN:
		return "it is not connected";
	default:
		return strerror(-error);
	}
}
