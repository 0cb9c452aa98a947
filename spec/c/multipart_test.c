/* multipart.c: parts as a browser writes them. */
#include "test.h"

#include "multipart.h"

static void add(struct cln_request *request, const char *name,
                const char *filename, const char *type, const char *content)
{
  struct cln_part part = {name, strlen(name), filename,
                          filename ? strlen(filename) : 0, type};
  struct cln_error error = {CLN_OK, ""};

  CHECK(cln_multipart_part(request, &part, &error) == CLN_OK);
  CHECK(cln_buffer_append_text(&request->body, content) == CLN_OK);
}

/* expected: "|" stands for the boundary. */
static void check_body(const struct cln_request *request, const char *expected)
{
  char text[1024] = "";
  size_t used = 0;

  for (; *expected; expected++)
    if (*expected == '|')
      used += (size_t)snprintf(text + used, sizeof(text) - used, "--%s",
                               request->boundary);
    else
      text[used++] = *expected;
  text[used] = '\0';
  CHECK_TEXT(request->body.data, request->body.len, text, "body");
}

static void test_parts(void)
{
  struct cln_request request;
  char line[256];

  cln_request_init(&request);
  add(&request, "title", NULL, NULL, "a\r\nb");
  add(&request, "scan", "page 1.png", "image/png", "");
  add(&request, "scan", "", NULL, "bytes");
  CHECK(cln_multipart_end(&request) == CLN_OK);
  CHECK(request.has_body);
  check_body(
      &request,
      "|\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\na\r\nb\r\n"
      "|\r\nContent-Disposition: form-data; name=\"scan\"; "
      "filename=\"page 1.png\"\r\nContent-Type: image/png\r\n\r\n\r\n"
      "|\r\nContent-Disposition: form-data; name=\"scan\"; filename=\"\"\r\n"
      "Content-Type: application/octet-stream\r\n\r\nbytes\r\n|--\r\n");
  CHECK(cln_multipart_type(&request) == CLN_OK);
  snprintf(line, sizeof(line),
           "Content-Type: multipart/form-data; boundary=%s", request.boundary);
  CHECK_NUMBER(request.headers.len, (long long)strlen(line) + 1, "its line");
  CHECK_TEXT(request.headers.data, strlen(line), line, "its line");
  CHECK(cln_request_has_header(&request, "content-type"));
  cln_request_free(&request);
}

static void test_names(void)
{
  struct cln_request request;

  cln_request_init(&request);
  add(&request, "a\"\r\n\x01\x7f%\\\xc3\xb6", "\"\n", NULL, "");
  check_body(&request,
             "|\r\nContent-Disposition: form-data; "
             "name=\"a%22%0D%0A%01%7F%\\\xc3\xb6\"; filename=\"%22%0A\"\r\n"
             "Content-Type: application/octet-stream\r\n\r\n");
  cln_request_free(&request);
}

/* 128 random bits, new ones for each request, of characters that need no
   quotes in a header. */
static void test_boundaries(void)
{
  struct cln_request request;
  char former[CLN_BOUNDARY_BYTES] = "";
  int i;

  cln_request_init(&request);
  for (i = 0; i < 100; i++) {
    const char *digits;
    add(&request, "a", NULL, NULL, "");
    CHECK(strcmp(request.boundary, former) != 0);
    strcpy(former, request.boundary);
    digits = strrchr(former, '-') + 1;
    CHECK(strlen(digits) == 32 &&
          strspn(digits, "0123456789abcdef") == strlen(digits));
    CHECK(strlen(former) <= 70);
    cln_request_reset(&request);
    CHECK(request.boundary[0] == '\0');
  }
  cln_request_free(&request);
}

/* Every append may be the one that fails. */
static void test_too_large(void)
{
  struct cln_request request;
  struct cln_part part = {"name", 4, "file", 4, NULL};
  size_t len, most;

  cln_request_init(&request);
  CHECK(cln_multipart_part(&request, &part, NULL) == CLN_OK);
  len = request.body.len;
  cln_request_free(&request);
  for (most = 0; most <= len; most++) {
    cln_request_init(&request);
    request.body.max_bytes = most;
    CHECK(cln_multipart_part(&request, &part, NULL) ==
          (most < len ? CLN_TOO_LARGE : CLN_OK));
    cln_request_free(&request);
  }
}

int main(void)
{
  test_parts();
  test_names();
  test_boundaries();
  test_too_large();
  return test_end();
}
