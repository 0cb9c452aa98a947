/*
 * The strict URL reader and the rules about where a token may go.
 * A parsed URL is views into the caller's text: nothing is owned, nothing is
 * allocated, messages never repeat the text. Lengths are bytes. Never blocks.
 */
#include "url.h"

#include "urltext.h"

static struct cln_span span(const char *text, size_t len)
{
  struct cln_span result;

  result.text = text;
  result.len = len;
  return result;
}

/* Bytes of "http://" or "https://", 0 when text begins with neither. */
static size_t read_scheme(struct cln_url *url, const char *text, size_t len)
{
  url->tls = len >= 8 && cln_equal_fold(text, 8, "https://", 8);
  if (url->tls)
    return 8;
  return len >= 7 && cln_equal_fold(text, 7, "http://", 7) ? 7 : 0;
}

static bool is_host_name(const char *text, size_t len)
{
  size_t i;

  for (i = 0; i < len; i++) {
    if (!cln_is_alphanumeric(text[i]) && text[i] != '-' && text[i] != '.' &&
        text[i] != '_')
      return false;
  }
  return len > 0;
}

/* 1..65535, or 0 when text is no such number. */
static int read_port(const char *text, size_t len)
{
  int port = 0;
  size_t i;

  for (i = 0; i < len; i++) {
    if (!cln_is_digit(text[i]))
      return 0;
    port = port * 10 + (text[i] - '0');
    if (port > 65535)
      return 0;
  }
  return port;
}

/* "host", "host:port", "[v6]" or "[v6]:port"; what is wrong, or NULL. */
static const char *read_host(struct cln_url *url, const char *text, size_t len)
{
  size_t end;

  if (len > 0 && text[0] == '[') {
    end = cln_find_any(text, len, "]");
    if (end == len || !cln_is_ipv6(text + 1, end - 1))
      return "the URL's IPv6 address is malformed";
    url->host = span(text + 1, end - 1);
    end++;
  } else {
    end = cln_find_any(text, len, ":");
    if (end == 0)
      return "the URL has no host";
    if (!is_host_name(text, end))
      return "the URL's host holds a character that no host name has";
    url->host = span(text, end);
  }
  url->port = url->tls ? 443 : 80;
  if (end < len) {
    if (text[end] != ':')
      return "the URL's IPv6 address is malformed";
    url->port = read_port(text + end + 1, len - end - 1);
    if (url->port == 0)
      return "the URL's port is not a number from 1 to 65535";
  }
  return NULL;
}

/* What stands before the last "@" is user information; the rest, the host. */
static const char *read_authority(struct cln_url *url, const char *text,
                                  size_t len)
{
  size_t host = len;

  while (host > 0 && text[host - 1] != '@')
    host--;
  url->has_userinfo = host > 0;
  return read_host(url, text + host, len - host);
}

static void read_rest(struct cln_url *url, const char *text, size_t len)
{
  size_t path_len = cln_find_any(text, len, "?#");
  size_t query_len;

  url->path = span(text, path_len);
  text += path_len;
  len -= path_len;
  if (len > 0 && text[0] == '?') {
    query_len = cln_find_any(text + 1, len - 1, "#");
    url->query = span(text + 1, query_len);
    text += 1 + query_len;
    len -= 1 + query_len;
  }
  if (len > 0)
    url->fragment = span(text + 1, len - 1);
}

enum cln_status cln_url_parse(struct cln_url *url, const char *text,
                              size_t len, struct cln_error *error)
{
  const char *fault;
  size_t authority;
  size_t scheme;

  memset(url, 0, sizeof(*url));
  if (cln_has_unsafe(text, len))
    return cln_fail(error, CLN_VALIDATION,
                    "the URL holds a space, a backslash, a control character "
                    "or a byte that is not ASCII");
  scheme = read_scheme(url, text, len);
  if (scheme == 0)
    return cln_fail(error, CLN_VALIDATION,
                    "the URL must begin with https:// or http://");
  authority = cln_find_any(text + scheme, len - scheme, "/?#");
  fault = read_authority(url, text + scheme, authority);
  if (fault != NULL)
    return cln_fail(error, CLN_VALIDATION, "%s", fault);
  read_rest(url, text + scheme + authority, len - scheme - authority);
  return CLN_OK;
}

bool cln_url_is_loopback(const struct cln_url *url)
{
  const struct cln_span *host = &url->host;

  if (cln_equal_fold(host->text, host->len, "localhost", 9))
    return true;
  if (host->len == 3 && memcmp(host->text, "::1", 3) == 0)
    return true;
  return cln_is_ipv4(host->text, host->len) &&
         memcmp(host->text, "127.", 4) == 0;
}

bool cln_url_same_origin(const struct cln_url *a, const struct cln_url *b)
{
  return a->tls == b->tls && a->port == b->port &&
         cln_equal_fold(a->host.text, a->host.len, b->host.text, b->host.len);
}

enum cln_status cln_url_check_target(const struct cln_url *url,
                                     const char *what, struct cln_error *error)
{
  if (url->has_userinfo)
    return cln_fail(error, CLN_CONFIG,
                    "%s must not hold a user name or password: take out what "
                    "stands before the \"@\"",
                    what);
  if (url->fragment.text != NULL)
    return cln_fail(error, CLN_CONFIG,
                    "%s must not hold a fragment: take out the \"#\" and what "
                    "follows",
                    what);
  if (!url->tls && !cln_url_is_loopback(url))
    return cln_fail(error, CLN_CONFIG,
                    "%s must begin with https:// (http:// is for localhost, "
                    "127.0.0.1 and [::1] only)",
                    what);
  return CLN_OK;
}

/* "." or "..", each dot perhaps written %2e. */
static bool is_dot_segment(const char *text, size_t len)
{
  int dots = 0;
  size_t at = 0;

  while (at < len) {
    if (text[at] == '.')
      at++;
    else if (len - at >= 3 && cln_equal_fold(text + at, 3, "%2e", 3))
      at += 3;
    else
      return false;
    dots++;
  }
  return dots == 1 || dots == 2;
}

enum cln_status cln_url_check_path(const char *path, size_t len,
                                   struct cln_error *error)
{
  size_t at = 0;
  size_t segment;

  if (len == 0 || path[0] != '/' || (len > 1 && path[1] == '/'))
    return cln_fail(error, CLN_VALIDATION,
                    "a path must begin with exactly one \"/\"");
  if (cln_has_unsafe(path, len) || cln_find_any(path, len, "?#") < len)
    return cln_fail(error, CLN_VALIDATION,
                    "a path must not hold \"?\", \"#\", a backslash, a space, "
                    "a control character or a byte that is not ASCII");
  while (at < len) {
    at++; /* past the "/" */
    segment = cln_find_any(path + at, len - at, "/");
    if (is_dot_segment(path + at, segment))
      return cln_fail(error, CLN_VALIDATION,
                      "a path must not hold the segments \".\" and \"..\"");
    at += segment;
  }
  return CLN_OK;
}
