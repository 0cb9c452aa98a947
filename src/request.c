/*
 * See request.h. Owns the buffers and files of the request it is given; never
 * blocks.
 */
#define _POSIX_C_SOURCE 200809L

#include "request.h"

#include <strings.h>

#define MAX_URL_BYTES     (64 * 1024)
#define MAX_HEADERS_BYTES (256 * 1024)
#define MAX_BODY_BYTES    ((size_t)1 << 30)

void cln_request_init(struct cln_request *request)
{
  memset(request, 0, sizeof(*request));
  cln_buffer_init(&request->url, MAX_URL_BYTES);
  cln_buffer_init_secret(&request->headers, MAX_HEADERS_BYTES);
  cln_buffer_init_secret(&request->body, MAX_BODY_BYTES);
}

void cln_request_free(struct cln_request *request)
{
  if (!request)
    return;
  cln_buffer_free(&request->url);
  cln_buffer_free(&request->headers);
  cln_buffer_free(&request->body);
  cln_body_files_free(&request->files);
}

void cln_request_reset(struct cln_request *request)
{
  cln_buffer_reset(&request->url);
  cln_buffer_reset(&request->headers);
  cln_buffer_reset(&request->body);
  if (request->files.cap > 0)
    cln_body_files_free(&request->files);
  request->boundary[0] = '\0';
  request->header_count = 0;
  request->has_query = false;
  request->has_body = false;
}

enum cln_status cln_request_lines(struct cln_request *request,
                                  const char *lines, size_t len, size_t count)
{
  enum cln_status status = cln_buffer_append(&request->headers, lines, len);

  if (status == CLN_OK)
    request->header_count += count;
  else
    request->header_count = 0; /* the append freed the others */
  return status;
}

enum cln_status cln_request_begin(struct cln_request *request,
                                  const char *method, size_t method_len,
                                  const char *base, size_t base_len,
                                  struct cln_error *error)
{
  size_t i;

  if (method_len == 0 || method_len > CLN_METHOD_MAX)
    return cln_fail(error, CLN_VALIDATION,
                    "the method must have 1 to %d letters", CLN_METHOD_MAX);
  for (i = 0; i < method_len; i++) {
    char letter = method[i];
    if (letter >= 'a' && letter <= 'z')
      letter = (char)(letter - 'a' + 'A');
    if (letter < 'A' || letter > 'Z')
      return cln_fail(error, CLN_VALIDATION,
                      "the method may hold letters only");
    request->method[i] = letter;
  }
  request->method[method_len] = '\0';
  return cln_buffer_append(&request->url, base, base_len);
}

enum cln_status cln_request_query(struct cln_request *request, const char *key,
                                  size_t key_len, const char *value,
                                  size_t value_len)
{
  enum cln_status status =
      cln_buffer_append_char(&request->url, request->has_query ? '&' : '?');

  request->has_query = true;
  if (status == CLN_OK)
    status = cln_url_append_escaped(&request->url, key, key_len);
  if (status == CLN_OK)
    status = cln_buffer_append_char(&request->url, '=');
  if (status == CLN_OK)
    status = cln_url_append_escaped(&request->url, value, value_len);
  return status;
}

static bool is_token_char(char c)
{
  if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
      (c >= '0' && c <= '9'))
    return true;
  return c != '\0' && strchr("!#$%&'*+-.^_`|~", c) != NULL;
}

static bool equals(const char *name, size_t len, const char *other)
{
  return strlen(other) == len && strncasecmp(name, other, len) == 0;
}

/* Framing, routing and credentials belong to the transport and to auth: a
   second copy from a script could smuggle a request or leak a token. */
static bool is_reserved(const char *name, size_t len)
{
  static const char *const reserved[] = {"authorization",
                                         "connection",
                                         "content-length",
                                         "expect",
                                         "host",
                                         "proxy-authorization",
                                         "te",
                                         "trailer",
                                         "upgrade",
                                         "transfer-encoding"};
  size_t i;

  for (i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++)
    if (equals(name, len, reserved[i]))
      return true;
  return false;
}

enum cln_status cln_request_header(struct cln_request *request,
                                   const char *name, size_t name_len,
                                   const char *value, size_t value_len,
                                   struct cln_error *error)
{
  struct cln_buffer *out = &request->headers;
  enum cln_status status;
  size_t i;

  if (name_len == 0 || name_len > CLN_HEADER_NAME_MAX)
    return cln_fail(error, CLN_VALIDATION,
                    "a header name must have 1 to 128 characters");
  for (i = 0; i < name_len; i++)
    if (!is_token_char(name[i]))
      return cln_fail(error, CLN_VALIDATION,
                      "a header name holds a character that HTTP forbids");
  if (is_reserved(name, name_len))
    return cln_fail(error, CLN_VALIDATION,
                    "the header %.*s is set by clinone itself", (int)name_len,
                    name);
  for (i = 0; i < value_len; i++)
    if ((unsigned char)value[i] < 0x20 || value[i] == 0x7f)
      return cln_fail(error, CLN_VALIDATION,
                      "the value of the header %.*s holds a control "
                      "character (a line break?)",
                      (int)name_len, name);

  /* White space around a value is none of it (RFC 9110, section 5.5). */
  while (value_len > 0 && value[value_len - 1] == ' ')
    value_len--;
  status = cln_buffer_append(out, name, name_len);
  /* libcurl sends "Name;" as an empty header and drops "Name:". */
  if (status == CLN_OK)
    status = cln_buffer_append_text(out, value_len > 0 ? ": " : ";");
  if (status == CLN_OK)
    status = cln_buffer_append(out, value, value_len);
  if (status == CLN_OK)
    status = cln_buffer_append_char(out, '\0');
  if (status != CLN_OK) {
    request->header_count = 0; /* the append freed the others */
    return cln_fail(error, status, "the headers are too large");
  }
  request->header_count++;
  return CLN_OK;
}

bool cln_request_has_header(const struct cln_request *request,
                            const char *name)
{
  const char *line = request->headers.data;
  size_t name_len = strlen(name);
  size_t i;

  for (i = 0; i < request->header_count; i++) {
    if (strncasecmp(line, name, name_len) == 0 &&
        (line[name_len] == ':' || line[name_len] == ';'))
      return true;
    line += strlen(line) + 1;
  }
  return false;
}

enum cln_status cln_request_form(struct cln_request *request, const char *key,
                                 size_t key_len, const char *value,
                                 size_t value_len)
{
  enum cln_status status = CLN_OK;

  request->has_body = true;
  if (request->body.len > 0)
    status = cln_buffer_append_char(&request->body, '&');
  if (status == CLN_OK)
    status = cln_url_append_escaped(&request->body, key, key_len);
  if (status == CLN_OK)
    status = cln_buffer_append_char(&request->body, '=');
  if (status == CLN_OK)
    status = cln_url_append_escaped(&request->body, value, value_len);
  return status;
}

enum cln_status cln_request_check(struct cln_request *request,
                                  const struct cln_url *base,
                                  struct cln_error *error)
{
  struct cln_url url;
  enum cln_status status =
      cln_url_parse(&url, request->url.data, request->url.len, error);

  if (status != CLN_OK)
    return status;
  if (url.has_userinfo || url.fragment.text ||
      !cln_url_same_origin(&url, base))
    return cln_fail(error, CLN_VALIDATION,
                    "the finished URL would leave the host of base_url");
  return cln_buffer_append_char(&request->url, '\0');
}
