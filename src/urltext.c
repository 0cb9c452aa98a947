/*
 * Classes of bytes and forms of addresses, for the URL files. Owns nothing,
 * allocates nothing; lengths are bytes. Never blocks.
 */
#include "urltext.h"

#include <string.h>

bool cln_is_digit(char byte)
{
  return byte >= '0' && byte <= '9';
}

bool cln_is_alphanumeric(char byte)
{
  return cln_is_digit(byte) || (byte >= 'a' && byte <= 'z') ||
         (byte >= 'A' && byte <= 'Z');
}

static bool is_hex_digit(char byte)
{
  return cln_is_digit(byte) || (byte >= 'a' && byte <= 'f') ||
         (byte >= 'A' && byte <= 'F');
}

static char lower(char byte)
{
  return byte >= 'A' && byte <= 'Z' ? (char)(byte + ('a' - 'A')) : byte;
}

bool cln_has_unsafe(const char *text, size_t len)
{
  unsigned char byte;
  size_t i;

  for (i = 0; i < len; i++) {
    byte = (unsigned char)text[i];
    if (byte <= ' ' || byte > 0x7e || byte == '\\')
      return true;
  }
  return false;
}

bool cln_equal_fold(const char *a, size_t a_len, const char *b, size_t b_len)
{
  size_t i;

  if (a_len != b_len)
    return false;
  for (i = 0; i < a_len; i++) {
    if (lower(a[i]) != lower(b[i]))
      return false;
  }
  return true;
}

size_t cln_find_any(const char *text, size_t len, const char *stops)
{
  size_t count = strlen(stops);
  size_t i;

  for (i = 0; i < len; i++) {
    if (memchr(stops, text[i], count) != NULL)
      return i;
  }
  return len;
}

bool cln_is_ipv4(const char *text, size_t len)
{
  size_t digits = 0;
  int parts = 1;
  int value = 0;
  size_t i;

  for (i = 0; i < len; i++) {
    if (text[i] == '.') {
      if (digits == 0)
        return false;
      parts++;
      digits = 0;
      value = 0;
    } else {
      if (!cln_is_digit(text[i]) || (digits > 0 && value == 0))
        return false;
      value = value * 10 + (text[i] - '0');
      digits++;
      if (value > 255)
        return false;
    }
  }
  return parts == 4 && digits > 0;
}

static bool is_ipv6_group(const char *text, size_t len)
{
  size_t i;

  for (i = 0; i < len; i++) {
    if (!is_hex_digit(text[i]))
      return false;
  }
  return len >= 1 && len <= 4;
}

bool cln_is_ipv6(const char *text, size_t len)
{
  bool gap = false; /* "::", for one or more groups of zeros */
  int groups = 0;
  size_t at = 0;
  size_t group;

  if (len < 2 || (text[0] == ':' && text[1] != ':'))
    return false;
  while (at < len) {
    if (len - at >= 2 && text[at] == ':' && text[at + 1] == ':') {
      if (gap)
        return false;
      gap = true;
      at += 2;
      if (at == len)
        break;
    } else if (at > 0) {
      at++; /* past the ":" at which the last group ended */
    }
    group = cln_find_any(text + at, len - at, ":");
    if (at + group == len && cln_is_ipv4(text + at, group))
      groups += 2;
    else if (is_ipv6_group(text + at, group))
      groups++;
    else
      return false;
    at += group;
  }
  return gap ? groups <= 7 : groups == 8;
}
