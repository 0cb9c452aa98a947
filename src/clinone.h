/*
 * What every room of the core shares: the version, the list of status
 * codes, and the error record. Owns nothing, allocates nothing, never blocks.
 */
#ifndef CLN_CLINONE_H
#define CLN_CLINONE_H

#include <stddef.h>

#define CLN_VERSION "0.1.0"

/* Only luaopen_clinone_core is exported; everything else stays inside. */
#if defined(__GNUC__)
#define CLN_EXPORT              __attribute__((visibility("default")))
#define CLN_PRINTF(text, first) __attribute__((format(printf, text, first)))
#else
#define CLN_EXPORT
#define CLN_PRINTF(text, first)
#endif

/*
 * X(symbol, name): the name is the `kind` a script sees. OK and NOMEM have no
 * kind of their own: the first is no failure, the second is raised as Lua's
 * "not enough memory".
 */
#define CLN_STATUS_MAP(X)                                                     \
  X(OK, "ok")                     /* nothing failed */                        \
  X(CONFIG, "config")             /* options that cannot work */              \
  X(VALIDATION, "validation")     /* a call refused before it was sent */     \
  X(SCOPE, "scope")               /* the token does not allow the call */     \
  X(AUTH, "auth")                 /* no usable token, or 401 after a retry */ \
  X(DNS, "dns")                   /* the host name has no address */          \
  X(CONNECT, "connect")           /* no connection could be made */           \
  X(NETWORK, "network")           /* the connection broke after it stood */   \
  X(TLS, "tls")                   /* certificate or handshake refused */      \
  X(TIMEOUT, "timeout")           /* the deadline passed */                   \
  X(CANCELLED, "cancelled")       /* the script let go of the call */         \
  X(BUSY, "busy")                 /* too many calls are queued */             \
  X(PHASE, "phase")               /* can neither block nor yield here */      \
  X(HTTP, "http")                 /* an answer of 3xx, 4xx or 5xx */          \
  X(RATE_LIMITED, "rate_limited") /* 429 */                                   \
  X(JSON, "json")                 /* an answer that is no strict JSON */      \
  X(TOO_LARGE, "too_large")       /* over a hard limit */                     \
  X(DRY_RUN, "dry_run")           /* described, not sent */                   \
  X(NOMEM, "memory")              /* malloc failed */

enum cln_status {
#define CLN_X(symbol, name) CLN_##symbol,
  CLN_STATUS_MAP(CLN_X)
#undef CLN_X
      CLN_STATUS_COUNT
};

/*
 * Owned by the caller, filled by the callee when it returns anything but
 * CLN_OK. Holds no secret and no value of a record: names, limits, offsets.
 */
struct cln_error {
  enum cln_status status; /* what failed */
  char message[256];      /* one line, NUL-terminated, "" if unset */
};

/* The kind's name as scripts see it; never NULL. */
const char *cln_status_name(enum cln_status status);

/* Fills error (may be NULL) and returns status, so that a room can say
   `return cln_fail(error, CLN_TLS, "...")`. */
enum cln_status cln_fail(struct cln_error *error, enum cln_status status,
                         const char *format, ...) CLN_PRINTF(3, 4);

/* The system's words for an errno, in text; never empty. */
#define CLN_ERRNO_TEXT_BYTES 128
const char *cln_errno_text(int code, char text[CLN_ERRNO_TEXT_BYTES]);

/* Overwrites memory in a way the compiler may not remove. */
void cln_wipe(void *data, size_t len);

/* Milliseconds of a clock that never jumps (CLOCK_MONOTONIC). */
long long cln_now_ms(void);

#endif
