# SPDX-License-Identifier: GPL-2.0-only
"""Reads a pcap file of an Ethernet device while tcpdump writes it."""

import os
import struct
from socket import AF_INET, AF_INET6, inet_ntop

ETH_IP, ETH_IPV6, ETH_VLAN = 0x0800, 0x86dd, 0x8100
TCP, UDP, IPIP, IP6, GRE, ESP, UDPLITE = 6, 17, 4, 41, 47, 50, 136
IPV6_FRAGMENT = 44
IPV6_OPTIONS = (0, 43, 60)
FIN, SYN, RST, PSH, ACK, ECE, CWR = 1, 2, 4, 8, 16, 64, 128


class Packet:
    """One IP packet.

    tos is the whole DS byte, dscp and ecn its parts. vlan and pcp are None
    without a tag. offset and more describe a fragment; ports belong to the
    first fragment only. segment is the number of bytes behind the headers that
    the packet itself claims, payload what was captured of them.
    """

    def __init__(self, data, ethertype, vlan=None, pcp=None):
        self.vlan, self.pcp = vlan, pcp
        self.sport = self.dport = self.flags = self.seq = None
        self.offset, self.more, self.sum_ok = 0, False, True
        if ethertype == ETH_IP:
            self._ipv4(data)
        else:
            self._ipv6(data)
        self.dscp, self.ecn = self.tos >> 2, self.tos & 3
        self._transport()

    def _ipv4(self, data):
        header = (data[0] & 15) * 4
        (self.tos, self.length, self.id, fragment, self.ttl, self.protocol
         ) = struct.unpack_from("!xBHHHBB", data)
        self.family = AF_INET
        self.src, self.dst = (inet_ntop(AF_INET, data[12:16]),
                              inet_ntop(AF_INET, data[16:20]))
        self.more, self.offset = bool(fragment & 0x2000), (fragment & 0x1fff) * 8
        total = sum(struct.unpack_from(f"!{header // 2}H", data))
        total = (total & 0xffff) + (total >> 16)
        self.sum_ok = total in (0xffff, 0x1fffe)
        self.payload = data[header:self.length]
        self.segment = self.length - header

    def _ipv6(self, data):
        word, size, self.protocol, self.ttl = struct.unpack_from("!IHBB", data)
        self.family = AF_INET6
        self.tos = word >> 20 & 0xff
        self.src, self.dst = (inet_ntop(AF_INET6, data[8:24]),
                              inet_ntop(AF_INET6, data[24:40]))
        self.length = size + 40
        self.payload, self.segment = data[40:self.length], size
        while self.protocol in IPV6_OPTIONS or self.protocol == IPV6_FRAGMENT:
            if self.protocol == IPV6_FRAGMENT:
                fragment, self.id = struct.unpack_from("!HI", self.payload, 2)
                self.more = bool(fragment & 1)
                self.offset, step = fragment & 0xfff8, 8
            else:
                step = 8 + self.payload[1] * 8
            self.protocol = self.payload[0]
            self.payload = self.payload[step:]
            self.segment -= step

    def _transport(self):
        if self.offset or self.protocol not in (TCP, UDP, UDPLITE):
            return
        if len(self.payload) < 8:
            return
        self.sport, self.dport = struct.unpack_from("!HH", self.payload)
        step = 8
        if self.protocol == TCP:
            self.seq, self.ack, offset, self.flags = struct.unpack_from(
                "!IIBB", self.payload, 4)
            step = (offset >> 4) * 4
        self.payload, self.segment = self.payload[step:], self.segment - step

    def inner(self):
        """The packet that a tunnel packet carries, or None."""
        data = self.payload
        if self.protocol in (IPIP, IP6):
            return Packet(data, ETH_IP if self.protocol == IPIP else ETH_IPV6)
        if self.protocol == GRE:
            flags, ethertype = struct.unpack_from("!HH", data)
            step = 4 + (4 if flags & 0x8000 else 0) + (4 if flags & 0x2000 else 0)
            return Packet(data[step:], ethertype)
        return None

    def inner_vxlan(self):
        return frame(self.payload[8:])

    def inner_esp(self, transport):
        """What an ESP packet without encryption carries.

        transport tells that a bare UDP or TCP header follows the ESP header:
        then its first two fields are returned, the ports.
        """
        data = self.payload[8:]
        if transport:
            return struct.unpack_from("!HH", data)
        return Packet(data, ETH_IP if data[0] >> 4 == 4 else ETH_IPV6)

    def __repr__(self):
        tag = "" if self.vlan is None else f" vlan {self.vlan}.{self.pcp}"
        part = f" +{self.offset}" if self.offset or self.more else ""
        flags = "" if self.flags is None else f" flags {self.flags:#x}"
        return (f"<{self.src}:{self.sport} > {self.dst}:{self.dport} "
                f"proto {self.protocol}{flags}{part}{tag} dscp {self.dscp} "
                f"ecn {self.ecn} len {self.length}>")


def frame(data):
    """Returns the Packet in an Ethernet frame, or None."""
    ethertype, start, vlan, pcp = struct.unpack_from("!H", data, 12)[0], 14, None, None
    if ethertype == ETH_VLAN:
        tag, ethertype = struct.unpack_from("!HH", data, 14)
        start, vlan, pcp = 18, tag & 0xfff, tag >> 13
    if ethertype not in (ETH_IP, ETH_IPV6):
        return None
    return Packet(data[start:], ethertype, vlan, pcp)


class Reader:
    """Hands out the packets of a growing file, each once.

    It reads by position, so that a forked process goes on where its parent was
    and does not move the parent.
    """

    def __init__(self, path):
        self.fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        self.position, self.data, self.begun = 0, b"", False

    def records(self):
        """Yields the captured bytes of each packet since the last call."""
        piece = b"start"
        while piece:
            piece = os.pread(self.fd, 1 << 20, self.position)
            self.position += len(piece)
            self.data += piece
        at = 0
        if not self.begun:
            if len(self.data) < 24:
                return
            magic = struct.unpack_from("=I", self.data)[0]
            if magic != 0xa1b2c3d4:
                raise AssertionError(f"not a pcap file: {magic:#x}")
            at, self.begun = 24, True
        found = []
        while len(self.data) - at >= 16:
            size = struct.unpack_from("=I", self.data, at + 8)[0]
            if len(self.data) - at < 16 + size:
                break
            found.append(self.data[at + 16:at + 16 + size])
            at += 16 + size
        self.data = self.data[at:]
        yield from found

    def packets(self):
        """Returns the IP packets since the last call."""
        return [p for p in map(frame, self.records()) if p]
