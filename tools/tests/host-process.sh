# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shellcheck disable=SC2154 # variables of run
#
# qosctl mark --pid over the fake device.

# Starts a process that holds sockets and prints what they are.
holder()
{
	exec {hold}< <(exec python3 -c '
import os, socket, sys, time
l = socket.create_server(("127.0.0.1", 0))
t = socket.create_connection(l.getsockname())
a, _ = l.accept()
u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
c = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
c.connect(("127.0.0.1", 9))
n = socket.socket()
x = socket.socket(socket.AF_UNIX)
print(os.getpid(), *(s.fileno() for s in (l, t, a, u, c, n, x)),
      *l.getsockname(), flush=True)
time.sleep(120)')
	read -r pid l t a u c n x _ port <&"$hold"
}

# Runs mark --pid until it has told what it did, then lets the process end.
mark_pid()
{
	local code=0

	: > "$work/log"
	: > "$work/out"
	QWAVE_FAKE_LOG=$work/log LD_PRELOAD=$work/fake.so "$qosctl" mark \
		"$@" > "$work/out" 2> "$work/err" &
	until_true 30 test -s "$work/out" || cat "$work/err"
	kill "$pid"
	wait $! || code=$?
	return "$code"
}

pidfd_allowed()
{
	build_fake
	holder
	[ "$(id -u)" -eq 0 ] ||
		[ "$(cat /proc/sys/kernel/yama/ptrace_scope 2> /dev/null)" = 0 ] ||
		skip "kernel.yama.ptrace_scope forbids it to users"
}

test_mark_pid_takes_all_sockets()
{
	pidfd_allowed
	mark_pid --type voice --pid "$pid"
	same "fd $l: tcp: not added: it listens; pick the process again when it has accepted connections
fd $t: tcp to 127.0.0.1:$port: added to flow 1
fd $u: udp to any destination: added to flow 1
fd $c: udp to 127.0.0.1:9: added to flow 1
fd $n: tcp: not added: it is not connected" \
		"$(grep -v "^fd $a:" "$work/out" | sort -k2n)"
	has "$(< "$work/out")" "fd $a: tcp to 127.0.0.1:"
	# Connected sockets are added with the peer that the kernel knows.
	same "dest=- port=0
dest=- port=0
dest=- port=0
dest=0.0.0.0 port=0" "$(grep -o "dest=.*" "$work/log" | sort)"
}

test_mark_pid_one_descriptor()
{
	pidfd_allowed
	mark_pid --type voice --pid "$pid" --fd "$u" --dest 192.0.2.7:99
	same "fd $u: udp to 192.0.2.7:99: added to flow 1" "$(< "$work/out")"
	same "add flow=1 type=4 family=2 kind=2 protocol=17 dest=192.0.2.7 port=99" \
		"$(< "$work/log")"
}

test_mark_pid_dest_picks_by_peer()
{
	pidfd_allowed
	mark_pid --type voice --pid "$pid" --fd "$c" --dest 192.0.2.7:99 && return 1
	same "fd $c: udp to 127.0.0.1:9: not added: its peer is not the one of --dest" \
		"$(< "$work/out")"
	has "$(< "$work/err")" "no socket of process $pid could be added"
}

test_mark_pid_not_a_socket()
{
	pidfd_allowed
	mark_pid --type voice --pid "$pid" --fd "$x" && return 1
	has "$(< "$work/out")" "it is no socket of the Internet protocols"
	holder
	mark_pid --type voice --pid "$pid" --fd 999 && return 1
	has "$(< "$work/out")" "it has no such descriptor"
}

test_mark_pid_json()
{
	pidfd_allowed
	mark_pid --type voice --dscp cs3 --pid "$pid" --json
	json "$(< "$work/out")"
	same "$pid voice 24 CS3 1 4 2 6" "$(field "$(< "$work/out")" '" ".join(
	str(v) for v in (d["pid"], d["type"], d["dscp_asked"],
	d["dscp_asked_name"], d["flow"], d["added"], d["refused"],
	len(d["sockets"])))')"
}

test_mark_pid_no_process()
{
	build_fake
	status 1 fake mark --type voice --pid 2147483647
	has "$err" "cannot open process 2147483647: there is none"
}

test_mark_pid_not_permitted()
{
	local user=()

	build_fake
	if [ "$(id -u)" -eq 0 ]; then
		# Where root builds, others may not look.
		cp "$qosctl" "$work/qosctl"
		chmod 0755 "$work" "$work/qosctl" "$work/fake.so"
		user=(setpriv --reuid 65534 --regid 65534 --clear-groups)
		qosctl=$work/qosctl
	fi
	status 1 "${user[@]}" env QWAVE_FAKE_LOG=/dev/null \
		LD_PRELOAD="$work/fake.so" "$qosctl" mark --type voice --pid 1
	has "$err$out" "not permitted: the process runs as user 0"
}

test_mark_pid_ends_on_signal()
{
	local code=0

	pidfd_allowed
	: > "$work/out"
	QWAVE_FAKE_LOG=$work/log LD_PRELOAD=$work/fake.so "$qosctl" \
		mark --type voice --pid "$pid" > "$work/out" &
	until_true 30 test -s "$work/out"
	kill -TERM $!
	wait $! || code=$?
	same 0 "$code"
	kill "$pid"
}
