/*
 * See response.h. Header lines are kept as they came and searched when asked:
 * most calls ask for one or two.
 */
#define _POSIX_C_SOURCE 200809L

#include "response.h"

#include <strings.h>

#define MAX_HEADERS_BYTES (256 * 1024)

void cln_response_init(struct cln_response *response, size_t max_body_bytes)
{
  response->http_status = 0;
  cln_buffer_init(&response->headers, MAX_HEADERS_BYTES);
  /* A token endpoint's answer is a secret. */
  cln_buffer_init_secret(&response->body, max_body_bytes);
}

void cln_response_free(struct cln_response *response)
{
  if (!response)
    return;
  response->http_status = 0;
  cln_buffer_free(&response->headers);
  cln_buffer_free(&response->body);
}

void cln_response_reset(struct cln_response *response)
{
  response->http_status = 0;
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

enum cln_status cln_response_header_line(struct cln_response *response,
                                         const char *line, size_t len)
{
  if (len >= 5 && memcmp(line, "HTTP/", 5) == 0) {
    cln_response_reset(response);
    response->http_status = read_status_line(line, len);
    return CLN_OK;
  }
  return cln_buffer_append(&response->headers, line, len);
}

struct cln_span cln_response_header(const struct cln_response *response,
                                    const char *name)
{
  struct cln_span value = {NULL, 0};
  const char *line = response->headers.data;
  size_t left = response->headers.len;
  size_t name_len = strlen(name);

  while (left > name_len) {
    const char *end = memchr(line, '\n', left);
    size_t len = end ? (size_t)(end - line) + 1 : left;

    if (len > name_len && line[name_len] == ':' &&
        strncasecmp(line, name, name_len) == 0) {
      const char *text = line + name_len + 1;
      size_t text_len = len - name_len - 1;
      while (text_len > 0 && (*text == ' ' || *text == '\t')) {
        text++;
        text_len--;
      }
      while (text_len > 0 && strchr(" \t\r\n", text[text_len - 1]))
        text_len--;
      value.text = text;
      value.len = text_len;
      return value;
    }
    line += len;
    left -= len;
  }
  return value;
}

bool cln_response_is_json(const struct cln_response *response)
{
  static const char json[] = "application/json";
  struct cln_span type = cln_response_header(response, "Content-Type");
  size_t len = 0;

  if (!type.text)
    return false;
  while (len < type.len && !strchr("; \t", type.text[len]))
    len++;
  if (len == sizeof(json) - 1 && strncasecmp(type.text, json, len) == 0)
    return true;
  return len > 5 && strncasecmp(type.text + len - 5, "+json", 5) == 0;
}
