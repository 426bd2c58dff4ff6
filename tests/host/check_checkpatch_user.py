# SPDX-License-Identifier: GPL-2.0-only
"""checkpatch --strict finds nothing in the library, the tools, the tests."""

import checkpatch

checkpatch.check("checkpatch_user", "libqos2/*.c", "libqos2/*.h", "tools/*.c",
                 "tools/*.h", "tests/*.c", "tests/*.h")
