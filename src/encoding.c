/*
 * Hexadecimal, Base64 and Base64url. Owns nothing: the caller's buffer takes
 * the result, and stays as it was when a text is refused. Lengths are bytes.
 * Never blocks.
 */
#include "encoding.h"

#include <stdint.h>

#define NO_DIGIT 64

static const char hex_digits[] = "0123456789abcdef";

static const char base64_digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

enum cln_status cln_hex_encode(struct cln_buffer *out, const void *data,
                               size_t len)
{
  const unsigned char *bytes = data;
  enum cln_status status;
  char *to;
  size_t i;

  if (len > SIZE_MAX / 2) {
    cln_buffer_free(out);
    return CLN_TOO_LARGE;
  }
  status = cln_buffer_reserve(out, len * 2);
  if (status != CLN_OK || len == 0)
    return status;
  to = out->data + out->len;
  for (i = 0; i < len; i++) {
    *to++ = hex_digits[bytes[i] >> 4];
    *to++ = hex_digits[bytes[i] & 0x0f];
  }
  out->len += len * 2;
  return CLN_OK;
}

enum cln_status cln_base64_encode(struct cln_buffer *out, const void *data,
                                  size_t len)
{
  const unsigned char *bytes = data;
  enum cln_status status;
  uint32_t group;
  char *to;
  size_t i;

  if (len > SIZE_MAX / 2) {
    cln_buffer_free(out);
    return CLN_TOO_LARGE;
  }
  status = cln_buffer_reserve(out, (len + 2) / 3 * 4);
  if (status != CLN_OK || len == 0)
    return status;
  to = out->data + out->len;
  for (i = 0; i < len; i += 3) {
    group = (uint32_t)bytes[i] << 16;
    if (i + 1 < len)
      group |= (uint32_t)bytes[i + 1] << 8;
    if (i + 2 < len)
      group |= bytes[i + 2];
    *to++ = base64_digits[group >> 18];
    *to++ = base64_digits[group >> 12 & 63];
    *to++ = i + 1 < len ? base64_digits[group >> 6 & 63] : '=';
    *to++ = i + 2 < len ? base64_digits[group & 63] : '=';
  }
  out->len += (len + 2) / 3 * 4;
  return CLN_OK;
}

static uint32_t base64url_digit(char digit)
{
  if (digit >= 'A' && digit <= 'Z')
    return (uint32_t)(digit - 'A');
  if (digit >= 'a' && digit <= 'z')
    return (uint32_t)(digit - 'a') + 26;
  if (digit >= '0' && digit <= '9')
    return (uint32_t)(digit - '0') + 52;
  if (digit == '-')
    return 62;
  if (digit == '_')
    return 63;
  return NO_DIGIT;
}

/* 2 to 4 digits as 1 to 3 bytes; false when they are no such digits. Bits
   that reach no byte must be zero, so that no two texts mean the same. */
static bool decode_group(char *bytes, const char *digits, size_t count)
{
  uint32_t group = 0;
  uint32_t digit;
  size_t i;

  for (i = 0; i < 4; i++) {
    digit = i < count ? base64url_digit(digits[i]) : 0;
    if (digit == NO_DIGIT)
      return false;
    group = group << 6 | digit;
  }
  bytes[0] = (char)(group >> 16);
  if (count > 2)
    bytes[1] = (char)(group >> 8 & 0xff);
  if (count > 3)
    bytes[2] = (char)(group & 0xff);
  return (group & (count == 2 ? 0xffff : count == 3 ? 0xff : 0)) == 0;
}

enum cln_status cln_base64url_decode(struct cln_buffer *out, const char *text,
                                     size_t len)
{
  size_t before = out->len;
  enum cln_status status;
  size_t count;
  size_t i;

  if (len % 4 == 1)
    return CLN_VALIDATION;
  status = cln_buffer_reserve(out, len / 4 * 3 + (len % 4) * 3 / 4);
  if (status != CLN_OK)
    return status;
  for (i = 0; i < len; i += 4) {
    count = len - i < 4 ? len - i : 4;
    if (!decode_group(out->data + out->len, text + i, count)) {
      out->len = before;
      return CLN_VALIDATION;
    }
    out->len += count - 1;
  }
  return CLN_OK;
}
