# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Kernels as Debian ships them, and what a guest needs of any kernel: the
# uncompressed image, an initramfs and a disk with the modules.

# Directories of modules that a guest without hardware can use.
MODULE_DIRS=(arch crypto lib net mm kernel virt fs/9p fs/netfs fs/fscache
	fs/overlayfs fs/squashfs fs/fuse fs/nls drivers/virtio drivers/block
	drivers/char drivers/crypto/virtio drivers/misc/lkdtm drivers/vhost
	drivers/net/bonding drivers/net/ipvlan drivers/net/netdevsim
	drivers/net/team drivers/net/vxlan drivers/net/wireguard drivers/ptp
	drivers/net/phy)
# What boot needs to reach the root; the order is the order of loading.
BOOT_MODULES=(virtio_pci virtio_blk squashfs overlay virtio_console
	9pnet_virtio 9p)

# Name of the kernel: the suite it comes from, its release as a pattern.
stock_suite()
{
	case $1 in
	6.1) echo bookworm '6\.1\.0-[0-9]+-amd64' ;;
	6.12) echo bookworm-backports '6\.12\.[0-9.]+\+deb12-amd64' ;;
	7.2) echo trixie-backports '7\.2\.[0-9.]+\+deb13-amd64' ;;
	*) return 1 ;;
	esac
}

# The payload of a bzImage is the compressed ELF file, which QEMU can start
# directly: the guest then need not unpack it.
extract_vmlinux()
{
	python3 - "$1" "$2.packed" <<'P'
import struct, sys
image = open(sys.argv[1], "rb").read()
setup = (image[0x1f1] or 4) + 1
offset, length = struct.unpack_from("<II", image, 0x248)
open(sys.argv[2], "wb").write(image[setup * 512 + offset:][:length])
P
	# Other formats than gzip are followed by the size of the image.
	case $(head -c 4 "$2.packed" | od -An -tx1 | tr -d ' \n') in
	fd377a58) head -c -4 "$2.packed" | xz -dc >"$2" ;;
	28b52ffd) head -c -4 "$2.packed" | zstd -qdc >"$2" ;;
	1f8b*) gzip -dc <"$2.packed" >"$2" ;;
	*) die 120 "unknown compression of $1" ;;
	esac
	rm -f "$2.packed"
}

# make_initramfs MODULES_TREE RELEASE OUTPUT
make_initramfs()
{
	local tree=$1 release=$2 dir module kind path applet

	dir=$(mktemp -d "$CACHE/initramfs.XXXXXX")
	mkdir -p "$dir"/{bin,dev,proc,sys,root,job,modules,layer/root} \
		"$dir"/layer/{modules,rw}
	cp "$ROOT/usr/bin/busybox" "$dir/bin/busybox"
	for applet in sh mount mkdir mv insmod reboot switch_root usleep; do
		ln -s busybox "$dir/bin/$applet"
	done
	cp "$VM/boot" "$dir/init"
	chmod 755 "$dir/init"
	: >"$dir/modules/list"
	for module in "${BOOT_MODULES[@]}"; do
		modprobe -d "$tree/usr" -S "$release" --show-depends "$module" |
			while read -r kind path _; do
				[ "$kind" = insmod ] || continue
				cp "$path" "$dir/modules/"
				echo "${path##*/}"
			done
	done | awk '!seen[$0]++' >"$dir/modules/list"
	(cd "$dir" && find . | LC_ALL=C sort |
		cpio -o -H newc -R 0:0 --quiet) >"$3"
	rm -rf "$dir"
}

# finish_kernel NAME RELEASE VMLINUX MODULES_TREE: all that run needs
finish_kernel()
{
	local to=$CACHE/kernel/$1.new

	rm -rf "$to"
	mkdir -p "$to"
	mv "$3" "$to/vmlinux"
	depmod -b "$4/usr" "$2"
	make_initramfs "$4" "$2" "$to/initramfs"
	tar -C "$4" --sort=name -cf "$to/modules.tar" .
	squash "$to/modules.tar" "$to/modules.squashfs"
	# For run, which computes the dependencies of the modules it adds.
	mv "$4/usr/lib/modules/$2" "$to/modules"
	echo "$2" >"$to/release"
}

# publish NAME KEY
publish()
{
	echo "$2" >"$CACHE/kernel/$1.new/complete"
	rm -rf "$CACHE/kernel/$1"
	mv "$CACHE/kernel/$1.new" "$CACHE/kernel/$1"
}

# Only what works without installing: relative instead of absolute names.
install_headers()
{
	local tree=$1 release=$2 src=$ROOT/usr/src dir

	mkdir -p "$src" "$ROOT/usr/lib"
	for dir in "$tree"/usr/src/linux-headers-* "$tree"/usr/lib/linux-kbuild-*; do
		rm -rf "${ROOT:?}/${dir#"$tree"/}"
		cp -a "$dir" "$ROOT/${dir#"$tree"/}"
	done
	# shellcheck disable=SC2016 # make expands it
	sed -i 's,^include /usr/src/,include $(dir $(lastword $(MAKEFILE_LIST)))../,' \
		"$src/linux-headers-$release/Makefile"
}

stock_key()
{
	(stock_suite "$1" && echo "${MODULE_DIRS[*]} ${BOOT_MODULES[*]}" &&
		cat "$VM/boot" && declare -f finish_kernel make_initramfs \
		install_headers get_stock extract_vmlinux) | key_of
}

get_stock()
{
	local name=$1 suite pattern headers release version tree small dir file part
	local packages=() package

	read -r suite pattern < <(stock_suite "$name")
	apt_update "kernel $name"
	headers=$(apt_run apt-cache pkgnames linux-headers- |
		grep -xE "linux-headers-$pattern" | sort -V | tail -n 1) || :
	[ -n "$headers" ] || die 120 "the mirror has no linux-headers-$pattern"
	release=${headers#linux-headers-}
	version=$(package_version "$headers" "$suite")
	[ -n "$version" ] || die 120 "$headers is not in $suite"
	say "fetching Linux $release ($version, $suite)"
	packages=("linux-image-$release" "$headers")
	for package in $(package_depends "$headers" "$version") \
		$(package_depends "linux-image-$release" "$version"); do
		case $package in
		linux-headers-*-common | linux-kbuild-* | \
			linux-binary-* | linux-modules-* | linux-base-"$release")
			packages+=("$package") ;;
		esac
	done
	tree=$(mktemp -d "$CACHE/stock.XXXXXX")
	for package in "${packages[@]}"; do
		unpack "$tree" "$package" "$version"
	done
	install_headers "$tree" "$release"

	# Newer packages have /usr/lib/modules, older ones /lib/modules.
	small=$tree/small
	mkdir -p "$small/usr/lib/modules/$release/kernel/drivers/net"
	for dir in "$tree/usr/lib/modules/$release" "$tree/lib/modules/$release"; do
		[ -d "$dir/kernel" ] || continue
		cp "$dir"/modules.* "$small/usr/lib/modules/$release/"
		(cd "$dir/kernel" && cp -a --parents drivers/net/*.ko* \
			"$small/usr/lib/modules/$release/kernel/" &&
			for part in "${MODULE_DIRS[@]}"; do
				[ ! -d "$part" ] || cp -a --parents "$part" \
					"$small/usr/lib/modules/$release/kernel/"
			done)
	done
	find "$small" -name '*.ko.xz' -print0 | xargs -0 -r -P 2 -n 64 xz -d
	file=$(find "$tree" -name 'vmlinuz*' -type f | head -n 1)
	extract_vmlinux "$file" "$tree/vmlinux"
	mkdir -p "$CACHE/kernel"
	finish_kernel "$name" "$release" "$tree/vmlinux" "$small"
	cp "$ROOT/usr/src/linux-headers-$release/.config" \
		"$CACHE/kernel/$name.new/config"
	echo "$version" >"$CACHE/kernel/$name.new/version"
	echo "linux-headers-$release" >"$CACHE/kernel/$name.new/headers"
	publish "$name" "$(stock_key "$name")"
	rm -rf "$tree"
}
