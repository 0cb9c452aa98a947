/*
 * UTF-8 as RFC 3629 has it: no overlong forms, no surrogates, nothing above
 * U+10FFFF. Owns nothing, allocates nothing; lengths are bytes. Never blocks.
 */
#include "utf8.h"

#include "jscan.h"

static bool continues(unsigned char byte)
{
  return (byte & 0xc0) == 0x80;
}

static inline size_t sequence(const unsigned char *text, size_t len)
{
  unsigned char first = text[0];

  if (first < 0x80)
    return 1;
  if (first < 0xc2 || len < 2 || !continues(text[1]))
    return 0;
  if (first < 0xe0)
    return 2;
  if (len < 3 || !continues(text[2]))
    return 0;
  if (first < 0xf0) {
    if (first == 0xe0 && text[1] < 0xa0) /* overlong */
      return 0;
    if (first == 0xed && text[1] >= 0xa0) /* surrogates */
      return 0;
    return 3;
  }
  if (first > 0xf4 || len < 4 || !continues(text[3]))
    return 0;
  if (first == 0xf0 && text[1] < 0x90) /* overlong */
    return 0;
  if (first == 0xf4 && text[1] >= 0x90) /* above U+10FFFF */
    return 0;
  return 4;
}

size_t cln_utf8_sequence(const unsigned char *text, size_t len)
{
  return sequence(text, len);
}

size_t cln_utf8_run(const unsigned char *text, size_t len)
{
  size_t at = 0;
  size_t step;

  while (at < len && text[at] >= 0x80) {
    step = sequence(text + at, len - at);
    if (step == 0)
      break;
    at += step;
  }
  return at;
}

size_t cln_utf8_valid_prefix(const char *text, size_t len)
{
  const unsigned char *bytes = (const unsigned char *)text;
  size_t at = 0;
  size_t step;

  while (at < len) {
    if (len - at >= 8 && (cln_load64(bytes + at) & CLN_EACH_BYTE(0x80)) == 0) {
      at += 8;
      continue;
    }
    step = sequence(bytes + at, len - at);
    if (step == 0)
      return at;
    at += step;
  }
  return len;
}
