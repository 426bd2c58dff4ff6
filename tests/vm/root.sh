# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The two Debian 13 trees: the guest's root, as a disk image, and the build
# root, in which every kernel and module is compiled with the compiler its
# kernel wants, so that the machine's own release does not matter.
#
# Nothing is mounted for the build root: root enters it with chroot, anybody
# else through a user namespace.

GUEST_PACKAGES=bash,bsdextrautils,busybox-static,ethtool,iperf3,iproute2
GUEST_PACKAGES=$GUEST_PACKAGES,iputils-ping,kmod,libc6-i386,libcap2-bin
GUEST_PACKAGES=$GUEST_PACKAGES,libcmocka0,libjson-c5,libkmod2,libmnl0
GUEST_PACKAGES=$GUEST_PACKAGES,liburing2,mount,netbase
GUEST_PACKAGES=$GUEST_PACKAGES,netcat-openbsd,nftables,procps,python3,socat
GUEST_PACKAGES=$GUEST_PACKAGES,strace,tcpdump,util-linux

BUILD_PACKAGES=bc,bison,busybox-static,ccache,cpio,dwarves,flex,gcc,gcc-12
BUILD_PACKAGES=$BUILD_PACKAGES,gcc-14,kmod,libc6-dev,libelf-dev,libssl-dev,make
BUILD_PACKAGES=$BUILD_PACKAGES,perl,python3,rsync,sparse,squashfs-tools
BUILD_PACKAGES=$BUILD_PACKAGES,xz-utils,zstd

ROOT=$CACHE/root/build
GUEST=$CACHE/guest

key_of()
{
	sha256sum | cut -c 1-16
}

# strap PACKAGES TARBALL
strap()
{
	local uri proxy options=() path

	online "a Debian 13 tree"
	uri=$(mirror)
	for path in man locale doc info lintian; do
		options+=("--dpkgopt=path-exclude=/usr/share/$path/*")
	done
	proxy=$(apt-config shell P Acquire::http::Proxy)
	proxy=${proxy#P=\'} && proxy=${proxy%\'}
	[ -z "$proxy" ] || options+=("--aptopt=Acquire::http::Proxy \"$proxy\"")
	mmdebstrap --quiet --mode=auto --variant=essential --architectures=amd64 \
		--format=tar --keyring="$KEYRING" \
		--aptopt='APT::Install-Recommends "false"' "${options[@]}" \
		--include="$1" trixie "$2" "deb $uri trixie main" ||
		die 120 "mmdebstrap failed"
}

# enter COMMAND ARG...: run it in the build root
enter()
{
	local clean=(env -i "PATH=/usr/sbin:/usr/bin:/sbin:/bin" HOME=/tmp
		LC_ALL=C.UTF-8 CCACHE_DIR=/ccache KBUILD_BUILD_USER=qwave
		KBUILD_BUILD_HOST=qwave
		"KBUILD_BUILD_TIMESTAMP=Thu Jan  1 00:00:00 UTC 2026")

	# All that a build reads of /proc: objtool looks where the stack ends, in
	# order to name an overflow.
	if [ ! -e "$ROOT/proc/self/maps" ]; then
		mkdir -p "$ROOT/proc/self"
		echo "7ffffffde000-7ffffffff000 rw-p 00000000 00:00 0 [stack]" \
			>"$ROOT/proc/self/maps"
	fi
	if [ "$(id -u)" = 0 ]; then
		chroot "$ROOT" "${clean[@]}" "$@"
	else
		# shellcheck disable=SC2016 # expanded by the inner shell
		unshare --map-root-user --mount sh -c \
			'mount --rbind /dev "$0/dev" && exec chroot "$0" "$@"' \
			"$ROOT" "${clean[@]}" "$@"
	fi
}

get_build_root()
{
	local key

	key=$(echo "$BUILD_PACKAGES" | key_of)
	[ "$(cat "$ROOT.key" 2>/dev/null)" != "$key" ] || return 0
	need mmdebstrap
	say "making the build root"
	rm -rf "$ROOT.new"
	mkdir -p "$ROOT.new"
	strap "$BUILD_PACKAGES" "$CACHE/root/build.tar"
	# Device nodes are root's business; the others bind /dev.
	tar -C "$ROOT.new" --exclude='./dev/*' -xf "$CACHE/root/build.tar"
	rm -f "$CACHE/root/build.tar"
	if [ "$(id -u)" = 0 ]; then
		mknod -m 666 "$ROOT.new/dev/null" c 1 3
		mknod -m 666 "$ROOT.new/dev/zero" c 1 5
		mknod -m 666 "$ROOT.new/dev/urandom" c 1 9
		mknod -m 666 "$ROOT.new/dev/random" c 1 8
	fi
	# Kernels and compiled objects outlive the tools beside them.
	if [ -d "$ROOT/usr/src" ]; then
		rm -rf "$ROOT.new/usr/src"
		mv "$ROOT/usr/src" "$ROOT.new/usr/src"
		find "$ROOT/usr/lib" -maxdepth 1 -name 'linux-kbuild-*' \
			-exec mv -t "$ROOT.new/usr/lib" '{}' +
		[ ! -d "$ROOT/ccache" ] || mv "$ROOT/ccache" "$ROOT.new/ccache"
	fi
	rm -rf "$ROOT"
	mkdir -p "$ROOT.new/ccache" "$ROOT.new/work"
	mv "$ROOT.new" "$ROOT"
	echo "$key" >"$ROOT.key"
}

# Uncompressed: the emulated processor would spend longer on unpacking than the
# host's page cache does on reading.
# squash TARBALL IMAGE
squash()
{
	mkdir -p "$ROOT/work"
	mv "$1" "$ROOT/work/in.tar"
	enter sh -c 'rm -f /work/out && mksquashfs - /work/out -tar -all-root \
		-noI -noD -noF -noX -no-progress -quiet </work/in.tar' 2>/dev/null
	rm -f "$ROOT/work/in.tar"
	mv "$ROOT/work/out" "$2"
}

get_guest_root()
{
	local key

	key=$( (echo "$GUEST_PACKAGES" && declare -f squash) | key_of)
	[ "$(cat "$GUEST/root.key" 2>/dev/null)" != "$key" ] || return 0
	need mmdebstrap
	get_build_root
	say "making the guest's root"
	mkdir -p "$GUEST"
	strap "$GUEST_PACKAGES" "$GUEST/root.tar"
	squash "$GUEST/root.tar" "$GUEST/root.squashfs.new"
	mv "$GUEST/root.squashfs.new" "$GUEST/root.squashfs"
	echo "$key" >"$GUEST/root.key"
}
