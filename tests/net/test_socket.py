# SPDX-License-Identifier: GPL-2.0-only
"""Kinds of sockets and what can happen to one while it is in a flow."""

import array
import errno
import os
import socket
import struct
from socket import AF_INET, SOCK_DGRAM, SOCK_STREAM

import ktap
import qos2
import wire
from pcap import ACK, FIN, RST, SYN, UDPLITE
from wire import FAMILIES

DCCP = 6        # socket type
IPPROTO_DCCP, IPPROTO_SCTP, IPPROTO_MPTCP = 33, 132, 262


def ended(flags):
    """A condition for Capture.until: a packet with these flags was seen."""
    return lambda packets: any(p.flags is not None and p.flags & flags
                               for p in packets)


@ktap.cases(**wire.cross(family=FAMILIES))
# checklist: 41, 63, 105
def test_socket_tcp_whole_life(family):
    session = qos2.Session()
    listener = wire.receiver(family, SOCK_STREAM)
    port = listener.getsockname()[1]
    s = wire.sender(family, SOCK_STREAM)
    session.add(s, qos2.VOICE, listener.getsockname())
    s.connect(listener.getsockname())
    peer = listener.accept()[0]
    wire.pass_on(s, peer, b"there" * 2000)
    wire.pass_on(peer, s, b"back" * 2000)
    s.shutdown(socket.SHUT_WR)
    ktap.equal(peer.recv(1), b"", "end of stream")
    peer.close()
    ktap.equal(s.recv(1), b"", "end of stream")
    packets = wire.seen(port)
    for flag, name in ((SYN, "SYN"), (FIN, "FIN"), (ACK, "ACK")):
        ktap.true([p for p in packets if p.flags & flag], f"a {name} was seen")
    ktap.true([p for p in packets if p.flags == ACK and not p.segment],
              "a bare ACK was seen")
    wire.marked(packets, 56)


@ktap.cases(**wire.cross(family=FAMILIES))
# checklist: 29, 63
def test_socket_tcp_closed_by_peer(family):
    session = qos2.Session()
    s, peer, port = wire.connected(family, SOCK_STREAM)
    wire.seen()
    session.add(s, qos2.VOICE)
    peer.close()
    ktap.equal(s.recv(1), b"", "end of stream")
    s.close()
    packets = wire.Capture.main.until(
        lambda all: ended(FIN)(wire.to_port(all, port)), "the FIN")
    wire.marked(wire.to_port(packets, port), 56)


@ktap.cases(**wire.cross(family=FAMILIES))
# checklist: 63
def test_socket_tcp_reset(family):
    session = qos2.Session()
    s, peer, port = wire.connected(family, SOCK_STREAM)
    wire.seen()
    session.add(s, qos2.VOICE)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("=ii", 1, 0))
    s.close()
    packets = wire.Capture.main.until(
        lambda all: ended(RST)(wire.to_port(all, port)), "the RST")
    wire.marked(wire.to_port(packets, port), 56, count=1)


def lossy(port):
    """The other host drops what comes for a port, behind the capture."""
    return wire.firewall("filter hook input priority 0;", f"tcp dport {port} drop",
                         ns="rcv")


@ktap.cases(**wire.cross(family=FAMILIES))
# checklist: 63
def test_socket_tcp_retransmits(family):
    session = qos2.Session()
    s, peer, port = wire.connected(family, SOCK_STREAM)
    wire.seen()
    session.add(s, qos2.VOICE)
    with lossy(port):
        s.sendall(b"lost")
        packets = wire.Capture.main.until(
            lambda all: len([p for p in all if p.payload == b"lost"]) >= 3,
            "two retransmits")
    ktap.equal(peer.recv(100), b"lost", "data in the end")
    packets = [p for p in packets if p.payload == b"lost"]
    ktap.equal(len({p.seq for p in packets}), 1, "one sequence number")
    wire.marked(packets, 56)


@ktap.cases(**wire.cross(family=FAMILIES))
# checklist: 63
def test_socket_tcp_syn_retransmits(family):
    session = qos2.Session()
    listener = wire.receiver(family, SOCK_STREAM)
    port = listener.getsockname()[1]
    s = wire.sender(family, SOCK_STREAM)
    session.add(s, qos2.VOICE, listener.getsockname())
    with lossy(port):
        s.setblocking(False)
        ktap.equal(s.connect_ex(listener.getsockname()), errno.EINPROGRESS,
                   "connect")
        packets = wire.Capture.main.until(
            lambda all: len(wire.to_port(all, port)) >= 2, "a second SYN")
    packets = wire.to_port(packets, port)
    ktap.equal({p.flags for p in packets} & {SYN}, {SYN}, "SYNs")
    wire.marked(packets, 56)


@ktap.cases(**wire.cross(family=FAMILIES))
# checklist: 35, 63
def test_socket_accepted(family):
    """The server's side: the other host connects, we accept and add."""
    session = qos2.Session()
    listener = socket.create_server((wire.SND[family], wire.port()),
                                    family=family)
    with wire.inside("rcv"):
        peer = wire.sender(family, SOCK_STREAM)
    peer.connect(listener.getsockname())
    s = listener.accept()[0]
    port = peer.getsockname()[1]
    wire.seen()
    session.add(s, qos2.VOICE)
    wire.pass_on(s, peer)
    wire.pass_on(peer, s)
    wire.marked(wire.seen(port), 56)
    # Another connection of the same listener has nothing of it.
    with wire.inside("rcv"):
        other = wire.sender(family, SOCK_STREAM)
    other.connect(listener.getsockname())
    wire.pass_on(listener.accept()[0], other)
    wire.marked(wire.seen(other.getsockname()[1]), 0)


@ktap.cases(**wire.cross(family=FAMILIES))
# checklist: 67
def test_socket_reuseport_pair(family):
    session = qos2.Session()
    peer, local = wire.receiver(family), wire.port()
    pair = [wire.sender(family), wire.sender(family)]
    for s in pair:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        s.bind((wire.SND[family], local))
        s.connect(peer.getsockname())
    session.add(pair[0], qos2.VOICE)
    for text, s in ((b"first", pair[0]), (b"second", pair[1])):
        wire.pass_on(s, peer, text)
    packets = wire.seen(peer.getsockname()[1])
    ktap.equal([(p.payload, p.sport, p.dscp) for p in packets],
               [(b"first", local, 56), (b"second", local, 0)], "packets")


@ktap.cases(**wire.cross(kind=wire.KINDS, family=FAMILIES))
# checklist: 63, 78
def test_socket_dup(kind, family):
    session = qos2.Session()
    s, peer, port = wire.connected(family, kind)
    wire.seen()
    flow = session.add(s, qos2.VOICE)
    twin = s.dup()
    s.close()
    wire.pass_on(twin, peer)
    wire.marked(wire.seen(port), 56)
    # Either descriptor names the socket.
    session.remove(flow, twin)
    wire.pass_on(twin, peer)
    wire.marked(wire.seen(port), 0)


@ktap.cases(**wire.cross(kind=wire.KINDS, family=FAMILIES))
# checklist: 63
def test_socket_fork(kind, family):
    session = qos2.Session()
    s, peer, port = wire.connected(family, kind)
    wire.seen()
    flow = session.add(s, qos2.VOICE)
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.read(reader, 1)
        wire.pass_on(s, peer)
        os._exit(0)
    s.close()
    os.write(writer, b"+")
    ktap.equal(os.waitpid(child, 0)[1], 0, "the child's status")
    wire.marked(wire.seen(port), 56)
    # The child's was the last descriptor: a datagram socket is gone with it.
    if kind == SOCK_DGRAM:
        ktap.until(lambda: gone(session, flow), "the end of the flow")


def gone(session, flow):
    """Is the flow no more? Another error is an error."""
    try:
        session.priority(flow)
    except qos2.QosError as error:
        ktap.equal(error.code, qos2.NOT_FOUND, "error")
        return True
    return False


def pass_fd(channel, s):
    channel.sendmsg([b"+"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS,
                              array.array("i", [s.fileno()]))])


def take_fd(channel, family, kind):
    ancillary = channel.recvmsg(1, 100)[1]
    return socket.socket(family, kind, fileno=struct.unpack(
        "=i", ancillary[0][2][:4])[0])


@ktap.cases(**wire.cross(kind=wire.KINDS, family=FAMILIES))
# checklist: 63
def test_socket_passed_after_add(kind, family):
    session = qos2.Session()
    s, peer, port = wire.connected(family, kind)
    wire.seen()
    session.add(s, qos2.VOICE)
    ours, theirs = socket.socketpair(socket.AF_UNIX)
    pass_fd(ours, s)
    s.close()
    child = os.fork()
    if child == 0:
        wire.pass_on(take_fd(theirs, family, kind), peer)
        os._exit(0)
    ktap.equal(os.waitpid(child, 0)[1], 0, "the child's status")
    wire.marked(wire.seen(port), 56)


@ktap.cases(**wire.cross(family=FAMILIES))
# checklist: 63
def test_socket_added_by_another_process(family):
    """A broker adds the socket that it was handed; the owner sends."""
    s, peer, port = wire.connected(family)
    ours, theirs = socket.socketpair(socket.AF_UNIX)
    child = os.fork()
    if child == 0:
        ours.close()
        session = qos2.Session()
        handed = take_fd(theirs, family, SOCK_DGRAM)
        session.add(handed, qos2.VOICE)
        handed.close()
        theirs.send(b"+")
        theirs.recv(1)
        os._exit(0)
    pass_fd(ours, s)
    ktap.equal(ours.recv(1), b"+", "the broker's answer")
    ktap.equal(wire.wire_dscp(s, peer), 56, "DSCP")
    ours.close()
    os.waitpid(child, 0)
    ktap.equal(wire.wire_dscp(s, peer), 0, "DSCP without the broker")


@ktap.cases(**wire.cross(kind=wire.KINDS, family=FAMILIES))
# checklist: 63
def test_socket_of_other_namespace(kind, family):
    """The caller lives in one namespace, the socket in another."""
    s, peer, port = wire.connected(family, kind)
    wire.seen()
    wire.ip("netns add third\n")
    try:
        with wire.inside("third"):
            session = qos2.Session()
            session.add(s, qos2.VOICE)
            wire.pass_on(s, peer)
    finally:
        wire.ip("netns del third\n")
    wire.marked(wire.seen(port), 56)


# checklist: 66
def test_socket_two_namespaces_in_one_flow_refused():
    session = qos2.Session()
    s, peer, port = wire.connected(AF_INET)
    flow = session.add(s, qos2.VOICE)
    qos2.refused(qos2.INVALID_PARAMETER, session.add, peer, qos2.VOICE,
                 s.getsockname(), flow)
    ktap.equal(wire.wire_dscp(s, peer), 56, "DSCP")


@ktap.cases(**wire.cross(family=FAMILIES))
# checklist: 78
def test_socket_descriptor_reused(family):
    session = qos2.Session()
    for turn in range(20):
        s, peer, port = wire.connected(family)
        flow = session.add(s, qos2.VOICE)
        ktap.equal(wire.wire_dscp(s, peer), 56, "the member")
        fd, fresh = s.detach(), wire.sender(family)
        os.dup2(fresh.fileno(), fd)
        fresh = socket.socket(family, SOCK_DGRAM, fileno=fd)
        fresh.connect(peer.getsockname())
        ktap.equal(wire.wire_dscp(fresh, peer), 0, "a new socket")
        ktap.until(lambda: gone(session, flow), "the end of the flow")
        qos2.refused(qos2.NOT_FOUND, session.remove, flow, fresh)


@ktap.cases(**wire.cross(family=FAMILIES))
# checklist: 47
def test_socket_listener_refused(family):
    session = qos2.Session()
    listener = socket.create_server((wire.SND[family], wire.port()),
                                    family=family)
    for dest in (None, (wire.RCV[family], 1234)):
        qos2.refused(qos2.INVALID_PARAMETER, session.add, listener, qos2.VOICE,
                     dest)


def udplite(family):
    try:
        return wire.sender(family, SOCK_DGRAM, UDPLITE)
    except OSError as error:
        ktap.equal(error.errno, errno.EPROTONOSUPPORT, "errno")
        return None


@ktap.cases(**wire.cross(family=FAMILIES))
# checklist: 63
def test_socket_udplite(family):
    """Marked like UDP, where the kernel still has it."""
    session = qos2.Session()
    s, port = udplite(family), wire.port()
    if s is None:
        return
    session.add(s, qos2.VOICE, (wire.RCV[family], port))
    s.sendto(b"data", (wire.RCV[family], port))
    packets = wire.seen(port)
    ktap.equal({p.protocol for p in packets}, {UDPLITE}, "protocol")
    wire.marked(packets, 56, count=1)


REFUSED = {
    "mptcp": (SOCK_STREAM, IPPROTO_MPTCP),
    "sctp": (SOCK_STREAM, IPPROTO_SCTP),
    "sctp_seqpacket": (socket.SOCK_SEQPACKET, IPPROTO_SCTP),
    "dccp": (DCCP, IPPROTO_DCCP),
    "raw": (socket.SOCK_RAW, socket.IPPROTO_UDP),
    "ping": (SOCK_DGRAM, None),
}


@ktap.cases(**wire.cross(kind={k: k for k in REFUSED}, family=FAMILIES))
# checklist: 47
def test_socket_refused(kind, family):
    session = qos2.Session()
    sock_type, protocol = REFUSED[kind]
    if protocol is None:
        wire.sysctl("net.ipv4.ping_group_range", "0 0")
        protocol = (socket.IPPROTO_ICMP if family == AF_INET else
                    socket.IPPROTO_ICMPV6)
    try:
        s = wire.sender(family, sock_type, protocol)
    except OSError as error:
        ktap.true(error.errno in (errno.EPROTONOSUPPORT, errno.ESOCKTNOSUPPORT),
                  f"the kernel has no such socket, or: {error}")
        return
    qos2.refused(qos2.NOT_SUPPORTED, session.add, s, qos2.VOICE,
                 (wire.RCV[family], 1234))


@ktap.cases(unix_stream=(socket.AF_UNIX, SOCK_STREAM),
            unix_datagram=(socket.AF_UNIX, SOCK_DGRAM),
            netlink=(socket.AF_NETLINK, socket.SOCK_RAW),
            packet=(socket.AF_PACKET, SOCK_DGRAM))
# checklist: 47
def test_socket_refused_family(family, kind):
    session = qos2.Session()
    s = socket.socket(family, kind)
    qos2.refused(qos2.NOT_SUPPORTED, session.add, s, qos2.VOICE)
