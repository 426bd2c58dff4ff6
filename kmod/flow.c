// SPDX-License-Identifier: GPL-2.0-only
/*
 * Flows and what can be done with them: the rules of the Windows functions, each
 * in one place, for every way in.
 */
#include <linux/bitfield.h>
#include <linux/mm.h>
#include <linux/net.h>
#include <linux/slab.h>
#include <linux/user_namespace.h>
#include <linux/xarray.h>
#include <net/net_namespace.h>
#include <net/sock.h>

#include "internal.h"

static struct kmem_cache *qwave_flow_cache;

/*
 * Flows by id. Ids are given out in turn, so that one that has ended is not
 * soon the name of another.
 */
static DEFINE_XARRAY_FLAGS(qwave_flows, XA_FLAGS_ALLOC1 | XA_FLAGS_LOCK_BH |
					XA_FLAGS_ACCOUNT);
static u32 qwave_flow_next_id;

static void qwave_flow_free(struct qwave_flow *flow)
{
	free_percpu(flow->stats);
	put_user_ns(flow->user_ns);
	qwave_session_put(flow->session);
	kmem_cache_free(qwave_flow_cache, flow);
}

static void qwave_flow_free_rcu(struct rcu_head *rcu)
{
	qwave_flow_free(container_of(rcu, struct qwave_flow, rcu));
}

/* Any context. */
void qwave_flow_put(struct qwave_flow *flow)
{
	if (refcount_dec_and_test(&flow->refs))
		call_rcu(&flow->rcu, qwave_flow_free_rcu);
}

/**
 * qwave_flow_get() - a flow by its id
 * @id: the id
 *
 * Return: a reference, or NULL. The flow may end at any time.
 */
struct qwave_flow *qwave_flow_get(u32 id)
{
	struct qwave_flow *flow;

	rcu_read_lock();
	flow = xa_load(&qwave_flows, id);
	if (flow && !refcount_inc_not_zero(&flow->refs))
		flow = NULL;
	rcu_read_unlock();
	return flow;
}

/**
 * qwave_flow_next() - walk over all flows
 * @id: in: the smallest id wanted; out: the id found
 *
 * Context: under rcu_read_lock().
 * Return: the flow, or NULL behind the last.
 */
struct qwave_flow *qwave_flow_next(unsigned long *id)
{
	return xa_find(&qwave_flows, id, ULONG_MAX, XA_PRESENT);
}

static struct qwave_flow *qwave_flow_get_own(struct qwave_session *session,
					     u32 id)
{
	struct qwave_flow *flow = qwave_flow_get(id);

	if (flow && flow->session != session) {
		qwave_flow_put(flow);
		flow = NULL;
	}
	return flow;
}

/**
 * qwave_flow_dying() - the last member is gone
 * @flow: the flow
 *
 * Context: under qwave_member_lock.
 */
void qwave_flow_dying(struct qwave_flow *flow)
{
	struct qwave_session *session = flow->session;

	lockdep_assert_held(&qwave_member_lock);
	flow->dead = true;
	spin_lock(&session->lock);
	list_del(&flow->session_node);
	session->flow_count--;
	spin_unlock(&session->lock);
	xa_erase_bh(&qwave_flows, flow->id);
	qwave_flow_put(flow);
}

void qwave_flow_end(struct qwave_flow *flow)
{
	qwave_member_remove(flow, NULL);
}

/*
 * The first member is in place: let the flow be found. Called under
 * qwave_member_lock; the id was reserved, so storing it cannot fail.
 */
static int qwave_flow_publish(struct qwave_flow *flow)
{
	const struct qwave_net *qn = qwave_net(flow->net);
	struct qwave_session *session = flow->session;
	int err = 0;

	spin_lock(&session->lock);
	if (session->shut)
		err = -ECANCELED;
	else if (session->flow_count >= READ_ONCE(qn->max_flows_session))
		err = -ENOSPC;
	if (!err) {
		refcount_inc(&flow->refs);
		session->flow_count++;
		list_add_tail(&flow->session_node, &session->flows);
		xa_store_bh(&qwave_flows, flow->id, flow, 0);
	}
	spin_unlock(&session->lock);
	return err;
}

static struct qwave_flow *qwave_flow_alloc(struct qwave_session *session,
					   struct net *net,
					   const struct qwave_add_socket *arg)
{
	struct qwave_flow *flow;

	flow = kmem_cache_zalloc(qwave_flow_cache, GFP_KERNEL_ACCOUNT);
	if (!flow)
		return NULL;
	flow->stats = alloc_percpu_gfp(struct qwave_stats, GFP_KERNEL_ACCOUNT);
	if (!flow->stats)
		goto err_stats;
	if (xa_alloc_cyclic_bh(&qwave_flows, &flow->id, NULL,
			       XA_LIMIT(1, INT_MAX), &qwave_flow_next_id,
			       GFP_KERNEL_ACCOUNT) < 0)
		goto err_id;

	refcount_set(&flow->refs, 1);
	spin_lock_init(&flow->lock);
	INIT_LIST_HEAD(&flow->members);
	qwave_session_get(session);
	flow->session = session;
	flow->net = net;
	flow->user_ns = get_user_ns(net->user_ns);
	flow->adaptive = !(arg->flags & QWAVE_ADD_NON_ADAPTIVE);
	flow->mark = qwave_mark_set_type(0, arg->traffic_type);
	/* Nothing admits an adaptive flow without a rate. */
	if (flow->adaptive)
		flow->mark |= QWAVE_MARK_WITHHELD;
	return flow;

err_id:
	free_percpu(flow->stats);
err_stats:
	kmem_cache_free(qwave_flow_cache, flow);
	return NULL;
}

static int qwave_flow_create(struct qwave_session *session, struct sock *sk,
			     struct qwave_add_socket *arg)
{
	struct qwave_flow *flow;
	int err;

	if (arg->traffic_type >= QWAVE_TYPE_COUNT)
		return -EINVAL;
	flow = qwave_flow_alloc(session, sock_net(sk), arg);
	if (!flow)
		return -ENOMEM;
	err = qwave_member_add(flow, sk, &arg->dest, qwave_flow_publish);
	if (err)
		xa_erase_bh(&qwave_flows, flow->id);
	else
		arg->out_flow_id = flow->id;
	qwave_flow_put(flow);
	return err;
}

/* Only non-adaptive flows are shared, and the caller has to know that it is one. */
static int qwave_flow_join(struct qwave_session *session, struct sock *sk,
			   struct qwave_add_socket *arg)
{
	struct qwave_flow *flow = qwave_flow_get_own(session, arg->flow_id);
	int err = -EINVAL;

	if (!flow)
		return err;
	if (!flow->adaptive && arg->flags & QWAVE_ADD_NON_ADAPTIVE)
		err = qwave_member_add(flow, sk, &arg->dest, NULL);
	if (!err)
		arg->out_flow_id = flow->id;
	qwave_flow_put(flow);
	return err;
}

/**
 * qwave_flow_add_socket() - QOSAddSocketToFlow
 * @session: the caller's
 * @sock: the socket; the caller holds its file
 * @arg: see struct qwave_add_socket
 *
 * Return: 0 or an error of QWAVE_ADD_SOCKET.
 */
int qwave_flow_add_socket(struct qwave_session *session, struct socket *sock,
			  struct qwave_add_socket *arg)
{
	if (arg->flags & ~QWAVE_ADD_NON_ADAPTIVE)
		return -EINVAL;
	if (arg->flow_id)
		return qwave_flow_join(session, sock->sk, arg);
	return qwave_flow_create(session, sock->sk, arg);
}

/**
 * qwave_flow_remove_socket() - QOSRemoveSocketFromFlow
 * @session: the caller's
 * @sock: the socket, or NULL for the whole flow
 * @flow_id: the flow
 *
 * Return: 0 or -ENOENT.
 */
int qwave_flow_remove_socket(struct qwave_session *session,
			     struct socket *sock, u32 flow_id)
{
	struct qwave_flow *flow = qwave_flow_get_own(session, flow_id);
	bool found;

	if (!flow)
		return -ENOENT;
	found = qwave_member_remove(flow, sock ? sock->sk : NULL);
	qwave_flow_put(flow);
	return found ? 0 : -ENOENT;
}

static void qwave_flow_set_mark(struct qwave_flow *flow,
				const struct qwave_set_flow *arg)
{
	u32 word;

	spin_lock(&flow->lock);
	if (arg->operation == QWAVE_SET_DSCP)
		word = qwave_mark_set_dscp(flow->mark, arg->dscp);
	else
		word = qwave_mark_set_type(flow->mark, arg->traffic_type);
	WRITE_ONCE(flow->mark, word);
	spin_unlock(&flow->lock);
}

static int qwave_flow_set_check(const struct qwave_set_flow *arg)
{
	if (arg->flags || !arg->flow_id)
		return -EINVAL;
	switch (arg->operation) {
	case QWAVE_SET_TRAFFIC_TYPE:
		return arg->traffic_type < QWAVE_TYPE_COUNT && !arg->dscp ?
			0 : -EINVAL;
	case QWAVE_SET_OUTGOING_RATE:
		return -EOPNOTSUPP;
	case QWAVE_SET_DSCP:
		return arg->dscp <= QWAVE_DSCP_MAX && !arg->traffic_type ?
			0 : -EINVAL;
	default:
		return -EINVAL;
	}
}

/**
 * qwave_flow_set() - QOSSetFlow
 * @session: the caller's
 * @arg: see struct qwave_set_flow
 *
 * Return: 0 or an error of QWAVE_SET_FLOW.
 */
int qwave_flow_set(struct qwave_session *session,
		   const struct qwave_set_flow *arg)
{
	struct qwave_flow *flow;
	int err;

	err = qwave_flow_set_check(arg);
	if (err && err != -EOPNOTSUPP)
		return err;
	flow = qwave_flow_get_own(session, arg->flow_id);
	if (!flow)
		return -ENOENT;
	if (!err && arg->operation == QWAVE_SET_DSCP) {
		if (flow->adaptive)
			err = -EOPNOTSUPP;
		else if (!qwave_policy_may_set_dscp(flow))
			err = -EPERM;
	}
	if (!err)
		qwave_flow_set_mark(flow, arg);
	qwave_flow_put(flow);
	return err;
}

/**
 * qwave_flow_mark() - what packets of a flow get now
 * @flow: the flow, referenced
 * @mark: result
 *
 * Return: false if the flow has ended.
 */
bool qwave_flow_mark(struct qwave_flow *flow, struct qwave_mark *mark)
{
	bool alive;

	spin_lock_bh(&qwave_member_lock);
	alive = !flow->dead;
	if (alive) {
		const struct qwave_net *qn = qwave_net(flow->net);
		u32 word = READ_ONCE(flow->mark);

		if (!READ_ONCE(qn->mark))
			word |= QWAVE_MARK_WITHHELD;
		*mark = qwave_mark_resolve(word, &qn->tables);
	}
	spin_unlock_bh(&qwave_member_lock);
	return alive;
}

static int qwave_flow_query_priority(struct qwave_flow *flow,
				     struct qwave_query_flow *arg)
{
	struct qwave_mark mark;

	if (!qwave_flow_mark(flow, &mark))
		return -ENOENT;
	arg->out_conformant_dscp = max(mark.dscp, 0);
	/* Neither a rate nor a verified on-link path: nothing else applies. */
	arg->out_nonconformant_dscp = 0;
	arg->out_conformant_l2 = 0;
	arg->out_nonconformant_l2 = 0;
	return 0;
}

/**
 * qwave_flow_query() - QOSQueryFlow
 * @session: the caller's
 * @arg: see struct qwave_query_flow
 *
 * Return: 0 or an error of QWAVE_QUERY_FLOW.
 */
int qwave_flow_query(struct qwave_session *session,
		     struct qwave_query_flow *arg)
{
	struct qwave_flow *flow;
	int err = -ENOENT;

	if (arg->flags & ~QWAVE_QUERY_FRESH || !arg->flow_id ||
	    arg->operation > QWAVE_QUERY_OUTGOING_RATE)
		return -EINVAL;
	flow = qwave_flow_get(arg->flow_id);
	if (!flow)
		return err;
	if (flow->session != session && !qwave_policy_may_see(flow))
		goto out;

	switch (arg->operation) {
	case QWAVE_QUERY_FUNDAMENTALS:
		err = -EOPNOTSUPP;
		break;
	case QWAVE_QUERY_PACKET_PRIORITY:
		err = qwave_flow_query_priority(flow, arg);
		break;
	case QWAVE_QUERY_OUTGOING_RATE:
		err = -ENODATA;
		break;
	}
out:
	qwave_flow_put(flow);
	return err;
}

static u32 qwave_flow_collect(const struct net *net, u32 *ids, u32 capacity)
{
	struct qwave_flow *flow;
	unsigned long id = 0;
	u32 count = 0;

	rcu_read_lock();
	for (; (flow = qwave_flow_next(&id)); id++) {
		if (flow->net != net && !net_eq(net, &init_net))
			continue;
		if (count < capacity)
			ids[count] = id;
		count++;
	}
	rcu_read_unlock();
	return count;
}

/**
 * qwave_flow_enumerate() - QOSEnumerateFlows
 * @net: the caller's namespace; the initial one sees the flows of all
 * @count: result: number of ids
 *
 * Return: the ids, to be freed by kvfree(), or an error pointer.
 */
u32 *qwave_flow_enumerate(const struct net *net, u32 *count)
{
	u32 capacity, *ids;

	if (!qwave_policy_may_enumerate(net))
		return ERR_PTR(-EPERM);

	/* Flows may come between counting and collecting. */
	capacity = qwave_flow_collect(net, NULL, 0);
	for (;;) {
		ids = kvmalloc_array(max(capacity, 1U), sizeof(*ids),
				     GFP_KERNEL_ACCOUNT);
		if (!ids)
			return ERR_PTR(-ENOMEM);
		*count = qwave_flow_collect(net, ids, capacity);
		if (*count <= capacity)
			return ids;
		kvfree(ids);
		capacity = *count + *count / 8;
	}
}

int qwave_flow_init(void)
{
	qwave_flow_cache = KMEM_CACHE(qwave_flow, 0);
	return qwave_flow_cache ? 0 : -ENOMEM;
}

/* After rcu_barrier(): every flow has been freed. */
void qwave_flow_exit(void)
{
	kmem_cache_destroy(qwave_flow_cache);
	xa_destroy(&qwave_flows);
}
