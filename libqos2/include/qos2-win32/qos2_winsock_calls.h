/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The socket functions with Winsock's parameter types, and with errors that
 * WSAGetLastError() can tell. Included by winsock2.h.
 *
 * Each is qos2_win32_NAME with, in C, a macro NAME. qos2_winsock_overloads.h
 * has the names for C++.
 */
#ifndef QOS2_WINSOCK_CALLS_H
#define QOS2_WINSOCK_CALLS_H

static inline SOCKET qos2_win32_socket(int family, int type, int protocol)
{
	int fd = qos2_win32_result(socket(family, type, protocol));

	return fd < 0 ? INVALID_SOCKET : (SOCKET)fd;
}

static inline int qos2_win32_bind(SOCKET s, const SOCKADDR *name, int length)
{
	return qos2_win32_result(bind(qos2_win32_fd(s), name,
				      (socklen_t)length));
}

static inline int qos2_win32_connect(SOCKET s, const SOCKADDR *name, int length)
{
	return qos2_win32_result(connect(qos2_win32_fd(s), name,
					 (socklen_t)length));
}

static inline int qos2_win32_listen(SOCKET s, int backlog)
{
	return qos2_win32_result(listen(qos2_win32_fd(s), backlog));
}

static inline int qos2_win32_shutdown(SOCKET s, int how)
{
	return qos2_win32_result(shutdown(qos2_win32_fd(s), how));
}

/* A broken connection is an error of the call, not a signal. */
static inline int qos2_win32_send(SOCKET s, const void *buffer, int length,
				  int flags)
{
	return qos2_win32_result((int)send(qos2_win32_fd(s), buffer,
					   (size_t)length,
					   flags | MSG_NOSIGNAL));
}

static inline int qos2_win32_sendto(SOCKET s, const void *buffer, int length,
				    int flags, const SOCKADDR *to, int tolen)
{
	return qos2_win32_result((int)sendto(qos2_win32_fd(s), buffer,
					     (size_t)length,
					     flags | MSG_NOSIGNAL, to,
					     (socklen_t)tolen));
}

static inline int qos2_win32_recv(SOCKET s, void *buffer, int length, int flags)
{
	return qos2_win32_result((int)recv(qos2_win32_fd(s), buffer,
					   (size_t)length, flags));
}

static inline int qos2_win32_recvfrom(SOCKET s, void *buffer, int length,
				      int flags, SOCKADDR *from, int *fromlen)
{
	return qos2_win32_result((int)recvfrom(qos2_win32_fd(s), buffer,
					       (size_t)length, flags, from,
					       (socklen_t *)fromlen));
}

static inline SOCKET qos2_win32_accept(SOCKET s, SOCKADDR *name, int *length)
{
	int fd = qos2_win32_result(accept(qos2_win32_fd(s), name,
					  (socklen_t *)length));

	return fd < 0 ? INVALID_SOCKET : (SOCKET)fd;
}

static inline int qos2_win32_getsockname(SOCKET s, SOCKADDR *name, int *length)
{
	return qos2_win32_result(getsockname(qos2_win32_fd(s), name,
					     (socklen_t *)length));
}

static inline int qos2_win32_getpeername(SOCKET s, SOCKADDR *name, int *length)
{
	return qos2_win32_result(getpeername(qos2_win32_fd(s), name,
					     (socklen_t *)length));
}

static inline int qos2_win32_setsockopt(SOCKET s, int level, int option,
					const void *value, int length)
{
	return qos2_win32_result(setsockopt(qos2_win32_fd(s), level, option,
					    value, (socklen_t)length));
}

static inline int qos2_win32_getsockopt(SOCKET s, int level, int option,
					void *value, int *length)
{
	return qos2_win32_result(getsockopt(qos2_win32_fd(s), level, option,
					    value, (socklen_t *)length));
}

/* The number of descriptors is ignored on Windows; programs pass anything. */
static inline int qos2_win32_select(int count, fd_set *readable,
				    fd_set *writable, fd_set *exceptional,
				    const struct timeval *timeout)
{
	struct timeval left;

	UNREFERENCED_PARAMETER(count);
	if (timeout)
		left = *timeout;
	return qos2_win32_result(select(FD_SETSIZE, readable, writable,
					exceptional, timeout ? &left : NULL));
}

static inline SOCKET WSASocketW(int family, int type, int protocol, void *info,
				unsigned int group, DWORD flags)
{
	UNREFERENCED_PARAMETER(info);
	UNREFERENCED_PARAMETER(group);
	UNREFERENCED_PARAMETER(flags);
	return qos2_win32_socket(family, type, protocol);
}

static inline SOCKET WSASocketA(int family, int type, int protocol, void *info,
				unsigned int group, DWORD flags)
{
	return WSASocketW(family, type, protocol, info, group, flags);
}

#define WSA_FLAG_OVERLAPPED	0x01
#ifdef UNICODE
#define WSASocket WSASocketW
#else
#define WSASocket WSASocketA
#endif

#ifndef __cplusplus
#define socket(family, type, protocol) \
	qos2_win32_socket(family, type, protocol)
#define bind(s, name, length) qos2_win32_bind(s, name, length)
#define connect(s, name, length) qos2_win32_connect(s, name, length)
#define listen(s, backlog) qos2_win32_listen(s, backlog)
#define shutdown(s, how) qos2_win32_shutdown(s, how)
#define send(s, buffer, length, flags) \
	qos2_win32_send(s, buffer, length, flags)
#define sendto(s, buffer, length, flags, to, tolen) \
	qos2_win32_sendto(s, buffer, length, flags, to, tolen)
#define recv(s, buffer, length, flags) \
	qos2_win32_recv(s, buffer, length, flags)
#define recvfrom(s, buffer, length, flags, from, fromlen) \
	qos2_win32_recvfrom(s, buffer, length, flags, from, fromlen)
#define accept(s, name, length) qos2_win32_accept(s, name, length)
#define getsockname(s, name, length) qos2_win32_getsockname(s, name, length)
#define getpeername(s, name, length) qos2_win32_getpeername(s, name, length)
#define setsockopt(s, level, option, value, length) \
	qos2_win32_setsockopt(s, level, option, value, length)
#define getsockopt(s, level, option, value, length) \
	qos2_win32_getsockopt(s, level, option, value, length)
#define select(count, readable, writable, exceptional, timeout) \
	qos2_win32_select(count, readable, writable, exceptional, timeout)
#endif

#endif /* QOS2_WINSOCK_CALLS_H */
