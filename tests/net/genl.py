# SPDX-License-Identifier: GPL-2.0-only
"""The generic netlink family qwave: what is counted for a flow."""

import os
import socket
import struct

NETLINK_GENERIC, GENL_ID_CTRL, CTRL_GETFAMILY = 16, 16, 3
CTRL_FAMILY_ID, CTRL_FAMILY_NAME = 1, 2
NLM_F_REQUEST, NLM_F_ACK, NLM_F_DUMP = 1, 4, 0x300
NLMSG_ERROR, NLMSG_DONE = 2, 3
FLOW_GET = 1
FLOW_ID, TRAFFIC_TYPE, ADAPTIVE, DSCP_OVERRIDE, DSCP, PRIORITY = range(2, 8)
PACKETS, BYTES, MARKED, MEMBER_COUNT, MEMBER = 11, 12, 13, 14, 15


def attributes(data):
    found = {}
    while len(data) >= 4:
        size, kind = struct.unpack_from("=HH", data)
        found.setdefault(kind & 0x3fff, []).append(data[4:size])
        data = data[size + 3 & ~3:]
    return found


def attribute(kind, value):
    size = 4 + len(value)
    return struct.pack("=HH", size, kind) + value + b"\0" * (-size % 4)


class Family:
    def __init__(self):
        self.socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW,
                                    NETLINK_GENERIC)
        self.socket.bind((0, 0))
        self.id = GENL_ID_CTRL
        answer = self.ask(CTRL_GETFAMILY, attribute(CTRL_FAMILY_NAME, b"qwave\0"))
        self.id = struct.unpack("=H", answer[0][CTRL_FAMILY_ID][0])[0]

    def ask(self, command, payload=b"", flags=0):
        """Returns the attributes of each answer; OSError for an error."""
        body = struct.pack("=BBH", command, 1, 0) + payload
        self.socket.send(struct.pack("=IHHII", 16 + len(body), self.id,
                                     NLM_F_REQUEST | NLM_F_ACK | flags, 1, 0)
                         + body)
        answers = []
        while True:
            data = self.socket.recv(1 << 16)
            while data:
                size, kind = struct.unpack_from("=IH", data)
                if kind in (NLMSG_ERROR, NLMSG_DONE):
                    code = struct.unpack_from("=i", data, 16)[0]
                    if code < 0:
                        raise OSError(-code, os.strerror(-code))
                    return answers
                answers.append(attributes(data[20:size]))
                data = data[size + 3 & ~3:]

    def flow(self, number):
        return self.ask(FLOW_GET, attribute(FLOW_ID, struct.pack("=I", number)))[0]

    def counters(self, number):
        """(packets, bytes, marked) of a flow."""
        found = self.flow(number)
        return tuple(struct.unpack("=Q", found[kind][0])[0]
                     for kind in (PACKETS, BYTES, MARKED))

    def flows(self):
        return [struct.unpack("=I", a[FLOW_ID][0])[0]
                for a in self.ask(FLOW_GET, flags=NLM_F_DUMP)]
