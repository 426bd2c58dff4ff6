# SPDX-License-Identifier: GPL-2.0-only
"""IPsec and tunnels: the program's packet is marked, and once.

Every socket here is in a flow for all destinations: whatever the hook took for
another packet of the program would be marked and counted too. The outer packets
get a DS field of their own, so that nothing else can explain a mark there.
"""

import contextlib
from socket import AF_INET, AF_INET6

import genl
import ktap
import pcap
import qos2
import wire
from wire import FAMILIES, RCV3, SND

ANY = {AF_INET: "0.0.0.0", AF_INET6: "::"}
OUTER_TOS, OUTER_DSCP = 0x28, 10
NATT_PORT = 4500


def member(family):
    session = qos2.Session()
    s = wire.sender(family)
    flow = session.add(s, qos2.VOICE, (ANY[family], 0))
    return session, s, flow


@contextlib.contextmanager
def ipsec(family, mode, *, natt=False, own_dscp=False):
    """ESP without encryption to RCV3: the capture can look inside."""
    ends = f"src {SND[family]} dst {RCV3[family]}"
    state = (f"xfrm state add {ends} proto esp spi 0x77 reqid 7 mode {mode}"
             " auth-trunc hmac(sha256) 0x" + "77" * 32 + " 128"
             ' enc ecb(cipher_null) ""')
    if natt:
        state += f" encap espinudp {NATT_PORT} {NATT_PORT} {ANY[family]}"
    if own_dscp:
        state += " extra-flag dont-encap-dscp"
    wire.ip(f"{state}\nxfrm policy add {ends} dir out"
            f" tmpl {ends} proto esp reqid 7 mode {mode}\n")
    try:
        yield
    finally:
        wire.ip("xfrm policy flush\nxfrm state flush\n")


def esp_packet(s, family, natt=False):
    """Sends one datagram; returns what the wire carried for it, and its port."""
    port = wire.port()
    s.sendto(b"data", (RCV3[family], port))
    packets = [p for p in wire.seen()
               if (p.dport == NATT_PORT if natt else p.protocol == pcap.ESP)]
    ktap.equal(len(packets), 1, f"number of ESP packets, {packets}")
    return packets[0], port


def size(family):
    return (28 if family == AF_INET else 48) + 4


NATT = {"esp": False, "natt": True}


@ktap.cases(**wire.cross(form=NATT, family=FAMILIES))
# checklist: 63, 105
def test_tunnel_ipsec_transport(natt, family):
    """The header is the packet's own; IPsec's second pass marks nothing."""
    session, s, flow = member(family)
    with ipsec(family, "transport", natt=natt):
        packet, port = esp_packet(s, family, natt)
    wire.marked([packet], 56)
    ktap.equal(packet.inner_esp(True)[1], port, "port inside")
    ktap.equal(genl.Family().counters(flow), (1, size(family), 1),
               "packets, bytes, marked")


@ktap.cases(**wire.cross(form=NATT, family=FAMILIES))
# checklist: 63, 105
def test_tunnel_ipsec_tunnel(natt, family):
    """The outer header was told not to take over the inner one's DSCP."""
    session, s, flow = member(family)
    with ipsec(family, "tunnel", natt=natt, own_dscp=True):
        packet, port = esp_packet(s, family, natt)
    wire.marked([packet], 0, what="outer packet")
    inner = packet.inner_esp(False)
    wire.marked([inner], 56, what="inner packet")
    ktap.equal(inner.dport, port, "port inside")
    ktap.equal(genl.Family().counters(flow), (1, size(family), 1),
               "packets, bytes, marked")


@ktap.cases(**wire.cross(family=FAMILIES))
# checklist: 63, 105
def test_tunnel_ipsec_copies_dscp(family):
    session, s, flow = member(family)
    with ipsec(family, "tunnel"):
        packet, port = esp_packet(s, family)
    wire.marked([packet], 56, what="outer packet")
    wire.marked([packet.inner_esp(False)], 56, what="inner packet")


LINKS = {
    "ipip": ("ipip local {v4} remote {r4} ttl 64 tos 0x28", AF_INET, "v4"),
    "gre": ("gre local {v4} remote {r4} ttl 64 tos 0x28", AF_INET, "v4 v6"),
    "sit": ("sit local {v4} remote {r4} ttl 64 tos 0x28", AF_INET, "v6"),
    "ip6tnl": ("ip6tnl mode any local {v6} remote {r6} encaplimit none"
               " tclass 0x28", AF_INET6, "v4 v6"),
    "ip6gre": ("ip6gre local {v6} remote {r6} encaplimit none tclass 0x28",
               AF_INET6, "v4 v6"),
    "vxlan": ("vxlan id 7 local {v4} remote {r4} dstport 4789 ttl 64 tos 0x28",
              AF_INET, "v4 v6"),
}
INSIDE = {AF_INET: "10.78.0.2", AF_INET6: "fd78::2"}


@contextlib.contextmanager
def tunnel(kind):
    line = LINKS[kind][0].format(v4=SND[AF_INET], r4=RCV3[AF_INET],
                                 v6=SND[AF_INET6], r6=RCV3[AF_INET6])
    lines = [f"link add tun7 type {line}", "link set tun7 up",
             "addr add 10.78.0.1/24 dev tun7",
             "addr add fd78::1/64 dev tun7 nodad"]
    if kind == "vxlan":
        lines += [f"neigh add {INSIDE[f]} lladdr 02:78:00:00:00:02 dev tun7"
                  " nud permanent" for f in INSIDE]
    wire.ip("\n".join(lines) + "\n")
    try:
        yield
    finally:
        wire.ip("link del tun7\n")


def inside(packet, kind):
    if kind == "vxlan":
        return packet.inner_vxlan() if packet.dport == 4789 else None
    return packet.inner()


TUNNEL_CASES = {f"{kind}_{family}": (kind, FAMILIES[family])
                for kind, row in LINKS.items() for family in row[2].split()}


@ktap.cases(**TUNNEL_CASES)
# checklist: 63, 105
def test_tunnel_device(kind, family):
    session, s, flow = member(family)
    port = wire.port()
    with tunnel(kind):
        s.sendto(b"data", (INSIDE[family], port))
        packets = wire.seen()
    outer = [p for p in packets
             if p.dst in RCV3.values() and inside(p, kind)
             and inside(p, kind).dport == port]
    ktap.equal(len(outer), 1, f"number of tunnel packets, {packets}")
    ktap.equal(outer[0].family, LINKS[kind][1], "outer family")
    wire.marked(outer, OUTER_DSCP, what="outer packet")
    wire.marked([inside(outer[0], kind)], 56, what="inner packet")
    ktap.equal(genl.Family().counters(flow), (1, size(family), 1),
               "packets, bytes, marked")
