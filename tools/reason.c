// SPDX-License-Identifier: GPL-2.0-only
/* Why the module cannot be loaded, in words that say what to do. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <linux/capability.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>

#include "qosctl.h"

/* Kernel options without which qwave cannot work. */
static const char *const needed_options[] = {
	"CONFIG_MODULES", "CONFIG_NET", "CONFIG_INET", "CONFIG_NETFILTER",
};

#define NEEDED_OPTIONS (sizeof(needed_options) / sizeof(needed_options[0]))

#define SECURE_BOOT "/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"

static void __attribute__((format(printf, 2, 3)))
append(char reason[static REASON_TEXT], const char *format, ...)
{
	size_t used = strlen(reason);
	va_list args;

	va_start(args, format);
	vsnprintf(reason + used, REASON_TEXT - used, format, args);
	va_end(args);
}

static ssize_t read_small(const char *path, char *to, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t length;

	if (fd < 0)
		return -errno;
	length = read(fd, to, size - 1);
	close(fd);
	if (length < 0)
		return -EIO;
	to[length] = '\0';
	return length;
}

/* Looks for qwave.ko, also compressed, in @path and below. */
static bool holds_module(const char *path, int depth)
{
	bool found = false;
	struct dirent *entry;
	char below[PATH_MAX];
	DIR *dir;

	dir = opendir(path);
	if (!dir)
		return false;
	while (!found && (entry = readdir(dir))) {
		if (!strncmp(entry->d_name, MODULE_NAME ".ko",
			     strlen(MODULE_NAME ".ko")))
			found = true;
		else if (entry->d_type == DT_DIR && depth &&
			 entry->d_name[0] != '.' &&
			 snprintf(below, sizeof(below), "%s/%s", path,
				  entry->d_name) < (int)sizeof(below))
			found = holds_module(below, depth - 1);
	}
	closedir(dir);
	return found;
}

#define MODULE_DEPTH 8

/* Appends the kernels that have the module; returns whether there are any. */
static bool append_other_kernels(char reason[static REASON_TEXT],
				 const char *root, const char *release)
{
	char path[PATH_MAX];
	struct dirent *entry;
	bool any = false;
	DIR *dir;

	snprintf(path, sizeof(path), "%s/lib/modules", root);
	dir = opendir(path);
	if (!dir)
		return false;
	while ((entry = readdir(dir))) {
		if (entry->d_name[0] == '.' || !strcmp(entry->d_name, release))
			continue;
		if (snprintf(path, sizeof(path), "%s/lib/modules/%s", root,
			     entry->d_name) >= (int)sizeof(path) ||
		    !holds_module(path, MODULE_DEPTH))
			continue;
		append(reason, "%s%s", any ? ", " :
		       "; it is there for other kernels: ", entry->d_name);
		any = true;
	}
	closedir(dir);
	return any;
}

void reason_not_found(char reason[static REASON_TEXT], const char *root)
{
	struct utsname kernel;
	char path[PATH_MAX];
	bool elsewhere;

	uname(&kernel);
	*reason = '\0';
	snprintf(path, sizeof(path), "%s/lib/modules/%s", root,
		 kernel.release);
	if (holds_module(path, MODULE_DEPTH)) {
		append(reason, "%s has the module but its index does not name it: run 'depmod %s'",
		       path, kernel.release);
		return;
	}
	append(reason, "not installed for this kernel: %s %s", path,
	       access(path, F_OK) ? "does not exist" : "has no qwave.ko");
	elsewhere = append_other_kernels(reason, root, kernel.release);

	snprintf(path, sizeof(path), "%s/var/lib/dkms/qwave", root);
	if (!access(path, F_OK)) {
		append(reason, "; dkms knows it: run 'dkms autoinstall -k %s'",
		       kernel.release);
		snprintf(path, sizeof(path), "%s/lib/modules/%s/build", root,
			 kernel.release);
		if (access(path, F_OK))
			append(reason, " after installing this kernel's headers, which are missing");
	} else {
		append(reason, "; build it%s with dkms ('make dkms-install' in qwave's sources) or 'make modules'",
		       elsewhere ? " for this one" : "");
	}
}

/* Whether this process has CAP_SYS_MODULE. */
bool reason_may_load(void)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = { 0 };

	if (syscall(SYS_capget, &header, data))
		return false;
	return data[0].effective & (1U << CAP_SYS_MODULE);
}

static bool secure_boot(void)
{
	char value[8];

	/* Four bytes of attributes, then the value. */
	return read_small(SECURE_BOOT, value, sizeof(value)) == 5 && value[4];
}

static bool locked_down(char mode[static 64])
{
	const char *chosen;
	char line[128];

	if (read_small("/sys/kernel/security/lockdown", line,
		       sizeof(line)) <= 0)
		return false;
	chosen = strchr(line, '[');
	if (!chosen || sscanf(chosen, "[%63[^]]", mode) != 1)
		return false;
	return strcmp(mode, "none");
}

static void append_refusal(char reason[static REASON_TEXT])
{
	char value[16], mode[64];

	if (!reason_may_load())
		append(reason, "no permission: it needs CAP_SYS_MODULE; become root");
	else if (read_small("/proc/sys/kernel/modules_disabled", value,
			    sizeof(value)) > 0 && *value == '1')
		append(reason, "this kernel loads no module until the next boot (kernel.modules_disabled is 1)");
	else if (locked_down(mode))
		append(reason, "signature: the kernel is locked down (%s%s) and takes only signed modules",
		       mode, secure_boot() ? ", Secure Boot" : "");
	else
		append(reason, "no permission: a security module or the container forbids it");
}

static void append_signature(char reason[static REASON_TEXT], int error)
{
	append(reason, "signature: %s, and this kernel takes only modules signed by a key that it trusts",
	       error == -EBADMSG ? "the module's signature is damaged" :
	       error == -EKEYEXPIRED ? "the key of the module's signature has expired" :
	       error == -EKEYREVOKED ? "the key of the module's signature was revoked" :
	       "the module has none or its key is unknown");
	append(reason, "%s; sign it and enrol the key ('mokutil --import')",
	       secure_boot() ? " (Secure Boot is on)" :
	       " (module.sig_enforce or the kernel's configuration)");
}

static void append_format(char reason[static REASON_TEXT],
			  const char *vermagic, const char *log)
{
	struct utsname kernel;
	size_t length;

	uname(&kernel);
	length = strlen(kernel.release);
	if (!vermagic)
		append(reason, "the file is no module for this machine (%s)",
		       kernel.machine);
	else if (strncmp(vermagic, kernel.release, length) ||
		 (vermagic[length] && vermagic[length] != ' '))
		append(reason, "not built for this kernel: the module's version magic is '%s', this kernel is '%s'; build it again",
		       vermagic, kernel.release);
	else if (strstr(log, "version magic"))
		append(reason, "not built for this kernel's configuration: the module's version magic is '%s'",
		       vermagic);
	else
		append(reason, "the kernel does not accept the file's format");
}

static void append_options(char reason[static REASON_TEXT])
{
	struct utsname kernel;
	char path[PATH_MAX], line[256];
	bool have[NEEDED_OPTIONS] = { 0 };
	FILE *config;

	uname(&kernel);
	snprintf(path, sizeof(path), "/boot/config-%s", kernel.release);
	config = fopen(path, "re");
	if (!config)
		return;
	while (fgets(line, sizeof(line), config)) {
		for (size_t i = 0; i < NEEDED_OPTIONS; i++) {
			size_t length = strlen(needed_options[i]);

			if (!strncmp(line, needed_options[i], length) &&
			    line[length] == '=')
				have[i] = true;
		}
	}
	fclose(config);
	for (size_t i = 0; i < NEEDED_OPTIONS; i++)
		if (!have[i])
			append(reason, "; the kernel was built without %s",
			       needed_options[i]);
}

/*
 * Says why loading @path failed with @error. @log holds what the kernel said
 * meanwhile, @vermagic may be NULL.
 */
void reason_load(char reason[static REASON_TEXT], const char *path,
		 const char *vermagic, int error, const char *log)
{
	*reason = '\0';
	switch (error) {
	case -EPERM:
	case -EACCES:
		append_refusal(reason);
		break;
	case -ENOKEY:
	case -EKEYREJECTED:
	case -EKEYEXPIRED:
	case -EKEYREVOKED:
	case -EBADMSG:
	case -ENOPKG:
		append_signature(reason, error);
		break;
	case -ENOEXEC:
		append_format(reason, vermagic, log);
		break;
	case -ENOENT:
		append(reason, "the kernel or another module lacks something that it needs");
		append_options(reason);
		break;
	case -EINVAL:
		append(reason, "%s", strstr(log, "disagrees about version") ?
		       "not built for this kernel: symbol versions differ; build it again" :
		       "the module or its options were refused");
		break;
	case -EBUSY:
		append(reason, "it is being loaded or unloaded already");
		break;
	default:
		append(reason, "%s", strerror(-error));
	}
	append(reason, " (%s)", path ? path : "no file");
	if (*log)
		append(reason, "; the kernel says: %s", log);
}
