/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* File names on Windows have no case. */
#include "qos2.h"
