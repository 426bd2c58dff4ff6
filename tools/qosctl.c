// SPDX-License-Identifier: GPL-2.0-only
/* qosctl - look at and make flows of qwave: the table of commands */
#include <stdio.h>
#include <string.h>

#include "qosctl.h"

static const struct command {
	const char *name;
	int (*run)(int argc, char *argv[]);
	const char *help;
} commands[] = {
	{ "list", cmd_list, "the flows of this network namespace" },
	{ "show", cmd_show, "everything about one flow" },
	{ "mark", cmd_mark, "put a command's or a process's sockets into a flow" },
	{ "load", cmd_load, "load the kernel module, or say why it cannot be" },
	{ "unload", cmd_unload, "unload the kernel module, or say who uses it" },
	{ "status", cmd_status, "module, device and settings" },
};

#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

static int help(void)
{
	printf("Usage: qosctl COMMAND [OPTION]...\n"
	       "       qosctl COMMAND --help\n"
	       "       qosctl --help | --version\n"
	       "\n"
	       "Shows and makes flows of qwave, the packet marking of sockets.\n"
	       "\n"
	       "Commands:\n");
	for (size_t i = 0; i < COMMANDS; i++)
		printf("  %-8s %s\n", commands[i].name, commands[i].help);
	return print_help("\nExit status: 0 ok, 1 failure, 2 usage.\n");
}

int main(int argc, char *argv[])
{
	char name[32];

	if (argc < 2)
		return bad_usage(NULL, "a command is needed");
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") ||
	    !strcmp(argv[1], "help"))
		return help();
	if (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V"))
		return print_help("qosctl " QWAVE_VERSION "\n");

	for (size_t i = 0; i < COMMANDS; i++) {
		if (strcmp(argv[1], commands[i].name))
			continue;
		snprintf(name, sizeof(name), "qosctl %s", commands[i].name);
		argv[1] = name;
		return commands[i].run(argc - 1, argv + 1);
	}
	return bad_usage(NULL, "unknown command '%s'", argv[1]);
}
