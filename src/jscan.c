/*
 * The strict JSON scan: its lifetime, its start and its results. Owns its
 * scratch (marks, path, key table), which grows with the largest text so far;
 * cln_jscan_free frees it. Offsets are bytes. Never blocks.
 */
#include "jscan.h"

#include <stdlib.h>
#include <string.h>

#include "jgrammar.h"

static const char byte_order_mark[] = "\xef\xbb\xbf";

struct cln_jscan *cln_jscan_new(void)
{
  struct cln_jscan *scan = calloc(1, sizeof(*scan));

  if (scan == NULL)
    return NULL;
  cln_jmarks_init(&scan->marks);
  cln_jkeys_init(&scan->keys);
  return scan;
}

void cln_jscan_free(struct cln_jscan *scan)
{
  if (scan == NULL)
    return;
  cln_jmarks_free(&scan->marks);
  cln_jkeys_free(&scan->keys);
  free(scan);
}

static void start(struct cln_jscan *scan, const char *text, size_t len,
                  const struct cln_jscan_options *options)
{
  if (len == 0)
    text = ""; /* it may be NULL, which has no end */
  cln_jmarks_start(&scan->marks);
  cln_jkeys_start(&scan->keys, text);
  scan->start = len >= 3 && memcmp(text, byte_order_mark, 3) == 0 ? 3 : 0;
  scan->duplicates = 0;
  scan->text = (const unsigned char *)text;
  scan->end = scan->text + len;
  scan->options = *options;
  scan->status = CLN_OK;
}

enum cln_status cln_jscan_run(struct cln_jscan *scan, const char *text,
                              size_t len,
                              const struct cln_jscan_options *options,
                              struct cln_error *error)
{
  start(scan, text, len, options);
  if (cln_jgrammar_scan(scan, scan->text + scan->start) != NULL) {
    cln_jmarks_finish(&scan->marks);
    return CLN_OK;
  }
  if (scan->status == CLN_NOMEM)
    return cln_fail(error, CLN_NOMEM, "not enough memory");
  if (scan->status == CLN_TOO_LARGE)
    return cln_fail(error, CLN_TOO_LARGE,
                    "nested deeper than %d levels, at byte offset %zu",
                    options->max_depth, (size_t)(scan->fault_at - scan->text));
  return cln_fail(error, CLN_JSON, "%s, at byte offset %zu", scan->fault,
                  (size_t)(scan->fault_at - scan->text));
}

const struct cln_jmark *cln_jscan_marks(const struct cln_jscan *scan,
                                        size_t *count)
{
  *count = scan->marks.count;
  return scan->marks.list;
}

size_t cln_jscan_start(const struct cln_jscan *scan)
{
  return scan->start;
}

size_t cln_jscan_duplicates(const struct cln_jscan *scan)
{
  return scan->duplicates;
}
