// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who is a member of what.
 *
 * A socket that joins its first flow gets an entry, and sk->sk_destruct is
 * replaced: exact notice when the socket dies, without a reference on it. A
 * reference on the file would keep a closed connection from sending its FIN; one
 * on the socket would keep its network namespace alive. The pointer is also what
 * tells a member's packets from everybody else's.
 *
 * Each membership, a socket and a destination, is a struct qwave_member. All are
 * in one table keyed by both. A socket that has just one needs no second lookup:
 * its entry points there.
 *
 * The entry outlives its last membership by as long as it takes to lock the
 * socket and put the old destructor back. It stays until the socket dies where
 * that cannot be done: when the last reference is gone already, and when somebody
 * else, as TLS offload does, saved our destructor and put his own on top.
 */
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/rhashtable.h>
#include <linux/slab.h>
#include <net/sock.h>

#include "member.h"

/* What one hold of qwave_member_lock may unlink. */
#define QWAVE_MEMBER_BATCH	32

struct qwave_sock {
	struct rhash_head node;
	struct sock *sk;
	qwave_destruct_t destruct;		/* what was there before us */
	/* The member, when there is just one. RCU, written under the lock. */
	struct qwave_member __rcu *only;
	/* The wildcard's. RCU, written under the lock. */
	struct qwave_member __rcu *any;
	union {
		struct list_head members;	/* qwave_member_lock */
		struct rcu_head rcu;		/* once unlinked */
	};
	u32 member_count;			/* qwave_member_lock */
	u32 backlog;				/* see qwave_origin_watch() */
	bool pinned;	/* written once, before the entry's RCU callback */
};

DEFINE_SPINLOCK(qwave_member_lock);

static struct kmem_cache *qwave_sock_cache;
static struct kmem_cache *qwave_member_cache;
static struct rhashtable qwave_socks;
static struct rhashtable qwave_members;

/* Kernel addresses: nobody chooses them, so they need no keyed hash. */
static u32 qwave_sock_hash(const void *key, u32 len, u32 seed)
{
	return hash_ptr(*(struct sock *const *)key, 32);
}

static int qwave_sock_cmp(struct rhashtable_compare_arg *arg, const void *obj)
{
	const struct qwave_sock *entry = obj;

	return entry->sk != *(struct sock *const *)arg->key;
}

static const struct rhashtable_params qwave_sock_params = {
	.head_offset = offsetof(struct qwave_sock, node),
	.key_offset = offsetof(struct qwave_sock, sk),
	.key_len = sizeof(struct sock *),
	.hashfn = qwave_sock_hash,
	.obj_cmpfn = qwave_sock_cmp,
	.automatic_shrinking = true,
};

static const struct rhashtable_params qwave_member_params = {
	.head_offset = offsetof(struct qwave_member, node),
	.key_offset = offsetof(struct qwave_member, key),
	.key_len = sizeof(struct qwave_member_key),
	.automatic_shrinking = true,
};

static struct qwave_sock *qwave_sock_lookup(const struct sock *sk)
{
	return rhashtable_lookup(&qwave_socks, &sk, qwave_sock_params);
}

/**
 * qwave_member_find() - the membership a packet falls under
 * @sk: the packet's socket
 * @dest: where it goes
 *
 * Context: under rcu_read_lock(); the result is valid until it is released.
 * Return: the member that names @dest, else the socket's wildcard, else NULL.
 */
struct qwave_member *qwave_member_find(const struct sock *sk,
				       const struct qwave_dest *dest)
{
	struct qwave_member_key key = { .sk = sk };
	struct qwave_member *member;
	struct qwave_sock *entry;

	entry = qwave_sock_lookup(sk);
	if (!entry)
		return NULL;
	member = rcu_dereference(entry->only);
	if (member)
		return qwave_dest_is_wildcard(&member->key.dest) ||
		       qwave_dest_equal(&member->key.dest, dest) ?
			member : NULL;

	key.dest = *dest;
	member = rhashtable_lookup(&qwave_members, &key, qwave_member_params);
	return member ?: rcu_dereference(entry->any);
}

static void qwave_sock_free_rcu(struct rcu_head *rcu)
{
	struct qwave_sock *entry = container_of(rcu, struct qwave_sock, rcu);
	bool pinned = entry->pinned;

	kmem_cache_free(qwave_sock_cache, entry);
	if (!pinned)
		module_put(THIS_MODULE);
}

static void qwave_member_free_rcu(struct rcu_head *rcu)
{
	kmem_cache_free(qwave_member_cache,
			container_of(rcu, struct qwave_member, rcu));
}

/* The socket is locked or about to be freed: nobody else changes its fields. */
static void qwave_sock_unlink(struct qwave_sock *entry)
{
	lockdep_assert_held(&qwave_member_lock);
	entry->pinned = qwave_origin_unwatch(entry->sk, entry->backlog);
	rhashtable_remove_fast(&qwave_socks, &entry->node, qwave_sock_params);
	call_rcu(&entry->rcu, qwave_sock_free_rcu);
}

static void qwave_sock_count(struct qwave_sock *entry, int by)
{
	struct qwave_member *only = NULL;

	entry->member_count += by;
	if (entry->member_count == 1)
		only = list_first_entry(&entry->members, struct qwave_member,
					sock_node);
	rcu_assign_pointer(entry->only, only);
}

static void qwave_member_unlink(struct qwave_member *member)
{
	struct qwave_flow *flow = member->flow;
	struct qwave_sock *entry = member->owner;
	struct qwave_net *qn = qwave_net(flow->net);

	lockdep_assert_held(&qwave_member_lock);
	rhashtable_remove_fast(&qwave_members, &member->node,
			       qwave_member_params);
	if (rcu_access_pointer(entry->any) == member)
		RCU_INIT_POINTER(entry->any, NULL);
	list_del(&member->sock_node);
	qwave_sock_count(entry, -1);

	list_del(&member->flow_node);
	qwave_policy_uncharge(flow->session->user, qn);
	qwave_egress_put(qn);
	call_rcu(&member->rcu, qwave_member_free_rcu);
	if (!--flow->member_count)
		qwave_flow_dying(flow);
}

/*
 * The last membership of a socket has ended; give the socket its destructor
 * back. It may have joined again in the meantime.
 */
static void qwave_sock_retire(struct sock *sk)
{
	struct qwave_sock *entry;

	lock_sock(sk);
	spin_lock_bh(&qwave_member_lock);
	rcu_read_lock();
	entry = qwave_sock_lookup(sk);
	if (entry && !entry->member_count &&
	    sk->sk_destruct == qwave_sk_destruct) {
		WRITE_ONCE(sk->sk_destruct, entry->destruct);
		qwave_sock_unlink(entry);
	}
	rcu_read_unlock();
	spin_unlock_bh(&qwave_member_lock);
	release_sock(sk);
	sock_put(sk);
}

/* An inherited destructor is ours without an entry: see origin.c. */
static qwave_destruct_t qwave_sock_saved(const struct sock *sk)
{
	if (sk->sk_destruct == qwave_sk_destruct)
		return qwave_origin_destruct(sk);
	return sk->sk_destruct;
}

/* The destructor runs once, when nothing can send on the socket any more. */
void qwave_sk_destruct(struct sock *sk)
{
	qwave_destruct_t destruct = NULL;
	struct qwave_member *member, *next;
	struct qwave_sock *entry;
	int left;

	do {
		left = QWAVE_MEMBER_BATCH;
		spin_lock_bh(&qwave_member_lock);
		rcu_read_lock();
		entry = qwave_sock_lookup(sk);
		if (!entry) {
			destruct = qwave_origin_destruct(sk);
			goto unlock;
		}
		list_for_each_entry_safe(member, next, &entry->members,
					 sock_node) {
			if (!left--)
				goto unlock;
			qwave_member_unlink(member);
		}
		destruct = entry->destruct;
		qwave_sock_unlink(entry);
unlock:
		rcu_read_unlock();
		spin_unlock_bh(&qwave_member_lock);
	} while (!destruct);

	destruct(sk);
}

/* All checks that need the lock, then everything that makes @member one. */
static int qwave_member_link(struct qwave_member *member,
			     struct qwave_sock **fresh, struct sock *sk,
			     int (*publish)(struct qwave_flow *flow))
{
	struct qwave_flow *flow = member->flow;
	struct qwave_net *qn = qwave_net(sock_net(sk));
	struct qwave_member *twin;
	struct qwave_sock *entry;
	int err;

	lockdep_assert_held(&qwave_member_lock);
	if (flow->dead || flow->net != sock_net(sk))
		return -EINVAL;

	member->key.sk = sk;
	twin = rhashtable_lookup_fast(&qwave_members, &member->key,
				      qwave_member_params);
	if (twin)
		return twin->flow == flow ? 1 : -EEXIST;

	err = qwave_policy_charge(flow->session->user, qn);
	if (err)
		return err;

	entry = rhashtable_lookup_fast(&qwave_socks, &sk, qwave_sock_params);
	member->owner = entry ?: *fresh;
	if (!entry)
		err = rhashtable_insert_fast(&qwave_socks, &(*fresh)->node,
					     qwave_sock_params);
	if (err)
		goto err_table;
	err = rhashtable_insert_fast(&qwave_members, &member->node,
				     qwave_member_params);
	if (err)
		goto err_member;
	if (publish)
		err = publish(flow);
	if (err)
		goto err_publish;

	if (!entry) {
		entry = *fresh;
		*fresh = NULL;
		__module_get(THIS_MODULE);
		entry->destruct = qwave_sock_saved(sk);
		qwave_origin_watch(sk, &entry->backlog);
		WRITE_ONCE(sk->sk_destruct, qwave_sk_destruct);
	}
	list_add_tail(&member->flow_node, &flow->members);
	flow->member_count++;
	list_add_tail(&member->sock_node, &entry->members);
	if (qwave_dest_is_wildcard(&member->key.dest))
		rcu_assign_pointer(entry->any, member);
	qwave_sock_count(entry, 1);
	return 0;

err_publish:
	rhashtable_remove_fast(&qwave_members, &member->node,
			       qwave_member_params);
err_member:
	if (!entry)
		rhashtable_remove_fast(&qwave_socks, &(*fresh)->node,
				       qwave_sock_params);
err_table:
	qwave_policy_uncharge(flow->session->user, qn);
	/* The tables answer a full slab with codes of their own. */
	return err == -EBUSY || err == -E2BIG ? -ENOMEM : err;
}

static int qwave_member_join(struct qwave_member *member,
			     struct qwave_sock **fresh, struct sock *sk,
			     const struct qwave_addr *addr,
			     int (*publish)(struct qwave_flow *flow))
{
	struct qwave_net *qn = qwave_net(sock_net(sk));
	int err;

	lock_sock(sk);
	err = qwave_socket_dest(sk, addr, READ_ONCE(qn->strict_addresses),
				&member->key.dest);
	if (!err)
		err = qwave_route_check(sk, &member->key.dest);
	if (!err) {
		spin_lock_bh(&qwave_member_lock);
		err = qwave_member_link(member, fresh, sk, publish);
		spin_unlock_bh(&qwave_member_lock);
	}
	release_sock(sk);
	return err;
}

/**
 * qwave_member_add() - put a socket and destination into a flow
 * @flow: the flow; referenced by the caller
 * @sk: the socket; the caller keeps it from being closed
 * @addr: the destination as the caller gave it
 * @publish: for a flow's first member: makes the flow visible. Called under
 *	qwave_member_lock when nothing else can fail.
 *
 * Context: process context, may sleep.
 * Return: 0 also if the member was there already, or an error of
 * QWAVE_ADD_SOCKET.
 */
int qwave_member_add(struct qwave_flow *flow, struct sock *sk,
		     const struct qwave_addr *addr,
		     int (*publish)(struct qwave_flow *flow))
{
	struct qwave_net *qn = qwave_net(sock_net(sk));
	struct qwave_member *member;
	struct qwave_sock *fresh;
	int err;

	if (!qwave_socket_supported(sk))
		return -EOPNOTSUPP;

	fresh = kmem_cache_zalloc(qwave_sock_cache, GFP_KERNEL_ACCOUNT);
	if (!fresh)
		return -ENOMEM;
	fresh->sk = sk;
	INIT_LIST_HEAD(&fresh->members);

	member = kmem_cache_zalloc(qwave_member_cache, GFP_KERNEL_ACCOUNT);
	if (!member) {
		err = -ENOMEM;
		goto free_sock;
	}
	member->flow = flow;

	err = qwave_origin_learn(sk);
	if (err)
		goto free_member;
	err = qwave_egress_get(qn);
	if (err)
		goto free_member;
	err = qwave_member_join(member, &fresh, sk, addr, publish);
	if (!err)
		goto free_sock;

	qwave_egress_put(qn);
free_member:
	kmem_cache_free(qwave_member_cache, member);
free_sock:
	if (fresh)
		kmem_cache_free(qwave_sock_cache, fresh);
	return err < 0 ? err : 0;
}

/* A member of @flow; of the socket of @entry, if one is given. */
static struct qwave_member *qwave_member_first(struct qwave_flow *flow,
					       struct qwave_sock *entry)
{
	struct qwave_member *member;

	if (!entry)
		return list_first_entry_or_null(&flow->members,
						struct qwave_member, flow_node);
	/* The shorter list: one socket of a thousand, or one peer of many. */
	if (entry->member_count < flow->member_count) {
		list_for_each_entry(member, &entry->members, sock_node)
			if (member->flow == flow)
				return member;
	} else {
		list_for_each_entry(member, &flow->members, flow_node)
			if (member->owner == entry)
				return member;
	}
	return NULL;
}

/*
 * One hold of the lock. Sockets without a membership left go to @idle with a
 * reference; those whose last reference is gone are the destructor's.
 */
static int qwave_member_remove_some(struct qwave_flow *flow,
				    const struct sock *sk, struct sock **idle,
				    int *idle_count)
{
	struct qwave_sock *entry = NULL;
	struct qwave_member *member;
	int removed = 0;

	if (sk) {
		entry = rhashtable_lookup_fast(&qwave_socks, &sk,
					       qwave_sock_params);
		if (!entry)
			return 0;
	}
	while (removed < QWAVE_MEMBER_BATCH) {
		struct qwave_sock *owner;

		member = qwave_member_first(flow, entry);
		if (!member)
			break;
		owner = member->owner;
		qwave_member_unlink(member);
		if (!owner->member_count &&
		    refcount_inc_not_zero(&owner->sk->sk_refcnt))
			idle[(*idle_count)++] = owner->sk;
		removed++;
	}
	return removed;
}

/**
 * qwave_member_remove() - take a socket, or all, out of a flow
 * @flow: the flow; referenced by the caller
 * @sk: the socket, or NULL for every member. Only compared.
 *
 * The flow ends with its last member.
 *
 * Context: process context, may sleep.
 * Return: true if there was anything to remove.
 */
bool qwave_member_remove(struct qwave_flow *flow, const struct sock *sk)
{
	struct sock *idle[QWAVE_MEMBER_BATCH];
	int removed, idle_count, i;
	bool found = false;

	do {
		idle_count = 0;
		spin_lock_bh(&qwave_member_lock);
		removed = qwave_member_remove_some(flow, sk, idle, &idle_count);
		spin_unlock_bh(&qwave_member_lock);
		found |= removed > 0;
		for (i = 0; i < idle_count; i++)
			qwave_sock_retire(idle[i]);
		cond_resched();
	} while (removed == QWAVE_MEMBER_BATCH);
	return found;
}

int qwave_member_init(void)
{
	int err = -ENOMEM;

	qwave_sock_cache = KMEM_CACHE(qwave_sock, 0);
	if (!qwave_sock_cache)
		return err;
	qwave_member_cache = KMEM_CACHE(qwave_member, 0);
	if (!qwave_member_cache)
		goto err_member_cache;
	err = rhashtable_init(&qwave_socks, &qwave_sock_params);
	if (err)
		goto err_socks;
	err = rhashtable_init(&qwave_members, &qwave_member_params);
	if (err)
		goto err_members;
	return 0;

err_members:
	rhashtable_destroy(&qwave_socks);
err_socks:
	kmem_cache_destroy(qwave_member_cache);
err_member_cache:
	kmem_cache_destroy(qwave_sock_cache);
	return err;
}

/* After rcu_barrier(): every entry and member has been freed. */
void qwave_member_exit(void)
{
	rhashtable_destroy(&qwave_members);
	rhashtable_destroy(&qwave_socks);
	kmem_cache_destroy(qwave_member_cache);
	kmem_cache_destroy(qwave_sock_cache);
}
