# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# KTAP for shell tests: each function of a file taken in by tests_of whose name
# begins with test_ is a test; they run in the order in which they stand. A test
# fails when a command in it fails that is not tested for (errexit), and is
# skipped when it calls skip. What a failed test printed becomes comments, and
# the processes that it leaves behind are ended.

KTAP_FILES=()

# tests_of FILE...: takes in the tests of these files
tests_of()
{
	local file

	for file in "$@"; do
		# shellcheck source=/dev/null
		. "$file"
		KTAP_FILES+=("$file")
	done
}

# skip WHY...: ends a test that cannot be run here.
skip()
{
	echo "$*" > "$KTAP_SKIP"
	exit 77
}

# same WANTED GOT: compares two texts exactly.
same()
{
	[ "$1" = "$2" ] && return 0
	echo "wanted: $1"
	echo "got:    $2"
	return 1
}

# has TEXT PART: TEXT contains PART.
has()
{
	[[ $1 == *"$2"* ]] && return 0
	echo "wanted a text with: $2"
	echo "got: $1"
	return 1
}

# status WANTED COMMAND...: runs COMMAND, keeps its output in $out and $err.
out='' err=''
status()
{
	local wanted=$1 got=0

	shift
	"$@" > "$KTAP_DIR/out" 2> "$KTAP_DIR/err" < /dev/null || got=$?
	# shellcheck disable=SC2034 # for the tests
	out=$(< "$KTAP_DIR/out")
	# shellcheck disable=SC2034
	err=$(< "$KTAP_DIR/err")
	[ "$got" -eq "$wanted" ] && return 0
	echo "wanted exit status $wanted, got $got from: $*"
	sed 's/^/out: /' "$KTAP_DIR/out"
	sed 's/^/err: /' "$KTAP_DIR/err"
	return 1
}

# until_true SECONDS COMMAND...: waits for a state.
until_true()
{
	local end=$((SECONDS + $1))

	shift
	until "$@" > /dev/null 2>&1; do
		[ "$SECONDS" -lt "$end" ] || return 1
		sleep 0.1
	done
}

# run_tests [NAME]...: all, or those named; exits with 1 when one failed.
run_tests()
{
	local names name failed=0 number=0 code

	if [ $# -gt 0 ]; then
		names=("${@/#/test_}")
	else
		mapfile -t names < <(sed -n 's/^\(test_[a-z0-9_]*\)()$/\1/p' "${KTAP_FILES[@]}")
	fi
	KTAP_DIR=$(mktemp -d)
	KTAP_SKIP=$KTAP_DIR/skip
	export KTAP_DIR KTAP_SKIP
	echo "KTAP version 1"
	echo "1..${#names[@]}"
	for name in "${names[@]}"; do
		number=$((number + 1))
		rm -f "$KTAP_SKIP"
		# errexit would be off inside a condition.
		set +e
		(
			# shellcheck disable=SC2046 # several processes
			trap 'kill $(jobs -p) 2> /dev/null || :' EXIT
			set -eu
			"$name"
		) > "$KTAP_DIR/log" 2>&1
		code=$?
		set -e
		if [ "$code" -eq 0 ]; then
			echo "ok $number ${name#test_}"
		elif [ "$code" -eq 77 ] && [ -e "$KTAP_SKIP" ]; then
			echo "ok $number ${name#test_} # SKIP $(< "$KTAP_SKIP")"
		else
			sed 's/^/# /' "$KTAP_DIR/log"
			echo "not ok $number ${name#test_}"
			failed=1
		fi
	done
	rm -rf "$KTAP_DIR"
	return $failed
}
