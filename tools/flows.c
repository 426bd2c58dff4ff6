// SPDX-License-Identifier: GPL-2.0-only
/* qosctl list, qosctl show: flows for people and for programs */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <json-c/json.h>

#include "qosctl.h"

static const char list_help[] =
"Usage: qosctl list [--json]\n"
"\n"
"Lists the flows of this network namespace: all of them for CAP_NET_ADMIN,\n"
"otherwise those of the calling user. One line for each flow:\n"
"\n"
"  FLOW     its number\n"
"  TYPE     traffic type asked for\n"
"  ASKED    DSCP asked for in place of the type's, or -\n"
"  DSCP     DSCP that packets get, or - where they get none\n"
"  PRIO     priority that packets get, or -\n"
"  MEMBERS  sockets and destinations in it\n"
"  PID COMMAND USER\n"
"           process that made it (0: not visible here)\n"
"  PACKETS BYTES\n"
"           sent so far, counted at the IP level\n"
"\n"
"  -j, --json    as a JSON object: {\"flows\": [...]}\n"
"  -h, --help    this text\n"
"\n"
"Exit status: 0 ok (also without any flow), 1 failure, 2 usage.\n";

static const char show_help[] =
"Usage: qosctl show FLOW [--json]\n"
"\n"
"Shows what was asked for the flow, what is applied to its packets, who made\n"
"it, its counters, and its members: protocol, destination, local port and the\n"
"inode of the socket, as in /proc/PID/fd.\n"
"\n"
"  -j, --json    as a JSON object\n"
"  -h, --help    this text\n"
"\n"
"Exit status: 0 ok, 1 failure (no such flow to be seen), 2 usage.\n";

static const struct option options[] = {
	{ "json", no_argument, NULL, 'j' },
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};

static struct json_object *code_point(int dscp)
{
	return dscp < 0 ? NULL : json_object_new_int(dscp);
}

static struct json_object *json_member(const struct member *member)
{
	struct json_object *object = json_object_new_object();
	char host[INET6_ADDRSTRLEN];

	add_json_string(object, "protocol", protocol_name(member->protocol));
	add_json_number(object, "protocol_number", member->protocol);
	add_json_string(object, "family",
			member->family == AF_INET ? "ipv4" :
			member->family == AF_INET6 ? "ipv6" : NULL);
	if (member->any_dest) {
		add_json_string(object, "destination", NULL);
		json_object_object_add(object, "destination_port", NULL);
	} else {
		add_json_string(object, "destination",
				inet_ntop(member->dest.family,
					  member->dest.addr, host,
					  sizeof(host)));
		add_json_number(object, "destination_port",
				ntohs(member->dest.port));
	}
	add_json_number(object, "scope_id", member->dest.scope_id);
	add_json_number(object, "local_port", member->local_port);
	add_json_number(object, "inode", member->inode);
	return object;
}

static struct json_object *json_flow(const struct flow *flow)
{
	struct json_object *object = json_object_new_object();
	struct json_object *members = json_object_new_array();

	add_json_number(object, "id", flow->id);
	add_json_string(object, "type", type_name(flow->type));
	add_json_number(object, "type_number", flow->type);
	add_json_bool(object, "adaptive", flow->adaptive);
	json_object_object_add(object, "dscp_asked",
			       code_point(flow->dscp_override));
	add_json_string(object, "dscp_asked_name",
			dscp_name(flow->dscp_override));
	json_object_object_add(object, "dscp", code_point(flow->dscp));
	add_json_string(object, "dscp_name", dscp_name(flow->dscp));
	json_object_object_add(object, "priority", flow->priority < 0 ? NULL :
			       json_object_new_int64(flow->priority));
	add_json_number(object, "pid", flow->pid);
	add_json_string(object, "command", flow->comm);
	add_json_number(object, "uid", flow->uid);
	add_json_number(object, "packets", flow->packets);
	add_json_number(object, "bytes", flow->bytes);
	add_json_number(object, "marked", flow->marked);
	add_json_number(object, "member_count", flow->member_count);
	for (size_t i = 0; i < flow->members_known; i++)
		json_object_array_add(members, json_member(&flow->members[i]));
	json_object_object_add(object, "members", members);
	return object;
}

/* "46/EF", "5" or "-": a word, so that columns can be cut. */
static const char *dscp_word(int dscp, char text[static 16])
{
	const char *name = dscp_name(dscp);

	if (dscp < 0)
		snprintf(text, 16, "-");
	else if (name)
		snprintf(text, 16, "%d/%s", dscp, name);
	else
		snprintf(text, 16, "%d", dscp);
	return text;
}

static const char *user_name(uint32_t uid, char text[static 40])
{
	struct passwd *user = getpwuid(uid);

	if (user)
		snprintf(text, 40, "%s", user->pw_name);
	else
		snprintf(text, 40, "%" PRIu32, uid);
	make_printable(text);
	return text;
}

static void print_line(const struct flow *flow)
{
	char asked[16], applied[16], priority[24] = "-", user[40];
	char command[sizeof(flow->comm)];

	if (flow->priority >= 0)
		snprintf(priority, sizeof(priority), "%" PRId64,
			 flow->priority);
	snprintf(command, sizeof(command), "%s",
		 *flow->comm ? flow->comm : "-");
	/* Columns are words; a name with blanks must not become two. */
	for (char *c = command; *c; c++)
		if (*c == ' ')
			*c = '_';
	printf("%-8" PRIu32 " %-16s %-7s %-7s %-4s %7" PRIu32 " %7" PRIu32
	       " %-15s %-10s %12" PRIu64 " %14" PRIu64 "\n",
	       flow->id, type_name(flow->type),
	       dscp_word(flow->dscp_override, asked),
	       dscp_word(flow->dscp, applied), priority, flow->member_count,
	       flow->pid, command, user_name(flow->uid, user), flow->packets,
	       flow->bytes);
}

static int print_list(const struct flow_list *list)
{
	printf("%-8s %-16s %-7s %-7s %-4s %7s %7s %-15s %-10s %12s %14s\n",
	       "FLOW", "TYPE", "ASKED", "DSCP", "PRIO", "MEMBERS", "PID",
	       "COMMAND", "USER", "PACKETS", "BYTES");
	for (size_t i = 0; i < list->count; i++)
		print_line(&list->flows[i]);
	return print_help("");
}

static void print_member(const struct member *member)
{
	char text[ADDRESS_TEXT];

	printf("    %s to %s", protocol_name(member->protocol),
	       member->any_dest ? "any destination" :
	       address_text(&member->dest, text));
	if (member->local_port)
		printf(", from port %u", member->local_port);
	else
		printf(", not bound");
	if (member->inode)
		printf(", inode %" PRIu64 "\n", member->inode);
	else
		printf(", closed\n");
}

static int print_flow(const struct flow *flow)
{
	char text[40];

	printf("flow %" PRIu32 "\n", flow->id);
	printf("  asked:    type %s, %s, DSCP %s\n", type_name(flow->type),
	       flow->adaptive ? "adaptive" : "not adaptive",
	       flow->dscp_override < 0 ? "of the type" :
	       dscp_text(flow->dscp_override, text));
	printf("  applied:  DSCP %s, priority ", dscp_text(flow->dscp, text));
	if (flow->priority < 0)
		printf("not set\n");
	else
		printf("%" PRId64 "\n", flow->priority);
	printf("  by:       %s, process %" PRIu32 ", user %s (%" PRIu32 ")\n",
	       *flow->comm ? flow->comm : "?", flow->pid,
	       user_name(flow->uid, text), flow->uid);
	printf("  sent:     %" PRIu64 " packets, %" PRIu64 " bytes, %" PRIu64
	       " packets marked\n", flow->packets, flow->bytes, flow->marked);
	printf("  members:  %" PRIu32 "\n", flow->member_count);
	for (size_t i = 0; i < flow->members_known; i++)
		print_member(&flow->members[i]);
	return print_help("");
}

int cmd_list(int argc, char *argv[])
{
	struct json_object *object, *flows;
	struct flow_list list;
	bool json = false;
	int option, err;

	while ((option = getopt_long(argc, argv, "jh", options, NULL)) >= 0) {
		if (option == 'h')
			return print_help(list_help);
		if (option != 'j')
			return try_help("list");
		json = true;
	}
	if (optind < argc)
		return bad_usage("list", "unexpected argument '%s'",
				 argv[optind]);

	err = flow_list_get(&list);
	if (err)
		return fail("cannot list flows: %s", flow_error(err));
	if (!json) {
		err = print_list(&list);
	} else {
		object = json_object_new_object();
		flows = json_object_new_array();
		for (size_t i = 0; i < list.count; i++)
			json_object_array_add(flows,
					      json_flow(&list.flows[i]));
		json_object_object_add(object, "flows", flows);
		err = print_json(object);
	}
	flow_list_free(&list);
	return err;
}

int cmd_show(int argc, char *argv[])
{
	struct flow_list list;
	unsigned long id;
	bool json = false;
	int option, err;

	while ((option = getopt_long(argc, argv, "jh", options, NULL)) >= 0) {
		if (option == 'h')
			return print_help(show_help);
		if (option != 'j')
			return try_help("show");
		json = true;
	}
	if (argc - optind != 1)
		return bad_usage("show", "the number of one flow is needed");
	if (!parse_number(argv[optind], UINT32_MAX, &id) || !id)
		return bad_usage("show", "'%s' is not the number of a flow",
				 argv[optind]);

	err = flow_list_get_one(&list, id);
	if (err == -ENOENT)
		return fail("there is no flow %lu in this network namespace, or not for this user to see",
			    id);
	if (err)
		return fail("cannot show flow %lu: %s", id, flow_error(err));
	err = json ? print_json(json_flow(&list.flows[0])) :
		print_flow(&list.flows[0]);
	flow_list_free(&list);
	return err;
}
