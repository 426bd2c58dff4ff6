// SPDX-License-Identifier: GPL-2.0-only
/* qosctl mark: its options */
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "qosctl.h"

static const char mark_help[] =
"Usage: qosctl mark [--type TYPE] [--dscp DSCP] [--json] -- COMMAND [ARG]...\n"
"       qosctl mark [--type TYPE] [--dscp DSCP] [--json] --pid PID [--fd N]\n"
"                   [--dest ADDR:PORT]\n"
"\n"
"Puts sockets into one flow, which lives as long as qosctl does.\n"
"\n"
"Of COMMAND and all that it starts: each UDP socket when it is made, each TCP\n"
"connection before its first packet. qosctl waits for all of them.\n"
"Of a running process: each connected TCP and UDP socket with its peer, each\n"
"unconnected UDP socket with every destination. qosctl stays until the\n"
"process ends or until SIGINT or SIGTERM.\n"
"\n"
"  -t, --type TYPE       best-effort, background, excellent-effort,\n"
"                        audio-video, voice or control; best-effort when only\n"
"                        --dscp is given\n"
"  -d, --dscp DSCP       0 to 63 or a name (CS1, AF41, EF ...) in place of the\n"
"                        type's; needs CAP_NET_ADMIN or a group of\n"
"                        net.qwave.dscp_group_range\n"
"  -p, --pid PID         the process\n"
"  -f, --fd N            only its descriptor N\n"
"  -D, --dest ADDR:PORT  only this destination; [ADDR]:PORT for IPv6\n"
"  -j, --json            with --pid: what became of each socket, as a JSON\n"
"                        object; with COMMAND: a summary at its end, as a\n"
"                        JSON object in one line on standard error\n"
"  -h, --help            this text\n"
"\n"
"Exit status: COMMAND's (128+N when signal N ended it), 127 when it was not\n"
"found, 126 when it could not be started. Otherwise 0 ok, 1 failure (no socket\n"
"added, no module), 2 usage.\n";

static const struct option options[] = {
	{ "type", required_argument, NULL, 't' },
	{ "dscp", required_argument, NULL, 'd' },
	{ "pid", required_argument, NULL, 'p' },
	{ "fd", required_argument, NULL, 'f' },
	{ "dest", required_argument, NULL, 'D' },
	{ "json", no_argument, NULL, 'j' },
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};

struct request {
	struct marker marker;
	struct pick pick;
	struct qwave_addr dest;
	bool typed;
	bool json;
};

static bool invalid(const char *what, const char *value)
{
	say("'%s' is not %s", value, what);
	return false;
}

/* Says itself what is wrong with a value. */
static bool take(struct request *request, int option, const char *value)
{
	struct session *session = &request->marker.session;
	unsigned long number;
	int named;

	switch (option) {
	case 't':
		named = type_parse(value);
		if (named < 0)
			return invalid("a traffic type", value);
		session->type = named;
		request->typed = true;
		return true;
	case 'd':
		session->dscp = dscp_parse(value);
		return session->dscp >= 0 || invalid("a DSCP", value);
	case 'p':
		if (!parse_number(value, INT_MAX, &number) || !number)
			return invalid("the number of a process", value);
		request->pick.pid = (pid_t)number;
		return true;
	case 'f':
		if (!parse_number(value, INT_MAX, &number))
			return invalid("a descriptor", value);
		request->pick.fd = (int)number;
		return true;
	case 'D':
		if (address_parse(&request->dest, value))
			return invalid("ADDR:PORT or [ADDR]:PORT", value);
		request->pick.dest = &request->dest;
		return true;
	case 'j':
		request->json = true;
		return true;
	default:
		/* getopt has said it. */
		return false;
	}
}

static const char *contradiction(const struct request *request, bool command)
{
	if (!request->typed && request->marker.session.dscp < 0)
		return "--type or --dscp is needed";
	if (request->pick.pid && command)
		return "--pid and a command exclude each other";
	if (!request->pick.pid && !command)
		return "a command or --pid is needed";
	if (command && (request->pick.fd >= 0 || request->pick.dest))
		return "--fd and --dest need --pid";
	return NULL;
}

int cmd_mark(int argc, char *argv[])
{
	struct request request = {
		.marker.session = { .type = QWAVE_TYPE_BEST_EFFORT, .dscp = -1 },
		.pick.fd = -1,
	};
	const char *wrong;
	int option, err;

	/* '+': the command's options are its own. */
	while ((option = getopt_long(argc, argv, "+t:d:p:f:D:jh", options,
				     NULL)) >= 0) {
		if (option == 'h')
			return print_help(mark_help);
		if (!take(&request, option, optarg))
			return try_help("mark");
	}
	wrong = contradiction(&request, optind < argc);
	if (wrong)
		return bad_usage("mark", "%s", wrong);

	err = session_open(&request.marker.session);
	if (err)
		return fail("cannot open %s: %s", QWAVE_DEVICE,
			    device_open_reason(err));
	err = request.pick.pid ?
		mark_process(&request.marker, &request.pick, request.json) :
		mark_command(&request.marker, argv + optind, request.json);
	close(request.marker.session.device);
	return err;
}
