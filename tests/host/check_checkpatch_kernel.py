# SPDX-License-Identifier: GPL-2.0-only
"""checkpatch --strict finds nothing in the module and its headers."""

import checkpatch

checkpatch.check("checkpatch_kernel", "kmod/*.c", "kmod/*.h", "uapi/*.h",
                 "Kconfig")
