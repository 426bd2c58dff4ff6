# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Completion of qosctl for bash.

# The numbers of the flows that can be seen.
_qosctl_flows()
{
	qosctl list 2> /dev/null | awk 'NR > 1 { print $1 }'
}

_qosctl()
{
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
	local command=${COMP_WORDS[1]-} words='' i

	COMPREPLY=()
	if [ "$COMP_CWORD" -gt 1 ] && [ "$command" = mark ]; then
		for ((i = 2; i < COMP_CWORD; i++)); do
			if [ "${COMP_WORDS[i]}" = -- ]; then
				_command_offset $((i + 1))
				return
			fi
		done
	fi
	case $prev in
	-t | --type)
		words="best-effort background excellent-effort audio-video
			voice control" ;;
	-d | --dscp)
		words="CS0 CS1 CS2 CS3 CS4 CS5 CS6 CS7 LE EF VA AF11 AF12 AF13
			AF21 AF22 AF23 AF31 AF32 AF33 AF41 AF42 AF43" ;;
	-p | --pid)
		words=$(ps -eo pid=) ;;
	-f | --fd | -D | --dest)
		return ;;
	--root)
		mapfile -t COMPREPLY < <(compgen -d -- "$cur")
		return ;;
	*)
		case $COMP_CWORD:$command in
		1:*) words="list show mark load unload status --help --version" ;;
		*:show) words="--json --help $(_qosctl_flows)" ;;
		*:list | *:status) words="--json --help" ;;
		*:load) words="--root --help" ;;
		*:unload) words="--help" ;;
		*:mark) words="--type --dscp --pid --fd --dest --json --help --" ;;
		esac ;;
	esac
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
}

complete -F _qosctl qosctl
