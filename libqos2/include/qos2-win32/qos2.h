/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The QOS functions, for programs that include <winsock2.h> or nothing. */
#include "winsock2.h"
#include "../qos2.h"
