# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shellcheck disable=SC2154 # variables of run
#
# Usage, help, manual, and what qosctl says without the module.

test_no_command_is_usage()
{
	status 2 "$qosctl"
	has "$err" "a command is needed"
}

test_unknown_command_is_usage()
{
	status 2 "$qosctl" frobnicate
	has "$err" "unknown command 'frobnicate'"
}

test_unknown_option_is_usage()
{
	local command

	for command in "${commands[@]}"; do
		status 2 "$qosctl" "$command" --frobnicate
		has "$err" "qosctl $command: unrecognized option '--frobnicate'"
		has "$err" "Try 'qosctl $command --help'."
	done
}

test_extra_argument_is_usage()
{
	local command

	for command in list load unload status; do
		status 2 "$qosctl" "$command" extra
		has "$err" "unexpected argument 'extra'"
	done
}

test_show_needs_a_flow()
{
	local bad

	status 2 "$qosctl" show
	status 2 "$qosctl" show 1 2
	for bad in 0 -1 x 1x 4294967296 ""; do
		status 2 "$qosctl" show -- "$bad"
		has "$err" "is not the number of a flow"
	done
}

test_mark_usage()
{
	status 2 "$qosctl" mark -- true
	has "$err" "--type or --dscp is needed"
	status 2 "$qosctl" mark --type voice
	has "$err" "a command or --pid is needed"
	status 2 "$qosctl" mark --type voice --pid 1 -- true
	has "$err" "exclude each other"
	status 2 "$qosctl" mark --type voice --fd 1 -- true
	has "$err" "--fd and --dest need --pid"
	status 2 "$qosctl" mark --type voice --dest 192.0.2.1:1 -- true
	has "$err" "--fd and --dest need --pid"
}

test_mark_bad_values()
{
	local bad

	for bad in "" 6 -1 loud; do
		status 2 "$qosctl" mark --type "$bad" -- true
		has "$err" "'$bad' is not a traffic type"
	done
	for bad in "" 64 -1 CS9 0x; do
		status 2 "$qosctl" mark --dscp "$bad" -- true
		has "$err" "'$bad' is not a DSCP"
	done
	for bad in "" 0 x -5; do
		status 2 "$qosctl" mark --type voice --pid "$bad"
		has "$err" "'$bad' is not the number of a process"
	done
	for bad in "" 192.0.2.1 192.0.2.1: 192.0.2.1:0 192.0.2.1:65536 \
		2001:db8::1:80 "[2001:db8::1]" "[]:80" example.org:80; do
		status 2 "$qosctl" mark --type voice --pid 1 --dest "$bad"
		has "$err" "'$bad' is not ADDR:PORT"
	done
}

test_version_is_one_line()
{
	status 0 "$qosctl" --version
	[[ $out =~ ^qosctl\ [0-9]+\.[0-9]+[^[:space:]]*$ ]] || same "" "$out"
}

test_help_goes_to_output()
{
	local command

	status 0 "$qosctl" --help
	same "" "$err"
	for command in "${commands[@]}"; do
		has "$out" "  $command "
		status 0 "$qosctl" "$command" --help
		same "" "$err"
		has "$out" "Usage: qosctl $command"
		has "$out" "Exit status:"
		status 0 "$qosctl" --help
	done
}

test_help_fits_a_terminal()
{
	local command

	for command in "" "${commands[@]}"; do
		# shellcheck disable=SC2086 # no word for the general help
		status 0 "$qosctl" $command --help
		same "" "$(grep -E '^.{81,}' <<< "$out")"
	done
}

# The long options that the help texts name.
help_options()
{
	local command

	for command in "" "${commands[@]}"; do
		# shellcheck disable=SC2086 # no word for the general help
		"$qosctl" $command --help
	done | grep -oE -- '--[a-z]+' | sort -u
}

test_manual_has_the_options_of_the_help()
{
	same "$(help_options)" \
		"$(sed 's/\\-/-/g' "$manual" | grep -oE -- '--[a-z]+' | sort -u)"
}

test_manual_has_the_commands()
{
	local command

	for command in "${commands[@]}"; do
		grep -q "^\.SS \"\?$command" "$manual" || same "$command" ""
	done
}

test_manual_is_clean()
{
	command -v man > /dev/null || skip "no man"
	for page in "$manual" "$top/Documentation/man/qwave.4"; do
		same "" "$(LC_ALL=C.UTF-8 MANWIDTH=80 man --warnings -E UTF-8 \
			-l -Tutf8 -Z "$page" 2>&1 > /dev/null)"
	done
}

test_full_output_is_a_failure()
{
	[ -e /dev/full ] || skip "no /dev/full"
	# shellcheck disable=SC2016 # for the inner shell
	status 1 bash -c '"$0" --help > /dev/full' "$qosctl"
	has "$err" "cannot write"
}

test_list_without_module()
{
	without_module
	status 1 "$qosctl" list
	same "" "$out"
	has "$err" "the kernel module qwave is not loaded"
	status 1 "$qosctl" list --json
	same "" "$out"
}

test_show_without_module()
{
	without_module
	status 1 "$qosctl" show 1
	has "$err" "the kernel module qwave is not loaded"
}

test_mark_without_module()
{
	without_module
	status 1 "$qosctl" mark --type voice -- touch "$work/ran"
	has "$err" "cannot open /dev/qwave"
	[ ! -e "$work/ran" ]
}

test_status_without_module()
{
	without_module
	status 1 "$qosctl" status
	has "$out" "module:  not loaded"
	has "$out" "reason:  "
	status 1 "$qosctl" status --json
	json "$out"
	same False "$(field "$out" "d['loaded']")"
	same False "$(field "$out" "d['device']['usable']")"
	same None "$(field "$out" "d['flows']")"
}

test_unload_without_module()
{
	without_module
	status 0 "$qosctl" unload
	same "" "$out$err"
}

test_load_reason_not_installed()
{
	without_module
	mkdir -p "$work/none"
	status 1 "$qosctl" load --root "$work/none"
	has "$err" "not installed for this kernel: $work/none/lib/modules/$(uname -r) does not exist"
	has "$err" "dkms"
	mkdir -p "$work/none/lib/modules/$(uname -r)"
	status 1 "$qosctl" load --root "$work/none"
	has "$err" "$work/none/lib/modules/$(uname -r) has no qwave.ko"
}

test_load_reason_other_kernels()
{
	without_module
	mkdir -p "$work/other/lib/modules/5.0-old/updates/dkms" \
		"$work/other/lib/modules/5.1-without/kernel" \
		"$work/other/lib/modules/5.2-new/extra"
	touch "$work/other/lib/modules/5.0-old/updates/dkms/qwave.ko.xz" \
		"$work/other/lib/modules/5.2-new/extra/qwave.ko"
	status 1 "$qosctl" load --root "$work/other"
	has "$err" "it is there for other kernels: "
	has "$err" "5.0-old"
	has "$err" "5.2-new"
	if [[ $err == *5.1-without* ]]; then
		same "no 5.1-without" "$err"
	fi
}

test_load_reason_dkms_without_headers()
{
	without_module
	mkdir -p "$work/dkms/lib/modules/$(uname -r)" \
		"$work/dkms/var/lib/dkms/qwave"
	status 1 "$qosctl" load --root "$work/dkms"
	has "$err" "dkms autoinstall -k $(uname -r)"
	has "$err" "headers, which are missing"
	mkdir "$work/dkms/lib/modules/$(uname -r)/build"
	status 1 "$qosctl" load --root "$work/dkms"
	if [[ $err == *missing* ]]; then
		same "nothing missing" "$err"
	fi
}

test_load_reason_no_index()
{
	without_module
	mkdir -p "$work/index/lib/modules/$(uname -r)/extra"
	touch "$work/index/lib/modules/$(uname -r)/extra/qwave.ko"
	status 1 "$qosctl" load --root "$work/index"
	has "$err" "run 'depmod $(uname -r)'"
}
