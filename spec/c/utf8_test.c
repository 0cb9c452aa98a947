/* utf8.c and jstring.c: valid UTF-8, and escapes undone. */
#include "../../src/jscan.h"
#include "../../src/utf8.h"
#include "test.h"

static void test_unescape(void)
{
  static const char *const rows[][2] = {
      {"", ""},
      {"plain", "plain"},
      {"\\\"\\\\\\/\\b\\f\\n\\r\\t", "\"\\/\b\f\n\r\t"},
      {"\\u0041\\u007f", "A\x7f"},
      {"\\u0080\\u07FF", "\xc2\x80\xdf\xbf"},
      {"\\u0800\\uffff", "\xe0\xa0\x80\xef\xbf\xbf"},
      {"\\ud800\\udc00\\uDBFF\\uDFFF", "\xf0\x90\x80\x80\xf4\x8f\xbf\xbf"},
      {"\\ud83d\\ude00!", "\xf0\x9f\x98\x80!"},
      {"a\\\\u0041", "a\\u0041"},
      {"\xc3\xa9\\n\xc3\xa9", "\xc3\xa9\n\xc3\xa9"},
  };
  char out[100];
  size_t len;
  size_t i;

  for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    len = cln_jscan_unescape(out, rows[i][0], strlen(rows[i][0]));
    CHECK_TEXT(out, len, rows[i][1], rows[i][0]);
  }
  CHECK(cln_jscan_unescape(out, "a\\u0000b", 8) == 3);
  CHECK(memcmp(out, "a\0b", 3) == 0);
}

static const struct {
  const char *text;
  size_t valid;
} utf8_rows[] = {
    {"", 0},
    {"a", 1},
    {"0123456789abcdef", 16},
    {"\"\\\n\x7f", 4},
    {"01234567\xc3\xa9", 10},
    {"0123456\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", 16},
    {"\xed\x9f\xbf\xee\x80\x80\xf4\x8f\xbf\xbf", 10},
    {"\x80", 0},
    {"a\x80", 1},
    {"01234567\xff", 8},
    {"\xc0\xaf", 0},
    {"\xc3", 0},
    {"a\xe2\x82", 1},
    {"a\xed\xa0\x80", 1},
    {"\xf0\x9f\x98\x80\xf4\x90\x80\x80", 4},
    {"\xf0\x80\x80\x80", 0},
};

static void test_utf8(void)
{
  size_t i;

  for (i = 0; i < sizeof(utf8_rows) / sizeof(utf8_rows[0]); i++)
    CHECK_NUMBER(
        cln_utf8_valid_prefix(utf8_rows[i].text, strlen(utf8_rows[i].text)),
        (long long)utf8_rows[i].valid, utf8_rows[i].text);
  CHECK(cln_utf8_valid_prefix("a\0\xff", 3) == 2);
  CHECK(cln_utf8_valid_prefix(NULL, 0) == 0);
}

/* Every sequence of up to three bytes against the definition: decode it as
   the bits say, and see whether the shortest form is the same. */
static size_t reference_sequence(const unsigned char *text, size_t len)
{
  static const unsigned long lowest[] = {0, 0, 0x80, 0x800, 0x10000};
  unsigned long value;
  size_t size;
  size_t i;

  if (text[0] < 0x80)
    return 1;
  size = text[0] >= 0xf0 ? 4 : text[0] >= 0xe0 ? 3 : 2;
  if (text[0] < 0xc0 || text[0] >= 0xf8 || len < size)
    return 0;
  value = text[0] & (0x7fu >> size);
  for (i = 1; i < size; i++) {
    if ((text[i] & 0xc0) != 0x80)
      return 0;
    value = value << 6 | (text[i] & 0x3f);
  }
  return value < lowest[size] || value > 0x10ffff ||
                 (value >= 0xd800 && value <= 0xdfff)
             ? 0
             : size;
}

static void test_utf8_all(void)
{
  unsigned char text[4] = {0, 0, 0, 0x80};
  bool same = true;
  size_t expected;
  int i;

  for (i = 0x800000; i < 0x1000000; i++) {
    text[0] = (unsigned char)(i >> 16);
    text[1] = (unsigned char)(i >> 8 & 0xff);
    text[2] = (unsigned char)(i & 0xff);
    expected = reference_sequence(text, 4);
    same = same && cln_utf8_sequence(text, 4) == expected;
    expected = reference_sequence(text, 3);
    same = same && cln_utf8_sequence(text, 3) == expected;
  }
  CHECK(same);
}

/* Each byte at each place of a run, against the definition. */
static void test_plain_run(void)
{
  unsigned char text[24];
  bool same = true;
  bool plain;
  int byte;
  size_t at;

  for (byte = 0; byte < 256; byte++) {
    plain = byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\';
    for (at = 0; at < sizeof(text); at++) {
      memset(text, '#', sizeof(text)); /* a quote and one */
      memset(text + at, 0x1f, sizeof(text) - at);
      text[at] = (unsigned char)byte;
      same = same && cln_plain_run(text, sizeof(text)) == at + plain;
      same = same && cln_plain_run(text, at) == at;
    }
  }
  CHECK(same);
}

int main(void)
{
  test_unescape();
  test_utf8();
  test_utf8_all();
  test_plain_run();
  return test_end();
}
