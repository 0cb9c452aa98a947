/* jgrammar.c and jstring.c, through jscan.h: which texts are accepted. */
#include "json_texts.h"
#include "test.h"
#include "marks_text.h"

static void test_accepted(struct cln_jscan *scan)
{
  struct cln_error error;
  size_t i;

  for (i = 0; i < sizeof(accepted_texts) / sizeof(accepted_texts[0]); i++) {
    if (!CHECK_ABOUT(cln_jscan_run(scan, accepted_texts[i],
                                   strlen(accepted_texts[i]), &doubles,
                                   &error) == CLN_OK,
                     accepted_texts[i]))
      printf("  got:      %s\n", error.message);
  }
}

static void check_refused(struct cln_jscan *scan, const char *text, size_t len,
                          const char *fault, size_t offset)
{
  struct cln_error error;
  char expected[256];

  snprintf(expected, sizeof(expected), "%s, at byte offset %d", fault,
           (int)offset);
  error.message[0] = '\0';
  error.status = CLN_OK;
  CHECK_ABOUT(cln_jscan_run(scan, text, len, &wide, &error) == CLN_JSON &&
                  error.status == CLN_JSON,
              text);
  CHECK_TEXT(error.message, strlen(error.message), expected, text);
}

static void test_refused(struct cln_jscan *scan)
{
  size_t i;

  for (i = 0; i < sizeof(refused_texts) / sizeof(refused_texts[0]); i++)
    check_refused(scan, refused_texts[i].text, strlen(refused_texts[i].text),
                  refused_texts[i].fault, refused_texts[i].offset);
  check_refused(scan, NULL, 0, "the text ends where a value is expected", 0);
  check_refused(scan, "[]\0", 3, "bytes after the value", 2);
  check_refused(scan, "1\0", 2, "bytes after the value", 1);
  check_refused(scan, "\0", 1, "expected a value", 0);
  check_refused(scan, "\"a\0b\"", 5, "a control character in a string", 2);
  check_refused(scan, "\"\\\0\"", 4, "unknown escape in a string", 1);
  check_refused(scan, "[1\0]", 4, "expected \",\" or \"]\"", 2);
  CHECK(cln_jscan_run(scan, "[", 1, &wide, NULL) == CLN_JSON);
}

/* No text is read beyond its length: every prefix in a block of its own, for
   the sanitizers and valgrind to see. */
static void test_prefixes(struct cln_jscan *scan)
{
  static const char text[] =
      "{\"abcdefghij\":[true,false,null,-12.5e+10,\"\\ud83d\\ude00\\n\xe2\x82"
      "\xac\xf0\x9f\x98\x80\"],\"abcdefghij\":\"0123456789abcdef\"}";
  size_t len = strlen(text);
  size_t i;
  char *copy;

  for (i = 0; i < len; i++) {
    copy = malloc(i > 0 ? i : 1);
    if (!CHECK(copy != NULL))
      return;
    memcpy(copy, text, i);
    CHECK(cln_jscan_run(scan, copy, i, &wide, NULL) == CLN_JSON);
    free(copy);
  }
  CHECK(cln_jscan_run(scan, text, len, &wide, NULL) == CLN_OK);
}

int main(void)
{
  struct cln_jscan *scan = cln_jscan_new();

  if (!CHECK(scan != NULL))
    return test_end();
  test_accepted(scan);
  test_refused(scan);
  test_prefixes(scan);
  cln_jscan_free(scan);
  return test_end();
}
