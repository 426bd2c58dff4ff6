// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who may do what, and how much of it.
 */
#include <linux/cred.h>
#include <linux/slab.h>
#include <linux/user_namespace.h>
#include <linux/xarray.h>
#include <net/net_namespace.h>

#include "internal.h"

/* struct qwave_user by uid; its lock also covers the last put */
static DEFINE_XARRAY_FLAGS(qwave_users, XA_FLAGS_LOCK_BH);

/**
 * qwave_policy_user_get() - what is counted for a user
 * @uid: the user
 *
 * Context: process context, may sleep.
 * Return: a reference, or NULL without memory.
 */
struct qwave_user *qwave_policy_user_get(kuid_t uid)
{
	struct qwave_user *fresh, *user;

	fresh = kzalloc(sizeof(*fresh), GFP_KERNEL_ACCOUNT);
	if (!fresh)
		return NULL;
	fresh->uid = uid;
	refcount_set(&fresh->refs, 1);

	xa_lock_bh(&qwave_users);
	user = __xa_cmpxchg(&qwave_users, __kuid_val(uid), NULL, fresh,
			    GFP_KERNEL_ACCOUNT);
	if (!user)
		user = fresh;
	else if (xa_is_err(user))
		user = NULL;
	else
		refcount_inc(&user->refs);
	xa_unlock_bh(&qwave_users);

	if (user != fresh)
		kfree(fresh);
	return user;
}

/* Any context. */
void qwave_policy_user_put(struct qwave_user *user)
{
	xa_lock_bh(&qwave_users);
	if (refcount_dec_and_test(&user->refs))
		__xa_erase(&qwave_users, __kuid_val(user->uid));
	else
		user = NULL;
	xa_unlock_bh(&qwave_users);
	kfree(user);
}

/**
 * qwave_policy_charge() - count one more membership
 * @user: who has it
 * @qn: the namespace of its socket
 *
 * Context: under qwave_member_lock.
 * Return: 0, -EUSERS at the user's limit, -ENOSPC at the namespace's.
 */
int qwave_policy_charge(struct qwave_user *user, struct qwave_net *qn)
{
	lockdep_assert_held(&qwave_member_lock);
	if (user->members >= READ_ONCE(qn->max_members_user))
		return -EUSERS;
	if (qn->members >= READ_ONCE(qn->max_members_net))
		return -ENOSPC;
	user->members++;
	qn->members++;
	return 0;
}

void qwave_policy_uncharge(struct qwave_user *user, struct qwave_net *qn)
{
	lockdep_assert_held(&qwave_member_lock);
	user->members--;
	qn->members--;
}

static bool qwave_policy_in_range(struct user_namespace *user_ns, kgid_t kgid,
				  const int range[2])
{
	gid_t gid = from_kgid(user_ns, kgid);

	return gid != (gid_t)-1 && gid >= range[0] && gid <= range[1];
}

/*
 * The place of Windows' "Network Configuration Operators": the caller is in a
 * group of net.qwave.dscp_group_range, read in terms of the namespace's owner.
 */
static bool qwave_policy_in_dscp_group(struct qwave_flow *flow)
{
	const struct cred *cred = current_cred();
	int range[2] = { 1, 0 }, i;

	spin_lock_bh(&qwave_member_lock);
	if (!flow->dead) {
		const struct qwave_net *qn = qwave_net(flow->net);

		range[0] = READ_ONCE(qn->dscp_group_range[0]);
		range[1] = READ_ONCE(qn->dscp_group_range[1]);
	}
	spin_unlock_bh(&qwave_member_lock);

	if (qwave_policy_in_range(flow->user_ns, cred->egid, range))
		return true;
	for (i = 0; i < cred->group_info->ngroups; i++)
		if (qwave_policy_in_range(flow->user_ns,
					  cred->group_info->gid[i], range))
			return true;
	return false;
}

bool qwave_policy_may_set_dscp(struct qwave_flow *flow)
{
	return qwave_policy_in_dscp_group(flow) ||
	       ns_capable(flow->user_ns, CAP_NET_ADMIN);
}

/* Flows of other sessions are shown to administrators of their namespace. */
bool qwave_policy_may_see(const struct qwave_flow *flow)
{
	return ns_capable(flow->user_ns, CAP_NET_ADMIN);
}

bool qwave_policy_may_enumerate(const struct net *net)
{
	return ns_capable(net->user_ns, CAP_NET_ADMIN);
}
