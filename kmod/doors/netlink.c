// SPDX-License-Identifier: GPL-2.0-only
/*
 * Generic netlink family "qwave": the flows of a network namespace, for tools.
 */
#include <linux/bitfield.h>
#include <linux/cred.h>
#include <linux/netlink.h>
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/user_namespace.h>
#include <net/genetlink.h>
#include <net/inet_sock.h>
#include <net/ipv6.h>
#include <net/net_namespace.h>
#include <net/sock.h>

#include <uapi/linux/qwave_netlink.h>

#include "../internal.h"

static struct genl_family qwave_genl_family;

/* Who asks, and how a flow is to be described to him. */
struct qwave_asker {
	const struct net *net;
	struct user_namespace *user_ns;
	struct pid_namespace *pid_ns;
	kuid_t uid;
	bool admin;
	u32 portid;
	u32 seq;
	u16 flags;
};

static struct qwave_asker qwave_netlink_asker(struct sk_buff *request,
					      u32 seq, u16 flags)
{
	struct sock *sk = NETLINK_CB(request).sk;
	struct net *net = sock_net(sk);

	return (struct qwave_asker) {
		.net = net,
		.user_ns = sk_user_ns(sk),
		.pid_ns = task_active_pid_ns(current),
		.uid = NETLINK_CREDS(request)->uid,
		.admin = netlink_ns_capable(request, net->user_ns,
					    CAP_NET_ADMIN),
		.portid = NETLINK_CB(request).portid,
		.seq = seq,
		.flags = flags,
	};
}

static bool qwave_netlink_visible(const struct qwave_asker *asker,
				  const struct qwave_flow *flow)
{
	return flow->net == asker->net &&
	       (asker->admin || uid_eq(asker->uid, flow->session->user->uid));
}

static bool qwave_netlink_put_stats(struct sk_buff *skb,
				    const struct qwave_flow *flow)
{
	struct qwave_stats sum = {};
	int cpu;

	for_each_possible_cpu(cpu) {
		const struct qwave_stats *stats = per_cpu_ptr(flow->stats, cpu);

		sum.packets += READ_ONCE(stats->packets);
		sum.bytes += READ_ONCE(stats->bytes);
		sum.marked += READ_ONCE(stats->marked);
	}
	return !nla_put_u64_64bit(skb, QWAVE_ATTR_PACKETS, sum.packets,
				  QWAVE_ATTR_PAD) &&
	       !nla_put_u64_64bit(skb, QWAVE_ATTR_BYTES, sum.bytes,
				  QWAVE_ATTR_PAD) &&
	       !nla_put_u64_64bit(skb, QWAVE_ATTR_MARKED, sum.marked,
				  QWAVE_ATTR_PAD);
}

static bool qwave_netlink_put_owner(struct sk_buff *skb,
				    const struct qwave_asker *asker,
				    const struct qwave_session *session)
{
	return !nla_put_u32(skb, QWAVE_ATTR_PID,
			    pid_nr_ns(session->pid, asker->pid_ns)) &&
	       !nla_put_string(skb, QWAVE_ATTR_COMM, session->comm) &&
	       !nla_put_u32(skb, QWAVE_ATTR_UID,
			    from_kuid_munged(asker->user_ns,
					     session->user->uid));
}

static bool qwave_netlink_put_mark(struct sk_buff *skb,
				   const struct qwave_flow *flow,
				   const struct qwave_mark *mark)
{
	u32 word = READ_ONCE(flow->mark);

	return !nla_put_u8(skb, QWAVE_ATTR_TRAFFIC_TYPE,
			   FIELD_GET(QWAVE_MARK_TYPE, word)) &&
	       (!flow->adaptive || !nla_put_flag(skb, QWAVE_ATTR_ADAPTIVE)) &&
	       (!(word & QWAVE_MARK_OVERRIDE) ||
		!nla_put_u8(skb, QWAVE_ATTR_DSCP_OVERRIDE,
			    FIELD_GET(QWAVE_MARK_DSCP, word))) &&
	       (mark->dscp < 0 ||
		!nla_put_u8(skb, QWAVE_ATTR_DSCP, mark->dscp)) &&
	       (mark->priority < 0 ||
		!nla_put_u32(skb, QWAVE_ATTR_PRIORITY, mark->priority));
}

static bool qwave_netlink_put_dest(struct sk_buff *skb,
				   const struct qwave_dest *dest)
{
	bool v4 = ipv6_addr_v4mapped(&dest->addr);

	if (qwave_dest_is_wildcard(dest))
		return !nla_put_u16(skb, QWAVE_MEMBER_ATTR_FAMILY, AF_UNSPEC);
	return !nla_put_u16(skb, QWAVE_MEMBER_ATTR_FAMILY,
			    v4 ? AF_INET : AF_INET6) &&
	       !nla_put(skb, QWAVE_MEMBER_ATTR_DEST, v4 ? 4 : 16,
			&dest->addr.s6_addr[v4 ? 12 : 0]) &&
	       !nla_put_be16(skb, QWAVE_MEMBER_ATTR_DEST_PORT, dest->port) &&
	       (!dest->scope ||
		!nla_put_u32(skb, QWAVE_MEMBER_ATTR_SCOPE_ID, dest->scope));
}

/* Under qwave_member_lock, which keeps the socket's memory from being freed. */
static bool qwave_netlink_put_member(struct sk_buff *skb,
				     const struct qwave_member *member)
{
	struct sock *sk = (struct sock *)member->key.sk;
	struct nlattr *nest;

	nest = nla_nest_start(skb, QWAVE_ATTR_MEMBER);
	if (!nest)
		return false;
	if (nla_put_u8(skb, QWAVE_MEMBER_ATTR_PROTOCOL, sk->sk_protocol) ||
	    !qwave_netlink_put_dest(skb, &member->key.dest) ||
	    nla_put_be16(skb, QWAVE_MEMBER_ATTR_LOCAL_PORT,
			 inet_sk(sk)->inet_sport) ||
	    nla_put_u64_64bit(skb, QWAVE_MEMBER_ATTR_INODE, sock_i_ino(sk),
			      QWAVE_MEMBER_ATTR_PAD)) {
		nla_nest_cancel(skb, nest);
		return false;
	}
	nla_nest_end(skb, nest);
	return true;
}

/* Members from number @from on; the number of the first that did not fit. */
static u32 qwave_netlink_put_members(struct sk_buff *skb,
				     struct qwave_flow *flow, u32 from)
{
	const struct qwave_member *member;
	u32 n = 0;

	spin_lock_bh(&qwave_member_lock);
	list_for_each_entry(member, &flow->members, flow_node) {
		if (n >= from && !qwave_netlink_put_member(skb, member))
			break;
		n++;
	}
	spin_unlock_bh(&qwave_member_lock);
	return n;
}

/*
 * One message about @flow, with the members from number *@from on. Sets *@from
 * to the member the next message has to begin with, or to 0 when none is left.
 */
static int qwave_netlink_fill(struct sk_buff *skb,
			      const struct qwave_asker *asker,
			      struct qwave_flow *flow, u32 *from)
{
	struct qwave_mark mark;
	u32 count, next;
	void *header;

	if (!qwave_flow_mark(flow, &mark)) {
		*from = 0;
		return 0;
	}
	count = READ_ONCE(flow->member_count);
	header = genlmsg_put(skb, asker->portid, asker->seq,
			     &qwave_genl_family, asker->flags,
			     QWAVE_CMD_FLOW_GET);
	if (!header)
		return -EMSGSIZE;
	if (nla_put_u32(skb, QWAVE_ATTR_FLOW_ID, flow->id) ||
	    !qwave_netlink_put_mark(skb, flow, &mark) ||
	    !qwave_netlink_put_owner(skb, asker, flow->session) ||
	    !qwave_netlink_put_stats(skb, flow) ||
	    nla_put_u32(skb, QWAVE_ATTR_MEMBER_COUNT, count))
		goto cancel;

	next = qwave_netlink_put_members(skb, flow, *from);
	if (next == *from && next < count)
		goto cancel;
	*from = next < count ? next : 0;
	genlmsg_end(skb, header);
	return 0;

cancel:
	genlmsg_cancel(skb, header);
	return -EMSGSIZE;
}

static int qwave_netlink_flow_get(struct sk_buff *request,
				  struct genl_info *info)
{
	struct qwave_asker asker = qwave_netlink_asker(request, info->snd_seq,
						       0);
	struct qwave_flow *flow;
	struct sk_buff *reply;
	int err = -ENOENT;
	u32 from = 0;

	if (GENL_REQ_ATTR_CHECK(info, QWAVE_ATTR_FLOW_ID))
		return -EINVAL;
	flow = qwave_flow_get(nla_get_u32(info->attrs[QWAVE_ATTR_FLOW_ID]));
	if (!flow)
		return err;
	if (!qwave_netlink_visible(&asker, flow))
		goto put_flow;

	err = -ENOMEM;
	reply = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!reply)
		goto put_flow;
	err = qwave_netlink_fill(reply, &asker, flow, &from);
	/* The flow may have ended meanwhile. */
	if (!err && !reply->len)
		err = -ENOENT;
	if (err)
		nlmsg_free(reply);
	else
		err = genlmsg_reply(reply, info);
put_flow:
	qwave_flow_put(flow);
	return err;
}

/* Where a dump goes on. */
struct qwave_dump {
	unsigned long id;
	u32 from;
};

static int qwave_netlink_flow_dump(struct sk_buff *skb,
				   struct netlink_callback *cb)
{
	struct qwave_asker asker = qwave_netlink_asker(cb->skb,
						       cb->nlh->nlmsg_seq,
						       NLM_F_MULTI);
	struct qwave_dump *dump = (struct qwave_dump *)cb->ctx;
	struct qwave_flow *flow;
	unsigned long id;

	BUILD_BUG_ON(sizeof(*dump) > sizeof(cb->ctx));
	rcu_read_lock();
	for (;;) {
		id = dump->id;
		flow = qwave_flow_next(&id);
		if (!flow)
			break;
		if (id != dump->id)
			dump->from = 0;
		dump->id = id;
		if (qwave_netlink_visible(&asker, flow) &&
		    qwave_netlink_fill(skb, &asker, flow, &dump->from))
			break;
		if (!dump->from)
			dump->id++;
	}
	rcu_read_unlock();
	return skb->len;
}

static const struct nla_policy qwave_genl_policy[] = {
	[QWAVE_ATTR_FLOW_ID] = { .type = NLA_U32 },
};

static const struct genl_ops qwave_genl_ops[] = {
	{
		.cmd = QWAVE_CMD_FLOW_GET,
		.doit = qwave_netlink_flow_get,
		.dumpit = qwave_netlink_flow_dump,
	},
};

static struct genl_family qwave_genl_family __ro_after_init = {
	.name = QWAVE_GENL_NAME,
	.version = QWAVE_GENL_VERSION,
	.maxattr = ARRAY_SIZE(qwave_genl_policy) - 1,
	.policy = qwave_genl_policy,
	.netnsok = true,
	.parallel_ops = true,
	.module = THIS_MODULE,
	.ops = qwave_genl_ops,
	.n_ops = ARRAY_SIZE(qwave_genl_ops),
	.resv_start_op = __QWAVE_CMD_MAX,
};

int __init qwave_netlink_init(void)
{
	return genl_register_family(&qwave_genl_family);
}

void qwave_netlink_exit(void)
{
	genl_unregister_family(&qwave_genl_family);
}

MODULE_ALIAS_GENL_FAMILY(QWAVE_GENL_NAME);
