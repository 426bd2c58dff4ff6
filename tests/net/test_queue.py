# SPDX-License-Identifier: GPL-2.0-only
"""What the priority of a flow's packets does on this host: skb->priority."""

import contextlib
import re
import socket
from socket import AF_INET, AF_INET6

import ktap
import qos2
import wire
from wire import FAMILIES

VLAN = {AF_INET: "10.79.0.2", AF_INET6: "fd79::2"}
BY_NUMBER = dict(enumerate(qos2.TYPES.values()))
# The band that each type gets from pfifo_fast and prio, 0 is served first.
BAND = (1, 2, 1, 0, 0, 0)


@contextlib.contextmanager
def vlan():
    """A tagged network whose tags show skb->priority."""
    qos_map = " ".join(f"{n}:{n}" for n in range(8))
    lines = ["link add link snd0 name snd0.5 type vlan id 5"
             f" egress-qos-map {qos_map}",
             "link set snd0.5 up", "addr add 10.79.0.1/24 dev snd0.5",
             "addr add fd79::1/64 dev snd0.5 nodad"]
    lines += [f"neigh add {host} lladdr {wire.RCV_MAC} dev snd0.5 nud permanent"
              for host in VLAN.values()]
    wire.ip("\n".join(lines) + "\n")
    try:
        yield
    finally:
        wire.ip("link del snd0.5\n")


def tags(session, family, own=None):
    """Sends a datagram of each type; returns their priority tags."""
    port = wire.port()
    s = wire.sender(family)
    if own is not None:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_PRIORITY, own)
    s.connect((VLAN[family], port))
    flow = session.add(s, qos2.BEST_EFFORT)
    for kind in range(6):
        session.set_type(flow, kind)
        s.send(b"data")
    session.remove(flow)
    s.send(b"data")
    packets = wire.seen(port)
    ktap.equal({p.vlan for p in packets}, {5}, "VLAN")
    ktap.equal([p.dscp for p in packets], list(qos2.DSCP) + [0], "DSCP")
    return [p.pcp for p in packets]


@ktap.cases(**wire.cross(family=FAMILIES))
# checklist: 63, 105
def test_queue_vlan_tag_of_each_type(family):
    with vlan():
        ktap.equal(tags(qos2.Session(), family), [0, 2, 4, 6, 6, 7, 0], "tags")


@ktap.cases(**wire.cross(family=FAMILIES))
# checklist: 63
def test_queue_own_priority_without_type(family):
    """BestEffort leaves what the program set; so does leaving the flow."""
    with vlan():
        ktap.equal(tags(qos2.Session(), family, own=3), [3, 2, 4, 6, 6, 7, 3],
                   "tags")


# checklist: 63
def test_queue_priority_table():
    ktap.equal(wire.sysctl("net.qwave.priority").split(),
               ["0", "2", "4", "6", "6", "7"], "default")
    with vlan():
        session = qos2.Session()
        with wire.setting("net.qwave.priority", "1 0 3 5 7 6"):
            ktap.equal(tags(session, AF_INET, own=4), [1, 4, 3, 5, 7, 6, 4],
                       "tags")
        ktap.equal(tags(session, AF_INET), [0, 2, 4, 6, 6, 7, 0], "tags again")


# checklist: 113
def test_queue_l2_is_not_reported():
    """The tag comes from the administrator's map, not from the flow."""
    session = qos2.Session()
    s, peer, port = wire.connected(AF_INET)
    for kind in range(6):
        flow = session.add(s, kind)
        ktap.equal(session.priority(flow), (qos2.DSCP[kind], 0, 0, 0),
                   "priority")
        session.remove(flow)


@contextlib.contextmanager
def qdisc(*lines):
    for line in lines:
        wire.run(f"tc qdisc add dev snd0 {line}")
    try:
        yield
    finally:
        wire.run("tc qdisc del dev snd0 root")


def bands():
    """How many packets each of prio's three classes has sent."""
    text = wire.run("tc -s class show dev snd0")
    found = re.findall(r"class prio 1:(\d+).*?Sent \d+ bytes (\d+) pkt", text,
                       re.DOTALL)
    ktap.equal([number for number, count in found], ["1", "2", "3"], "bands")
    return [int(count) for number, count in found]


@ktap.cases(**wire.cross(family=FAMILIES))
# checklist: 63
def test_queue_prio_band_of_each_type(family):
    session = qos2.Session()
    with qdisc("root handle 1: prio"):
        for kind in range(6):
            s, peer, port = wire.connected(family)
            session.add(s, kind)
            before = bands()
            for turn in range(3):
                wire.pass_on(s, peer)
            gained = [b - a for a, b in zip(before, bands())]
            want = [0, 0, 0]
            want[BAND[kind]] = 3
            ktap.equal(gained, want, f"packets in the bands, type {kind}")
            wire.marked(wire.seen(port), qos2.DSCP[kind], count=3)


# checklist: 63
def test_queue_prio_bands_keep_the_order_of_names():
    """Background < BestEffort <= ExcellentEffort <= AudioVideo <= ..."""
    order = [BAND[kind] for kind in (1, 0, 2, 3, 4, 5)]
    ktap.equal(order, sorted(order, reverse=True), "bands from worst to best")
    ktap.equal(BAND[qos2.VOICE], 0, "Voice is in the first")


# checklist: 63
def test_queue_pfifo_fast_order():
    """What waits in pfifo_fast leaves by type, whatever came first."""
    session = qos2.Session()
    peer = wire.receiver(AF_INET)
    to = peer.getsockname()
    senders = []
    for kind in range(6):
        s = wire.sender(AF_INET)
        session.add(s, kind, to)
        senders.append(s)
    pad = b"." * 1400
    with qdisc("root handle 1: tbf rate 1kbit burst 1600 limit 100000",
               "parent 1:1 handle 2: pfifo_fast"):
        # The first uses the tokens up.
        wire.sender(AF_INET).sendto(b"x" + pad, to)
        for kind in (1, 0, 2, 3, 4, 5):
            senders[kind].sendto(b"%d" % kind + pad, to)
        wire.run("tc qdisc change dev snd0 root handle 1: tbf rate 100mbit"
                 " burst 20000 limit 100000")
        packets = wire.seen(to[1])
    ktap.equal([p.payload[:1] for p in packets],
               [b"x", b"3", b"4", b"5", b"0", b"2", b"1"], "order")
