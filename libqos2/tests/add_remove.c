// SPDX-License-Identifier: GPL-2.0-only
/* Adding and removing sockets: what reaches the kernel, and what is written. */
#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "flows.h"

static int answer_add(unsigned long request, void *argument)
{
	struct qwave_add_socket *add = argument;

	if (request == QWAVE_ADD_SOCKET)
		add->out_flow_id = 4711;
	return 0;
}

static int answer_add_and_fail(unsigned long request, void *argument)
{
	answer_add(request, argument);
	return EEXIST;
}

static BOOL add(HANDLE handle, SOCKET s, const void *address, QOS_FLOWID *id)
{
	return QOSAddSocketToFlow(handle, s, (PSOCKADDR)address,
				  QOSTrafficTypeVoice, QOS_NON_ADAPTIVE_FLOW,
				  id);
}

/* checklist: 35 */
TEST(add_socket_passes_arguments)
{
	HANDLE handle = create();
	QOS_FLOWID id = 12;

	fake.answer = answer_add;
	EXPECT_OK(QOSAddSocketToFlow(handle, 5, NULL, QOSTrafficTypeControl,
				     QOS_NON_ADAPTIVE_FLOW, &id));
	EXPECT_EQ(id, 4711);
	EXPECT_EQ(fake.request, QWAVE_ADD_SOCKET);
	EXPECT_EQ(fake.argument.add.size, sizeof(struct qwave_add_socket));
	EXPECT_EQ(fake.argument.add.flags, QWAVE_ADD_NON_ADAPTIVE);
	EXPECT_EQ(fake.argument.add.socket_fd, 5);
	EXPECT_EQ(fake.argument.add.traffic_type, 5);
	EXPECT_EQ(fake.argument.add.flow_id, 12);
	EXPECT(all_zero(&fake.argument.add.dest, sizeof(struct qwave_addr)));
	destroy(handle);
}

/* checklist: 49, 50 */
TEST(add_socket_leaves_values_to_the_kernel)
{
	HANDLE handle = create();
	QOS_FLOWID id = 0;

	EXPECT_OK(QOSAddSocketToFlow(handle, 5, NULL, (QOS_TRAFFIC_TYPE)-1,
				     0x80000001, &id));
	EXPECT_EQ(fake.argument.add.flags, 0x80000001);
	EXPECT_EQ(fake.argument.add.traffic_type, 0xffffffff);
	destroy(handle);
}

/* checklist: 51 */
TEST(add_socket_failure_leaves_flow_id)
{
	HANDLE handle = create();
	QOS_FLOWID id = 0x55;

	fake.answer = answer_add_and_fail;
	EXPECT_FAIL(add(handle, 5, NULL, &id), 183);
	EXPECT_EQ(id, 0x55);
	destroy(handle);
}

/* checklist: 48 */
TEST(add_socket_null_flow_id)
{
	HANDLE handle = create();

	EXPECT_REFUSED(add(handle, 5, NULL, NULL), 87);
	destroy(handle);
}

TEST(add_socket_descriptor_zero)
{
	HANDLE handle = create();
	QOS_FLOWID id = 0;

	EXPECT_OK(add(handle, 0, NULL, &id));
	EXPECT_EQ(fake.argument.add.socket_fd, 0);
	destroy(handle);
}

static const SOCKET no_descriptors[] = {
	(SOCKET)-1,
	(SOCKET)-2,
	(SOCKET)0x80000000,
	(SOCKET)0xffffffff,
#if UINTPTR_MAX > 0xffffffff
	(SOCKET)0x100000000,
	(SOCKET)0x100000005,
#endif
};

#define NO_DESCRIPTORS (sizeof(no_descriptors) / sizeof(no_descriptors[0]))

/* checklist: 47 */
TEST(add_socket_invalid_socket)
{
	HANDLE handle = create();
	QOS_FLOWID id = 0;
	unsigned int i;

	fake.call_errno = ENOTSOCK;
	for (i = 0; i < NO_DESCRIPTORS; i++) {
		EXPECT_FAIL(add(handle, no_descriptors[i], NULL, &id), 87);
		EXPECT_EQ(fake.argument.add.socket_fd, -2);
	}
	destroy(handle);
}

TEST(add_socket_largest_descriptor)
{
	HANDLE handle = create();
	QOS_FLOWID id = 0;

	EXPECT_OK(add(handle, 0x7fffffff, NULL, &id));
	EXPECT_EQ(fake.argument.add.socket_fd, 0x7fffffff);
	destroy(handle);
}

/* checklist: 36 */
TEST(add_socket_ipv4_address)
{
	struct sockaddr_in in = { .sin_family = AF_INET };
	HANDLE handle = create();
	QOS_FLOWID id = 0;

	in.sin_port = htons(5004);
	in.sin_addr.s_addr = htonl(0xc0000201);
	memset(in.sin_zero, 0xcc, sizeof(in.sin_zero));
	EXPECT_OK(add(handle, 5, &in, &id));
	EXPECT_EQ(fake.argument.add.dest.family, AF_INET);
	EXPECT_EQ(fake.argument.add.dest.port, htons(5004));
	EXPECT_EQ(fake.argument.add.dest.scope_id, 0);
	EXPECT(!memcmp(fake.argument.add.dest.addr, "\xc0\x00\x02\x01", 4));
	EXPECT(all_zero(fake.argument.add.dest.addr + 4, 12));
	destroy(handle);
}

/* checklist: 36 */
TEST(add_socket_ipv6_address)
{
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };
	HANDLE handle = create();
	QOS_FLOWID id = 0;

	in6.sin6_port = htons(5004);
	in6.sin6_flowinfo = 0xffffffff;
	in6.sin6_scope_id = 3;
	inet_pton(AF_INET6, "fe80::1:2", &in6.sin6_addr);
	EXPECT_OK(add(handle, 5, &in6, &id));
	EXPECT_EQ(fake.argument.add.dest.family, AF_INET6);
	EXPECT_EQ(fake.argument.add.dest.port, htons(5004));
	EXPECT_EQ(fake.argument.add.dest.scope_id, 3);
	EXPECT(!memcmp(fake.argument.add.dest.addr, &in6.sin6_addr, 16));
	destroy(handle);
}

/* Memory that ends after @size bytes, filled from @address. */
static void *at_end_of_page(const void *address, size_t size, void **pages)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	char *memory = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	*pages = memory;
	memcpy(memory + page - size, address, size);
	mprotect(memory + page, page, PROT_NONE);
	return memory + page - size;
}

static void expect_reads_only(const void *address, size_t size)
{
	HANDLE handle = create();
	QOS_FLOWID id = 0;
	void *pages;

	EXPECT_OK(add(handle, 5, at_end_of_page(address, size, &pages),
		      &id));
	munmap(pages, 2 * (size_t)sysconf(_SC_PAGESIZE));
	destroy(handle);
}

TEST(add_socket_reads_ipv4_address_only)
{
	struct sockaddr_in in = { .sin_family = AF_INET };

	expect_reads_only(&in, sizeof(in));
}

TEST(add_socket_reads_ipv6_address_only)
{
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };

	expect_reads_only(&in6, sizeof(in6));
}

/* checklist: 46 */
TEST(add_socket_reads_unknown_family_only)
{
	sa_family_t family = AF_UNIX;

	expect_reads_only(&family, sizeof(family));
	EXPECT_EQ(family, AF_UNIX);
}

/* checklist: 46 */
TEST(add_socket_unknown_family_reaches_the_kernel)
{
	struct sockaddr_storage storage;
	HANDLE handle = create();
	QOS_FLOWID id = 0;

	memset(&storage, 0xcc, sizeof(storage));
	storage.ss_family = AF_UNIX;
	fake.call_errno = EINVAL;
	EXPECT_FAIL(add(handle, 5, &storage, &id), 87);
	EXPECT_EQ(fake.argument.add.dest.family, AF_UNIX);
	EXPECT_EQ(fake.argument.add.dest.port, 0);
	EXPECT(all_zero(fake.argument.add.dest.addr, 16));
	destroy(handle);
}

/* checklist: 46 */
TEST(add_socket_family_zero)
{
	struct sockaddr_storage storage = { .ss_family = AF_UNSPEC };
	HANDLE handle = create();
	QOS_FLOWID id = 0;

	EXPECT_REFUSED(add(handle, 5, &storage, &id), 87);
	destroy(handle);
}

TEST(add_socket_misaligned_address)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = 0x1234 };
	char memory[sizeof(in) + 1];
	HANDLE handle = create();
	QOS_FLOWID id = 0;

	memcpy(memory + 1, &in, sizeof(in));
	EXPECT_OK(add(handle, 5, memory + 1, &id));
	EXPECT_EQ(fake.argument.add.dest.port, 0x1234);
	destroy(handle);
}

/* checklist: 67 */
TEST(remove_socket_passes_arguments)
{
	HANDLE handle = create();

	EXPECT_OK(QOSRemoveSocketFromFlow(handle, 5, 12, 0));
	EXPECT_EQ(fake.request, QWAVE_REMOVE_SOCKET);
	EXPECT_EQ(fake.argument.remove.size,
		  sizeof(struct qwave_remove_socket));
	EXPECT_EQ(fake.argument.remove.flags, 0);
	EXPECT_EQ(fake.argument.remove.flow_id, 12);
	EXPECT_EQ(fake.argument.remove.socket_fd, 5);
	destroy(handle);
}

/* checklist: 68 */
TEST(remove_socket_zero_is_the_flow)
{
	HANDLE handle = create();

	EXPECT_OK(QOSRemoveSocketFromFlow(handle, 0, 12, 0));
	EXPECT_EQ(fake.argument.remove.socket_fd, QWAVE_NO_SOCKET);
	destroy(handle);
}

/* checklist: 73 */
TEST(remove_socket_invalid_socket_is_not_the_flow)
{
	HANDLE handle = create();
	unsigned int i;

	fake.call_errno = ENOTSOCK;
	for (i = 0; i < NO_DESCRIPTORS; i++) {
		EXPECT_FAIL(QOSRemoveSocketFromFlow(handle, no_descriptors[i],
						    12, 0), 87);
		EXPECT_EQ(fake.argument.remove.socket_fd, -2);
	}
	destroy(handle);
}

/* checklist: 74 */
TEST(remove_socket_flags_reach_the_kernel)
{
	HANDLE handle = create();

	fake.call_errno = EINVAL;
	EXPECT_FAIL(QOSRemoveSocketFromFlow(handle, 5, 12, 0x40), 87);
	EXPECT_EQ(fake.argument.remove.flags, 0x40);
	destroy(handle);
}

KTAP_MAIN
