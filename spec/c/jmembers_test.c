/* jmembers.c: an object is taken apart without being parsed. */
#include "test.h"

#include "jmembers.h"

/* Every member as `key=value;`, or what is wrong. */
static void walk(char *out, size_t size, const char *text, size_t len,
                 int max_depth)
{
  struct cln_jmembers members;
  struct cln_jmember member;
  struct cln_error error;
  enum cln_status status;
  size_t used = 0;

  cln_jmembers_start(&members, text, len, max_depth);
  out[0] = '\0';
  for (;;) {
    status = cln_jmembers_next(&members, &member, &error);
    if (status != CLN_OK) {
      CHECK(error.status == status);
      snprintf(out, size, "%s: %s", cln_status_name(status), error.message);
      return;
    }
    if (!member.key)
      return;
    used += (size_t)snprintf(out + used, size - used, "%.*s%s=%.*s;",
                             (int)member.key_len, member.key,
                             member.key_escaped ? "*" : "",
                             (int)member.value_len, member.value);
  }
}

static void check_walk(const char *text, const char *expected)
{
  char out[512];

  walk(out, sizeof(out), text, strlen(text), 5);
  CHECK_TEXT(out, strlen(out), expected, text);
}

static void test_objects(void)
{
  check_walk("{}", "");
  check_walk(" \t\r\n{ } \n", "");
  check_walk("\xef\xbb\xbf{\"a\":1}", "a=1;");
  check_walk("{\"a\":1,\"b\":true , \"c\" : null}", "a=1;b=true;c=null;");
  check_walk("{\"a\" : { \"x\" : [1, {}] } ,\"b\":[]}",
             "a={ \"x\" : [1, {}] };b=[];");
  check_walk("{\"a\":\"}\",\"b\":[\"]\",\"\\\"]\"]}",
             "a=\"}\";b=[\"]\",\"\\\"]\"];");
  check_walk("{\"a\":\"\\\\\",\"b\":\"\\\\\\\"\"}",
             "a=\"\\\\\";b=\"\\\\\\\"\";");
  check_walk("{\"a\\n\":\"\"}", "a\\n*=\"\";");
  check_walk("{\"a\":1,\"a\":2}", "a=1;a=2;"); /* both: the caller chooses */
  check_walk("{\"a\":[[[[]]]]}", "a=[[[[]]]];");
  check_walk("{\"a\":[00,}",
             "json: expected \",\" or \"]\", at byte offset 9");
  check_walk("{\"a\":[00]}", "a=[00];"); /* left to the strict scan */
}

static void test_refused(void)
{
  check_walk("", "json: expected an object, at byte offset 0");
  check_walk("[]", "json: expected an object, at byte offset 0");
  check_walk("\"a\"", "json: expected an object, at byte offset 0");
  check_walk("{", "json: expected a key in quotes, at byte offset 1");
  check_walk("{a:1}", "json: expected a key in quotes, at byte offset 1");
  check_walk("{\"a\"}", "json: expected \":\", at byte offset 4");
  check_walk("{\"a\":}", "json: expected a value, at byte offset 5");
  check_walk("{\"a\":,}", "json: expected a value, at byte offset 5");
  check_walk("{\"a\":1,}", "json: expected a key in quotes, at byte offset 7");
  check_walk("{\"a\":1 2}", "json: expected \",\" or \"}\", at byte offset 7");
  check_walk(
      "{\"a\":1",
      "json: the text ends inside an array or object, at byte offset 6");
  check_walk("{\"a\":[1}", "json: expected \",\" or \"]\", at byte offset 7");
  check_walk("{\"a\":{\"b\":[]]}",
             "json: expected \",\" or \"}\", at byte offset 12");
  check_walk(
      "{\"a\":[[]",
      "json: the text ends inside an array or object, at byte offset 8");
  check_walk("{\"a\":[\"",
             "json: the text ends inside a string, at byte offset 7");
  check_walk("{\"a\":\"\\\"}",
             "json: the text ends inside a string, at byte offset 9");
  check_walk("{\"a\":1}}", "json: bytes after the value, at byte offset 7");
  check_walk("{\"\x01\":1}",
             "json: a control character in a string, at byte offset 2");
  check_walk("{\"a\":[[[[[]]]]]}",
             "too_large: nested deeper than 5 levels, at byte offset 9");
}

/* The hard limit holds whatever the caller says. */
static void test_depth(void)
{
  size_t depth;
  char out[256];
  char *text = malloc(4096);

  if (!CHECK(text != NULL))
    return;
  for (depth = 999; depth <= 1000; depth++) {
    memcpy(text, "{\"a\":", 5);
    memset(text + 5, '[', depth);
    memset(text + 5 + depth, ']', depth);
    text[5 + 2 * depth] = '}';
    walk(out, 8, text, 6 + 2 * depth, 1 << 30);
    CHECK_TEXT(out, 3, depth == 999 ? "a=[" : "too", "depth");
  }
  free(text);
}

/* No text is read beyond its length, for the sanitizers to see. */
static void test_prefixes(void)
{
  static const char text[] =
      "{\"abcdefghij\" : [true,{\"a\\\"\":\"\\\\\"},\"\\ud83d\\ude00\"], "
      "\"\\u0041\":\"0123456789abcdef\",\"n\":-1.5}";
  size_t len = strlen(text);
  char out[512];
  size_t i;

  for (i = 0; i <= len; i++) {
    char *copy = malloc(i > 0 ? i : 1);
    if (!CHECK(copy != NULL))
      return;
    memcpy(copy, text, i);
    walk(out, sizeof(out), copy, i, 5);
    CHECK((strncmp(out, "json: ", 6) == 0) == (i < len));
    free(copy);
  }
  walk(out, sizeof(out), NULL, 0, 5);
  CHECK(strncmp(out, "json: ", 6) == 0);
}

int main(void)
{
  test_objects();
  test_refused();
  test_depth();
  test_prefixes();
  return test_end();
}
