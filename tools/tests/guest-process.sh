# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shellcheck disable=SC2154 # variables of guest
#
# qosctl mark --pid on the wire.

test_mark_pid_marks_until_its_end()
{
	held
	capture
	tell
	background mark --type voice --dscp EF --pid "$pid"
	has "$(< "$work/said")" "fd $stream: tcp to 192.0.2.2:5000: added to flow "
	has "$(< "$work/said")" "fd $datagrams: udp to any destination: added to flow "
	tell
	kill "$marker"
	wait "$marker"
	tell
	until_true "$wait_for" seen 192.0.2.2 "to udp" 3
	same "to tcp data dscp=0 ecn=0
to udp data dscp=0 ecn=0
to tcp data dscp=46 ecn=0
to udp data dscp=46 ecn=0
to tcp data dscp=0 ecn=0
to udp data dscp=0 ecn=0" "$(captured 192.0.2.2 "to tcp data" 3 |
	grep "^to .* data")"
	kill "$pid"
}

test_mark_pid_ends_with_the_process()
{
	held
	background mark --type voice --pid "$pid"
	kill "$pid"
	wait "$marker"
	until_true "$wait_for" no_flows
}

test_mark_pid_one_descriptor_and_destination()
{
	held
	capture
	background mark --type voice --pid "$pid" --fd "$datagrams" \
		--dest 192.0.2.2:5000 --json
	same "1 192.0.2.2:5000 True" "$(field "$(< "$work/said")" \
		'"{} {} {}".format(len(d["sockets"]),
		d["sockets"][0]["destination"], d["sockets"][0]["added"])')"
	tell
	until_true "$wait_for" seen 192.0.2.2 "to tcp data" 1
	same "to tcp data dscp=0 ecn=0
to udp data dscp=56 ecn=0" \
		"$(captured 192.0.2.2 "to udp" 1 | grep "^to .* data" | sort)"
	kill "$marker" "$pid"
	wait "$marker"
}

test_mark_pid_accepted_connection()
{
	local client

	coproc HOLD { ip netns exec left python3 "$traffic" accept 192.0.2.1 5002; }
	read -r pid <&"${HOLD[0]}"
	ip netns exec right bash -c 'exec 3<>/dev/tcp/192.0.2.1/5002; cat <&3' \
		> /dev/null &
	client=$!
	read -r _ <&"${HOLD[0]}"
	capture
	background mark --type voice --pid "$pid"
	has "$(< "$work/said")" "not added: it listens"
	tell
	same "from tcp data dscp=56 ecn=0" \
		"$(captured 192.0.2.1 "from tcp data" 1 5002 | grep data)"
	kill "$marker" "$pid"
	wait "$marker"
	wait "$client" || true
}

test_mark_pid_two_flows_conflict()
{
	held
	background mark --type voice --pid "$pid"
	status 1 left "$qosctl" mark --type control --pid "$pid"
	has "$out" "fd $stream: tcp to 192.0.2.2:5000: not added: it belongs to another flow already"
	has "$err" "no socket of process $pid could be added"
	kill "$marker" "$pid"
	wait "$marker"
}

test_mark_pid_not_permitted()
{
	held
	status 1 as_nobody "$qosctl" mark --type voice --pid "$pid"
	has "$err" "not permitted: the process runs as user 0; become root"
	status 1 as_nobody "$qosctl" mark --type voice --pid "$pid" --fd "$stream"
	has "$out" "not permitted: the process runs as user 0; become root"
	kill "$pid"
}
