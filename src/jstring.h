/*
 * The inside of one JSON string: its grammar. Works on the caller's text,
 * owns nothing, never blocks. cln_jscan_unescape is in jscan.h.
 */
#ifndef CLN_JSTRING_H
#define CLN_JSTRING_H

#include <stdbool.h>

#include "utf8.h"

struct cln_jstring {
  const unsigned char *end; /* the closing quote; or where the fault is */
  const char *fault;        /* what is wrong; NULL when nothing */
  bool is_escaped;          /* holds a backslash */
};

/* The way out of the inline function below: at is somewhere inside. */
bool cln_jstring_scan_on(struct cln_jstring *string, const unsigned char *at,
                         const unsigned char *end);

/* at is past the opening quote. False when the string is malformed, or does
   not end before `end`. */
static inline bool cln_jstring_scan(struct cln_jstring *string,
                                    const unsigned char *at,
                                    const unsigned char *end)
{
  at += cln_plain_run(at, (size_t)(end - at));
  if (at == end || *at != '"')
    return cln_jstring_scan_on(string, at, end);
  string->end = at;
  string->fault = NULL;
  string->is_escaped = false;
  return true;
}

#endif
