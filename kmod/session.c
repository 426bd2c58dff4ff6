// SPDX-License-Identifier: GPL-2.0-only
/*
 * A session: what QOSCreateHandle returns, one open file. Its flows end with it.
 */
#include <linux/cred.h>
#include <linux/pid.h>
#include <linux/slab.h>

#include "internal.h"

/**
 * qwave_session_create() - a session for the calling process
 *
 * Context: process context, may sleep.
 * Return: the session with one reference, or NULL without memory.
 */
struct qwave_session *qwave_session_create(void)
{
	struct qwave_session *session;

	session = kzalloc(sizeof(*session), GFP_KERNEL_ACCOUNT);
	if (!session)
		return NULL;
	session->user = qwave_policy_user_get(current_euid());
	if (!session->user) {
		kfree(session);
		return NULL;
	}
	refcount_set(&session->refs, 1);
	spin_lock_init(&session->lock);
	INIT_LIST_HEAD(&session->flows);
	session->pid = get_task_pid(current, PIDTYPE_TGID);
	get_task_comm(session->comm, current->group_leader);
	return session;
}

void qwave_session_get(struct qwave_session *session)
{
	refcount_inc(&session->refs);
}

/* Any context: a flow's last reference may end in softirq. */
void qwave_session_put(struct qwave_session *session)
{
	if (!refcount_dec_and_test(&session->refs))
		return;
	put_pid(session->pid);
	qwave_policy_user_put(session->user);
	kfree(session);
}

bool qwave_session_is_shut(const struct qwave_session *session)
{
	return READ_ONCE(session->shut);
}

static struct qwave_flow *qwave_session_first(struct qwave_session *session)
{
	struct qwave_flow *flow;

	spin_lock_bh(&session->lock);
	flow = list_first_entry_or_null(&session->flows, struct qwave_flow,
					session_node);
	/* A flow in the list has the reference it was born with. */
	if (flow)
		refcount_inc(&flow->refs);
	spin_unlock_bh(&session->lock);
	return flow;
}

/**
 * qwave_session_shutdown() - end every flow, and let no new one in
 * @session: the session
 *
 * Context: process context, may sleep.
 */
void qwave_session_shutdown(struct qwave_session *session)
{
	struct qwave_flow *flow;

	spin_lock_bh(&session->lock);
	WRITE_ONCE(session->shut, true);
	spin_unlock_bh(&session->lock);

	while ((flow = qwave_session_first(session))) {
		qwave_flow_end(flow);
		qwave_flow_put(flow);
	}
}
