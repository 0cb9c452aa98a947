/*
 * jscan.c and the files under it: what is accepted, and the marks. Marks are
 * checked as text: "A" ARRAY, ">place" ENTER, "<" LEAVE, "N:place" NULL,
 * "I:place=value" INTEGER, "T:place=literal" TEXT. A place is a key ("~"
 * after one with escapes), "[n]", or "$", the root.
 */
#define _XOPEN_SOURCE 700

#include "../../src/jscan.h"
#include "comma_locale.h"
#include "test.h"

static const struct cln_jscan_options doubles = {50, true, false, false};
static const struct cln_jscan_options wide = {50, true, true, true};

static void print_place(char *out, size_t size, const char *text,
                        const struct cln_jmark *mark)
{
  if (mark->in_root)
    snprintf(out, size, "$");
  else if (mark->index > 0)
    snprintf(out, size, "[%d]", (int)mark->index);
  else
    snprintf(out, size, "%.*s%s", (int)mark->key_len, text + mark->key,
             mark->key_escaped ? "~" : "");
}

static void print_mark(char *out, size_t size, const char *text,
                       const struct cln_jmark *mark)
{
  char place[200];

  print_place(place, sizeof(place), text, mark);
  switch (mark->kind) {
  case CLN_JMARK_ENTER:
    snprintf(out, size, ">%s", place);
    break;
  case CLN_JMARK_LEAVE:
    snprintf(out, size, "<");
    break;
  case CLN_JMARK_ARRAY:
    snprintf(out, size, "A");
    break;
  case CLN_JMARK_NULL:
    snprintf(out, size, "N:%s", place);
    break;
  case CLN_JMARK_INTEGER:
    snprintf(out, size, "I:%s=%lld", place, (long long)mark->integer);
    break;
  case CLN_JMARK_TEXT:
    snprintf(out, size, "T:%s=%.*s", place, (int)mark->literal_len,
             text + mark->literal);
    break;
  }
}

static void print_marks(char *out, size_t size, const struct cln_jscan *scan,
                        const char *text)
{
  const struct cln_jmark *marks;
  size_t count;
  size_t used = 0;
  size_t i;

  marks = cln_jscan_marks(scan, &count);
  out[0] = '\0';
  for (i = 0; i < count && used + 1 < size; i++) {
    if (i > 0)
      out[used++] = ' ';
    print_mark(out + used, size - used, text, &marks[i]);
    used += strlen(out + used);
  }
}

static void check_marks(struct cln_jscan *scan, const char *text,
                        const struct cln_jscan_options *options,
                        const char *expected)
{
  struct cln_error error;
  char got[4000];

  if (CHECK_ABOUT(cln_jscan_run(scan, text, strlen(text), options, &error) ==
                      CLN_OK,
                  text)) {
    print_marks(got, sizeof(got), scan, text);
    CHECK_TEXT(got, strlen(got), expected, text);
  } else {
    printf("  got:      %s\n", error.message);
  }
}

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
    {"9223372036854775808", false, true, false},
    {"-9223372036854775809", true, true, false},
    {"9999999999999999999", true, true, false},
    {"10000000000000000000", false, true, false},
    {"18446744073709551615", true, true, false},
    {"18446744073709551616", false, true, false},
    {"-18446744073709551616", false, true, false},
    {"18446744073709551617", true, true, false},
    {"100000000000000000000", false, true, false},
    {"10000000000000000000000", false, true, false},
    {"100000000000000000000000", true, true, false},
    {"340282366920938463463374607431768211456", false, true, false},
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
    {"2.2250738585072011e-308", false, false, false},
    {"1e-310", false, false, false},
    {"1.23456789012345e-310", false, false, false},
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

static const struct {
  const char *text;
  const char *doubles; /* marks without integers */
  const char *wide;    /* marks with integers */
} walks[] = {
    {"[]", "A", "A"},
    {"{}", "", ""},
    {" [ ] ", "A", "A"},
    {"null", "", ""},
    {"\"x\"", "", ""},
    {"true", "", ""},
    {"7", "", "I:$=7"},
    {"[null,1,1e400]", "A T:[3]=1e400", "A I:[2]=1 T:[3]=1e400"},
    {"{\"a\":null}", "N:a", "N:a"},
    {"{\"a\":1,\"b\":null,\"c\":1e999}", "N:b T:c=1e999",
     "I:a=1 N:b T:c=1e999"},
    {"{\"a\":[]}", ">a A <", ">a A <"},
    {"[[],[[]]]", "A >[1] A < >[2] A >[1] A < <",
     "A >[1] A < >[2] A >[1] A < <"},
    {"{\"a\":{\"b\":{\"c\":{}}}}", "", ""},
    {"{\"a\":{\"b\":{\"c\":{\"d\":null}}}}", ">a >b >c N:d < < <",
     ">a >b >c N:d < < <"},
    {"{\"a\":{\"b\":{}},\"c\":{\"d\":null},\"e\":null}", ">c N:d < N:e",
     ">c N:d < N:e"},
    {"[{\"a\":[{\"b\":null},{\"c\":[1.5]},\"s\"]},null,{},{\"d\":2}]",
     "A >[1] >a A >[1] N:b < >[2] >c A < < < <",
     "A >[1] >a A >[1] N:b < >[2] >c A < < < < >[4] I:d=2 <"},
    {"{\"\":null}", "N:", "N:"},
    {"{\"a\\u0062\":null,\"\\\"\":{\"x\":null}}", "N:a\\u0062~ >\\\"~ N:x <",
     "N:a\\u0062~ >\\\"~ N:x <"},
    {"{\"a\\n\":1,\"b\":null}", "N:b", "I:a\\n~=1 N:b"},
    {"\xef\xbb\xbf[{\"k\":null}]", "A >[1] N:k <", "A >[1] N:k <"},
    {"[-0,-0.0,0,1.0,1e0]", "A", "A I:[3]=0"},
    {"{\"v\":3.14159265358979323846}", "T:v=3.14159265358979323846",
     "T:v=3.14159265358979323846"},
    /* Duplicates: the last one wins. */
    {"{\"a\":null,\"a\":1}", "", "I:a=1"},
    {"{\"a\":1,\"a\":null}", "N:a", "N:a"},
    {"{\"a\":null,\"a\":null,\"a\":null}", "N:a", "N:a"},
    {"{\"a\":[[1e400],{\"b\":null}],\"a\":true}", "", ""},
    {"{\"a\":true,\"a\":[null]}", ">a A <", ">a A <"},
    {"{\"p\":{\"x\":null,\"x\":true}}", "", ""},
    {"{\"p\":{\"x\":null,\"x\":true},\"q\":null}", "N:q", "N:q"},
    {"{\"p\":{\"x\":null,\"x\":true,\"y\":null}}", ">p N:y <", ">p N:y <"},
    {"{\"p\":{\"y\":null,\"x\":null,\"x\":true}}", ">p N:y <", ">p N:y <"},
    {"{\"p\":{\"q\":{\"x\":[null],\"x\":\"\"}}}", "", ""},
    {"[{\"x\":null,\"x\":true}]", "A", "A"},
    {"[[{\"x\":null,\"x\":true}]]", "A >[1] A <", "A >[1] A <"},
    {"{\"a\":{\"x\":null,\"x\":[]},\"a\":{\"y\":null,\"y\":[[]]}}",
     ">a >y A >[1] A < < <", ">a >y A >[1] A < < <"},
    {"{\"a\":{\"x\":null,\"x\":true,\"z\":{\"a\":null}},\"a\":false}", "", ""},
    {"{\"b\":null,\"a\":null,\"b\":true,\"a\":true,\"c\":null}", "N:c", "N:c"},
    {"{\"a\":null,\"\\u0061\":true}", "", ""},
    {"{\"\\u0061\":null,\"a\":null}", "N:a", "N:a"},
    {"{\"\\ud83d\\ude00\":null,\"\xf0\x9f\x98\x80\":true}", "", ""},
    {"{\"\\u0000\":null,\"\\u0000\":true,\"\\u0001\":null}", "N:\\u0001~",
     "N:\\u0001~"},
    {"{\"\":null,\"\":true}", "", ""},
    {"{\"\\/\":null,\"/\":true}", "", ""},
    {"{\"a\":{\"a\":{\"a\":null}}}", ">a >a N:a < <", ">a >a N:a < <"},
    {"[{\"a\":null},{\"a\":null}]", "A >[1] N:a < >[2] N:a <",
     "A >[1] N:a < >[2] N:a <"},
    {"{\"a\":{\"k\":null},\"b\":{\"k\":null},\"k\":true,\"a\":null}",
     ">b N:k < N:a", ">b N:k < N:a"},
    {"{\"abcdefgh\":null,\"abcdefgi\":null,\"abcdefghi\":null}",
     "N:abcdefgh N:abcdefgi N:abcdefghi", "N:abcdefgh N:abcdefgi N:abcdefghi"},
    {"{\"abcdefghijklmnopq\":null,\"abcdefghijklmnopq\":true}", "", ""},
};

static void test_walks(struct cln_jscan *scan)
{
  size_t i;

  for (i = 0; i < sizeof(walks) / sizeof(walks[0]); i++) {
    check_marks(scan, walks[i].text, &doubles, walks[i].doubles);
    check_marks(scan, walks[i].text, &wide, walks[i].wide);
  }
}

static void test_results(struct cln_jscan *scan)
{
  static const char text[] = "\xef\xbb\xbf {\"k\":[1,\"\\u0061\"]}";
  struct cln_jscan_options options = wide;
  const struct cln_jmark *marks;
  size_t count;

  CHECK(cln_jscan_run(scan, text, strlen(text), &options, NULL) == CLN_OK);
  CHECK(cln_jscan_start(scan) == 3);
  marks = cln_jscan_marks(scan, &count);
  CHECK(count == 4 && marks[0].key == 6 && marks[0].key_len == 1);
  CHECK(marks[1].key == 0 && marks[1].index == 0 && !marks[1].in_root);
  CHECK(marks[2].index == 1 && marks[2].integer == 1 && marks[2].key == 0);
  CHECK(marks[3].index == 0 && marks[3].key_len == 0);
  CHECK(cln_jscan_duplicates(scan) == 0);

  options.mark_nulls = false;
  options.mark_integers = false;
  check_marks(scan, "{\"a\":null,\"b\":[1,{\"c\":null}],\"a\":9}", &options,
              ">b A <");
  CHECK(cln_jscan_start(scan) == 0);
  CHECK(cln_jscan_duplicates(scan) == 1);
  check_marks(scan, "{\"a\":1,\"a\":{\"b\":1,\"b\":2},\"a\":3}", &options, "");
  CHECK_NUMBER(cln_jscan_duplicates(scan), 3, "duplicates at two depths");
}

static void test_depth(struct cln_jscan *scan)
{
  struct cln_jscan_options options = doubles;
  struct cln_error error;
  char *text = malloc(200000);

  if (!CHECK(text != NULL))
    return;
  memset(text, '[', 100000);
  memset(text + 100000, ']', 100000);
  CHECK(cln_jscan_run(scan, text, 100000, &options, &error) == CLN_TOO_LARGE);
  CHECK(strcmp(error.message,
               "nested deeper than 50 levels, at byte offset 50") == 0);
  CHECK(cln_jscan_run(scan, text + 99950, 100, &options, &error) == CLN_OK);
  CHECK(cln_jscan_run(scan, text + 99949, 102, &options, &error) ==
        CLN_TOO_LARGE);
  options.max_depth = 100000;
  CHECK(cln_jscan_run(scan, text, 200000, &options, &error) == CLN_OK);
  options.max_depth = 1;
  CHECK(cln_jscan_run(scan, "[]", 2, &options, &error) == CLN_OK);
  CHECK(cln_jscan_run(scan, "{}", 2, &options, &error) == CLN_OK);
  CHECK(cln_jscan_run(scan, "{\"a\":{}}", 8, &options, &error) ==
        CLN_TOO_LARGE);
  CHECK(cln_jscan_run(scan, "[1,[]]", 6, &options, &error) == CLN_TOO_LARGE);
  CHECK(cln_jscan_run(scan, "[[", 2, &options, NULL) == CLN_TOO_LARGE);
  options.max_depth = 0;
  CHECK(cln_jscan_run(scan, "1", 1, &options, &error) == CLN_OK);
  CHECK(cln_jscan_run(scan, "[]", 2, &options, &error) == CLN_TOO_LARGE);
  options.max_depth = -1;
  CHECK(cln_jscan_run(scan, "{}", 2, &options, &error) == CLN_TOO_LARGE);
  free(text);
}

int main(void)
{
  struct cln_jscan *scan = cln_jscan_new();

  if (!CHECK(scan != NULL))
    return test_end();
  cln_jscan_free(NULL);
  test_numbers(scan);
  test_long_numbers(scan);
  test_walks(scan);
  test_results(scan);
  test_depth(scan);
  if (set_comma_locale()) {
    CHECK(strtod("1,5", NULL) == 1.5);
    test_numbers(scan);
    test_long_numbers(scan);
  } else {
    test_skip("no locale with a decimal comma");
  }
  cln_jscan_free(scan);
  return test_end();
}
