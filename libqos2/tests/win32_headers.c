// SPDX-License-Identifier: GPL-2.0-only
/* What the Windows header names promise, in C and in C++. */
#include <winsock2.h>
#include <ws2tcpip.h>
#include <qos2.h>

#include "ktap.h"

/* A socket call fails and WSAGetLastError() tells why. */
#define EXPECT_SOCKET_ERROR(call, code) do { \
	WSASetLastError(1); \
	EXPECT_EQ(call, SOCKET_ERROR); \
	EXPECT_EQ(WSAGetLastError(), code); \
} while (0)

TEST(size_of_types)
{
	EXPECT_EQ(sizeof(WORD), 2);
	EXPECT_EQ(sizeof(LONG), 4);
	EXPECT_EQ(sizeof(UINT), 4);
	EXPECT_EQ(sizeof(*(LPDWORD)NULL), 4);
	EXPECT_EQ(sizeof(ULONGLONG), 8);
	EXPECT_EQ(sizeof(UINT_PTR), sizeof(void *));
	EXPECT_EQ(sizeof(DWORD_PTR), sizeof(void *));
}

#ifndef __cplusplus
static BOOL annotated(__in DWORD value, __out PDWORD result)
{
	*result = value;
	return TRUE;
}

TEST(annotations)
{
	DWORD result = 0;

	EXPECT_EQ(annotated(7, &result), TRUE);
	EXPECT_EQ(result, 7);
}
#endif

TEST(word_macros)
{
	EXPECT_EQ(MAKEWORD(2, 1), 0x0102);
	EXPECT_EQ(LOBYTE(0x0102), 2);
	EXPECT_EQ(HIBYTE(0x0102), 1);
	EXPECT_EQ(LOWORD(0x12345678), 0x5678);
	EXPECT_EQ(HIWORD(0x12345678), 0x1234);
}

TEST(startup_reports_version)
{
	WSADATA data;

	EXPECT_EQ(WSAStartup(MAKEWORD(2, 2), &data), 0);
	EXPECT_EQ(data.wVersion, 0x0202);
	EXPECT_EQ(data.wHighVersion, 0x0202);
	EXPECT_EQ(WSAStartup(MAKEWORD(1, 1), &data), 0);
	EXPECT_EQ(data.wVersion, 0x0101);
	EXPECT_EQ(WSAStartup(MAKEWORD(3, 0), &data), 0);
	EXPECT_EQ(data.wVersion, 0x0202);
	EXPECT_EQ(WSAStartup(0, &data), WSAVERNOTSUPPORTED);
	EXPECT_EQ(WSAStartup(MAKEWORD(2, 2), NULL), WSAEFAULT);
	EXPECT_EQ(WSACleanup(), 0);
}

TEST(invalid_socket_is_not_a_socket)
{
	char byte = 0;

	EXPECT_SOCKET_ERROR(closesocket(INVALID_SOCKET), WSAENOTSOCK);
	EXPECT_SOCKET_ERROR(send(INVALID_SOCKET, &byte, 1, 0), WSAENOTSOCK);
	EXPECT_SOCKET_ERROR(listen(INVALID_SOCKET, 1), WSAENOTSOCK);
	EXPECT_SOCKET_ERROR(shutdown(INVALID_SOCKET, SD_BOTH), WSAENOTSOCK);
#if UINTPTR_MAX > 0xffffffff
	EXPECT_SOCKET_ERROR(closesocket((SOCKET)1 << 32), WSAENOTSOCK);
#endif
}

TEST(socket_failure)
{
	WSASetLastError(1);
	EXPECT(WSASocket(AF_MAX + 1, SOCK_DGRAM, 0, NULL, 0,
			 WSA_FLAG_OVERLAPPED) == INVALID_SOCKET);
	EXPECT_EQ(WSAGetLastError(), WSAEAFNOSUPPORT);
#ifndef __cplusplus
	WSASetLastError(1);
	EXPECT(socket(AF_MAX + 1, SOCK_DGRAM, 0) == INVALID_SOCKET);
	EXPECT_EQ(WSAGetLastError(), WSAEAFNOSUPPORT);
#endif
}

static SOCKET bound(int type, SOCKADDR_IN *name)
{
	SOCKET s = socket(AF_INET, type, 0);
	int length = sizeof(*name);

	ZeroMemory(name, sizeof(*name));
	name->sin_family = AF_INET;
	name->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	EXPECT_EQ(bind(s, (SOCKADDR *)name, sizeof(*name)), 0);
	EXPECT_EQ(getsockname(s, (SOCKADDR *)name, &length), 0);
	return s;
}

TEST(datagram_round_trip)
{
	SOCKADDR_IN name, from;
	SOCKET s = bound(SOCK_DGRAM, &name);
	unsigned long mode = 1;
	int length = sizeof(from);
	int size = 0;
	char byte;

	WSASetLastError(77);
	EXPECT_EQ(ioctlsocket(s, FIONBIO, &mode), 0);
	EXPECT_EQ(WSAGetLastError(), 77);
	EXPECT_SOCKET_ERROR(recv(s, &byte, 1, 0), WSAEWOULDBLOCK);
	EXPECT_EQ(sendto(s, "x", 1, 0, (SOCKADDR *)&name, sizeof(name)), 1);
	EXPECT_EQ(ioctlsocket(s, FIONREAD, &mode), 0);
	EXPECT_EQ(mode, 1);
	EXPECT_EQ(recvfrom(s, &byte, sizeof(byte), 0, (SOCKADDR *)&from,
			   &length), 1);
	EXPECT_EQ(from.sin_port, name.sin_port);

	length = sizeof(size);
	EXPECT_EQ(getsockopt(s, SOL_SOCKET, SO_TYPE, (char *)&size, &length),
		  0);
	EXPECT_EQ(size, SOCK_DGRAM);
	EXPECT_EQ(closesocket(s), 0);
	EXPECT_SOCKET_ERROR(closesocket(s), WSAENOTSOCK);
}

TEST(select_ignores_its_count)
{
	TIMEVAL timeout = { 5, 0 };
	SOCKADDR_IN name;
	SOCKET s = bound(SOCK_DGRAM, &name);
	fd_set readable;

	EXPECT_EQ(sendto(s, "x", 1, 0, (SOCKADDR *)&name, sizeof(name)), 1);
	FD_ZERO(&readable);
	FD_SET(s, &readable);
#ifdef __cplusplus
	EXPECT_EQ(select((int)s + 1, &readable, NULL, NULL, &timeout), 1);
#else
	EXPECT_EQ(select(0, &readable, NULL, NULL, &timeout), 1);
#endif
	EXPECT(FD_ISSET(s, &readable));
	closesocket(s);
}

TEST(connection_refused)
{
	SOCKADDR_IN name;
	SOCKET holder = bound(SOCK_STREAM, &name);
	SOCKET s = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);

	EXPECT_SOCKET_ERROR(connect(s, (SOCKADDR *)&name, sizeof(name)),
			    WSAECONNREFUSED);
	closesocket(s);
	closesocket(holder);
}

TEST(broken_connection_is_no_signal)
{
	SOCKADDR_IN name;
	SOCKET listener = bound(SOCK_STREAM, &name);
	SOCKET s = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
	SOCKET peer;
	int on = 1;

	EXPECT_EQ(setsockopt(s, SOL_SOCKET, SO_KEEPALIVE, (char *)&on,
			     sizeof(on)), 0);
	EXPECT_EQ(listen(listener, SOMAXCONN), 0);
	EXPECT_EQ(connect(s, (SOCKADDR *)&name, sizeof(name)), 0);
	peer = accept(listener, NULL, NULL);
	EXPECT(peer != INVALID_SOCKET);
	EXPECT_EQ(shutdown(s, SD_SEND), 0);
	EXPECT_SOCKET_ERROR(send(s, "x", strlen("x"), 0), WSAESHUTDOWN);
	closesocket(peer);
	closesocket(listener);
	closesocket(s);
}

/* Linux's own types go on working beside Winsock's. */
TEST(descriptor_in_an_int)
{
	int fd = (int)socket(AF_INET, SOCK_DGRAM, 0);
	int on = 1;
	socklen_t length = sizeof(on);

	EXPECT_EQ(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, length), 0);
	EXPECT_EQ(close(fd), 0);
}

static void expect_library(LPCSTR name)
{
	HMODULE module = LoadLibraryA(name);

	EXPECT(module != NULL);
	EXPECT(GetProcAddress(module, "QOSCreateHandle") ==
	       (FARPROC)QOSCreateHandle);
	EXPECT_EQ(FreeLibrary(module), TRUE);
}

TEST(load_library_names)
{
	expect_library("qwave.dll");
	expect_library("Qwave.dll");
	expect_library("QWAVE.DLL");
	expect_library("qwave");
	expect_library("C:\\Windows\\System32\\qwave.dll");
	EXPECT(LoadLibraryW(L"Qwave.dll") != NULL);
	EXPECT(LoadLibraryExW(L"qwave.dll", NULL,
			      LOAD_LIBRARY_SEARCH_SYSTEM32) != NULL);
}

static void expect_no_library(LPCSTR name)
{
	SetLastError(0);
	EXPECT(LoadLibraryA(name) == NULL);
	EXPECT_EQ(GetLastError(), ERROR_MOD_NOT_FOUND);
}

TEST(load_library_other_names)
{
	expect_no_library("kernel32.dll");
	expect_no_library("qwave.dll2");
	expect_no_library("xqwave.dll");
	expect_no_library("");
	expect_no_library(NULL);
}

TEST(get_proc_address_failure)
{
	HMODULE module = LoadLibraryA("qwave.dll");

	SetLastError(0);
	EXPECT(GetProcAddress(module, "QOSNotifyFlow") == NULL);
	EXPECT_EQ(GetLastError(), ERROR_PROC_NOT_FOUND);
	EXPECT(GetProcAddress(NULL, "QOSCreateHandle") == NULL);
	EXPECT_EQ(FreeLibrary(NULL), FALSE);
	EXPECT_EQ(FreeLibrary(module), TRUE);
}

KTAP_MAIN
