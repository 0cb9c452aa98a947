/*
 * What the URL files share: classes of bytes, and the forms of addresses.
 * Works on the caller's text, owns nothing, never blocks; no locale.
 */
#ifndef CLN_URLTEXT_H
#define CLN_URLTEXT_H

#include <stdbool.h>
#include <stddef.h>

bool cln_is_digit(char byte);
bool cln_is_alphanumeric(char byte);

/* Space, backslash, control characters, all above 0x7e: some readers drop or
   rewrite these bytes, so that two readers of one URL could see two hosts. */
bool cln_has_unsafe(const char *text, size_t len);

/* Equal without regard to the case of ASCII letters. */
bool cln_equal_fold(const char *a, size_t a_len, const char *b, size_t b_len);

/* Index of the first byte that is one of `stops`, or len. */
size_t cln_find_any(const char *text, size_t len, const char *stops);

/* Four decimal numbers up to 255 without leading zeros, which some readers
   take for octal. */
bool cln_is_ipv4(const char *text, size_t len);

/* RFC 4291 section 2.2, without brackets and without a zone. */
bool cln_is_ipv6(const char *text, size_t len);

#endif
