# SPDX-License-Identifier: GPL-2.0-only
"""QOS2 for tests: libqos2 through ctypes, or /dev/qwave itself.

Session is the library. Raw is the same interface on bare ioctls, in the
library's codes; QWAVE_RAW=1 in the environment makes Session that.
"""

import ctypes
import errno
import fcntl
import os
import socket
import struct

BEST_EFFORT, BACKGROUND, EXCELLENT, AUDIO_VIDEO, VOICE, CONTROL = range(6)
TYPES = {"best_effort": 0, "background": 1, "excellent_effort": 2,
         "audio_video": 3, "voice": 4, "control": 5}
DSCP = (0, 8, 40, 40, 56, 56)
PRIORITY = (0, 2, 4, 6, 6, 7)
NON_ADAPTIVE = 2
SET_TYPE, SET_RATE, SET_DSCP = range(3)
PACKET_PRIORITY = 1

ACCESS_DENIED, INVALID_HANDLE, NOT_SUPPORTED, INVALID_PARAMETER = 5, 6, 50, 87
INSUFFICIENT_BUFFER, ALREADY_EXISTS, NOT_FOUND = 122, 183, 1168
HOST_UNREACHABLE, NO_SYSTEM_RESOURCES = 1232, 1450

CODES = {
    errno.EINVAL: 87, errno.ENOTSOCK: 87, errno.EFAULT: 87, errno.EBADF: 6,
    errno.ENOTTY: 6, errno.ENOENT: 1168, errno.EPERM: 5, errno.ENOMEM: 8,
    errno.ENOSPC: 1450, errno.EMFILE: 1450, errno.ENFILE: 1450,
    errno.EUSERS: 1450, errno.EOPNOTSUPP: 50, errno.EEXIST: 183,
    errno.ECANCELED: 995, errno.EMSGSIZE: 122, errno.ENODATA: 232,
    errno.EHOSTUNREACH: 1232, errno.ENETUNREACH: 1232,
}


class QosError(Exception):
    def __init__(self, code, call):
        super().__init__(f"{call}: error {code}")
        self.code = code


def refused(code, call, *arguments, **named):
    """call must fail with exactly this code."""
    try:
        result = call(*arguments, **named)
    except QosError as error:
        if error.code != code:
            raise AssertionError(f"{error}, expected {code}") from None
        return
    raise AssertionError(f"succeeded with {result!r}, expected error {code}")


def split(dest):
    """A Python address as (family, port, scope, packed address)."""
    host, port = dest[:2]
    if ":" in host:
        scope = dest[3] if len(dest) > 3 else 0
        return socket.AF_INET6, port, scope, socket.inet_pton(socket.AF_INET6,
                                                              host)
    return socket.AF_INET, port, 0, socket.inet_pton(socket.AF_INET, host)


def sockaddr(dest):
    if dest is None:
        return None
    family, port, scope, address = split(dest)
    port = struct.pack("!H", port)
    if family == socket.AF_INET:
        return struct.pack("=H2s4s8x", family, port, address)
    return struct.pack("=H2sI16sI", family, port, 0, address, scope)


def number(sock):
    return sock if isinstance(sock, int) else sock.fileno()


class Library:
    """One handle of libqos2."""

    lib = None

    @classmethod
    def load(cls):
        if cls.lib:
            return cls.lib
        lib = ctypes.CDLL("libqos2.so.1")
        handle, size = ctypes.c_void_p, ctypes.POINTER(ctypes.c_uint32)
        u32, i32, text = ctypes.c_uint32, ctypes.c_int, ctypes.c_char_p
        for name, types in (
                ("QOSCreateHandle", (text, ctypes.POINTER(handle))),
                ("QOSCloseHandle", (handle,)),
                ("QOSAddSocketToFlow",
                 (handle, ctypes.c_size_t, text, i32, u32, size)),
                ("QOSRemoveSocketFromFlow", (handle, ctypes.c_size_t, u32, u32)),
                ("QOSSetFlow", (handle, u32, i32, u32, text, u32, handle)),
                ("QOSQueryFlow", (handle, u32, i32, size, handle, u32, handle)),
                ("QOSEnumerateFlows", (handle, size, handle))):
            getattr(lib, name).argtypes = types
        lib.GetLastError.restype = u32
        cls.lib = lib
        return lib

    def __init__(self):
        self.handle = ctypes.c_void_p()
        self.load()
        self._call("QOSCreateHandle", struct.pack("=HH", 1, 0),
                   ctypes.byref(self.handle))

    def _call(self, name, *arguments):
        result = getattr(self.lib, name)(*arguments)
        if result not in (0, 1):
            raise AssertionError(f"{name} returned {result}")
        if not result:
            raise QosError(self.lib.GetLastError(), name)

    def close(self):
        self._call("QOSCloseHandle", self.handle)

    def add(self, sock, kind=VOICE, dest=None, flow=0, flags=NON_ADAPTIVE):
        out = ctypes.c_uint32(flow)
        self._call("QOSAddSocketToFlow", self.handle, number(sock),
                   sockaddr(dest), kind, flags, ctypes.byref(out))
        return out.value

    def remove(self, flow, sock=None):
        self._call("QOSRemoveSocketFromFlow", self.handle,
                   0 if sock is None else number(sock), flow, 0)

    def _set(self, flow, operation, value):
        self._call("QOSSetFlow", self.handle, flow, operation, 4,
                   struct.pack("=I", value), 0, None)

    def set_type(self, flow, kind):
        self._set(flow, SET_TYPE, kind)

    def set_dscp(self, flow, dscp):
        self._set(flow, SET_DSCP, dscp)

    def priority(self, flow):
        """(conformant, non-conformant DSCP, conformant, non-conformant L2)"""
        room, size = (ctypes.c_uint32 * 4)(*[0xcccccccc] * 4), ctypes.c_uint32(16)
        self._call("QOSQueryFlow", self.handle, flow, PACKET_PRIORITY,
                   ctypes.byref(size), room, 0, None)
        return tuple(room)

    def flows(self):
        room, size = (ctypes.c_uint32 * 16384)(), ctypes.c_uint32(65536)
        self._call("QOSEnumerateFlows", self.handle, ctypes.byref(size), room)
        return list(room[:size.value // 4])


class Raw:
    """One open /dev/qwave."""

    ADD, REMOVE, SET, QUERY, ENUM, SHUTDOWN = range(0x7140, 0x7146)

    def __init__(self):
        try:
            self.fd = os.open("/dev/qwave", os.O_RDWR | os.O_CLOEXEC)
        except OSError as error:
            raise QosError(1068, f"open: {error}") from None

    def _ioctl(self, command, layout, *values):
        data = bytearray(struct.pack(layout, struct.calcsize(layout), *values))
        try:
            fcntl.ioctl(self.fd, command, data)
        except OSError as error:
            raise QosError(CODES.get(error.errno, 31),
                           f"ioctl {command:#x}: {error}") from None
        return struct.unpack(layout, data)

    def close(self):
        if self.fd < 0:
            raise QosError(6, "close")
        fcntl.ioctl(self.fd, self.SHUTDOWN, 0)
        os.close(self.fd)
        self.fd = -1

    def add(self, sock, kind=VOICE, dest=None, flow=0, flags=NON_ADAPTIVE):
        family, port, scope, address = split(dest) if dest else (0, 0, 0, b"")
        return self._ioctl(self.ADD, "=IIiIIIH2sI16s", flags, number(sock), kind,
                           flow, 0xcccccccc, family, struct.pack("!H", port),
                           scope, address)[5]

    def remove(self, flow, sock=None):
        self._ioctl(self.REMOVE, "=IIIi", 0, flow,
                    -1 if sock is None else number(sock))

    def set_type(self, flow, kind):
        self._ioctl(self.SET, "=IIIIII", 0, flow, SET_TYPE, kind, 0)

    def set_dscp(self, flow, dscp):
        self._ioctl(self.SET, "=IIIIII", 0, flow, SET_DSCP, 0, dscp)

    def priority(self, flow):
        return self._ioctl(self.QUERY, "=IIIIIIII", 0, flow, PACKET_PRIORITY,
                           *[0xcccccccc] * 4)[4:]

    def flows(self):
        room = (ctypes.c_uint32 * 16384)()
        count = self._ioctl(self.ENUM, "=IIIIQ", 0, 16384, 0,
                            ctypes.addressof(room))[3]
        return list(room[:count])


Session = Raw if os.environ.get("QWAVE_RAW") == "1" else Library
