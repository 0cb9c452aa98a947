/*
 * The inside of one JSON string: its grammar. Works on the caller's text,
 * owns nothing, never blocks. cln_jscan_unescape is in jscan.h.
 */
#ifndef CLN_JSTRING_H
#define CLN_JSTRING_H

#include <stdbool.h>

struct cln_jstring {
  const unsigned char *end; /* the closing quote; or where the fault is */
  const char *fault;        /* what is wrong; NULL when nothing */
  bool is_escaped;          /* holds a backslash */
};

/* at is past the opening quote. False when the string is malformed, or does
   not end before `end`. */
bool cln_jstring_scan(struct cln_jstring *string, const unsigned char *at,
                      const unsigned char *end);

#endif
