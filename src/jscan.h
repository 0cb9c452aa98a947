/*
 * A strict scan of a JSON text (RFC 8259, UTF-8 per RFC 3629) that stands
 * before lua-cjson, which takes less strict texts and loses some values. It
 * builds no values: it checks the text and lists, in document order, what
 * the parser would lose, as a small walk through the parsed tree.
 * Owns its scratch (marks, stack, key table), kept between scans; free with
 * cln_jscan_free. The text must outlive the marks. Never blocks.
 */
#ifndef CLN_JSCAN_H
#define CLN_JSCAN_H

#include <stdbool.h>
#include <stdint.h>

#include "clinone.h"

/*
 * The walk starts with the root value as "current". ENTER marks are emitted
 * only for containers in which something is marked, each closed by a LEAVE.
 */
enum cln_jmark_kind {
  CLN_JMARK_ENTER,      /* the child at this place becomes current */
  CLN_JMARK_LEAVE,      /* back to the parent; no place */
  CLN_JMARK_ARRAY,      /* current is an array; no place */
  CLN_JMARK_NULL,       /* null at this key of an object */
  CLN_JMARK_INTEGER,    /* an integer literal that fits int64, at this place */
  CLN_JMARK_MINUS_ZERO, /* "-0", which is no integer, at this place */
  CLN_JMARK_TEXT        /* a number that the VM cannot hold exactly */
};

/*
 * A place is a key (key_len bytes at text + key, quotes excluded, escapes
 * not undone) or, when index > 0, a 1-based array position. The root has
 * neither (in_root).
 */
struct cln_jmark {
  enum cln_jmark_kind kind;
  bool in_root;       /* the place is the root itself */
  bool key_escaped;   /* the key holds a backslash: undo before look-up */
  size_t key;         /* offset of the key's first byte */
  size_t key_len;     /* bytes */
  size_t index;       /* 1-based; 0 when the place is a key */
  int64_t integer;    /* INTEGER: the value */
  size_t literal;     /* TEXT: offset of the number's first byte */
  size_t literal_len; /* TEXT: bytes */
};

struct cln_jscan_options {
  int max_depth;        /* containers in each other; root container is 1 */
  bool mark_nulls;      /* NULL marks for object members (null = "nil") */
  bool mark_integers;   /* INTEGER marks (Lua 5.3+ with a cjson that makes
                           floats of them); never for "-0" */
  bool wide_integers;   /* the VM holds int64 exactly (Lua 5.3+); otherwise
                           doubles only */
  bool mark_minus_zero; /* MINUS_ZERO marks (a cjson that may
                          make an integer of it) */
};

struct cln_jscan; /* opaque: see jscan.c */

/* NULL when out of memory. */
struct cln_jscan *cln_jscan_new(void);
void cln_jscan_free(struct cln_jscan *scan);

/*
 * CLN_OK, CLN_JSON (the message names the fault and the byte offset, never a
 * value or a key), CLN_TOO_LARGE (too deep), CLN_NOMEM.
 *
 * Refused: everything RFC 8259 refuses; invalid UTF-8 (overlong, surrogates,
 * above U+10FFFF); \u escapes that are an unpaired surrogate; bytes after
 * the value (NUL too); an empty text. Skipped: a leading UTF-8 BOM, see
 * cln_jscan_start.
 *
 * TEXT rule: the number's value cannot be held exactly by this VM. An integer
 * literal (no fraction, no exponent) is held if it fits int64 and, on a VM of
 * doubles only, has the same digits as one. Any other number is held if
 * its significant decimal digits (leading and trailing zeros cut) come back
 * the same from the double at that precision; overflow to infinity and
 * underflow that loses digits are not held. Independent of the locale.
 *
 * Duplicate keys in one object: legal; the last one wins, as in the parser.
 * Marks of the losing ones are dropped, and cln_jscan_duplicates counts them.
 */
enum cln_status cln_jscan_run(struct cln_jscan *scan, const char *text,
                              size_t len,
                              const struct cln_jscan_options *options,
                              struct cln_error *error);

/* Results of the last run that returned CLN_OK; valid until the next. */
const struct cln_jmark *cln_jscan_marks(const struct cln_jscan *scan,
                                        size_t *count);
size_t cln_jscan_start(const struct cln_jscan *scan); /* 0, or 3 past a BOM */
size_t cln_jscan_duplicates(const struct cln_jscan *scan);

/*
 * Undoes the escapes of a scanned (hence valid) string's inside into out,
 * which must hold len bytes (an escape never grows). Returns the length.
 */
size_t cln_jscan_unescape(char *out, const char *text, size_t len);

/* Length of the longest prefix of text that is valid UTF-8 (len if all). */
size_t cln_utf8_valid_prefix(const char *text, size_t len);

#endif
