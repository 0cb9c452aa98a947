/*
 * See response.h. Header lines are kept as they came and searched when asked:
 * most calls ask for one or two.
 */
#define _POSIX_C_SOURCE 200809L

#include "response.h"

#include <strings.h>

#define MAX_HEADERS_BYTES (256 * 1024)

static const char type_name[] = "content-type";

void cln_response_init(struct cln_response *response, size_t max_body_bytes)
{
  response->http_status = 0;
  response->type_line = 0;
  cln_buffer_init(&response->headers, MAX_HEADERS_BYTES);
  /* A token endpoint's answer is a secret. */
  cln_buffer_init_secret(&response->body, max_body_bytes);
}

void cln_response_free(struct cln_response *response)
{
  if (!response)
    return;
  response->http_status = 0;
  response->type_line = 0;
  cln_buffer_free(&response->headers);
  cln_buffer_free(&response->body);
}

void cln_response_reset(struct cln_response *response)
{
  response->http_status = 0;
  response->type_line = 0;
  cln_buffer_reset(&response->headers);
  cln_buffer_reset(&response->body);
}

/* "HTTP/2 200 \r\n", "HTTP/1.1 404 Not Found\r\n"; 0 if malformed. */
static int read_status_line(const char *line, size_t len)
{
  const char *at = memchr(line, ' ', len);
  int status = 0;
  int i;

  if (!at || (size_t)(line + len - at) < 4)
    return 0;
  for (i = 1; i <= 3; i++) {
    if (at[i] < '0' || at[i] > '9')
      return 0;
    status = status * 10 + (at[i] - '0');
  }
  return status;
}

/* The line is "name: value"; name_len is given. */
static bool has_name(const char *line, size_t len, const char *name,
                     size_t name_len)
{
  return len > name_len && line[name_len] == ':' &&
         strncasecmp(line, name, name_len) == 0;
}

static struct cln_span value_of(const char *line, size_t len, size_t name_len)
{
  struct cln_span value = {line + name_len + 1, len - name_len - 1};

  while (value.len > 0 && (*value.text == ' ' || *value.text == '\t')) {
    value.text++;
    value.len--;
  }
  while (value.len > 0 && strchr(" \t\r\n", value.text[value.len - 1]))
    value.len--;
  return value;
}

enum cln_status cln_response_header_line(struct cln_response *response,
                                         const char *line, size_t len)
{
  enum cln_status status;

  if (len >= 5 && memcmp(line, "HTTP/", 5) == 0) {
    cln_response_reset(response);
    response->http_status = read_status_line(line, len);
    return CLN_OK;
  }
  status = cln_buffer_append(&response->headers, line, len);
  if (status != CLN_OK)
    response->type_line = 0; /* the lines are gone */
  /* Every answer is asked for its type: no search then. */
  else if (response->type_line == 0 &&
           has_name(line, len, type_name, sizeof(type_name) - 1))
    response->type_line = response->headers.len;
  return status;
}

struct cln_span cln_response_header(const struct cln_response *response,
                                    const char *name)
{
  const struct cln_span absent = {NULL, 0};
  const char *line = response->headers.data;
  size_t left = response->headers.len;
  size_t name_len = strlen(name);

  while (left > name_len) {
    const char *end = memchr(line, '\n', left);
    size_t len = end ? (size_t)(end - line) + 1 : left;

    if (has_name(line, len, name, name_len))
      return value_of(line, len, name_len);
    line += len;
    left -= len;
  }
  return absent;
}

/* The Content-Type line, by its end. */
static struct cln_span content_type(const struct cln_response *response)
{
  const char *start = response->headers.data;
  const char *end = start + response->type_line;
  const char *line = end - 1;

  while (line > start && line[-1] != '\n')
    line--;
  return value_of(line, (size_t)(end - line), sizeof(type_name) - 1);
}

bool cln_response_is_json(const struct cln_response *response)
{
  static const char json[] = "application/json";
  struct cln_span type;
  size_t len = 0;

  if (response->type_line == 0)
    return false;
  type = content_type(response);
  while (len < type.len && !strchr("; \t", type.text[len]))
    len++;
  if (len == sizeof(json) - 1 && strncasecmp(type.text, json, len) == 0)
    return true;
  return len > 5 && strncasecmp(type.text + len - 5, "+json", 5) == 0;
}
