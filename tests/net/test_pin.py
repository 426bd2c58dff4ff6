# SPDX-License-Identifier: GPL-2.0-only
"""A member that listens: from then on the module stays until the next boot.

The runner leaves this file out on the debug kernel, where the bench unloads the
module afterwards; there it is run by its name and with --keep.
"""

import errno
import os
from socket import SOCK_STREAM

import ktap
import qos2
import wire
from test_unload import unload
from wire import FAMILIES


@ktap.cases(**wire.cross(
    ends={"removed": "remove", "handle_closed": "close",
          "listener_closed": "listener"}, family=FAMILIES))
# checklist: 29, 63
def test_pin_listening_member(ends, family):
    session = qos2.Session()
    s = wire.sender(family, SOCK_STREAM)
    flow = session.add(s, qos2.VOICE, (wire.RCV[family], wire.port()))
    s.bind((wire.SND[family], wire.port()))
    s.listen()
    pairs = [accept(s, family) for i in range(3)]
    unmarked(pairs)
    if ends == "remove":
        session.remove(flow, s)
    elif ends == "close":
        session.close()
    else:
        s.close()
    unmarked(pairs)
    # One of the children is nobody's, one is a member, one was none.
    session = qos2.Session()
    session.add(pairs[0][0], qos2.AUDIO_VIDEO)
    data(pairs[0])
    wire.marked(wire.seen(pairs[0][1].getsockname()[1]), 40)
    unmarked(pairs[1:])
    for accepted, peer in pairs:
        accepted.close()
        ktap.equal(peer.recv(1), b"", "end of stream")
        peer.close()
    if ends != "listener":
        pair = accept(s, family)
        unmarked([pair])
        s.close()
        unmarked([pair])
    session.close()
    os.sched_yield()
    ktap.equal(unload(), errno.EWOULDBLOCK, "the module stays")


def accept(s, family):
    with wire.inside("rcv"):
        peer = wire.sender(family, SOCK_STREAM)
    peer.connect(s.getsockname())
    return s.accept()[0], peer


def data(pair):
    wire.pass_on(pair[0], pair[1])
    wire.pass_on(pair[1], pair[0])


def unmarked(pairs):
    wire.seen()
    for pair in pairs:
        data(pair)
    packets = wire.seen()
    for accepted, peer in pairs:
        wire.marked(wire.to_port(packets, peer.getsockname()[1]), 0)
