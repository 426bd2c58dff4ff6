/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The part of <windows.h> that programs need around the QOS functions: type
 * names, annotations, last error, and loading "qwave.dll" at run time.
 *
 * Opt-in: pkg-config --cflags qos2-win32. LONG, DWORD and their kin have 32
 * bits as on Windows, so "%lu" and "%ld" do not fit them; "%u" and "%d" do.
 * What is not here is not needed for the QOS part of a program.
 */
#ifndef QOS2_WIN32_WINDOWS_H
#define QOS2_WIN32_WINDOWS_H

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <wchar.h>

#include "../qos2_types.h"
#include "winerror.h"

#define WINAPI
#define APIENTRY
#define CALLBACK
#define PASCAL
#define FAR
#define NEAR
#define __cdecl
#define __stdcall
#define __fastcall
#ifndef CONST
#define CONST const
#endif
#ifndef VOID
#define VOID void
#endif

#ifndef IN
#define IN
#endif
#ifndef OUT
#define OUT
#endif
#ifndef OPTIONAL
#define OPTIONAL
#endif

#define _In_
#define _In_opt_
#define _In_z_
#define _In_reads_(count)
#define _In_reads_bytes_(count)
#define _In_reads_bytes_opt_(count)
#define _Inout_
#define _Inout_opt_
#define _Out_
#define _Out_opt_
#define _Out_writes_(count)
#define _Out_writes_bytes_(count)
#define _Out_writes_bytes_opt_(count)
#define _Reserved_
#define _Success_(condition)

/*
 * The C library's headers, and more so those of C++, name parameters __in and
 * __out. The former are read first; the latter cannot be, so that C++ programs
 * that annotate this way define QOS2_WIN32_SAL and include these headers last.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#if !defined(__cplusplus) || defined(QOS2_WIN32_SAL)
#define __in
#define __in_opt
#define __inout
#define __inout_opt
#define __out
#define __out_opt
#define __reserved
#endif

typedef char CHAR, *PCHAR, *LPSTR, *PSTR;
typedef const char *LPCSTR, *PCSTR;
typedef wchar_t WCHAR, *PWCHAR, *LPWSTR, *PWSTR;
typedef const wchar_t *LPCWSTR, *PCWSTR;
typedef unsigned char BYTE, *PBYTE, *LPBYTE, UCHAR, *PUCHAR, BOOLEAN;
typedef int16_t SHORT, *PSHORT;
typedef uint16_t WORD, *PWORD, *LPWORD, *PUSHORT;
typedef unsigned int UINT, *PUINT, *LPUINT;
typedef int INT32, *PINT, *LPINT;
typedef int32_t *PLONG, *LPLONG;
typedef uint32_t *PDWORD, *LPDWORD, *PUINT32, ULONG32, DWORD32;
typedef long long INT64, LONGLONG, *PINT64;
typedef unsigned long long ULONGLONG, DWORD64, ULONG64, *PUINT64, *PULONG64;
typedef intptr_t INT_PTR, LONG_PTR;
typedef uintptr_t UINT_PTR, DWORD_PTR, *PULONG_PTR;
typedef size_t SIZE_T, *PSIZE_T;
typedef BOOL *PBOOL, *LPBOOL;
typedef void *LPVOID;
typedef const void *LPCVOID;
typedef HANDLE *LPHANDLE;
typedef struct qos2_win32_module *HMODULE, *HINSTANCE;
typedef void (WINAPI *FARPROC)(void);

#ifdef UNICODE
typedef WCHAR TCHAR, *LPTSTR, *PTSTR;
typedef LPCWSTR LPCTSTR, PCTSTR;
#define TEXT(literal) QOS2_WIN32_WIDE(literal)
#define QOS2_WIN32_WIDE(literal) L##literal
#else
typedef CHAR TCHAR, *LPTSTR, *PTSTR;
typedef LPCSTR LPCTSTR, PCTSTR;
#define TEXT(literal) literal
#endif

#define MAX_PATH		260
#define INFINITE		0xFFFFFFFF
#define INVALID_HANDLE_VALUE	((HANDLE)(intptr_t)-1)

#define LOBYTE(word)	((BYTE)((uintptr_t)(word) & 0xff))
#define HIBYTE(word)	((BYTE)((uintptr_t)(word) >> 8 & 0xff))
#define LOWORD(dword)	((WORD)((uintptr_t)(dword) & 0xffff))
#define HIWORD(dword)	((WORD)((uintptr_t)(dword) >> 16 & 0xffff))
#define MAKEWORD(low, high) \
	((WORD)((BYTE)((low) & 0xff) | (WORD)((BYTE)((high) & 0xff)) << 8))
#define MAKELONG(low, high) \
	((LONG)((WORD)((low) & 0xffff) | (DWORD)((WORD)((high) & 0xffff)) << 16))

#define ZeroMemory(destination, length)	memset((destination), 0, (length))
#define FillMemory(destination, length, fill) \
	memset((destination), (fill), (length))
#define CopyMemory(destination, source, length) \
	memcpy((destination), (source), (length))
#define MoveMemory(destination, source, length) \
	memmove((destination), (source), (length))
#define RtlZeroMemory ZeroMemory
#define RtlCopyMemory CopyMemory

#define UNREFERENCED_PARAMETER(parameter) ((void)(parameter))

#ifdef __cplusplus
extern "C" {
#endif

/* Of libqos2; qos2.h documents them. */
DWORD GetLastError(void);
void SetLastError(DWORD dwErrCode);

#ifdef __cplusplus
}
#endif

#include "libloaderapi.h"

static inline void ExitProcess(UINT code)
{
	exit((int)code);
}

static inline void Sleep(DWORD milliseconds)
{
	struct timespec left;

	left.tv_sec = milliseconds / 1000;
	left.tv_nsec = milliseconds % 1000 * 1000000L;
	while (nanosleep(&left, &left) < 0 && errno == EINTR)
		;
}

#endif /* QOS2_WIN32_WINDOWS_H */
