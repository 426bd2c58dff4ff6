/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of this folder that hold on to sockets share. */
#ifndef QWAVE_EGRESS_MEMBER_H
#define QWAVE_EGRESS_MEMBER_H

#include "../internal.h"

/* What stands in sk->sk_destruct. */
typedef void (*qwave_destruct_t)(struct sock *sk);

/* kmod/egress/socket.c: what a socket is and says; the socket is locked */
bool qwave_socket_supported(const struct sock *sk);
int qwave_socket_dest(struct sock *sk, const struct qwave_addr *addr,
		      bool strict, struct qwave_dest *dest);

/* kmod/egress/origin.c */
int qwave_origin_learn(struct sock *sk);
qwave_destruct_t qwave_origin_destruct(const struct sock *sk);
void qwave_origin_watch(struct sock *sk, u32 *backlog);
bool qwave_origin_unwatch(struct sock *sk, u32 backlog);

/*
 * kmod/egress/member.c: in sk->sk_destruct of every member. The packet path
 * compares with it to pass everybody else by.
 */
void qwave_sk_destruct(struct sock *sk);

#endif /* QWAVE_EGRESS_MEMBER_H */
