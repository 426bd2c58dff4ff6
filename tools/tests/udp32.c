// SPDX-License-Identifier: GPL-2.0-only
/*
 * Makes a UDP socket and a TCP connection through socketcall(2), as 32-bit
 * x86 programs do. Exits with 0 when both calls did what they should.
 */
#include <arpa/inet.h>
#include <linux/net.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int argc, char *argv[])
{
	struct sockaddr_in to = { .sin_family = AF_INET };
	long make[3] = { AF_INET, SOCK_DGRAM, 0 };
	long connect[3] = { 0, (long)&to, sizeof(to) };

	if (argc != 2)
		return 2;
	to.sin_port = htons(atoi(argv[1]));
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (syscall(SYS_socketcall, SYS_SOCKET, make) < 0)
		return 3;
	make[1] = SOCK_STREAM;
	connect[0] = syscall(SYS_socketcall, SYS_SOCKET, make);
	if (connect[0] < 0)
		return 4;
	return syscall(SYS_socketcall, SYS_CONNECT, connect) ? 5 : 0;
}
