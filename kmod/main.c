// SPDX-License-Identifier: GPL-2.0-only
/*
 * Module init and exit: each part's init in order, undone in reverse.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/rcupdate.h>
#include <net/net_namespace.h>

#include "internal.h"

static int __init qwave_init(void)
{
	int err;

	err = qwave_flow_init();
	if (err)
		return err;
	err = qwave_member_init();
	if (err)
		goto err_member;
	err = qwave_netns_init();
	if (err)
		goto err_netns;
	err = qwave_netlink_init();
	if (err)
		goto err_netlink;
	err = qwave_chardev_init();
	if (err)
		goto err_chardev;
	return 0;

err_chardev:
	qwave_netlink_exit();
err_netlink:
	qwave_netns_exit();
err_netns:
	qwave_member_exit();
err_member:
	qwave_flow_exit();
	return err;
}

/*
 * Nothing refers to the module any more, but three kinds of code may still be in
 * it: a packet in the hook; RCU callbacks, among them the one that dropped the
 * last reference; and a destructor that was preempted behind its last action.
 */
static void __exit qwave_exit(void)
{
	qwave_chardev_exit();
	qwave_netlink_exit();
	qwave_netns_exit();
	synchronize_net();
	rcu_barrier();
	synchronize_rcu_tasks();
	qwave_member_exit();
	qwave_flow_exit();
}

module_init(qwave_init);
module_exit(qwave_exit);

MODULE_DESCRIPTION("QOS2 (qWAVE): marking of socket traffic by flow");
MODULE_LICENSE("GPL");
MODULE_VERSION(QWAVE_VERSION);
