# SPDX-License-Identifier: GPL-2.0-only
"""What packets of a flow carry, and when they carry it no more."""

import os
import signal
import socket
import struct
from socket import AF_INET, AF_INET6, SOCK_DGRAM, SOCK_STREAM

import ktap
import qos2
import wire
from wire import FAMILIES, KINDS

# What a program may set itself: DSCP 10, without ECN.
OWN_TOS, OWN_DSCP = 0x28, 10
IPV6_TCLASS = 67


def set_tos(s, tos):
    if s.family == AF_INET6:
        s.setsockopt(socket.IPPROTO_IPV6, IPV6_TCLASS, tos)
    else:
        s.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, tos)


def get_tos(s):
    if s.family == AF_INET6:
        return s.getsockopt(socket.IPPROTO_IPV6, IPV6_TCLASS)
    return s.getsockopt(socket.IPPROTO_IP, socket.IP_TOS)


@ktap.cases(**wire.cross(type=qos2.TYPES, kind=KINDS, family=FAMILIES))
# checklist: 63, 105, 112, 113, 115
def test_mark_type(kind, protocol, family):
    session = qos2.Session()
    s, peer, port = wire.connected(family, protocol)
    wire.pass_on(s, peer)
    wire.marked(wire.seen(port), 0, what="before")
    flow = session.add(s, kind)
    for piece in range(3):
        wire.pass_on(s, peer, b"piece %d" % piece)
    packets = wire.seen(port)
    wire.marked(packets, qos2.DSCP[kind])
    ktap.equal([p.payload for p in packets if p.payload],
               [b"piece 0", b"piece 1", b"piece 2"], "payloads")
    ktap.equal(session.priority(flow), (qos2.DSCP[kind], 0, 0, 0), "priority")


@ktap.cases(**wire.cross(family=FAMILIES))
# checklist: 99, 105, 114, 115
def test_mark_dscp_every_value(family):
    session = qos2.Session()
    s, peer, port = wire.connected(family)
    flow = session.add(s, qos2.BACKGROUND)
    for dscp in range(64):
        session.set_dscp(flow, dscp)
        ktap.equal(session.priority(flow), (dscp, 0, 0, 0), "priority")
        wire.pass_on(s, peer)
    packets = wire.seen(port)
    ktap.equal([p.dscp for p in packets], list(range(64)), "DSCP on the wire")
    wire.marked(packets[:1], 0)


@ktap.cases(**wire.cross(family=FAMILIES))
# checklist: 99
def test_mark_dscp_zero_over_own(family):
    session = qos2.Session()
    s, peer, port = wire.connected(family)
    set_tos(s, OWN_TOS | 2)
    flow = session.add(s, qos2.BEST_EFFORT)
    session.set_dscp(flow, 0)
    wire.pass_on(s, peer)
    wire.marked(wire.seen(port), 0, ecn=2, count=1)


@ktap.cases(**wire.cross(kind=KINDS, family=FAMILIES))
# checklist: 103, 79, 114
def test_mark_type_undoes_dscp(protocol, family):
    session = qos2.Session()
    s, peer, port = wire.connected(family, protocol)
    wire.seen()
    flow = session.add(s, qos2.VOICE)
    session.set_dscp(flow, 46)
    wire.pass_on(s, peer)
    wire.marked(wire.seen(port), 46)
    session.set_type(flow, qos2.VOICE)
    wire.pass_on(s, peer)
    wire.marked(wire.seen(port), 56)
    ktap.equal(session.priority(flow), (56, 0, 0, 0), "priority")


@ktap.cases(**wire.cross(family=FAMILIES))
# checklist: 79, 112
def test_mark_type_changed(family):
    session = qos2.Session()
    s, peer, port = wire.connected(family)
    set_tos(s, OWN_TOS)
    flow = session.add(s, qos2.VOICE)
    for kind in (1, 2, 0, 3, 4, 5, 1, 0):
        session.set_type(flow, kind)
        want = qos2.DSCP[kind] if kind else OWN_DSCP
        ktap.equal(wire.wire_dscp(s, peer), want, f"type {kind}")
        ktap.equal(session.priority(flow)[0], qos2.DSCP[kind], "priority")


@ktap.cases(**wire.cross(kind=KINDS, family=FAMILIES))
# checklist: 63
def test_mark_best_effort_touches_nothing(protocol, family):
    session = qos2.Session()
    s, peer, port = wire.connected(family, protocol)
    set_tos(s, OWN_TOS | (1 if protocol == SOCK_DGRAM else 0))
    s.setsockopt(socket.SOL_SOCKET, socket.SO_PRIORITY, 3)
    wire.seen()
    session.add(s, qos2.BEST_EFFORT)
    wire.pass_on(s, peer)
    wire.marked(wire.seen(port), OWN_DSCP,
                ecn=1 if protocol == SOCK_DGRAM else 0)


@ktap.cases(**wire.cross(kind=KINDS, family=FAMILIES))
# checklist: 63
def test_mark_options_of_program_kept(protocol, family):
    session = qos2.Session()
    s, peer, port = wire.connected(family, protocol)
    set_tos(s, OWN_TOS)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_PRIORITY, 3)
    wire.seen()
    flow = session.add(s, qos2.VOICE)
    wire.pass_on(s, peer)
    wire.marked(wire.seen(port), 56)
    ktap.equal(get_tos(s), OWN_TOS, "TOS that the program reads")
    ktap.equal(s.getsockopt(socket.SOL_SOCKET, socket.SO_PRIORITY), 3,
               "SO_PRIORITY that the program reads")
    session.remove(flow)
    ktap.equal(get_tos(s), OWN_TOS, "TOS afterwards")
    wire.pass_on(s, peer)
    wire.marked(wire.seen(port), OWN_DSCP)


@ktap.cases(**wire.cross(
    ecn={"not_ect": 0, "ect1": 1, "ect0": 2, "ce": 3}, family=FAMILIES))
# checklist: 104
def test_mark_keeps_ecn(ecn, family):
    session = qos2.Session()
    s, peer, port = wire.connected(family)
    set_tos(s, OWN_TOS | ecn)
    wire.pass_on(s, peer)
    wire.marked(wire.seen(port), OWN_DSCP, ecn, 1, "before")
    flow = session.add(s, qos2.VOICE)
    wire.pass_on(s, peer)
    wire.marked(wire.seen(port), 56, ecn, 1)
    session.set_dscp(flow, 63)
    wire.pass_on(s, peer)
    wire.marked(wire.seen(port), 63, ecn, 1)
    session.set_type(flow, qos2.BEST_EFFORT)
    wire.pass_on(s, peer)
    wire.marked(wire.seen(port), OWN_DSCP, ecn, 1)


@ktap.cases(**wire.cross(family=FAMILIES))
# checklist: 104
def test_mark_keeps_ecn_of_each_packet(family):
    session = qos2.Session()
    s, peer, port = wire.connected(family)
    session.add(s, qos2.AUDIO_VIDEO)
    level, name = ((socket.IPPROTO_IP, socket.IP_TOS) if family == AF_INET else
                   (socket.IPPROTO_IPV6, IPV6_TCLASS))
    for ecn in range(4):
        s.sendmsg([b"data"], [(level, name, struct.pack("=i", OWN_TOS | ecn))])
        peer.recv(100)
    packets = wire.seen(port)
    ktap.equal([(p.dscp, p.ecn) for p in packets],
               [(40, 0), (40, 1), (40, 2), (40, 3)], "marks")


@ktap.cases(**wire.cross(family=FAMILIES))
# checklist: 104
def test_mark_keeps_ecn_of_tcp(family):
    session = qos2.Session()
    listener = wire.receiver(family, SOCK_STREAM)
    s = wire.sender(family, SOCK_STREAM)
    session.add(s, qos2.VOICE, listener.getsockname())
    with wire.inside("rcv"), wire.setting("net.ipv4.tcp_ecn", 1):
        with wire.inside("snd"), wire.setting("net.ipv4.tcp_ecn", 1):
            s.connect(listener.getsockname())
        peer = listener.accept()[0]
    wire.pass_on(s, peer)
    packets = wire.seen(listener.getsockname()[1])
    syn = [p for p in packets if p.flags & 2]
    data = [p for p in packets if p.payload]
    ktap.equal([p.flags & 0xc0 for p in syn], [0xc0], "ECE and CWR of the SYN")
    wire.marked(syn, 56, 0, 1, "SYN")
    wire.marked(data, 56, 2, 1, "data")


def own_tos_flow(family):
    session = qos2.Session()
    s, peer, port = wire.connected(family)
    set_tos(s, OWN_TOS)
    flow = session.add(s, qos2.VOICE)
    ktap.equal(wire.wire_dscp(s, peer), 56, "in the flow")
    return session, s, peer, flow


@ktap.cases(**wire.cross(family=FAMILIES))
# checklist: 67, 69
def test_mark_ends_with_remove_socket(family):
    session, s, peer, flow = own_tos_flow(family)
    session.remove(flow, s)
    ktap.equal(wire.wire_dscp(s, peer), OWN_DSCP, "afterwards")
    qos2.refused(qos2.NOT_FOUND, session.priority, flow)


@ktap.cases(**wire.cross(family=FAMILIES))
# checklist: 68, 69
def test_mark_ends_with_flow(family):
    session, s, peer, flow = own_tos_flow(family)
    other, other_peer, port = wire.connected(family)
    session.add(other, flow=flow)
    ktap.equal(wire.wire_dscp(other, other_peer), 56, "second socket")
    session.remove(flow)
    ktap.equal(wire.wire_dscp(s, peer), OWN_DSCP, "first, afterwards")
    ktap.equal(wire.wire_dscp(other, other_peer), 0, "second, afterwards")
    qos2.refused(qos2.NOT_FOUND, session.priority, flow)


@ktap.cases(**wire.cross(kind=KINDS, family=FAMILIES))
# checklist: 27, 29
def test_mark_ends_with_handle(protocol, family):
    session = qos2.Session()
    s, peer, port = wire.connected(family, protocol)
    set_tos(s, OWN_TOS)
    wire.seen()
    session.add(s, qos2.VOICE)
    wire.pass_on(s, peer)
    wire.marked(wire.seen(port), 56)
    session.close()
    wire.pass_on(s, peer)
    wire.marked(wire.seen(port), OWN_DSCP)
    # The socket still works in both directions.
    if protocol == SOCK_STREAM:
        peer.sendall(b"back")
    else:
        peer.sendto(b"back", s.getsockname())
    ktap.equal(s.recv(100), b"back", "answer")


@ktap.cases(**wire.cross(family=FAMILIES))
# checklist: 33
def test_mark_ends_with_killed_process(family):
    s, peer, port = wire.connected(family)
    set_tos(s, OWN_TOS)
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        qos2.Session().add(s, qos2.VOICE)
        os.write(writer, b"+")
        signal.pause()
    os.close(writer)
    ktap.equal(os.read(reader, 1), b"+", "the child's message")
    ktap.equal(wire.wire_dscp(s, peer), 56, "while the process lives")
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    ktap.equal(wire.wire_dscp(s, peer), OWN_DSCP, "after SIGKILL")


@ktap.cases(**wire.cross(family=FAMILIES))
# checklist: 33
def test_mark_ends_with_exited_process(family):
    s, peer, port = wire.connected(family)
    child = os.fork()
    if child == 0:
        qos2.Session().add(s, qos2.VOICE)
        wire.pass_on(s, peer)
        os._exit(0)
    ktap.equal(os.waitpid(child, 0)[1], 0, "the child's status")
    wire.pass_on(s, peer)
    ktap.equal([p.dscp for p in wire.seen(port)], [56, 0], "DSCP")


# checklist: 23
def test_mark_of_other_handle_stays():
    first, second = qos2.Session(), qos2.Session()
    a, a_peer, port = wire.connected(AF_INET)
    b, b_peer, port = wire.connected(AF_INET6)
    first.add(a, qos2.VOICE)
    flow = second.add(b, qos2.VOICE)
    first.close()
    ktap.equal(wire.wire_dscp(a, a_peer), 0, "closed handle")
    ktap.equal(wire.wire_dscp(b, b_peer), 56, "other handle")
    ktap.equal(second.priority(flow), (56, 0, 0, 0), "priority")


@ktap.cases(**wire.cross(kind=KINDS, family=FAMILIES))
# checklist: 56, 53
def test_mark_of_joined_socket(protocol, family):
    session = qos2.Session()
    first, peer, port = wire.connected(family)
    flow = session.add(first, qos2.BACKGROUND)
    s, peer, port = wire.connected(family, protocol)
    wire.seen()
    ktap.equal(session.add(s, qos2.VOICE, flow=flow), flow, "flow id")
    wire.pass_on(s, peer)
    wire.marked(wire.seen(port), 8)


@ktap.cases(**wire.cross(family=FAMILIES))
# checklist: 67, 77
def test_mark_one_of_two_removed(family):
    session = qos2.Session()
    a, a_peer, port = wire.connected(family)
    b, b_peer, port = wire.connected(family, SOCK_STREAM)
    wire.seen()
    flow = session.add(a, qos2.VOICE)
    session.add(b, flow=flow)
    session.remove(flow, a)
    ktap.equal(wire.wire_dscp(a, a_peer), 0, "removed socket")
    wire.pass_on(b, b_peer)
    wire.marked(wire.seen(port), 56)
    again = session.add(a, qos2.BACKGROUND)
    ktap.true(again != flow, "a new flow has a new id")
    ktap.equal(wire.wire_dscp(a, a_peer), 8, "added again")
    session.remove(flow, b)
    qos2.refused(qos2.NOT_FOUND, session.priority, flow)
    ktap.equal(session.priority(again), (8, 0, 0, 0), "the other flow")


@ktap.cases(**wire.cross(family=FAMILIES))
# checklist: 102
def test_mark_adaptive_flow_refuses_dscp(family):
    session = qos2.Session()
    s, peer, port = wire.connected(family)
    try:
        flow = session.add(s, qos2.VOICE, flags=0)
    except qos2.QosError as error:
        # Adaptive flows may not exist yet; then they are refused clearly.
        ktap.equal(error.code, qos2.NOT_SUPPORTED, "adaptive flow")
        return
    qos2.refused(qos2.NOT_SUPPORTED, session.set_dscp, flow, 46)
    ktap.equal(wire.wire_dscp(s, peer), 0, "adaptive flow without a rate")
