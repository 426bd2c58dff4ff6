// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sockets that accept() made.
 *
 * A member that listens hands its destructor on: accept() clones the listener,
 * and with it a pointer into this module, without telling anybody. Two things
 * follow. The destructor of such a child has to find what the protocol gave its
 * sockets at birth, because nothing was saved for the child. And the module has
 * to stay for as long as such a child may live, which nobody can know.
 */
#include <linux/mutex.h>
#include <linux/net.h>
#include <net/inet_common.h>
#include <net/sock.h>
#include <net/tcp_states.h>

#include "member.h"

/*
 * What TCP over IPv4 and TCP over IPv6 set at birth. A protocol is known by the
 * slab its sockets come from: sk_prot itself is replaced by TLS and sockmaps,
 * and the address family by IPV6_ADDRFORM.
 */
static struct {
	const struct kmem_cache *slab;
	qwave_destruct_t destruct;
} qwave_origins[2];

static DEFINE_MUTEX(qwave_origin_mutex);

static int qwave_origin_index(const struct kmem_cache *slab)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(qwave_origins); i++) {
		/* Pairs with the release in qwave_origin_learn(). */
		if (smp_load_acquire(&qwave_origins[i].slab) == slab)
			return i;
	}
	return -1;
}

/**
 * qwave_origin_learn() - find out what a TCP socket's destructor was at birth
 * @sk: a socket that is about to become a member
 *
 * Looks at a socket made for the purpose, because @sk itself may carry somebody
 * else's destructor by now.
 *
 * Return: 0, or -ENOMEM if no socket could be made.
 */
int qwave_origin_learn(struct sock *sk)
{
	struct socket *probe;
	int i, err = 0;

	if (sk->sk_protocol != IPPROTO_TCP ||
	    qwave_origin_index(sk->sk_prot_creator->slab) >= 0)
		return 0;

	mutex_lock(&qwave_origin_mutex);
	if (qwave_origin_index(sk->sk_prot_creator->slab) >= 0)
		goto out;
	if (sock_create_kern(sock_net(sk), sk->sk_family, SOCK_STREAM,
			     IPPROTO_TCP, &probe)) {
		err = -ENOMEM;
		goto out;
	}
	for (i = 0; i < ARRAY_SIZE(qwave_origins); i++) {
		if (qwave_origins[i].slab)
			continue;
		qwave_origins[i].destruct = probe->sk->sk_destruct;
		/* Pairs with the acquire above: the slab makes it valid. */
		smp_store_release(&qwave_origins[i].slab,
				  probe->sk->sk_prot_creator->slab);
		break;
	}
	sock_release(probe);
out:
	mutex_unlock(&qwave_origin_mutex);
	return err;
}

/**
 * qwave_origin_destruct() - the destructor of a socket that inherited ours
 * @sk: a TCP socket that accept() made
 *
 * Return: the protocol's destructor, never NULL.
 */
qwave_destruct_t qwave_origin_destruct(const struct sock *sk)
{
	int i = qwave_origin_index(sk->sk_prot_creator->slab);

	if (WARN_ON_ONCE(i < 0))
		return inet_sock_destruct;
	return qwave_origins[i].destruct;
}

/*
 * listen() always writes sk_max_ack_backlog, and never this value: the backlog
 * is an int below net.core.somaxconn. Only listeners read it. A member that
 * still has it when it leaves has no children.
 */
#define QWAVE_NEVER_LISTENED	U32_MAX

/* Called with the socket locked, when it becomes a member. */
void qwave_origin_watch(struct sock *sk, u32 *backlog)
{
	if (sk->sk_protocol != IPPROTO_TCP)
		return;
	*backlog = sk->sk_max_ack_backlog;
	WRITE_ONCE(sk->sk_max_ack_backlog, QWAVE_NEVER_LISTENED);
}

/**
 * qwave_origin_unwatch() - end what qwave_origin_watch() began
 * @sk: locked, or about to be freed
 * @backlog: what qwave_origin_watch() saved
 *
 * Return: true if the socket may have children that carry our destructor.
 */
bool qwave_origin_unwatch(struct sock *sk, u32 backlog)
{
	if (sk->sk_protocol != IPPROTO_TCP)
		return false;
	if (sk->sk_max_ack_backlog != QWAVE_NEVER_LISTENED)
		return true;
	WRITE_ONCE(sk->sk_max_ack_backlog, backlog);
	return false;
}
