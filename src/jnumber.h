/*
 * One JSON number: its grammar, and whether a VM can hold its value. Works on
 * the caller's text, owns nothing, never blocks; independent of the locale.
 */
#ifndef CLN_JNUMBER_H
#define CLN_JNUMBER_H

#include <stdbool.h>
#include <stdint.h>

struct cln_jnumber {
  const unsigned char *end; /* past the literal; or where it is malformed */
  bool fits_int64;          /* no fraction, no exponent, in int64's range */
  bool is_held;             /* the VM holds the value: jscan.h's TEXT rule */
  int64_t integer;          /* the value, if fits_int64 */
};

/* False when the text at `at` (before `end`) does not begin with a number. */
bool cln_jnumber_scan(struct cln_jnumber *number, const unsigned char *at,
                      const unsigned char *end, bool wide_integers);

#endif
