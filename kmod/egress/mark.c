// SPDX-License-Identifier: GPL-2.0-only
/*
 * From a flow's settings to the marks of its packets. Pure: no packet, no
 * socket, no lock.
 */
#include <linux/bitfield.h>
#include <linux/bits.h>

#include "../internal.h"

/*
 * The tables' 0 adds nothing, but an override of 0 is a value like any other:
 * somebody with the privilege asked for exactly that code point.
 */
struct qwave_mark qwave_mark_resolve(u32 word,
				     const struct qwave_tables *tables)
{
	u32 type = FIELD_GET(QWAVE_MARK_TYPE, word);
	struct qwave_mark mark = { .dscp = -1, .priority = -1 };
	int value;

	if (word & QWAVE_MARK_WITHHELD)
		return mark;

	value = READ_ONCE(tables->priority[type]);
	if (value)
		mark.priority = value;

	value = READ_ONCE(tables->dscp[type]);
	if (word & QWAVE_MARK_OVERRIDE)
		mark.dscp = FIELD_GET(QWAVE_MARK_DSCP, word);
	else if (value)
		mark.dscp = value;
	return mark;
}

/* Setting the type ends an override: the two are alternatives on Windows too. */
u32 qwave_mark_set_type(u32 word, u32 type)
{
	word &= ~(QWAVE_MARK_TYPE | QWAVE_MARK_OVERRIDE | QWAVE_MARK_DSCP);
	return word | FIELD_PREP(QWAVE_MARK_TYPE, type);
}

u32 qwave_mark_set_dscp(u32 word, u32 dscp)
{
	word &= ~QWAVE_MARK_DSCP;
	return word | QWAVE_MARK_OVERRIDE | FIELD_PREP(QWAVE_MARK_DSCP, dscp);
}
