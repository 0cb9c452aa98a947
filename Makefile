# clinone: the C core and its Lua module.
#
#   make [LUA=5.4|5.1|5.3|luajit]    build/LUA/clinone/core.so
#   make demo                        the main job against a local sandbox
#   make test                        everything, on all four Luas
#   make install [LUA=] [PREFIX=/usr/local] [DESTDIR=]
#
# Also: deps test-extra check asan valgrind bench clean. Those that test or
# show something install what they lack (.ci/deps.sh); `all` and `install`
# take the machine as it is.

LUA     = 5.4
PREFIX  = /usr/local
DESTDIR =

LUAS = 5.1 5.3 5.4 luajit
ifeq ($(filter $(LUA),$(LUAS)),)
$(error LUA=$(LUA): say one of $(LUAS))
endif
JIT    = $(filter luajit,$(LUA))
ABI    = $(if $(JIT),5.1,$(LUA))
INTERP = $(if $(JIT),luajit,lua$(LUA))

# --- flags ------------------------------------------------------------------

CFLAGS = -O2 -g
WARN = -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes \
  -Wmissing-prototypes -Wvla -Wdeclaration-after-statement $(WERROR)

# SAN=-asan: the same once more under AddressSanitizer and UBSan.
SAN =
ifdef SAN
SANFLAGS = -O1 -fno-omit-frame-pointer -fsanitize=address,undefined \
  -fno-sanitize-recover=undefined
# LeakSanitizer reads the thread-local storage of what lua_close has unmapped.
SANLINK = $(if $(filter Darwin,$(shell uname)),,-Wl,-z,nodelete)
endif

# C99, with the POSIX calls that strict C99 hides.
COMPILE = $(CC) -std=c99 -D_DEFAULT_SOURCE -fPIC -fvisibility=hidden \
  -pthread -MMD -MP $(WARN) $(CFLAGS) $(SANFLAGS)
LINK = $(CC) $(CFLAGS) $(SANFLAGS)
LIBS = $(LDFLAGS) $(shell $(CURL_CONFIG) --libs) -pthread
MODULE = $(if $(filter Darwin,$(shell uname)), \
  -bundle -undefined dynamic_lookup,-shared)

# Asked when a file is compiled, not before: `make test` on a bare machine has
# just installed what answers. Foreign headers need not pass our warnings.
CURL_CONFIG = $(if $(shell command -v pkg-config),pkg-config libcurl,curl-config)
CURL_CFLAGS = $(patsubst -I%,-isystem %,$(shell $(CURL_CONFIG) --cflags))
LUA_CFLAGS = $(patsubst -I%,-isystem %,$(shell \
  pkg-config --cflags $(INTERP) 2>/dev/null || pkg-config --cflags lua-$(LUA)))

# --- what is built of what --------------------------------------------------

BUILD = build
OUT   = $(BUILD)/$(LUA)$(SAN)
COUT  = $(BUILD)/c$(SAN)

# l*.c is the binding, compiled for each Lua; the rest knows no Lua.
BINDING = $(patsubst src/%.c,$(OUT)/%.o,$(wildcard src/l*.c))
CORE    = $(patsubst src/%.c,$(COUT)/%.o, \
  $(filter-out src/l%.c,$(wildcard src/*.c)))
TESTS   = $(patsubst spec/c/%.c,%,$(wildcard spec/c/*_test.c))
HELPERS = $(patsubst spec/c/%.c,$(COUT)/%.o, \
  $(filter-out %_test.c,$(wildcard spec/c/*.c)))

all: $(OUT)/clinone/core.so $(if $(SAN),$(OUT)/lua)
ctests: $(TESTS:%=$(COUT)/%)

$(OUT)/clinone/core.so: $(CORE) $(BINDING) Makefile
	@mkdir -p $(@D)
	$(LINK) $(MODULE) $(SANLINK) -o $@ $(BINDING) $(CORE) $(LIBS)

$(OUT)/%.o: src/%.c Makefile
	@mkdir -p $(@D)
	$(COMPILE) $(LUA_CFLAGS) -c -o $@ $<

$(COUT)/%.o: src/%.c Makefile
	@mkdir -p $(@D)
	$(COMPILE) $(CURL_CFLAGS) -c -o $@ $<

$(COUT)/%.o: spec/c/%.c Makefile
	@mkdir -p $(@D)
	$(COMPILE) -Isrc -c -o $@ $<

$(COUT)/%_test: $(COUT)/%_test.o $(HELPERS) $(CORE) Makefile
	$(LINK) -o $@ $< $(HELPERS) $(CORE) $(LIBS)

# An interpreter that can load the module built with sanitizers.
$(OUT)/lua: .ci/asan-lua.sh Makefile
	@mkdir -p $(@D)
	CC='$(CC)' sh .ci/asan-lua.sh $(INTERP) $@

-include $(wildcard $(BUILD)/*/*.d)
.SECONDARY:

# --- set-up, demo, tests ----------------------------------------------------

deps:
	@sh .ci/deps.sh test

demo:
	@sh .ci/deps.sh demo
	@$(MAKE) -s LUA=5.4 all
	@sh examples/demo.sh

# Suites run by themselves and say one line each; JOBS of them side by side,
# more than there are cores, as specs mostly wait.
JOBS = 4
ASAN_SUITES = c-asan $(LUAS:%=asan-%)
SUITES = check c $(LUAS:%=lua-%) $(LUAS:%=gc-%) $(ASAN_SUITES)

test:
	@sh .ci/deps.sh test
	@rm -rf build/report
	@-$(MAKE) -s -k -j$(JOBS) ctests all-luas
	@-$(MAKE) -s -k -j$(JOBS) SAN=-asan ctests all-luas
	@-$(MAKE) -s -k -j$(JOBS) $(SUITES:%=suite-%)
	@sh .ci/sum.sh $(SUITES)

asan:
	@sh .ci/deps.sh memory
	@rm -rf build/report
	@-$(MAKE) -s -k -j$(JOBS) SAN=-asan ctests all-luas
	@-$(MAKE) -s -k -j$(JOBS) $(ASAN_SUITES:%=suite-%)
	@sh .ci/sum.sh $(ASAN_SUITES)

valgrind:
	@sh .ci/deps.sh memory
	@rm -rf build/report
	@-$(MAKE) -s -k -j$(JOBS) LUA=5.4 ctests all
	@-$(MAKE) -s -k -j$(JOBS) suite-c-valgrind suite-valgrind-5.4
	@sh .ci/sum.sh c-valgrind valgrind-5.4

# One after the other: they share the core's objects.
all-luas:
	@for lua in $(LUAS); do $(MAKE) LUA=$$lua all || exit; done

suite-check:
	@sh .ci/suite.sh check bash .ci/check.sh
suite-c suite-c-valgrind: suite-%:
	@sh .ci/suite.sh $* sh .ci/ctests.sh $* $(TESTS:%=build/c/%)
suite-c-asan: suite-%:
	@sh .ci/suite.sh $* sh .ci/ctests.sh $* $(TESTS:%=build/c-asan/%)
suite-lua-%:
	@sh .ci/suite.sh lua-$* sh .ci/specs.sh $* plain
suite-gc-%:
	@sh .ci/suite.sh gc-$* sh .ci/specs.sh $* gc
suite-asan-%:
	@sh .ci/suite.sh asan-$* sh .ci/specs.sh $* asan
suite-valgrind-%:
	@sh .ci/suite.sh valgrind-$* sh .ci/specs.sh $* valgrind

check:
	@sh .ci/deps.sh check
	@bash .ci/check.sh

test-extra:
	@sh .ci/deps.sh extra
	@bash .ci/extra.sh

bench:
	@sh .ci/deps.sh bench
	@$(MAKE) -s LUA=5.4 all
	@sh bench/run.sh

# --- install ----------------------------------------------------------------

SHARE = $(DESTDIR)$(PREFIX)/share/lua/$(ABI)
LIB   = $(DESTDIR)$(PREFIX)/lib/lua/$(ABI)
BIN   = $(DESTDIR)$(PREFIX)/bin

install: all
	cd lua && find clinone -type f ! -path 'clinone/meta/*' | \
	  while read -r file; do \
	    install -d "$(SHARE)/$${file%/*}" && \
	    install -m 644 "$$file" "$(SHARE)/$$file" || exit; \
	  done
	install -d "$(LIB)/clinone" "$(BIN)"
	install -m 755 $(OUT)/clinone/core.so "$(LIB)/clinone/core.so"
	sed '1s,.*,#!/usr/bin/env $(INTERP),' bin/clinone >"$(BIN)/clinone"
	chmod 755 "$(BIN)/clinone"

clean:
	rm -rf build

.PHONY: all ctests all-luas deps demo test test-extra check asan valgrind \
  bench install clean
