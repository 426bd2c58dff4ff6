# SPDX-License-Identifier: GPL-2.0-only
"""Ways in which data leaves a socket, and what packets are made of it."""

import contextlib
import ctypes
import os
import socket
import struct
import tempfile
from socket import AF_INET, AF_INET6, SOCK_DGRAM, SOCK_STREAM

import genl
import ktap
import qos2
import uring
import wire
from wire import FAMILIES, KINDS

SO_ZEROCOPY, MSG_ZEROCOPY = 60, 0x4000000
SOL_UDP, UDP_CORK, UDP_SEGMENT = 17, 1, 103
HEADERS = {AF_INET: 28, AF_INET6: 48}


@contextlib.contextmanager
def segmenting(device="snd0"):
    """The device takes no GSO packets: the stack cuts them in front of it."""
    wire.ip(f"link set {device} gso_max_segs 1\n")
    try:
        yield
    finally:
        wire.ip(f"link set {device} gso_max_segs 65535\n")


def member(family, kind=SOCK_DGRAM, traffic=qos2.VOICE):
    session = qos2.Session()
    s, peer, port = wire.connected(family, kind)
    wire.seen()
    return session, s, peer, port, session.add(s, traffic)


@ktap.cases(**wire.cross(kind=KINDS, family=FAMILIES))
# checklist: 63, 105
def test_path_zerocopy(kind, family):
    session, s, peer, port, flow = member(family, kind)
    s.setsockopt(socket.SOL_SOCKET, SO_ZEROCOPY, 1)
    data = os.urandom(1200)
    ktap.equal(s.send(data, MSG_ZEROCOPY), len(data), "sent")
    ktap.equal(receive(peer, len(data)), data, "data")
    wire.marked(wire.seen(port), 56)
    # The kernel says that the pages are ours again.
    ktap.until(lambda: completed(s), "the zero-copy completion")


def receive(peer, size):
    data = b""
    while len(data) < size:
        data += peer.recv(size - len(data))
    return data


def completed(s):
    try:
        return s.recvmsg(0, 200, socket.MSG_ERRQUEUE | socket.MSG_DONTWAIT)[1]
    except BlockingIOError:
        return None


@ktap.cases(**wire.cross(device={"whole": False, "cut": True}, family=FAMILIES))
# checklist: 63, 105
def test_path_udp_segment(cut, family):
    session, s, peer, port, flow = member(family)
    data = b"".join(bytes([i]) * 100 for i in range(7)) + b"rest"
    with segmenting() if cut else contextlib.nullcontext():
        s.sendmsg([data], [(SOL_UDP, UDP_SEGMENT, struct.pack("=H", 100))])
        got = [peer.recv(2000) for i in range(8)]
    ktap.equal([len(x) for x in got], [100] * 7 + [4], "datagrams")
    packets = wire.seen(port)
    wire.marked(packets, 56, count=8 if cut else None)
    family_ = genl.Family()
    size = 8 * HEADERS[family] + len(data)
    ktap.equal(family_.counters(flow), (8, size, 8), "packets, bytes, marked")


@ktap.cases(**wire.cross(device={"whole": False, "cut": True}, family=FAMILIES))
# checklist: 63, 105
def test_path_tcp_bulk(cut, family):
    session, s, peer, port, flow = member(family, SOCK_STREAM)
    s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    with segmenting() if cut else contextlib.nullcontext():
        wire.pass_on(s, peer, os.urandom(60000))
    packets = wire.seen(port)
    wire.marked(packets, 56)
    if cut:
        ktap.true(max(p.length for p in packets) <= 1500, "packets were cut")
    ktap.true(sum(p.segment for p in packets) >= 60000, "all data was seen")


@ktap.cases(**wire.cross(family=FAMILIES))
# checklist: 63, 104, 105
def test_path_fragments(family):
    session, s, peer, port, flow = member(family)
    level, name = ((socket.IPPROTO_IP, socket.IP_TOS) if family == AF_INET else
                   (socket.IPPROTO_IPV6, 67))
    s.setsockopt(level, name, 2)
    s.send(os.urandom(4000))
    ktap.equal(len(peer.recv(5000)), 4000, "datagram")
    packets = [p for p in wire.seen() if p.offset or p.more]
    ktap.equal([bool(p.offset) for p in packets], [False, True, True],
               "three fragments")
    wire.marked(packets, 56, ecn=2)


@ktap.cases(**wire.cross(family=FAMILIES))
# checklist: 63, 105
def test_path_corked(family):
    session, s, peer, port, flow = member(family)
    s.setsockopt(SOL_UDP, UDP_CORK, 1)
    s.send(b"one ")
    s.send(b"datagram")
    s.setsockopt(SOL_UDP, UDP_CORK, 0)
    ktap.equal(peer.recv(100), b"one datagram", "data")
    wire.marked(wire.seen(port), 56, count=1)


@ktap.cases(**wire.cross(kind=KINDS, family=FAMILIES))
# checklist: 63, 105
def test_path_io_uring(kind, family):
    session, s, peer, port, flow = member(family, kind)
    ktap.equal(uring.Ring().send(s, b"data"), 4, "result")
    ktap.equal(peer.recv(100), b"data", "data")
    wire.marked(wire.seen(port), 56)


@ktap.cases(**wire.cross(kind=KINDS, family=FAMILIES))
# checklist: 63, 105
def test_path_io_uring_zerocopy(kind, family):
    session, s, peer, port, flow = member(family, kind)
    ktap.equal(uring.Ring().send(s, b"data", uring.OP_SEND_ZC), 4, "result")
    ktap.equal(peer.recv(100), b"data", "data")
    wire.marked(wire.seen(port), 56)


class IoVec(ctypes.Structure):
    _fields_ = [("base", ctypes.c_char_p), ("size", ctypes.c_size_t)]


class MsgHdr(ctypes.Structure):
    _fields_ = [("name", ctypes.c_char_p), ("namelen", ctypes.c_uint),
                ("iov", ctypes.POINTER(IoVec)), ("iovlen", ctypes.c_size_t),
                ("control", ctypes.c_void_p), ("controllen", ctypes.c_size_t),
                ("flags", ctypes.c_int)]


class MMsgHdr(ctypes.Structure):
    _fields_ = [("header", MsgHdr), ("length", ctypes.c_uint)]


@ktap.cases(**wire.cross(family=FAMILIES))
# checklist: 61, 63, 105
def test_path_sendmmsg(family):
    """One call, three destinations, two of them in flows."""
    session = qos2.Session()
    s, peers = wire.sender(family), [wire.receiver(family) for i in range(3)]
    session.add(s, qos2.VOICE, peers[0].getsockname())
    session.add(s, qos2.BACKGROUND, peers[2].getsockname())
    messages = (MMsgHdr * 3)()
    for message, peer in zip(messages, peers):
        to = qos2.sockaddr(peer.getsockname())
        message.header.name, message.header.namelen = to, len(to)
        message.header.iov = ctypes.pointer(IoVec(b"data", 4))
        message.header.iovlen = 1
    ktap.equal(wire.check(wire.libc.sendmmsg(s.fileno(), messages, 3, 0)), 3,
               "messages sent")
    ports = [peer.getsockname()[1] for peer in peers]
    packets = [p for p in wire.seen() if p.dport in ports]
    ktap.equal([(p.dport, p.dscp) for p in packets],
               list(zip(ports, (56, 0, 8))), "packets")


@ktap.cases(**wire.cross(family=FAMILIES))
# checklist: 63, 105
def test_path_sendfile(family):
    session, s, peer, port, flow = member(family, SOCK_STREAM)
    with tempfile.TemporaryFile() as file:
        file.write(os.urandom(5000))
        file.flush()
        ktap.equal(os.sendfile(s.fileno(), file.fileno(), 0, 5000), 5000, "sent")
    receive(peer, 5000)
    wire.marked(wire.seen(port), 56)


@ktap.cases(**wire.cross(kind=KINDS, family=FAMILIES))
# checklist: 63, 115
def test_path_counters(kind, family):
    session, s, peer, port, flow = member(family, kind)
    counters = genl.Family()
    ktap.equal(counters.counters(flow), (0, 0, 0), "before")
    for size in (1, 100, 1000):
        wire.pass_on(s, peer, b"x" * size)
    packets = wire.seen(port)
    wire.marked(packets, 56)
    ktap.equal(counters.counters(flow),
               (len(packets), sum(p.length for p in packets), len(packets)),
               "packets, bytes, marked")


def turned(family, asked, port):
    """This host's firewall sends on what goes to another address and port."""
    word, target = (("ip", wire.RCV[family]) if family == AF_INET else
                    ("ip6", f"[{wire.RCV[family]}]"))
    return wire.firewall("nat hook output priority -100;",
                         f"{word} daddr {asked[0]} udp dport {asked[1]}"
                         f" dnat to {target}:{port}", word)


@ktap.cases(**wire.cross(connected={"connected": True, "unconnected": False},
                         family=FAMILIES))
# checklist: 61, 63, 105
def test_path_dnat(connected, family):
    """What counts is where the program sends, not where it is sent on to."""
    session = qos2.Session()
    s, peer = wire.sender(family), wire.receiver(family)
    port = peer.getsockname()[1]
    asked = (wire.RCV2[family], wire.port())
    with turned(family, asked, port):
        if connected:
            s.connect(asked)
        session.add(s, qos2.VOICE, None if connected else asked)
        for turn in range(2):
            wire.pass_on(s, peer, to=None if connected else asked)
    packets = wire.seen(port)
    ktap.equal({p.dst for p in packets}, {wire.RCV[family]}, "rewritten")
    wire.marked(packets, 56, count=2)


@ktap.cases(**wire.cross(family=FAMILIES))
# checklist: 61
def test_path_dnat_to_the_destination(family):
    """Packets to elsewhere that are turned to a member's destination."""
    session = qos2.Session()
    s, peer = wire.sender(family), wire.receiver(family)
    port = peer.getsockname()[1]
    asked = (wire.RCV2[family], wire.port())
    session.add(s, qos2.VOICE, peer.getsockname())
    with turned(family, asked, port):
        wire.pass_on(s, peer, to=asked)
    wire.marked(wire.seen(port), 0, count=1)


@ktap.cases(**wire.cross(family=FAMILIES))
# checklist: 63
def test_path_after_firewall_mangling(family):
    """A flow's mark is the last word: it stands behind every other hook."""
    session, s, peer, port, flow = member(family)
    word = "ip" if family == AF_INET else "ip6"
    with wire.firewall("filter hook output priority 300;",
                       f"udp dport {port} {word} dscp set 10"):
        ktap.equal(wire.wire_dscp(s, peer), 56, "in the flow")
        session.remove(flow)
        ktap.equal(wire.wire_dscp(s, peer), 10, "afterwards")


@ktap.cases(**wire.cross(family=FAMILIES))
# checklist: 35, 63
def test_path_redirected_server(family):
    """The client speaks to a port that the firewall leads to the server's."""
    session = qos2.Session()
    listener = socket.create_server((wire.SND[family], wire.port()),
                                    family=family)
    asked = (wire.SND[family], wire.port())
    with wire.firewall("nat hook prerouting priority -100;",
                       f"tcp dport {asked[1]} dnat to"
                       f" :{listener.getsockname()[1]}",
                       "ip" if family == AF_INET else "ip6"):
        with wire.inside("rcv"):
            peer = wire.sender(family, SOCK_STREAM)
        peer.connect(asked)
        s = listener.accept()[0]
        session.add(s, qos2.VOICE)
        wire.seen()
        wire.pass_on(s, peer)
        packets = wire.seen(peer.getsockname()[1])
    ktap.equal({p.sport for p in packets}, {asked[1]}, "source ports")
    wire.marked(packets, 56)


@ktap.cases(v4=(AF_INET, ((socket.IPPROTO_IP, 4, b"\1\1\1\0"),)),
            v6=(AF_INET6, ((socket.IPPROTO_IPV6, 54, b"\0\0\1\4\0\0\0\0"),
                           (socket.IPPROTO_IPV6, 59, b"\0\0\1\4\0\0\0\0"))))
# checklist: 63, 105
def test_path_header_options(family, options):
    """IPv4 options; IPv6 hop-by-hop and destination options."""
    session, s, peer, port, flow = member(family)
    for option in options:
        s.setsockopt(*option)
    wire.pass_on(s, peer)
    packets = wire.seen(port)
    wire.marked(packets, 56, count=1)
    ktap.equal(packets[0].length, HEADERS[family] + 4 + (4 if family == AF_INET
                                                         else 16), "length")


VRF_NEAR, VRF_FAR = ({AF_INET: f"10.82.0.{i}", AF_INET6: f"fd82::{i}"}
                     for i in (1, 2))


@contextlib.contextmanager
def vrf():
    """A routing domain, vrf7, with a link of its own to rcv, tmp0 to tmp1."""
    wire.ip("link add vrf7 type vrf table 77\nlink set vrf7 up\n"
            f"link add tmp0 address {wire.SND_MAC} type veth"
            f" peer name tmp1 netns rcv address {wire.RCV_MAC}\n"
            "link set tmp0 master vrf7\n")
    try:
        wire.host("snd", "tmp0", [VRF_NEAR], "fe80::1", [VRF_FAR], "fe80::2",
                  wire.RCV_MAC)
        wire.host("rcv", "tmp1", [VRF_FAR], "fe80::2", [VRF_NEAR], "fe80::1",
                  wire.SND_MAC)
        yield
    finally:
        wire.ip("link del tmp0\nlink del vrf7\n")


def vrf_sender(family):
    s = wire.sender(family)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"vrf7")
    return s


def vrf_send(family, peer, capture):
    """One marked datagram, counted once."""
    session, s = qos2.Session(), vrf_sender(family)
    s.connect(peer.getsockname())
    flow = session.add(s, qos2.VOICE)
    wire.pass_on(s, peer)
    packets = capture.until(
        lambda all: any(p.payload == b"data" for p in all), "the data")
    wire.marked(wire.to_port(packets, peer.getsockname()[1]), 56)
    ktap.equal(genl.Family().counters(flow), (1, HEADERS[family] + 4, 1),
               "packets, bytes, marked")
    capture.stop()


@ktap.cases(**wire.cross(device={"direct": False, "queued": True},
                         family=FAMILIES))
# checklist: 63, 105
def test_path_vrf(queued, family):
    """The stack shows a packet to the hooks twice there; it counts once."""
    with vrf():
        if queued:
            wire.run("tc qdisc add dev vrf7 root pfifo")
        vrf_send(family, wire.receiver(family, address=VRF_FAR[family]),
                 wire.Capture("rcv", "tmp1"))


@ktap.cases(**wire.cross(family=FAMILIES))
# checklist: 63, 105
def test_path_vrf_local(family):
    with vrf():
        peer = vrf_sender(family)
        peer.bind((VRF_NEAR[family], wire.port()))
        vrf_send(family, peer, wire.Capture("snd", "vrf7"))


@ktap.cases(**wire.cross(kind=KINDS, family=FAMILIES))
# checklist: 63
def test_path_loopback(kind, family):
    """A flow to this host itself is marked like any other."""
    session = qos2.Session()
    host = "127.0.0.1" if family == AF_INET else "::1"
    capture = wire.Capture("snd", "lo")
    try:
        peer = wire.sender(family, kind)
        peer.bind((host, wire.port()))
        if kind == SOCK_STREAM:
            peer.listen()
        s = wire.sender(family, kind)
        to = peer.getsockname()
        session.add(s, qos2.VOICE, to)
        s.connect(to)
        if kind == SOCK_STREAM:
            peer = peer.accept()[0]
        wire.pass_on(s, peer)
        packets = capture.until(
            lambda all: any(p.payload == b"data" for p in all), "the data")
        wire.marked(wire.to_port(packets, to[1]), 56)
    finally:
        capture.stop()
