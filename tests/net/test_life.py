# SPDX-License-Identifier: GPL-2.0-only
"""How memberships end when nobody removes them, and what else may happen."""

import errno
import os
import signal
import socket
import struct
from socket import AF_INET, AF_INET6, SOCK_STREAM

import ktap
import qos2
import wire
from test_socket import gone
from wire import FAMILIES, KINDS

TCP_ULP, SOL_TLS, TLS_TX = 31, 282, 1
TLS_1_2, AES_GCM_128 = 0x0303, 51


@ktap.cases(**wire.cross(kind=KINDS, family=FAMILIES))
# checklist: 33
def test_life_killed_with_many_sockets(kind, family):
    """Sockets that another process still holds are unmarked at once."""
    held = [wire.connected(family, kind) for i in range(20)]
    wire.seen()

    def child():
        session = qos2.Session()
        first = session.add(held[0][0], qos2.VOICE)
        for s, peer, port in held[1:10]:
            session.add(s, qos2.VOICE, flow=first)
        for s, peer, port in held[10:]:
            session.add(s, qos2.AUDIO_VIDEO)
        return session

    with wire.process(child) as pid:
        for i, (s, peer, port) in enumerate(held):
            wire.pass_on(s, peer)
        packets = wire.seen()
        for i, (s, peer, port) in enumerate(held):
            wire.marked(wire.to_port(packets, port), 56 if i < 10 else 40)
        os.kill(pid, signal.SIGKILL)
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
        for s, peer, port in held:
            wire.pass_on(s, peer)
        packets = wire.seen()
        for s, peer, port in held:
            wire.marked(wire.to_port(packets, port), 0)


# checklist: 33, 152
def test_life_killed_process_is_not_listed():
    s, peer, port = wire.connected(AF_INET)

    def child():
        session = qos2.Session()
        session.add(s, qos2.VOICE)
        return session

    watcher = qos2.Session()
    before = watcher.flows()
    with wire.process(child) as pid:
        ktap.equal(len(watcher.flows()), len(before) + 1, "flows")
        os.kill(pid, signal.SIGKILL)
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
        ktap.equal(watcher.flows(), before, "flows afterwards")


@ktap.cases(**wire.cross(kind=KINDS, family=FAMILIES))
# checklist: 33, 29
def test_life_namespace_deleted(kind, family):
    """Its name goes, the socket keeps it alive; then it really goes."""
    far, near = ({AF_INET: f"10.81.0.{i}", AF_INET6: f"fd81::{i}"}
                 for i in (2, 1))
    wire.ip("netns add third\n")
    wire.ip(f"link add tmp0 netns third address {wire.SND_MAC} type veth"
            f" peer name tmp1 netns rcv address {wire.RCV_MAC}\n")
    wire.host("third", "tmp0", [near], "fe80::1", [far], "fe80::2",
              wire.RCV_MAC)
    wire.host("rcv", "tmp1", [far], "fe80::2", [near], "fe80::1", wire.SND_MAC)
    capture = wire.Capture("rcv", "tmp1")
    session = qos2.Session()
    peer = wire.receiver(family, kind, far[family])
    with wire.inside("third"):
        s = wire.sender(family, kind)
    s.connect(peer.getsockname())
    port = peer.getsockname()[1]
    if kind == SOCK_STREAM:
        peer = peer.accept()[0]
    flow = session.add(s, qos2.VOICE)
    wire.ip("netns del third\n")
    wire.pass_on(s, peer)
    packets = capture.until(
        lambda all: any(p.payload == b"data" for p in all), "the data")
    wire.marked([p for p in packets if p.payload and p.dport == port], 56)
    ktap.equal(session.priority(flow), (56, 0, 0, 0), "priority")
    # A reset leaves nothing of a connection behind.
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("=ii", 1, 0))
    s.close()
    ktap.until(lambda: gone(session, flow), "the end of the flow")
    ktap.until(lambda: "tmp1" not in wire.run("ip -o link show", "rcv"),
               "the end of the namespace")
    capture.stop()


# checklist: 33
def test_life_namespace_deleted_with_its_process():
    """Process, session, socket and namespace end in one go."""
    wire.ip("netns add third\n")
    with wire.inside("third"):
        wire.run("ip link set lo up")

        def child():
            session = qos2.Session()
            kept = []
            for i in range(50):
                s = wire.sender(AF_INET)
                session.add(s, qos2.VOICE, ("127.0.0.1", 1000 + i))
                s.sendto(b"data", ("127.0.0.1", 1000 + i))
                kept.append(s)
            return session, kept

        with wire.process(child) as pid:
            with open("/proc/thread-self/ns/net", "rb") as here:
                wire.enter("snd")
                wire.ip("netns del third\n")
                wire.check(wire.libc.setns(here.fileno(), wire.CLONE_NEWNET))
            os.kill(pid, signal.SIGKILL)
            os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
        wire.enter("snd")
    session = qos2.Session()
    ktap.equal(session.flows(), [], "flows")


TRACING = "/sys/kernel/tracing"


def trace(name, text=None):
    with open(f"{TRACING}/{name}", "r" if text is None else "w",
              encoding="ascii") as file:
        return file.read() if text is None else file.write(text)


def hook_runs():
    """Does the module's hook see a packet that this namespace sends?"""
    if not os.path.exists(f"{TRACING}/set_ftrace_filter"):
        raise ktap.Skip("this kernel neither lists hooks nor traces functions")
    trace("set_ftrace_filter", "qwave_egress_hook")
    trace("current_tracer", "function")
    try:
        with wire.sender(AF_INET) as s:
            s.sendto(b"data", ("127.0.0.1", wire.MARKER_PORT))
        return any("qwave_egress_hook" in line and not line.startswith("#")
                   for line in trace("trace").splitlines())
    finally:
        trace("current_tracer", "nop")


def hooks_listed():
    """Can the kernel list hooks? One that must be there shows it."""
    with wire.firewall("filter hook output priority 0;", "accept"):
        return "chain inet wire wire" in wire.run("nft list hooks", ok=False)


# checklist: 68
def test_life_hooks_only_while_there_are_flows():
    listed = hooks_listed()

    def hooks():
        """Is the module among this namespace's netfilter hooks?"""
        return "[qwave]" in wire.run("nft list hooks") if listed else hook_runs()

    ktap.until(lambda: not hooks(), "no hooks before")
    session = qos2.Session()
    ktap.true(not hooks(), "a session alone needs no hooks")
    s, peer, port = wire.connected(AF_INET)
    flow = session.add(s, qos2.VOICE)
    ktap.true(hooks(), "hooks with a flow")
    with wire.inside("rcv"):
        ktap.true(not hooks(), "no hooks in another namespace")
    session.remove(flow)
    ktap.until(lambda: not hooks(), "no hooks afterwards")
    session.add(s, qos2.VOICE)
    ktap.true(hooks(), "hooks with the next flow")
    ktap.equal(wire.wire_dscp(s, peer), 56, "DSCP")


def upper_layer(s, name):
    try:
        s.setsockopt(socket.IPPROTO_TCP, TCP_ULP, name)
    except OSError as error:
        ktap.equal(error.errno, errno.ENOENT, f"TCP_ULP {name}")
        raise ktap.Skip(f"the kernel has no {name.decode()}") from None


def start_tls(s):
    upper_layer(s, b"tls")
    s.setsockopt(SOL_TLS, TLS_TX, struct.pack(
        "=HH8s16s4s8s", TLS_1_2, AES_GCM_128, b"i" * 8, b"k" * 16, b"salt",
        b"\0" * 8))


def tls_data(s, peer):
    s.sendall(b"data")
    # Header 5, explicit nonce 8, text 4, tag 16.
    left = 33
    while left:
        left -= len(peer.recv(left))


@ktap.cases(**wire.cross(order={"member_first": True, "tls_first": False},
                         family=FAMILIES))
# checklist: 63, 67
def test_life_tls(member_first, family):
    session = qos2.Session()
    s, peer, port = wire.connected(family, SOCK_STREAM)
    wire.seen()
    if not member_first:
        start_tls(s)
    flow = session.add(s, qos2.VOICE)
    if member_first:
        start_tls(s)
    tls_data(s, peer)
    wire.marked(wire.seen(port), 56)
    session.remove(flow, s)
    tls_data(s, peer)
    wire.marked(wire.seen(port), 0)
    again = session.add(s, qos2.AUDIO_VIDEO)
    tls_data(s, peer)
    wire.marked(wire.seen(port), 40)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("=ii", 1, 0))
    s.close()
    ktap.until(lambda: gone(session, again), "the end of the flow")


@ktap.cases(**wire.cross(order={"member_first": True, "espintcp_first": False},
                         family=FAMILIES))
# checklist: 63, 67
def test_life_espintcp(member_first, family):
    """It puts a destructor of its own on the socket, on top of ours or below."""
    session = qos2.Session()
    s, peer, port = wire.connected(family, SOCK_STREAM)
    wire.seen()
    if not member_first:
        upper_layer(s, b"espintcp")
    flow = session.add(s, qos2.VOICE)
    if member_first:
        upper_layer(s, b"espintcp")
    s.send(b"IKE message, not ESP")
    ktap.true(peer.recv(100), "data")
    wire.marked(wire.seen(port), 56)
    session.remove(flow, s)
    s.send(b"IKE message, not ESP")
    ktap.true(peer.recv(100), "data")
    wire.marked(wire.seen(port), 0)
    again = session.add(s, qos2.AUDIO_VIDEO)
    s.send(b"IKE message, not ESP")
    ktap.true(peer.recv(100), "data")
    wire.marked(wire.seen(port), 40)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("=ii", 1, 0))
    s.close()
    ktap.until(lambda: gone(session, again), "the end of the flow")


# checklist: 29, 77
def test_life_many_turns():
    """Add, send, remove, again: the destructor is put on and taken off."""
    session = qos2.Session()
    s, peer, port = wire.connected(AF_INET6)
    for turn in range(100):
        flow = session.add(s, qos2.VOICE)
        s.send(b"in")
        session.remove(flow, s)
        s.send(b"out")
    packets = wire.seen(port)
    ktap.equal([(p.payload, p.dscp) for p in packets],
               [(b"in", 56), (b"out", 0)] * 100, "packets")


@ktap.cases(**wire.cross(family=FAMILIES))
# checklist: 78
def test_life_time_wait(family):
    """What is left of a connection in TIME_WAIT is no member."""
    session = qos2.Session()
    s, peer, port = wire.connected(family, SOCK_STREAM)
    wire.seen()
    flow = session.add(s, qos2.VOICE)
    s.shutdown(socket.SHUT_WR)
    ktap.equal(peer.recv(1), b"", "end of stream")
    peer.close()
    ktap.equal(s.recv(1), b"", "end of stream")
    s.close()
    ktap.until(lambda: gone(session, flow), "the end of the flow")
    wire.marked(wire.seen(port), 56)
