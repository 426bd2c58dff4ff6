/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Winsock names for Linux sockets.
 *
 * After a socket function failed, WSAGetLastError() has to tell its error and
 * not an older one, so the functions that programs use around QOS are wrapped
 * to store it: in C by macros, in C++ by overloads for SOCKET, so that methods
 * named send or connect are left alone. In C++ socket() and select() have no
 * such argument and remain Linux's: errno tells why they failed, and select()
 * needs its first argument.
 *
 * Not here: overlapped sockets, WSAAsyncSelect, event objects. sockaddr
 * structures are Linux's, so an IPv4 address is s_addr, not S_un.
 */
#ifndef QOS2_WIN32_WINSOCK2_H
#define QOS2_WIN32_WINSOCK2_H

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <unistd.h>

#include "windows.h"

#define INVALID_SOCKET	((SOCKET)~(SOCKET)0)
#define SOCKET_ERROR	(-1)

#define SD_RECEIVE	SHUT_RD
#define SD_SEND		SHUT_WR
#define SD_BOTH		SHUT_RDWR

#define WSADESCRIPTION_LEN	256
#define WSASYS_STATUS_LEN	128
#define WINSOCK_VERSION		MAKEWORD(2, 2)

typedef SOCKADDR *LPSOCKADDR;
typedef struct sockaddr_in SOCKADDR_IN, *PSOCKADDR_IN, *LPSOCKADDR_IN;
typedef struct sockaddr_storage SOCKADDR_STORAGE, *PSOCKADDR_STORAGE;
typedef struct in_addr IN_ADDR, *PIN_ADDR, *LPIN_ADDR;
typedef struct hostent HOSTENT, *PHOSTENT, *LPHOSTENT;
typedef struct timeval TIMEVAL, *PTIMEVAL, *LPTIMEVAL;

typedef struct WSAData {
	WORD wVersion;
	WORD wHighVersion;
	unsigned short iMaxSockets;
	unsigned short iMaxUdpDg;
	char *lpVendorInfo;
	char szDescription[WSADESCRIPTION_LEN + 1];
	char szSystemStatus[WSASYS_STATUS_LEN + 1];
} WSADATA, *LPWSADATA;

#ifdef __cplusplus
extern "C" {
#endif

/* Of libqos2; qos2.h documents them. */
int WSAGetLastError(void);
void WSASetLastError(int iError);

#ifdef __cplusplus
}
#endif

#include "qos2_winsock_error.h"
#include "qos2_winsock_calls.h"
#ifdef __cplusplus
#include "qos2_winsock_overloads.h"
#endif

/* Linux sockets need no start; this reports what the program asked for. */
static inline int WSAStartup(WORD version, LPWSADATA data)
{
	if (!data)
		return WSAEFAULT;
	if (LOBYTE(version) < 1)
		return WSAVERNOTSUPPORTED;

	memset(data, 0, sizeof(*data));
	data->wHighVersion = WINSOCK_VERSION;
	data->wVersion = version;
	if (LOBYTE(version) > 2 || (LOBYTE(version) == 2 && HIBYTE(version) > 2))
		data->wVersion = WINSOCK_VERSION;
	return 0;
}

static inline int WSACleanup(void)
{
	return 0;
}

static inline int closesocket(SOCKET s)
{
	return qos2_win32_result(close(qos2_win32_fd(s)));
}

/* FIONBIO and FIONREAD move an int on Linux, a 32-bit u_long on Windows. */
static inline int ioctlsocket(SOCKET s, long command,
			      unsigned long *argument)
{
	int value;
	int result;

	if (!argument) {
		WSASetLastError(WSAEFAULT);
		return SOCKET_ERROR;
	}
	value = (int)*argument;
	result = ioctl(qos2_win32_fd(s), (unsigned long)command, &value);
	if (result == 0)
		*argument = (unsigned long)value;
	return qos2_win32_result(result);
}

#endif /* QOS2_WIN32_WINSOCK2_H */
