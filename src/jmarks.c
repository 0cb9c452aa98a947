/*
 * The marks and the path that leads to them. The arrays are kept between
 * scans and freed by cln_jmarks_free. Never blocks.
 */
#include "jmarks.h"

#include <stdlib.h>
#include <string.h>

#include "grow.h"

void cln_jmarks_init(struct cln_jmarks *marks)
{
  memset(marks, 0, sizeof(*marks));
}

void cln_jmarks_free(struct cln_jmarks *marks)
{
  free(marks->list);
  free(marks->frames);
  cln_jmarks_init(marks);
}

void cln_jmarks_start(struct cln_jmarks *marks)
{
  marks->count = 0;
  marks->depth = 0;
  marks->entered = 1;
  marks->dropped = false;
}

struct cln_jframe *cln_jmarks_open(struct cln_jmarks *marks, bool is_array)
{
  struct cln_jframe *frame;

  if (marks->depth == marks->frame_cap) {
    frame = cln_grow(marks->frames, &marks->frame_cap, sizeof(*frame));
    if (frame == NULL)
      return NULL;
    marks->frames = frame;
  }
  frame = &marks->frames[marks->depth++];
  memset(frame, 0, sizeof(*frame));
  frame->is_array = is_array;
  return frame;
}

static struct cln_jmark *append(struct cln_jmarks *marks,
                                enum cln_jmark_kind kind)
{
  struct cln_jmark *mark;

  if (marks->count == marks->cap) {
    mark = cln_grow(marks->list, &marks->cap, sizeof(*mark));
    if (mark == NULL)
      return NULL;
    marks->list = mark;
  }
  mark = &marks->list[marks->count++];
  memset(mark, 0, sizeof(*mark));
  mark->kind = kind;
  return mark;
}

static void set_place(struct cln_jmark *mark, const struct cln_jframe *frame)
{
  mark->key_escaped = frame->key_escaped;
  mark->key = frame->key;
  mark->key_len = frame->key_len;
  mark->index = frame->index;
}

/* Makes the ENTERs that are missing on the way to the innermost container. */
static bool enter(struct cln_jmarks *marks)
{
  struct cln_jmark *mark;

  while (marks->entered < marks->depth) {
    mark = append(marks, CLN_JMARK_ENTER);
    if (mark == NULL)
      return false;
    set_place(mark, &marks->frames[marks->entered - 1]);
    /* This ENTER is not the child's: it stays when the child is dropped. */
    marks->frames[marks->entered].marks_begin = marks->count;
    marks->entered++;
  }
  return true;
}

bool cln_jmarks_close(struct cln_jmarks *marks)
{
  if (marks->entered == marks->depth && marks->depth > 1) {
    if (append(marks, CLN_JMARK_LEAVE) == NULL)
      return false;
    marks->entered--;
  }
  marks->depth--;
  return true;
}

struct cln_jmark *cln_jmarks_add(struct cln_jmarks *marks,
                                 enum cln_jmark_kind kind)
{
  struct cln_jmark *mark;

  if (!enter(marks))
    return NULL;
  mark = append(marks, kind);
  if (mark == NULL || kind == CLN_JMARK_ARRAY)
    return mark;
  mark->in_root = marks->depth == 0;
  if (!mark->in_root)
    set_place(mark, cln_jmarks_top(marks));
  return mark;
}

/* Until cln_jmarks_finish, a LEAVE with an index stands for a dropped range
   up to that index: one step however much is dropped, and a child that holds
   dropped ranges can be dropped in turn. */
void cln_jmarks_drop(struct cln_jmarks *marks, size_t begin, size_t end)
{
  if (begin == end)
    return;
  marks->list[begin].kind = CLN_JMARK_LEAVE;
  marks->list[begin].index = end;
  marks->dropped = true;
}

void cln_jmarks_finish(struct cln_jmarks *marks)
{
  const struct cln_jmark *mark;
  size_t kept = 0;
  size_t at = 0;

  if (!marks->dropped)
    return;
  while (at < marks->count) {
    mark = &marks->list[at];
    if (mark->kind == CLN_JMARK_LEAVE && mark->index > 0) {
      at = mark->index;
      continue;
    }
    at++;
    if (mark->kind == CLN_JMARK_LEAVE && kept > 0 &&
        marks->list[kept - 1].kind == CLN_JMARK_ENTER)
      kept--; /* nothing is left in between */
    else
      marks->list[kept++] = *mark;
  }
  marks->count = kept;
}
