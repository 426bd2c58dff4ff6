# SPDX-License-Identifier: GPL-2.0-only
"""Who may do what, how much of it, and what the administrator can set."""

import errno
import os
import socket
from socket import AF_INET, AF_INET6

import ktap
import qos2
import wire
from wire import FAMILIES

DEFAULTS = {"mark": "1", "strict_addresses": "0", "dscp": "0 8 40 40 56 56",
            "priority": "0 2 4 6 6 7", "dscp_group_range": "1 0"}
LIMITS = ("max_flows_session", "max_members_user", "max_members_net")
OWN_TOS, OWN_DSCP = 0x28, 10


def value(name):
    return " ".join(wire.sysctl(f"net.qwave.{name}").split())


# checklist: 63
def test_policy_defaults():
    for name, expected in DEFAULTS.items():
        ktap.equal(value(name), expected, name)
    for name in LIMITS:
        ktap.true(int(value(name)) > 0, name)


@ktap.cases(**{f"{name}_{i}": (name, bad)
               for name, all in {
                   "mark": ("2", "-1", "x"),
                   "strict_addresses": ("2", "-1"),
                   "dscp": ("0 8 40 40 56 64", "-1 8 40 40 56 56"),
                   "priority": ("0 2 4 6 6 65536", "0 2 4 6 6 -1"),
                   "dscp_group_range": ("-1 0",),
                   "max_flows_session": ("-1",),
                   "max_members_user": ("-1",),
                   "max_members_net": ("-1",)}.items()
               for i, bad in enumerate(all)})
# checklist: 63
def test_policy_bad_value(name, bad):
    before = value(name)
    try:
        wire.sysctl(f"net.qwave.{name}", bad)
    except OSError as error:
        ktap.equal(error.errno, errno.EINVAL, "errno")
    else:
        raise AssertionError(f"{name} took {bad!r}")
    ktap.equal(value(name), before, "value afterwards")


@ktap.cases(**wire.cross(kind=wire.KINDS, family=FAMILIES))
# checklist: 63, 115
def test_policy_mark_switch(kind, family):
    session = qos2.Session()
    s, peer, port = wire.connected(family, kind)
    wire.seen()
    flow = session.add(s, qos2.VOICE)
    for on in (1, 0, 1):
        with wire.setting("net.qwave.mark", on):
            wire.pass_on(s, peer)
            wire.marked(wire.seen(port), 56 * on, what=f"mark={on}")
            ktap.equal(session.priority(flow), (56 * on, 0, 0, 0), "priority")


@ktap.cases(**wire.cross(family=FAMILIES))
# checklist: 63, 112, 115
def test_policy_dscp_table(family):
    session = qos2.Session()
    s, peer, port = wire.connected(family)
    s.setsockopt(*(socket.IPPROTO_IP, socket.IP_TOS) if family == AF_INET else
                 (socket.IPPROTO_IPV6, 67), OWN_TOS)
    flow = session.add(s, qos2.BEST_EFFORT)
    with wire.setting("net.qwave.dscp", "3 1 0 34 46 63"):
        # A 0 adds nothing: the program's own stays.
        for kind, dscp in enumerate((3, 1, OWN_DSCP, 34, 46, 63)):
            session.set_type(flow, kind)
            ktap.equal(wire.wire_dscp(s, peer), dscp, f"type {kind}")
            ktap.equal(session.priority(flow)[0], dscp if kind != 2 else 0,
                       "priority")
        session.set_dscp(flow, 20)
        ktap.equal(wire.wire_dscp(s, peer), 20, "override")
    session.set_type(flow, qos2.CONTROL)
    ktap.equal(wire.wire_dscp(s, peer), 56, "the table as before")


# checklist: 63
def test_policy_namespaces_are_separate():
    session = qos2.Session()
    s, peer, port = wire.connected(AF_INET)
    session.add(s, qos2.VOICE)
    with wire.inside("rcv"), wire.setting("net.qwave.mark", 0):
        with wire.setting("net.qwave.dscp", "1 1 1 1 1 1"):
            with wire.inside("snd"):
                ktap.equal(value("mark"), "1", "mark in snd")
                ktap.equal(value("dscp"), DEFAULTS["dscp"], "dscp in snd")
                ktap.equal(wire.wire_dscp(s, peer), 56, "DSCP")


# checklist: 63
def test_policy_of_the_sockets_namespace():
    """It counts where the socket is, not where the caller is."""
    session = qos2.Session()
    s, peer, port = wire.connected(AF_INET)
    wire.ip("netns add third\n")
    try:
        with wire.inside("third"), wire.setting("net.qwave.mark", 0):
            session.add(s, qos2.VOICE)
            wire.pass_on(s, peer)
    finally:
        wire.ip("netns del third\n")
    wire.marked(wire.seen(port), 56, count=1)


def dscp_by(expected, uid, gid, groups=()):
    """Another user sets a DSCP value; what the wire then shows."""
    s, peer, port = wire.connected(AF_INET)

    def child():
        wire.become(uid, gid, groups)
        session = qos2.Session()
        flow = session.add(s, qos2.AUDIO_VIDEO)
        if expected:
            session.set_dscp(flow, 46)
        else:
            qos2.refused(qos2.ACCESS_DENIED, session.set_dscp, flow, 46)
        ktap.equal(session.priority(flow)[0], 46 if expected else 40, "priority")
        return session

    with wire.process(child):
        ktap.equal(wire.wire_dscp(s, peer), 46 if expected else 40, "DSCP")


# checklist: 101
def test_policy_dscp_unprivileged():
    dscp_by(False, 1000, 1000)


@ktap.cases(no_group_by_default=("1 0", False, 1, ()),
            outside=("2000 3000", False, 1000, (1999, 3001)),
            effective=("2000 3000", True, 2000, ()),
            supplementary=("2000 3000", True, 1000, (5, 3000)))
# checklist: 99, 101
def test_policy_dscp_group(groups_allowed, expected, gid, groups):
    with wire.setting("net.qwave.dscp_group_range", groups_allowed):
        dscp_by(expected, 1000, gid, groups)


# checklist: 101, 63
def test_policy_everything_else_unprivileged():
    """Adding, changing the type and asking need no privilege."""
    s, peer, port = wire.connected(AF_INET6)

    def child():
        wire.become(1000, 1000)
        session = qos2.Session()
        flow = session.add(s, qos2.BACKGROUND)
        session.set_type(flow, qos2.VOICE)
        ktap.equal(session.priority(flow), (56, 0, 0, 0), "priority")
        qos2.refused(qos2.ACCESS_DENIED, session.flows)
        return session

    with wire.process(child):
        ktap.equal(wire.wire_dscp(s, peer), 56, "DSCP")


def fill(session, count):
    """As many flows of one socket each; returns sockets and ids."""
    sockets = [wire.sender(AF_INET) for i in range(count)]
    return sockets, [session.add(s, qos2.VOICE, (wire.RCV[AF_INET], 1000 + i))
                     for i, s in enumerate(sockets)]


def one_more_refused(session):
    """Refused with 1450, and nothing changes for the socket."""
    s, peer, port = wire.connected(AF_INET)
    for turn in range(3):
        qos2.refused(qos2.NO_SYSTEM_RESOURCES, session.add, s, qos2.VOICE)
    ktap.equal(wire.wire_dscp(s, peer), 0, "DSCP")
    return s, peer


@ktap.cases(max_flows_session=("max_flows_session",),
            max_members_user=("max_members_user",),
            max_members_net=("max_members_net",))
# checklist: 63
def test_policy_limit(name):
    session = qos2.Session()
    with wire.setting(f"net.qwave.{name}", 3):
        sockets, flows = fill(session, 3)
        s, peer = one_more_refused(session)
        session.remove(flows[1])
        session.add(s, qos2.VOICE)
        ktap.equal(wire.wire_dscp(s, peer), 56, "DSCP after one has left")
        qos2.refused(qos2.NO_SYSTEM_RESOURCES, session.add, sockets[1],
                     qos2.VOICE, (wire.RCV[AF_INET], 1001))
        # A socket that is closed has left, too.
        sockets[2].close()
        ktap.until(lambda: added(session, sockets[1]), "room for one more")
        session.close()
        session = qos2.Session()
        fill(session, 3)
    session.add(wire.sender(AF_INET), qos2.VOICE, (wire.RCV[AF_INET], 1))


def added(session, s):
    try:
        return session.add(s, qos2.VOICE, (wire.RCV[AF_INET], 1001))
    except qos2.QosError as error:
        ktap.equal(error.code, qos2.NO_SYSTEM_RESOURCES, "error")
        return None


# checklist: 63
def test_policy_limit_of_flows_is_per_session():
    first, second = qos2.Session(), qos2.Session()
    with wire.setting("net.qwave.max_flows_session", 2):
        sockets, flows = fill(first, 2)
        one_more_refused(first)
        more, other_flows = fill(second, 2)
        # Joining a flow is not a new one.
        first.add(wire.sender(AF_INET), qos2.VOICE, (wire.RCV[AF_INET], 7),
                  flows[0])


# checklist: 63
def test_policy_limit_of_members_is_per_user():
    """In all sessions of the user, and of nobody else."""
    first, second = qos2.Session(), qos2.Session()
    with wire.setting("net.qwave.max_members_user", 2):
        kept = fill(first, 1), fill(second, 1)
        one_more_refused(first)
        one_more_refused(second)

        def child():
            wire.become(1000, 1000)
            session = qos2.Session()
            return session, fill(session, 2)

        with wire.process(child):
            one_more_refused(first)
        del kept


# checklist: 63
def test_policy_limit_of_members_is_per_namespace():
    session = qos2.Session()
    with wire.setting("net.qwave.max_members_net", 1):
        kept = fill(session, 1)
        one_more_refused(session)
        s, peer, port = wire.connected(AF_INET)
        # The receiver's namespace has a limit of its own.
        session.add(peer, qos2.VOICE, s.getsockname())
        del kept


# checklist: 63
def test_policy_limit_below_what_exists():
    session = qos2.Session()
    s, peer, port = wire.connected(AF_INET)
    flow = session.add(s, qos2.VOICE)
    with wire.setting("net.qwave.max_members_net", 0):
        ktap.equal(wire.wire_dscp(s, peer), 56, "DSCP")
        ktap.equal(session.add(s, qos2.VOICE, flow=flow), flow,
                   "the same again needs no room")
        one_more_refused(session)


def container(child):
    """Runs child as root of its own user and network namespace.

    Its network: usr0 with 10.80.0.1 and fd80::1; beyond are 10.80.0.2 and
    fd80::2 on usr1 in rcv. Returns the context and the capture on usr1.
    """
    wire.ip(f"link add usr0 address {wire.SND_MAC} type veth"
            f" peer name usr1 netns rcv address {wire.RCV_MAC}\n")
    near = {AF_INET: "10.80.0.1", AF_INET6: "fd80::1"}
    far = {AF_INET: "10.80.0.2", AF_INET6: "fd80::2"}
    wire.host("rcv", "usr1", [far], "fe80::2", [near], "fe80::1", wire.SND_MAC)
    capture = wire.Capture("rcv", "usr1")
    ask, answer = os.pipe(), os.pipe()

    def inside():
        wire.become(1000, 1000)
        wire.check(wire.libc.unshare(wire.CLONE_NEWUSER | wire.CLONE_NEWNET))
        os.write(ask[1], b"%d" % os.getpid())
        ktap.equal(os.read(answer[0], 1), b"+", "the helper's answer")
        return child()

    def help_it():
        task = int(os.read(ask[0], 100))
        for name, text in (("setgroups", "deny"), ("uid_map", "0 1000 1"),
                           ("gid_map", "0 1000 1")):
            with open(f"/proc/{task}/{name}", "w", encoding="ascii") as file:
                file.write(text)
        wire.ip(f"link set usr0 netns {task}\n")
        wire.host(f"/proc/{task}/ns/net", "usr0", [near], "fe80::1", [far],
                  "fe80::2", wire.RCV_MAC)
        os.write(answer[1], b"+")

    if os.fork() == 0:
        try:
            help_it()
        finally:
            os._exit(0)
    return wire.process(inside), capture


def not_writable(name):
    try:
        wire.sysctl(f"net.qwave.{name}", 7)
    except OSError as error:
        ktap.true(error.errno in (errno.EPERM, errno.EACCES), str(error))
    else:
        raise AssertionError(f"{name} was written")


@ktap.cases(v4=(AF_INET, "10.80.0.2"), v6=(AF_INET6, "fd80::2"))
# checklist: 99, 101, 152
def test_policy_container(family, host):
    """Root of a user namespace: all over his network, nothing beyond."""
    foreign, peer, port = wire.connected(family)
    number = wire.port()

    def child():
        session = qos2.Session()
        s = wire.sender(family)
        flow = session.add(s, qos2.VOICE, (host, number))
        s.sendto(b"type", (host, number))
        session.set_dscp(flow, 46)
        s.sendto(b"value", (host, number))
        session.set_type(flow, qos2.VOICE)
        wire.sysctl("net.qwave.dscp", "1 2 3 4 5 6")
        s.sendto(b"table", (host, number))
        for name in LIMITS:
            not_writable(name)
        # A socket of another namespace that it was handed: no privilege.
        other = session.add(foreign, qos2.VOICE)
        qos2.refused(qos2.ACCESS_DENIED, session.set_dscp, other, 46)
        ktap.equal(session.flows(), [flow], "flows it sees")
        return session, s

    context, capture = container(child)
    try:
        with context:
            packets = capture.until(
                lambda all: len(wire.to_port(all, number)) >= 3, "datagrams")
            ktap.equal([(p.payload, p.dscp) for p in packets
                        if p.dport == number],
                       [(b"type", 56), (b"value", 46), (b"table", 5)], "marks")
            ktap.equal(wire.wire_dscp(foreign, peer), 56, "foreign socket")
            ktap.equal(value("dscp"), DEFAULTS["dscp"], "table of snd")
    finally:
        capture.stop()
        wire.ip("link del usr1\n", "rcv", ok=False)
