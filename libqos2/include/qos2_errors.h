/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Codes that GetLastError() returns after a QOS function failed. The numbers
 * are those of Windows, so that they can be logged, sent and compared.
 *
 * What each means for a function stands on the function's manual page.
 */
#ifndef QOS2_ERRORS_H
#define QOS2_ERRORS_H

#define NO_ERROR				0
#define ERROR_SUCCESS				0

/* A privilege is missing: a DSCP value, enumeration. */
#define ERROR_ACCESS_DENIED			5
/* The handle is not a live handle of this process. */
#define ERROR_INVALID_HANDLE			6
/* The library or the kernel could not allocate memory. */
#define ERROR_NOT_ENOUGH_MEMORY			8
/* The failure has no code of its own. */
#define ERROR_GEN_FAILURE			31
/* The operation is not available for this flow, socket or path. */
#define ERROR_NOT_SUPPORTED			50
/* Admission refused: the path lacks the bandwidth. */
#define ERROR_NETWORK_BUSY			54
/* The network interface is down or failed. */
#define ERROR_ADAP_HDW_ERR			57
/* The connection with the measuring end failed. */
#define ERROR_UNEXP_NET_ERR			59
/* The host's address could not be resolved. */
#define ERROR_BAD_NET_NAME			67
/* An argument is not valid. */
#define ERROR_INVALID_PARAMETER			87
/* The buffer is too small; the size that is needed was stored. */
#define ERROR_INSUFFICIENT_BUFFER		122
/* Too few processor cycles to estimate the path. */
#define ERROR_BUSY				170
/* The socket or request already belongs elsewhere. */
#define ERROR_ALREADY_EXISTS			183
/* There is nothing valid to return. */
#define ERROR_NO_DATA				232
/* Reported around suspend. */
#define ERROR_SYSTEM_POWERSTATE_TRANSITION	782
#define ERROR_SYSTEM_POWERSTATE_COMPLEX_TRANSITION 783
/* The operation was cancelled, or its handle was closed. */
#define ERROR_OPERATION_ABORTED			995
/* The overlapped operation has not completed. */
#define ERROR_IO_INCOMPLETE			996
/* The overlapped operation was accepted and goes on. */
#define ERROR_IO_PENDING			997
/* The kernel module is not loaded. */
#define ERROR_SERVICE_DEPENDENCY_FAIL		1068
/* An input or output error towards the subsystem. */
#define ERROR_IO_DEVICE				1117
/* The handle outlived a suspend: close it and create another. */
#define ERROR_DEVICE_REINITIALIZATION_NEEDED	1164
/* There is no such flow, or the socket is not in it. */
#define ERROR_NOT_FOUND				1168
/* The remote host refused the measuring connection. */
#define ERROR_CONNECTION_REFUSED		1225
/* There is no route to the destination. */
#define ERROR_HOST_UNREACHABLE			1232
/* Not enough is known yet; trying again may succeed. */
#define ERROR_RETRY				1237
/* The administrator's policy forbids it on this path. */
#define ERROR_ACCESS_DISABLED_BY_POLICY		1260
/* A limit of the session, user, namespace or system is reached. */
#define ERROR_NO_SYSTEM_RESOURCES		1450
/* The measurement ran out of time. */
#define ERROR_TIMEOUT				1460
/* The device node may not be opened. */
#define ERROR_RESOURCE_DISABLED			4309

#endif /* QOS2_ERRORS_H */
