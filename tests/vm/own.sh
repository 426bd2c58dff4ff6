# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Kernels of our own: Debian's linux-source, allnoconfig and the fragments of
# config/. Compiled in the build root with the compiler of the stock kernel of
# the same series.

SOURCE_SERIES=6.12
OWN_CC=gcc-12

own_fragments()
{
	case $1 in
	debug) echo base net debug ;;
	kcsan) echo base net kcsan ;;
	*) return 1 ;;
	esac
}

# Words for the kernel's command line come with the kernel, see run.
own_config()
{
	local fragment

	for fragment in $(own_fragments "$1"); do
		cat "$VM/config/$fragment.frag"
	done
}

# get_source SERIES: Debian's patched source of 6.1 or 6.12, in the build root.
# Prints its directory there.
get_source()
{
	local suite=bookworm version tree dir

	[ "$1" = 6.1 ] || suite=bookworm-backports
	dir=$(cat "$CACHE/source-$1" 2>/dev/null) || :
	if [ -n "$dir" ] && [ -e "$ROOT$dir/Makefile" ]; then
		echo "$dir"
		return
	fi
	apt_update "linux-source-$1"
	# The source of the very kernel that is there, if one is.
	version=$(cat "$CACHE/kernel/$1/version" 2>/dev/null) ||
		version=$(package_version "linux-source-$1" "$suite")
	[ -n "$version" ] || die 120 "linux-source-$1 is not in $suite"
	say "fetching the source of Linux $1 ($version)"
	tree=$(mktemp -d "$CACHE/source.XXXXXX")
	unpack "$tree" "linux-source-$1" "$version"
	dir=/usr/src/linux-source-$version
	rm -rf "${ROOT:?}$dir"
	mkdir -p "$ROOT$dir"
	tar -C "$ROOT$dir" --strip-components=1 \
		-xf "$tree/usr/src/linux-source-$1.tar.xz"
	rm -rf "$tree"
	echo "$dir" >"$CACHE/source-$1"
	echo "$dir"
}

# The detectors are not to spend their time on each other, nor on the file
# systems and the memory management, which no test is about: without this a
# guest is three times as slow. Slab and page poisoning is not affected.
not_instrumented()
{
	local file

	for file in lockdep debugobjects maple_tree xarray radix-tree rbtree \
		$(cd "$ROOT$1" && basename -s .c -a mm/*.c fs/*.c); do
		echo "KASAN_SANITIZE_$file.o=n UBSAN_SANITIZE_$file.o=n"
	done
}

own_make()
{
	local name=$1 source=$2

	shift 2
	# shellcheck disable=SC2046 # words without blanks
	enter env KCONFIG_ALLCONFIG="/usr/src/linux-$name/all.frag" \
		make -C "$source" O="/usr/src/linux-$name" ARCH=x86 \
		CC="ccache $OWN_CC" HOSTCC="ccache $OWN_CC" \
		LOCALVERSION="-qwave-$name" -j "$(nproc)" \
		$(not_instrumented "$source") "$@"
}

# What was asked for and is not there: a misspelt or impossible option must
# not pass unseen.
check_config()
{
	local dir=$1 line option missing=0

	while IFS= read -r line; do
		option=${line%%=*}
		case $line in
		CONFIG_*=n)
			! grep -q "^$option=" "$dir/.config" ||
				{ say "config: $option is set"; missing=1; }
			;;
		CONFIG_*)
			grep -qxF "$line" "$dir/.config" ||
				{ say "config: no $line"; missing=1; }
			;;
		esac
	done <"$dir/all.frag"
	[ "$missing" = 0 ] || die 120 "fragments do not stick"
}

own_key()
{
	(own_config "$1" | sed -e '/^#/d' -e '/^$/d' && echo "$OWN_CC" &&
		declare -f not_instrumented own_make &&
		cat "$CACHE/source-$SOURCE_SERIES" 2>/dev/null) | key_of
}

own_stamp()
{
	(own_key "$1" && cat "$VM/boot" && declare -f finish_kernel \
		make_initramfs get_own) | key_of
}

get_own()
{
	local name=$1 source dir release tree

	source=$(get_source "$SOURCE_SERIES") || exit
	dir=$ROOT/usr/src/linux-$name
	mkdir -p "$dir"
	if [ "$(cat "$dir/built" 2>/dev/null)" != "$(own_key "$name")" ]; then
		say "building kernel $name; this takes minutes, see $dir/build.log"
		rm -f "$dir/built"
		own_config "$name" >"$dir/all.frag"
		own_make "$name" "$source" allnoconfig >"$dir/build.log" 2>&1 ||
			{ tail "$dir/build.log" >&2; die 120 "allnoconfig failed"; }
		check_config "$dir"
		own_make "$name" "$source" bzImage modules \
			>>"$dir/build.log" 2>&1 ||
			{ tail -n 40 "$dir/build.log" >&2; die 120 "build failed"; }
		own_key "$name" >"$dir/built"
	fi
	release=$(cat "$dir/include/config/kernel.release")
	tree=$(mktemp -d "$CACHE/own.XXXXXX")
	rm -rf "$dir/tree"
	own_make "$name" "$source" modules_install \
		INSTALL_MOD_PATH="/usr/src/linux-$name/tree/usr" \
		>"$dir/install.log" 2>&1 ||
		{ tail "$dir/install.log" >&2; die 120 "modules_install failed"; }
	rm -f "$dir/tree/usr/lib/modules/$release"/{build,source}
	mkdir -p "$CACHE/kernel"
	extract_vmlinux "$dir/arch/x86/boot/bzImage" "$tree/vmlinux"
	finish_kernel "$name" "$release" "$tree/vmlinux" "$dir/tree"
	cp "$dir/.config" "$CACHE/kernel/$name.new/config"
	echo "${source##*-source-}" >"$CACHE/kernel/$name.new/version"
	echo "linux-$name" >"$CACHE/kernel/$name.new/headers"
	echo "ccache $OWN_CC" >"$CACHE/kernel/$name.new/cc"
	publish "$name" "$(own_stamp "$name")"
	rm -rf "$tree" "$dir/tree"
}
