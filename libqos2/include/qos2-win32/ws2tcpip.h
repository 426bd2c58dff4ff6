/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The names of <ws2tcpip.h> for what Linux has in <netdb.h>. */
#ifndef QOS2_WIN32_WS2TCPIP_H
#define QOS2_WIN32_WS2TCPIP_H

#include "winsock2.h"

typedef struct in6_addr IN6_ADDR, *PIN6_ADDR, *LPIN6_ADDR;
typedef struct sockaddr_in6 SOCKADDR_IN6, *PSOCKADDR_IN6, *LPSOCKADDR_IN6;
typedef struct addrinfo ADDRINFO, ADDRINFOA, *PADDRINFOA, *LPADDRINFO;

typedef union _SOCKADDR_INET {
	SOCKADDR_IN Ipv4;
	SOCKADDR_IN6 Ipv6;
	sa_family_t si_family;
} SOCKADDR_INET, *PSOCKADDR_INET;

#define InetPtonA inet_pton
#define InetNtopA inet_ntop
#ifndef UNICODE
#define InetPton InetPtonA
#define InetNtop InetNtopA
#endif

#endif /* QOS2_WIN32_WS2TCPIP_H */
