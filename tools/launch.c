// SPDX-License-Identifier: GPL-2.0-only
/* Starts a command under the filter and brings its listener over. */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include <sys/socket.h>
#include <sys/wait.h>

#include "qosctl.h"

/* What shells and env(1) answer for a command that does not start. */
enum {
	STATUS_CANNOT_EXECUTE = 126,
	STATUS_NOT_FOUND = 127,
};

union control {
	struct cmsghdr header;
	char space[CMSG_SPACE(sizeof(int))];
};

/* Tells the parent the -errno of a step, and hands over @fd if it is one. */
static void tell(int to, int error, int fd)
{
	struct iovec vector = { &error, sizeof(error) };
	union control control = { 0 };
	struct msghdr message = {
		.msg_iov = &vector,
		.msg_iovlen = 1,
	};

	if (fd >= 0) {
		message.msg_control = &control;
		message.msg_controllen = sizeof(control);
		control.header.cmsg_level = SOL_SOCKET;
		control.header.cmsg_type = SCM_RIGHTS;
		control.header.cmsg_len = CMSG_LEN(sizeof(fd));
		memcpy(CMSG_DATA(&control.header), &fd, sizeof(fd));
	}
	sendmsg(to, &message, MSG_NOSIGNAL);
}

/* False when the child closed its end, which exec does. */
static bool hear(int from, int *error, int *fd)
{
	struct iovec vector = { error, sizeof(*error) };
	union control control = { 0 };
	struct msghdr message = {
		.msg_iov = &vector,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	ssize_t length;

	do {
		length = recvmsg(from, &message, MSG_CMSG_CLOEXEC);
	} while (length < 0 && errno == EINTR);
	if (length != sizeof(*error))
		return false;
	if (message.msg_controllen >= CMSG_LEN(sizeof(*fd)) &&
	    control.header.cmsg_type == SCM_RIGHTS)
		memcpy(fd, CMSG_DATA(&control.header), sizeof(*fd));
	return true;
}

static _Noreturn void become(char *const argv[], int parent,
			     const sigset_t *mask)
{
	int listener = filter_install();

	tell(parent, listener < 0 ? listener : 0, listener);
	if (listener >= 0) {
		close(listener);
		sigprocmask(SIG_SETMASK, mask, NULL);
		execvp(argv[0], argv);
		tell(parent, -errno, -1);
	}
	_exit(STATUS_CANNOT_EXECUTE);
}

static int not_installed(int error)
{
	const char *why = strerror(-error);

	if (error == -EBUSY)
		why = "a container or another 'qosctl mark' watches it already";
	else if (error == -EINVAL || error == -ENOSYS)
		why = "this kernel lacks it (CONFIG_SECCOMP_FILTER)";
	return fail("cannot watch the command with seccomp: %s", why);
}

static int not_started(const char *name, int error)
{
	fail("cannot start '%s': %s", name, strerror(-error));
	return error == -ENOENT ? STATUS_NOT_FOUND : STATUS_CANNOT_EXECUTE;
}

/*
 * Returns the command's process and its listener. Otherwise returns -1, says
 * why, and leaves in @status what qosctl shall exit with. Signals must be
 * blocked by the caller; the command gets the mask from before: empty.
 */
pid_t launch(char *const argv[], int *listener, int *status)
{
	int error = -EPIPE;
	sigset_t mask;
	int pair[2];
	pid_t pid;

	*listener = -1;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair)) {
		*status = fail("socketpair: %s", strerror(errno));
		return -1;
	}
	sigemptyset(&mask);
	pid = fork();
	if (pid == 0)
		become(argv, pair[1], &mask);
	close(pair[1]);
	if (pid < 0) {
		close(pair[0]);
		*status = fail("fork: %s", strerror(errno));
		return -1;
	}

	if (!hear(pair[0], &error, listener) || error)
		*status = not_installed(error);
	else if (hear(pair[0], &error, listener))
		*status = not_started(argv[0], error);
	else
		error = 0;
	close(pair[0]);
	if (!error)
		return pid;
	if (*listener >= 0)
		close(*listener);
	waitpid(pid, NULL, 0);
	return -1;
}
