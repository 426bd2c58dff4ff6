// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a socket is and where it sends: the questions asked of a socket that is
 * to become a member.
 */
#include <net/inet_sock.h>
#include <net/ipv6.h>
#include <net/sock.h>
#include <net/tcp_states.h>

#include "member.h"

/*
 * Kinds whose packets reach the hook with the socket, its destination and a
 * destination port in them. MPTCP sends from sockets of its own behind the
 * program's back; ICMP and raw sockets have no port.
 */
bool qwave_socket_supported(const struct sock *sk)
{
	if (sk->sk_family != AF_INET && sk->sk_family != AF_INET6)
		return false;
	if (sk->sk_type == SOCK_STREAM)
		return sk->sk_protocol == IPPROTO_TCP;
	return sk->sk_type == SOCK_DGRAM &&
	       (sk->sk_protocol == IPPROTO_UDP ||
		sk->sk_protocol == IPPROTO_UDPLITE);
}

static bool qwave_socket_connected(const struct sock *sk)
{
	if (sk->sk_protocol == IPPROTO_TCP)
		return sk->sk_state != TCP_CLOSE;
	return sk->sk_state == TCP_ESTABLISHED;
}

static void qwave_socket_peer(struct sock *sk, struct qwave_peer *peer)
{
	const struct inet_sock *inet = inet_sk(sk);

	peer->family = sk->sk_family;
	peer->scope = sk->sk_bound_dev_if;
	peer->connected = qwave_socket_connected(sk);
	peer->wildcard_ok = !peer->connected &&
			    sk->sk_protocol != IPPROTO_TCP;
	peer->mapped_ok = sk->sk_family == AF_INET6 && !sk->sk_ipv6only;

	if (!peer->connected)
		return;
#if IS_ENABLED(CONFIG_IPV6)
	if (sk->sk_family == AF_INET6) {
		qwave_dest_set(&peer->dest, &sk->sk_v6_daddr, inet->inet_dport,
			       sk->sk_bound_dev_if);
		return;
	}
#endif
	qwave_dest_set_v4(&peer->dest, inet->inet_daddr, inet->inet_dport);
}

/**
 * qwave_socket_dest() - the destination of a membership
 * @sk: the socket, locked
 * @addr: what the caller says
 * @strict: refuse IPv4-mapped addresses
 * @dest: result
 *
 * Return: 0, or -EINVAL for a listener and for an address that does not suit
 * the socket.
 */
int qwave_socket_dest(struct sock *sk, const struct qwave_addr *addr,
		      bool strict, struct qwave_dest *dest)
{
	struct qwave_peer peer = {};

	if (sk->sk_protocol == IPPROTO_TCP && sk->sk_state == TCP_LISTEN)
		return -EINVAL;
	qwave_socket_peer(sk, &peer);
	return qwave_dest_resolve(&peer, addr, strict, dest);
}
