# SPDX-License-Identifier: GPL-2.0-only
"""Which packets of a socket belong to a flow: destinations."""

import ctypes
import socket
from socket import AF_INET, AF_INET6, SOCK_DGRAM, SOCK_STREAM

import ktap
import qos2
import wire
from wire import FAMILIES, RCV, RCV2, RCV3

ANY = {AF_INET: "0.0.0.0", AF_INET6: "::"}


def dual():
    s = wire.sender(AF_INET6)
    s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    return s


def mapped(name):
    """The IPv4 address of a peer as an IPv6 program writes it."""
    return ("::ffff:" + name[0], name[1])


def disconnect(s):
    """connect() to AF_UNSPEC, which Python's sockets cannot say."""
    address = ctypes.create_string_buffer(16)
    wire.check(wire.libc.connect(s.fileno(), address, 16))


def three(family):
    """Three receivers, each with an address and a port of its own."""
    return [wire.receiver(family, address=a[family]) for a in (RCV, RCV2, RCV3)]


def marks(s, peers):
    """Sends to each peer; returns the DSCP of each datagram as it arrived."""
    for peer in peers:
        to = peer.getsockname()
        if peer.family == AF_INET and s.family == AF_INET6:
            to = mapped(to)
        wire.pass_on(s, peer, to=to)
    ports = [peer.getsockname()[1] for peer in peers]
    packets = [p for p in wire.seen() if p.dport in ports]
    ktap.equal([p.dport for p in packets], ports, "ports in order")
    ktap.true(all(p.sum_ok for p in packets), "header checksums")
    return [p.dscp for p in packets]


@ktap.cases(**wire.cross(family=FAMILIES))
# checklist: 40, 63, 105
def test_dest_unconnected(family):
    session = qos2.Session()
    s, peers = wire.sender(family), three(family)
    session.add(s, qos2.VOICE, peers[0].getsockname())
    ktap.equal(marks(s, peers), [56, 0, 0], "DSCP")


@ktap.cases(**wire.cross(family=FAMILIES))
# checklist: 61
def test_dest_two_in_one_flow_third_unmarked(family):
    session = qos2.Session()
    s, peers = wire.sender(family), three(family)
    flow = session.add(s, qos2.VOICE, peers[0].getsockname())
    ktap.equal(session.add(s, qos2.VOICE, peers[1].getsockname(), flow), flow,
               "flow id")
    ktap.equal(marks(s, peers), [56, 56, 0], "DSCP")


@ktap.cases(**wire.cross(family=FAMILIES))
# checklist: 61, 52
def test_dest_two_in_two_flows(family):
    session = qos2.Session()
    s, peers = wire.sender(family), three(family)
    voice = session.add(s, qos2.VOICE, peers[0].getsockname())
    video = session.add(s, qos2.AUDIO_VIDEO, peers[1].getsockname())
    ktap.equal(marks(s, peers), [56, 40, 0], "DSCP")
    session.remove(voice)
    ktap.equal(marks(s, peers), [0, 40, 0], "DSCP after the first flow")
    session.remove(video, s)
    ktap.equal(marks(s, peers), [0, 0, 0], "DSCP after both flows")


@ktap.cases(**wire.cross(family=FAMILIES))
# checklist: 67
def test_dest_all_of_socket_removed(family):
    session = qos2.Session()
    s, other, peers = wire.sender(family), wire.sender(family), three(family)
    flow = session.add(s, qos2.VOICE, peers[0].getsockname())
    session.add(s, qos2.VOICE, peers[1].getsockname(), flow)
    session.add(other, qos2.VOICE, peers[0].getsockname(), flow)
    session.remove(flow, s)
    ktap.equal(marks(s, peers), [0, 0, 0], "removed socket")
    ktap.equal(marks(other, peers), [56, 0, 0], "other socket")


@ktap.cases(**wire.cross(family=FAMILIES))
# checklist: 61
def test_dest_port_counts(family):
    session = qos2.Session()
    s, a, b = (wire.sender(family), wire.receiver(family),
               wire.receiver(family))
    session.add(s, qos2.VOICE, a.getsockname())
    ktap.equal(marks(s, [a, b]), [56, 0], "same host, two ports")


@ktap.cases(**wire.cross(family=FAMILIES))
# checklist: 61
def test_dest_wildcard(family):
    session = qos2.Session()
    s, peers = wire.sender(family), three(family)
    session.add(s, qos2.VOICE, (ANY[family], 0))
    ktap.equal(marks(s, peers), [56, 56, 56], "DSCP")


@ktap.cases(**wire.cross(family=FAMILIES))
# checklist: 61
def test_dest_wildcard_with_port(family):
    session = qos2.Session()
    s, peers = wire.sender(family), three(family)
    session.add(s, qos2.VOICE, (ANY[family], 1234))
    ktap.equal(marks(s, peers), [56, 56, 56], "DSCP")


@ktap.cases(**wire.cross(family=FAMILIES))
# checklist: 61
def test_dest_wildcard_with_exception(family):
    session = qos2.Session()
    s, peers = wire.sender(family), three(family)
    session.add(s, qos2.VOICE, (ANY[family], 0))
    exception = session.add(s, qos2.BACKGROUND, peers[1].getsockname())
    ktap.equal(marks(s, peers), [56, 8, 56], "DSCP")
    session.remove(exception)
    ktap.equal(marks(s, peers), [56, 56, 56], "without the exception")


# checklist: 61
def test_dest_wildcard_dual_stack():
    session = qos2.Session()
    s = dual()
    session.add(s, qos2.VOICE, ("::", 0))
    peers = [wire.receiver(AF_INET), wire.receiver(AF_INET6)]
    ktap.equal(marks(s, peers), [56, 56], "DSCP")


@ktap.cases(**wire.cross(family=FAMILIES))
# checklist: 39
def test_dest_wildcard_of_tcp_refused(family):
    session = qos2.Session()
    s = wire.sender(family, SOCK_STREAM)
    qos2.refused(qos2.INVALID_PARAMETER, session.add, s, qos2.VOICE,
                 (ANY[family], 0))


@ktap.cases(**wire.cross(family=FAMILIES))
# checklist: 35, 63
def test_dest_connected(family):
    session = qos2.Session()
    s, peer, port = wire.connected(family)
    session.add(s, qos2.VOICE)
    ktap.equal(wire.wire_dscp(s, peer), 56, "DSCP")


@ktap.cases(**wire.cross(family=FAMILIES))
# checklist: 36, 37, 38
def test_dest_connected_and_given(family):
    session = qos2.Session()
    s, peer, port = wire.connected(family)
    for host, number in ((RCV2[family], port), (RCV[family], port + 1)):
        qos2.refused(qos2.INVALID_PARAMETER, session.add, s, qos2.VOICE,
                     (host, number))
    ktap.equal(wire.wire_dscp(s, peer), 0, "DSCP after the refusals")
    session.add(s, qos2.VOICE, (RCV[family], port))
    ktap.equal(wire.wire_dscp(s, peer), 56, "DSCP")


@ktap.cases(**wire.cross(family=FAMILIES))
# checklist: 40
def test_dest_connected_later(family):
    session = qos2.Session()
    s, peers = wire.sender(family), three(family)
    session.add(s, qos2.VOICE, peers[0].getsockname())
    s.connect(peers[0].getsockname())
    ktap.equal(wire.wire_dscp(s, peers[0]), 56, "connected to the destination")
    s.connect(peers[1].getsockname())
    ktap.equal(wire.wire_dscp(s, peers[1]), 0, "connected elsewhere")
    s.connect(peers[0].getsockname())
    ktap.equal(wire.wire_dscp(s, peers[0]), 56, "and back")


@ktap.cases(**wire.cross(family=FAMILIES))
# checklist: 61
def test_dest_connected_sends_elsewhere(family):
    session = qos2.Session()
    s, peers = wire.sender(family), three(family)
    s.connect(peers[0].getsockname())
    session.add(s, qos2.VOICE)
    ktap.equal(marks(s, peers), [56, 0, 0], "DSCP")


@ktap.cases(**wire.cross(family=FAMILIES))
# checklist: 61
def test_dest_kept_by_disconnect(family):
    session = qos2.Session()
    s, peers = wire.sender(family), three(family)
    s.connect(peers[0].getsockname())
    flow = session.add(s, qos2.VOICE)
    disconnect(s)
    ktap.equal(marks(s, peers), [56, 0, 0], "DSCP")
    # Now that it is not connected, more destinations may join.
    session.add(s, qos2.VOICE, peers[1].getsockname(), flow)
    ktap.equal(marks(s, peers), [56, 56, 0], "DSCP of two")


@ktap.cases(**wire.cross(family=FAMILIES))
# checklist: 40, 63
def test_dest_added_before_bind(family):
    session = qos2.Session()
    s, peer = wire.sender(family), wire.receiver(family)
    session.add(s, qos2.VOICE, peer.getsockname())
    s.bind((wire.SND[family], wire.port()))
    ktap.equal(wire.wire_dscp(s, peer, peer.getsockname()), 56, "DSCP")


@ktap.cases(**wire.cross(family=FAMILIES))
# checklist: 41, 63
def test_dest_tcp_before_connect(family):
    session = qos2.Session()
    s, listener = wire.sender(family, SOCK_STREAM), wire.receiver(family,
                                                                  SOCK_STREAM)
    session.add(s, qos2.VOICE, listener.getsockname())
    s.connect(listener.getsockname())
    wire.pass_on(s, listener.accept()[0])
    packets = wire.seen(listener.getsockname()[1])
    ktap.equal(packets[0].flags, 2, "the first packet is a SYN")
    wire.marked(packets, 56)


@ktap.cases(**wire.cross(family=FAMILIES))
# checklist: 41
def test_dest_tcp_connected_elsewhere(family):
    session = qos2.Session()
    s, listener = wire.sender(family, SOCK_STREAM), wire.receiver(family,
                                                                  SOCK_STREAM)
    host, number = listener.getsockname()[:2]
    session.add(s, qos2.VOICE, (host, number + 1))
    s.connect((host, number))
    wire.pass_on(s, listener.accept()[0])
    wire.marked(wire.seen(number), 0)


@ktap.cases(**wire.cross(family=FAMILIES))
# checklist: 41
def test_dest_tcp_connected_again(family):
    """A socket that goes elsewhere is out of the flow until it comes back."""
    session = qos2.Session()
    s = wire.sender(family, SOCK_STREAM)
    listeners = [wire.receiver(family, SOCK_STREAM) for i in range(2)]
    session.add(s, qos2.VOICE, listeners[0].getsockname())
    for turn, want in ((0, 56), (1, 0), (0, 56)):
        s.connect(listeners[turn].getsockname())
        wire.pass_on(s, listeners[turn].accept()[0])
        wire.marked(wire.seen(listeners[turn].getsockname()[1]), want)
        disconnect(s)
        wire.seen()


@ktap.cases(**wire.cross(family=FAMILIES))
# checklist: 52
def test_dest_same_again_and_in_other_flow(family):
    session = qos2.Session()
    s, peer = wire.sender(family), wire.receiver(family)
    to = peer.getsockname()
    flow = session.add(s, qos2.VOICE, to)
    ktap.equal(session.add(s, qos2.VOICE, to, flow), flow, "the same again")
    qos2.refused(qos2.ALREADY_EXISTS, session.add, s, qos2.BACKGROUND, to)
    ktap.equal(wire.wire_dscp(s, peer, to), 56, "DSCP")
    session.remove(flow, s)
    ktap.equal(wire.wire_dscp(s, peer, to), 0, "one removal is enough")


# checklist: 61, 66, 105
def test_dest_dual_stack_two_flows():
    session = qos2.Session()
    s, v4, v6 = dual(), wire.receiver(AF_INET), wire.receiver(AF_INET6)
    session.add(s, qos2.VOICE, mapped(v4.getsockname()))
    session.add(s, qos2.BACKGROUND, v6.getsockname())
    ktap.equal(marks(s, [v4, v6]), [56, 8], "DSCP")
    packets = marks(s, [wire.receiver(AF_INET), wire.receiver(AF_INET6)])
    ktap.equal(packets, [0, 0], "DSCP of others")


@ktap.cases(udp=(SOCK_DGRAM,), tcp=(SOCK_STREAM,))
# checklist: 35, 63
def test_dest_dual_stack_connected_mapped(kind):
    session = qos2.Session()
    peer = wire.receiver(AF_INET, kind)
    number = peer.getsockname()[1]
    s = wire.sender(AF_INET6, kind)
    s.connect(mapped(peer.getsockname()))
    if kind == SOCK_STREAM:
        peer = peer.accept()[0]
    wire.seen()
    session.add(s, qos2.VOICE)
    wire.pass_on(s, peer)
    packets = wire.seen(number)
    ktap.equal({p.family for p in packets}, {AF_INET}, "families")
    wire.marked(packets, 56)


# checklist: 43, 44
def test_dest_other_family_refused():
    session = qos2.Session()
    for family, host in ((AF_INET6, RCV[AF_INET]), (AF_INET, RCV[AF_INET6])):
        s = wire.sender(family)
        qos2.refused(qos2.INVALID_PARAMETER, session.add, s, qos2.VOICE,
                     (host, 1234))


# checklist: 45
def test_dest_strict_refuses_mapped():
    session = qos2.Session()
    s, peer = dual(), wire.receiver(AF_INET)
    with wire.setting("net.qwave.strict_addresses", 1):
        qos2.refused(qos2.INVALID_PARAMETER, session.add, s, qos2.VOICE,
                     mapped(peer.getsockname()))
    ktap.equal(marks(s, [peer]), [0], "DSCP after the refusal")
    session.add(s, qos2.VOICE, mapped(peer.getsockname()))
    ktap.equal(marks(s, [peer]), [56], "DSCP when not strict")


# checklist: 45
def test_dest_v6only_refuses_mapped():
    session = qos2.Session()
    s = wire.sender(AF_INET6)
    s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    qos2.refused(qos2.INVALID_PARAMETER, session.add, s, qos2.VOICE,
                 mapped((RCV[AF_INET], 1234)))
    # Strictly IPv6 is fine.
    peer = wire.receiver(AF_INET6)
    session.add(s, qos2.VOICE, peer.getsockname())
    ktap.equal(marks(s, [peer]), [56], "DSCP")


def link_local(number):
    return (wire.RCV_LL, number, 0, socket.if_nametoindex("snd0"))


# checklist: 40, 63
def test_dest_link_local():
    session = qos2.Session()
    with wire.inside("rcv"):
        peer = wire.sender(AF_INET6)
        peer.bind((wire.RCV_LL, wire.port(), 0, socket.if_nametoindex("rcv0")))
    to = link_local(peer.getsockname()[1])
    s = wire.sender(AF_INET6)
    session.add(s, qos2.VOICE, to)
    ktap.equal(wire.wire_dscp(s, peer, to), 56, "unconnected")
    other = wire.sender(AF_INET6)
    other.connect(to)
    session.add(other, qos2.AUDIO_VIDEO)
    ktap.equal(wire.wire_dscp(other, peer), 40, "connected")


# checklist: 42
def test_dest_link_local_without_scope():
    session = qos2.Session()
    s = wire.sender(AF_INET6)
    qos2.refused(qos2.INVALID_PARAMETER, session.add, s, qos2.VOICE,
                 (wire.RCV_LL, 1234))


# checklist: 42
def test_dest_link_local_bound_device():
    session = qos2.Session()
    with wire.inside("rcv"):
        peer = wire.sender(AF_INET6)
        peer.bind((wire.RCV_LL, wire.port(), 0, socket.if_nametoindex("rcv0")))
    s = wire.sender(AF_INET6)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"snd0")
    session.add(s, qos2.VOICE, (wire.RCV_LL, peer.getsockname()[1]))
    ktap.equal(wire.wire_dscp(s, peer, link_local(peer.getsockname()[1])), 56,
               "DSCP")


@ktap.cases(v4=(AF_INET, "192.0.2.1"), v6=(AF_INET6, "2001:db8::1"))
# checklist: 62
def test_dest_without_route(family, host):
    session = qos2.Session()
    s = wire.sender(family)
    qos2.refused(qos2.HOST_UNREACHABLE, session.add, s, qos2.VOICE,
                 (host, 1234))


@ktap.cases(v4=(AF_INET, "239.1.2.3"), v6=(AF_INET6, "ff15::77"))
# checklist: 40, 63
def test_dest_multicast(family, group):
    session = qos2.Session()
    s, number = wire.sender(family), wire.port()
    index = socket.if_nametoindex("snd0")
    if family == AF_INET:
        s.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF,
                     socket.inet_aton(wire.SND[AF_INET]))
    else:
        s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, index)
    session.add(s, qos2.AUDIO_VIDEO, (group, number))
    s.sendto(b"data", (group, number))
    wire.marked(wire.seen(number), 40, count=1)


@ktap.cases(udp=(SOCK_DGRAM,), tcp=(SOCK_STREAM,))
# checklist: 63
def test_dest_addrform(kind):
    """An IPv6 socket that becomes an IPv4 one stays a member."""
    session = qos2.Session()
    peer = wire.receiver(AF_INET, kind)
    number = peer.getsockname()[1]
    s = wire.sender(AF_INET6, kind)
    s.connect(mapped(peer.getsockname()))
    if kind == SOCK_STREAM:
        peer = peer.accept()[0]
    wire.seen()
    flow = session.add(s, qos2.VOICE)
    s.setsockopt(socket.IPPROTO_IPV6, 1, AF_INET)
    wire.pass_on(s, peer)
    wire.marked(wire.seen(number), 56)
    session.remove(flow, s)
    wire.pass_on(s, peer)
    wire.marked(wire.seen(number), 0)
