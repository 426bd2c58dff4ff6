# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shellcheck disable=SC2154 # variables of guest
#
# qosctl list and show of flows that are in use.

test_list_and_show_flow()
{
	local id port

	coproc HOLD {
		ip netns exec left "$qosctl" mark --type voice --dscp EF -- \
			python3 "$traffic" hold 192.0.2.2 5000
	}
	marker=$HOLD_PID
	read -r pid stream datagrams <&"${HOLD[0]}"
	tell
	status 0 left "$qosctl" list --json
	same "voice 4 False 46 EF 46 EF 6 qosctl 0 2" "$(field "$out" \
		'" ".join(str(d["flows"][0][k]) for k in ("type",
		"type_number", "adaptive", "dscp_asked", "dscp_asked_name",
		"dscp", "dscp_name", "priority", "command", "uid",
		"member_count"))')"
	same 1 "$(field "$out" 'len(d["flows"])')"
	id=$(field "$out" 'd["flows"][0]["id"]')

	status 0 left "$qosctl" list
	same "$id voice 46/EF 46/EF 6 2 qosctl root" \
		"$(tail -n 1 <<< "$out" | awk '{print $1, $2, $3, $4, $5, $6, $8, $9}')"

	status 0 left "$qosctl" show "$id" --json
	same "tcp 192.0.2.2 5000 ipv4" "$(field "$out" '" ".join(str(m[k])
	for m in d["members"] if m["protocol"] == "tcp"
	for k in ("protocol", "destination", "destination_port", "family"))')"
	same "udp None None" "$(field "$out" '" ".join(str(m[k])
	for m in d["members"] if m["protocol"] == "udp"
	for k in ("protocol", "destination", "destination_port"))')"
	same "socket:[$(field "$out" '[m["inode"] for m in d["members"]
	if m["protocol"] == "udp"][0]')]" "$(readlink "/proc/$pid/fd/$datagrams")"
	same "socket:[$(field "$out" '[m["inode"] for m in d["members"]
	if m["protocol"] == "tcp"][0]')]" "$(readlink "/proc/$pid/fd/$stream")"
	port=$(field "$out" '[m["local_port"] for m in d["members"]
	if m["protocol"] == "tcp"][0]')
	same "$port" "$(left ss -Htn "dport = 5000" | awk '{print $4}' |
		sed 's/.*://')"

	status 0 left "$qosctl" show "$id"
	has "$out" "flow $id"
	has "$out" "  asked:    type voice, not adaptive, DSCP 46 (EF)"
	has "$out" "  applied:  DSCP 46 (EF), priority 6"
	has "$out" "  by:       qosctl, process "
	has "$out" "user root (0)"
	has "$out" "  members:  2"
	has "$out" "    tcp to 192.0.2.2:5000, from port $port, inode "
	has "$out" "    udp to any destination, from port "

	eval "exec ${HOLD[1]}>&-"
	wait "$marker"
	until_true "$wait_for" no_flows
}

test_show_counts_packets()
{
	local id

	coproc HOLD {
		ip netns exec left "$qosctl" mark --type voice -- bash -c '
			python3 -c "
import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for _ in range(5):
    s.sendto(b\"q\" * 100, (\"192.0.2.2\", 5000))
print(\"sent\", flush=True)
sys.stdin.readline()"'
	}
	marker=$HOLD_PID
	read -r _ <&"${HOLD[0]}"
	id=$(field "$(flows)" 'd["flows"][0]["id"]')
	status 0 left "$qosctl" show "$id" --json
	same "5 640 5" "$(field "$out" \
		'"{packets} {bytes} {marked}".format(**d)')"
	status 0 left "$qosctl" show "$id"
	has "$out" "  sent:     5 packets, 640 bytes, 5 packets marked"
	eval "exec ${HOLD[1]}>&-"
	wait "$marker"
}

test_list_marking_switched_off()
{
	held
	background mark --type voice --pid "$pid"
	left sysctl -q -w net.qwave.mark=0
	status 0 left "$qosctl" list --json
	left sysctl -q -w net.qwave.mark=1
	same "voice None None" "$(field "$out" '" ".join(str(d["flows"][0][k])
	for k in ("type", "dscp", "dscp_name"))')"
	kill "$marker" "$pid"
	wait "$marker"
}

test_list_other_namespace_not_visible()
{
	held
	background mark --type voice --pid "$pid"
	same 1 "$(field "$(flows)" 'len(d["flows"])')"
	same 0 "$(field "$(right "$qosctl" list --json)" 'len(d["flows"])')"
	kill "$marker" "$pid"
	wait "$marker"
}

test_list_users_see_their_own()
{
	held
	background mark --type voice --pid "$pid"
	same 0 "$(field "$(as_nobody "$qosctl" list --json)" 'len(d["flows"])')"
	status 1 as_nobody "$qosctl" show \
		"$(field "$(flows)" 'd["flows"][0]["id"]')"
	has "$err" "or not for this user to see"
	status 0 as_nobody "$qosctl" mark --type voice -- bash -c "
		exec 3<>/dev/udp/192.0.2.2/5000
		$qosctl list --json"
	same "1 65534" "$(field "$out" \
		'"{} {}".format(len(d["flows"]), d["flows"][0]["uid"])')"
	kill "$marker" "$pid"
	wait "$marker"
}

test_list_many_members()
{
	coproc HOLD {
		ip netns exec left "$qosctl" mark --type voice -- python3 -c '
import resource, socket, sys
resource.setrlimit(resource.RLIMIT_NOFILE, (4096, 4096))
held = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        for _ in range(2000)]
print("made", flush=True)
sys.stdin.readline()'
	}
	marker=$HOLD_PID
	read -r _ <&"${HOLD[0]}"
	status 0 left "$qosctl" list --json
	same "1 2000 2000" "$(field "$out" '"{} {} {}".format(len(d["flows"]),
	d["flows"][0]["member_count"],
	len({m["inode"] for m in d["flows"][0]["members"]}))')"
	status 0 left "$qosctl" show --json \
		"$(field "$out" 'd["flows"][0]["id"]')"
	same 2000 "$(field "$out" 'len(d["members"])')"
	eval "exec ${HOLD[1]}>&-"
	wait "$marker"
}
