/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The test harness of every C program under tests/.
 *
 *	TEST(add_socket_null_flow_id)
 *	{
 *		EXPECT_EQ(EINVAL, add_errno(...));
 *	}
 *	TEST_MAIN
 *
 * The names are those of the kernel's selftests. Each test runs in a process
 * and a process group of its own, with a time limit, so that a crash, a hang,
 * a changed user id or a left-over child ends with its test. EXPECT_* go on
 * after a failure, ASSERT_* and SKIP end the test. The output is KTAP with a
 * plan; the exit status is 0 when no test failed.
 *
 * Arguments: patterns (fnmatch) select tests, name=value sets what
 * test_param() returns, -l lists the tests.
 *
 * Why not an installed framework such as cmocka: the same programs run as
 * static 32-bit binaries on the 64-bit kernel, and a Debian machine has no
 * 32-bit build of those without a second architecture in its apt
 * configuration. A header needs only the C library.
 */
#ifndef QWAVE_TESTS_HARNESS_H
#define QWAVE_TESTS_HARNESS_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <errno.h>
#include <fnmatch.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Emulated guests on a busy machine are slow: this catches hangs only. */
#define TEST_SECONDS	120

#define HARNESS_PASS	0
#define HARNESS_FAIL	1
#define HARNESS_SKIP	4

struct harness_test {
	const char *name;
	void (*run)(void);
	int seconds;
	struct harness_test *next;
};

/* Shared by the runner and the process of the test. */
struct harness_shared {
	int failures;
	char reason[200];
};

static struct harness_test *harness_first;
static struct harness_test **harness_end = &harness_first;
static struct harness_shared *harness_shared;
static int harness_argc;
static char **harness_argv;

static void __attribute__((unused)) harness_add(struct harness_test *test)
{
	*harness_end = test;
	harness_end = &test->next;
}

#define TEST(name) TEST_TIMEOUT(name, TEST_SECONDS)

#define TEST_TIMEOUT(test, limit)					\
	static void test_##test(void);					\
	static struct harness_test harness_##test = {			\
		.name = #test, .run = test_##test, .seconds = (limit),	\
	};								\
	static void __attribute__((constructor)) register_##test(void)	\
	{								\
		harness_add(&harness_##test);				\
	}								\
	static void test_##test(void)

/* Counts a failure and says where; ends the test when @stop. */
static void __attribute__((unused, format(printf, 4, 5)))
harness_failed(const char *file, int line, bool stop, const char *format, ...)
{
	const char *base = strrchr(file, '/');
	char text[512];
	int saved = errno;
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	printf("# %s:%d: %s\n", base ? base + 1 : file, line, text);
	fflush(stdout);
	__atomic_add_fetch(&harness_shared->failures, 1, __ATOMIC_RELAXED);
	if (stop)
		_exit(HARNESS_FAIL);
	errno = saved;
}

#define HARNESS_COMPARE(left, op, right, stop) do {			\
	long long harness_l = (long long)(left);			\
	long long harness_r = (long long)(right);			\
	if (!(harness_l op harness_r))					\
		harness_failed(__FILE__, __LINE__, stop,		\
			       "%s %s %s does not hold: %lld, %lld",	\
			       #left, #op, #right, harness_l,		\
			       harness_r);				\
} while (0)

#define HARNESS_TRUE(condition, stop) do {				\
	if (!(condition))						\
		harness_failed(__FILE__, __LINE__, stop, "%s is false",	\
			       #condition);				\
} while (0)

/* @call fails with -1 and leaves @error in errno. */
#define HARNESS_ERRNO(error, call, stop) do {				\
	long harness_result;						\
	int harness_errno;						\
	errno = 0;							\
	harness_result = (long)(call);					\
	harness_errno = errno;						\
	if (harness_result != -1 || harness_errno != (error))		\
		harness_failed(__FILE__, __LINE__, stop,		\
			       "%s: %ld, errno %d; expected errno %d",	\
			       #call, harness_result, harness_errno,	\
			       (error));				\
} while (0)

/* @call does not fail with -1. */
#define HARNESS_OK(call, stop) do {					\
	long harness_result;						\
	errno = 0;							\
	harness_result = (long)(call);					\
	if (harness_result == -1)					\
		harness_failed(__FILE__, __LINE__, stop, "%s: %s",	\
			       #call, strerror(errno));			\
} while (0)

#define EXPECT_EQ(expected, seen) HARNESS_COMPARE(expected, ==, seen, false)
#define EXPECT_NE(expected, seen) HARNESS_COMPARE(expected, !=, seen, false)
#define EXPECT_LE(small, large) HARNESS_COMPARE(small, <=, large, false)
#define EXPECT_LT(small, large) HARNESS_COMPARE(small, <, large, false)
#define EXPECT_TRUE(condition) HARNESS_TRUE(condition, false)
#define EXPECT_FALSE(condition) HARNESS_TRUE(!(condition), false)
#define EXPECT_ERRNO(error, call) HARNESS_ERRNO(error, call, false)
#define EXPECT_OK(call) HARNESS_OK(call, false)

#define ASSERT_EQ(expected, seen) HARNESS_COMPARE(expected, ==, seen, true)
#define ASSERT_NE(expected, seen) HARNESS_COMPARE(expected, !=, seen, true)
#define ASSERT_LE(small, large) HARNESS_COMPARE(small, <=, large, true)
#define ASSERT_LT(small, large) HARNESS_COMPARE(small, <, large, true)
#define ASSERT_TRUE(condition) HARNESS_TRUE(condition, true)
#define ASSERT_FALSE(condition) HARNESS_TRUE(!(condition), true)
#define ASSERT_ERRNO(error, call) HARNESS_ERRNO(error, call, true)
#define ASSERT_OK(call) HARNESS_OK(call, true)

/* Ends the test as skipped; tests/expected-skips says where that is right. */
#define SKIP(why) do {							\
	snprintf(harness_shared->reason,				\
		 sizeof(harness_shared->reason), "%s", why);		\
	_exit(HARNESS_SKIP);						\
} while (0)

/* A line for the reader of the log. */
#define NOTE(...) do {							\
	printf("# " __VA_ARGS__);					\
	printf("\n");							\
	fflush(stdout);							\
} while (0)

/* The value of NAME=VALUE among the arguments, or @otherwise. */
static const char * __attribute__((unused))
test_param_string(const char *name, const char *otherwise)
{
	size_t length = strlen(name);
	int i;

	for (i = 1; i < harness_argc; i++)
		if (!strncmp(harness_argv[i], name, length) &&
		    harness_argv[i][length] == '=')
			return harness_argv[i] + length + 1;
	return otherwise;
}

static long __attribute__((unused)) test_param(const char *name, long otherwise)
{
	const char *value = test_param_string(name, NULL);

	return value ? strtol(value, NULL, 0) : otherwise;
}

static uint64_t __attribute__((unused)) test_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void __attribute__((unused)) test_sleep_ms(unsigned int ms)
{
	struct timespec pause = {
		.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000,
	};

	nanosleep(&pause, NULL);
}

/* Waits until @condition holds; fails the test when it does not within 30 s. */
#define EVENTUALLY(condition) do {					\
	uint64_t harness_until = test_now_ms() + 30000;			\
	while (!(condition)) {						\
		if (test_now_ms() > harness_until) {			\
			harness_failed(__FILE__, __LINE__, true,	\
				       "%s stays false", #condition);	\
		}							\
		test_sleep_ms(10);					\
	}								\
} while (0)

/*
 * Runs @run in a child and returns its exit status, or 128 + the number of the
 * signal that ended it. The child's failed expectations count for the test.
 */
static int __attribute__((unused)) test_in_child(int (*run)(void *), void *data)
{
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid)
		_exit(run(data));
	if (pid < 0 || waitpid(pid, &status, 0) != pid) {
		harness_failed(__FILE__, __LINE__, true, "fork: %s",
			       strerror(errno));
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) :
				   128 + WTERMSIG(status);
}

static bool harness_selected(const char *name)
{
	bool patterns = false;
	int i;

	for (i = 1; i < harness_argc; i++) {
		if (strchr(harness_argv[i], '='))
			continue;
		patterns = true;
		if (!fnmatch(harness_argv[i], name, 0))
			return true;
	}
	return !patterns;
}

/* Returns the wait status of @pid, or -1 when it did not end in time. */
static int harness_wait(pid_t pid, const sigset_t *child, int seconds)
{
	uint64_t until = test_now_ms() + (uint64_t)seconds * 1000;
	int status;

	for (;;) {
		struct timespec left = { 0 };
		uint64_t now;

		if (waitpid(pid, &status, WNOHANG) == pid)
			return status;
		now = test_now_ms();
		if (now >= until)
			return -1;
		left.tv_sec = (time_t)((until - now) / 1000);
		left.tv_nsec = (long)((until - now) % 1000) * 1000000;
		sigtimedwait(child, NULL, &left);
	}
}

/* Ends what a test started and left behind. */
static void harness_sweep(pid_t group)
{
	kill(-group, SIGKILL);
	while (waitpid(-group, NULL, 0) > 0)
		continue;
}

static int harness_run(struct harness_test *test, int number)
{
	sigset_t child, before;
	int status;
	pid_t pid;

	memset(harness_shared, 0, sizeof(*harness_shared));
	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	sigprocmask(SIG_BLOCK, &child, &before);
	fflush(stdout);
	pid = fork();
	if (!pid) {
		setpgid(0, 0);
		sigprocmask(SIG_SETMASK, &before, NULL);
		test->run();
		fflush(stdout);
		_exit(harness_shared->failures ? HARNESS_FAIL : HARNESS_PASS);
	}
	if (pid < 0) {
		printf("not ok %d %s\n# fork: %s\n", number, test->name,
		       strerror(errno));
		return 1;
	}
	setpgid(pid, pid);
	status = harness_wait(pid, &child, test->seconds);
	harness_sweep(pid);
	sigprocmask(SIG_SETMASK, &before, NULL);

	if (status == -1) {
		printf("# %s: no end after %d s\n", test->name, test->seconds);
	} else if (WIFSIGNALED(status)) {
		printf("# %s: ended by signal %d\n", test->name,
		       WTERMSIG(status));
	} else if (WEXITSTATUS(status) == HARNESS_SKIP &&
		 !harness_shared->failures) {
		printf("ok %d %s # SKIP %s\n", number, test->name,
		       harness_shared->reason);
		return 0;
	} else if (!WEXITSTATUS(status) && !harness_shared->failures) {
		printf("ok %d %s\n", number, test->name);
		return 0;
	}
	printf("not ok %d %s\n", number, test->name);
	return 1;
}

static int harness_main(int argc, char **argv)
{
	struct harness_test *test;
	int count = 0;
	int failed = 0;

	harness_argc = argc;
	harness_argv = argv;
	if (argc == 2 && !strcmp(argv[1], "-l")) {
		for (test = harness_first; test; test = test->next)
			puts(test->name);
		return 0;
	}

	harness_shared = mmap(NULL, sizeof(*harness_shared),
			      PROT_READ | PROT_WRITE,
			      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (harness_shared == MAP_FAILED)
		return 2;
	prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	signal(SIGPIPE, SIG_IGN);
	for (test = harness_first; test; test = test->next)
		count += harness_selected(test->name);
	printf("KTAP version 1\n1..%d\n", count);
	count = 0;
	for (test = harness_first; test; test = test->next) {
		if (!harness_selected(test->name))
			continue;
		failed += harness_run(test, ++count);
		fflush(stdout);
	}
	return failed || !count;
}

#define TEST_MAIN							\
	int main(int argc, char **argv)					\
	{								\
		return harness_main(argc, argv);			\
	}

#endif /* QWAVE_TESTS_HARNESS_H */
