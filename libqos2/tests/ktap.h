/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tests that register themselves and report in KTAP. One test program is one
 * source file that includes this header once and ends with KTAP_MAIN.
 */
#ifndef KTAP_H
#define KTAP_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

struct ktap_test {
	const char *name;
	void (*run)(const void *argument);
	const void *argument;
};

static struct ktap_test ktap_tests[256];
static unsigned int ktap_count;
static bool ktap_failed;
static const char *ktap_skipped;

static inline void ktap_add(const char *name, void (*run)(const void *),
			    const void *argument)
{
	if (ktap_count == sizeof(ktap_tests) / sizeof(ktap_tests[0]))
		abort();
	ktap_tests[ktap_count].name = name;
	ktap_tests[ktap_count].run = run;
	ktap_tests[ktap_count].argument = argument;
	ktap_count++;
}

#define TEST(name) \
	static void name(const void *argument); \
	__attribute__((__constructor__)) static void add_##name(void) \
	{ \
		ktap_add(#name, name, NULL); \
	} \
	static void name(__attribute__((__unused__)) const void *argument)

#define EXPECT(condition) do { \
	if (!(condition)) { \
		printf("# %s:%d: not true: %s\n", __FILE__, __LINE__, \
		       #condition); \
		ktap_failed = true; \
	} \
} while (0)

#define EXPECT_EQ(actual, expected) do { \
	long long actual_ = (long long)(actual); \
	long long expected_ = (long long)(expected); \
	if (actual_ != expected_) { \
		printf("# %s:%d: %s is %lld, expected %lld\n", __FILE__, \
		       __LINE__, #actual, actual_, expected_); \
		ktap_failed = true; \
	} \
} while (0)

/* A call returns FALSE and sets this last error, whatever it was before. */
#define EXPECT_FAIL(call, code) do { \
	SetLastError(0xdeadbeef); \
	EXPECT_EQ(call, FALSE); \
	EXPECT_EQ(GetLastError(), code); \
} while (0)

/* A call returns exactly 1 and leaves the last error alone. */
#define EXPECT_OK(call) do { \
	SetLastError(0xdeadbeef); \
	EXPECT_EQ(call, TRUE); \
	EXPECT_EQ(GetLastError(), 0xdeadbeef); \
} while (0)

#define SKIP(reason) do { \
	ktap_skipped = (reason); \
	return; \
} while (0)

static inline bool ktap_run(unsigned int number, const struct ktap_test *test)
{
	ktap_failed = false;
	ktap_skipped = NULL;
	test->run(test->argument);
	printf("%sok %u %s%s%s\n", ktap_failed ? "not " : "", number,
	       test->name, ktap_skipped ? " # SKIP " : "",
	       ktap_skipped ? ktap_skipped : "");
	return !ktap_failed;
}

#define KTAP_MAIN \
int main(void) \
{ \
	unsigned int i, bad = 0; \
	setvbuf(stdout, NULL, _IOLBF, 0); \
	printf("KTAP version 1\n1..%u\n", ktap_count); \
	for (i = 0; i < ktap_count; i++) \
		bad += !ktap_run(i + 1, &ktap_tests[i]); \
	return bad ? 1 : 0; \
}

#endif /* KTAP_H */
