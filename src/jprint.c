/*
 * JSON strings and numbers, printed. Owns nothing: the caller's buffer takes
 * the text. Lengths are bytes. Never blocks.
 */
#include "jprint.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "utf8.h"

#define INTEGER_BYTES 20 /* "-9223372036854775808" */
#define NUMBER_BYTES                                                          \
  64 /* a sign, 17 digits, a point in any locale, "e-324"                     \
      */

static enum cln_status append_escape(struct cln_buffer *out,
                                     unsigned char byte)
{
  static const char digits[] = "0123456789abcdef";
  /* By code: what follows the backslash, 'u' for no short form. */
  static const char letters[] = "uuuuuuuubtnufruuuuuuuuuuuuuuuuuu";
  char escape[6] = "\\u00";

  if (byte >= 0x20) { /* a quote or a backslash */
    escape[1] = (char)byte;
    return cln_buffer_append(out, escape, 2);
  }
  if (letters[byte] != 'u') {
    escape[1] = letters[byte];
    return cln_buffer_append(out, escape, 2);
  }
  escape[4] = digits[byte >> 4];
  escape[5] = digits[byte & 0x0f];
  return cln_buffer_append(out, escape, 6);
}

/* Length of the longest prefix that stands as it is: plain bytes and whole
   characters above 0x7f. Ends before whatever else comes. */
static size_t copyable_run(const unsigned char *text, size_t len)
{
  size_t at = 0;
  size_t step;

  for (;;) {
    at += cln_plain_run(text + at, len - at);
    if (at == len || text[at] < 0x80)
      return at;
    step = cln_utf8_run(text + at, len - at);
    if (step == 0)
      return at;
    at += step;
  }
}

static enum cln_status append_inside(struct cln_buffer *out,
                                     const unsigned char *text, size_t len)
{
  enum cln_status status = CLN_OK;
  size_t at = 0;
  size_t run;

  while (at < len && status == CLN_OK) {
    run = copyable_run(text + at, len - at);
    status = cln_buffer_append(out, text + at, run);
    at += run;
    if (at == len || status != CLN_OK)
      break;
    if (text[at] >= 0x80)
      return CLN_VALIDATION;
    status = append_escape(out, text[at]);
    at++;
  }
  return status;
}

enum cln_status cln_jprint_string(struct cln_buffer *out, const char *text,
                                  size_t len)
{
  size_t before = out->len;
  enum cln_status status = cln_buffer_append_char(out, '"');

  if (status == CLN_OK && len > 0)
    status = append_inside(out, (const unsigned char *)text, len);
  if (status == CLN_OK)
    status = cln_buffer_append_char(out, '"');
  if (status == CLN_VALIDATION)
    out->len = before;
  return status;
}

/* Writes the digits so that they end before `end`; returns the first. */
static char *write_digits(char *end, uint64_t value)
{
  do {
    *--end = (char)('0' + value % 10);
    value /= 10;
  } while (value > 0);
  return end;
}

enum cln_status cln_jprint_integer(struct cln_buffer *out, int64_t value)
{
  char text[INTEGER_BYTES];
  char *end = text + sizeof(text);
  uint64_t magnitude = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
  char *first = write_digits(end, magnitude);

  if (value < 0)
    *--first = '-';
  return cln_buffer_append(out, first, (size_t)(end - first));
}

/*
 * Most fractions in real data have few decimals. If magnitude is the nearest
 * double to scaled / 10^decimals with at most 15 digits in all, these digits
 * are what %.15g prints, and dividing two integers that doubles hold gives
 * that nearest double. Returns the first byte, or NULL: none, or %g would
 * take the form with an exponent.
 */
static char *write_short_decimal(char *end, double magnitude)
{
  uint64_t scaled;
  double power = 1;
  int decimals;
  int i;

  if (magnitude < 1e-4)
    return NULL;
  for (decimals = 1; decimals <= 8; decimals++) {
    power *= 10;
    if (magnitude * power >= 1e15 - 1)
      return NULL;
    scaled = (uint64_t)(magnitude * power + 0.5);
    if ((double)scaled / power == magnitude)
      break;
  }
  if (decimals > 8)
    return NULL;
  for (i = 0; i < decimals; i++) {
    *--end = (char)('0' + scaled % 10);
    scaled /= 10;
  }
  *--end = '.';
  return write_digits(end, scaled);
}

/* Only the point of what snprintf and strtod write and read depends on the
   locale; both see the same one here. */
static size_t format_shortest(char text[NUMBER_BYTES], double value)
{
  int precision;
  int len = 0;

  for (precision = 15; precision <= 17; precision++) {
    len = snprintf(text, NUMBER_BYTES, "%.*g", precision, value);
    if (strtod(text, NULL) == value)
      break;
  }
  return (size_t)len;
}

/* The locale's point may have several bytes; whatever is no digit, sign or
   "e" belongs to it. */
static size_t replace_point(char *text, size_t len)
{
  static const char kept[] = "0123456789+-e";
  bool in_point = false;
  size_t written = 0;
  size_t at;

  for (at = 0; at < len; at++) {
    if (memchr(kept, text[at], sizeof(kept) - 1) != NULL) {
      text[written++] = text[at];
      in_point = false;
    } else if (!in_point) {
      text[written++] = '.';
      in_point = true;
    }
  }
  return written;
}

enum cln_status cln_jprint_number(struct cln_buffer *out, double value)
{
  const double limit = 9007199254740992.0; /* 2^53 */
  char text[NUMBER_BYTES];
  char *end = text + sizeof(text);
  char *first;

  if (!(value >= -DBL_MAX && value <= DBL_MAX))
    return CLN_VALIDATION;
  if (value == 0 && signbit(value))
    return cln_buffer_append(out, "-0", 2);
  if (value >= -limit && value <= limit && (double)(int64_t)value == value)
    return cln_jprint_integer(out, (int64_t)value);
  first = write_short_decimal(end, value < 0 ? -value : value);
  if (first != NULL) {
    if (value < 0)
      *--first = '-';
    return cln_buffer_append(out, first, (size_t)(end - first));
  }
  return cln_buffer_append(out, text,
                           replace_point(text, format_shortest(text, value)));
}
