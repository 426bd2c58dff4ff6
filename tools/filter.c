// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which system calls of a command qosctl is asked about: a seccomp filter that
 * lets everything pass but connect() and the making of UDP sockets. It is no
 * fence: what it does not know is allowed.
 */
#include <errno.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/net.h>
#include <linux/seccomp.h>
#include <netinet/in.h>

#include "qosctl.h"

/* Since 5.19: a signal does not break a call that is being answered. */
#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1UL << 5)
#endif

#define NO_CALL 0xffffffff

static const struct abi {
	uint32_t arch;
	uint32_t nr_socket;
	uint32_t nr_connect;
	uint32_t nr_socketcall;
} abis[] = {
	{ AUDIT_ARCH_X86_64, 41, 42, NO_CALL },
	{ AUDIT_ARCH_I386, 359, 362, 102 },
	{ AUDIT_ARCH_AARCH64, 198, 203, NO_CALL },
};

#define ABIS (sizeof(abis) / sizeof(abis[0]))

enum call_kind filter_call(uint32_t arch, int nr)
{
	for (size_t i = 0; i < ABIS; i++) {
		if (abis[i].arch != arch)
			continue;
		if ((uint32_t)nr == abis[i].nr_socket)
			return CALL_SOCKET;
		if ((uint32_t)nr == abis[i].nr_connect)
			return CALL_CONNECT;
		if ((uint32_t)nr == abis[i].nr_socketcall)
			return CALL_MULTIPLEXED;
	}
	return CALL_OTHER;
}

/* The program: one block for each ABI, then what they share. */
enum {
	BLOCK = 6,
	SOCKET = 1 + ABIS * BLOCK,
	SOCKETCALL = SOCKET + 10,
	ALLOW = SOCKETCALL + 3,
	NOTIFY,
	PROGRAM_LENGTH,
};

struct program {
	struct sock_filter code[PROGRAM_LENGTH];
	unsigned short length;
};

static void load(struct program *program, size_t offset)
{
	program->code[program->length++] = (struct sock_filter)
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset);
}

/* @yes and @no are positions; a jump counts from the next instruction. */
static void test(struct program *program, uint32_t value, int yes, int no)
{
	int next = program->length + 1;

	program->code[program->length++] = (struct sock_filter)
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, yes - next,
			 no - next);
}

static void give(struct program *program, uint32_t verdict)
{
	program->code[program->length++] = (struct sock_filter)
		BPF_STMT(BPF_RET | BPF_K, verdict);
}

/* All the ABIs above are little-endian: the low half comes first. */
#define ARGUMENT(n) offsetof(struct seccomp_data, args[n])

static void build(struct program *program)
{
	program->length = 0;
	load(program, offsetof(struct seccomp_data, arch));
	for (size_t i = 0; i < ABIS; i++) {
		int at = program->length;
		bool last = i + 1 == ABIS;

		test(program, abis[i].arch, at + 1, last ? ALLOW : at + BLOCK);
		load(program, offsetof(struct seccomp_data, nr));
		test(program, abis[i].nr_socket, SOCKET, at + 3);
		test(program, abis[i].nr_connect, NOTIFY, at + 4);
		test(program, abis[i].nr_socketcall, SOCKETCALL, at + 5);
		give(program, SECCOMP_RET_ALLOW);
	}
	load(program, ARGUMENT(0));
	test(program, AF_INET, SOCKET + 3, SOCKET + 2);
	test(program, AF_INET6, SOCKET + 3, ALLOW);
	load(program, ARGUMENT(1));
	program->code[program->length++] = (struct sock_filter)
		BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0xf);
	test(program, SOCK_DGRAM, SOCKET + 6, ALLOW);
	load(program, ARGUMENT(2));
	test(program, 0, NOTIFY, SOCKET + 8);
	test(program, IPPROTO_UDP, NOTIFY, SOCKET + 9);
	test(program, IPPROTO_UDPLITE, NOTIFY, ALLOW);

	load(program, ARGUMENT(0));
	test(program, SYS_SOCKET, NOTIFY, SOCKETCALL + 2);
	test(program, SYS_CONNECT, NOTIFY, ALLOW);

	give(program, SECCOMP_RET_ALLOW);
	give(program, SECCOMP_RET_USER_NOTIF);
}

static int install(const struct sock_fprog *filter, unsigned long flags)
{
	int fd = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
			 SECCOMP_FILTER_FLAG_NEW_LISTENER | flags, filter);

	return fd < 0 ? -errno : fd;
}

/* Puts the calling thread under the filter; returns the listener or -errno. */
int filter_install(void)
{
	struct program program;
	struct sock_fprog filter = { .filter = program.code };
	int listener;

	build(&program);
	filter.len = program.length;
	/* An unprivileged process may filter only what gains no privilege. */
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return -errno;
	listener = install(&filter, SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV);
	if (listener == -EINVAL)
		listener = install(&filter, 0);
	return listener;
}
