/* jprint.c: strings, integers, and doubles that survive the round trip. */
#define _XOPEN_SOURCE 700

#include "../../src/jprint.h"

#include <float.h>
#include <math.h>

#include "comma_locale.h"
#include "test.h"

static const struct {
  const char *text;
  const char *printed; /* NULL: refused */
} strings[] = {
    {"", "\"\""},
    {"plain", "\"plain\""},
    {"a\"b\\c", "\"a\\\"b\\\\c\""},
    {"\"", "\"\\\"\""},
    {"\"\"\"\"\"\"\"\"\"", "\"\\\"\\\"\\\"\\\"\\\"\\\"\\\"\\\"\\\"\""},
    {"/</script>", "\"/</script>\""},
    {"\b\f\n\r\t", "\"\\b\\f\\n\\r\\t\""},
    {"\x01\x02\x03\x04\x05\x06\x07\x0b\x0e\x0f",
     "\"\\u0001\\u0002\\u0003\\u0004\\u0005\\u0006\\u0007\\u000b\\u000e"
     "\\u000f\""},
    {"\x10\x1a\x1f", "\"\\u0010\\u001a\\u001f\""},
    {" !\x7f", "\" !\x7f\""},
    {"0123456789abcdefghij", "\"0123456789abcdefghij\""},
    {"01234567\n89abcdef\"", "\"01234567\\n89abcdef\\\"\""},
    {"\xc3\xa9", "\"\xc3\xa9\""},
    {"\xc3\xa9\n\xe2\x82\xac\"\xf0\x9f\x98\x80z",
     "\"\xc3\xa9\\n\xe2\x82\xac\\\"\xf0\x9f\x98\x80z\""},
    {"0123456\xc3\xa9", "\"0123456\xc3\xa9\""},
    {"\xe2\x80\xa8\xe2\x80\xa9", "\"\xe2\x80\xa8\xe2\x80\xa9\""},
    {"\x80", NULL},
    {"a\xff", NULL},
    {"\xc3", NULL},
    {"\xc3\xa9\xc3", NULL},
    {"\xed\xa0\x80", NULL},
    {"\xc0\x80", NULL},
    {"\xf4\x90\x80\x80", NULL},
    {"0123456789\n\"\xe2\x82", NULL},
};

static void test_strings(void)
{
  struct cln_buffer out;
  enum cln_status status;
  const char *row;
  size_t i;

  cln_buffer_init(&out, 100);
  for (i = 0; i < sizeof(strings) / sizeof(strings[0]); i++) {
    row = strings[i].text;
    cln_buffer_reset(&out);
    CHECK(cln_buffer_append_text(&out, "x") == CLN_OK);
    status = cln_jprint_string(&out, row, strlen(row));
    if (strings[i].printed == NULL) {
      CHECK_ABOUT(status == CLN_VALIDATION, row);
      CHECK_TEXT(out.data, out.len, "x", row);
    } else {
      CHECK_ABOUT(status == CLN_OK, row);
      CHECK_TEXT(out.data + 1, out.len - 1, strings[i].printed, row);
    }
  }
  cln_buffer_reset(&out);
  CHECK(cln_jprint_string(&out, "a\0b", 3) == CLN_OK);
  CHECK(cln_jprint_string(&out, NULL, 0) == CLN_OK);
  CHECK_TEXT(out.data, out.len, "\"a\\u0000b\"\"\"", "a NUL");
  cln_buffer_free(&out);
}

static void test_limits(void)
{
  struct cln_buffer out;
  size_t max_bytes;

  for (max_bytes = 0; max_bytes < 14; max_bytes++) {
    cln_buffer_init(&out, max_bytes);
    CHECK(cln_jprint_string(&out, "abc\n\x01z", 6) == CLN_TOO_LARGE);
    CHECK(out.data == NULL);
    cln_buffer_free(&out);
  }
  cln_buffer_init(&out, 14);
  CHECK(cln_jprint_string(&out, "abc\n\x01z", 6) == CLN_OK);
  CHECK_TEXT(out.data, out.len, "\"abc\\n\\u0001z\"", "just fits");
  CHECK(cln_jprint_integer(&out, 12345678) == CLN_TOO_LARGE);
  CHECK(cln_jprint_number(&out, 1e300) == CLN_OK);
  CHECK(cln_jprint_number(&out, 0.12345678901234567) == CLN_TOO_LARGE);
  cln_buffer_free(&out);
}

static void check_integer(int64_t value, const char *expected)
{
  struct cln_buffer out;

  cln_buffer_init(&out, 100);
  CHECK(cln_jprint_integer(&out, value) == CLN_OK);
  CHECK_TEXT(out.data, out.len, expected, "integer");
  cln_buffer_free(&out);
}

static void test_integers(void)
{
  check_integer(0, "0");
  check_integer(7, "7");
  check_integer(-7, "-7");
  check_integer(10, "10");
  check_integer(99, "99");
  check_integer(100, "100");
  check_integer(1234567890123456789, "1234567890123456789");
  check_integer(-1234567890123456789, "-1234567890123456789");
  check_integer(INT64_MAX, "9223372036854775807");
  check_integer(INT64_MIN, "-9223372036854775808");
}

static void check_number(double value, const char *expected)
{
  struct cln_buffer out;

  cln_buffer_init(&out, 100);
  CHECK(cln_jprint_number(&out, value) == CLN_OK);
  CHECK_TEXT(out.data, out.len, expected, "number");
  cln_buffer_free(&out);
}

static void test_numbers(void)
{
  check_number(0.0, "0");
  check_number(-0.0, "-0");
  check_number(5.0, "5");
  check_number(-5.0, "-5");
  check_number(5e3, "5000");
  check_number(1e15, "1000000000000000");
  check_number(9007199254740991.0, "9007199254740991");
  check_number(9007199254740992.0, "9007199254740992");
  check_number(-9007199254740992.0, "-9007199254740992");
  check_number(9007199254740994.0, "9007199254740994");
  check_number(1e17, "1e+17");
  check_number(1e22, "1e+22");
  check_number(1e23, "1e+23");
  check_number(18446744073709551616.0, "1.8446744073709552e+19");
  check_number(0.5, "0.5");
  check_number(-0.5, "-0.5");
  check_number(36.6, "36.6");
  check_number(0.1, "0.1");
  check_number(0.25, "0.25");
  check_number(19.99, "19.99");
  check_number(-1234.5678, "-1234.5678");
  check_number(0.0001, "0.0001");
  check_number(0.00012345, "0.00012345");
  check_number(0.00001, "1e-05");
  check_number(0.000012, "1.2e-05");
  check_number(0.12345678, "0.12345678");
  check_number(0.123456789, "0.123456789");
  check_number(1000000.5, "1000000.5");
  check_number(99999999999999.5, "99999999999999.5");
  check_number(999999999999999.5, "999999999999999.5");
  check_number(4503599627370495.5, "4503599627370495.5");
  check_number(1.0000000000000002, "1.0000000000000002");
  check_number(0.1 + 0.2, "0.30000000000000004");
  check_number(1.0 / 3, "0.3333333333333333");
  check_number(2.0 / 3, "0.6666666666666666");
  check_number(3.141592653589793, "3.141592653589793");
  check_number(100.0 / 3, "33.333333333333336");
  check_number(1.7976931348623157e308, "1.7976931348623157e+308");
  check_number(-1.7976931348623157e308, "-1.7976931348623157e+308");
  check_number(2.2250738585072014e-308, "2.2250738585072014e-308");
  check_number(5e-324, "4.94065645841247e-324");
  check_number(-5e-324, "-4.94065645841247e-324");
  check_number(1e100, "1e+100");
  check_number(1.5e-10, "1.5e-10");
}

static void test_refused(void)
{
  struct cln_buffer out;

  cln_buffer_init(&out, 100);
  CHECK(cln_buffer_append_text(&out, "kept") == CLN_OK);
  CHECK(cln_jprint_number(&out, NAN) == CLN_VALIDATION);
  CHECK(cln_jprint_number(&out, -NAN) == CLN_VALIDATION);
  CHECK(cln_jprint_number(&out, INFINITY) == CLN_VALIDATION);
  CHECK(cln_jprint_number(&out, -INFINITY) == CLN_VALIDATION);
  CHECK_TEXT(out.data, out.len, "kept", "nothing appended");
  cln_buffer_free(&out);
}

/* The contract's words, by snprintf in the C locale. */
static void print_reference(char text[64], double value)
{
  int precision;

  if (fabs(value) <= 9007199254740992.0 && (double)(int64_t)value == value) {
    snprintf(text, 64, "%.0f", value);
    return;
  }
  for (precision = 15; precision <= 17; precision++) {
    snprintf(text, 64, "%.*g", precision, value);
    if (strtod(text, NULL) == value)
      return;
  }
}

static uint64_t next_random(uint64_t *state)
{
  *state = *state * UINT64_C(6364136223846793005) + 1442695040888963407u;
  return *state ^ *state >> 29; /* Knuth's MMIX, its high bits folded in */
}

/* Random bits; short decimals; and the doubles next to them. */
static double pick_double(uint64_t *random, int round)
{
  static const double powers[] = {1,   1e1, 1e2, 1e3, 1e4,  1e5,
                                  1e6, 1e7, 1e8, 1e9, 1e10, 1e11};
  uint64_t bits = next_random(random);
  uint64_t limit = UINT64_C(1) << (bits >> 58);
  double value;

  if (round % 4 == 0) {
    memcpy(&value, &bits, sizeof(value));
    return value;
  }
  value = (double)(int64_t)(next_random(random) % limit) /
          powers[next_random(random) % 12];
  if (round % 4 == 1) {
    memcpy(&bits, &value, sizeof(bits));
    bits++;
    memcpy(&value, &bits, sizeof(value));
  }
  return round % 8 < 4 ? value : -value;
}

static void test_random(void)
{
  struct cln_buffer out;
  char expected[64];
  uint64_t random = 42;
  double value;
  bool same = true;
  int i;

  cln_buffer_init(&out, 100);
  for (i = 0; i < 300000 && same; i++) {
    value = pick_double(&random, i);
    cln_buffer_reset(&out);
    if (!(fabs(value) <= DBL_MAX)) {
      same = cln_jprint_number(&out, value) == CLN_VALIDATION;
      continue;
    }
    print_reference(expected, value);
    same = cln_jprint_number(&out, value) == CLN_OK;
    same = same && out.len == strlen(expected) &&
           memcmp(out.data, expected, out.len) == 0;
    if (!same)
      CHECK_TEXT(out.data, out.len, expected, "random double");
  }
  CHECK(same);
  cln_buffer_free(&out);
}

int main(void)
{
  test_strings();
  test_limits();
  test_integers();
  test_numbers();
  test_refused();
  test_random();
  if (set_comma_locale()) {
    CHECK(strtod("1,5", NULL) == 1.5);
    test_numbers();
  } else {
    test_skip("no locale with a decimal comma");
  }
  if (set_wide_point_locale())
    test_numbers();
  else
    test_skip("no locale with a decimal point of two bytes");
  return test_end();
}
