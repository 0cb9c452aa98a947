/*
 * hmac.c: the default recipe and every placeholder. Expected signatures were
 * computed with `openssl dgst -sha256 -hmac`, digests with `openssl dgst`.
 */
#include "../../src/encoding.h"
#include "../../src/hmac.h"
#include "../../src/sha256.h"
#include "test.h"

#define SECRET "s3cr3t/key+=="
#define URL    "https://api.clinone.example:8443/v5/patients?x=1&y=%20"
#define NOON_S 1769860800LL /* 2026-01-31T12:00:00Z */
#define NONCE  "n0nce"

#define BODY_DIGEST                                                           \
  "015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862"
#define EMPTY_DIGEST                                                          \
  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
/* HMAC of the empty text under SECRET. */
#define EMPTY_SIGNED                                                          \
  "bc5f55f709803c2d71f507c9bd6fd7f7d216f0233a8a21df6f901219fffe0b90"

static void fill(struct cln_buffer *buffer, const char *text)
{
  CHECK(cln_buffer_append_text(buffer, text) == CLN_OK);
}

/* NULL: the default. */
static void set_up(struct cln_hmac *hmac, const char *format,
                   const char *canonical)
{
  cln_hmac_init(hmac);
  fill(&hmac->key, "client-key");
  fill(&hmac->secret, SECRET);
  fill(&hmac->header, CLN_HMAC_DEFAULT_HEADER);
  fill(&hmac->format, format ? format : CLN_HMAC_DEFAULT_FORMAT);
  fill(&hmac->canonical, canonical ? canonical : CLN_HMAC_DEFAULT_CANONICAL);
}

static void make(struct cln_request *request, const char *method,
                 const char *url, const char *body)
{
  cln_request_init(request);
  CHECK(cln_request_begin(request, method, strlen(method), url, strlen(url),
                          NULL) == CLN_OK);
  fill(&request->body, body);
  CHECK(cln_buffer_append_char(&request->url, '\0') == CLN_OK);
}

/* Signs and compares the line; frees both. */
static void check_signed(struct cln_hmac *hmac, struct cln_request *request,
                         const char *expected, const char *about)
{
  struct cln_buffer line;
  struct cln_error error = {CLN_OK, ""};

  cln_buffer_init_secret(&line, 65536);
  fill(&line, "what stood there before");
  CHECK_ABOUT(cln_hmac_check(hmac, &error) == CLN_OK, error.message);
  if (CHECK_ABOUT(cln_hmac_sign(hmac, request, NOON_S, NONCE, &line, &error) ==
                      CLN_OK,
                  error.message)) {
    CHECK_TEXT(line.data, line.len - 1, expected, about);
    CHECK(line.data[line.len - 1] == '\0');
  }
  cln_buffer_free(&line);
  cln_request_free(request);
  cln_hmac_free(hmac);
}

static void test_default(void)
{
  struct cln_request request;
  struct cln_hmac hmac;

  set_up(&hmac, NULL, NULL);
  make(&request, "POST", URL, "{\"a\":1}");
  check_signed(&hmac, &request,
               "Authorization: hmac client-key:"
               "FEEBTWvjZak/I6mtOamuWCrso6VpiHvJ8RlWG1y8Tl8=:n0nce:1769860800",
               "POST with a body");

  set_up(&hmac, NULL, NULL);
  make(&request, "GET", "https://api.clinone.example", "");
  check_signed(&hmac, &request,
               "Authorization: hmac client-key:"
               "C3Q6bTw0R7XmfKDdAXDa2HW672/TOHrPm7iCytOJ0b4=:n0nce:1769860800",
               "GET without path, query and body");
}

static void test_hex(void)
{
  struct cln_request request;
  struct cln_hmac hmac;

  set_up(&hmac, "{signature}", NULL);
  hmac.hex = true;
  make(&request, "POST", URL, "{\"a\":1}");
  check_signed(&hmac, &request,
               "Authorization: 1441014d6be365a93f23a9ad39a9ae582aeca3a569887"
               "bc9f119561b5cbc4e5f",
               "hexadecimal");
}

/* What a placeholder stands for: in the format as it is, and in the
   canonical text through the signature of that text. */
static void test_placeholders(void)
{
  static const struct {
    const char *name;
    const char *value;
  } cases[] = {
      {"{key}", "client-key"},
      {"{method}", "PATCH"},
      {"{url}", URL},
      {"{host}", "api.clinone.example"},
      {"{path}", "/v5/patients"},
      {"{query}", "x=1&y=%20"},
      {"{timestamp}", "1769860800"},
      {"{nonce}", NONCE},
      {"{body}", "{\"a\":1}"},
      {"{body_sha256}", BODY_DIGEST},
      {"{method}{method}", "PATCHPATCH"},
      {"a{", "a{"},
      {"}", "}"},
      {"", ""},
      {"{key", "{key"},
  };
  unsigned char digest[CLN_SHA256_BYTES];
  size_t i;

  for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    struct cln_buffer expected;
    struct cln_request request;
    struct cln_hmac hmac;
    char format[100];

    cln_hmac_sha256(SECRET, strlen(SECRET), cases[i].value,
                    strlen(cases[i].value), digest);
    cln_buffer_init(&expected, 1000);
    fill(&expected, "Authorization: ");
    CHECK(cln_hex_encode(&expected, digest, sizeof(digest)) == CLN_OK);
    fill(&expected, "|");
    fill(&expected, cases[i].value);
    CHECK(cln_buffer_append_char(&expected, '\0') == CLN_OK);

    snprintf(format, sizeof(format), "{signature}|%s", cases[i].name);
    set_up(&hmac, format, cases[i].name);
    hmac.hex = true;
    make(&request, "PATCH", URL, "{\"a\":1}");
    check_signed(&hmac, &request, expected.data, cases[i].name);
    cln_buffer_free(&expected);
  }
}

static void test_empty_body_digest(void)
{
  struct cln_request request;
  struct cln_hmac hmac;

  set_up(&hmac, "{body_sha256}[{body}]{signature}", "");
  hmac.hex = true;
  make(&request, "GET", URL, "");
  check_signed(&hmac, &request,
               "Authorization: " EMPTY_DIGEST "[]" EMPTY_SIGNED,
               "the empty text's digest");
}

static void test_iso_time(void)
{
  struct cln_request request;
  struct cln_hmac hmac;

  set_up(&hmac, "{timestamp} {signature}", "{timestamp}");
  hmac.iso_time = true;
  hmac.hex = true;
  make(&request, "GET", URL, "");
  check_signed(&hmac, &request,
               "Authorization: 2026-01-31T12:00:00Z "
               "9184dc98e851edc5a66341675deabfa35f835fc1623aa8329fabbbe45d449b"
               "5c",
               "ISO 8601");
}

static void test_header_name(void)
{
  struct cln_request request;
  struct cln_hmac hmac;

  set_up(&hmac, "{key}{signature}", "");
  cln_buffer_reset(&hmac.header);
  cln_buffer_reset(&hmac.key);
  fill(&hmac.header, "X-Signature");
  make(&request, "GET", URL, "");
  check_signed(&hmac, &request,
               "X-Signature: vF9V9wmAPC1x9QfJvW/X99IW8CM6iiHfb5ASGf/+C5A=",
               "another header, an empty key");
}

static void check_refused(const char *format, const char *canonical,
                          const char *named)
{
  struct cln_error error = {CLN_OK, ""};
  struct cln_hmac hmac;

  set_up(&hmac, format, canonical);
  CHECK_NUMBER(cln_hmac_check(&hmac, &error), CLN_CONFIG, named);
  CHECK_ABOUT(error.status == CLN_CONFIG && strstr(error.message, named),
              error.message);
  cln_hmac_free(&hmac);
}

static void test_templates(void)
{
  struct cln_error error;
  struct cln_hmac hmac;

  set_up(&hmac, NULL, NULL);
  CHECK(cln_hmac_check(&hmac, &error) == CLN_OK);
  cln_hmac_free(&hmac);
  cln_hmac_free(&hmac);
  cln_hmac_free(NULL);

  check_refused("{signature} {date}", NULL, "{date}");
  check_refused(NULL, "{method}{verb}", "{verb}");
  check_refused(NULL, "{}", "{}");
  check_refused(NULL, "{Method}", "{Method}");
  check_refused(NULL, "{method }", "{method }");
  check_refused(NULL, "{signature}", "{signature}");
  check_refused("{key}", NULL, "{signature}");
  check_refused("", NULL, "{signature}");
  check_refused("{signature", NULL, "{signature}");
  check_refused("{{signature}", NULL, "{{signature}");
  check_refused(NULL, "{abcdefghijabcdefghijabcdefghijabcdefghijabcdefghij}",
                "{abcdefghijabcdefghijabcdefghijabcdefghij}");
}

/* A header without a name, or with a name that is none, went out as a
   malformed line. */
static void test_bad_names(void)
{
  static const char *const names[] = {"",       "X Y", "X:",    ":",
                                      "X\r\nY", "X\t", "X\x7f", "X\xc3\xa9"};
  struct cln_error error;
  struct cln_hmac hmac;
  size_t i;

  for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
    set_up(&hmac, NULL, NULL);
    cln_buffer_reset(&hmac.header);
    fill(&hmac.header, names[i]);
    CHECK_ABOUT(cln_hmac_check(&hmac, &error) == CLN_CONFIG, names[i]);
    cln_hmac_free(&hmac);
  }
}

static enum cln_status sign(struct cln_hmac *hmac, const char *body,
                            struct cln_error *error)
{
  struct cln_buffer line;
  struct cln_request request;
  enum cln_status status;

  cln_buffer_init_secret(&line, 1000);
  make(&request, "POST", URL, body);
  status = cln_hmac_sign(hmac, &request, NOON_S, NONCE, &line, error);
  cln_request_free(&request);
  cln_buffer_free(&line);
  return status;
}

/* The canonical text may hold line breaks; the header line may not, wherever
   they come from. */
static void test_control_characters(void)
{
  struct cln_error error;
  struct cln_hmac hmac;

  set_up(&hmac, "{signature}{body}", "{body}");
  CHECK(sign(&hmac, "a", &error) == CLN_OK);
  CHECK(sign(&hmac, "a\r\nX-Evil: 1", &error) == CLN_CONFIG);
  CHECK(!strstr(error.message, "Evil"));
  CHECK(sign(&hmac, "\x7f", &error) == CLN_CONFIG);
  CHECK(sign(&hmac, "\t", &error) == CLN_CONFIG);
  CHECK(sign(&hmac, "caf\xc3\xa9", &error) == CLN_OK);
  cln_hmac_free(&hmac);

  set_up(&hmac, "{signature}", "{body}\n");
  CHECK(sign(&hmac, "a\r\nb", &error) == CLN_OK);
  fill(&hmac.header, "\r\nX-Evil");
  CHECK(sign(&hmac, "a", &error) == CLN_CONFIG);
  cln_hmac_free(&hmac);

  set_up(&hmac, "{key} {signature}", "");
  fill(&hmac.key, "\n");
  CHECK(sign(&hmac, "a", &error) == CLN_CONFIG);
  cln_hmac_free(&hmac);
}

/* A line that does not fit: an error with words, not half a header. */
static void test_too_long(void)
{
  static char body[2000];
  struct cln_error error = {CLN_OK, ""};
  struct cln_hmac hmac;

  memset(body, 'b', sizeof(body) - 1);
  set_up(&hmac, "{signature}{body}", "");
  CHECK(sign(&hmac, body, &error) == CLN_TOO_LARGE);
  CHECK(error.status == CLN_TOO_LARGE && error.message[0] != '\0');
  cln_hmac_free(&hmac);

  set_up(&hmac, "{signature}", "");
  fill(&hmac.header, body);
  error.message[0] = '\0';
  CHECK(sign(&hmac, "", &error) == CLN_TOO_LARGE);
  CHECK(error.status == CLN_TOO_LARGE && error.message[0] != '\0');
  cln_hmac_free(&hmac);
}

int main(void)
{
  test_default();
  test_hex();
  test_placeholders();
  test_empty_body_digest();
  test_iso_time();
  test_header_name();
  test_templates();
  test_bad_names();
  test_control_characters();
  test_too_long();
  return test_end();
}
