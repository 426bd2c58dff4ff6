# SPDX-License-Identifier: GPL-2.0-only
"""The module goes when it is idle, and only then."""

import contextlib
import errno
import os
from socket import AF_INET, AF_INET6, SOCK_STREAM

import ktap
import qos2
import wire
from wire import FAMILIES, KINDS

SYS_DELETE_MODULE, O_NONBLOCK = 176, 0x800


def unload():
    """Returns the errno of delete_module(2), 0 for success."""
    try:
        wire.check(wire.libc.syscall(SYS_DELETE_MODULE, b"qwave", O_NONBLOCK))
    except OSError as error:
        return error.errno
    return 0


@contextlib.contextmanager
def unloaded():
    """Without the module, which must go now or as soon as it is idle."""
    ktap.until(lambda: unload() == 0, "the module to unload")
    try:
        yield
    finally:
        wire.run("modprobe qwave")
        ktap.until(lambda: os.path.exists("/dev/qwave"), "/dev/qwave")


# checklist: 24
def test_unload_and_load():
    with unloaded():
        ktap.true(not os.path.exists("/proc/sys/net/qwave"), "no sysctls")
        qos2.refused(1068, qos2.Session)
    session = qos2.Session()
    s, peer, port = wire.connected(AF_INET)
    session.add(s, qos2.VOICE)
    ktap.equal(wire.wire_dscp(s, peer), 56, "DSCP")


# checklist: 24
def test_unload_refused_while_open():
    session = qos2.Session()
    ktap.equal(unload(), errno.EWOULDBLOCK, "with a handle")
    session.close()
    with unloaded():
        pass


@ktap.cases(**wire.cross(kind=KINDS, family=FAMILIES))
# checklist: 29
def test_unload_refused_while_marking(kind, family):
    """Afterwards the socket that was a member works without the module."""
    session = qos2.Session()
    s, peer, port = wire.connected(family, kind)
    wire.seen()
    session.add(s, qos2.VOICE)
    wire.pass_on(s, peer)
    wire.marked(wire.seen(port), 56)
    ktap.equal(unload(), errno.EWOULDBLOCK, "with a flow")
    session.close()
    with unloaded():
        wire.pass_on(s, peer)
        wire.marked(wire.seen(port), 0)
        s.close()
        fresh, peer, port = wire.connected(family, kind)
        wire.pass_on(fresh, peer)
        fresh.close()


@ktap.cases(**wire.cross(family=FAMILIES))
# checklist: 78
def test_unload_after_socket_closed(family):
    session = qos2.Session()
    s, peer, port = wire.connected(family)
    session.add(s, qos2.VOICE)
    s.close()
    session.close()
    with unloaded():
        pass


# checklist: 33
def test_unload_after_killed_process():
    def child():
        session = qos2.Session()
        held = [wire.sender(AF_INET6) for i in range(20)]
        for i, s in enumerate(held):
            session.add(s, qos2.VOICE, (wire.RCV[AF_INET6], 100 + i))
        return session, held

    with wire.process(child) as pid:
        ktap.equal(unload(), errno.EWOULDBLOCK, "while it lives")
        os.kill(pid, 9)
    with unloaded():
        pass


# checklist: 29
def test_unload_after_listening():
    """A socket that left its flow before it listened is like any other."""
    session = qos2.Session()
    s = wire.sender(AF_INET, SOCK_STREAM)
    flow = session.add(s, qos2.VOICE, (wire.RCV[AF_INET], 1))
    session.remove(flow, s)
    session.close()
    s.bind((wire.SND[AF_INET], wire.port()))
    s.listen()
    with unloaded():
        with wire.inside("rcv"):
            peer = wire.sender(AF_INET, SOCK_STREAM)
        peer.connect(s.getsockname())
        accepted = s.accept()[0]
        wire.pass_on(accepted, peer)
        for one in (accepted, peer, s):
            one.close()
