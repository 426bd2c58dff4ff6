/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From errno to the socket errors. Included by winsock2.h. */
#ifndef QOS2_WINSOCK_ERROR_H
#define QOS2_WINSOCK_ERROR_H

static inline int qos2_win32_socket_error(int error)
{
	switch (error) {
	case EINTR:		return WSAEINTR;
	case EBADF:		return WSAENOTSOCK;
	case EACCES:
	case EPERM:		return WSAEACCES;
	case EFAULT:		return WSAEFAULT;
	case EINVAL:		return WSAEINVAL;
	case EMFILE:
	case ENFILE:		return WSAEMFILE;
	case EAGAIN:
	case EINPROGRESS:	return WSAEWOULDBLOCK;
	case EALREADY:		return WSAEALREADY;
	case ENOTSOCK:		return WSAENOTSOCK;
	case EDESTADDRREQ:	return WSAEDESTADDRREQ;
	case EMSGSIZE:		return WSAEMSGSIZE;
	case EPROTOTYPE:	return WSAEPROTOTYPE;
	case ENOPROTOOPT:	return WSAENOPROTOOPT;
	case EPROTONOSUPPORT:	return WSAEPROTONOSUPPORT;
	case ESOCKTNOSUPPORT:	return WSAESOCKTNOSUPPORT;
	case EOPNOTSUPP:	return WSAEOPNOTSUPP;
	case EPFNOSUPPORT:	return WSAEPFNOSUPPORT;
	case EAFNOSUPPORT:	return WSAEAFNOSUPPORT;
	case EADDRINUSE:	return WSAEADDRINUSE;
	case EADDRNOTAVAIL:	return WSAEADDRNOTAVAIL;
	case ENETDOWN:		return WSAENETDOWN;
	case ENETUNREACH:	return WSAENETUNREACH;
	case ENETRESET:		return WSAENETRESET;
	case ECONNABORTED:	return WSAECONNABORTED;
	case ECONNRESET:	return WSAECONNRESET;
	case ENOMEM:
	case ENOBUFS:		return WSAENOBUFS;
	case EISCONN:		return WSAEISCONN;
	case ENOTCONN:		return WSAENOTCONN;
	case EPIPE:
	case ESHUTDOWN:		return WSAESHUTDOWN;
	case ETOOMANYREFS:	return WSAETOOMANYREFS;
	case ETIMEDOUT:		return WSAETIMEDOUT;
	case ECONNREFUSED:	return WSAECONNREFUSED;
	case ELOOP:		return WSAELOOP;
	case ENAMETOOLONG:	return WSAENAMETOOLONG;
	case EHOSTDOWN:		return WSAEHOSTDOWN;
	case EHOSTUNREACH:	return WSAEHOSTUNREACH;
	}
	return WSABASEERR + error;
}

/* The result of a socket call; -1 stores errno as the thread's last error. */
static inline int qos2_win32_result(int result)
{
	if (result == -1)
		WSASetLastError(qos2_win32_socket_error(errno));
	return result;
}

/* Values that are no descriptor must not become one by losing bits. */
static inline int qos2_win32_fd(SOCKET s)
{
	return s > 0x7fffffff ? -1 : (int)s;
}

#endif /* QOS2_WINSOCK_ERROR_H */
