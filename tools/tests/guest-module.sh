# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shellcheck disable=SC2154 # variables of guest
#
# qosctl load and unload, and their reasons.

test_load_when_loaded()
{
	status 0 "$qosctl" load
	same "" "$out$err"
}

test_unload_in_use_is_refused()
{
	held
	background mark --type voice --pid "$pid"
	status 1 "$qosctl" unload
	has "$err" "cannot unload qwave: it is in use by "
	has "$err" " reference"
	has "$err" "; open in qosctl ("
	kill "$marker" "$pid"
	wait "$marker"
}

unloaded()
{
	"$qosctl" unload
}

test_unload_and_load()
{
	until_true "$wait_for" unloaded
	[ ! -e /sys/module/qwave ]
	status 1 "$qosctl" status
	has "$out" "module:  not loaded"
	has "$out" "run 'qosctl load'"
	status 0 "$qosctl" load
	[ -e /sys/module/qwave ]
	status 0 "$qosctl" status
}

test_load_needs_permission()
{
	until_true "$wait_for" unloaded
	status 1 setpriv --reuid 65534 --regid 65534 --clear-groups "$qosctl" load
	has "$err" "no permission: it needs CAP_SYS_MODULE; become root"
	status 0 "$qosctl" load
	status 1 setpriv --reuid 65534 --regid 65534 --clear-groups "$qosctl" unload
	has "$err" "no permission: it needs CAP_SYS_MODULE; become root"
}

# spoiled SED-PROGRAM: a root with a copy of the module in which texts were
# replaced by others of the same length.
spoiled()
{
	local dir=$work/spoiled file

	rm -rf "$dir"
	mkdir -p "$dir/lib/modules/$(uname -r)/extra"
	file=$(modinfo -n qwave)
	case $file in
	*.ko) cp "$file" "$dir/qwave.ko" ;;
	*.xz) xz -dc "$file" > "$dir/qwave.ko" ;;
	*) skip "the module is compressed: $file" ;;
	esac
	LC_ALL=C sed "$1" "$dir/qwave.ko" \
		> "$dir/lib/modules/$(uname -r)/extra/qwave.ko"
	if cmp -s "$dir/qwave.ko" "$dir/lib/modules/$(uname -r)/extra/qwave.ko"
	then
		echo "nothing to spoil: $1"
		return 1
	fi
	depmod -b "$dir" "$(uname -r)" 2> /dev/null
	until_true "$wait_for" unloaded
}

test_load_reason_version_magic()
{
	local release other

	release=$(uname -r)
	other=$(tr 0-9 1-90 <<< "$release")
	# With symbol versions the kernel does not compare the release.
	spoiled "s/vermagic=$release/vermagic=$other/;s/ mod_unload/ mod_unloax/"
	status 1 "$qosctl" load --root "$work/spoiled"
	has "$err" "not built for this kernel: the module's version magic is '$other "
	has "$err" "this kernel is '$release'; build it again"
	status 0 "$qosctl" load
}

test_load_reason_unknown_symbol()
{
	spoiled s/genl_register_family/genl_register_familx/g
	status 1 "$qosctl" load --root "$work/spoiled"
	has "$err" "the kernel or another module lacks something that it needs"
	has "$err" "Unknown symbol genl_register_familx"
	status 0 "$qosctl" load
}

test_load_reason_not_installed()
{
	until_true "$wait_for" unloaded
	mkdir -p "$work/empty/lib/modules/$(uname -r)"
	status 1 "$qosctl" load --root "$work/empty"
	has "$err" "not installed for this kernel"
	status 0 "$qosctl" load
}
