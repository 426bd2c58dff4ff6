// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Handles: create, close, and the table between them.
 *
 * A handle is a number, never an address: its generation, its slot in the
 * table, and two zero bits, as on Windows. Whatever a program passes instead
 * of a handle leads to a slot whose generation differs, or to none. The
 * generation is counted over all slots; it needs 2^50 new handles to come
 * round, and 2^18 where pointers have 32 bits.
 *
 * A descriptor is closed by whoever leaves last: by then no call can still use
 * its number, which the next open(2) anywhere in the process may receive.
 *
 * fork(2): the session stays the parent's. The child's copies of the
 * descriptors are closed at once, so that the flows end with the process that
 * made them. The child's handles remain as names that QOSCloseHandle() takes.
 */
#include <errno.h>
#include <linux/qwave.h>
#include <pthread.h>

#include "internal.h"

#define TAG_BITS	2
#define SLOT_BITS	12
#define SLOT_COUNT	(1u << SLOT_BITS)
#define LAST_GENERATION	(UINTPTR_MAX >> (TAG_BITS + SLOT_BITS))

/*
 * Lock order: descriptor_lock, table_lock. The first is held whenever a
 * descriptor is open but not in the table, so that fork(2) never sees one.
 */
static pthread_mutex_t descriptor_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t table_lock = PTHREAD_MUTEX_INITIALIZER;

static struct session table[SLOT_COUNT];	/* table_lock */
static unsigned int slots_used;		/* table_lock; those ever in use */
static uintptr_t generation;		/* table_lock */
static bool fork_handled;		/* descriptor_lock */

static void before_fork(void)
{
	pthread_mutex_lock(&descriptor_lock);
	pthread_mutex_lock(&table_lock);
}

static void after_fork_in_parent(void)
{
	pthread_mutex_unlock(&table_lock);
	pthread_mutex_unlock(&descriptor_lock);
}

/* The threads that were users, or were closing, do not exist here. */
static void session_orphan(struct session *session)
{
	if (!session->generation || session->fd < 0)
		return;
	device_close(session->fd);
	session->fd = -1;
	session->users = 0;
	if (session->closing)
		session->generation = 0;
}

static void after_fork_in_child(void)
{
	unsigned int i;

	for (i = 0; i < slots_used; i++)
		session_orphan(&table[i]);
	after_fork_in_parent();
}

static int handle_forks(void)
{
	int error = 0;

	if (!fork_handled)
		error = pthread_atfork(before_fork, after_fork_in_parent,
				       after_fork_in_child);
	fork_handled = !error;
	return error;
}

static HANDLE session_handle(const struct session *session)
{
	uintptr_t slot = (uintptr_t)(session - table);

	return (HANDLE)((session->generation << SLOT_BITS | slot) << TAG_BITS);
}

/* Finds open and inherited handles, not those being closed. */
static struct session *session_find(HANDLE handle)
{
	uintptr_t value = (uintptr_t)handle >> TAG_BITS;
	struct session *session = &table[value % SLOT_COUNT];

	if (!(value >> SLOT_BITS) || session->closing ||
	    session_handle(session) != handle)
		return NULL;
	return session;
}

static struct session *free_slot(void)
{
	unsigned int i;

	for (i = 0; i < slots_used; i++)
		if (!table[i].generation)
			return &table[i];
	return slots_used < SLOT_COUNT ? &table[slots_used++] : NULL;
}

static HANDLE session_publish(int fd)
{
	struct session *session;
	HANDLE handle = NULL;

	pthread_mutex_lock(&table_lock);
	session = free_slot();
	if (session) {
		generation = generation % LAST_GENERATION + 1;
		*session = (struct session){
			.generation = generation,
			.fd = fd,
		};
		handle = session_handle(session);
	}
	pthread_mutex_unlock(&table_lock);
	return handle;
}

/* Nobody else reaches the session any more: it is closing without users. */
static void session_end(struct session *session)
{
	pthread_mutex_lock(&descriptor_lock);
	device_close(session->fd);
	pthread_mutex_lock(&table_lock);
	*session = (struct session){ 0 };
	pthread_mutex_unlock(&table_lock);
	pthread_mutex_unlock(&descriptor_lock);
}

/* NULL when the handle cannot be used; otherwise end with session_put(). */
struct session *session_get(HANDLE handle)
{
	struct session *session;

	pthread_mutex_lock(&table_lock);
	session = session_find(handle);
	if (session && session->fd < 0)
		session = NULL;
	if (session)
		session->users++;
	pthread_mutex_unlock(&table_lock);
	return session;
}

void session_put(struct session *session)
{
	bool last;

	pthread_mutex_lock(&table_lock);
	last = !--session->users && session->closing;
	pthread_mutex_unlock(&table_lock);
	if (last)
		session_end(session);
}

static bool version_is_valid(const QOS_VERSION *version)
{
	return version && version->MajorVersion == 1 &&
	       version->MinorVersion == 0;
}

static BOOL create_locked(PHANDLE out_handle)
{
	HANDLE handle;
	int error;
	int fd;

	error = handle_forks();
	if (error)
		return fail_open(error);

	fd = device_open();
	if (fd < 0)
		return fail_open(-fd);

	handle = session_publish(fd);
	if (!handle) {
		device_close(fd);
		return fail_open(EMFILE);
	}
	*out_handle = handle;
	return TRUE;
}

QOS2_API BOOL QOSCreateHandle(PQOS_VERSION Version, PHANDLE QOSHandle)
{
	BOOL created;

	if (!version_is_valid(Version) || !QOSHandle)
		return fail(ERROR_INVALID_PARAMETER);

	pthread_mutex_lock(&descriptor_lock);
	created = create_locked(QOSHandle);
	pthread_mutex_unlock(&descriptor_lock);
	return created;
}

/*
 * Takes the handle away from everybody. An inherited one has nothing behind it
 * and is gone with that; of the other, the caller becomes one more user.
 */
static bool session_take(HANDLE handle, struct session **session)
{
	struct session *found;

	pthread_mutex_lock(&table_lock);
	found = session_find(handle);
	*session = NULL;
	if (found && found->fd < 0) {
		*found = (struct session){ 0 };
	} else if (found) {
		found->closing = true;
		found->users++;
		*session = found;
	}
	pthread_mutex_unlock(&table_lock);
	return found;
}

QOS2_API BOOL QOSCloseHandle(HANDLE QOSHandle)
{
	struct session *session;

	if (!session_take(QOSHandle, &session))
		return fail(ERROR_INVALID_HANDLE);

	/* close(2) would not reach the threads that are inside a command. */
	if (session) {
		device_call(session->fd, QWAVE_SHUTDOWN, NULL);
		session_put(session);
	}
	return TRUE;
}
