// SPDX-License-Identifier: GPL-2.0-only
/* The KUnit suites of qwave, in one module of their own. */
#include <kunit/test.h>
#include <linux/module.h>

#include "kunit_suites.h"

kunit_test_suites(&qwave_mark_suite, &qwave_dest_suite);

MODULE_DESCRIPTION("KUnit tests of qwave");
MODULE_LICENSE("GPL");
