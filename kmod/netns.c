// SPDX-License-Identifier: GPL-2.0-only
/*
 * State of a network namespace, and its sysctls under net/qwave.
 */
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/sysctl.h>
#include <linux/user_namespace.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>

#include "internal.h"

#define QWAVE_PRIORITY_MAX	15
#define QWAVE_ARRAY_MAX		QWAVE_TYPE_COUNT

unsigned int qwave_net_id __read_mostly;

static int qwave_dscp_max = QWAVE_DSCP_MAX;
static int qwave_priority_max = QWAVE_PRIORITY_MAX;

struct qwave_net *qwave_net(const struct net *net)
{
	return net_generic(net, qwave_net_id);
}

/* Several numbers at once: all of them are good, or nothing is changed. */
static int qwave_sysctl_array(qwave_ctl_table *table, int write, void *buffer,
			      size_t *lenp, loff_t *ppos)
{
	int i, err, *data = table->data, values[QWAVE_ARRAY_MAX];
	struct ctl_table local = *table;

	if (WARN_ON_ONCE(table->maxlen > sizeof(values)))
		return -EINVAL;
	memcpy(values, data, table->maxlen);
	local.data = values;
	err = proc_dointvec_minmax(&local, write, buffer, lenp, ppos);
	if (err || !write)
		return err;
	for (i = 0; i < table->maxlen / sizeof(*data); i++)
		WRITE_ONCE(data[i], values[i]);
	return 0;
}

/* The data pointers are those of init_qwave_net and are moved for every other. */
static struct qwave_net qwave_net_template = {
	.tables = {
		.dscp = {
			[QWAVE_TYPE_BEST_EFFORT] = 0,
			[QWAVE_TYPE_BACKGROUND] = 8,
			[QWAVE_TYPE_EXCELLENT_EFFORT] = 40,
			[QWAVE_TYPE_AUDIO_VIDEO] = 40,
			[QWAVE_TYPE_VOICE] = 56,
			[QWAVE_TYPE_CONTROL] = 56,
		},
		/*
		 * Chosen so that pfifo_fast and prio, whose band map puts
		 * priority 5 last, serve a type no worse than its name says.
		 */
		.priority = {
			[QWAVE_TYPE_BEST_EFFORT] = 0,
			[QWAVE_TYPE_BACKGROUND] = 2,
			[QWAVE_TYPE_EXCELLENT_EFFORT] = 4,
			[QWAVE_TYPE_AUDIO_VIDEO] = 6,
			[QWAVE_TYPE_VOICE] = 6,
			[QWAVE_TYPE_CONTROL] = 7,
		},
	},
	.mark = 1,
	.max_flows_session = 65536,
	.max_members_user = 262144,
	.max_members_net = 1048576,
	.dscp_group_range = { 1, 0 },
};

#define QWAVE_SYSCTL(name, field, access, handler, low, high)	\
	{							\
		.procname = name,				\
		.data = &qwave_net_template.field,		\
		.maxlen = sizeof(qwave_net_template.field),	\
		.mode = access,					\
		.proc_handler = handler,			\
		.extra1 = low,					\
		.extra2 = high,					\
	}

static const struct ctl_table qwave_sysctls[] = {
	QWAVE_SYSCTL("mark", mark, 0644, proc_dointvec_minmax,
		     SYSCTL_ZERO, SYSCTL_ONE),
	QWAVE_SYSCTL("strict_addresses", strict_addresses, 0644,
		     proc_dointvec_minmax, SYSCTL_ZERO, SYSCTL_ONE),
	QWAVE_SYSCTL("dscp", tables.dscp, 0644, qwave_sysctl_array,
		     SYSCTL_ZERO, &qwave_dscp_max),
	QWAVE_SYSCTL("priority", tables.priority, 0644, qwave_sysctl_array,
		     SYSCTL_ZERO, &qwave_priority_max),
	QWAVE_SYSCTL("dscp_group_range", dscp_group_range, 0644,
		     qwave_sysctl_array, SYSCTL_ZERO, SYSCTL_INT_MAX),
	QWAVE_SYSCTL("max_flows_session", max_flows_session, 0644,
		     proc_dointvec_minmax, SYSCTL_ZERO, SYSCTL_INT_MAX),
	QWAVE_SYSCTL("max_members_user", max_members_user, 0644,
		     proc_dointvec_minmax, SYSCTL_ZERO, SYSCTL_INT_MAX),
	QWAVE_SYSCTL("max_members_net", max_members_net, 0644,
		     proc_dointvec_minmax, SYSCTL_ZERO, SYSCTL_INT_MAX),
};

/* Older kernels look for an empty entry at the end. */
#define QWAVE_SYSCTL_SLOTS	(ARRAY_SIZE(qwave_sysctls) + 1)

/* A limit would be none if the administrator of a container could raise it. */
static bool qwave_sysctl_is_limit(const struct ctl_table *entry)
{
	return !strncmp(entry->procname, "max_", 4);
}

static int qwave_sysctl_register(struct qwave_net *qn)
{
	struct ctl_table *table;
	int i;

	table = kcalloc(QWAVE_SYSCTL_SLOTS, sizeof(*table), GFP_KERNEL_ACCOUNT);
	if (!table)
		return -ENOMEM;
	memcpy(table, qwave_sysctls, sizeof(qwave_sysctls));
	for (i = 0; i < ARRAY_SIZE(qwave_sysctls); i++) {
		table[i].data += (void *)qn - (void *)&qwave_net_template;
		if (qwave_sysctl_is_limit(&table[i]) &&
		    qn->net->user_ns != &init_user_ns)
			table[i].mode = 0444;
	}
	qn->sysctl = register_net_sysctl_sz(qn->net, "net/qwave", table,
					    ARRAY_SIZE(qwave_sysctls));
	if (!qn->sysctl) {
		kfree(table);
		return -ENOMEM;
	}
	return 0;
}

static void qwave_sysctl_unregister(struct qwave_net *qn)
{
	const struct ctl_table *table = qn->sysctl->ctl_table_arg;

	unregister_net_sysctl_table(qn->sysctl);
	kfree(table);
}

/*
 * A new namespace starts with what the administrator set in the initial one;
 * group ids mean something else in it.
 */
static void qwave_net_inherit(struct qwave_net *qn)
{
	const struct qwave_net *from = &qwave_net_template;

	if (!net_eq(qn->net, &init_net))
		from = qwave_net(&init_net);
	qn->tables = from->tables;
	qn->mark = READ_ONCE(from->mark);
	qn->strict_addresses = READ_ONCE(from->strict_addresses);
	qn->max_flows_session = READ_ONCE(from->max_flows_session);
	qn->max_members_user = READ_ONCE(from->max_members_user);
	qn->max_members_net = READ_ONCE(from->max_members_net);
	qn->dscp_group_range[0] = qwave_net_template.dscp_group_range[0];
	qn->dscp_group_range[1] = qwave_net_template.dscp_group_range[1];
}

static int __net_init qwave_net_init(struct net *net)
{
	struct qwave_net *qn = qwave_net(net);

	qn->net = net;
	qwave_net_inherit(qn);
	qwave_egress_init_net(qn);
	return qwave_sysctl_register(qn);
}

static void __net_exit qwave_net_exit(struct net *net)
{
	struct qwave_net *qn = qwave_net(net);

	qwave_sysctl_unregister(qn);
	qwave_egress_exit_net(qn);
}

static struct pernet_operations qwave_net_ops = {
	.init = qwave_net_init,
	.exit = qwave_net_exit,
	.id = &qwave_net_id,
	.size = sizeof(struct qwave_net),
};

int __init qwave_netns_init(void)
{
	return register_pernet_subsys(&qwave_net_ops);
}

void qwave_netns_exit(void)
{
	unregister_pernet_subsys(&qwave_net_ops);
}
