// SPDX-License-Identifier: GPL-2.0-only
/* A program for Windows that finds the QOS functions at run time. */
#include <winsock2.h>
#include <windows.h>
#include <qos2.h>
#include <tchar.h>
#include <stdio.h>

typedef BOOL (WINAPI *QOSCreateHandleFunc)(PQOS_VERSION, PHANDLE);
typedef BOOL (WINAPI *QOSCloseHandleFunc)(HANDLE);
typedef BOOL (WINAPI *QOSAddSocketToFlowFunc)(HANDLE, SOCKET, PSOCKADDR,
					      QOS_TRAFFIC_TYPE, DWORD,
					      PQOS_FLOWID);
typedef BOOL (WINAPI *QOSNotifyFlowFunc)(HANDLE, QOS_FLOWID, int, PULONG,
					 PVOID, DWORD, LPOVERLAPPED);

int main(void)
{
	QOSAddSocketToFlowFunc pQOSAddSocketToFlow;
	QOSCreateHandleFunc pQOSCreateHandle;
	QOSCloseHandleFunc pQOSCloseHandle;
	QOSNotifyFlowFunc pQOSNotifyFlow;
	QOS_VERSION version = { 1, 0 };
	HANDLE qos = INVALID_HANDLE_VALUE;
	HMODULE module;

	module = LoadLibrary(TEXT("qwave.dll"));
	if (module == NULL) {
		printf("LoadLibrary failed, error %u\n", GetLastError());
		return 1;
	}
	pQOSCreateHandle = (QOSCreateHandleFunc)
		GetProcAddress(module, "QOSCreateHandle");
	pQOSCloseHandle = (QOSCloseHandleFunc)
		GetProcAddress(module, "QOSCloseHandle");
	pQOSAddSocketToFlow = (QOSAddSocketToFlowFunc)
		GetProcAddress(module, "QOSAddSocketToFlow");
	if (!pQOSCreateHandle || !pQOSCloseHandle || !pQOSAddSocketToFlow) {
		printf("GetProcAddress failed, error %u\n", GetLastError());
		return 1;
	}
	pQOSNotifyFlow = (QOSNotifyFlowFunc)
		GetProcAddress(module, "QOSNotifyFlow");
	printf("QOSNotifyFlow is %s\n", pQOSNotifyFlow ? "there" : "absent");

	if (!pQOSCreateHandle(&version, &qos)) {
		printf("QOSCreateHandle failed, error %u\n", GetLastError());
		FreeLibrary(module);
		return 1;
	}
	pQOSCloseHandle(qos);
	FreeLibrary(module);
	printf("done\n");
	return 0;
}
