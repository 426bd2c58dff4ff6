# SPDX-License-Identifier: GPL-2.0-only
"""Two hosts and a wire, and what is seen at its far end.

    namespace snd                              namespace rcv
   +------------------------------+           +------------------------------+
   |  programs under test         |   veth    |  receivers, tcpdump          |
   |                         snd0 +-----------+ rcv0                         |
   |  10.77.0.1/24                |           |  10.77.0.2 .3 .4 /24         |
   |  fd77::1/64                  |           |  fd77::2 ::3 ::4 /64         |
   |  fe80::1/64                  |           |  fe80::2/64                  |
   +------------------------------+           +------------------------------+

Addresses and neighbours are static and duplicate address detection is off:
nothing has to be waited for. A test's process lives in snd; inside("rcv") makes
sockets of the other host. It is pinned to one processor, and so are the packets
it causes: they arrive in the order of sending, and a datagram sent last (see
Capture.seen) shows that everything before it was captured.
"""

import contextlib
import ctypes
import os
import socket
import subprocess
import tempfile
import traceback
from socket import AF_INET, AF_INET6, SOCK_DGRAM, SOCK_STREAM

import ktap
import pcap

CLONE_NEWNS, CLONE_NEWUSER, CLONE_NEWNET = 0x20000, 0x10000000, 0x40000000
SND = {AF_INET: "10.77.0.1", AF_INET6: "fd77::1"}
RCV = {AF_INET: "10.77.0.2", AF_INET6: "fd77::2"}
RCV2 = {AF_INET: "10.77.0.3", AF_INET6: "fd77::3"}
RCV3 = {AF_INET: "10.77.0.4", AF_INET6: "fd77::4"}
SND_LL, RCV_LL = "fe80::1", "fe80::2"
SND_MAC, RCV_MAC = "02:77:00:00:00:01", "02:77:00:00:00:02"
MARKER_PORT = 9
FIRST_PORT = 10000
FAMILIES = {"v4": AF_INET, "v6": AF_INET6}
KINDS = {"udp": SOCK_DGRAM, "tcp": SOCK_STREAM}

libc = ctypes.CDLL(None, use_errno=True)


def cross(**dimensions):
    """Returns cases for ktap.cases: the product of {name: value} tables."""
    table = {"": ()}
    for values in dimensions.values():
        table = {f"{a}_{b}".strip("_"): x + (y,)
                 for a, x in table.items() for b, y in values.items()}
    return table


def check(result):
    if result < 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))
    return result


def run(command, ns=None, text=None, ok=True):
    """Runs a command line, in a namespace if one is named; returns its output."""
    words = command.split()
    done = subprocess.run(words, input=text, capture_output=True, text=True,
                          preexec_fn=ns and (lambda: enter(ns)), check=False)
    if ok and done.returncode:
        raise AssertionError(f"{command}: {done.returncode}: {done.stderr}")
    return done.stdout


def ip(commands, ns=None, ok=True):
    """Runs ip commands, one on a line, by one process."""
    return run("ip -force -batch -" if not ok else "ip -batch -", ns, commands, ok)


@contextlib.contextmanager
def firewall(chain, rule, family="inet", ns=None):
    """One nft rule in a chain of its own, for a while."""
    run("nft -f -", ns, f"table {family} wire {{\nchain wire {{\n"
        f"type {chain}\n{rule}\n}}\n}}\n")
    try:
        yield
    finally:
        run(f"nft delete table {family} wire", ns)


def enter(ns):
    """Moves this thread into a network namespace: a name, or a path."""
    with open(os.path.join("/run/netns", ns), "rb") as file:
        check(libc.setns(file.fileno(), CLONE_NEWNET))


@contextlib.contextmanager
def inside(ns):
    with open("/proc/thread-self/ns/net", "rb") as back:
        enter(ns)
        try:
            yield
        finally:
            check(libc.setns(back.fileno(), CLONE_NEWNET))


def sysctl(name, value=None):
    """Reads or writes a sysctl of this namespace: "net.qwave.mark"."""
    path = "/proc/sys/" + name.replace(".", "/")
    if value is not None:
        with open(path, "w", encoding="ascii") as file:
            file.write(str(value))
    with open(path, encoding="ascii") as file:
        return file.read().strip()


@contextlib.contextmanager
def setting(name, value):
    """A sysctl of this namespace for a while."""
    with open("/proc/thread-self/ns/net", "rb") as here:
        before = sysctl(name)
        sysctl(name, value)
        try:
            yield
        finally:
            check(libc.setns(here.fileno(), CLONE_NEWNET))
            sysctl(name, before)


def setup():
    """Makes the topology, enters snd, starts the capture."""
    ip("netns add snd\nnetns add rcv\n")
    ip("link add snd0 netns snd address %s type veth"
       " peer name rcv0 netns rcv address %s\n" % (SND_MAC, RCV_MAC))
    host("snd", "snd0", [SND], SND_LL, [RCV, RCV2, RCV3], RCV_LL, RCV_MAC)
    host("rcv", "rcv0", [RCV, RCV2, RCV3], RCV_LL, [SND], SND_LL, SND_MAC)
    # Both ends are up now; before, the first had no carrier.
    enter("snd")
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    Capture.main = Capture("rcv", "rcv0")
    # Nobody reads it: what does not fit is dropped without an ICMP answer.
    setup.sink = receiver(AF_INET, number=MARKER_PORT)


def teardown():
    Capture.main.stop()
    setup.sink.close()
    ip("netns del snd\nnetns del rcv\n")


def host(ns, device, own, own_ll, peers, peer_ll, mac):
    with inside(ns):
        for name in ("all", "default", device):
            for knob, value in (("accept_dad", 0), ("accept_ra", 0),
                                ("router_solicitations", 0),
                                ("addr_gen_mode", 1)):
                sysctl(f"net.ipv6.conf.{name}.{knob}", value)
    lines = ["link set lo up", f"link set {device} up"]
    for one in own:
        lines += [f"addr add {one[AF_INET]}/24 dev {device}",
                  f"addr add {one[AF_INET6]}/64 dev {device} nodad"]
    lines += [f"addr add {own_ll}/64 dev {device} nodad"]
    for address in [a for one in peers for a in one.values()] + [peer_ll]:
        lines += [f"neigh replace {address} lladdr {mac} dev {device}"
                  " nud permanent"]
    ip("\n".join(lines) + "\n", ns)


class Capture:
    """tcpdump on a device of another namespace, for as long as the run takes."""

    main = None
    SNAP = 600

    def __init__(self, ns, device):
        self.path = tempfile.mktemp(prefix="qwave-", suffix=".pcap")
        self.process = subprocess.Popen(
            ["tcpdump", "-i", device, "-U", "--immediate-mode", "-n", "-Z",
             "root", "-B", "8192", "-s", str(self.SNAP), "-w", self.path],
            stderr=subprocess.PIPE, preexec_fn=lambda: enter(ns))
        said = b""
        while b"listening on" not in said:
            piece = os.read(self.process.stderr.fileno(), 4096)
            ktap.true(piece, f"tcpdump did not start: {said!r}")
            said += piece
        ktap.until(lambda: os.path.exists(self.path), "the capture file")
        self.reader = pcap.Reader(self.path)
        self.marks = 0

    def stop(self):
        self.process.terminate()
        self.process.wait()
        os.unlink(self.path)

    def until(self, condition, what, packets=None):
        """Collects packets until condition(packets) holds; returns them."""
        packets = [] if packets is None else packets

        def step():
            packets.extend(self.reader.packets())
            return condition(packets)
        ktap.until(step, what)
        return packets

    def seen(self, port=None, packets=None):
        """All packets up to now, or those to one port."""
        self.marks += 1
        text = b"marker %d %d" % (os.getpid(), self.marks)
        with inside("snd"), socket.socket(AF_INET, SOCK_DGRAM) as s:
            s.sendto(text, (RCV[AF_INET], MARKER_PORT))
        found = self.until(
            lambda all: any(p.payload == text for p in all[-50:]),
            "the marker datagram in the capture", packets)
        return to_port(found, port) if port else found


def to_port(packets, port):
    return [p for p in packets if p.dport == port]


def seen(port=None):
    return Capture.main.seen(port)


def before_each(number):
    """For ktap.run: in a test's process, forget what was captured before."""
    global _port
    Capture.main.reader.packets()
    _port = FIRST_PORT + number * 40


def port():
    """A port number that no other test of this run uses."""
    global _port
    _port += 1
    return _port


@contextlib.contextmanager
def process(function):
    """Runs function in a child; inside "with", the child waits when done.

    What the function returns is kept alive for that time. Its failure is
    raised here. Afterwards the child has exited; yields its process id.
    """
    said, stay = os.pipe(), os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(stay[1])
        try:
            kept = function()
            os.write(said[1], b"done")
            os.read(stay[0], 1)
            del kept
        except BaseException:
            os.write(said[1], traceback.format_exc().encode())
        os._exit(0)
    os.close(said[1])
    os.close(stay[0])
    text = os.read(said[0], 1 << 16).decode()
    try:
        ktap.true(text == "done", f"in the child: {text or 'it died'}")
        yield pid
    finally:
        os.close(stay[1])
        os.close(said[0])
        os.waitpid(pid, 0)


def become(uid, gid, groups=()):
    """This process has no privilege any more."""
    os.setgroups(groups)
    os.setresgid(gid, gid, gid)
    os.setresuid(uid, uid, uid)


def receiver(family, kind=SOCK_DGRAM, address=None, number=None):
    """A bound socket of rcv; of TCP, a listening one."""
    with inside("rcv"):
        s = socket.socket(family, kind)
        s.settimeout(ktap.PATIENCE)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.bind((address or RCV[family], number or port()))
        if kind == SOCK_STREAM:
            s.listen()
        return s


def sender(family, kind=SOCK_DGRAM, protocol=0):
    s = socket.socket(family, kind, protocol)
    s.settimeout(ktap.PATIENCE)
    return s


def connected(family, kind=SOCK_DGRAM, address=None):
    """Returns a connected sender, the socket it talks to, and its port."""
    peer = receiver(family, kind, address)
    s = sender(family, kind)
    s.connect(peer.getsockname())
    number = peer.getsockname()[1]
    if kind == SOCK_STREAM:
        listener, peer = peer, peer.accept()[0]
        listener.close()
        peer.settimeout(ktap.PATIENCE)
    return s, peer, number


def pass_on(s, peer, data=b"data", to=None):
    """Sends and sees it received."""
    if to:
        s.sendto(data, to)
    else:
        s.sendall(data)
    left = len(data)
    while left > 0:
        got = peer.recv(65536)
        ktap.true(got, "the connection ended")
        left -= len(got)


def marked(packets, dscp, ecn=0, count=None, what=""):
    """Every packet has exactly these marks and a right header checksum."""
    if count is not None:
        ktap.equal(len(packets), count, f"{what} number of packets {packets}")
    ktap.true(packets, f"{what} no packet was captured")
    wrong = [p for p in packets if (p.dscp, p.ecn) != (dscp, ecn)]
    ktap.true(not wrong, f"{what} expected dscp {dscp} ecn {ecn} in all of "
              f"{len(packets)} packets, but {wrong}")
    ktap.true(all(p.sum_ok for p in packets), f"{what} header checksum")


def wire_dscp(s, peer, to=None):
    """Sends one datagram and returns the DSCP it arrived with."""
    number = peer.getsockname()[1]
    pass_on(s, peer, to=to)
    packets = seen(number)
    ktap.equal(len(packets), 1, "number of packets")
    ktap.true(packets[0].sum_ok, "header checksum")
    return packets[0].dscp
