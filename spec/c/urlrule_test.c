/* url.c and urlescape.c: where a token may go, paths, percent-encoding. */
#include "../../src/url.h"
#include "test.h"

static struct cln_url parse(const char *text)
{
  struct cln_url url;

  CHECK_ABOUT(cln_url_parse(&url, text, strlen(text), NULL) == CLN_OK, text);
  return url;
}

static const struct {
  const char *text;
  bool loopback;
} loopbacks[] = {
    {"http://localhost", true},
    {"http://LocalHost:81", true},
    {"http://127.0.0.1", true},
    {"http://127.255.255.254", true},
    {"http://127.0.0.0", true},
    {"http://[::1]:8443", true},
    {"http://localhost.", false},
    {"http://127.1", false},
    {"http://2130706433", false},
    {"http://127.0.0.1.", false},
    {"http://127.0.1", false},
    {"http://127.0.0.256", false},
    {"http://127.0.0.01", false},
    {"http://127.0.0.0x1", false},
    {"http://0127.0.0.1", false},
    {"http://127.0.0.1.com", false},
    {"http://127.0.0", false},
    {"http://127..0.1", false},
    {"http://127.0.0.", false},
    {"http://128.0.0.1", false},
    {"http://1270.0.0.1", false},
    {"http://0.0.0.0", false},
    {"http://0", false},
    {"http://[::]", false},
    {"http://[::2]", false},
    {"http://[::ffff:127.0.0.1]", false},
    {"http://[::0:1]", false},
    {"http://localhost.example.com", false},
    {"http://xlocalhost", false},
    {"http://localhos", false},
    {"http://localhost@evil.com", false},
    {"http://evil.com@localhost", true},
    {"http://127.0.0.1.5", false},
    {"http://127.0.0.1000", false},
};

static void test_loopback(void)
{
  struct cln_url url;
  size_t i;

  for (i = 0; i < sizeof(loopbacks) / sizeof(loopbacks[0]); i++) {
    url = parse(loopbacks[i].text);
    CHECK_ABOUT(cln_url_is_loopback(&url) == loopbacks[i].loopback,
                loopbacks[i].text);
  }
}

static const struct {
  const char *a;
  const char *b;
  bool same;
} origins[] = {
    {"https://h", "https://h", true},
    {"https://h", "https://H:443/x?y#z", true},
    {"HTTPS://API.example.com/a", "https://api.EXAMPLE.com/b", true},
    {"http://h", "http://h:80", true},
    {"https://[::a]", "https://[::A]:443", true},
    {"https://u@h", "https://h", true},
    {"https://AZ.az-09", "https://az.AZ-09", true},
    {"https://h", "http://h", false},
    {"https://h:80", "http://h:80", false},
    {"https://h", "https://h:8443", false},
    {"https://h", "https://h.", false},
    {"https://h", "https://hh", false},
    {"https://a.h", "https://b.h", false},
    {"https://a@b", "https://a", false},
};

static void test_origin(void)
{
  struct cln_url a;
  struct cln_url b;
  size_t i;

  for (i = 0; i < sizeof(origins) / sizeof(origins[0]); i++) {
    a = parse(origins[i].a);
    b = parse(origins[i].b);
    CHECK_ABOUT(cln_url_same_origin(&a, &b) == origins[i].same, origins[i].a);
    CHECK_ABOUT(cln_url_same_origin(&b, &a) == origins[i].same, origins[i].a);
  }
}

static const struct {
  const char *text;
  const char *message; /* a part of it; NULL: allowed */
} targets[] = {
    {"https://h", NULL},
    {"https://h/v1?x=y", NULL},
    {"http://localhost:8080/v1", NULL},
    {"http://127.0.0.1", NULL},
    {"http://[::1]", NULL},
    {"http://h", "https://"},
    {"http://localhost.", "https://"},
    {"http://127.1", "https://"},
    {"http://2130706433", "https://"},
    {"http://10.0.0.1", "https://"},
    {"https://u@h", "user name"},
    {"https://u:p@h", "user name"},
    {"https://@h", "user name"},
    {"http://u@localhost", "user name"},
    {"https://h#", "fragment"},
    {"https://h/#f", "fragment"},
    {"http://localhost#f", "fragment"},
};

static void test_target(void)
{
  struct cln_error error;
  struct cln_url url;
  enum cln_status status;
  const char *row;
  size_t i;

  for (i = 0; i < sizeof(targets) / sizeof(targets[0]); i++) {
    row = targets[i].text;
    url = parse(row);
    status = cln_url_check_target(&url, "base_url", &error);
    if (targets[i].message == NULL) {
      CHECK_ABOUT(status == CLN_OK, row);
      continue;
    }
    CHECK_ABOUT(status == CLN_CONFIG && error.status == CLN_CONFIG, row);
    CHECK_ABOUT(strstr(error.message, targets[i].message) != NULL, row);
    CHECK_ABOUT(strncmp(error.message, "base_url must", 13) == 0, row);
    CHECK_ABOUT(strchr(error.message, '\n') == NULL, row);
  }
}

static const struct {
  const char *path;
  bool ok;
} paths[] = {
    {"/", true},           {"/patients", true},
    {"/a/b/c", true},      {"/a/", true},
    {"/a//b", true},       {"/...", true},
    {"/.a/b.", true},      {"/a..b", true},
    {"/..a", true},        {"/%2f", true},
    {"/%2e%2e%2e", true},  {"/a:b;c=d,e", true},
    {"/%2ea", true},       {"/%2", true},
    {"/.%2", true},        {"/.%", true},
    {"", false},           {"a", false},
    {"//", false},         {"//h", false},
    {"///", false},        {".", false},
    {"https://h/", false}, {"?", false},
    {"/.", false},         {"/..", false},
    {"/./", false},        {"/../", false},
    {"/a/..", false},      {"/a/../b", false},
    {"/a/./b", false},     {"/a/.", false},
    {"/%2e", false},       {"/%2E", false},
    {"/%2e%2E", false},    {"/.%2e", false},
    {"/%2E.", false},      {"/a/%2e%2e/b", false},
    {"/a?", false},        {"/a#", false},
    {"/a?b=c", false},     {"/a\\b", false},
    {"/\\", false},        {"/a b", false},
    {"/a\n", false},       {"/a\x7f", false},
    {"/a\xc3\xa9", false}, {"/ ", false},
};

static void test_path(void)
{
  struct cln_error error;
  enum cln_status status;
  const char *row;
  size_t i;

  for (i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
    row = paths[i].path;
    error.status = CLN_OK;
    status = cln_url_check_path(row, strlen(row), &error);
    CHECK_ABOUT(status == (paths[i].ok ? CLN_OK : CLN_VALIDATION), row);
    CHECK_ABOUT(error.status == status, row);
  }
  CHECK(cln_url_check_path("/a\0b", 4, NULL) == CLN_VALIDATION);
  CHECK(cln_url_check_path(NULL, 0, NULL) == CLN_VALIDATION);
  CHECK(cln_url_check_path("/../", 3, NULL) == CLN_VALIDATION);
  CHECK(cln_url_check_path("/a/../", 3, NULL) == CLN_OK);
}

static const struct {
  const char *value;
  const char *escaped;
} segments[] = {
    {"abc", "abc"},
    {"AZaz09-._~", "AZaz09-._~"},
    {"a b", "a%20b"},
    {"a/b", "a%2Fb"},
    {"../x", "..%2Fx"},
    {"...", "..."},
    {".a", ".a"},
    {"%2e%2e", "%252e%252e"},
    {"?#[]@!$&'()*+,;=:", "%3F%23%5B%5D%40%21%24%26%27%28%29%2A%2B%2C%3B%3D"
                          "%3A"},
    {"\\\"<>^`{|}", "%5C%22%3C%3E%5E%60%7B%7C%7D"},
    {"\xc3\xa9", "%C3%A9"},
    {"\x80\xff", "%80%FF"},
    {" ", "%20"},
};

static void test_segment(void)
{
  static const char *const refusals[] = {"",      ".",     "..",   "a\nb",
                                         "\x01",  "a\x7f", "\t",   "a\r",
                                         "\x1fz", "..\n",  "x\x1b"};
  struct cln_error error;
  struct cln_buffer out;
  size_t i;

  cln_buffer_init(&out, 200);
  for (i = 0; i < sizeof(segments) / sizeof(segments[0]); i++) {
    cln_buffer_reset(&out);
    CHECK(cln_buffer_append_text(&out, "/") == CLN_OK);
    CHECK(cln_url_append_segment(&out, segments[i].value,
                                 strlen(segments[i].value), "id",
                                 &error) == CLN_OK);
    CHECK_TEXT(out.data + 1, out.len - 1, segments[i].escaped,
               segments[i].value);
  }
  cln_buffer_reset(&out);
  CHECK(cln_buffer_append_text(&out, "/kept") == CLN_OK);
  for (i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
    CHECK_ABOUT(cln_url_append_segment(&out, refusals[i], strlen(refusals[i]),
                                       "patient_id", &error) == CLN_VALIDATION,
                refusals[i]);
    CHECK(error.status == CLN_VALIDATION);
    CHECK(strncmp(error.message, "patient_id must not", 19) == 0);
    CHECK_TEXT(out.data, out.len, "/kept", refusals[i]);
  }
  CHECK(cln_url_append_segment(&out, "a\0b", 3, "id", NULL) == CLN_VALIDATION);
  CHECK(cln_url_append_segment(&out, NULL, 0, "id", NULL) == CLN_VALIDATION);
  cln_buffer_free(&out);

  cln_buffer_init(&out, 4);
  CHECK(cln_url_append_segment(&out, "//", 2, "id", &error) == CLN_TOO_LARGE);
  CHECK(error.status == CLN_TOO_LARGE && strstr(error.message, "id") != NULL);
  cln_buffer_free(&out);
}

static void test_escaped(void)
{
  struct cln_buffer out;

  cln_buffer_init(&out, 40);
  CHECK(cln_url_append_escaped(&out, NULL, 0) == CLN_OK);
  CHECK(cln_url_append_escaped(&out, "a b+c&d=e", 9) == CLN_OK);
  CHECK_TEXT(out.data, out.len, "a%20b%2Bc%26d%3De", "query");
  cln_buffer_reset(&out);
  CHECK(cln_url_append_escaped(&out, "\0\n\x7f..", 5) == CLN_OK);
  CHECK_TEXT(out.data, out.len, "%00%0A%7F..", "control characters");
  CHECK(cln_url_append_escaped(&out, "          ", 10) == CLN_TOO_LARGE);
  CHECK(out.data == NULL);
  cln_buffer_free(&out);
}

int main(void)
{
  test_loopback();
  test_origin();
  test_target();
  test_path();
  test_segment();
  test_escaped();
  return test_end();
}
