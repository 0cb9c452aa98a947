/*
 * A cheap walk over the members of one JSON object: each key, and where its
 * value stands in the text, so that a large document is taken apart piece by
 * piece and only what is used is decoded. Only keys and what stands between
 * the members are checked strictly. Inside a value just strings and brackets
 * are followed: it ends where it ends (truncated or unbalanced text is
 * refused), but the strict scan of jscan.h has to see it before it is used.
 * Works on the caller's text, owns nothing, never blocks.
 */
#ifndef CLN_JMEMBERS_H
#define CLN_JMEMBERS_H

#include <stdbool.h>

#include "clinone.h"

#define CLN_JMEMBERS_MAX_DEPTH 1000 /* the most that max_depth may be */

struct cln_jmember {
  const char *key;   /* in the text, quotes excluded, escapes not undone */
  size_t key_len;    /* bytes */
  bool key_escaped;  /* holds a backslash: cln_jscan_unescape */
  const char *value; /* in the text, no white space around it */
  size_t value_len;  /* bytes, > 0 */
};

struct cln_jmembers {
  const unsigned char *text; /* the caller's */
  const unsigned char *at;   /* what comes next */
  const unsigned char *end;  /* past the last byte */
  int max_depth;             /* the object itself is 1 */
  bool begun;                /* past the "{" */
  unsigned char arrays[CLN_JMEMBERS_MAX_DEPTH / 8 + 1]; /* bit: a "[" */
};

/* A leading UTF-8 byte order mark is skipped. */
void cln_jmembers_start(struct cln_jmembers *members, const char *text,
                        size_t len, int max_depth);

/*
 * The next member, in the order of the text; a key that stands twice comes
 * twice. member->key is NULL past the last one. CLN_JSON (the text is no
 * object, or malformed; the message names the fault and the byte offset),
 * CLN_TOO_LARGE (too deep).
 */
enum cln_status cln_jmembers_next(struct cln_jmembers *members,
                                  struct cln_jmember *member,
                                  struct cln_error *error);

#endif
