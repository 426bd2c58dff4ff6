// SPDX-License-Identifier: GPL-2.0-only
/* Tests of mark.c, which is compiled in here. */
#include <kunit/test.h>

#include "../kunit_suites.h"
#include "mark.c"

static const struct qwave_tables tables = {
	.dscp = { 0, 8, 40, 41, 56, 57 },
	.priority = { 0, 2, 4, 6, 5, 7 },
};

static void expect(struct kunit *test, u32 word, int dscp, int priority)
{
	struct qwave_mark mark = qwave_mark_resolve(word, &tables);

	KUNIT_EXPECT_EQ(test, mark.dscp, dscp);
	KUNIT_EXPECT_EQ(test, mark.priority, priority);
}

/* Rule 5.1: every type has its code point. */
static void mark_each_type(struct kunit *test)
{
	u32 type;

	for (type = QWAVE_TYPE_BACKGROUND; type < QWAVE_TYPE_COUNT; type++)
		expect(test, qwave_mark_set_type(0, type), tables.dscp[type],
		       tables.priority[type]);
}

/* Rule 5.1: best effort is the same as no QoS. */
static void mark_best_effort_adds_nothing(struct kunit *test)
{
	expect(test, qwave_mark_set_type(0, QWAVE_TYPE_BEST_EFFORT), -1, -1);
}

static void mark_table_zero_adds_nothing(struct kunit *test)
{
	struct qwave_tables zero = {};
	struct qwave_mark mark;

	mark = qwave_mark_resolve(qwave_mark_set_type(0, QWAVE_TYPE_VOICE),
				  &zero);
	KUNIT_EXPECT_EQ(test, mark.dscp, -1);
	KUNIT_EXPECT_EQ(test, mark.priority, -1);
}

/* Rule 5.4: exactly the value asked for, 0 and 63 too; the priority stays. */
static void mark_override_each_value(struct kunit *test)
{
	u32 word = qwave_mark_set_type(0, QWAVE_TYPE_VOICE), dscp;

	for (dscp = 0; dscp <= QWAVE_DSCP_MAX; dscp++)
		expect(test, qwave_mark_set_dscp(word, dscp), dscp, 5);
}

static void mark_override_replaces_override(struct kunit *test)
{
	u32 word = qwave_mark_set_dscp(0, 63);

	expect(test, qwave_mark_set_dscp(word, 8), 8, -1);
}

/* Rule 5.4: setting the traffic type ends the override. */
static void mark_type_ends_override(struct kunit *test)
{
	u32 word = qwave_mark_set_dscp(qwave_mark_set_type(0, 4), 46);

	expect(test, qwave_mark_set_type(word, QWAVE_TYPE_BACKGROUND), 8, 2);
}

/* Rule A5: an adaptive flow without an admitted rate has no mark. */
static void mark_withheld(struct kunit *test)
{
	u32 word = qwave_mark_set_type(QWAVE_MARK_WITHHELD, QWAVE_TYPE_VOICE);

	expect(test, word, -1, -1);
	expect(test, qwave_mark_set_dscp(word, 46), -1, -1);
	expect(test, qwave_mark_set_type(word, 1), -1, -1);
}

static struct kunit_case qwave_mark_cases[] = {
	KUNIT_CASE(mark_each_type),
	KUNIT_CASE(mark_best_effort_adds_nothing),
	KUNIT_CASE(mark_table_zero_adds_nothing),
	KUNIT_CASE(mark_override_each_value),
	KUNIT_CASE(mark_override_replaces_override),
	KUNIT_CASE(mark_type_ends_override),
	KUNIT_CASE(mark_withheld),
	{}
};

struct kunit_suite qwave_mark_suite = {
	.name = "qwave_mark",
	.test_cases = qwave_mark_cases,
};
