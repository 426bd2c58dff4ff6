// SPDX-License-Identifier: LGPL-2.1-or-later
/* The last error of each thread, and how it is made from the kernel's errno. */
#include <errno.h>

#include "internal.h"

struct translation {
	int error;
	DWORD code;
};

/* What the kernel answers to a command. */
static const struct translation call_codes[] = {
	{ EINVAL, ERROR_INVALID_PARAMETER },
	{ ENOTSOCK, ERROR_INVALID_PARAMETER },
	{ EFAULT, ERROR_INVALID_PARAMETER },
	{ EBADF, ERROR_INVALID_HANDLE },
	{ ENOTTY, ERROR_INVALID_HANDLE },
	{ ENOENT, ERROR_NOT_FOUND },
	{ EPERM, ERROR_ACCESS_DENIED },
	{ EACCES, ERROR_ACCESS_DISABLED_BY_POLICY },
	{ ENOMEM, ERROR_NOT_ENOUGH_MEMORY },
	{ ENOSPC, ERROR_NO_SYSTEM_RESOURCES },
	{ EMFILE, ERROR_NO_SYSTEM_RESOURCES },
	{ ENFILE, ERROR_NO_SYSTEM_RESOURCES },
	{ EUSERS, ERROR_NO_SYSTEM_RESOURCES },
	{ EOPNOTSUPP, ERROR_NOT_SUPPORTED },
	{ EBUSY, ERROR_NETWORK_BUSY },
	{ EINPROGRESS, ERROR_IO_PENDING },
	{ ECANCELED, ERROR_OPERATION_ABORTED },
	{ EEXIST, ERROR_ALREADY_EXISTS },
	{ EMSGSIZE, ERROR_INSUFFICIENT_BUFFER },
	{ ENODATA, ERROR_NO_DATA },
	{ EAGAIN, ERROR_RETRY },
	{ ETIMEDOUT, ERROR_TIMEOUT },
	{ EHOSTUNREACH, ERROR_HOST_UNREACHABLE },
	{ ENETUNREACH, ERROR_HOST_UNREACHABLE },
	{ ECONNREFUSED, ERROR_CONNECTION_REFUSED },
	{ ECONNRESET, ERROR_UNEXP_NET_ERR },
	{ EPROTO, ERROR_UNEXP_NET_ERR },
	{ EADDRNOTAVAIL, ERROR_BAD_NET_NAME },
	{ ESTALE, ERROR_DEVICE_REINITIALIZATION_NEEDED },
	{ ENETDOWN, ERROR_ADAP_HDW_ERR },
	{ EIO, ERROR_IO_DEVICE },
	{ 0, ERROR_GEN_FAILURE }
};

/* What opening the device can end with. */
static const struct translation open_codes[] = {
	{ ENOENT, ERROR_SERVICE_DEPENDENCY_FAIL },
	{ ENXIO, ERROR_SERVICE_DEPENDENCY_FAIL },
	{ ENODEV, ERROR_SERVICE_DEPENDENCY_FAIL },
	{ EACCES, ERROR_RESOURCE_DISABLED },
	{ EPERM, ERROR_RESOURCE_DISABLED },
	{ EMFILE, ERROR_NO_SYSTEM_RESOURCES },
	{ ENFILE, ERROR_NO_SYSTEM_RESOURCES },
	{ ENOMEM, ERROR_NOT_ENOUGH_MEMORY },
	{ 0, ERROR_GEN_FAILURE }
};

static _Thread_local DWORD last_error;

static DWORD translate(const struct translation *entry, int error)
{
	while (entry->error && entry->error != error)
		entry++;
	return entry->code;
}

BOOL fail(DWORD code)
{
	last_error = code;
	return FALSE;
}

BOOL fail_open(int error)
{
	return fail(translate(open_codes, error));
}

BOOL fail_call(int error)
{
	return fail(translate(call_codes, error));
}

QOS2_API DWORD GetLastError(void)
{
	return last_error;
}

QOS2_API void SetLastError(DWORD dwErrCode)
{
	last_error = dwErrCode;
}

QOS2_API int WSAGetLastError(void)
{
	return (int)last_error;
}

QOS2_API void WSASetLastError(int iError)
{
	last_error = (DWORD)iError;
}
