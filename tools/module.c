// SPDX-License-Identifier: GPL-2.0-only
/* qosctl load, unload: the kernel module, through libkmod */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <libkmod.h>
#include <sys/utsname.h>

#include "module.h"
#include "qosctl.h"

static const char load_help[] =
"Usage: qosctl load [--root DIR]\n"
"\n"
"Loads the kernel module qwave and what it depends on. When that fails, says\n"
"why: not installed or not built for this kernel, signature refused, missing\n"
"kernel option or symbol, no permission. Succeeds when it is loaded already.\n"
"\n"
"      --root DIR   look under DIR/lib/modules\n"
"  -h, --help       this text\n"
"\n"
"Exit status: 0 ok, 1 failure, 2 usage.\n";

static const char unload_help[] =
"Usage: qosctl unload\n"
"\n"
"Unloads the kernel module qwave. While it is in use that is refused; the\n"
"message says by how many references and by which processes. Succeeds when it\n"
"is not loaded.\n"
"\n"
"  -h, --help    this text\n"
"\n"
"Exit status: 0 ok, 1 failure, 2 usage.\n";

static const struct option options[] = {
	{ "help", no_argument, NULL, 'h' },
	{ "root", required_argument, NULL, 'r' },
	{ 0 },
};

/* libkmod's own messages would say it a second time, and less clearly. */
static void no_log(void *data, int priority, const char *file, int line,
		   const char *function, const char *format, va_list args)
{
	(void)data;
	(void)priority;
	(void)file;
	(void)line;
	(void)function;
	(void)format;
	(void)args;
}

/* @root is "" for the running system. */
int module_open(struct module *module, const char *root)
{
	struct kmod_list *found = NULL;
	struct utsname kernel;
	char path[PATH_MAX];

	*module = (struct module){ 0 };
	uname(&kernel);
	snprintf(path, sizeof(path), "%s/lib/modules/%s", root,
		 kernel.release);
	module->kmod = kmod_new(*root ? path : NULL, NULL);
	if (!module->kmod)
		return -ENOMEM;
	kmod_set_log_fn(module->kmod, no_log, NULL);
	if (!kmod_module_new_from_lookup(module->kmod, MODULE_NAME, &found) &&
	    found)
		module->found = kmod_module_get_module(found);
	kmod_module_unref_list(found);
	/* A loaded module needs no file. */
	return kmod_module_new_from_name(module->kmod, MODULE_NAME,
					 &module->named);
}

void module_close(struct module *module)
{
	kmod_module_unref(module->found);
	kmod_module_unref(module->named);
	kmod_unref(module->kmod);
}

/* A KMOD_MODULE_ state, or negative when it is neither loaded nor built in. */
int module_state(const struct module *module)
{
	int state = module->found ? kmod_module_get_initstate(module->found) :
		-ENOENT;

	return state < 0 ? kmod_module_get_initstate(module->named) : state;
}

/* A field of modinfo(8), to be freed, or NULL. */
char *module_info(const struct module *module, const char *key)
{
	struct kmod_list *info = NULL, *entry;
	char *value = NULL;

	if (!module->found || kmod_module_get_info(module->found, &info) < 0)
		return NULL;
	kmod_list_foreach(entry, info) {
		if (!value && !strcmp(kmod_module_info_get_key(entry), key))
			value = strdup(kmod_module_info_get_value(entry));
	}
	kmod_module_info_free_list(info);
	return value;
}

/* Positions at the end of the kernel's log; -1 for who may not read it. */
static int log_open(void)
{
	int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	if (fd >= 0)
		lseek(fd, 0, SEEK_END);
	return fd;
}

/* What the kernel said of the module since log_open(), joined by "; ". */
static void log_read(int fd, char *to, size_t size)
{
	char record[4096], *text, *end;
	ssize_t length;
	size_t used = 0;

	*to = '\0';
	while (fd >= 0 && used < size) {
		length = read(fd, record, sizeof(record) - 1);
		if (length < 0 && errno == EPIPE)
			continue;
		if (length <= 0)
			break;
		record[length] = '\0';
		text = strchr(record, ';');
		if (!text || !strstr(text, MODULE_NAME))
			continue;
		end = strchr(++text, '\n');
		if (end)
			*end = '\0';
		make_printable(text);
		used += snprintf(to + used, size - used, "%s%s",
				 used ? "; " : "", text);
	}
	if (fd >= 0)
		close(fd);
}

static int insert(const struct module *module)
{
	char reason[REASON_TEXT], log[1024];
	char *vermagic;
	int fd, err;

	fd = log_open();
	err = kmod_module_probe_insert_module(module->found, 0, NULL, NULL,
					      NULL, NULL);
	log_read(fd, log, sizeof(log));
	if (!err)
		return STATUS_OK;
	/* A stranger's file needs no opening to know that he may not load. */
	if (!reason_may_load())
		err = -EPERM;
	vermagic = module_info(module, "vermagic");
	reason_load(reason, kmod_module_get_path(module->found), vermagic,
		    err, log);
	free(vermagic);
	return fail("cannot load qwave: %s", reason);
}

int cmd_load(int argc, char *argv[])
{
	const char *root = "";
	char reason[REASON_TEXT];
	struct module module;
	int option, err;

	while ((option = getopt_long(argc, argv, "h", options, NULL)) >= 0) {
		if (option == 'h')
			return print_help(load_help);
		if (option != 'r')
			return try_help("load");
		root = optarg;
	}
	if (optind < argc)
		return bad_usage("load", "unexpected argument '%s'",
				 argv[optind]);

	err = module_open(&module, root);
	if (err) {
		err = fail("cannot load qwave: %s", strerror(-err));
	} else if (module_state(&module) == KMOD_MODULE_BUILTIN ||
		   module_state(&module) == KMOD_MODULE_LIVE) {
		err = STATUS_OK;
	} else if (!module.found) {
		reason_not_found(reason, root);
		err = fail("cannot load qwave: %s", reason);
	} else {
		err = insert(&module);
	}
	module_close(&module);
	return err;
}

static bool has_device_open(const char *pid)
{
	char path[PATH_MAX], link[sizeof(QWAVE_DEVICE) + 1];
	struct dirent *entry;
	bool found = false;
	ssize_t length;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%s/fd", pid);
	dir = opendir(path);
	if (!dir)
		return false;
	while (!found && (entry = readdir(dir))) {
		length = readlinkat(dirfd(dir), entry->d_name, link,
				    sizeof(link));
		found = length == (ssize_t)strlen(QWAVE_DEVICE) &&
			!memcmp(link, QWAVE_DEVICE, length);
	}
	closedir(dir);
	return found;
}

/* "; open in iperf3 (12), python3 (34)": as far as this user may look. */
static void append_users(char *text, size_t size)
{
	size_t used = strlen(text);
	char path[PATH_MAX], comm[32];
	struct dirent *entry;
	bool any = false;
	FILE *file;
	DIR *dir;

	dir = opendir("/proc");
	if (!dir)
		return;
	while ((entry = readdir(dir)) && used < size) {
		if (!isdigit((unsigned char)entry->d_name[0]) ||
		    !has_device_open(entry->d_name))
			continue;
		snprintf(path, sizeof(path), "/proc/%s/comm", entry->d_name);
		file = fopen(path, "re");
		if (!file || !fgets(comm, sizeof(comm), file))
			strcpy(comm, "?");
		if (file)
			fclose(file);
		comm[strcspn(comm, "\n")] = '\0';
		make_printable(comm);
		used += snprintf(text + used, size - used, "%s%s (%s)",
				 any ? ", " : "; open in ", comm,
				 entry->d_name);
		any = true;
	}
	closedir(dir);
}

static void unload_reason(char *reason, size_t size,
			  const struct module *module, int error)
{
	char value = '0';
	int fd, uses;

	switch (error) {
	case -EAGAIN:
		uses = kmod_module_get_refcnt(module->named);
		snprintf(reason, size, "it is in use by %d reference%s", uses,
			 uses == 1 ? "" : "s");
		append_users(reason, size);
		break;
	case -EBUSY:
		snprintf(reason, size, "it is being loaded or unloaded already");
		break;
	case -EPERM:
		fd = open("/proc/sys/kernel/modules_disabled",
			  O_RDONLY | O_CLOEXEC);
		if (fd >= 0 && read(fd, &value, 1) != 1)
			value = '0';
		if (fd >= 0)
			close(fd);
		snprintf(reason, size, "%s", value == '1' ?
			 "kernel.modules_disabled is 1" :
			 "no permission: it needs CAP_SYS_MODULE; become root");
		break;
	default:
		snprintf(reason, size, "%s", strerror(-error));
	}
}

int cmd_unload(int argc, char *argv[])
{
	char reason[REASON_TEXT];
	struct module module;
	int option, state, err;

	while ((option = getopt_long(argc, argv, "h", options, NULL)) >= 0) {
		if (option == 'h')
			return print_help(unload_help);
		if (option == 'r')
			return bad_usage("unload", "--root has no meaning here");
		return try_help("unload");
	}
	if (optind < argc)
		return bad_usage("unload", "unexpected argument '%s'",
				 argv[optind]);

	err = module_open(&module, "");
	state = err ? err : module_state(&module);
	if (err) {
		err = fail("cannot unload qwave: %s", strerror(-err));
	} else if (state == KMOD_MODULE_BUILTIN) {
		err = fail("cannot unload qwave: it is built into this kernel");
	} else if (state < 0) {
		err = STATUS_OK;
	} else {
		err = kmod_module_remove_module(module.named,
						KMOD_REMOVE_NOLOG);
		if (err) {
			unload_reason(reason, sizeof(reason), &module, err);
			err = fail("cannot unload qwave: %s", reason);
		}
	}
	module_close(&module);
	return err;
}
