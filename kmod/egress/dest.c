// SPDX-License-Identifier: GPL-2.0-only
/*
 * Destinations: from what a caller passes, and what its socket says, to the one
 * form that is stored and compared. Pure: no socket, no lock.
 */
#include <linux/string.h>
#include <net/ipv6.h>

#include "../internal.h"

void qwave_dest_set(struct qwave_dest *dest, const struct in6_addr *addr,
		    __be16 port, u32 scope)
{
	dest->addr = *addr;
	dest->port = port;
	dest->scope = __ipv6_addr_needs_scope_id(__ipv6_addr_type(addr)) ?
		scope : 0;
	dest->__zero = 0;
}

void qwave_dest_set_v4(struct qwave_dest *dest, __be32 addr, __be16 port)
{
	ipv6_addr_set_v4mapped(addr, &dest->addr);
	dest->port = port;
	dest->scope = 0;
	dest->__zero = 0;
}

bool qwave_dest_is_wildcard(const struct qwave_dest *dest)
{
	return !dest->port;
}

bool qwave_dest_equal(const struct qwave_dest *a, const struct qwave_dest *b)
{
	return ipv6_addr_equal(&a->addr, &b->addr) && a->port == b->port &&
	       a->scope == b->scope;
}

/* No address: no byte of it may mean something either. */
static int qwave_dest_from_peer(const struct qwave_peer *peer,
				const struct qwave_addr *addr,
				struct qwave_dest *dest)
{
	if (memchr_inv(addr, 0, sizeof(*addr)) || !peer->connected)
		return -EINVAL;
	*dest = peer->dest;
	return 0;
}

static int qwave_dest_from_v4(const struct qwave_addr *addr,
			      struct qwave_dest *dest)
{
	__be32 v4;

	if (addr->scope_id || memchr_inv(addr->addr + 4, 0, 12))
		return -EINVAL;
	memcpy(&v4, addr->addr, sizeof(v4));
	if (v4)
		qwave_dest_set_v4(dest, v4, addr->port);
	else
		memset(dest, 0, sizeof(*dest));
	return 0;
}

static int qwave_dest_from_v6(const struct qwave_peer *peer,
			      const struct qwave_addr *addr, bool strict,
			      struct qwave_dest *dest)
{
	struct in6_addr v6;

	memcpy(&v6, addr->addr, sizeof(v6));
	if (ipv6_addr_v4mapped(&v6) &&
	    (strict || !peer->mapped_ok || !v6.s6_addr32[3]))
		return -EINVAL;
	if (ipv6_addr_any(&v6)) {
		memset(dest, 0, sizeof(*dest));
		return 0;
	}
	if (peer->scope && addr->scope_id && peer->scope != addr->scope_id)
		return -EINVAL;
	qwave_dest_set(dest, &v6, addr->port, addr->scope_id ?: peer->scope);
	if (__ipv6_addr_needs_scope_id(__ipv6_addr_type(&v6)) && !dest->scope)
		return -EINVAL;
	return 0;
}

/**
 * qwave_dest_resolve() - the destination of a membership
 * @peer: the socket's side
 * @addr: the caller's side
 * @strict: refuse IPv4-mapped addresses, as Windows does
 * @dest: result
 *
 * Return: 0, or -EINVAL for an address that the socket cannot send to, that
 * lacks a port, or that is missing where it is needed.
 */
int qwave_dest_resolve(const struct qwave_peer *peer,
		       const struct qwave_addr *addr, bool strict,
		       struct qwave_dest *dest)
{
	int err;

	if (addr->family == AF_UNSPEC)
		return qwave_dest_from_peer(peer, addr, dest);
	if (addr->family != peer->family)
		return -EINVAL;

	if (addr->family == AF_INET)
		err = qwave_dest_from_v4(addr, dest);
	else
		err = qwave_dest_from_v6(peer, addr, strict, dest);
	if (err)
		return err;

	if (ipv6_addr_any(&dest->addr))
		return peer->wildcard_ok ? 0 : -EINVAL;
	if (!dest->port)
		return -EINVAL;
	if (peer->connected && !qwave_dest_equal(dest, &peer->dest))
		return -EINVAL;
	return 0;
}
