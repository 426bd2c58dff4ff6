// SPDX-License-Identifier: GPL-2.0-only
/* Destinations: from and to the forms that programs and people use. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>

#include "qosctl.h"

/* What connect(2) accepts: old programs leave the scope out. */
#define IN6_SHORT offsetof(struct sockaddr_in6, sin6_scope_id)

int address_from_sockaddr(struct qwave_addr *dest,
			  const struct sockaddr *from, size_t length)
{
	struct sockaddr_in6 in6 = { 0 };
	struct sockaddr_in in4;

	memset(dest, 0, sizeof(*dest));
	if (length >= sizeof(in4) && from->sa_family == AF_INET) {
		memcpy(&in4, from, sizeof(in4));
		dest->port = in4.sin_port;
		memcpy(dest->addr, &in4.sin_addr, sizeof(in4.sin_addr));
	} else if (length >= IN6_SHORT && from->sa_family == AF_INET6) {
		memcpy(&in6, from,
		       length < sizeof(in6) ? IN6_SHORT : sizeof(in6));
		dest->port = in6.sin6_port;
		memcpy(dest->addr, &in6.sin6_addr, sizeof(in6.sin6_addr));
		/* Elsewhere the kernel's connect() ignores the scope. */
		if (IN6_IS_ADDR_LINKLOCAL(&in6.sin6_addr))
			dest->scope_id = in6.sin6_scope_id;
	} else {
		return -EAFNOSUPPORT;
	}
	dest->family = from->sa_family;
	return 0;
}

/* ADDR:PORT or [ADDR%DEVICE]:PORT, numbers only. */
int address_parse(struct qwave_addr *dest, const char *text)
{
	struct addrinfo hints = {
		.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
		.ai_socktype = SOCK_DGRAM,
	};
	const char *colon = strrchr(text, ':');
	struct addrinfo *found;
	unsigned long port;
	char host[64];
	size_t length;
	int err;

	if (!colon || !parse_number(colon + 1, 65535, &port) || !port)
		return -EINVAL;
	length = colon - text;
	if (*text == '[') {
		if (length < 2 || text[length - 1] != ']')
			return -EINVAL;
		text++;
		length -= 2;
	} else if (memchr(text, ':', length)) {
		return -EINVAL;
	}
	if (!length || length >= sizeof(host))
		return -EINVAL;
	memcpy(host, text, length);
	host[length] = '\0';

	if (getaddrinfo(host, colon + 1, &hints, &found))
		return -EINVAL;
	err = address_from_sockaddr(dest, found->ai_addr, found->ai_addrlen);
	freeaddrinfo(found);
	return err;
}

void address_any(struct qwave_addr *dest, int family)
{
	memset(dest, 0, sizeof(*dest));
	dest->family = family;
}

bool address_is_any(const struct qwave_addr *addr)
{
	struct qwave_addr any;

	address_any(&any, addr->family);
	return addr->family != AF_UNSPEC && !memcmp(&any, addr, sizeof(any));
}

const char *address_text(const struct qwave_addr *addr,
			 char text[static ADDRESS_TEXT])
{
	char host[INET6_ADDRSTRLEN] = "?";
	char device[IF_NAMESIZE + 1] = "";
	char name[IF_NAMESIZE];

	inet_ntop(addr->family, addr->addr, host, sizeof(host));
	if (addr->scope_id && if_indextoname(addr->scope_id, name))
		snprintf(device, sizeof(device), "%%%s", name);
	else if (addr->scope_id)
		snprintf(device, sizeof(device), "%%%u", addr->scope_id);
	snprintf(text, ADDRESS_TEXT,
		 addr->family == AF_INET6 ? "[%s%s]:%u" : "%s%s:%u",
		 host, device, ntohs(addr->port));
	return text;
}
