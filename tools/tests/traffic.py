#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Traffic for the tests of qosctl, and what a capture saw of it.

traffic.py sink HOST PORT          take TCP and UDP until killed; says "ready"
traffic.py udp HOST PORT COUNT     send COUNT datagrams of 100 bytes
traffic.py tcp HOST PORT COUNT     connect, send COUNT times 100 bytes, close
traffic.py hold HOST PORT          hold a TCP connection and a UDP socket; says
                                   its process and both descriptors; each line
                                   of input sends 100 bytes on both
traffic.py accept HOST PORT        take one TCP connection, say "accepted", and
                                   send 100 bytes on it for each line of input
traffic.py marks FILE HOST PORT    the packets of the capture FILE to or from
                                   HOST's PORT, one line each: protocol, what
                                   kind, DSCP, ECN
"""
import os
import select
import socket
import struct
import sys

DATA = b"q" * 100


def resolve(host, port, kind):
    return socket.getaddrinfo(host, int(port), type=kind)[0]


def open_socket(host, port, kind):
    family, kind, _, _, address = resolve(host, port, kind)
    return socket.socket(family, kind), address


def sink(host, port):
    listener, address = open_socket(host, port, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(address)
    listener.listen()
    datagrams, address = open_socket(host, port, socket.SOCK_DGRAM)
    datagrams.bind(address)
    print("ready", flush=True)
    waiting = [listener, datagrams]
    while True:
        for ready in select.select(waiting, [], [])[0]:
            if ready is listener:
                waiting.append(listener.accept()[0])
            elif not ready.recv(65536) and ready is not datagrams:
                waiting.remove(ready)
                ready.close()


def udp(host, port, count):
    sender, address = open_socket(host, port, socket.SOCK_DGRAM)
    for _ in range(int(count)):
        sender.sendto(DATA, address)


def tcp(host, port, count):
    sender, address = open_socket(host, port, socket.SOCK_STREAM)
    sender.connect(address)
    for _ in range(int(count)):
        sender.sendall(DATA)
    sender.shutdown(socket.SHUT_WR)
    sender.recv(1)


def hold(host, port):
    stream, address = open_socket(host, port, socket.SOCK_STREAM)
    stream.connect(address)
    datagrams, address = open_socket(host, port, socket.SOCK_DGRAM)
    print(os.getpid(), stream.fileno(), datagrams.fileno(), flush=True)
    for _ in sys.stdin:
        stream.sendall(DATA)
        datagrams.sendto(DATA, address)
        print("sent", flush=True)


def accept(host, port):
    listener, address = open_socket(host, port, socket.SOCK_STREAM)
    listener.bind(address)
    listener.listen()
    print(os.getpid(), flush=True)
    stream = listener.accept()[0]
    print("accepted", flush=True)
    for _ in sys.stdin:
        stream.sendall(DATA)
        print("sent", flush=True)


def frames(path):
    with open(path, "rb") as capture:
        capture.read(24)
        while len(header := capture.read(16)) == 16:
            yield capture.read(struct.unpack("=IIII", header)[2])


def tcp_kind(segment, length):
    flags = segment[13]
    for bit, name in ((2, "syn"), (4, "rst"), (1, "fin")):
        if flags & bit:
            return name
    return "data" if length > (segment[12] >> 4) * 4 else "ack"


def describe(frame, host, port):
    """One line, or None for what is not to or from host and port."""
    packet = frame[14:]
    if not packet:
        return None
    if packet[0] >> 4 == 4:
        tos, protocol, header = packet[1], packet[9], (packet[0] & 15) * 4
        length = struct.unpack_from("!H", packet, 2)[0] - header
        ends = packet[12:16], packet[16:20]
    elif packet[0] >> 4 == 6:
        tos = struct.unpack_from("!H", packet)[0] >> 4 & 0xff
        protocol, header = packet[6], 40
        length = struct.unpack_from("!H", packet, 4)[0]
        ends = packet[8:24], packet[24:40]
    else:
        return None
    family = socket.AF_INET if len(ends[0]) == 4 else socket.AF_INET6
    if protocol not in (6, 17) or family != resolve(host, port, 0)[0]:
        return None
    wanted = socket.inet_pton(family, host), int(port)
    ports = struct.unpack_from("!HH", packet, header)
    if wanted == (ends[1], ports[1]):
        way = "to"
    elif wanted == (ends[0], ports[0]):
        way = "from"
    else:
        return None
    kind = "data" if protocol == 17 else tcp_kind(packet[header:], length)
    name = "udp" if protocol == 17 else "tcp"
    return f"{way} {name} {kind} dscp={tos >> 2} ecn={tos & 3}"


def marks(path, host, port):
    for frame in frames(path):
        line = describe(frame, host, port)
        if line:
            print(line)


if __name__ == "__main__":
    {"sink": sink, "udp": udp, "tcp": tcp, "hold": hold, "accept": accept,
     "marks": marks}[sys.argv[1]](*sys.argv[2:])
