/* request.c: a request put together, and where it may go. */
#include "../../src/request.h"
#include "test.h"

#define BASE "https://api.clinone.example"

static enum cln_status begin(struct cln_request *request, const char *method,
                             const char *base)
{
  struct cln_error error;

  cln_request_init(request);
  return cln_request_begin(request, method, strlen(method), base, strlen(base),
                           &error);
}

static void check_url(const struct cln_request *request, const char *expected)
{
  CHECK_TEXT(request->url.data, request->url.len, expected, expected);
}

static void test_methods(void)
{
  static const struct {
    const char *method;
    const char *expected; /* NULL: refused */
  } cases[] = {
      {"GET", "GET"},
      {"get", "GET"},
      {"pAtCh", "PATCH"},
      {"ABCDEFGHIJKLMNO", "ABCDEFGHIJKLMNO"},
      {"ABCDEFGHIJKLMNOP", NULL},
      {"", NULL},
      {"GET ", NULL},
      {" GET", NULL},
      {"GET /evil HTTP", NULL},
      {"GET\r\n", NULL},
      {"M-SEARCH", NULL},
      {"G\xc3\x89T", NULL},
      {"GET@", NULL},
      {"GET[", NULL},
      {"get`", NULL},
      {"get{", NULL},
  };
  struct cln_request request;
  size_t i;

  for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    enum cln_status status = begin(&request, cases[i].method, BASE);
    CHECK_NUMBER(status, cases[i].expected ? CLN_OK : CLN_VALIDATION,
                 cases[i].method);
    if (status == CLN_OK)
      CHECK_TEXT(request.method, strlen(request.method), cases[i].expected,
                 cases[i].method);
    cln_request_free(&request);
  }
  CHECK(begin(&request, "G", "") == CLN_OK);
  CHECK_ABOUT(cln_request_begin(&request, "A\0B", 3, BASE, 1, NULL) ==
                  CLN_VALIDATION,
              "a NUL within");
  cln_request_free(&request);
  cln_request_free(&request);
  cln_request_free(NULL);
}

static void test_query(void)
{
  struct cln_request request;

  CHECK(begin(&request, "GET", BASE "/patients") == CLN_OK);
  CHECK(!request.has_query);
  CHECK(cln_request_query(&request, "q", 1, "a b&c=d#e?f/g+h%i", 17) ==
        CLN_OK);
  check_url(&request, BASE "/patients?q=a%20b%26c%3Dd%23e%3Ff%2Fg%2Bh%25i");
  CHECK(cln_request_query(&request, "filter[x]", 9, "", 0) == CLN_OK);
  CHECK(cln_request_query(&request, "n", 1, "\0\r\n\xc3\xa9", 5) == CLN_OK);
  check_url(&request, BASE "/patients?q=a%20b%26c%3Dd%23e%3Ff%2Fg%2Bh%25i"
                           "&filter%5Bx%5D=&n=%00%0D%0A%C3%A9");
  cln_request_free(&request);
}

/* A URL has its limit, and says so. */
static void test_long_url(void)
{
  static char value[70000];
  struct cln_request request;

  memset(value, 'v', sizeof(value));
  CHECK(begin(&request, "GET", BASE) == CLN_OK);
  CHECK(cln_request_query(&request, "q", 1, value, 60000) == CLN_OK);
  CHECK(cln_request_query(&request, "q", 1, value, 10000) == CLN_TOO_LARGE);
  cln_request_free(&request);
}

/* ---- headers ------------------------------------------------------------ */

static struct cln_error last_error;

static enum cln_status header(struct cln_request *request, const char *name,
                              const char *value, size_t value_len)
{
  last_error.message[0] = '\0';
  return cln_request_header(request, name, strlen(name), value, value_len,
                            &last_error);
}

static void test_headers(void)
{
  static const char lines[] = "Accept: text/html\0X-Empty;\0x-utf: \xc3\xa9";
  struct cln_request request;

  cln_request_init(&request);
  CHECK(!cln_request_has_header(&request, "accept"));
  CHECK(header(&request, "Accept", "text/html", 9) == CLN_OK);
  CHECK(header(&request, "X-Empty", "", 0) == CLN_OK);
  CHECK(header(&request, "x-utf", "\xc3\xa9", 2) == CLN_OK);
  CHECK_NUMBER(request.header_count, 3, "lines");
  CHECK(request.headers.len == sizeof(lines) &&
        memcmp(request.headers.data, lines, sizeof(lines)) == 0);
  CHECK(request.headers.secret);
  CHECK(cln_request_has_header(&request, "accept"));
  CHECK(cln_request_has_header(&request, "x-empty"));
  CHECK(cln_request_has_header(&request, "x-utf"));
  CHECK(!cln_request_has_header(&request, "accep"));
  CHECK(!cln_request_has_header(&request, "accept2"));
  CHECK(!cln_request_has_header(&request, "accept: text/html"));
  CHECK(!cln_request_has_header(&request, "x-empty;"));
  cln_request_free(&request);
}

/* libcurl drops a header whose value is all blank: it was never sent. */
static void test_blank_value(void)
{
  struct cln_request request;

  cln_request_init(&request);
  CHECK(header(&request, "X-Blank", "   ", 3) == CLN_OK);
  CHECK_TEXT(request.headers.data, request.headers.len - 1, "X-Blank;",
             "sent as an empty one");
  cln_request_free(&request);
}

/* No line break in any form: else a value becomes a header or a request. */
static void test_injection(void)
{
  static const struct {
    const char *value;
    size_t len;
  } values[] = {
      {"a\r\nX-Evil: 1", 13},
      {"a\nX-Evil: 1", 12},
      {"a\r", 2},
      {"\n", 1},
      {"a\0b", 3},
      {"a\x7f", 2},
      {"a\tb", 3},
      {"\x1b[0m", 4},
  };
  static const char *const names[] = {
      "X Evil", "X:Evil", "X\r\nEvil", "",    "X\n", ":",   ":path", "X;",
      "X(1)",   "\"X\"",  "X\xc3\xa9", "X/Y", "X@Y", "X,Y", "{X}",   "X\x7f",
  };
  struct cln_request request;
  size_t i;

  cln_request_init(&request);
  for (i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
    CHECK_ABOUT(header(&request, "X-Ok", values[i].value, values[i].len) ==
                    CLN_VALIDATION,
                "control character");
    CHECK_ABOUT(strstr(last_error.message, "X-Ok") != NULL, "names it");
    CHECK_ABOUT(!strstr(last_error.message, "Evil"), "but not the value");
  }
  for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
    CHECK_ABOUT(header(&request, names[i], "1", 1) == CLN_VALIDATION,
                names[i]);
  CHECK(cln_request_header(&request, "X\0Y", 3, "1", 1, NULL) ==
        CLN_VALIDATION);
  CHECK_NUMBER(request.header_count, 0, "nothing was added");
  CHECK_NUMBER(request.headers.len, 0, "not even in part");
  cln_request_free(&request);
}

static void test_reserved(void)
{
  static const char *const names[] = {
      "Authorization",
      "authorization",
      "AUTHORIZATION",
      "Host",
      "Content-Length",
      "Transfer-Encoding",
      "Connection",
      "Expect",
      "Proxy-Authorization",
      "TE",
      "Trailer",
      "Upgrade",
  };
  static const char *const free_names[] = {
      "Accept",   "Hosts", "X-Host", "Content-Type",
      "If-Match", "T",     "TEE",    "!#$%&'*+-.^_`|~09azAZ"};
  static char name[129];
  struct cln_request request;
  size_t i;

  cln_request_init(&request);
  for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
    CHECK_ABOUT(header(&request, names[i], "1", 1) == CLN_VALIDATION,
                names[i]);
    CHECK_ABOUT(strstr(last_error.message, names[i]) != NULL, names[i]);
  }
  for (i = 0; i < sizeof(free_names) / sizeof(free_names[0]); i++)
    CHECK_ABOUT(header(&request, free_names[i], "1", 1) == CLN_OK,
                free_names[i]);
  memset(name, 'n', sizeof(name));
  CHECK(cln_request_header(&request, name, 128, "1", 1, NULL) == CLN_OK);
  CHECK(cln_request_header(&request, name, 129, "1", 1, NULL) ==
        CLN_VALIDATION);
  cln_request_free(&request);
}

static void test_too_many_headers(void)
{
  static char value[60000];
  struct cln_request request;
  int i;

  memset(value, 'v', sizeof(value));
  cln_request_init(&request);
  for (i = 0; i < 4; i++)
    CHECK(header(&request, "X", value, sizeof(value)) == CLN_OK);
  CHECK(header(&request, "X", value, sizeof(value)) == CLN_TOO_LARGE);
  CHECK(last_error.status == CLN_TOO_LARGE);
  cln_request_free(&request);
}

/* ---- the form of a token request ---------------------------------------- */

static void test_form(void)
{
  struct cln_request request;

  CHECK(begin(&request, "POST", BASE) == CLN_OK);
  CHECK(!request.has_body);
  CHECK(cln_request_form(&request, "grant_type", 10, "client_credentials",
                         18) == CLN_OK);
  CHECK(request.has_body && request.body.secret);
  CHECK(cln_request_form(&request, "client_secret", 13, "a~b+c/d=e%f&g h",
                         15) == CLN_OK);
  CHECK(cln_request_form(&request, "s p", 3, "", 0) == CLN_OK);
  CHECK_TEXT(request.body.data, request.body.len,
             "grant_type=client_credentials"
             "&client_secret=a~b%2Bc%2Fd%3De%25f%26g%20h&s%20p=",
             "form");
  cln_request_free(&request);
}

/* ---- where it may go ---------------------------------------------------- */

static void test_origin(void)
{
  static const struct {
    const char *base;
    const char *more; /* appended as it is */
    bool allowed;
  } cases[] = {
      {BASE, "/patients", true},
      {BASE, "", true},
      {BASE "/v5", "/patients?x=1", true},
      {BASE, "//evil.example/x", true}, /* a path of this host */
      {BASE ":443", "/", true},
      {"http://127.0.0.1:8080", "/x", true},
      {BASE, "@evil.example/x", false},
      {BASE, ":pw@evil.example/x", false},
      {BASE, "\\@evil.example/x", false},
      {BASE, "/\\evil.example", false},
      {BASE, ".evil.example/", false},
      {BASE, "evil.example/", false},
      {BASE, ":8443/", false},
      {BASE, ":443@evil.example/", false},
      {BASE, ":0/", false},
      {BASE, ":/", false},
      {BASE, "/x#fragment", false},
      {BASE, "/x y", false},
      {BASE, "/x\r\nHost: evil", false},
      {BASE, "/caf\xc3\xa9", false},
      {BASE, "\t/x", false},
      {"https://user@api.clinone.example", "/x", false},
      {"http://api.clinone.example", "/x", false},
      {"https://api.clinone.example.evil", "/x", false},
      {"", "//evil.example/x", false},
      {"", "/x", false},
      {"", "", false},
  };
  struct cln_error error;
  size_t i;

  for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    struct cln_request request;
    struct cln_url base;
    const char *own = i == 5 ? cases[i].base : BASE;
    char about[120];

    snprintf(about, sizeof(about), "%s + %s", cases[i].base, cases[i].more);
    CHECK(cln_url_parse(&base, own, strlen(own), &error) == CLN_OK);
    CHECK(begin(&request, "GET", cases[i].base) == CLN_OK);
    CHECK(cln_buffer_append_text(&request.url, cases[i].more) == CLN_OK);
    CHECK_NUMBER(cln_request_check(&request, &base, &error),
                 cases[i].allowed ? CLN_OK : CLN_VALIDATION, about);
    if (cases[i].allowed)
      CHECK_ABOUT(request.url.data[request.url.len - 1] == '\0', about);
    else
      CHECK_ABOUT(!strstr(error.message, "evil"), about);
    cln_request_free(&request);
  }
}

int main(void)
{
  test_methods();
  test_query();
  test_long_url();
  test_headers();
  test_blank_value();
  test_injection();
  test_reserved();
  test_too_many_headers();
  test_form();
  test_origin();
  return test_end();
}
