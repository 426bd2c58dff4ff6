/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Text that is wide when _UNICODE is defined. */
#ifndef QOS2_WIN32_TCHAR_H
#define QOS2_WIN32_TCHAR_H

#include "windows.h"

#ifdef _UNICODE
#define _T(literal) QOS2_WIN32_TCHAR_WIDE(literal)
#define QOS2_WIN32_TCHAR_WIDE(literal) L##literal
#else
#define _T(literal) literal
#endif
#define _TEXT(literal) _T(literal)

#endif /* QOS2_WIN32_TCHAR_H */
