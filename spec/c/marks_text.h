/*
 * The marks of a scan as text, for expectations that can be read: "A" ARRAY,
 * ">place" ENTER, "<" LEAVE, "N:place" NULL, "I:place=value" INTEGER,
 * "T:place=literal" TEXT. A place is a key ("~" after one with escapes),
 * "[n]", or "$", the root. Include it after test.h.
 */
#ifndef CLN_MARKS_TEXT_H
#define CLN_MARKS_TEXT_H

#include "../../src/jscan.h"

static const struct cln_jscan_options doubles = {50, true, false, false,
                                                 false};
static const struct cln_jscan_options wide = {50, true, true, true, false};

static inline void print_place(char *out, size_t size, const char *text,
                               const struct cln_jmark *mark)
{
  if (mark->in_root)
    snprintf(out, size, "$");
  else if (mark->index > 0)
    snprintf(out, size, "[%d]", (int)mark->index);
  else
    snprintf(out, size, "%.*s%s", (int)mark->key_len, text + mark->key,
             mark->key_escaped ? "~" : "");
}

static inline void print_mark(char *out, size_t size, const char *text,
                              const struct cln_jmark *mark)
{
  char place[200];

  print_place(place, sizeof(place), text, mark);
  switch (mark->kind) {
  case CLN_JMARK_ENTER:
    snprintf(out, size, ">%s", place);
    break;
  case CLN_JMARK_LEAVE:
    snprintf(out, size, "<");
    break;
  case CLN_JMARK_ARRAY:
    snprintf(out, size, "A");
    break;
  case CLN_JMARK_NULL:
    snprintf(out, size, "N:%s", place);
    break;
  case CLN_JMARK_INTEGER:
    snprintf(out, size, "I:%s=%lld", place, (long long)mark->integer);
    break;
  case CLN_JMARK_MINUS_ZERO:
    snprintf(out, size, "Z:%s", place);
    break;
  case CLN_JMARK_TEXT:
    snprintf(out, size, "T:%s=%.*s", place, (int)mark->literal_len,
             text + mark->literal);
    break;
  }
}

static inline void print_marks(char *out, size_t size,
                               const struct cln_jscan *scan, const char *text)
{
  const struct cln_jmark *marks;
  size_t count;
  size_t used = 0;
  size_t i;

  marks = cln_jscan_marks(scan, &count);
  out[0] = '\0';
  for (i = 0; i < count && used + 1 < size; i++) {
    if (i > 0)
      out[used++] = ' ';
    print_mark(out + used, size - used, text, &marks[i]);
    used += strlen(out + used);
  }
}

static inline void check_marks(struct cln_jscan *scan, const char *text,
                               const struct cln_jscan_options *options,
                               const char *expected)
{
  struct cln_error error;
  char got[4000];

  if (CHECK_ABOUT(cln_jscan_run(scan, text, strlen(text), options, &error) ==
                      CLN_OK,
                  text)) {
    print_marks(got, sizeof(got), scan, text);
    CHECK_TEXT(got, strlen(got), expected, text);
  } else {
    printf("  got:      %s\n", error.message);
  }
}

#endif
