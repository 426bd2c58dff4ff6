// SPDX-License-Identifier: GPL-2.0-only
/* Tests of dest.c, which is compiled in here. */
#include <kunit/test.h>

#include "../kunit_suites.h"
#include "dest.c"

#define PORT	htons(5004)

/* 192.0.2.1, 2001:db8::1, fe80::1, ::ffff:192.0.2.1 (RFC 5737, RFC 3849) */
static const struct qwave_addr v4 = {
	.family = AF_INET, .port = PORT, .addr = { 192, 0, 2, 1 },
};

static const struct qwave_addr v6 = {
	.family = AF_INET6, .port = PORT,
	.addr = { 0x20, 0x01, 0x0d, 0xb8, [15] = 1 },
};

static const struct qwave_addr local = {
	.family = AF_INET6, .port = PORT, .addr = { 0xfe, 0x80, [15] = 1 },
};

static const struct qwave_addr mapped = {
	.family = AF_INET6, .port = PORT,
	.addr = { [10] = 0xff, 0xff, 192, 0, 2, 1 },
};

static const struct qwave_peer udp4 = {
	.family = AF_INET, .wildcard_ok = true,
};

static const struct qwave_peer udp6 = {
	.family = AF_INET6, .wildcard_ok = true, .mapped_ok = true,
};

static int resolve(const struct qwave_peer *peer, struct qwave_addr addr,
		   bool strict)
{
	struct qwave_dest dest;

	return qwave_dest_resolve(peer, &addr, strict, &dest);
}

static struct qwave_peer connected(struct qwave_peer peer,
				   struct qwave_addr addr)
{
	peer.wildcard_ok = false;
	peer.scope = addr.scope_id;
	qwave_dest_resolve(&peer, &addr, false, &peer.dest);
	peer.connected = true;
	return peer;
}

/* One form for IPv4, whichever socket it comes from. */
static void dest_v4_equals_mapped(struct kunit *test)
{
	struct qwave_dest a, b;

	KUNIT_EXPECT_EQ(test, qwave_dest_resolve(&udp4, &v4, false, &a), 0);
	KUNIT_EXPECT_EQ(test, qwave_dest_resolve(&udp6, &mapped, false, &b), 0);
	KUNIT_EXPECT_TRUE(test, qwave_dest_equal(&a, &b));
	KUNIT_EXPECT_EQ(test, a.scope, 0);
	KUNIT_EXPECT_EQ(test, memcmp(&a, &b, sizeof(a)), 0);
}

/* Rules 43, 44: the families have to be the same. */
static void dest_other_family(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, resolve(&udp6, v4, false), -EINVAL);
	KUNIT_EXPECT_EQ(test, resolve(&udp4, v6, false), -EINVAL);
}

/* Rule 46: IP addresses only. */
static void dest_unknown_family(struct kunit *test)
{
	struct qwave_addr addr = v4;

	addr.family = AF_UNIX;
	KUNIT_EXPECT_EQ(test, resolve(&udp4, addr, false), -EINVAL);
}

/* Rule 45, with the switch: mapped addresses are refused as on Windows. */
static void dest_mapped_strict(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, resolve(&udp6, mapped, false), 0);
	KUNIT_EXPECT_EQ(test, resolve(&udp6, mapped, true), -EINVAL);
}

static void dest_mapped_v6only(struct kunit *test)
{
	struct qwave_peer peer = udp6;

	peer.mapped_ok = false;
	KUNIT_EXPECT_EQ(test, resolve(&peer, mapped, false), -EINVAL);
}

static void dest_mapped_unspecified(struct kunit *test)
{
	struct qwave_addr addr = mapped;

	memset(addr.addr + 12, 0, 4);
	KUNIT_EXPECT_EQ(test, resolve(&udp6, addr, false), -EINVAL);
}

/* Rule 42: a destination has a port. */
static void dest_port_zero(struct kunit *test)
{
	struct qwave_addr addr4 = v4, addr6 = v6;

	addr4.port = 0;
	addr6.port = 0;
	KUNIT_EXPECT_EQ(test, resolve(&udp4, addr4, false), -EINVAL);
	KUNIT_EXPECT_EQ(test, resolve(&udp6, addr6, false), -EINVAL);
}

static void dest_wildcard_any_port(struct kunit *test)
{
	struct qwave_addr any4 = { .family = AF_INET, .port = PORT };
	struct qwave_addr any6 = { .family = AF_INET6 };
	struct qwave_dest dest;

	KUNIT_EXPECT_EQ(test, qwave_dest_resolve(&udp4, &any4, true, &dest), 0);
	KUNIT_EXPECT_TRUE(test, qwave_dest_is_wildcard(&dest));
	KUNIT_EXPECT_EQ(test, qwave_dest_resolve(&udp6, &any6, true, &dest), 0);
	KUNIT_EXPECT_TRUE(test, qwave_dest_is_wildcard(&dest));
}

static void dest_wildcard_refused(struct kunit *test)
{
	struct qwave_addr any = { .family = AF_INET, .port = PORT };
	struct qwave_peer tcp = udp4, peer = connected(udp4, v4);

	tcp.wildcard_ok = false;
	KUNIT_EXPECT_EQ(test, resolve(&tcp, any, false), -EINVAL);
	KUNIT_EXPECT_EQ(test, resolve(&peer, any, false), -EINVAL);
}

/* Rules 35 to 38: a connected socket has one destination. */
static void dest_connected(struct kunit *test)
{
	struct qwave_peer peer = connected(udp4, v4);
	struct qwave_addr none = {}, host = v4, port = v4;
	struct qwave_dest dest;

	host.addr[3]++;
	port.port = htons(5005);
	KUNIT_EXPECT_EQ(test, qwave_dest_resolve(&peer, &none, false, &dest), 0);
	KUNIT_EXPECT_TRUE(test, qwave_dest_equal(&dest, &peer.dest));
	KUNIT_EXPECT_EQ(test, resolve(&peer, v4, false), 0);
	KUNIT_EXPECT_EQ(test, resolve(&peer, host, false), -EINVAL);
	KUNIT_EXPECT_EQ(test, resolve(&peer, port, false), -EINVAL);
}

/* Rule 39: an unconnected socket needs one. */
static void dest_missing(struct kunit *test)
{
	struct qwave_addr none = {};

	KUNIT_EXPECT_EQ(test, resolve(&udp4, none, false), -EINVAL);
}

static void dest_none_with_leftovers(struct kunit *test)
{
	struct qwave_peer peer = connected(udp4, v4);
	struct qwave_addr none = { .port = PORT };

	KUNIT_EXPECT_EQ(test, resolve(&peer, none, false), -EINVAL);
}

static void dest_v4_leftovers(struct kunit *test)
{
	struct qwave_addr tail = v4, scope = v4;

	tail.addr[15] = 1;
	scope.scope_id = 1;
	KUNIT_EXPECT_EQ(test, resolve(&udp4, tail, false), -EINVAL);
	KUNIT_EXPECT_EQ(test, resolve(&udp4, scope, false), -EINVAL);
}

/* RFC 4007: a link-local address means nothing without its interface. */
static void dest_link_local(struct kunit *test)
{
	struct qwave_addr addr = local;
	struct qwave_peer bound = udp6;
	struct qwave_dest dest;

	bound.scope = 7;
	KUNIT_EXPECT_EQ(test, resolve(&udp6, addr, false), -EINVAL);
	KUNIT_EXPECT_EQ(test, qwave_dest_resolve(&bound, &addr, false, &dest),
			0);
	KUNIT_EXPECT_EQ(test, dest.scope, 7);
	addr.scope_id = 7;
	KUNIT_EXPECT_EQ(test, resolve(&udp6, addr, false), 0);
	addr.scope_id = 8;
	KUNIT_EXPECT_EQ(test, resolve(&bound, addr, false), -EINVAL);
}

static void dest_global_has_no_scope(struct kunit *test)
{
	struct qwave_addr addr = v6;
	struct qwave_dest dest;

	addr.scope_id = 7;
	KUNIT_EXPECT_EQ(test, qwave_dest_resolve(&udp6, &addr, false, &dest), 0);
	KUNIT_EXPECT_EQ(test, dest.scope, 0);
}

static struct kunit_case qwave_dest_cases[] = {
	KUNIT_CASE(dest_v4_equals_mapped),
	KUNIT_CASE(dest_other_family),
	KUNIT_CASE(dest_unknown_family),
	KUNIT_CASE(dest_mapped_strict),
	KUNIT_CASE(dest_mapped_v6only),
	KUNIT_CASE(dest_mapped_unspecified),
	KUNIT_CASE(dest_port_zero),
	KUNIT_CASE(dest_wildcard_any_port),
	KUNIT_CASE(dest_wildcard_refused),
	KUNIT_CASE(dest_connected),
	KUNIT_CASE(dest_missing),
	KUNIT_CASE(dest_none_with_leftovers),
	KUNIT_CASE(dest_v4_leftovers),
	KUNIT_CASE(dest_link_local),
	KUNIT_CASE(dest_global_has_no_scope),
	{}
};

struct kunit_suite qwave_dest_suite = {
	.name = "qwave_dest",
	.test_cases = qwave_dest_cases,
};
