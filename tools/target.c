// SPDX-License-Identifier: GPL-2.0-only
/* Descriptors and memory of another process. Results are -errno. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <netinet/in.h>
#include <sys/fsuid.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#include "qosctl.h"

struct identity {
	pid_t process;
	uid_t uid;	/* of the file system: what a new socket belongs to */
	gid_t gid;
};

static int identity_get(struct identity *identity, pid_t thread)
{
	char path[64], line[128];
	int found = 0;
	FILE *file;

	*identity = (struct identity){ 0 };
	snprintf(path, sizeof(path), "/proc/%d/status", thread);
	file = fopen(path, "re");
	if (!file)
		return -ESRCH;
	while (found < 3 && fgets(line, sizeof(line), file)) {
		if (sscanf(line, "Tgid: %d", &identity->process) == 1 ||
		    sscanf(line, "Uid: %*u %*u %*u %u", &identity->uid) == 1 ||
		    sscanf(line, "Gid: %*u %*u %*u %u", &identity->gid) == 1)
			found++;
	}
	fclose(file);
	return found == 3 ? 0 : -ESRCH;
}

/* A pidfd of the process that @thread belongs to. */
int target_open(pid_t thread)
{
	struct identity identity;
	int fd, err;

	err = identity_get(&identity, thread);
	if (err)
		return err;
	fd = syscall(SYS_pidfd_open, identity.process, 0);
	return fd < 0 ? -errno : fd;
}

int target_take(int pidfd, int fd)
{
	int taken = syscall(SYS_pidfd_getfd, pidfd, fd, 0);

	return taken < 0 ? -errno : taken;
}

static bool get_option(int fd, int option, int *value)
{
	socklen_t length = sizeof(*value);

	return !getsockopt(fd, SOL_SOCKET, option, value, &length);
}

/* False for what is no socket of the Internet protocols. */
bool socket_kind_get(struct socket_kind *kind, int fd)
{
	return get_option(fd, SO_DOMAIN, &kind->family) &&
		(kind->family == AF_INET || kind->family == AF_INET6) &&
		get_option(fd, SO_TYPE, &kind->type) &&
		get_option(fd, SO_PROTOCOL, &kind->protocol);
}

int target_read(pid_t pid, uint64_t from, void *to, size_t size)
{
	struct iovec here = { to, size };
	struct iovec there = { (void *)(uintptr_t)from, size };
	ssize_t length = process_vm_readv(pid, &here, 1, &there, 1, 0);

	if (length < 0)
		return -errno;
	return (size_t)length == size ? 0 : -EFAULT;
}

/* Says why descriptors of @pid could not be taken or its memory not read. */
const char *target_refusal(pid_t pid, int error)
{
	struct identity identity;
	static char text[256];
	int scope = 0;
	FILE *file;

	if (error == -EBADF)
		return "it has no such descriptor";
	if (error == -ESRCH)
		return "the process has ended";
	if (error == -ENOSYS)
		return "this kernel has no pidfd_getfd(2), which came with 5.6";
	if (error != -EPERM && error != -EACCES)
		return strerror(-error);

	file = fopen("/proc/sys/kernel/yama/ptrace_scope", "re");
	if (file) {
		if (fscanf(file, "%d", &scope) != 1)
			scope = 0;
		fclose(file);
	}
	if (!identity_get(&identity, pid) && geteuid() &&
	    identity.uid != geteuid())
		snprintf(text, sizeof(text), "not permitted: the process runs as user %u; become root",
			 identity.uid);
	else if (scope == 3)
		snprintf(text, sizeof(text), "not permitted: kernel.yama.ptrace_scope is 3, which nobody may pass");
	else if (scope == 2 || (scope == 1 && geteuid()))
		snprintf(text, sizeof(text), "not permitted: kernel.yama.ptrace_scope is %d, so only %s may take another process's sockets; become root or start the command with 'qosctl mark'",
			 scope, scope == 1 ? "its ancestors" : "CAP_SYS_PTRACE");
	else
		snprintf(text, sizeof(text), "not permitted: the process is protected (set-user-ID, not dumpable, more capabilities, or a security module)");
	return text;
}

/* Enters the network namespace of @thread when it is another: 1 if so. */
static int enter_namespace(pid_t thread, int *home)
{
	struct stat mine, theirs;
	char path[64];
	int fd, err = 0;

	snprintf(path, sizeof(path), "/proc/%d/ns/net", thread);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	*home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	if (*home < 0 || fstat(*home, &mine) || fstat(fd, &theirs))
		err = -errno;
	else if (mine.st_ino != theirs.st_ino || mine.st_dev != theirs.st_dev)
		err = setns(fd, CLONE_NEWNET) ? -errno : 1;
	close(fd);
	if (err != 1 && *home >= 0)
		close(*home);
	return err;
}

/*
 * Makes the socket that @thread asked for: in its network namespace and in its
 * user's name, which routing rules and nftables look at.
 */
int target_socket(pid_t thread, int family, int type, int protocol)
{
	struct identity identity;
	int home, entered, fd, err;
	uid_t uid;
	gid_t gid;

	err = identity_get(&identity, thread);
	if (err)
		return err;
	entered = enter_namespace(thread, &home);
	if (entered < 0)
		return entered;

	gid = setfsgid(identity.gid);
	uid = setfsuid(identity.uid);
	fd = socket(family, type | SOCK_CLOEXEC, protocol);
	err = -errno;
	setfsuid(uid);
	setfsgid(gid);

	if (entered) {
		if (setns(home, CLONE_NEWNET)) {
			/* Never goes wrong for who could come here. */
			if (fd >= 0)
				close(fd);
			fd = -1;
			err = -errno;
		}
		close(home);
	}
	return fd < 0 ? err : fd;
}
