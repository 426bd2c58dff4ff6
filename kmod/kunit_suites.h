/* SPDX-License-Identifier: GPL-2.0-only */
/* The KUnit suites, each next to the file it tests. */
#ifndef QWAVE_KUNIT_SUITES_H
#define QWAVE_KUNIT_SUITES_H

struct kunit_suite;

extern struct kunit_suite qwave_mark_suite;
extern struct kunit_suite qwave_dest_suite;

#endif
