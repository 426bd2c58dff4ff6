# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What the programs of the bench share: where things are, and how to complain.

VM=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
TOP=$(readlink -f "$VM/../..")
# shellcheck disable=SC2034 # read by the programs that source this file
CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/qwave
# shellcheck disable=SC2034
BUILD=${QWAVE_BUILD:-$TOP/build}
# depmod and modprobe are not on a user's PATH in Debian.
PATH=$PATH:/usr/sbin:/sbin

# shellcheck disable=SC2034
KERNELS=(6.1 6.12 7.2 debug)

# What a kernel says when something is wrong, as an extended expression.
splats='BUG:|WARNING:|Oops|KASAN|UBSAN|KCSAN|INFO: possible'
splats="$splats|possible (circular|recursive|irq lock)|suspicious RCU usage"
splats="$splats|inconsistent lock state|bad unlock balance|detected (expedited )?stall"
splats="$splats|soft lockup|hard LOCKUP|blocked for more than|INFO: task"
splats="$splats|unreferenced object|refcount_t:|general protection fault"
splats="$splats|leaked reference|Kernel panic|unregister_netdevice: waiting"
splats="$splats|ODEBUG:|workqueue lockup|Bad page|list_(add|del) corruption"
splats="$splats|INVALID-ACCESS|scheduling while atomic|invalid opcode"

say()
{
	echo "${0##*/}: $*" >&2
}

# die STATUS MESSAGE...
die()
{
	local status=$1

	shift
	say "$*"
	exit "$status"
}

is_kernel()
{
	local k

	for k in "${KERNELS[@]}"; do
		[ "$k" != "$1" ] || return 0
	done
	return 1
}

# What a module has to be built for: configuration and version of a kernel.
identity()
{
	cat "$CACHE/kernel/$1/version" "$CACHE/kernel/$1/config" | sha256sum |
		cut -c 1-16
}

need()
{
	local tool

	for tool in "$@"; do
		command -v "$tool" >/dev/null ||
			die 120 "$tool is missing; CONTRIBUTING.md lists the packages"
	done
}

# Prints the header comment of a program as its manual: everything from line 3
# to the first line that is not a comment.
manual()
{
	sed -n -e '3,${/^#/!q;s/^# \{0,1\}//;p}' "$1"
}
