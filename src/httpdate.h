/*
 * HTTP dates (RFC 9110 section 5.6.7: IMF-fixdate, and the two obsolete
 * forms that a recipient must take) and the Retry-After field (section
 * 10.2.3). Pure functions, no locale, never block.
 */
#ifndef CLN_HTTPDATE_H
#define CLN_HTTPDATE_H

#include <stddef.h>

/* Seconds since 1970-01-01 UTC, or -1 when text is no HTTP date. */
long long cln_httpdate_parse(const char *text, size_t len);

/*
 * Milliseconds to wait: delta-seconds, or a date minus `now_s` (never below
 * 0). now_s is the server's clock, from its Date field, where known.
 * -1 when text is neither. Capped at one day (86,400,000).
 */
long long cln_retry_after_ms(const char *text, size_t len, long long now_s);

#endif
