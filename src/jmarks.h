/*
 * The scanner's way from the root to where it stands, and the marks made so
 * far. ENTER marks are made when the first thing below needs one. Owns its
 * arrays, kept between scans; free with cln_jmarks_free. Never blocks.
 */
#ifndef CLN_JMARKS_H
#define CLN_JMARKS_H

#include "jkeys.h"
#include "jscan.h"

/* A container that is not closed yet, and the child at hand. */
struct cln_jframe {
  bool is_array;
  bool key_escaped;          /* objects: the child's key holds a backslash */
  size_t key;                /* objects: offset of the child's key */
  size_t key_len;            /* objects: bytes, escapes not undone */
  size_t index;              /* arrays: 1-based place; 0 in objects */
  size_t marks_begin;        /* objects: the first mark of the child */
  size_t entry;              /* objects: the child's key in the key table */
  struct cln_jobject object; /* objects: their part of the key table */
};

struct cln_jmarks {
  struct cln_jmark *list;    /* NULL while cap is 0 */
  size_t count;              /* marks made */
  size_t cap;                /* items allocated */
  struct cln_jframe *frames; /* the root container is frames[0] */
  size_t depth;              /* containers that are not closed */
  size_t frame_cap;          /* items allocated */
  size_t entered;            /* outermost containers with ENTER made; the
                                root counts from the start */
  bool dropped;              /* some marks are to be taken out at the end */
};

void cln_jmarks_init(struct cln_jmarks *marks);
void cln_jmarks_free(struct cln_jmarks *marks);

/* Before each scan. */
void cln_jmarks_start(struct cln_jmarks *marks);

/* A frame for a container at the place at hand; NULL when out of memory. It
   moves when another is opened. */
struct cln_jframe *cln_jmarks_open(struct cln_jmarks *marks, bool is_array);

/* Closes the innermost container. False when out of memory. */
bool cln_jmarks_close(struct cln_jmarks *marks);

/* A mark at the place at hand (ARRAY: on the container itself), after the
   ENTERs that lead there. NULL when out of memory. */
struct cln_jmark *cln_jmarks_add(struct cln_jmarks *marks,
                                 enum cln_jmark_kind kind);

/* Forgets the marks [begin, end), which are one closed child's. */
void cln_jmarks_drop(struct cln_jmarks *marks, size_t begin, size_t end);

/* Takes out what was dropped, and the ENTERs made for nothing else. */
void cln_jmarks_finish(struct cln_jmarks *marks);

static inline struct cln_jframe *cln_jmarks_top(struct cln_jmarks *marks)
{
  return &marks->frames[marks->depth - 1];
}

#endif
