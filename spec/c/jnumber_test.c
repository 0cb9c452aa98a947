/* jnumber.c, through jscan.h: which numbers a VM can hold. */
#define _XOPEN_SOURCE 700

#include "comma_locale.h"
#include "test.h"
#include "marks_text.h"

/* The TEXT rule: marked with doubles only, marked with int64, INTEGER. */
static const struct {
  const char *literal;
  bool text_doubles;
  bool text_wide;
  bool integer;
} numbers[] = {
    {"0", false, false, true},
    {"-0", false, false, false},
    {"-0.0", false, false, false},
    {"-0e1", false, false, false},
    {"0.0", false, false, false},
    {"0e0", false, false, false},
    {"0e400", false, false, false},
    {"0.000e-99999999999999999999", false, false, false},
    {"0e99999999999999999999", false, false, false},
    {"1", false, false, true},
    {"-1", false, false, true},
    {"10", false, false, true},
    {"123456789012345", false, false, true},
    {"9007199254740991", false, false, true},
    {"9007199254740992", false, false, true},
    {"9007199254740993", true, false, true},
    {"-9007199254740993", true, false, true},
    {"9007199254740994", false, false, true},
    {"9007199254740995", true, false, true},
    {"123456789012345678", true, false, true},
    {"100000000000000000", false, false, true},
    {"1000000000000000000", false, false, true},
    {"1000000000000000001", true, false, true},
    {"9223372036854775807", true, false, true},
    {"-9223372036854775807", true, false, true},
    {"-9223372036854775808", false, false, true},
    {"9223372036854775808", true, true, false},
    {"-9223372036854775809", true, true, false},
    {"9999999999999999999", true, true, false},
    {"10000000000000000000", true, true, false},
    {"18446744073709551615", true, true, false},
    {"18446744073709551616", true, true, false},
    {"-18446744073709551616", true, true, false},
    {"18446744073709551617", true, true, false},
    {"100000000000000000000", true, true, false},
    {"10000000000000000000000", true, true, false},
    {"100000000000000000000000", true, true, false},
    {"340282366920938463463374607431768211456", true, true, false},
    {"340282366920938463463374607431768211457", true, true, false},
    {"0.1", false, false, false},
    {"1.0", false, false, false},
    {"1.10", false, false, false},
    {"-1.5", false, false, false},
    {"1.500000000000000000000000000000000000000", false, false, false},
    {"100000000000000000000.0", false, false, false},
    {"1000000000000000000000000000000000000000e-39", false, false, false},
    {"3.141592653589793", false, false, false},
    {"3.14159265358979323846", true, true, false},
    {"0.30000000000000004", false, false, false},
    {"0.300000000000000040", false, false, false},
    {"0.300000000000000041", true, true, false},
    {"0.1000000000000000055511151231257827021181583404541015625", false, false,
     false},
    {"0.1000000000000000055511151231257827021181583404541015624", true, true,
     false},
    {"123456789012345.5", false, false, false},
    {"12345678901234567.5", true, true, false},
    {"9007199254740993.0", true, true, false},
    {"9007199254740993e0", true, true, false},
    {"9223372036854775807.0", true, true, false},
    {"9223372036854775808.0", false, false, false},
    {"18446744073709551616.0", false, false, false},
    {"900719925474099.3", true, true, false},
    {"1.234567890123457", false, false, false},
    {"1E5", false, false, false},
    {"1e+5", false, false, false},
    {"1e-5", false, false, false},
    {"1e005", false, false, false},
    {"1.5e3", false, false, false},
    {"1e22", false, false, false},
    {"1e23", false, false, false},
    {"1e290", false, false, false},
    {"1e291", false, false, false},
    {"123456789012345e290", false, false, false},
    {"1e308", false, false, false},
    {"1.7976931348623157e308", false, false, false},
    {"1.7976931348623158e308", true, true, false},
    {"1.8e308", true, true, false},
    {"1e309", true, true, false},
    {"1e400", true, true, false},
    {"-1e400", true, true, false},
    {"1e99999999999999999999", true, true, false},
    {"1e-290", false, false, false},
    {"0.123456789012345e-275", false, false, false},
    {"0.123456789012345e-276", false, false, false},
    {"2.2250738585072014e-308", false, false, false},
    {"2.2250738585072009e-308", false, false, false},
    {"2.2250738585072011e-308", true, true, false},
    {"1e-310", false, false, false},
    {"1.23456789012345e-309", false, false, false},
    {"1.23456789012345e-310", true, true, false},
    {"1.23456789012345e-315", true, true, false},
    {"5e-324", false, false, false},
    {"4e-324", true, true, false},
    {"4.9e-324", false, false, false},
    {"4.95e-324", true, true, false},
    {"1e-323", false, false, false},
    {"9e-324", true, true, false},
    {"2e-324", true, true, false},
    {"1e-400", true, true, false},
    {"1e-99999999999999999999", true, true, false},
};

static void test_numbers(struct cln_jscan *scan)
{
  char expected[300];
  const char *row;
  size_t i;

  for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
    row = numbers[i].literal;
    expected[0] = '\0';
    if (numbers[i].text_doubles)
      snprintf(expected, sizeof(expected), "T:$=%s", row);
    check_marks(scan, row, &doubles, expected);
    expected[0] = '\0';
    if (numbers[i].text_wide)
      snprintf(expected, sizeof(expected), "T:$=%s", row);
    else if (numbers[i].integer)
      snprintf(expected, sizeof(expected), "I:$=%s", row);
    check_marks(scan, row, &wide, expected);
  }
}

/* Digits by the hundred, and zeros that only shift the point. */
static void test_long_numbers(struct cln_jscan *scan)
{
  char text[3000];
  size_t count;

  memset(text, '0', sizeof(text));
  text[0] = '1';
  CHECK(cln_jscan_run(scan, text, 310, &doubles, NULL) == CLN_OK);
  cln_jscan_marks(scan, &count);
  CHECK_NUMBER(count, 1, "1e309 as an integer");
  memcpy(text + 2000, "e-2000", 6);
  CHECK(cln_jscan_run(scan, text, 2006, &doubles, NULL) == CLN_OK);
  cln_jscan_marks(scan, &count);
  CHECK_NUMBER(count, 0, "0.1 as 1 and 1999 zeros e-2000");
  memset(text, '0', sizeof(text));
  text[1] = '.';
  memcpy(text + 2000, "1e1999", 6);
  CHECK(cln_jscan_run(scan, text, 2006, &doubles, NULL) == CLN_OK);
  cln_jscan_marks(scan, &count);
  CHECK_NUMBER(count, 0, "10 as 0.000...1e1999");
  memset(text, '3', sizeof(text));
  text[1] = '.';
  CHECK(cln_jscan_run(scan, text, sizeof(text), &doubles, NULL) == CLN_OK);
  cln_jscan_marks(scan, &count);
  CHECK_NUMBER(count, 1, "3000 digits");
  CHECK(cln_jscan_run(scan, text, 770, &doubles, NULL) == CLN_OK);
  cln_jscan_marks(scan, &count);
  CHECK_NUMBER(count, 1, "769 digits");
}

int main(void)
{
  struct cln_jscan *scan = cln_jscan_new();

  if (!CHECK(scan != NULL))
    return test_end();
  test_numbers(scan);
  test_long_numbers(scan);
  if (set_comma_locale()) {
    CHECK(strtod("1,5", NULL) == 1.5);
    test_numbers(scan);
    test_long_numbers(scan);
  } else {
    test_skip("no locale with a decimal comma");
  }
  if (set_wide_point_locale())
    test_numbers(scan);
  else
    test_skip("no locale with a decimal point of two bytes");
  cln_jscan_free(scan);
  return test_end();
}
