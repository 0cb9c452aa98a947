/*
 * The userdata of sessions, stores and operations. A session is what all
 * calls of one client (or of its token endpoint) share.
 */
#ifndef LCLN_SESSION_H
#define LCLN_SESSION_H

#include "auth.h"
#include "call.h"
#include "hmac.h"
#include "ljson.h"
#include "ltransport.h"
#include "random.h"

/* The longest header line that proves who is calling. */
#define LCLN_LINE_MAX_BYTES (2 * CLN_TOKEN_MAX_BYTES)

struct lcln_store {
  struct cln_token_store store; /* owned */
};

/* Places in the session's companion table. */
enum {
  LCLN_KEEP_TRANSPORT = 1,
  LCLN_KEEP_STORE = 2,
  LCLN_KEEP_SESSION = 3,
  LCLN_KEEP_SPARE = 4 /* a call that has ended, for reuse */
};

struct lcln_session {
  bool open;                        /* false once closed */
  struct lcln_transport *transport; /* kept alive by the companion table */
  struct lcln_store *store;         /* likewise; NULL without a token */
  struct cln_hmac hmac;             /* owned */
  bool signs;                       /* send with an HMAC signature */
  bool token_renewable;             /* a 401 may be cured by a new token */
  struct cln_buffer base;           /* base URL, NUL-terminated */
  struct cln_url base_url;          /* views into base */
  bool direct;                      /* loopback: never through a proxy */
  struct cln_buffer headers;        /* default lines, each ended by a NUL */
  size_t header_count;              /* lines in headers */
  bool sets_content_type;           /* one of them is Content-Type */
  long long total_ms;               /* deadline of a call */
  long connect_ms, idle_ms;         /* see struct cln_exchange_options */
  int max_attempts;                 /* 1: no retries */
  double base_ms, cap_ms;           /* back-off */
  struct cln_budget budget;         /* of retries */
  struct cln_random random;         /* ids and jitter */
  size_t max_body_bytes;            /* of an answer */
  struct lcln_json_options json;    /* how answers are read */
  struct cln_jscan *scan;           /* owned scratch */
  bool scan_busy;                   /* a decode is under way */
  double calls, attempts, retries;  /* for stats */
};

/* Raises "client is closed" on a closed one. */
struct lcln_session *lcln_check_session(lua_State *L, int index);

/* Where a parameter goes; may be several. */
enum {
  LCLN_IN_PATH = 1,
  LCLN_IN_QUERY = 2,
  LCLN_IN_HEADER = 4,
  LCLN_IN_BODY = 8
};

enum lcln_type {
  LCLN_ANY,
  LCLN_STRING,
  LCLN_INTEGER,
  LCLN_NUMBER,
  LCLN_BOOLEAN,
  LCLN_ARRAY_TYPE,
  LCLN_OBJECT,
  LCLN_FILE_TYPE
};

/* What a body is made of. */
enum lcln_content {
  LCLN_CONTENT_JSON,      /* one object of body keys, or any value */
  LCLN_CONTENT_FORM,      /* application/x-www-form-urlencoded */
  LCLN_CONTENT_MULTIPART, /* multipart/form-data */
  LCLN_CONTENT_FILE,      /* bytes, given whole */
  LCLN_CONTENT_TEXT       /* text, given whole */
};

struct lcln_entry {
  const char *key;     /* what the script says; owned by the companion */
  size_t key_len;      /* bytes */
  const char *name;    /* what is sent; owned by the companion */
  size_t name_len;     /* bytes */
  const char *member;  /* `"name":` as JSON; owned by the companion */
  size_t member_len;   /* bytes */
  unsigned places;     /* LCLN_IN_... */
  enum lcln_type type; /* checked before anything is sent */
  bool required;       /* refused when missing */
  bool identifier;     /* an integer stands for its digits */
};

/* Keys of params that stand for more than one parameter, unless the operation
   has a parameter of that name. */
enum lcln_reserved { LCLN_BODY, LCLN_QUERY, LCLN_HEADERS, LCLN_RESERVED };

struct lcln_piece {
  const char *text; /* literal part of the path; owned by the companion */
  size_t len;       /* bytes */
  int entry;        /* index of an entry, or -1: literal */
};

/* One operation of a catalog, compiled. Its companion table holds the key
   strings (1..n, in the order of entries), each key's position, the printed
   names (-1..-n), the reserved keys (lcln_reserved_place; nil where a
   parameter has the name), and the spec, which owns all other strings (0). */
struct lcln_operation {
  char method[CLN_METHOD_MAX + 1];  /* upper case */
  enum cln_retry_class retry_class; /* from the method, or the catalog */
  bool retry_503;                   /* catalog */
  enum lcln_content content;        /* what its body is made of */
  const char *content_type;         /* of the body; NULL: the content's own */
  bool strict;                      /* refuse unknown body keys and types */
  bool has_body;                    /* takes body keys */
  bool anonymous;                   /* send without token or signature */
  size_t entry_count;               /* entries */
  size_t piece_count;               /* pieces */
  struct lcln_piece *pieces;        /* behind the entries, same block */
  struct lcln_entry entries[1];     /* entry_count of them */
};

static inline int lcln_reserved_place(const struct lcln_operation *operation,
                                      enum lcln_reserved reserved)
{
  return -(int)operation->entry_count - 1 - (int)reserved;
}

#endif
