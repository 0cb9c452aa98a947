/* encoding.c: RFC 4648 section 10, and what the decoder refuses. */
#include "../../src/encoding.h"
#include "test.h"

static const struct {
  const char *data;
  size_t len;
  const char *hex;
  const char *base64;
  const char *base64url;
} rows[] = {
    {"", 0, "", "", ""},
    {"f", 1, "66", "Zg==", "Zg"},
    {"fo", 2, "666f", "Zm8=", "Zm8"},
    {"foo", 3, "666f6f", "Zm9v", "Zm9v"},
    {"foob", 4, "666f6f62", "Zm9vYg==", "Zm9vYg"},
    {"fooba", 5, "666f6f6261", "Zm9vYmE=", "Zm9vYmE"},
    {"foobar", 6, "666f6f626172", "Zm9vYmFy", "Zm9vYmFy"},
    {"\0\0\0", 3, "000000", "AAAA", "AAAA"},
    {"\xff\xff\xff", 3, "ffffff", "////", "____"},
    {"\xfb\xef\xbe", 3, "fbefbe", "++++", "----"},
    {"\xff", 1, "ff", "/w==", "_w"},
    {"\xd3\x5d\xb7\xe3\x9e\xbb\xf3\xd6\x9b", 9, "d35db7e39ebbf3d69b",
     "0123456789ab", "0123456789ab"},
    {"\x00\x10\x83\x10\x51\x87\x20\x92\x8b", 9, "00108310518720928b",
     "ABCDEFGHIJKL", "ABCDEFGHIJKL"},
};

static void test_rows(void)
{
  struct cln_buffer out;
  size_t i;

  cln_buffer_init(&out, 100);
  for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    cln_buffer_reset(&out);
    CHECK(cln_hex_encode(&out, rows[i].data, rows[i].len) == CLN_OK);
    CHECK_TEXT(out.data, out.len, rows[i].hex, "hex");
    cln_buffer_reset(&out);
    CHECK(cln_base64_encode(&out, rows[i].data, rows[i].len) == CLN_OK);
    CHECK_TEXT(out.data, out.len, rows[i].base64, "base64");
    cln_buffer_reset(&out);
    CHECK(cln_base64url_decode(&out, rows[i].base64url,
                               strlen(rows[i].base64url)) == CLN_OK);
    CHECK(out.len == rows[i].len &&
          (out.len == 0 || memcmp(out.data, rows[i].data, out.len) == 0));
  }
  cln_buffer_free(&out);
}

static void test_append(void)
{
  struct cln_buffer out;

  cln_buffer_init(&out, 100);
  CHECK(cln_hex_encode(&out, NULL, 0) == CLN_OK);
  CHECK(cln_base64_encode(&out, NULL, 0) == CLN_OK);
  CHECK(cln_base64url_decode(&out, NULL, 0) == CLN_OK);
  CHECK(out.len == 0);
  CHECK(cln_hex_encode(&out, "\x01\xaf", 2) == CLN_OK);
  CHECK(cln_base64_encode(&out, "f", 1) == CLN_OK);
  CHECK(cln_base64url_decode(&out, "Zm9v", 4) == CLN_OK);
  CHECK_TEXT(out.data, out.len, "01afZg==foo", "one after the other");
  cln_buffer_free(&out);
}

static void test_refused(void)
{
  static const char *const texts[] = {
      "A",    "AAAAA",  "Zg==",  "Zm8=", "Zm9v=", "Zg=",    "+++",       "//8",
      "Zm 9", "Zm9v\n", " Zg",   "Zg ",  "Z\x80", "Z@",     "Z[",        "Z`",
      "Z{",   "Z:",     "Zm9vZ", "Z,",   "Z.",    "AAA.AA", "AAAAAAA\t", "Zh",
      "Zv",   "Zm9",    "Z/",    "AB",   "AAB",
  };
  struct cln_buffer out;
  size_t i;

  cln_buffer_init(&out, 100);
  CHECK(cln_buffer_append_text(&out, "kept") == CLN_OK);
  for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
    CHECK_ABOUT(cln_base64url_decode(&out, texts[i], strlen(texts[i])) ==
                    CLN_VALIDATION,
                texts[i]);
    CHECK_TEXT(out.data, out.len, "kept", texts[i]);
  }
  CHECK(cln_base64url_decode(&out, "Z\0", 2) == CLN_VALIDATION);
  CHECK(cln_base64url_decode(&out, "AAAAZm9vAA\0A", 12) == CLN_VALIDATION);
  CHECK_TEXT(out.data, out.len, "kept", "a NUL");
  cln_buffer_free(&out);
}

static void test_limits(void)
{
  struct cln_buffer out;

  cln_buffer_init(&out, 8);
  CHECK(cln_hex_encode(&out, "1234", 4) == CLN_OK);
  CHECK(cln_hex_encode(&out, "1", 1) == CLN_TOO_LARGE);
  CHECK(out.data == NULL);
  CHECK(cln_base64_encode(&out, "123456", 6) == CLN_OK);
  CHECK(cln_base64_encode(&out, "1", 1) == CLN_TOO_LARGE);
  CHECK(cln_base64url_decode(&out, "AAAAAAAAAAA", 11) == CLN_OK);
  CHECK_NUMBER(out.len, 8, "exactly the maximum");
  CHECK(cln_base64url_decode(&out, "AA", 2) == CLN_TOO_LARGE);
  CHECK(cln_hex_encode(&out, "", (size_t)-1) == CLN_TOO_LARGE);
  CHECK(cln_base64_encode(&out, "", (size_t)-1) == CLN_TOO_LARGE);
  cln_buffer_free(&out);
}

int main(void)
{
  test_rows();
  test_append();
  test_refused();
  test_limits();
  return test_end();
}
