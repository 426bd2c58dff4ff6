/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * C++: the socket functions by their own names, for a first argument of type
 * SOCKET only. Lengths may have any type, as programs pass int and size_t;
 * without that, a call would fit Linux's function in one argument and this one
 * in another, which the compiler refuses. Included by winsock2.h.
 */
#ifndef QOS2_WINSOCK_OVERLOADS_H
#define QOS2_WINSOCK_OVERLOADS_H

extern "C++" {

template <class Handle> struct qos2_win32_if_socket;
template <> struct qos2_win32_if_socket<SOCKET> {
	typedef int status;
	typedef SOCKET handle;
};

#define QOS2_WIN32_STATUS \
	inline typename qos2_win32_if_socket<Handle>::status

template <class Handle, class Length>
QOS2_WIN32_STATUS bind(Handle s, const SOCKADDR *name, Length length)
{
	return qos2_win32_bind(s, name, (int)length);
}

template <class Handle, class Length>
QOS2_WIN32_STATUS connect(Handle s, const SOCKADDR *name, Length length)
{
	return qos2_win32_connect(s, name, (int)length);
}

template <class Handle>
QOS2_WIN32_STATUS listen(Handle s, int backlog)
{
	return qos2_win32_listen(s, backlog);
}

template <class Handle>
QOS2_WIN32_STATUS shutdown(Handle s, int how)
{
	return qos2_win32_shutdown(s, how);
}

template <class Handle, class Length>
QOS2_WIN32_STATUS send(Handle s, const void *buffer, Length length, int flags)
{
	return qos2_win32_send(s, buffer, (int)length, flags);
}

template <class Handle, class Length, class ToLength>
QOS2_WIN32_STATUS sendto(Handle s, const void *buffer, Length length,
			 int flags, const SOCKADDR *to, ToLength tolen)
{
	return qos2_win32_sendto(s, buffer, (int)length, flags, to,
				 (int)tolen);
}

template <class Handle, class Length>
QOS2_WIN32_STATUS recv(Handle s, void *buffer, Length length, int flags)
{
	return qos2_win32_recv(s, buffer, (int)length, flags);
}

/* Pointers to lengths are templates too: NULL is an integer in C++. */
template <class Handle, class Length, class FromLength>
QOS2_WIN32_STATUS recvfrom(Handle s, void *buffer, Length length, int flags,
			   SOCKADDR *from, FromLength fromlen)
{
	return qos2_win32_recvfrom(s, buffer, (int)length, flags, from,
				   (int *)fromlen);
}

template <class Handle, class Length>
inline typename qos2_win32_if_socket<Handle>::handle
accept(Handle s, SOCKADDR *name, Length length)
{
	return qos2_win32_accept(s, name, (int *)length);
}

template <class Handle, class Length>
QOS2_WIN32_STATUS getsockname(Handle s, SOCKADDR *name, Length length)
{
	return qos2_win32_getsockname(s, name, (int *)length);
}

template <class Handle, class Length>
QOS2_WIN32_STATUS getpeername(Handle s, SOCKADDR *name, Length length)
{
	return qos2_win32_getpeername(s, name, (int *)length);
}

template <class Handle, class Length>
QOS2_WIN32_STATUS setsockopt(Handle s, int level, int option,
			     const void *value, Length length)
{
	return qos2_win32_setsockopt(s, level, option, value, (int)length);
}

template <class Handle, class Length>
QOS2_WIN32_STATUS getsockopt(Handle s, int level, int option, void *value,
			     Length length)
{
	return qos2_win32_getsockopt(s, level, option, value, (int *)length);
}

#undef QOS2_WIN32_STATUS

} /* extern "C++" */

#endif /* QOS2_WINSOCK_OVERLOADS_H */
