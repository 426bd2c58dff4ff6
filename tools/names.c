// SPDX-License-Identifier: GPL-2.0-only
/* Numbers that have names: traffic types, code points, protocols. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <netinet/in.h>

#include "qosctl.h"

static const char *const types[QWAVE_TYPE_COUNT] = {
	[QWAVE_TYPE_BEST_EFFORT] = "best-effort",
	[QWAVE_TYPE_BACKGROUND] = "background",
	[QWAVE_TYPE_EXCELLENT_EFFORT] = "excellent-effort",
	[QWAVE_TYPE_AUDIO_VIDEO] = "audio-video",
	[QWAVE_TYPE_VOICE] = "voice",
	[QWAVE_TYPE_CONTROL] = "control",
};

/* The names of IANA's registry; code points without one are only numbers. */
static const char *const code_points[64] = {
	[0] = "CS0", [1] = "LE", [8] = "CS1", [16] = "CS2", [24] = "CS3",
	[32] = "CS4", [40] = "CS5", [48] = "CS6", [56] = "CS7",
	[10] = "AF11", [12] = "AF12", [14] = "AF13",
	[18] = "AF21", [20] = "AF22", [22] = "AF23",
	[26] = "AF31", [28] = "AF32", [30] = "AF33",
	[34] = "AF41", [36] = "AF42", [38] = "AF43",
	[44] = "VA", [46] = "EF",
};

const char *type_name(unsigned int type)
{
	return type < QWAVE_TYPE_COUNT ? types[type] : "unknown";
}

/* "AudioVideo", "audio_video" and "audio-video" are one name. */
static bool same_name(const char *a, const char *b)
{
	for (;; a++, b++) {
		while (*a == '-' || *a == '_')
			a++;
		while (*b == '-' || *b == '_')
			b++;
		if (tolower((unsigned char)*a) != tolower((unsigned char)*b))
			return false;
		if (!*a)
			return true;
	}
}

int type_parse(const char *text)
{
	unsigned long number;

	for (int i = 0; i < QWAVE_TYPE_COUNT; i++)
		if (same_name(text, types[i]))
			return i;
	return parse_number(text, QWAVE_TYPE_COUNT - 1, &number) ?
		(int)number : -1;
}

const char *dscp_name(int dscp)
{
	return dscp < 0 || dscp > 63 ? NULL : code_points[dscp];
}

/* "46 (EF)", "5", or "none". */
const char *dscp_text(int dscp, char text[static 16])
{
	const char *name = dscp_name(dscp);

	if (dscp < 0)
		snprintf(text, 16, "none");
	else if (name)
		snprintf(text, 16, "%d (%s)", dscp, name);
	else
		snprintf(text, 16, "%d", dscp);
	return text;
}

int dscp_parse(const char *text)
{
	unsigned long number;

	for (int i = 0; i < 64; i++)
		if (code_points[i] && !strcasecmp(text, code_points[i]))
			return i;
	return parse_number(text, 63, &number) ? (int)number : -1;
}

const char *protocol_name(unsigned int protocol)
{
	switch (protocol) {
	case IPPROTO_TCP:
		return "tcp";
	case IPPROTO_UDP:
		return "udp";
	case IPPROTO_UDPLITE:
		return "udplite";
	case IPPROTO_MPTCP:
		return "mptcp";
	default:
		return "other";
	}
}
