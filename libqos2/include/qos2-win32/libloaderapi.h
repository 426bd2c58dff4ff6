/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * LoadLibrary() for programs that find the QOS functions at run time.
 *
 * There is one library: "qwave" or "qwave.dll", in any case and behind any
 * path. Every other name fails with ERROR_MOD_NOT_FOUND. Functions that libqos2
 * does not have yet fail with ERROR_PROC_NOT_FOUND.
 */
#ifndef QOS2_WIN32_LIBLOADERAPI_H
#define QOS2_WIN32_LIBLOADERAPI_H

#include <dlfcn.h>

#include "windows.h"

#define LOAD_LIBRARY_SEARCH_SYSTEM32	0x00000800

/* Lower case without the locale, which could know other letters. */
static inline wchar_t qos2_win32_lower(wchar_t letter)
{
	return letter >= L'A' && letter <= L'Z' ? letter - L'A' + L'a' : letter;
}

static inline int qos2_win32_equal(const wchar_t *name, const char *expected)
{
	while (*expected && qos2_win32_lower(*name) == (wchar_t)*expected) {
		name++;
		expected++;
	}
	return !*name && !*expected;
}

static inline HMODULE LoadLibraryW(LPCWSTR name)
{
	const wchar_t *base = name;
	void *library = NULL;

	for (; name && *name; name++)
		if (*name == L'\\' || *name == L'/')
			base = name + 1;

	if (base && (qos2_win32_equal(base, "qwave.dll") ||
		     qos2_win32_equal(base, "qwave")))
		library = dlopen("libqos2.so.1", RTLD_NOW | RTLD_LOCAL);
	if (!library)
		SetLastError(ERROR_MOD_NOT_FOUND);
	return (HMODULE)library;
}

static inline HMODULE LoadLibraryA(LPCSTR name)
{
	wchar_t wide[MAX_PATH];
	size_t length = 0;

	while (name && name[length] && length < MAX_PATH - 1) {
		wide[length] = (unsigned char)name[length];
		length++;
	}
	wide[length] = 0;
	return LoadLibraryW(wide);
}

static inline HMODULE LoadLibraryExW(LPCWSTR name, HANDLE file, DWORD flags)
{
	UNREFERENCED_PARAMETER(file);
	UNREFERENCED_PARAMETER(flags);
	return LoadLibraryW(name);
}

static inline HMODULE LoadLibraryExA(LPCSTR name, HANDLE file, DWORD flags)
{
	UNREFERENCED_PARAMETER(file);
	UNREFERENCED_PARAMETER(flags);
	return LoadLibraryA(name);
}

static inline FARPROC GetProcAddress(HMODULE module, LPCSTR name)
{
	void *address = module ? dlsym((void *)module, name) : NULL;

	if (!address)
		SetLastError(ERROR_PROC_NOT_FOUND);
	return (FARPROC)(uintptr_t)address;
}

static inline BOOL FreeLibrary(HMODULE module)
{
	if (module && dlclose((void *)module) == 0)
		return TRUE;
	SetLastError(ERROR_INVALID_HANDLE);
	return FALSE;
}

#ifdef UNICODE
#define LoadLibrary LoadLibraryW
#define LoadLibraryEx LoadLibraryExW
#else
#define LoadLibrary LoadLibraryA
#define LoadLibraryEx LoadLibraryExA
#endif

#endif /* QOS2_WIN32_LIBLOADERAPI_H */
