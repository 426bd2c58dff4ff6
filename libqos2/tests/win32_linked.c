// SPDX-License-Identifier: GPL-2.0-only
/* A program as one finds them for Windows, linked with the import library. */
#define WIN32_LEAN_AND_MEAN
#include <Windows.h>
#include <WinSock2.h>
#include <WS2tcpip.h>
#include <Qos2.h>
#include <stdio.h>
#include <stdlib.h>

#pragma comment(lib, "Ws2_32.lib")
#pragma comment(lib, "Qwave.lib")

#define TARGET_RATE 2000000

static VOID Fail(_In_ LPCSTR what, _In_ DWORD code)
{
	printf("%s failed, error %u\n", what, code);
	WSACleanup();
	ExitProcess(1);
}

static SOCKET OpenSocket(IN const char *host, IN USHORT port)
{
	SOCKADDR_IN dest;
	u_long nonblocking = 1;
	SOCKET sock;

	sock = socket(AF_INET, SOCK_DGRAM, IPPROTO_UDP);
	if (sock == INVALID_SOCKET)
		Fail("socket", WSAGetLastError());

	ZeroMemory(&dest, sizeof(dest));
	dest.sin_family = AF_INET;
	dest.sin_port = htons(port);
	if (inet_pton(AF_INET, host, &dest.sin_addr) != 1)
		Fail("inet_pton", WSAGetLastError());
	if (connect(sock, (SOCKADDR *)&dest, sizeof(dest)) == SOCKET_ERROR)
		Fail("connect", WSAGetLastError());
	if (ioctlsocket(sock, FIONBIO, &nonblocking) == SOCKET_ERROR)
		Fail("ioctlsocket", WSAGetLastError());
	return sock;
}

static BOOL SetRate(HANDLE qos, QOS_FLOWID flow)
{
	QOS_FLOWRATE_OUTGOING rate;

	ZeroMemory(&rate, sizeof(rate));
	rate.Bandwidth = QOS_ADD_OVERHEAD(AF_INET, IPPROTO_UDP, 1400,
					  TARGET_RATE);
	rate.ShapingBehavior = QOSShapeAndMark;
	rate.Reason = QOSFlowRateNotApplicable;
	return QOSSetFlow(qos, flow, QOSSetOutgoingRate, sizeof(rate), &rate,
			  0, NULL);
}

int __cdecl main(int argc, char *argv[])
{
	QOS_VERSION version;
	QOS_PACKET_PRIORITY priority;
	ULONG size = sizeof(priority);
	QOS_FLOWID flow = 0;
	HANDLE qos = NULL;
	WSADATA wsa;
	SOCKET sock;

	UNREFERENCED_PARAMETER(argc);
	UNREFERENCED_PARAMETER(argv);

	if (WSAStartup(MAKEWORD(2, 2), &wsa) != 0)
		return 1;
	sock = OpenSocket("127.0.0.1", 5004);

	version.MajorVersion = 1;
	version.MinorVersion = 0;
	if (QOSCreateHandle(&version, &qos) == FALSE)
		Fail("QOSCreateHandle", GetLastError());
	if (QOSAddSocketToFlow(qos, sock, NULL, QOSTrafficTypeAudioVideo,
			       QOS_NON_ADAPTIVE_FLOW, &flow) != TRUE)
		Fail("QOSAddSocketToFlow", WSAGetLastError());
	if (!SetRate(qos, flow) && GetLastError() != ERROR_NOT_SUPPORTED)
		Fail("QOSSetFlow", GetLastError());
	if (!QOSQueryFlow(qos, flow, QOSQueryPacketPriority, &size, &priority,
			  0, NULL))
		Fail("QOSQueryFlow", GetLastError());
	printf("DSCP %u\n", priority.ConformantDSCPValue);

	send(sock, "hello", (int)strlen("hello"), 0);
	if (!QOSRemoveSocketFromFlow(qos, 0, flow, 0))
		Fail("QOSRemoveSocketFromFlow", GetLastError());
	QOSCloseHandle(qos);
	closesocket(sock);
	WSACleanup();
	return 0;
}
