/*
 * A tiny harness: checks that count, print what failed and go on. Each test
 * program includes it once, and returns test_end() from main. It may print
 * and hold file-scope state: it is no part of the library.
 */
#ifndef CLN_TEST_H
#define CLN_TEST_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct {
  int passed;
  int failed;
} test_counts;

static inline bool test_check(bool ok, const char *file, int line,
                              const char *what)
{
  if (ok) {
    test_counts.passed++;
  } else {
    test_counts.failed++;
    printf("%s:%d: failed: %s\n", file, line, what);
  }
  return ok;
}

/* `about` names the row of a table. NULL got with len 0 is the empty text. */
static inline void test_text(const char *got, size_t len, const char *expected,
                             const char *about, const char *file, int line)
{
  bool same =
      len == strlen(expected) && (len == 0 || memcmp(got, expected, len) == 0);

  if (!test_check(same, file, line, about))
    printf("  expected: %s\n  got:      %.*s\n", expected, (int)len,
           len == 0 ? "" : got);
}

static inline void test_number(long long got, long long expected,
                               const char *about, const char *file, int line)
{
  if (!test_check(got == expected, file, line, about))
    printf("  expected: %lld\n  got:      %lld\n", expected, got);
}

/* What cannot be tested here; a failure where CI is set. */
static inline void test_skip(const char *reason)
{
  printf("skipped: %s\n", reason);
  if (getenv("CI") != NULL)
    test_counts.failed++;
}

static inline int test_end(void)
{
  printf("%d passed, %d failed\n", test_counts.passed, test_counts.failed);
  return test_counts.failed == 0 ? 0 : 1;
}

#define CHECK(condition)                                                      \
  test_check((condition), __FILE__, __LINE__, #condition)
#define CHECK_ABOUT(condition, about)                                         \
  test_check((condition), __FILE__, __LINE__, about)
#define CHECK_TEXT(got, len, expected, about)                                 \
  test_text(got, len, expected, about, __FILE__, __LINE__)
#define CHECK_NUMBER(got, expected, about)                                    \
  test_number((long long)(got), expected, about, __FILE__, __LINE__)

#endif
