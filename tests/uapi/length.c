// SPDX-License-Identifier: GPL-2.0-only
/*
 * What holds for the argument of every command: its size, one byte short, as
 * it is, longer with zeros and longer with something in it; each flag that
 * does not exist; pointers that lead nowhere; and that a failure writes
 * nothing.
 */
#include "session.h"

#define ROOM	256

union request {
	__u32 size;
	struct qwave_add_socket add;
	struct qwave_remove_socket remove;
	struct qwave_set_flow set;
	struct qwave_query_flow query;
	struct qwave_enum_flows enumerate;
	unsigned char room[ROOM];
};

/* What the requests are about: one flow, and a socket still outside. */
struct scene {
	int session;
	int member;
	int other;
	__u32 flow;
	__u32 ids[64];
};

struct command {
	const char *name;
	unsigned long number;
	__u32 size;
	__u32 known_flags;
	void (*fill)(union request *request, struct scene *scene);
};

static void fill_add(union request *request, struct scene *scene)
{
	request->add = add_request(scene->other);
}

static void fill_remove(union request *request, struct scene *scene)
{
	request->remove = (struct qwave_remove_socket) {
		.size = sizeof(request->remove), .flow_id = scene->flow,
		.socket_fd = scene->member,
	};
}

static void fill_set(union request *request, struct scene *scene)
{
	request->set = (struct qwave_set_flow) {
		.size = sizeof(request->set), .flow_id = scene->flow,
		.operation = QWAVE_SET_TRAFFIC_TYPE,
		.traffic_type = QWAVE_TYPE_CONTROL,
	};
}

static void fill_query(union request *request, struct scene *scene)
{
	request->query = query_request(scene->flow,
				       QWAVE_QUERY_PACKET_PRIORITY);
}

static void fill_enum(union request *request, struct scene *scene)
{
	request->enumerate = (struct qwave_enum_flows) {
		.size = sizeof(request->enumerate), .capacity = 64,
		.out_count = POISON, .ids = (uintptr_t)scene->ids,
	};
}

static const struct command commands[] = {
	{ "add", QWAVE_ADD_SOCKET, sizeof(struct qwave_add_socket),
	  QWAVE_ADD_NON_ADAPTIVE, fill_add },
	{ "remove", QWAVE_REMOVE_SOCKET, sizeof(struct qwave_remove_socket), 0,
	  fill_remove },
	{ "set", QWAVE_SET_FLOW, sizeof(struct qwave_set_flow), 0, fill_set },
	{ "query", QWAVE_QUERY_FLOW, sizeof(struct qwave_query_flow),
	  QWAVE_QUERY_FRESH, fill_query },
	{ "enum", QWAVE_ENUM_FLOWS, sizeof(struct qwave_enum_flows), 0,
	  fill_enum },
};

#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

static void set_scene(struct scene *scene)
{
	scene->session = open_session();
	scene->member = udp_connected("127.0.0.1", UNUSED_PORT);
	scene->other = udp_connected("127.0.0.1", UNUSED_PORT);
	scene->flow = made_flow(scene->session, scene->member,
				QWAVE_TYPE_VOICE);
	scene->ids[0] = POISON;
}

static void end_scene(struct scene *scene)
{
	close(scene->session);
	close(scene->member);
	close(scene->other);
}

/* Fails with @error, and neither the request nor the flow changes. */
static void expect_refused(const struct command *command, struct scene *scene,
			   union request *request, int error)
{
	union request before = *request;

	errno = 0;
	if (ioctl(scene->session, command->number, request) != -1 ||
	    errno != error) {
		harness_failed(__FILE__, __LINE__, false,
			       "%s with size %u, flags %#x: errno %d, not %d",
			       command->name, before.size, before.add.flags,
			       errno, error);
	}
	if (memcmp(&before, request, sizeof(before))) {
		harness_failed(__FILE__, __LINE__, false,
			       "%s wrote into a refused request",
			       command->name);
	}
	EXPECT_EQ(POISON, scene->ids[0]);
	EXPECT_EQ(56, queried_dscp(scene->session, scene->flow));
}

static void expect_accepted(const struct command *command,
			    struct scene *scene, union request *request)
{
	if (ioctl(scene->session, command->number, request)) {
		harness_failed(__FILE__, __LINE__, false,
			       "%s with size %u: errno %d", command->name,
			       request->size, errno);
	}
}

static void refused_with_size(__u32 (*size_of)(const struct command *),
			      unsigned char tail, int error)
{
	size_t i;

	for (i = 0; i < COMMANDS; i++) {
		const struct command *command = &commands[i];
		union request request;
		struct scene scene;

		set_scene(&scene);
		memset(&request, tail, sizeof(request));
		command->fill(&request, &scene);
		request.size = size_of(command);
		expect_refused(command, &scene, &request, error);
		end_scene(&scene);
	}
}

static __u32 zero(const struct command *command)
{
	(void)command;
	return 0;
}

static __u32 only_the_size(const struct command *command)
{
	(void)command;
	return sizeof(__u32);
}

static __u32 one_byte_short(const struct command *command)
{
	return command->size - 1;
}

static __u32 one_byte_longer(const struct command *command)
{
	return command->size + 1;
}

static __u32 much_longer(const struct command *command)
{
	(void)command;
	return ROOM;
}

TEST(size_zero)
{
	refused_with_size(zero, 0, EINVAL);
}

TEST(size_without_members)
{
	refused_with_size(only_the_size, 0, EINVAL);
}

TEST(size_one_byte_short)
{
	refused_with_size(one_byte_short, 0, EINVAL);
}

TEST(size_one_byte_longer_junk)
{
	refused_with_size(one_byte_longer, 0x5a, E2BIG);
}

TEST(size_much_longer_junk)
{
	refused_with_size(much_longer, 0x5a, E2BIG);
}

TEST(size_longer_junk_in_the_last_byte)
{
	size_t i;

	for (i = 0; i < COMMANDS; i++) {
		union request request = { 0 };
		struct scene scene;

		set_scene(&scene);
		commands[i].fill(&request, &scene);
		request.size = ROOM;
		request.room[ROOM - 1] = 1;
		expect_refused(&commands[i], &scene, &request, E2BIG);
		end_scene(&scene);
	}
}

static void accepted_with_size(__u32 (*size_of)(const struct command *))
{
	size_t i;

	for (i = 0; i < COMMANDS; i++) {
		union request request = { 0 };
		struct scene scene;

		set_scene(&scene);
		commands[i].fill(&request, &scene);
		request.size = size_of(&commands[i]);
		expect_accepted(&commands[i], &scene, &request);
		end_scene(&scene);
	}
}

static __u32 exact(const struct command *command)
{
	return command->size;
}

TEST(size_exact)
{
	accepted_with_size(exact);
}

TEST(size_one_byte_longer_zero)
{
	accepted_with_size(one_byte_longer);
}

TEST(size_much_longer_zero)
{
	accepted_with_size(much_longer);
}

TEST(flags_unknown)
{
	size_t i;
	int bit;

	for (i = 0; i < COMMANDS; i++) {
		struct scene scene;

		set_scene(&scene);
		for (bit = 0; bit < 32; bit++) {
			union request request = { 0 };

			commands[i].fill(&request, &scene);
			if (commands[i].known_flags & 1U << bit)
				continue;
			request.add.flags |= 1U << bit;
			expect_refused(&commands[i], &scene, &request, EINVAL);
		}
		end_scene(&scene);
	}
}

TEST(pointer_null)
{
	struct scene scene;
	size_t i;

	set_scene(&scene);
	for (i = 0; i < COMMANDS; i++)
		EXPECT_ERRNO(EFAULT,
			     ioctl(scene.session, commands[i].number, NULL));
}

TEST(pointer_to_the_kernel)
{
	struct scene scene;
	size_t i;

	set_scene(&scene);
	for (i = 0; i < COMMANDS; i++)
		EXPECT_ERRNO(EFAULT, ioctl(scene.session, commands[i].number,
					   (void *)-4096L));
}

/* Two pages, of which the second is then unmapped. */
static unsigned char *page_with_an_end(void)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	unsigned char *start = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE,
				    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	ASSERT_TRUE(start != MAP_FAILED);
	ASSERT_OK(munmap(start + page, page));
	return start + page;
}

TEST(pointer_partly_unmapped)
{
	unsigned char *end = page_with_an_end();
	size_t i;

	for (i = 0; i < COMMANDS; i++) {
		const struct command *command = &commands[i];
		union request request = { 0 };
		struct scene scene;
		__u32 mapped;

		set_scene(&scene);
		command->fill(&request, &scene);
		for (mapped = 1; mapped < command->size; mapped++) {
			memcpy(end - mapped, &request, mapped);
			EXPECT_ERRNO(EFAULT, ioctl(scene.session,
						   command->number,
						   end - mapped));
		}
		EXPECT_EQ(56, queried_dscp(scene.session, scene.flow));
		memcpy(end - command->size, &request, command->size);
		expect_accepted(command, &scene,
				(union request *)(end - command->size));
		end_scene(&scene);
	}
}

TEST(pointer_tail_unmapped)
{
	unsigned char *end = page_with_an_end();
	size_t i;

	for (i = 0; i < COMMANDS; i++) {
		const struct command *command = &commands[i];
		union request request = { 0 };
		struct scene scene;

		set_scene(&scene);
		command->fill(&request, &scene);
		request.size = command->size + 1;
		memcpy(end - command->size, &request, command->size);
		EXPECT_ERRNO(EFAULT, ioctl(scene.session, command->number,
					   end - command->size));
		EXPECT_EQ(56, queried_dscp(scene.session, scene.flow));
		end_scene(&scene);
	}
}

TEST_MAIN
