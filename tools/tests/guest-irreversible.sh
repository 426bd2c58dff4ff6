# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shellcheck disable=SC2154 # variables of guest
#
# What leaves a kernel that loads no more modules until the next boot.

test_load_reason_signature()
{
	local switch=/sys/module/module/parameters/sig_enforce

	[ -e "$switch" ] || skip "the kernel checks no signatures"
	until_true "$wait_for" unloaded
	echo 1 > "$switch"
	status 1 "$qosctl" load
	has "$err" "signature: the module has none or its key is unknown"
}

test_load_reason_modules_disabled()
{
	until_true "$wait_for" unloaded
	sysctl -q -w kernel.modules_disabled=1
	status 1 "$qosctl" load
	has "$err" "this kernel loads no module until the next boot"
}
