// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/qwave: the only file that touches user memory. Each command is copied in,
 * handed to the function that knows its rules, and copied out.
 */
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/net.h>
#include <linux/nsproxy.h>
#include <linux/uaccess.h>
#include <net/net_namespace.h>

#include "../internal.h"

union qwave_argument {
	struct qwave_add_socket add_socket;
	struct qwave_remove_socket remove_socket;
	struct qwave_set_flow set_flow;
	struct qwave_query_flow query_flow;
	struct qwave_enum_flows enum_flows;
};

/* Both "not a descriptor" and "not a socket" are about the argument. */
static struct socket *qwave_chardev_socket(int fd)
{
	struct socket *sock;
	int err;

	sock = sockfd_lookup(fd, &err);
	return sock ?: ERR_PTR(-ENOTSOCK);
}

static int qwave_chardev_add_socket(struct qwave_session *session,
				    union qwave_argument *arg)
{
	struct socket *sock = qwave_chardev_socket(arg->add_socket.socket_fd);
	int err;

	if (IS_ERR(sock))
		return PTR_ERR(sock);
	err = qwave_flow_add_socket(session, sock, &arg->add_socket);
	sockfd_put(sock);
	return err;
}

static int qwave_chardev_remove_socket(struct qwave_session *session,
				       union qwave_argument *arg)
{
	const struct qwave_remove_socket *remove = &arg->remove_socket;
	struct socket *sock = NULL;
	int err;

	if (remove->flags)
		return -EINVAL;
	if (remove->socket_fd != QWAVE_NO_SOCKET)
		sock = qwave_chardev_socket(remove->socket_fd);
	if (IS_ERR(sock))
		return PTR_ERR(sock);
	err = qwave_flow_remove_socket(session, sock, remove->flow_id);
	if (sock)
		sockfd_put(sock);
	return err;
}

static int qwave_chardev_set_flow(struct qwave_session *session,
				  union qwave_argument *arg)
{
	return qwave_flow_set(session, &arg->set_flow);
}

static int qwave_chardev_query_flow(struct qwave_session *session,
				    union qwave_argument *arg)
{
	return qwave_flow_query(session, &arg->query_flow);
}

static int qwave_chardev_enum_flows(struct qwave_session *session,
				    union qwave_argument *arg)
{
	struct qwave_enum_flows *enumerate = &arg->enum_flows;
	u32 count, *ids;
	int err = 0;

	if (enumerate->flags)
		return -EINVAL;
	ids = qwave_flow_enumerate(current->nsproxy->net_ns, &count);
	if (IS_ERR(ids))
		return PTR_ERR(ids);

	enumerate->out_count = count;
	if (count > enumerate->capacity)
		err = -EMSGSIZE;
	else if (copy_to_user(u64_to_user_ptr(enumerate->ids), ids,
			      count * sizeof(*ids)))
		err = -EFAULT;
	kvfree(ids);
	return err;
}

/*
 * size: of the structure as this kernel knows it; min_size: in the first
 * release; out: it has members that the kernel writes
 */
static const struct qwave_command {
	int (*run)(struct qwave_session *session, union qwave_argument *arg);
	u16 size;
	u16 min_size;
	bool out;
} qwave_commands[] = {
#define QWAVE_COMMAND(number, name, last, has_out)			\
	[_IOC_NR(number) - _IOC_NR(QWAVE_ADD_SOCKET)] = {		\
		.run = qwave_chardev_##name,				\
		.size = sizeof(struct qwave_##name),			\
		.min_size = offsetofend(struct qwave_##name, last),	\
		.out = has_out,						\
	}
	QWAVE_COMMAND(QWAVE_ADD_SOCKET, add_socket, dest, true),
	QWAVE_COMMAND(QWAVE_REMOVE_SOCKET, remove_socket, socket_fd, false),
	QWAVE_COMMAND(QWAVE_SET_FLOW, set_flow, dscp, false),
	QWAVE_COMMAND(QWAVE_QUERY_FLOW, query_flow, out_nonconformant_l2, true),
	QWAVE_COMMAND(QWAVE_ENUM_FLOWS, enum_flows, ids, true),
#undef QWAVE_COMMAND
};

static const struct qwave_command *qwave_chardev_command(unsigned int cmd)
{
	unsigned int n = _IOC_NR(cmd) - _IOC_NR(QWAVE_ADD_SOCKET);

	if (cmd != _IO(QWAVE_IOCTL_BASE, _IOC_NR(cmd)) ||
	    n >= ARRAY_SIZE(qwave_commands))
		return NULL;
	return &qwave_commands[n];
}

static int qwave_chardev_run(struct qwave_session *session,
			     const struct qwave_command *command,
			     void __user *user)
{
	union qwave_argument arg = {};
	u32 size;
	int err;

	if (get_user(size, (u32 __user *)user))
		return -EFAULT;
	if (size < command->min_size)
		return -EINVAL;
	if (size > PAGE_SIZE)
		return -E2BIG;
	err = copy_struct_from_user(&arg, command->size, user, size);
	if (err)
		return err;
	/*
	 * Nothing may happen that the caller cannot be told: see that the
	 * structure can be written, by writing what it holds.
	 */
	size = min_t(u32, size, command->size);
	if (command->out && copy_to_user(user, &arg, size))
		return -EFAULT;

	err = command->run(session, &arg);
	if (command->out && (!err || err == -EMSGSIZE) &&
	    copy_to_user(user, &arg, size))
		return -EFAULT;
	return err;
}

static long qwave_chardev_ioctl(struct file *file, unsigned int cmd,
				unsigned long arg)
{
	struct qwave_session *session = file->private_data;
	const struct qwave_command *command;

	if (cmd == QWAVE_SHUTDOWN) {
		if (arg)
			return -EINVAL;
		qwave_session_shutdown(session);
		return 0;
	}
	command = qwave_chardev_command(cmd);
	if (!command)
		return -ENOTTY;
	if (qwave_session_is_shut(session))
		return -ECANCELED;
	return qwave_chardev_run(session, command, (void __user *)arg);
}

static int qwave_chardev_open(struct inode *inode, struct file *file)
{
	struct qwave_session *session = qwave_session_create();

	if (!session)
		return -ENOMEM;
	file->private_data = session;
	return nonseekable_open(inode, file);
}

static int qwave_chardev_release(struct inode *inode, struct file *file)
{
	struct qwave_session *session = file->private_data;

	qwave_session_shutdown(session);
	qwave_session_put(session);
	return 0;
}

static const struct file_operations qwave_chardev_fops = {
	.owner = THIS_MODULE,
	.open = qwave_chardev_open,
	.release = qwave_chardev_release,
	.unlocked_ioctl = qwave_chardev_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};

/* What needs a privilege is checked where it happens, so everybody may open. */
static struct miscdevice qwave_chardev = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "qwave",
	.fops = &qwave_chardev_fops,
	.mode = 0666,
};

int qwave_chardev_init(void)
{
	return misc_register(&qwave_chardev);
}

void qwave_chardev_exit(void)
{
	misc_deregister(&qwave_chardev);
}
