/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel module as libkmod sees it: for module.c and status.c. */
#ifndef QOSCTL_MODULE_H
#define QOSCTL_MODULE_H

struct kmod_ctx;
struct kmod_module;

struct module {
	struct kmod_ctx *kmod;
	struct kmod_module *found;	/* its file; NULL: not installed */
	struct kmod_module *named;	/* by name only */
};

int module_open(struct module *module, const char *root);
void module_close(struct module *module);
int module_state(const struct module *module);
char *module_info(const struct module *module, const char *key);

#endif /* QOSCTL_MODULE_H */
