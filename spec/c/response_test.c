/* response.c: status lines, header look-up, what counts as JSON. */
#include "../../src/response.h"
#include "test.h"

static void add(struct cln_response *response, const char *line)
{
  CHECK(cln_response_header_line(response, line, strlen(line)) == CLN_OK);
}

static void check_header(const struct cln_response *response, const char *name,
                         const char *expected)
{
  struct cln_span value = cln_response_header(response, name);

  if (!expected)
    CHECK_ABOUT(value.text == NULL && value.len == 0, name);
  else if (CHECK_ABOUT(value.text != NULL, name))
    CHECK_TEXT(value.text, value.len, expected, name);
}

static void test_status_lines(void)
{
  static const struct {
    const char *line;
    int status;
  } cases[] = {
      {"HTTP/1.1 200 OK\r\n", 200}, {"HTTP/1.0 404 Not Found\r\n", 404},
      {"HTTP/2 204 \r\n", 204},     {"HTTP/2 503\r\n", 503},
      {"HTTP/3 418", 418},          {"HTTP/1.1 599 \r\n", 599},
      {"HTTP/1.1  200 OK\r\n", 0},  {"HTTP/1.1 20\r\n", 0},
      {"HTTP/1.1 2x0 OK\r\n", 0},   {"HTTP/1.1\r\n", 0},
      {"HTTP/1.1 20", 0},           {"HTTP/", 0},
  };
  struct cln_response response;
  size_t i;

  cln_response_init(&response, 100);
  CHECK(response.http_status == 0);
  for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    response.http_status = 999;
    add(&response, cases[i].line);
    CHECK_NUMBER(response.http_status, cases[i].status, cases[i].line);
  }
  cln_response_free(&response);
}

static void test_headers(void)
{
  struct cln_response response;

  cln_response_init(&response, 100);
  check_header(&response, "Date", NULL);
  add(&response, "HTTP/1.1 200 OK\r\n");
  add(&response, "Content-Type: text/html\r\n");
  add(&response, "retry-after:  120 \t\r\n");
  add(&response, "X-Empty:\r\n");
  add(&response, "X-Blank:   \r\n");
  add(&response, "X-Two: first\r\n");
  add(&response, "x-two: second\r\n");
  add(&response, "X-Colon: a:b: c\r\n");
  add(&response, "Bare: newline\n");
  add(&response, "no colon here\r\n");
  add(&response, "\r\n");
  check_header(&response, "content-type", "text/html");
  check_header(&response, "CONTENT-TYPE", "text/html");
  check_header(&response, "Content-Typ", NULL);
  check_header(&response, "Content-Type2", NULL);
  check_header(&response, "ontent-Type", NULL);
  check_header(&response, "text/html", NULL);
  check_header(&response, "Retry-After", "120");
  check_header(&response, "X-Empty", "");
  check_header(&response, "X-Blank", "");
  check_header(&response, "X-Two", "first");
  check_header(&response, "X-Colon", "a:b: c");
  check_header(&response, "Bare", "newline");
  check_header(&response, "no colon here", NULL);
  check_header(&response, "HTTP/1.1 200 OK", NULL);
  cln_response_free(&response);
}

/* A last line that has no end of its own. */
static void test_unended(void)
{
  struct cln_response response;

  cln_response_init(&response, 100);
  add(&response, "HTTP/2 200\r\n");
  add(&response, "Last: 1");
  check_header(&response, "Last", "1");
  check_header(&response, "Lasting", NULL);
  cln_response_reset(&response);
  add(&response, "Last:");
  check_header(&response, "Last", "");
  cln_response_free(&response);
}

/* What an interim answer said is forgotten. */
static void test_interim(void)
{
  struct cln_response response;

  cln_response_init(&response, 100);
  add(&response, "HTTP/1.1 103 Early Hints\r\n");
  add(&response, "Link: </style.css>\r\n");
  add(&response, "\r\n");
  CHECK_NUMBER(response.http_status, 103, "interim");
  add(&response, "HTTP/1.1 200 OK\r\n");
  add(&response, "Date: now\r\n");
  add(&response, "\r\n");
  CHECK_NUMBER(response.http_status, 200, "final");
  check_header(&response, "Link", NULL);
  check_header(&response, "Date", "now");
  cln_response_free(&response);
}

static void test_reset(void)
{
  struct cln_response response;

  cln_response_init(&response, 10);
  CHECK_ABOUT(response.body.secret, "a token endpoint's answer is one");
  add(&response, "HTTP/1.1 200 OK\r\n");
  add(&response, "Date: now\r\n");
  CHECK(cln_buffer_append_text(&response.body, "0123456789") == CLN_OK);
  cln_response_reset(&response);
  CHECK(response.http_status == 0 && response.body.len == 0);
  check_header(&response, "Date", NULL);
  CHECK(cln_buffer_append_text(&response.body, "0123456789") == CLN_OK);
  CHECK(cln_buffer_append_char(&response.body, '!') == CLN_TOO_LARGE);
  cln_response_free(&response);
  cln_response_free(&response);
  cln_response_free(NULL);
}

static void test_too_many_headers(void)
{
  static char line[1024];
  struct cln_response response;
  enum cln_status status = CLN_OK;
  int count = 0;

  memset(line, 'h', sizeof(line));
  memcpy(line, "X-Header: ", 10);
  line[sizeof(line) - 1] = '\n';
  cln_response_init(&response, 100);
  add(&response, "HTTP/1.1 200 OK\r\n");
  add(&response, "Content-Type: application/json\r\n");
  while (status == CLN_OK && count++ < 1000)
    status = cln_response_header_line(&response, line, sizeof(line));
  CHECK_NUMBER(status, CLN_TOO_LARGE, "headers without end");
  CHECK_NUMBER(count, 256, "nearly 256 KiB of them are taken");
  check_header(&response, "X-Header", NULL);
  CHECK_ABOUT(!cln_response_is_json(&response), "its type is gone with them");
  cln_response_free(&response);
}

/* The first Content-Type counts, wherever it stands, of the last block. */
static void test_type_line(void)
{
  struct cln_response response;

  cln_response_init(&response, 100);
  add(&response, "HTTP/1.1 103 Early Hints\r\n");
  add(&response, "Content-Type: text/html\r\n");
  add(&response, "HTTP/1.1 200 OK\r\n");
  CHECK(!cln_response_is_json(&response));
  add(&response, "X: 1\r\n");
  add(&response, "CONTENT-TYPE:application/json\r\n");
  add(&response, "Y: 2\r\n");
  add(&response, "Content-Type: text/html\r\n");
  add(&response, "\r\n");
  CHECK(cln_response_is_json(&response));
  cln_response_reset(&response);
  CHECK(!cln_response_is_json(&response));
  add(&response, "X-Content-Type: application/json\r\n");
  add(&response, "Content-Type-2: application/json\r\n");
  CHECK(!cln_response_is_json(&response));
  add(&response, "Content-Type: a/b+json");
  CHECK_ABOUT(cln_response_is_json(&response), "a line without an end");
  cln_response_free(&response);
  CHECK(!cln_response_is_json(&response));
}

static void test_is_json(void)
{
  static const struct {
    const char *type;
    bool json;
  } cases[] = {
      {"application/json", true},
      {"Application/JSON", true},
      {"application/json; charset=utf-8", true},
      {"application/json;charset=utf-8", true},
      {"application/json ; charset=utf-8", true},
      {"application/json\t; charset=utf-8", true},
      {"application/problem+json", true},
      {"application/vnd.clinone.v5+JSON;x=y", true},
      {"text/html", false},
      {"text/json", false},
      {"application/jsonp", false},
      {"application/json5", false},
      {"xapplication/json", false},
      {"application/json-seq", false},
      {"application/xml; a=application/json", false},
      {"text/plain; a=+json", false},
      {"+json", false},
      {"", false},
  };
  struct cln_response response;
  char line[100];
  size_t i;

  cln_response_init(&response, 100);
  CHECK_ABOUT(!cln_response_is_json(&response), "no type");
  for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    snprintf(line, sizeof(line), "content-type: %s\r\n", cases[i].type);
    cln_response_reset(&response);
    add(&response, line);
    CHECK_ABOUT(cln_response_is_json(&response) == cases[i].json,
                cases[i].type);
  }
  cln_response_free(&response);
}

int main(void)
{
  test_status_lines();
  test_headers();
  test_unended();
  test_interim();
  test_reset();
  test_too_many_headers();
  test_type_line();
  test_is_json();
  return test_end();
}
