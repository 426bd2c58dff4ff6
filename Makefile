# SPDX-License-Identifier: GPL-2.0-only
#
# For people; "make help" lists the targets. The kernel's own build reads Kbuild.

VERSION := $(shell sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' dkms.conf)
PREFIX  ?= /usr/local
DESTDIR ?=
# A kernel of the test bench (6.1, 6.12, 7.2, debug); empty: the running one.
KERNEL  ?=
KDIR    ?= /lib/modules/$(shell uname -r)/build

B := $(CURDIR)/build

.DEFAULT_GOAL := all

all: lib tools

##@ Building
lib: ## the library, in build/lib
	$(MAKE) -C libqos2 O=$(B)/lib

tools: ## qosctl, in build/tools
	$(MAKE) -C tools

ifeq ($(KERNEL),)
modules: ## the module for the running kernel; KERNEL=6.1|6.12|7.2|debug for one of the bench
	$(MAKE) -C $(KDIR) M=$(CURDIR) modules
else
modules:
	tests/vm/build-module $(KERNEL)
endif

##@ Installing (DESTDIR and PREFIX are honoured)
install: lib tools ## library, headers, qosctl and manual pages
	$(MAKE) -C libqos2 O=$(B)/lib PREFIX=$(PREFIX) DESTDIR=$(DESTDIR) install
	$(MAKE) -C tools PREFIX=$(PREFIX) DESTDIR=$(DESTDIR) install
	install -d $(DESTDIR)$(PREFIX)/share/man/man4 $(DESTDIR)$(PREFIX)/include/linux
	install -m 644 uapi/linux/*.h $(DESTDIR)$(PREFIX)/include/linux/
	install -m 644 Documentation/man/qwave.4 $(DESTDIR)$(PREFIX)/share/man/man4/

modules_install: modules ## the module, for the running kernel
	$(MAKE) -C $(KDIR) M=$(CURDIR) modules_install

dkms-install: ## the module, by DKMS, now and for every kernel to come
	install -d $(DESTDIR)/usr/src/qwave-$(VERSION)
	cp -r Kbuild Makefile dkms.conf LICENSES kmod uapi $(DESTDIR)/usr/src/qwave-$(VERSION)/
	dkms install qwave/$(VERSION)

##@ Seeing it work
demo: ## marked packets on a real kernel in a virtual machine, as a table
	@tests/demo/run

check: ## every test, on Linux 6.1
	@tests/check

check-all: ## every test, on every supported kernel and the debug kernel
	@tests/check --all

lint: ## style, documents against code: the part of check that needs no guest
	@tests/host/run

clean: ## remove what was built; the bench's cache stays
	rm -rf $(B)

help: ## this list
	@awk -F ':.*## ' '/^##@/ { printf "\n%s\n", substr($$0, 5) } \
		/^[a-z_-]+:.*## / { printf "  %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: all lib tools modules install modules_install dkms-install demo check \
	check-all lint clean help
