// SPDX-License-Identifier: GPL-2.0-only
/*
 * Is there a way to a destination? Asked once, when a socket joins a flow, so
 * that a program hears about an unreachable host from the call that names it.
 */
#include <net/ip6_route.h>
#include <net/ipv6.h>
#include <net/route.h>
#include <net/sock.h>

#include "../internal.h"

/*
 * "prohibit" and "blackhole" routes answer with codes that mean something else
 * in this interface.
 */
static int qwave_route_errno(int err)
{
	if (!err || err == -ENETUNREACH || err == -ENOMEM)
		return err;
	return err == -ENOBUFS ? -ENOMEM : -EHOSTUNREACH;
}

static int qwave_route_check_v4(struct sock *sk, const struct qwave_dest *dest)
{
	const struct inet_sock *inet = inet_sk(sk);
	struct flowi4 fl4 = {
		.flowi4_oif = sk->sk_bound_dev_if,
		.flowi4_mark = READ_ONCE(sk->sk_mark),
		.flowi4_proto = sk->sk_protocol,
		.flowi4_uid = sock_net_uid(sock_net(sk), sk),
		.daddr = dest->addr.s6_addr32[3],
		.saddr = inet->inet_saddr,
		.fl4_dport = dest->port,
		.fl4_sport = inet->inet_sport,
	};
	struct rtable *rt;

	if (ipv4_is_multicast(fl4.daddr) && !fl4.flowi4_oif)
		fl4.flowi4_oif = READ_ONCE(inet->mc_index);

	rt = ip_route_output_key(sock_net(sk), &fl4);
	if (IS_ERR(rt))
		return qwave_route_errno(PTR_ERR(rt));
	ip_rt_put(rt);
	return 0;
}

#if IS_ENABLED(CONFIG_IPV6)
static int qwave_route_check_v6(struct sock *sk, const struct qwave_dest *dest)
{
	const struct ipv6_pinfo *np = inet6_sk(sk);
	struct flowi6 fl6 = {
		.flowi6_oif = sk->sk_bound_dev_if ?: dest->scope,
		.flowi6_mark = READ_ONCE(sk->sk_mark),
		.flowi6_proto = sk->sk_protocol,
		.flowi6_uid = sock_net_uid(sock_net(sk), sk),
		.daddr = dest->addr,
		.saddr = np->saddr,
		.fl6_dport = dest->port,
		.fl6_sport = inet_sk(sk)->inet_sport,
	};
	struct dst_entry *dst;
	int err;

	if (ipv6_addr_is_multicast(&fl6.daddr) && !fl6.flowi6_oif)
		fl6.flowi6_oif = READ_ONCE(np->mcast_oif);

	dst = ip6_route_output(sock_net(sk), sk, &fl6);
	err = dst->error;
	dst_release(dst);
	return qwave_route_errno(err);
}
#else
static int qwave_route_check_v6(struct sock *sk, const struct qwave_dest *dest)
{
	return -EHOSTUNREACH;
}
#endif

/**
 * qwave_route_check() - look the destination's route up
 * @sk: the sending socket, locked: its device, mark and source address count
 * @dest: where to; the wildcard needs no route
 *
 * Return: 0, -ENETUNREACH, -EHOSTUNREACH or -ENOMEM.
 */
int qwave_route_check(struct sock *sk, const struct qwave_dest *dest)
{
	if (qwave_dest_is_wildcard(dest))
		return 0;
	if (ipv6_addr_v4mapped(&dest->addr))
		return qwave_route_check_v4(sk, dest);
	return qwave_route_check_v6(sk, dest);
}
