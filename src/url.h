/*
 * URLs: a strict reader for http and https, percent-encoding, and the rules
 * about where a token may go. A parsed URL is views into the caller's text;
 * nothing is allocated, nothing blocks.
 */
#ifndef CLN_URL_H
#define CLN_URL_H

#include <stdbool.h>

#include "buffer.h"

struct cln_span {
  const char *text; /* not NUL-terminated; NULL when absent */
  size_t len;       /* bytes */
};

struct cln_url {
  bool tls;                 /* https */
  bool has_userinfo;        /* "user@" stood before the host */
  struct cln_span host;     /* as written; an IPv6 literal without brackets */
  int port;                 /* given, or 443 / 80 */
  struct cln_span path;     /* begins with "/", or empty */
  struct cln_span query;    /* after "?", text NULL when there is none */
  struct cln_span fragment; /* after "#", text NULL when there is none */
};

/*
 * Reads an absolute URL. Refuses (CLN_VALIDATION) every control character,
 * space, backslash and byte above 0x7e anywhere, other schemes, an empty
 * host, host characters outside letters, digits, "-", ".", "_" (or an IPv6
 * literal in brackets), a port outside 1..65535. The scheme is read without
 * regard to case. The message says what is wrong, in plain words, without
 * repeating the text (it may hold a password).
 */
enum cln_status cln_url_parse(struct cln_url *url, const char *text,
                              size_t len, struct cln_error *error);

/* The literals 127.0.0.0/8 (four decimal parts) and ::1, and "localhost". */
bool cln_url_is_loopback(const struct cln_url *url);

/* Equal scheme, host (without regard to case) and port. */
bool cln_url_same_origin(const struct cln_url *a, const struct cln_url *b);

/*
 * A URL that a secret or token may be sent to: https, or http to loopback;
 * no userinfo, no fragment. CLN_CONFIG with what to do. `what` names the
 * option ("base_url").
 */
enum cln_status cln_url_check_target(const struct cln_url *url,
                                     const char *what,
                                     struct cln_error *error);

/*
 * A route under base_url: begins with exactly one "/", holds no backslash,
 * "?", "#", control character, space or byte above 0x7e, and no segment that
 * is "." or ".." (nor written %2e). CLN_VALIDATION.
 */
enum cln_status cln_url_check_path(const char *path, size_t len,
                                   struct cln_error *error);

/*
 * Appends one value as one path segment: every byte but RFC 3986's
 * unreserved ones as %XX (upper-case), so that it can never become another
 * route. Empty, "." and ".." are refused (no encoding keeps them from being
 * normalised away), as are control characters. `name` is the parameter's.
 */
enum cln_status cln_url_append_segment(struct cln_buffer *out,
                                       const char *value, size_t len,
                                       const char *name,
                                       struct cln_error *error);

/*
 * Appends one query or form (application/x-www-form-urlencoded) key or
 * value: all but the unreserved bytes as %XX, a space as %20. Control
 * characters are encoded like the rest.
 */
enum cln_status cln_url_append_escaped(struct cln_buffer *out,
                                       const char *value, size_t len);

#endif
