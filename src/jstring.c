/*
 * JSON strings: escapes and UTF-8. Owns nothing, allocates nothing; lengths
 * are bytes. Never blocks.
 */
#include "jstring.h"

#include <string.h>

#include "jscan.h"

/* What may follow a backslash, "u" aside, and what it then means. */
static const char escapes[] = "\"\\/bfnrt";
static const char meanings[] = "\"\\/\b\f\n\r\t";

/* Four hexadecimal digits, or -1. */
static int read_hex4(const unsigned char *at)
{
  int value = 0;
  int digit;
  int i;

  for (i = 0; i < 4; i++) {
    digit = at[i];
    if (digit >= '0' && digit <= '9')
      digit -= '0';
    else if (digit >= 'a' && digit <= 'f')
      digit -= 'a' - 10;
    else if (digit >= 'A' && digit <= 'F')
      digit -= 'A' - 10;
    else
      return -1;
    value = value * 16 + digit;
  }
  return value;
}

static bool is_high_surrogate(int unit)
{
  return unit >= 0xd800 && unit <= 0xdbff;
}

static bool is_low_surrogate(int unit)
{
  return unit >= 0xdc00 && unit <= 0xdfff;
}

static const unsigned char *refuse(struct cln_jstring *string,
                                   const unsigned char *at, const char *fault)
{
  string->end = at;
  string->fault = fault;
  return NULL;
}

/* at is a "\" followed by "u". Past the escape, or NULL. */
static const unsigned char *scan_unicode(struct cln_jstring *string,
                                         const unsigned char *at,
                                         const unsigned char *end)
{
  int unit = end - at < 6 ? -1 : read_hex4(at + 2);

  if (unit < 0)
    return refuse(string, at, "\\u without four hexadecimal digits");
  if (is_high_surrogate(unit) && end - at >= 12 && at[6] == '\\' &&
      at[7] == 'u' && is_low_surrogate(read_hex4(at + 8)))
    return at + 12;
  if (is_high_surrogate(unit) || is_low_surrogate(unit))
    return refuse(string, at, "half a surrogate pair in a string");
  return at + 6;
}

/* at is a "\". Past the escape, or NULL. */
static const unsigned char *scan_escape(struct cln_jstring *string,
                                        const unsigned char *at,
                                        const unsigned char *end)
{
  if (end - at < 2)
    return refuse(string, end, "the text ends inside a string");
  if (at[1] == 'u')
    return scan_unicode(string, at, end);
  if (at[1] == '\0' || strchr(escapes, at[1]) == NULL)
    return refuse(string, at, "unknown escape in a string");
  return at + 2;
}

/* at is a byte that cln_plain_run stops at, no quote. Past what it begins, or
   NULL. */
static const unsigned char *scan_odd(struct cln_jstring *string,
                                     const unsigned char *at,
                                     const unsigned char *end)
{
  size_t len;

  if (*at == '\\') {
    string->is_escaped = true;
    return scan_escape(string, at, end);
  }
  if (*at < 0x20)
    return refuse(string, at, "a control character in a string");
  len = cln_utf8_run(at, (size_t)(end - at));
  return len > 0 ? at + len : refuse(string, at, "invalid UTF-8 in a string");
}

bool cln_jstring_scan_on(struct cln_jstring *string, const unsigned char *at,
                         const unsigned char *end)
{
  string->fault = NULL;
  string->is_escaped = false;
  while (at < end && *at != '"') {
    at = scan_odd(string, at, end);
    if (at == NULL)
      return false;
    at += cln_plain_run(at, (size_t)(end - at));
  }
  string->end = at;
  if (at == end)
    string->fault = "the text ends inside a string";
  return at < end;
}

/* Returns the bytes of the character in UTF-8. */
static size_t put_utf8(char *out, int character)
{
  if (character < 0x80) {
    out[0] = (char)character;
    return 1;
  }
  if (character < 0x800) {
    out[0] = (char)(0xc0 | character >> 6);
    out[1] = (char)(0x80 | (character & 0x3f));
    return 2;
  }
  if (character < 0x10000) {
    out[0] = (char)(0xe0 | character >> 12);
    out[1] = (char)(0x80 | (character >> 6 & 0x3f));
    out[2] = (char)(0x80 | (character & 0x3f));
    return 3;
  }
  out[0] = (char)(0xf0 | character >> 18);
  out[1] = (char)(0x80 | (character >> 12 & 0x3f));
  out[2] = (char)(0x80 | (character >> 6 & 0x3f));
  out[3] = (char)(0x80 | (character & 0x3f));
  return 4;
}

/* at is a valid "\u"; returns the bytes of the escape. */
static size_t read_unicode(const unsigned char *at, int *character)
{
  int unit = read_hex4(at + 2);

  *character = unit;
  if (!is_high_surrogate(unit))
    return 6;
  *character =
      0x10000 + ((unit - 0xd800) << 10) + (read_hex4(at + 8) - 0xdc00);
  return 12;
}

size_t cln_jscan_unescape(char *out, const char *text, size_t len)
{
  const unsigned char *bytes = (const unsigned char *)text;
  int character;
  size_t written = 0;
  size_t at = 0;

  while (at < len) {
    if (text[at] != '\\') {
      out[written++] = text[at++];
    } else if (text[at + 1] != 'u') {
      out[written++] = meanings[strchr(escapes, text[at + 1]) - escapes];
      at += 2;
    } else {
      at += read_unicode(bytes + at, &character);
      written += put_utf8(out + written, character);
    }
  }
  return written;
}
