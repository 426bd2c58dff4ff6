// SPDX-License-Identifier: GPL-2.0-only
/*
 * The packet path: a hook at LOCAL_OUT, after everybody else's.
 *
 * LOCAL_OUT sees every packet of a local socket once, whole: before
 * segmentation, fragmentation, IPsec and lower tunnels, and never a forwarded
 * one. The hooks of a network namespace are registered when its first socket
 * joins a flow and leave a while after its last, so that a namespace without
 * flows pays nothing.
 */
#include <linux/netfilter.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/dsfield.h>
#include <net/inet_connection_sock.h>
#include <net/ip.h>
#include <net/ip6_fib.h>
#include <net/ipv6.h>
#include <net/netfilter/nf_conntrack.h>
#include <net/route.h>
#include <net/sock.h>

#include "member.h"

/* How long the hooks stay without a user: joining again is cheap until then. */
#define QWAVE_UNHOOK_DELAY	HZ

/*
 * Destructors are put on top of ours by upper-layer protocols only (TLS offload,
 * ESP in TCP), so a socket that has one is worth a lookup.
 */
static bool qwave_egress_candidate(const struct sock *sk)
{
	return READ_ONCE(sk->sk_destruct) == qwave_sk_destruct ||
	       (sk->sk_protocol == IPPROTO_TCP &&
		unlikely(inet_csk_has_ulp((struct sock *)sk)));
}

/* IPsec hands each packet to this hook again after it was transformed. */
static bool qwave_egress_transformed(const struct sk_buff *skb, u8 pf)
{
	if (pf == NFPROTO_IPV4)
		return IPCB(skb)->flags & IPSKB_XFRM_TRANSFORMED;
	return IP6CB(skb)->flags & IP6SKB_XFRM_TRANSFORMED;
}

/*
 * A packet that leaves through a VRF comes twice: as one of the VRF, and as one
 * of the device behind it, which is the pass that counts. What goes to an
 * address of the VRF itself comes only as the former.
 */
static bool qwave_egress_vrf_pass(const struct sk_buff *skb,
				  const struct nf_hook_state *state)
{
	if (!netif_is_l3_master(state->out))
		return false;
	if (state->pf == NFPROTO_IPV4)
		return !(skb_rtable(skb)->rt_flags & RTCF_LOCAL);
	return !(((const struct rt6_info *)skb_dst(skb))->rt6i_flags &
		 RTF_LOCAL);
}

/*
 * The address the socket sent to. Where NAT has rewritten the packet already,
 * conntrack remembers.
 */
static void qwave_egress_untranslate(const struct sk_buff *skb, u8 pf,
				     struct qwave_dest *dest)
{
#if IS_ENABLED(CONFIG_NF_CONNTRACK)
	const struct nf_conntrack_tuple *tuple;
	enum ip_conntrack_info ctinfo;
	const struct nf_conn *ct;

	ct = nf_ct_get(skb, &ctinfo);
	if (likely(!ct || !(ct->status & IPS_NAT_MASK)))
		return;
	tuple = &ct->tuplehash[CTINFO2DIR(ctinfo)].tuple;
	if (pf == NFPROTO_IPV4)
		qwave_dest_set_v4(dest, tuple->dst.u3.ip, tuple->dst.u.all);
	else
		qwave_dest_set(dest, &tuple->dst.u3.in6, tuple->dst.u.all,
			       dest->scope);
#endif
}

static bool qwave_egress_dest(const struct sk_buff *skb,
			      const struct nf_hook_state *state,
			      struct qwave_dest *dest)
{
	/* TCP, UDP and UDP-Lite headers begin with these. */
	struct { __be16 source, dest; } *ports, buffer;

	if (!skb_transport_header_was_set(skb))
		return false;
	ports = skb_header_pointer(skb, skb_transport_offset(skb),
				   sizeof(buffer), &buffer);
	if (!ports)
		return false;
	if (state->pf == NFPROTO_IPV4)
		qwave_dest_set_v4(dest, ip_hdr(skb)->daddr, ports->dest);
	else
		qwave_dest_set(dest, &ipv6_hdr(skb)->daddr, ports->dest,
			       state->out->ifindex);
	qwave_egress_untranslate(skb, state->pf, dest);
	return true;
}

/* Writes the DS field and leaves the ECN bits; true unless memory ran out. */
static bool qwave_egress_write_dscp(struct sk_buff *skb, u8 pf, u8 dscp)
{
	unsigned int end = skb_network_offset(skb);
	u8 field = dscp << 2;

	if (pf == NFPROTO_IPV4) {
		if ((ip_hdr(skb)->tos & ~INET_ECN_MASK) == field)
			return true;
		if (skb_ensure_writable(skb, end + sizeof(struct iphdr)))
			return false;
		ipv4_change_dsfield(ip_hdr(skb), INET_ECN_MASK, field);
	} else {
		if ((ipv6_get_dsfield(ipv6_hdr(skb)) & ~INET_ECN_MASK) == field)
			return true;
		if (skb_ensure_writable(skb, end + sizeof(struct ipv6hdr)))
			return false;
		ipv6_change_dsfield(ipv6_hdr(skb), INET_ECN_MASK, field);
	}
	return true;
}

static bool qwave_egress_mark(struct sk_buff *skb, u8 pf,
			      const struct qwave_flow *flow,
			      const struct qwave_net *qn)
{
	struct qwave_mark mark;
	bool marked = false;

	if (!READ_ONCE(qn->mark))
		return false;
	mark = qwave_mark_resolve(READ_ONCE(flow->mark), &qn->tables);
	if (mark.priority >= 0) {
		skb->priority = mark.priority;
		marked = true;
	}
	if (mark.dscp >= 0)
		marked |= qwave_egress_write_dscp(skb, pf, mark.dscp);
	return marked;
}

/* What every segment of a GSO packet repeats: network and transport header. */
static unsigned int qwave_egress_headers(const struct sk_buff *skb)
{
	unsigned int len = skb_transport_header(skb) - skb_network_header(skb);

	if (skb_shinfo(skb)->gso_type & SKB_GSO_UDP_L4)
		return len + sizeof(struct udphdr);
	return len + tcp_hdrlen(skb);
}

/* What the packets that leave in the end are, by number and IP length. */
static void qwave_egress_count(const struct sk_buff *skb,
			       const struct qwave_flow *flow, bool marked)
{
	unsigned int segments = 1, bytes = skb->len;

	if (skb_is_gso(skb)) {
		segments = max_t(unsigned int, skb_shinfo(skb)->gso_segs, 1);
		bytes += (segments - 1) * qwave_egress_headers(skb);
	}
	this_cpu_add(flow->stats->packets, segments);
	this_cpu_add(flow->stats->bytes, bytes);
	if (marked)
		this_cpu_add(flow->stats->marked, segments);
}

static unsigned int qwave_egress_hook(void *priv, struct sk_buff *skb,
				      const struct nf_hook_state *state)
{
	const struct qwave_member *member;
	struct sock *sk = skb->sk;
	struct qwave_dest dest;
	bool marked;

	/* Tunnels send the packets of a socket with another one, or none. */
	if (!sk || state->sk != sk || !sk_fullsock(sk) ||
	    !qwave_egress_candidate(sk))
		return NF_ACCEPT;
	if (qwave_egress_transformed(skb, state->pf) ||
	    qwave_egress_vrf_pass(skb, state) ||
	    !qwave_egress_dest(skb, state, &dest))
		return NF_ACCEPT;

	member = qwave_member_find(sk, &dest);
	if (!member)
		return NF_ACCEPT;
	marked = qwave_egress_mark(skb, state->pf, member->flow,
				   qwave_net(state->net));
	qwave_egress_count(skb, member->flow, marked);
	return NF_ACCEPT;
}

static const struct nf_hook_ops qwave_egress_ops[] = {
	{
		.hook = qwave_egress_hook,
		.pf = NFPROTO_IPV4,
		.hooknum = NF_INET_LOCAL_OUT,
		.priority = INT_MAX,
	}, {
		.hook = qwave_egress_hook,
		.pf = NFPROTO_IPV6,
		.hooknum = NF_INET_LOCAL_OUT,
		.priority = INT_MAX,
	},
};

static void qwave_egress_unhook(struct work_struct *work)
{
	struct qwave_net *qn = container_of(to_delayed_work(work),
					    struct qwave_net, unhook_work);

	mutex_lock(&qn->hook_mutex);
	if (qn->hooked && !atomic_read(&qn->hook_users)) {
		nf_unregister_net_hooks(qn->net, qwave_egress_ops,
					ARRAY_SIZE(qwave_egress_ops));
		qn->hooked = false;
	}
	mutex_unlock(&qn->hook_mutex);
}

/**
 * qwave_egress_get() - have the namespace's packets seen
 * @qn: the namespace
 *
 * Context: process context, may sleep.
 * Return: 0, or -ENOMEM.
 */
int qwave_egress_get(struct qwave_net *qn)
{
	int err = 0;

	mutex_lock(&qn->hook_mutex);
	if (!qn->hooked)
		err = nf_register_net_hooks(qn->net, qwave_egress_ops,
					    ARRAY_SIZE(qwave_egress_ops));
	if (!err) {
		qn->hooked = true;
		atomic_inc(&qn->hook_users);
	}
	mutex_unlock(&qn->hook_mutex);
	return err;
}

/* Any context. The caller knows that the namespace is still there. */
void qwave_egress_put(struct qwave_net *qn)
{
	if (atomic_dec_and_test(&qn->hook_users))
		schedule_delayed_work(&qn->unhook_work, QWAVE_UNHOOK_DELAY);
}

void qwave_egress_init_net(struct qwave_net *qn)
{
	mutex_init(&qn->hook_mutex);
	INIT_DELAYED_WORK(&qn->unhook_work, qwave_egress_unhook);
}

void qwave_egress_exit_net(struct qwave_net *qn)
{
	WARN_ON_ONCE(atomic_read(&qn->hook_users));
	cancel_delayed_work_sync(&qn->unhook_work);
	qwave_egress_unhook(&qn->unhook_work.work);
}
