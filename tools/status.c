// SPDX-License-Identifier: GPL-2.0-only
/* qosctl status: module, device, settings, flows */
#include <dirent.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <json-c/json.h>
#include <libkmod.h>

#include "module.h"
#include "qosctl.h"

static const char status_help[] =
"Usage: qosctl status [--json]\n"
"\n"
"Shows whether the kernel module is loaded and, if not, why it cannot be; its\n"
"version; whether the device can be used; how many flows are visible; and the\n"
"settings net.qwave.* of this network namespace. It changes nothing.\n"
"\n"
"  -j, --json    as a JSON object\n"
"  -h, --help    this text\n"
"\n"
"Exit status: 0 when flows can be made, 1 when not, 2 usage.\n";

static const struct option options[] = {
	{ "json", no_argument, NULL, 'j' },
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};

#define SETTINGS "/proc/sys/net/qwave"

struct status {
	const char *state;	/* "loaded", "built in", "not loaded" ... */
	bool present;
	char *version;
	int references;		/* -1: unknown */
	char reason[REASON_TEXT];
	int device;		/* 0, or -errno of open(2) */
	int flows;		/* or -errno */
};

static char *read_line(const char *path)
{
	FILE *file = fopen(path, "re");
	char *line = NULL;
	size_t size = 0;
	ssize_t length;

	if (!file)
		return NULL;
	length = getline(&line, &size, file);
	fclose(file);
	if (length < 0) {
		free(line);
		return NULL;
	}
	line[strcspn(line, "\n")] = '\0';
	for (char *c = line; *c; c++)
		if (*c == '\t')
			*c = ' ';
	make_printable(line);
	return line;
}

static void get_module(struct status *status)
{
	struct module module;
	int state;

	status->references = -1;
	status->state = "not loaded";
	if (module_open(&module, "")) {
		snprintf(status->reason, REASON_TEXT, "out of memory");
		return;
	}
	state = module_state(&module);
	if (state == KMOD_MODULE_BUILTIN) {
		status->state = "built in";
		status->present = true;
	} else if (state == KMOD_MODULE_LIVE) {
		status->state = "loaded";
		status->present = true;
		status->references = kmod_module_get_refcnt(module.named);
	} else if (state >= 0) {
		status->state = state == KMOD_MODULE_COMING ? "loading" :
			"unloading";
	} else if (!module.found) {
		reason_not_found(status->reason, "");
	} else {
		snprintf(status->reason, REASON_TEXT,
			 "installed as %s; run 'qosctl load'",
			 kmod_module_get_path(module.found));
	}
	/* The loaded module's own word comes before that of the file. */
	status->version = read_line("/sys/module/" MODULE_NAME "/version");
	if (!status->version)
		status->version = module_info(&module, "version");
	module_close(&module);
}

static void get_status(struct status *status)
{
	struct flow_list list;
	int device;

	*status = (struct status){ 0 };
	get_module(status);
	device = status->present ? device_open() :
		access(QWAVE_DEVICE, F_OK) ? -ENOENT : -ENODEV;
	status->device = device < 0 ? device : 0;
	if (device >= 0)
		close(device);
	/* Asking for the family could load the module. */
	status->flows = status->present ? flow_list_get(&list) : -ENODEV;
	if (!status->flows) {
		status->flows = (int)list.count;
		flow_list_free(&list);
	}
}

static int visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/* Calls @each with the name and value of every setting. */
static void for_settings(void (*each)(const char *name, const char *value,
				      void *data), void *data)
{
	char path[sizeof(SETTINGS) + 1 + sizeof(((struct dirent *)0)->d_name)];
	struct dirent **entries;
	char *value;
	int count;

	count = scandir(SETTINGS, &entries, visible, alphasort);
	for (int i = 0; i < count; i++) {
		snprintf(path, sizeof(path), SETTINGS "/%s",
			 entries[i]->d_name);
		value = read_line(path);
		each(entries[i]->d_name, value, data);
		free(value);
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
}

static void print_setting(const char *name, const char *value, void *data)
{
	(void)data;
	printf("  net.qwave.%s = %s\n", name, value ? value : "(not readable)");
}

static void add_setting(const char *name, const char *value, void *data)
{
	add_json_string(data, name, value);
}

static void print_status(const struct status *status)
{
	printf("module:  %s", status->state);
	if (status->version)
		printf(", version %s", status->version);
	if (status->references >= 0)
		printf(", %d reference%s", status->references,
		       status->references == 1 ? "" : "s");
	putchar('\n');
	if (*status->reason)
		printf("reason:  %s\n", status->reason);
	if (!status->device)
		printf("device:  %s can be used\n", QWAVE_DEVICE);
	else if (status->device == -ENOENT)
		printf("device:  %s does not exist\n", QWAVE_DEVICE);
	else
		printf("device:  %s cannot be used: %s\n", QWAVE_DEVICE,
		       device_open_reason(status->device));
	if (!status->present)
		return;
	if (status->flows >= 0)
		printf("flows:   %d visible\n", status->flows);
	else
		printf("flows:   cannot be listed: %s\n",
		       flow_error(status->flows));
	printf("settings of this network namespace:\n");
	for_settings(print_setting, NULL);
}

static struct json_object *json_status(const struct status *status)
{
	struct json_object *object = json_object_new_object();
	struct json_object *device = json_object_new_object();
	struct json_object *settings = json_object_new_object();

	add_json_string(object, "module", status->state);
	add_json_bool(object, "loaded", status->present);
	add_json_string(object, "version", status->version);
	json_object_object_add(object, "references",
			       status->references < 0 ? NULL :
			       json_object_new_int(status->references));
	add_json_string(object, "reason",
			*status->reason ? status->reason : NULL);
	add_json_string(device, "path", QWAVE_DEVICE);
	add_json_bool(device, "present", status->device != -ENOENT);
	add_json_bool(device, "usable", !status->device);
	add_json_string(device, "error", status->device ?
			device_open_reason(status->device) : NULL);
	json_object_object_add(object, "device", device);
	json_object_object_add(object, "flows", status->flows < 0 ? NULL :
			       json_object_new_int(status->flows));
	for_settings(add_setting, settings);
	json_object_object_add(object, "settings", settings);
	return object;
}

int cmd_status(int argc, char *argv[])
{
	struct status status;
	bool json = false;
	int option, err;

	while ((option = getopt_long(argc, argv, "jh", options, NULL)) >= 0) {
		if (option == 'h')
			return print_help(status_help);
		if (option != 'j')
			return try_help("status");
		json = true;
	}
	if (optind < argc)
		return bad_usage("status", "unexpected argument '%s'",
				 argv[optind]);

	get_status(&status);
	if (json) {
		err = print_json(json_status(&status));
	} else {
		print_status(&status);
		err = print_help("");
	}
	if (!err && (!status.present || status.device))
		err = STATUS_FAILURE;
	free(status.version);
	return err;
}
