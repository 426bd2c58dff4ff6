# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shellcheck disable=SC2154 # variables of run
#
# qosctl mark -- COMMAND over the fake device.

test_mark_command_udp()
{
	build_fake
	status 0 fake mark --type voice -- python3 -c '
import os, socket
a = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
b = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
c = socket.socket(socket.AF_INET, socket.SOCK_DGRAM, 136)
assert not os.get_inheritable(a.fileno())
assert a.getblocking() and not b.getblocking()
assert a.getsockname() == ("0.0.0.0", 0)'
	same "" "$err"
	same "add flow=2 type=4 family=2 kind=2 protocol=17 dest=0.0.0.0 port=0
add flow=2 type=4 family=10 kind=2 protocol=17 dest=:: port=0
add flow=2 type=4 family=2 kind=2 protocol=136 dest=0.0.0.0 port=0" "$(adds)"
}

test_mark_command_keeps_close_on_exec_off()
{
	build_fake
	status 0 fake mark --type voice -- python3 -c '
import ctypes, os
libc = ctypes.CDLL(None)
assert os.get_inheritable(libc.socket(2, 2, 0))
assert not os.get_inheritable(libc.socket(2, 2 | 0o2000000, 0))'
	same 2 "$(adds | wc -l)"
}

# A listener in the command itself, so that the port is its own.
connect_py='
import socket
family, host = (socket.AF_INET6, "::1") if SIX else (socket.AF_INET, "127.0.0.1")
l = socket.create_server((host, 0), family=family)
t = socket.socket(family)
t.connect((HOST or host, l.getsockname()[1]))
print(l.getsockname()[1])'

test_mark_command_tcp()
{
	local port

	build_fake
	status 0 fake mark --type background -- \
		python3 -c "SIX = 0; HOST = None; $connect_py"
	port=$out
	same "" "$err"
	same "add flow=2 type=1 family=2 kind=1 protocol=6 dest=127.0.0.1 port=$port" \
		"$(adds)"
	status 0 fake mark --type background -- \
		python3 -c "SIX = 0; HOST = '0.0.0.0'; $connect_py"
	same "add flow=2 type=1 family=2 kind=1 protocol=6 dest=127.0.0.1 port=$out" \
		"$(adds)"
}

test_mark_command_tcp_ipv6()
{
	build_fake
	[ -e /proc/net/if_inet6 ] || skip "no IPv6"
	status 0 fake mark --type background -- \
		python3 -c "SIX = 1; HOST = None; $connect_py"
	same "add flow=2 type=1 family=10 kind=1 protocol=6 dest=::1 port=$out" \
		"$(adds)"
}

test_mark_command_leaves_the_rest_alone()
{
	build_fake
	status 0 fake mark --type voice -- python3 -c '
import errno, socket
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
try:
    s.connect("/nonexistent")
except OSError as e:
    assert e.errno == errno.ENOENT
try:
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM, 6)
except OSError as e:
    assert e.errno == errno.EPROTONOSUPPORT
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
assert libc.connect(-1, None, 16) == -1 and ctypes.get_errno() == errno.EBADF
t = socket.socket()
assert libc.connect(t.fileno(), None, 16) == -1
assert ctypes.get_errno() == errno.EFAULT
assert libc.connect(t.fileno(), b"\2", 1) == -1
assert ctypes.get_errno() == errno.EINVAL'
	same "" "$err"
	same "" "$(adds)"
}

test_mark_command_descriptor_limit()
{
	build_fake
	status 0 fake mark --type voice -- python3 -c '
import errno, resource, socket
resource.setrlimit(resource.RLIMIT_NOFILE, (16, 16))
held = []
try:
    while True:
        held.append(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
except OSError as e:
    assert e.errno == errno.EMFILE, e'
	same "" "$err"
}

test_mark_command_signals_do_not_break_calls()
{
	build_fake
	status 0 fake mark --type voice -- python3 -c '
import signal, socket
hits = 0
def hit(*_):
    global hits
    hits += 1
signal.signal(signal.SIGALRM, hit)
signal.siginterrupt(signal.SIGALRM, False)
signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
for _ in range(300):
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).close()
signal.setitimer(signal.ITIMER_REAL, 0)
assert hits'
	same 300 "$(adds | wc -l)"
}

test_mark_command_threads_and_orphans()
{
	build_fake
	status 0 fake mark --type voice -- python3 -c '
import os, socket, threading, time
def make():
    for _ in range(50):
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM).close()
threads = [threading.Thread(target=make) for _ in range(4)]
[t.start() for t in threads]
[t.join() for t in threads]
if os.fork() == 0:
    if os.fork() == 0:
        time.sleep(0.3)
        make()
        l = socket.create_server(("127.0.0.1", 0))
        socket.create_connection(l.getsockname())
    os._exit(0)'
	same "" "$err"
	same 251 "$(adds | wc -l)"
	same 1 "$(adds | grep -c protocol=6)"
}

test_mark_command_i386()
{
	local port

	build_fake
	cc -m32 -static -o "$work/udp32" "$here/udp32.c" 2> /dev/null ||
		skip "no 32-bit compiler"
	"$work/udp32" 1 || [ $? -eq 5 ] || skip "32-bit programs do not run"
	exec {keep}< <(exec python3 -c '
import socket, sys
l = socket.create_server(("127.0.0.1", 0))
print(l.getsockname()[1], flush=True)
l.settimeout(60)
l.accept()')
	read -r port <&"$keep"
	status 0 fake mark --type voice -- "$work/udp32" "$port"
	same "add flow=2 type=4 family=2 kind=2 protocol=17 dest=0.0.0.0 port=0
add flow=2 type=4 family=2 kind=1 protocol=6 dest=127.0.0.1 port=$port" \
		"$(adds)"
}

test_mark_command_ended_flow_is_made_again()
{
	build_fake
	export QWAVE_FAKE_LIFE=2
	status 0 fake mark --type voice --dscp EF -- python3 -c '
import socket
for _ in range(3):
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM)'
	same "flow=2 flow=2 flow=3" "$(adds | cut -d" " -f2 | paste -sd" ")"
	same "set flow=1 operation=2 dscp=46
set flow=2 operation=2 dscp=46
set flow=3 operation=2 dscp=46" "$(grep ^set "$work/log")"
}

test_mark_command_waits_for_closed_connections()
{
	build_fake
	export QWAVE_FAKE_QUERIES=5
	status 0 fake mark --type voice -- python3 -c '
import socket
socket.socket(socket.AF_INET, socket.SOCK_DGRAM)'
	same 6 "$(grep -c "^query " "$work/log")"
}

test_mark_command_limit_is_told_before()
{
	build_fake
	export QWAVE_FAKE_ERROR=28
	status 1 fake mark --type voice -- touch "$work/ran"
	has "$err" "cannot make a flow: net.qwave.max_flows_session or"
	[ ! -e "$work/ran" ]
}

test_mark_command_exit_status()
{
	build_fake
	status 0 fake mark --type voice -- true
	status 7 fake mark --type voice -- sh -c 'exit 7'
	# shellcheck disable=SC2016 # for the inner shell
	status 137 fake mark --type voice -- sh -c 'kill -9 $$'
	status 127 fake mark --type voice -- /nonexistent/command
	has "$err" "cannot start '/nonexistent/command'"
	status 126 fake mark --type voice -- "$here/ktap.sh"
}

test_mark_command_passes_streams()
{
	build_fake
	status 0 fake mark --type voice -- sh -c 'echo one; echo two >&2'
	same one "$out"
	same two "$err"
}

test_mark_command_forwards_signals()
{
	local code=0

	build_fake
	: > "$work/log"
	QWAVE_FAKE_LOG=$work/log LD_PRELOAD=$work/fake.so "$qosctl" \
		mark --type voice -- sh -c "trap 'exit 9' TERM; touch '$work/up'
		while :; do sleep 0.05; done" &
	until_true 30 test -e "$work/up"
	kill -TERM $!
	wait $! || code=$?
	same 9 "$code"
}

test_mark_command_nested_is_told()
{
	build_fake
	status 1 fake mark --type voice -- "$qosctl" mark --type voice -- true
	has "$err" "another 'qosctl mark' watches it already"
}

test_mark_command_json()
{
	build_fake
	status 3 fake mark --type audio_video --dscp 46 --json -- python3 -c '
import socket
socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
raise SystemExit(3)'
	same "" "$out"
	json "$err"
	same "audio-video 46 EF 2 1 0 3" "$(field "$err" '" ".join(str(d[k])
	for k in ("type", "dscp_asked", "dscp_asked_name", "last_flow", "added",
		  "refused", "exit_status"))')"
}
