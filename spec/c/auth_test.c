/*
 * auth.c: the life of a token. That the memory of a token is wiped before it
 * is freed cannot be seen without reading freed memory; what can be seen is
 * that the store's buffer is a secret one, and that a shorter token leaves
 * nothing of a longer one behind.
 */
#include "../../src/auth.h"
#include "test.h"

#define MINUTE_MS 60000LL
#define HOUR_MS   (60 * MINUTE_MS)

static const long long now_ms = 5000000;

static enum cln_status set(struct cln_token_store *store, const char *token,
                           long long lifetime_ms, double jitter)
{
  struct cln_error error;

  return cln_token_store_set(store, token, strlen(token), lifetime_ms, jitter,
                             now_ms, &error);
}

static void check_line(const struct cln_token_store *store, const char *line)
{
  CHECK_NUMBER(store->line.len, (long long)strlen(line) + 1, line);
  CHECK_TEXT(store->line.data, store->line.len - 1, line, "header line");
  CHECK(store->line.data[store->line.len - 1] == '\0');
}

static void test_line(void)
{
  struct cln_token_store store;

  cln_token_store_init(&store);
  CHECK(store.generation == 0);
  CHECK(cln_token_store_state(&store, now_ms) == CLN_TOKEN_NONE);
  CHECK(set(&store, "abc.DEF-1_2~3+4/5==", HOUR_MS, 0) == CLN_OK);
  check_line(&store, "Authorization: Bearer abc.DEF-1_2~3+4/5==");
  CHECK_NUMBER(store.generation, 1, "generation");
  CHECK(set(&store, "x", HOUR_MS, 0) == CLN_OK);
  check_line(&store, "Authorization: Bearer x");
  CHECK_NUMBER(store.generation, 2, "generation");
  cln_token_store_free(&store);
  cln_token_store_free(&store);
  cln_token_store_free(NULL);
}

/* min(5 minutes, 20 % of the life) ahead of the end, and up to a tenth of
   that earlier. */
static void test_refresh_moment(void)
{
  static const struct {
    long long lifetime_ms;
    double jitter;
    long long ahead_ms;
  } cases[] = {
      {HOUR_MS, 0, 5 * MINUTE_MS},
      {24 * HOUR_MS, 0, 5 * MINUTE_MS},
      {25 * MINUTE_MS, 0, 5 * MINUTE_MS},
      {25 * MINUTE_MS - 5, 0, 5 * MINUTE_MS - 1},
      {10 * MINUTE_MS, 0, 2 * MINUTE_MS},
      {1000, 0, 200},
      {4, 0, 0},
      {HOUR_MS, 0.5, 315000},
      {HOUR_MS, 0.999999, 329999},
      {10 * MINUTE_MS, 0.5, 126000},
  };
  struct cln_token_store store;
  size_t i;

  cln_token_store_init(&store);
  for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    CHECK(set(&store, "t", cases[i].lifetime_ms, cases[i].jitter) == CLN_OK);
    CHECK(!store.forever);
    CHECK_NUMBER(store.expires_at_ms, now_ms + cases[i].lifetime_ms, "end");
    CHECK_NUMBER(store.expires_at_ms - store.refresh_at_ms, cases[i].ahead_ms,
                 "refresh ahead");
  }
  cln_token_store_free(&store);
}

static void check_state(const struct cln_token_store *store, long long at_ms,
                        enum cln_token_state state, const char *about)
{
  CHECK_NUMBER(cln_token_store_state(store, now_ms + at_ms), state, about);
}

static void test_states(void)
{
  struct cln_token_store store;

  cln_token_store_init(&store);
  CHECK(set(&store, "t", HOUR_MS, 0) == CLN_OK);
  check_state(&store, 0, CLN_TOKEN_FRESH, "at first");
  check_state(&store, 55 * MINUTE_MS - 1, CLN_TOKEN_FRESH, "just fresh");
  check_state(&store, 55 * MINUTE_MS, CLN_TOKEN_AGING, "due");
  check_state(&store, HOUR_MS - 1, CLN_TOKEN_AGING, "just alive");
  check_state(&store, HOUR_MS, CLN_TOKEN_EXPIRED, "over");
  check_state(&store, 1000 * HOUR_MS, CLN_TOKEN_EXPIRED, "long over");
  cln_token_store_free(&store);
  check_state(&store, 0, CLN_TOKEN_NONE, "freed");
}

/* No life at all: expired when it comes. */
static void test_dead_on_arrival(void)
{
  struct cln_token_store store;

  cln_token_store_init(&store);
  CHECK(set(&store, "t", 0, 0.5) == CLN_OK);
  check_state(&store, 0, CLN_TOKEN_EXPIRED, "no life");
  cln_token_store_free(&store);
}

static void test_forever(void)
{
  struct cln_token_store store;

  cln_token_store_init(&store);
  CHECK(set(&store, "opaque", -1, 0.5) == CLN_OK);
  CHECK(store.forever);
  check_state(&store, 0, CLN_TOKEN_FRESH, "no end known");
  check_state(&store, 1000000 * HOUR_MS, CLN_TOKEN_FRESH, "ever");
  cln_token_store_postpone(&store, 1000, now_ms);
  check_state(&store, 2000, CLN_TOKEN_FRESH, "postponed");
  CHECK(set(&store, "t", 1000, 0) == CLN_OK);
  CHECK_ABOUT(!store.forever, "one with an end takes its place");
  check_state(&store, 1000, CLN_TOKEN_EXPIRED, "its end");
  cln_token_store_free(&store);
}

static void test_drop(void)
{
  struct cln_token_store store;

  cln_token_store_init(&store);
  CHECK(set(&store, "t", HOUR_MS, 0) == CLN_OK);
  cln_token_store_drop(&store);
  check_state(&store, 0, CLN_TOKEN_NONE, "dropped");
  CHECK(store.line.data == NULL);
  CHECK_NUMBER(store.generation, 1, "the generation stays");
  cln_token_store_drop(&store);
  CHECK(set(&store, "u", HOUR_MS, 0) == CLN_OK);
  CHECK_NUMBER(store.generation, 2, "and goes on");
  check_state(&store, 0, CLN_TOKEN_FRESH, "set again");
  cln_token_store_free(&store);
}

static void test_postpone(void)
{
  struct cln_token_store store;

  cln_token_store_init(&store);
  CHECK(set(&store, "t", HOUR_MS, 0) == CLN_OK);
  cln_token_store_postpone(&store, 30000, now_ms + 55 * MINUTE_MS);
  check_state(&store, 55 * MINUTE_MS, CLN_TOKEN_FRESH, "not due now");
  check_state(&store, 55 * MINUTE_MS + 30000, CLN_TOKEN_AGING, "due again");
  cln_token_store_postpone(&store, 2 * HOUR_MS, now_ms + 56 * MINUTE_MS);
  check_state(&store, HOUR_MS - 1, CLN_TOKEN_FRESH, "not before its end");
  check_state(&store, HOUR_MS, CLN_TOKEN_EXPIRED, "its end is not moved");
  cln_token_store_free(&store);
}

/* A bad token is refused, and the one that serves stays. */
static void test_bad_tokens(void)
{
  static const struct {
    const char *token;
    size_t len;
    const char *about;
  } bad[] = {
      {"", 0, "empty"},
      {"abc\n", 4, "a line break at its end"},
      {"abc\r\nX-Evil: 1", 14, "another header"},
      {"a b", 3, "a space"},
      {" a", 2, "a space before"},
      {"a\tb", 3, "a tab"},
      {"a\0b", 3, "a NUL"},
      {"a\x7f", 2, "DEL"},
      {"caf\xc3\xa9", 5, "UTF-8"},
      {"\xff", 1, "the last byte"},
  };
  struct cln_token_store store;
  struct cln_error error;
  size_t i;

  cln_token_store_init(&store);
  CHECK(set(&store, "good", HOUR_MS, 0) == CLN_OK);
  for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
    error.message[0] = '\0';
    CHECK_ABOUT(cln_token_store_set(&store, bad[i].token, bad[i].len, 1, 0,
                                    now_ms, &error) == CLN_AUTH,
                bad[i].about);
    CHECK_ABOUT(error.status == CLN_AUTH && error.message[0] != '\0',
                bad[i].about);
    if (bad[i].len > 0)
      CHECK_ABOUT(!strstr(error.message, "abc"), "no token in the message");
    check_line(&store, "Authorization: Bearer good");
    check_state(&store, 0, CLN_TOKEN_FRESH, bad[i].about);
    CHECK_NUMBER(store.generation, 1, bad[i].about);
  }
  cln_token_store_free(&store);
}

static void test_long_tokens(void)
{
  static char token[CLN_TOKEN_MAX_BYTES + 1];
  struct cln_token_store store;
  struct cln_error error;
  size_t most = CLN_TOKEN_MAX_BYTES - sizeof("Authorization: Bearer ") - 1;

  memset(token, 't', sizeof(token));
  cln_token_store_init(&store);
  CHECK(cln_token_store_set(&store, token, most, HOUR_MS, 0, now_ms, &error) ==
        CLN_OK);
  CHECK(cln_token_store_set(&store, token, most + 1, HOUR_MS, 0, now_ms,
                            &error) == CLN_AUTH);
  CHECK(cln_token_store_set(&store, token, sizeof(token), HOUR_MS, 0, now_ms,
                            &error) == CLN_AUTH);
  check_state(&store, 0, CLN_TOKEN_FRESH, "the good one stays");
  cln_token_store_free(&store);
}

static void test_nothing_left_behind(void)
{
  struct cln_token_store store;
  bool clean = true;
  size_t i;

  cln_token_store_init(&store);
  CHECK_ABOUT(store.line.secret, "wiped when freed: see buffer_test");
  CHECK(set(&store, "a-rather-long-token-that-is-replaced", HOUR_MS, 0) ==
        CLN_OK);
  CHECK(set(&store, "short", HOUR_MS, 0) == CLN_OK);
  for (i = store.line.len; i < store.line.cap; i++)
    clean = clean && store.line.data[i] == '\0';
  CHECK(clean && store.line.cap > 40);
  cln_token_store_free(&store);
}

int main(void)
{
  test_line();
  test_refresh_moment();
  test_states();
  test_dead_on_arrival();
  test_forever();
  test_drop();
  test_postpone();
  test_bad_tokens();
  test_long_tokens();
  test_nothing_left_behind();
  return test_end();
}
