# SPDX-License-Identifier: GPL-2.0-only
"""As much of io_uring as one send takes."""

import ctypes
import mmap
import os
import struct

import ktap
import wire

SYS_SETUP, SYS_ENTER = 425, 426
OP_SEND, OP_SEND_ZC = 26, 47
OFF_SQ, OFF_CQ, OFF_SQES = 0, 0x8000000, 0x10000000
ENTER_GETEVENTS = 1
ENTRIES = 4
CQE_F_MORE = 2


class Ring:
    def __init__(self):
        params = bytearray(120)
        buffer = (ctypes.c_char * 120).from_buffer(params)
        try:
            self.fd = wire.check(wire.libc.syscall(SYS_SETUP, ENTRIES, buffer))
        except OSError as error:
            raise ktap.Skip(f"no io_uring: {error}") from None
        sq_entries, cq_entries = struct.unpack_from("=II", params)
        self.sq_off = struct.unpack_from("=8I", params, 40)
        self.cq_off = struct.unpack_from("=8I", params, 80)
        self.sq = mmap.mmap(self.fd, self.sq_off[6] + sq_entries * 4,
                            offset=OFF_SQ)
        self.cq = mmap.mmap(self.fd, self.cq_off[5] + cq_entries * 16,
                            offset=OFF_CQ)
        self.sqes = mmap.mmap(self.fd, sq_entries * 64, offset=OFF_SQES)

    def send(self, s, data, operation=OP_SEND):
        """Sends, waits for every completion, returns the first result."""
        keep = ctypes.create_string_buffer(data, len(data))
        tail = struct.unpack_from("=I", self.sq, self.sq_off[1])[0]
        index = tail & (struct.unpack_from("=I", self.sq, self.sq_off[2])[0])
        self.sqes[index * 64:index * 64 + 64] = struct.pack(
            "=BBHiQQII", operation, 0, 0, s.fileno(), 0,
            ctypes.addressof(keep), len(data), 0).ljust(64, b"\0")
        struct.pack_into("=I", self.sq, self.sq_off[6] + index * 4, index)
        struct.pack_into("=I", self.sq, self.sq_off[1], tail + 1)
        wire.check(wire.libc.syscall(SYS_ENTER, self.fd, 1, 1, ENTER_GETEVENTS,
                                     None, 0))
        result, flags = self.completion()
        while flags & CQE_F_MORE:
            flags = self.completion()[1]
        return result

    def completion(self):
        def ready():
            head, tail = (struct.unpack_from("=I", self.cq, self.cq_off[i])[0]
                          for i in (0, 1))
            return head != tail
        ktap.until(ready, "a completion")
        head = struct.unpack_from("=I", self.cq, self.cq_off[0])[0]
        mask = struct.unpack_from("=I", self.cq, self.cq_off[2])[0]
        at = self.cq_off[5] + (head & mask) * 16
        result, flags = struct.unpack_from("=8xiI", self.cq, at)
        struct.pack_into("=I", self.cq, self.cq_off[0], head + 1)
        return result, flags

    def close(self):
        os.close(self.fd)
