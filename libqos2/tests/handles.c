// SPDX-License-Identifier: GPL-2.0-only
/* Handles: creation, garbage, reuse, closing under use. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "handles.h"

#define MAX_HANDLES 4096

/* checklist: 14, 25 */
TEST(create_handle)
{
	HANDLE handle;

	fake_reset();
	handle = create();
	EXPECT(handle && handle != (HANDLE)-1);
	EXPECT(!strcmp(fake.path, "/dev/qwave"));
	EXPECT_EQ(fake.open_flags, O_RDWR | O_CLOEXEC);
	expect_alive(handle);
	EXPECT_OK(QOSCloseHandle(handle));
	EXPECT_EQ(fake.closes, 1);
}

static void expect_no_handle(QOS_VERSION *wanted)
{
	HANDLE handle = (HANDLE)0x5a5a;

	EXPECT_FAIL(QOSCreateHandle(wanted, &handle), 87);
	EXPECT(handle == (HANDLE)0x5a5a);
	EXPECT_EQ(fake.opens, 0);
}

/* checklist: 15, 16, 17, 21 */
TEST(create_handle_null_arguments)
{
	fake_reset();
	EXPECT_FAIL(QOSCreateHandle(NULL, NULL), 87);
	EXPECT_FAIL(QOSCreateHandle(&version, NULL), 87);
	expect_no_handle(NULL);
}

/* checklist: 18, 19, 20, 21 */
TEST(create_handle_other_versions)
{
	QOS_VERSION wrong[] = { { 0, 0 }, { 1, 5 }, { 2, 0 }, { 0, 1 },
				{ 1, 1 }, { 0xffff, 0 }, { 1, 0x100 } };
	unsigned int i;

	fake_reset();
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		expect_no_handle(&wrong[i]);
}

/* checklist: 22, 23 */
TEST(handles_are_independent)
{
	HANDLE a, b, c;

	fake_reset();
	a = create();
	b = create();
	c = create();
	EXPECT(a != b && b != c && a != c);
	EXPECT_OK(QOSCloseHandle(b));
	expect_dead(b);
	expect_alive(a);
	expect_alive(c);
	EXPECT_OK(QOSCloseHandle(a));
	EXPECT_OK(QOSCloseHandle(c));
	EXPECT_EQ(fake.shutdowns, 3);
	EXPECT_EQ(fake.closes, 3);
}

/* checklist: 11, 12 */
TEST(garbage_handles)
{
	static const uintptr_t garbage[] = {
		0, 1, 2, 3, 4, 8, 12, 16, 0x1000, 0x4000, 0x4001, 0x3ffc,
		0x80000000, 0xdeadbeef, 0xcccccccc, 0xfffffffc,
		(uintptr_t)-1, (uintptr_t)-2, (uintptr_t)-4, (uintptr_t)-8,
		(uintptr_t)garbage, (uintptr_t)&version,
	};
	unsigned int i;

	fake_reset();
	for (i = 0; i < sizeof(garbage) / sizeof(garbage[0]); i++)
		expect_dead((HANDLE)garbage[i]);
}

/* checklist: 12 */
TEST(forged_from_live_handle)
{
	HANDLE live, other;
	unsigned int bit;

	fake_reset();
	live = create();
	other = create();
	for (bit = 0; bit < 8 * sizeof(live); bit++)
		expect_dead((HANDLE)((uintptr_t)live ^ (uintptr_t)1 << bit));
	expect_dead((HANDLE)((uintptr_t)live + 4));
	expect_dead((HANDLE)((uintptr_t)live - 4));
	expect_alive(live);
	expect_alive(other);
	EXPECT_OK(QOSCloseHandle(live));
	EXPECT_OK(QOSCloseHandle(other));
}

/* checklist: 13, 26 */
TEST(closed_handle)
{
	HANDLE handle;

	fake_reset();
	handle = create();
	EXPECT_OK(QOSCloseHandle(handle));
	expect_dead(handle);
	EXPECT_EQ(fake.shutdowns, 1);
	EXPECT_EQ(fake.closes, 1);
}

/* checklist: 13 */
TEST(closed_handle_after_reuse)
{
	HANDLE stale[64];
	HANDLE handle;
	unsigned int i;

	fake_reset();
	for (i = 0; i < 64; i++) {
		stale[i] = create();
		EXPECT_OK(QOSCloseHandle(stale[i]));
	}
	handle = create();
	for (i = 0; i < 64; i++)
		expect_dead(stale[i]);
	expect_alive(handle);
	EXPECT_OK(QOSCloseHandle(handle));
}

static int answer_shutdown_fails(unsigned long request, void *argument)
{
	(void)argument;
	return request == QWAVE_SHUTDOWN ? ESTALE : 0;
}

TEST(close_handle_of_dead_session)
{
	HANDLE handle;

	fake_reset();
	handle = create();
	fake.answer = answer_shutdown_fails;
	EXPECT_OK(QOSCloseHandle(handle));
	EXPECT_EQ(fake.closes, 1);
}

static int closes_at_shutdown;

static int answer_counts_closes(unsigned long request, void *argument)
{
	(void)argument;
	if (request == QWAVE_SHUTDOWN)
		closes_at_shutdown = fake.closes;
	return 0;
}

TEST(close_handle_shuts_down_first)
{
	HANDLE handle;

	fake_reset();
	closes_at_shutdown = -1;
	handle = create();
	fake.answer = answer_counts_closes;
	EXPECT_OK(QOSCloseHandle(handle));
	EXPECT_EQ(closes_at_shutdown, 0);
	EXPECT_EQ(fake.closes, 1);
}

/* A command that stays inside until the session is shut down and more. */
static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t gate_moved = PTHREAD_COND_INITIALIZER;
static bool gate_inside, gate_open;

static void gate_set(bool *what)
{
	pthread_mutex_lock(&gate);
	*what = true;
	pthread_cond_broadcast(&gate_moved);
	pthread_mutex_unlock(&gate);
}

static void gate_wait(const bool *what)
{
	pthread_mutex_lock(&gate);
	while (!*what)
		pthread_cond_wait(&gate_moved, &gate);
	pthread_mutex_unlock(&gate);
}

static int answer_blocks(unsigned long request, void *argument)
{
	(void)argument;
	if (request != QWAVE_REMOVE_SOCKET)
		return 0;
	gate_set(&gate_inside);
	gate_wait(&gate_open);
	return ECANCELED;
}

static void *user_inside(void *handle)
{
	EXPECT_FAIL(QOSRemoveSocketFromFlow(handle, 5, 7, 0), 995);
	return NULL;
}

/* A new handle, with @thread held in a call on it until the gate opens. */
static HANDLE create_with_user_inside(pthread_t *thread)
{
	HANDLE handle;

	fake_reset();
	gate_inside = false;
	gate_open = false;
	fake.answer = answer_blocks;
	handle = create();
	EXPECT_EQ(pthread_create(thread, NULL, user_inside, handle), 0);
	gate_wait(&gate_inside);
	return handle;
}

TEST(close_handle_with_user_inside)
{
	pthread_t thread;
	HANDLE handle;

	handle = create_with_user_inside(&thread);

	EXPECT_OK(QOSCloseHandle(handle));
	EXPECT_EQ(fake.shutdowns, 1);
	EXPECT_EQ(fake.closes, 0);
	expect_dead(handle);

	gate_set(&gate_open);
	pthread_join(thread, NULL);
	EXPECT_EQ(fake.closes, 1);
	expect_dead(handle);
}

TEST(fork_with_user_inside_closing_handle)
{
	pthread_t thread;
	HANDLE handle;
	pid_t child;
	int status;

	handle = create_with_user_inside(&thread);
	EXPECT_OK(QOSCloseHandle(handle));

	child = fork();
	if (child == 0) {
		expect_dead(handle);
		EXPECT_EQ(fake.closes, 1);
		handle = create();
		EXPECT_OK(QOSCloseHandle(handle));
		_exit(ktap_failed);
	}
	EXPECT_EQ(waitpid(child, &status, 0), child);
	EXPECT_EQ(status, 0);
	gate_set(&gate_open);
	pthread_join(thread, NULL);
	EXPECT_EQ(fake.closes, 1);
}

TEST(device_path_from_environment)
{
	HANDLE handle;

	fake_reset();
	setenv("QWAVE_DEVICE", "/dev/other", 1);
	handle = create();
	EXPECT(!strcmp(fake.path, "/dev/other"));
	EXPECT_OK(QOSCloseHandle(handle));
	setenv("QWAVE_DEVICE", "", 1);
	handle = create();
	EXPECT(!strcmp(fake.path, "/dev/qwave"));
	EXPECT_OK(QOSCloseHandle(handle));
	unsetenv("QWAVE_DEVICE");
}

TEST(device_is_a_plain_file)
{
	HANDLE handle = (HANDLE)0x5a5a;

	fake_reset();
	fake.open_given_path = true;
	setenv("QWAVE_DEVICE", "/proc/self/oom_score_adj", 1);
	EXPECT_FAIL(QOSCreateHandle(&version, &handle), 1068);
	EXPECT(handle == (HANDLE)0x5a5a);
	EXPECT_EQ(fake.opens, fake.closes);
	unsetenv("QWAVE_DEVICE");
}

static bool allow_descriptors(rlim_t count)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return false;
	if (limit.rlim_cur < count)
		limit.rlim_cur = limit.rlim_max < count ? limit.rlim_max :
							  count;
	return limit.rlim_cur >= count && !setrlimit(RLIMIT_NOFILE, &limit);
}

TEST(create_handle_table_full)
{
	static HANDLE handles[MAX_HANDLES];
	HANDLE more = (HANDLE)0x5a5a;
	int i;

	if (!allow_descriptors(MAX_HANDLES + 64))
		SKIP("too few descriptors");
	fake_reset();
	for (i = 0; i < MAX_HANDLES; i++)
		handles[i] = create();
	EXPECT_FAIL(QOSCreateHandle(&version, &more), 1450);
	EXPECT(more == (HANDLE)0x5a5a);
	EXPECT_EQ(fake.closes, 1);

	/* One goes, one comes, and the old name stays dead. */
	EXPECT_OK(QOSCloseHandle(handles[1000]));
	more = create();
	expect_dead(handles[1000]);
	handles[1000] = more;
	for (i = 0; i < MAX_HANDLES; i++)
		EXPECT_OK(QOSCloseHandle(handles[i]));
	EXPECT_EQ(fake.closes, MAX_HANDLES + 2);
}

KTAP_MAIN
