/* SPDX-License-Identifier: GPL-2.0-only */
/* What crosses the files of qosctl. */
#ifndef QOSCTL_H
#define QOSCTL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sys/socket.h>
#include <sys/types.h>

#include <linux/qwave.h>

struct json_object;

enum {
	STATUS_OK = 0,
	STATUS_FAILURE = 1,
	STATUS_USAGE = 2,
};

/* qosctl.c: @argv[0] of a command is "qosctl NAME", so that getopt says so. */
int cmd_list(int argc, char *argv[]);
int cmd_show(int argc, char *argv[]);
int cmd_mark(int argc, char *argv[]);
int cmd_load(int argc, char *argv[]);
int cmd_unload(int argc, char *argv[]);
int cmd_status(int argc, char *argv[]);

/* report.c: what is said, and how */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));
int fail(const char *format, ...) __attribute__((format(printf, 1, 2)));
int bad_usage(const char *command, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
int try_help(const char *command);
int print_help(const char *text);
int print_json(struct json_object *object);
void make_printable(char *text);
void add_json_string(struct json_object *object, const char *key,
		     const char *value);
void add_json_number(struct json_object *object, const char *key,
		     uint64_t value);
void add_json_bool(struct json_object *object, const char *key, bool value);
bool parse_number(const char *text, unsigned long max, unsigned long *number);

/* names.c: numbers that have names */
const char *type_name(unsigned int type);
int type_parse(const char *text);
const char *dscp_name(int dscp);
const char *dscp_text(int dscp, char text[static 16]);
int dscp_parse(const char *text);
const char *protocol_name(unsigned int protocol);

/* device.c: the only file that calls ioctl(2) on /dev/qwave */
#define QWAVE_DEVICE "/dev/qwave"
int device_open(void);
const char *device_open_reason(int error);
int device_add(int device, struct qwave_add_socket *add);
int device_remove(int device, uint32_t flow_id, int socket_fd);
int device_set_dscp(int device, uint32_t flow_id, unsigned int dscp);
int device_has_flow(int device, uint32_t flow_id);

/* address.c: destinations */
#define ADDRESS_TEXT 80
int address_from_sockaddr(struct qwave_addr *dest,
			  const struct sockaddr *from, size_t length);
int address_parse(struct qwave_addr *dest, const char *text);
void address_any(struct qwave_addr *dest, int family);
bool address_is_any(const struct qwave_addr *addr);
const char *address_text(const struct qwave_addr *addr,
			 char text[static ADDRESS_TEXT]);

/* genl.c: what the kernel tells about flows */
struct member {
	uint8_t protocol;
	uint16_t family;
	bool any_dest;
	struct qwave_addr dest;
	uint16_t local_port;
	uint64_t inode;
};

struct flow {
	uint32_t id;
	uint8_t type;
	bool adaptive;
	int dscp_override;	/* -1: none asked for */
	int dscp;		/* -1: no mark */
	int64_t priority;	/* -1: not set */
	uint32_t pid;
	char comm[64];
	uint32_t uid;
	uint64_t packets;
	uint64_t bytes;
	uint64_t marked;
	uint32_t member_count;
	size_t members_known;
	struct member *members;
};

struct flow_list {
	struct flow *flows;
	size_t count;
};

int flow_list_get(struct flow_list *list);
int flow_list_get_one(struct flow_list *list, uint32_t id);
void flow_list_free(struct flow_list *list);
const char *flow_error(int error);

/* reason.c: why the module cannot be loaded */
#define MODULE_NAME "qwave"
#define REASON_TEXT 2048
void reason_not_found(char reason[static REASON_TEXT], const char *root);
void reason_load(char reason[static REASON_TEXT], const char *path,
		 const char *vermagic, int error, const char *log);
bool reason_may_load(void);

/* session.c: one session, whose sockets share one flow */
struct session {
	int device;
	unsigned int type;
	int dscp;		/* -1: the one of the type */
	uint32_t flow_id;	/* 0: no flow yet */
};

int session_open(struct session *session);
int session_add(struct session *session, int socket_fd,
		const struct qwave_addr *dest);
int session_rehearse(struct session *session);
const char *session_error(int error);

/* target.c: descriptors and memory of another process */
struct socket_kind {
	int family;
	int type;
	int protocol;
};

int target_open(pid_t thread);
int target_take(int pidfd, int fd);
bool socket_kind_get(struct socket_kind *kind, int fd);
int target_read(pid_t pid, uint64_t from, void *to, size_t size);
const char *target_refusal(pid_t pid, int error);
int target_socket(pid_t thread, int family, int type, int protocol);

/* filter.c: which system calls of a command qosctl is asked about */
enum call_kind { CALL_OTHER, CALL_SOCKET, CALL_CONNECT, CALL_MULTIPLEXED };
enum call_kind filter_call(uint32_t arch, int nr);
int filter_install(void);

/* launch.c: start a command under the filter */
pid_t launch(char *const argv[], int *listener, int *status);

/* answer.c: answers to the system calls of a command */
struct marker {
	struct session session;
	struct json_object *sockets;	/* NULL: nobody asked */
	size_t added;
	size_t refused;
};

void answer(struct marker *marker, int listener);

/* supervise.c, process.c: the two ways to mark */
int mark_command(struct marker *marker, char *const argv[], bool json);

struct pick {
	pid_t pid;
	int fd;				/* -1: all */
	const struct qwave_addr *dest;	/* NULL: peer, or any */
};

int mark_process(struct marker *marker, const struct pick *pick, bool json);

#endif /* QOSCTL_H */
