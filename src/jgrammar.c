/*
 * The grammar of JSON texts (RFC 8259 sections 2 to 5). Works on the scan's
 * state, which jscan.c owns. No recursion: the path is in the marks. Never
 * blocks.
 *
 * A function that takes and returns a place in the text begins there and
 * ends there; NULL means that it set the scan's status and fault.
 */
#include "jgrammar.h"

#include <string.h>

#include "jnumber.h"
#include "jstring.h"

static const unsigned char *refuse(struct cln_jscan *scan,
                                   const unsigned char *at, const char *fault)
{
  scan->status = CLN_JSON;
  scan->fault = fault;
  scan->fault_at = at;
  return NULL;
}

static const unsigned char *no_memory(struct cln_jscan *scan)
{
  scan->status = CLN_NOMEM;
  return NULL;
}

static inline const unsigned char *skip_space(const struct cln_jscan *scan,
                                              const unsigned char *at)
{
  const unsigned char *end = scan->end;

  for (; at < end && *at <= ' '; at++) {
    if (*at != ' ' && *at != '\n' && *at != '\r' && *at != '\t')
      break;
  }
  return at;
}

/* at is past the opening quote of a string. */
static bool scan_string(struct cln_jscan *scan, struct cln_jstring *string,
                        const unsigned char *at)
{
  if (cln_jstring_scan(string, at, scan->end))
    return true;
  refuse(scan, string->end, string->fault);
  return false;
}

/* The child at hand ended: its marks are known. */
static void end_member(struct cln_jscan *scan, const struct cln_jframe *frame)
{
  struct cln_jkey *key = &scan->keys.list[frame->entry];

  key->marks_begin = frame->marks_begin;
  key->marks_end = scan->marks.count;
}

static void drop_member(struct cln_jscan *scan, size_t entry)
{
  const struct cln_jkey *key = &scan->keys.list[entry];

  cln_jmarks_drop(&scan->marks, key->marks_begin, key->marks_end);
  scan->duplicates++;
}

/* A member's key, up to its value. */
static const unsigned char *scan_key(struct cln_jscan *scan,
                                     const unsigned char *at)
{
  struct cln_jframe *frame = cln_jmarks_top(&scan->marks);
  struct cln_jstring string;
  bool again = false;

  at = skip_space(scan, at);
  if (at == scan->end || *at != '"')
    return refuse(scan, at, "expected a key in quotes");
  at++;
  if (!scan_string(scan, &string, at))
    return NULL;
  frame->key = (size_t)(at - scan->text);
  frame->key_len = (size_t)(string.end - at);
  frame->key_escaped = string.is_escaped;
  frame->entry = cln_jkeys_add(&scan->keys, &frame->object, frame->key,
                               frame->key_len, frame->key_escaped, &again);
  if (frame->entry == SIZE_MAX)
    return no_memory(scan);
  if (again)
    drop_member(scan, frame->entry);
  frame->marks_begin = scan->marks.count;
  at = skip_space(scan, string.end + 1);
  if (at == scan->end || *at != ':')
    return refuse(scan, at, "expected \":\"");
  return at + 1;
}

/* An object in which keys came that are not in the key table ends. */
static void drop_sorted(struct cln_jscan *scan,
                        const struct cln_jobject *object)
{
  struct cln_jkeys *keys = &scan->keys;
  size_t i;

  cln_jkeys_sort(keys, object);
  for (i = object->first; i + 1 < keys->count; i++) {
    if (cln_jkeys_equal(keys, &keys->list[i], &keys->list[i + 1]))
      drop_member(scan, i);
  }
}

/* at is the closing bracket or brace. */
static const unsigned char *close_container(struct cln_jscan *scan,
                                            const unsigned char *at)
{
  const struct cln_jframe *frame = cln_jmarks_top(&scan->marks);

  if (!frame->is_array) {
    if (frame->object.sorted)
      drop_sorted(scan, &frame->object);
    cln_jkeys_end(&scan->keys, &frame->object);
  }
  return cln_jmarks_close(&scan->marks) ? at + 1 : no_memory(scan);
}

/* at is the opening bracket or brace; ends before the first child's value,
   or past an empty container. */
static const unsigned char *open_container(struct cln_jscan *scan,
                                           const unsigned char *at)
{
  bool is_array = *at == '[';
  struct cln_jframe *frame;

  if (scan->options.max_depth <= 0 ||
      scan->marks.depth >= (size_t)scan->options.max_depth) {
    scan->status = CLN_TOO_LARGE;
    scan->fault_at = at;
    return NULL;
  }
  frame = cln_jmarks_open(&scan->marks, is_array);
  if (frame == NULL)
    return no_memory(scan);
  frame->object.first = scan->keys.count;
  frame->index = is_array;
  if (is_array && cln_jmarks_add(&scan->marks, CLN_JMARK_ARRAY) == NULL)
    return no_memory(scan);
  at = skip_space(scan, at + 1);
  if (at < scan->end && *at == (is_array ? ']' : '}'))
    return close_container(scan, at);
  return is_array ? at : scan_key(scan, at);
}

static const unsigned char *scan_number(struct cln_jscan *scan,
                                        const unsigned char *at)
{
  const struct cln_jscan_options *options = &scan->options;
  struct cln_jnumber number;
  struct cln_jmark *mark;

  if (!cln_jnumber_scan(&number, at, scan->end, options->wide_integers))
    return refuse(scan, number.end,
                  *at == '-' || number.end > at ? "malformed number"
                                                : "expected a value");
  if (!number.is_held) {
    mark = cln_jmarks_add(&scan->marks, CLN_JMARK_TEXT);
    if (mark == NULL)
      return no_memory(scan);
    mark->literal = (size_t)(at - scan->text);
    mark->literal_len = (size_t)(number.end - at);
  } else if (options->mark_minus_zero && number.fits_int64 &&
             number.integer == 0 && *at == '-') {
    mark = cln_jmarks_add(&scan->marks, CLN_JMARK_MINUS_ZERO);
    if (mark == NULL)
      return no_memory(scan);
  } else if (options->mark_integers && number.fits_int64 &&
             (number.integer != 0 || *at != '-')) {
    mark = cln_jmarks_add(&scan->marks, CLN_JMARK_INTEGER);
    if (mark == NULL)
      return no_memory(scan);
    mark->integer = number.integer;
  }
  return number.end;
}

static const unsigned char *scan_word(struct cln_jscan *scan,
                                      const unsigned char *at,
                                      const char *word)
{
  size_t len = strlen(word);

  if ((size_t)(scan->end - at) < len || memcmp(at, word, len) != 0)
    return refuse(scan, at, "expected a value");
  return at + len;
}

static const unsigned char *scan_null(struct cln_jscan *scan,
                                      const unsigned char *at)
{
  struct cln_jmarks *marks = &scan->marks;

  at = scan_word(scan, at, "null");
  if (at == NULL || !scan->options.mark_nulls || marks->depth == 0 ||
      cln_jmarks_top(marks)->is_array)
    return at;
  return cln_jmarks_add(marks, CLN_JMARK_NULL) != NULL ? at : no_memory(scan);
}

static const unsigned char *scan_scalar(struct cln_jscan *scan,
                                        const unsigned char *at)
{
  struct cln_jstring string;

  switch (*at) {
  case '"':
    return scan_string(scan, &string, at + 1) ? string.end + 1 : NULL;
  case 't':
    return scan_word(scan, at, "true");
  case 'f':
    return scan_word(scan, at, "false");
  case 'n':
    return scan_null(scan, at);
  default:
    return scan_number(scan, at);
  }
}

/* at is past a value. Closes what ends there; ends before the next value, or
   past the root. */
static const unsigned char *scan_to_next(struct cln_jscan *scan,
                                         const unsigned char *at)
{
  struct cln_jframe *frame;

  while (at != NULL && scan->marks.depth > 0) {
    frame = cln_jmarks_top(&scan->marks);
    if (!frame->is_array)
      end_member(scan, frame);
    at = skip_space(scan, at);
    if (at == scan->end)
      return refuse(scan, at, "the text ends inside an array or object");
    if (*at == ',') {
      if (!frame->is_array)
        return scan_key(scan, at + 1);
      frame->index++;
      return at + 1;
    }
    if (*at != (frame->is_array ? ']' : '}'))
      return refuse(scan, at,
                    frame->is_array ? "expected \",\" or \"]\""
                                    : "expected \",\" or \"}\"");
    at = close_container(scan, at);
  }
  return at;
}

const unsigned char *cln_jgrammar_scan(struct cln_jscan *scan,
                                       const unsigned char *at)
{
  size_t depth;

  do {
    at = skip_space(scan, at);
    if (at == scan->end)
      return refuse(scan, at, "the text ends where a value is expected");
    depth = scan->marks.depth;
    if (*at == '[' || *at == '{')
      at = open_container(scan, at);
    else
      at = scan_scalar(scan, at);
    if (at != NULL && scan->marks.depth <= depth)
      at = scan_to_next(scan, at);
  } while (at != NULL && scan->marks.depth > 0);
  if (at == NULL)
    return NULL;
  at = skip_space(scan, at);
  return at == scan->end ? at : refuse(scan, at, "bytes after the value");
}
