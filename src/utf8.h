/*
 * UTF-8, and the search for the next byte of a JSON string that needs a
 * second look; the scanner and the printer share both. Works on the caller's
 * text, owns nothing, never blocks. cln_utf8_valid_prefix is in jscan.h.
 */
#ifndef CLN_UTF8_H
#define CLN_UTF8_H

#include <stddef.h>
#include <stdint.h>

/* Bytes (1 to 4) of the character that text begins with; 0 when it begins
   with no valid one. len is at least 1. */
size_t cln_utf8_sequence(const unsigned char *text, size_t len);

/* Length of the longest prefix of valid characters above U+007F. */
size_t cln_utf8_run(const unsigned char *text, size_t len);

#define CLN_EACH_BYTE(byte) (UINT64_C(0x0101010101010101) * (byte))

/* Compilers make one load of it; the first byte is the lowest on every
   machine, so that cln_first_odd need not know the byte order. */
static inline uint64_t cln_load64(const unsigned char *p)
{
  return (uint64_t)p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16 |
         (uint64_t)p[3] << 24 | (uint64_t)p[4] << 32 | (uint64_t)p[5] << 40 |
         (uint64_t)p[6] << 48 | (uint64_t)p[7] << 56;
}

/*
 * The high bit of each byte that is a quote, a backslash, below 0x20 or above
 * 0x7f. The borrow of a subtraction may also set it in bytes above the first
 * such byte, never below: only "none" and "the first" can be relied on.
 */
static inline uint64_t cln_odd_bytes(uint64_t word)
{
  uint64_t quote = word ^ CLN_EACH_BYTE('"');
  uint64_t backslash = word ^ CLN_EACH_BYTE('\\');

  return (word | (word - CLN_EACH_BYTE(0x20)) | (quote - CLN_EACH_BYTE(1)) |
          (backslash - CLN_EACH_BYTE(1))) &
         CLN_EACH_BYTE(0x80);
}

/* Index of the lowest byte whose high bit is set; odd is not 0. The bytes
   below it become 1, and the product's top byte counts them. */
static inline size_t cln_first_odd(uint64_t odd)
{
  uint64_t below = ((odd & (0 - odd)) - 1) & CLN_EACH_BYTE(1);

  return (size_t)((below * CLN_EACH_BYTE(1)) >> 56) - 1;
}

/* Length of the longest prefix without a quote, a backslash, a control
   character below 0x20, or a byte above 0x7f. */
static inline size_t cln_plain_run(const unsigned char *text, size_t len)
{
  const unsigned char *at = text;
  const unsigned char *end = text + len;
  uint64_t odd;

  while (end - at >= 8) {
    odd = cln_odd_bytes(cln_load64(at));
    if (odd != 0)
      return (size_t)(at - text) + cln_first_odd(odd);
    at += 8;
  }
  while (at < end && *at >= 0x20 && *at < 0x80 && *at != '"' && *at != '\\')
    at++;
  return (size_t)(at - text);
}

#endif
