/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The basic types of the QOS interface in the sizes they have on Windows.
 *
 * DWORD, ULONG and LONG have 32 bits everywhere, also where C's long has 64.
 * HANDLE and SOCKET have the size of a pointer.
 */
#ifndef QOS2_TYPES_H
#define QOS2_TYPES_H

#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#ifdef __cplusplus
#define QOS2_STATIC_ASSERT(condition, message) \
	static_assert(condition, message)
#else
#define QOS2_STATIC_ASSERT(condition, message) \
	_Static_assert(condition, message)
#endif

/* 64-bit members start at multiples of eight on Windows, on i386 too. */
#define QOS2_ALIGNED_8 __attribute__((__aligned__(8)))

#ifndef TRUE
#define TRUE 1
#endif
#ifndef FALSE
#define FALSE 0
#endif

typedef int BOOL;
typedef int INT;
typedef int32_t LONG;
typedef uint16_t USHORT;
typedef uint32_t UINT32;
typedef uint32_t ULONG, *PULONG;
typedef uint32_t DWORD;
/* Not uint64_t: "%llu" prints it on every platform. */
typedef unsigned long long UINT64;
typedef uintptr_t ULONG_PTR;
typedef void *PVOID;

/* An opaque number. NULL and -1 are never valid. */
typedef void *HANDLE, **PHANDLE;

/* A socket's file descriptor. */
typedef uintptr_t SOCKET;

typedef struct sockaddr SOCKADDR, *PSOCKADDR;

/**
 * struct _OVERLAPPED - an asynchronous operation
 * @Internal: state, owned by the library
 * @InternalHigh: bytes transferred, owned by the library
 * @Offset: not used, must be 0
 * @OffsetHigh: not used, must be 0
 * @Pointer: the same bytes as @Offset and @OffsetHigh
 * @hEvent: what is signalled on completion
 *
 * This version of the library has no asynchronous operations: functions that
 * take an OVERLAPPED accept only NULL.
 */
typedef struct _OVERLAPPED {
	ULONG_PTR Internal;
	ULONG_PTR InternalHigh;
	__extension__ union {
		__extension__ struct {
			DWORD Offset;
			DWORD OffsetHigh;
		};
		PVOID Pointer;
	};
	HANDLE hEvent;
} OVERLAPPED, *LPOVERLAPPED;

QOS2_STATIC_ASSERT(sizeof(BOOL) == 4, "BOOL");
QOS2_STATIC_ASSERT(sizeof(LONG) == 4, "LONG");
QOS2_STATIC_ASSERT(sizeof(USHORT) == 2, "USHORT");
QOS2_STATIC_ASSERT(sizeof(ULONG) == 4, "ULONG");
QOS2_STATIC_ASSERT(sizeof(DWORD) == 4, "DWORD");
QOS2_STATIC_ASSERT(sizeof(UINT64) == 8, "UINT64");
QOS2_STATIC_ASSERT(sizeof(HANDLE) == sizeof(void *), "HANDLE");
QOS2_STATIC_ASSERT(sizeof(SOCKET) == sizeof(void *), "SOCKET");
QOS2_STATIC_ASSERT(sizeof(OVERLAPPED) == (sizeof(void *) == 8 ? 32 : 20),
		   "OVERLAPPED");
QOS2_STATIC_ASSERT(offsetof(OVERLAPPED, InternalHigh) == sizeof(void *),
		   "OVERLAPPED.InternalHigh");
QOS2_STATIC_ASSERT(offsetof(OVERLAPPED, Offset) == 2 * sizeof(void *),
		   "OVERLAPPED.Offset");
QOS2_STATIC_ASSERT(offsetof(OVERLAPPED, OffsetHigh) ==
		   2 * sizeof(void *) + 4, "OVERLAPPED.OffsetHigh");
QOS2_STATIC_ASSERT(offsetof(OVERLAPPED, hEvent) ==
		   (sizeof(void *) == 8 ? 24 : 16), "OVERLAPPED.hEvent");

#endif /* QOS2_TYPES_H */
