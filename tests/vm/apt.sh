# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Packages of other Debian releases without touching the machine's own apt: a
# state of its own under the cache, the mirror from the machine's configuration,
# everything verified by apt against Debian's archive keys.

SUITES=(bookworm bookworm-backports trixie trixie-backports)
KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg
APT=$CACHE/apt

# The first Debian archive apt itself is configured for, whatever the format
# of its sources.
mirror()
{
	local uri

	if [ -n "${QWAVE_MIRROR-}" ]; then
		echo "$QWAVE_MIRROR"
		return
	fi
	uri=$(apt-get -o Debug::NoLocking=1 update --print-uris |
		sed -n "s,^'\(.*/debian\)/*/dists/.*,\1,p" | head -n 1) || :
	[ -n "$uri" ] ||
		die 120 "apt is configured for no Debian mirror; set QWAVE_MIRROR"
	echo "$uri"
}

online()
{
	[ -z "${QWAVE_OFFLINE-}" ] ||
		die 120 "QWAVE_OFFLINE is set, but $1 is not in $CACHE"
}

apt_options()
{
	echo "-o Dir::Etc::SourceList=$APT/sources.list"
	echo "-o Dir::Etc::SourceParts=/dev/null"
	echo "-o Dir::Etc::Preferences=/dev/null"
	echo "-o Dir::Etc::PreferencesParts=/dev/null"
	echo "-o Dir::State=$APT/state -o Dir::State::Lists=$APT/lists"
	echo "-o Dir::State::status=$APT/status"
	echo "-o Dir::Cache=$APT/cache -o APT::Architecture=amd64"
	echo "-o APT::Architectures=amd64 -o APT::Sandbox::User=root"
	echo "-o Acquire::Languages=none -o Acquire::Retries=3"
}

# apt_run PROGRAM ARG...
apt_run()
{
	local program=$1

	shift
	# shellcheck disable=SC2046 # options are words without blanks
	"$program" $(apt_options) "$@"
}

# Lists are fetched once in the life of one call of kernels.
apt_update()
{
	local uri suite

	[ -z "${apt_updated-}" ] || return 0
	[ -z "${QWAVE_OFFLINE-}" ] || [ ! -e "$APT/sources.list" ] || return 0
	online "$1"
	[ -e "$KEYRING" ] || die 120 "no $KEYRING: install debian-archive-keyring"
	uri=$(mirror)
	mkdir -p "$APT"/{state,lists/partial,cache/archives/partial}
	: >"$APT/status"
	for suite in "${SUITES[@]}"; do
		echo "deb [signed-by=$KEYRING] $uri $suite main"
	done >"$APT/sources.list"
	apt_run apt-get -qq update || die 120 "apt-get update failed"
	apt_updated=1
}

# package_version NAME [SUITE]: the newest there is
package_version()
{
	apt_run apt-cache madison "$1" |
		awk -F '|' -v suite=" ${2-}" '
			index($3, "Packages") && (suite == " " || index($3, suite "/main")) {
				gsub(/ /, "", $2); print $2; exit }'
}

package_depends()
{
	apt_run apt-cache show "$1=$2" | sed -n 's/^Depends: //p' | tr -d ' ' |
		tr ',' '\n' | sed 's/[(|].*//'
}

# fetch NAME VERSION: prints the package's file, downloaded unless it is there
fetch()
{
	local deb version=${2//:/%3a}

	mkdir -p "$APT/packages"
	for deb in "$APT/packages/${1}_${version}_"*.deb; do
		[ ! -e "$deb" ] || { echo "$deb"; return; }
	done
	online "$1 $2"
	(cd "$APT/packages" && apt_run apt-get -qq download "$1=$2" >&2) ||
		die 120 "cannot download $1 $2"
	for deb in "$APT/packages/${1}_${version}_"*.deb; do
		[ -e "$deb" ] || die 120 "apt-get left no package $1 $2"
		echo "$deb"
	done
}

# unpack DIRECTORY NAME VERSION
unpack()
{
	local deb

	deb=$(fetch "$2" "$3") || exit
	mkdir -p "$1"
	dpkg-deb -x "$deb" "$1"
}
