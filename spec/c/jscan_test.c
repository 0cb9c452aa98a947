/* jscan.c, jmarks.c, jkeys.c: the marks, the results, the depth. */
#include "test.h"
#include "marks_text.h"

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
  test_walks(scan);
  test_results(scan);
  test_depth(scan);
  cln_jscan_free(scan);
  return test_end();
}
