/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Private types of qwave, and what its files offer each other.
 *
 * Lock order, outermost first:
 *
 * lock_sock(sk)		A socket that joins or leaves: its peer, its state
 *				and sk->sk_destruct. Process context.
 * qwave_net->hook_mutex	Registration of the hooks of one network namespace.
 *				Process context.
 * qwave_member_lock		Spinlock, BH. Who is a member of what: the member
 *				lists, the socket entries, flow->dead, and with it
 *				the validity of flow->net. Also taken by the socket
 *				destructor, in softirq.
 * qwave_session->lock		Spinlock, taken under qwave_member_lock or with BH
 *				disabled: the session's flows and its shutdown.
 * xa_lock(qwave_flows)		Spinlock, BH. The flow ids.
 * qwave_flow->lock		Spinlock, process context only: settings of one flow.
 *
 * The packet path takes none of them. It runs under rcu_read_lock() and reads
 * socket entries, members, flows and the namespace's tables; all of them are
 * freed by call_rcu() after they were unlinked.
 */
#ifndef QWAVE_INTERNAL_H
#define QWAVE_INTERNAL_H

#include <linux/in6.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/refcount.h>
#include <linux/rhashtable-types.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/uidgid.h>
#include <linux/workqueue.h>

#include <uapi/linux/qwave.h>

struct ctl_table_header;
struct net;
struct pid;
struct sk_buff;
struct sock;
struct socket;
struct user_namespace;

/* The range a DSCP value has on the wire: six bits. */
#define QWAVE_DSCP_MAX		63

/*
 * struct qwave_tables - what a traffic type means, per network namespace
 *
 * An entry of 0 adds nothing: the packet keeps what the program set. Written by
 * sysctl, read without a lock: every entry stands for itself.
 */
struct qwave_tables {
	int dscp[QWAVE_TYPE_COUNT];
	int priority[QWAVE_TYPE_COUNT];
};

/* struct qwave_net - state of one network namespace */
struct qwave_net {
	struct qwave_tables tables;	/* READ_ONCE/WRITE_ONCE */
	int mark;			/* READ_ONCE, written by sysctl */
	int strict_addresses;		/* the same */
	int max_flows_session;		/* the same */
	int max_members_user;		/* the same */
	int max_members_net;		/* the same */
	int dscp_group_range[2];	/* the same; gids of the namespace's owner */

	struct mutex hook_mutex;	/* @hooked, and raising @hook_users */
	bool hooked;			/* hook_mutex */
	atomic_t hook_users;		/* members */
	struct delayed_work unhook_work;

	u32 members;			/* qwave_member_lock */
	struct net *net;
	struct ctl_table_header *sysctl;
};

/*
 * struct qwave_user - what one user has, in all sessions
 */
struct qwave_user {
	kuid_t uid;
	refcount_t refs;
	u32 members;			/* qwave_member_lock */
};

/*
 * struct qwave_session - what QOSCreateHandle returns
 *
 * Referenced by its file and by each of its flows.
 */
struct qwave_session {
	refcount_t refs;
	spinlock_t lock;		/* @shut, @flow_count, @flows */
	bool shut;			/* lock; once true it stays true */
	u32 flow_count;			/* lock */
	struct list_head flows;		/* lock; qwave_flow->session_node */
	struct qwave_user *user;
	struct pid *pid;		/* thread group of the opener */
	char comm[TASK_COMM_LEN];
};

/* struct qwave_stats - per CPU; torn reads on 32-bit machines are accepted */
struct qwave_stats {
	u64 packets;
	u64 bytes;
	u64 marked;
};

/*
 * struct qwave_flow - one contract
 *
 * Alive from its first member to its last. Ending it (flow->dead) takes it out
 * of its session and out of the id table and drops the reference it was born
 * with; lookups and readers may hold it longer.
 */
struct qwave_flow {
	union {
		struct list_head session_node;	/* session->lock */
		struct rcu_head rcu;		/* once dead and unreferenced */
	};
	struct list_head members;	/* qwave_member_lock */
	struct qwave_session *session;
	struct qwave_stats __percpu *stats;
	struct user_namespace *user_ns;	/* owner of @net; holds a reference */
	/*
	 * Not a reference: the member sockets hold the namespace. Valid under
	 * qwave_member_lock while the flow is not dead.
	 */
	struct net *net;
	refcount_t refs;
	u32 id;
	u32 member_count;		/* qwave_member_lock */
	u32 mark;			/* QWAVE_MARK_*; READ_ONCE, written under lock */
	spinlock_t lock;		/* writers of @mark */
	bool adaptive;
	bool dead;			/* qwave_member_lock */
};

/*
 * struct qwave_dest - a destination in the one form that is compared
 *
 * IPv4 addresses are IPv4-mapped. All zero is the wildcard; no other
 * destination has port 0. @scope is set for link-local addresses only.
 */
struct qwave_dest {
	struct in6_addr addr;
	u32 scope;
	__be16 port;
	u16 __zero;
};

struct qwave_member_key {
	const struct sock *sk;
	struct qwave_dest dest;
};

/* struct qwave_member - one (socket, destination) of a flow */
struct qwave_member {
	struct rhash_head node;
	struct qwave_member_key key;
	struct qwave_flow *flow;
	struct qwave_sock *owner;
	struct list_head flow_node;	/* qwave_member_lock */
	union {
		struct list_head sock_node;	/* qwave_member_lock */
		struct rcu_head rcu;		/* once unlinked */
	};
};

/* kmod/egress/mark.c: pure */

/*
 * The settings of a flow that decide its marks, in one word, so that a packet
 * sees one state of them.
 */
#define QWAVE_MARK_TYPE		GENMASK(2, 0)
#define QWAVE_MARK_OVERRIDE	BIT(3)	/* QWAVE_MARK_DSCP replaces the type's */
#define QWAVE_MARK_WITHHELD	BIT(4)	/* adaptive and not admitted: no mark */
#define QWAVE_MARK_DSCP		GENMASK(13, 8)

/* struct qwave_mark - what a packet gets; -1 leaves the packet's own */
struct qwave_mark {
	int dscp;
	int priority;
};

struct qwave_mark qwave_mark_resolve(u32 word,
				     const struct qwave_tables *tables);
u32 qwave_mark_set_type(u32 word, u32 type);
u32 qwave_mark_set_dscp(u32 word, u32 dscp);

/* kmod/egress/dest.c: pure */

/* struct qwave_peer - what a socket says about where it sends */
struct qwave_peer {
	bool connected;
	bool wildcard_ok;	/* a wildcard destination means something */
	bool mapped_ok;		/* IPv6 socket that may send IPv4 */
	u16 family;		/* of the socket */
	u32 scope;		/* interface it is bound to, or 0 */
	struct qwave_dest dest;	/* if connected */
};

void qwave_dest_set(struct qwave_dest *dest, const struct in6_addr *addr,
		    __be16 port, u32 scope);
void qwave_dest_set_v4(struct qwave_dest *dest, __be32 addr, __be16 port);
bool qwave_dest_is_wildcard(const struct qwave_dest *dest);
bool qwave_dest_equal(const struct qwave_dest *a, const struct qwave_dest *b);
int qwave_dest_resolve(const struct qwave_peer *peer,
		       const struct qwave_addr *addr, bool strict,
		       struct qwave_dest *dest);

/* kmod/egress/route.c: process context, socket locked */
int qwave_route_check(struct sock *sk, const struct qwave_dest *dest);

/* kmod/egress/member.c */
extern spinlock_t qwave_member_lock;

/* process context, may sleep */
int qwave_member_add(struct qwave_flow *flow, struct sock *sk,
		     const struct qwave_addr *addr,
		     int (*publish)(struct qwave_flow *flow));
bool qwave_member_remove(struct qwave_flow *flow, const struct sock *sk);
int qwave_member_init(void);
void qwave_member_exit(void);

/* any context, under rcu_read_lock() */
struct qwave_member *qwave_member_find(const struct sock *sk,
				       const struct qwave_dest *dest);
bool qwave_member_sk(const struct sock *sk);

/* kmod/egress/egress.c: process context, may sleep */
int qwave_egress_get(struct qwave_net *qn);
/* any context */
void qwave_egress_put(struct qwave_net *qn);
void qwave_egress_init_net(struct qwave_net *qn);
void qwave_egress_exit_net(struct qwave_net *qn);

/* kmod/netns.c */
extern unsigned int qwave_net_id;
int qwave_netns_init(void);
void qwave_netns_exit(void);
struct qwave_net *qwave_net(const struct net *net);

/* kmod/policy.c */
struct qwave_user *qwave_policy_user_get(kuid_t uid);
void qwave_policy_user_put(struct qwave_user *user);
/* under qwave_member_lock */
int qwave_policy_charge(struct qwave_user *user, struct qwave_net *qn);
void qwave_policy_uncharge(struct qwave_user *user, struct qwave_net *qn);
/* process context */
bool qwave_policy_may_set_dscp(struct qwave_flow *flow);
bool qwave_policy_may_see(const struct qwave_flow *flow);
bool qwave_policy_may_enumerate(const struct net *net);

/* kmod/session.c: process context */
struct qwave_session *qwave_session_create(void);
void qwave_session_get(struct qwave_session *session);
void qwave_session_put(struct qwave_session *session);
void qwave_session_shutdown(struct qwave_session *session);
bool qwave_session_is_shut(const struct qwave_session *session);

/* kmod/flow.c: the commands; process context, may sleep */
int qwave_flow_add_socket(struct qwave_session *session, struct socket *sock,
			  struct qwave_add_socket *arg);
int qwave_flow_remove_socket(struct qwave_session *session,
			     struct socket *sock, u32 flow_id);
int qwave_flow_set(struct qwave_session *session,
		   const struct qwave_set_flow *arg);
int qwave_flow_query(struct qwave_session *session,
		     struct qwave_query_flow *arg);
u32 *qwave_flow_enumerate(const struct net *net, u32 *count);
void qwave_flow_end(struct qwave_flow *flow);
/* for readers of many flows, under rcu_read_lock() */
struct qwave_flow *qwave_flow_next(unsigned long *id);
struct qwave_flow *qwave_flow_get(u32 id);
void qwave_flow_put(struct qwave_flow *flow);
bool qwave_flow_mark(struct qwave_flow *flow, struct qwave_mark *mark);
/* under qwave_member_lock */
void qwave_flow_dying(struct qwave_flow *flow);
int qwave_flow_init(void);
void qwave_flow_exit(void);

/* kmod/doors */
int qwave_chardev_init(void);
void qwave_chardev_exit(void);
int qwave_netlink_init(void);
void qwave_netlink_exit(void);

#endif /* QWAVE_INTERNAL_H */
