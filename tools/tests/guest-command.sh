# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shellcheck disable=SC2154 # variables of guest
#
# qosctl status and qosctl mark -- COMMAND on the wire.

test_status_loaded()
{
	status 0 left "$qosctl" status
	has "$out" "module:  loaded"
	has "$out" "device:  /dev/qwave can be used"
	has "$out" "flows:   0 visible"
	has "$out" "  net.qwave.mark = 1"
	has "$out" "  net.qwave.dscp = 0 8 40 40 56 56"
	status 0 left "$qosctl" status --json
	same "True True True 0 1" "$(field "$out" '" ".join(str(v) for v in (
	d["loaded"], d["device"]["present"], d["device"]["usable"],
	d["flows"], d["settings"]["mark"]))')"
}

test_status_shows_own_namespace()
{
	left sysctl -q -w net.qwave.strict_addresses=1
	status 0 left "$qosctl" status --json
	same 1 "$(field "$out" 'd["settings"]["strict_addresses"]')"
	status 0 right "$qosctl" status --json
	same 0 "$(field "$out" 'd["settings"]["strict_addresses"]')"
	left sysctl -q -w net.qwave.strict_addresses=0
}

test_list_empty()
{
	status 0 left "$qosctl" list
	same 1 "$(wc -l <<< "$out")"
	has "$out" "FLOW"
	status 0 left "$qosctl" list --json
	same 0 "$(field "$out" 'len(d["flows"])')"
}

test_show_unknown_flow()
{
	status 1 left "$qosctl" show 4294967295
	same "" "$out"
	has "$err" "there is no flow 4294967295"
}

test_mark_command_udp_ipv4()
{
	capture
	status 0 left "$qosctl" mark --type voice -- \
		python3 "$traffic" udp 192.0.2.2 5000 5
	same "" "$err"
	same "5 to udp data dscp=56 ecn=0" \
		"$(captured 192.0.2.2 "to udp" 5 | kinds)"
}

test_mark_command_udp_ipv6()
{
	capture
	status 0 left "$qosctl" mark --type background -- \
		python3 "$traffic" udp 2001:db8::2 5000 5
	same "" "$err"
	same "5 to udp data dscp=8 ecn=0" \
		"$(captured 2001:db8::2 "to udp" 5 | kinds)"
}

test_mark_command_tcp_from_the_first_packet()
{
	local host seen

	for host in 192.0.2.2 2001:db8::2; do
		capture
		status 0 left "$qosctl" mark --type excellent-effort -- \
			python3 "$traffic" tcp "$host" 5000 3
		same "" "$err"
		seen=$(captured "$host" "from tcp fin" 1 | grep "^to")
		same "to tcp syn dscp=40 ecn=0" "$(head -n 1 <<< "$seen")"
		has "$seen" "to tcp data dscp=40 ecn=0"
		has "$seen" "to tcp fin dscp=40 ecn=0"
		same "" "$(grep -v "dscp=40 ecn=0" <<< "$seen")"
	done
}

test_mark_command_dscp()
{
	capture
	status 0 left "$qosctl" mark --type audio-video --dscp EF -- \
		python3 "$traffic" udp 192.0.2.2 5000 3
	same "3 to udp data dscp=46 ecn=0" \
		"$(captured 192.0.2.2 "to udp" 3 | kinds)"
}

test_mark_command_dscp_from_the_first_packet()
{
	capture
	status 0 left "$qosctl" mark --dscp 10 -- \
		python3 "$traffic" tcp 192.0.2.2 5000 1
	same "" "$(captured 192.0.2.2 "from tcp fin" 1 | grep "^to" |
		grep -v "dscp=10 ecn=0")"
}

test_mark_command_best_effort_touches_nothing()
{
	capture
	status 0 left "$qosctl" mark --type best-effort -- \
		python3 "$traffic" udp 192.0.2.2 5000 3
	same "3 to udp data dscp=0 ecn=0" \
		"$(captured 192.0.2.2 "to udp" 3 | kinds)"
}

test_mark_command_shell_and_children()
{
	capture
	# shellcheck disable=SC2016 # for the inner shell
	status 0 left "$qosctl" mark --type control -- bash -c '
		python3 "$0" udp 192.0.2.2 5000 2
		(python3 "$0" udp 192.0.2.2 5000 2 &)
		exec 3<>/dev/udp/192.0.2.2/5000
		echo q >&3' "$traffic"
	same "" "$err"
	same "5 to udp data dscp=56 ecn=0" \
		"$(captured 192.0.2.2 "to udp" 5 | kinds)"
}

test_mark_command_iperf3()
{
	local server seen

	ip netns exec right iperf3 -s -1 -B 192.0.2.2 -p 5201 > /dev/null &
	server=$!
	until_true "$wait_for" bash -c \
		'ip netns exec right ss -Htln "sport = 5201" | grep -q .'
	capture
	status 0 left "$qosctl" mark --type voice --json -- \
		iperf3 -u -c 192.0.2.2 -p 5201 -b 500k -t 1
	wait "$server"
	same "0 0" "$(field "$(tail -n 1 <<< "$err")" \
		'"{} {}".format(d["refused"], d["exit_status"])')"
	until_true "$wait_for" seen 192.0.2.2 "to tcp fin" 1 5201
	# Behind the FIN the kernel may answer without the socket (TIME_WAIT).
	seen=$(captured 192.0.2.2 "to udp data" 10 5201 | grep "^to" |
		sed "/to tcp fin/q")
	same "to tcp syn dscp=56 ecn=0" "$(head -n 1 <<< "$seen")"
	same "" "$(grep -v "dscp=56 ecn=0" <<< "$seen")"
}

test_mark_command_in_other_namespace()
{
	capture
	status 0 "$qosctl" mark --type voice -- \
		ip netns exec left python3 "$traffic" udp 192.0.2.2 5000 3
	same "" "$err"
	same "3 to udp data dscp=56 ecn=0" \
		"$(captured 192.0.2.2 "to udp" 3 | kinds)"
}

test_mark_command_socket_belongs_to_its_user()
{
	status 0 left "$qosctl" mark --type voice -- \
		setpriv --reuid 65534 --regid 65534 --clear-groups python3 -c '
import os, socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("192.0.2.1", 4242))
print(next(l for l in open("/proc/net/udp") if ":1092 " in l).split()[7],
      os.fstat(s.fileno()).st_uid)'
	same "" "$err"
	same "65534 65534" "$out"
}

test_mark_command_unprivileged()
{
	capture
	status 0 as_nobody "$qosctl" mark --type voice -- \
		python3 "$traffic" udp 192.0.2.2 5000 3
	same "" "$err"
	same "3 to udp data dscp=56 ecn=0" \
		"$(captured 192.0.2.2 "to udp" 3 | kinds)"
	capture
	status 0 as_nobody "$qosctl" mark --type voice -- \
		python3 "$traffic" tcp 192.0.2.2 5000 1
	same "" "$err"
	same "" "$(captured 192.0.2.2 "from tcp fin" 1 | grep "^to" |
		grep -v "dscp=56 ecn=0")"
}

test_mark_command_dscp_needs_privilege()
{
	rm -f "$work/ran"
	chmod 0777 "$work"
	status 1 as_nobody "$qosctl" mark --dscp EF -- touch "$work/ran"
	has "$err" "--dscp needs CAP_NET_ADMIN or net.qwave.dscp_group_range"
	[ ! -e "$work/ran" ]
	left sysctl -q -w net.qwave.dscp_group_range="65534 65534"
	status 0 as_nobody "$qosctl" mark --dscp EF -- touch "$work/ran"
	left sysctl -q -w net.qwave.dscp_group_range="1 0"
	[ -e "$work/ran" ]
	chmod 0755 "$work"
}

test_mark_command_limit()
{
	left sysctl -q -w net.qwave.max_flows_session=0
	status 1 left "$qosctl" mark --type voice -- true
	left sysctl -q -w net.qwave.max_flows_session=65536
	has "$err" "cannot make a flow: net.qwave.max_flows_session or"
}

test_mark_command_refused_sockets_work()
{
	left sysctl -q -w net.qwave.strict_addresses=1
	status 0 left "$qosctl" mark --type voice -- python3 -c '
import socket
s = socket.socket(socket.AF_INET6)
s.connect(("::ffff:192.0.2.2", 5000))'
	left sysctl -q -w net.qwave.strict_addresses=0
	has "$err" "connection to [::ffff:192.0.2.2]:5000 not marked: "
}

test_mark_command_mapped_peer()
{
	capture
	status 0 left "$qosctl" mark --type voice -- python3 -c '
import socket
s = socket.socket(socket.AF_INET6)
s.connect(("::ffff:192.0.2.2", 5000))
s.shutdown(socket.SHUT_WR)
s.recv(1)
u = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
u.sendto(b"q", ("::ffff:192.0.2.2", 5000))'
	same "" "$err"
	until_true "$wait_for" seen 192.0.2.2 "to udp" 1
	same "" "$(captured 192.0.2.2 "from tcp fin" 1 | grep "^to" |
		grep -v "dscp=56 ecn=0")"
}
