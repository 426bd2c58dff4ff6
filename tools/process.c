// SPDX-License-Identifier: GPL-2.0-only
/* qosctl mark --pid: a running process's sockets */
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <json-c/json.h>
#include <netinet/in.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>

#include "qosctl.h"

/* What became of one socket. */
struct outcome {
	int fd;
	int protocol;
	struct qwave_addr dest;
	const char *reason;	/* NULL: added */
};

static void report(struct marker *marker, const struct outcome *outcome)
{
	bool has_dest = outcome->dest.family != AF_UNSPEC;
	char text[ADDRESS_TEXT] = "any destination";
	struct json_object *object;

	if (has_dest && !address_is_any(&outcome->dest))
		address_text(&outcome->dest, text);
	if (outcome->reason)
		marker->refused++;
	else
		marker->added++;
	if (!marker->sockets) {
		printf("fd %d: %s%s%s: %s%s", outcome->fd,
		       protocol_name(outcome->protocol),
		       has_dest ? " to " : "", has_dest ? text : "",
		       outcome->reason ? "not added: " : "added to flow ",
		       outcome->reason ? outcome->reason : "");
		if (!outcome->reason)
			printf("%" PRIu32, marker->session.flow_id);
		putchar('\n');
		return;
	}
	object = json_object_new_object();
	add_json_number(object, "fd", outcome->fd);
	add_json_string(object, "protocol", protocol_name(outcome->protocol));
	add_json_string(object, "destination", has_dest ? text : NULL);
	add_json_bool(object, "added", !outcome->reason);
	json_object_object_add(object, "flow", outcome->reason ? NULL :
			       json_object_new_int64(marker->session.flow_id));
	add_json_string(object, "reason", outcome->reason);
	json_object_array_add(marker->sockets, object);
}

/* Fills @peer; false when @fd is not connected. */
static bool get_peer(int fd, struct qwave_addr *peer)
{
	struct sockaddr_storage address;
	socklen_t length = sizeof(address);

	return !getpeername(fd, (struct sockaddr *)&address, &length) &&
		!address_from_sockaddr(peer, (struct sockaddr *)&address,
				       length);
}

static bool is_listening(int fd)
{
	socklen_t length = sizeof(int);
	int listening = 0;

	return !getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening,
			   &length) && listening;
}

/* Which destination to ask for; a reason when there is none. */
static const char *choose(int fd, const struct socket_kind *kind,
			  const struct pick *pick, struct qwave_addr *shown,
			  struct qwave_addr *asked)
{
	memset(asked, 0, sizeof(*asked));
	memset(shown, 0, sizeof(*shown));
	if (kind->type == SOCK_STREAM && is_listening(fd))
		return "it listens; pick the process again when it has accepted connections";
	if (get_peer(fd, shown)) {
		if (pick->dest && memcmp(pick->dest, shown, sizeof(*shown)))
			return "its peer is not the one of --dest";
		return NULL;	/* its peer, as the kernel knows it */
	}
	if (pick->dest)
		*asked = *pick->dest;
	else if (kind->type == SOCK_DGRAM)
		address_any(asked, kind->family);
	else
		return "it is not connected";
	*shown = *asked;
	return NULL;
}

static void add(struct marker *marker, const struct pick *pick, int pidfd,
		int number)
{
	struct outcome outcome = { .fd = number };
	struct socket_kind kind;
	struct qwave_addr asked;
	int fd, err;

	fd = target_take(pidfd, number);
	if (fd < 0) {
		outcome.reason = target_refusal(pick->pid, fd);
		report(marker, &outcome);
		return;
	}
	if (socket_kind_get(&kind, fd)) {
		outcome.protocol = kind.protocol;
		outcome.reason = choose(fd, &kind, pick, &outcome.dest,
					&asked);
		if (!outcome.reason) {
			err = session_add(&marker->session, fd, &asked);
			outcome.reason = err ? session_error(err) : NULL;
		}
		report(marker, &outcome);
	} else if (pick->fd >= 0) {
		outcome.reason = "it is no socket of the Internet protocols";
		report(marker, &outcome);
	}
	close(fd);
}

/* Every socket among the descriptors; what is none is passed over. */
static int add_all(struct marker *marker, const struct pick *pick, int pidfd)
{
	struct dirent *entry;
	char path[64], link[8];
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/fd", pick->pid);
	dir = opendir(path);
	if (!dir)
		return fail("cannot list the descriptors of process %d: %s",
			    pick->pid, target_refusal(pick->pid, -errno));
	while ((entry = readdir(dir))) {
		if (entry->d_name[0] == '.' ||
		    readlinkat(dirfd(dir), entry->d_name, link,
			       sizeof(link)) != sizeof(link) ||
		    memcmp(link, "socket:[", sizeof(link)))
			continue;
		add(marker, pick, pidfd, atoi(entry->d_name));
	}
	closedir(dir);
	return STATUS_OK;
}

static int print_outcomes(struct marker *marker, const struct pick *pick)
{
	struct json_object *object = json_object_new_object();

	add_json_number(object, "pid", pick->pid);
	add_json_string(object, "type", type_name(marker->session.type));
	json_object_object_add(object, "dscp_asked", marker->session.dscp < 0 ?
			       NULL :
			       json_object_new_int(marker->session.dscp));
	add_json_string(object, "dscp_asked_name",
			dscp_name(marker->session.dscp));
	json_object_object_add(object, "flow", marker->added ?
			       json_object_new_int64(marker->session.flow_id) :
			       NULL);
	add_json_number(object, "added", marker->added);
	add_json_number(object, "refused", marker->refused);
	json_object_object_add(object, "sockets", marker->sockets);
	marker->sockets = NULL;
	return print_json(object);
}

/* From here on SIGINT and SIGTERM are read, so that none comes too early. */
static int block_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC);
}

/* The flow lives as long as our session: stay for the process or a signal. */
static int stay(int pidfd, int signals)
{
	struct pollfd polled[] = {
		{ .fd = pidfd, .events = POLLIN },
		{ .fd = signals, .events = POLLIN },
	};

	while (poll(polled, 2, -1) < 0)
		if (errno != EINTR)
			return fail("poll: %s", strerror(errno));
	return STATUS_OK;
}

int mark_process(struct marker *marker, const struct pick *pick, bool json)
{
	int pidfd, signals, err;

	pidfd = syscall(SYS_pidfd_open, pick->pid, 0);
	if (pidfd < 0)
		return fail("cannot open process %d: %s", pick->pid,
			    errno == EINVAL || errno == ENOENT ?
			    "it is a thread, not a process" :
			    errno == ESRCH ? "there is none" :
			    strerror(errno));
	signals = block_signals();
	if (signals < 0)
		return fail("signalfd: %s", strerror(errno));
	if (json)
		marker->sockets = json_object_new_array();
	if (pick->fd >= 0) {
		add(marker, pick, pidfd, pick->fd);
		err = STATUS_OK;
	} else {
		err = add_all(marker, pick, pidfd);
	}
	if (!err)
		err = json ? print_outcomes(marker, pick) : print_help("");
	if (!err && !marker->added)
		err = fail("no socket of process %d could be added", pick->pid);
	if (!err)
		err = stay(pidfd, signals);
	close(signals);
	close(pidfd);
	return err;
}
