/* call.c: what a call does after each kind of answer and failure. */
#include "callplay.h"

/* Each row is played with a full budget and without a token. */
static const struct {
  const char *method;
  const char *script;
  const char *trace;
  const char *result;
} rows[] = {
    /* A single answer. */
    {"GET", "200", "a", "ok ok"},
    {"POST", "201", "a", "ok ok"},
    {"DELETE", "204", "a", "ok ok"},
    {"POST", "299", "a", "ok ok"},
    {"GET", "302", "a", "http rejected"},
    {"POST", "400", "a", "http rejected"},
    {"GET", "401", "a", "auth rejected"},
    {"GET", "404", "a", "http rejected"},
    {"GET", "501", "a", "http rejected"},
    {"GET", "505", "a", "http rejected"},
    {"POST", "501", "a", "http rejected"},

    /* never: what may have been applied is not sent again. */
    {"POST", "500", "a", "http unknown"},
    {"POST", "502", "a", "http unknown"},
    {"POST", "503", "a", "http unknown"},
    {"POST", "504", "a", "http unknown"},
    {"POST", "507", "a", "http unknown"},
    {"POST", "408", "a", "http unknown"},
    {"POST", "503+1000", "a", "http unknown"},
    {"POST", "lost", "a", "network unknown"},
    {"PATCH", "lost", "a", "network unknown"},
    {"POST", "late", "a", "timeout unknown"},
    {"POST", "stale", "a", "network unknown"},
    {"POST", "cut:201", "a", "network unknown"},
    {"POST", "large", "a", "too_large unknown"},

    /* never: what surely was not applied is. */
    {"POST", "dns 201", "awa", "ok ok"},
    {"POST", "connect connect 201", "awawa", "ok ok"},
    {"POST", "slow 201", "awa", "ok ok"},
    {"POST", "tls 201", "awa", "ok ok"},
    {"POST", "connect connect connect connect", "awawawa", "connect not_sent"},
    {"POST", "connect lost", "awa", "network unknown"},
    {"POST", "429 201", "awa", "ok ok"},
    {"POST", "429 429 429 429", "awawawa", "rate_limited rejected"},
    {"POST", "429 503", "awa", "http unknown"},
    {"POST", "425", "a", "http rejected"},

    /* safe: tried again while it might succeed. */
    {"GET", "503 200", "awa", "ok ok"},
    {"PUT", "502 504 500 200", "awawawa", "ok ok"},
    {"GET", "408 425 429 200", "awawawa", "ok ok"},
    {"GET", "lost 200", "awa", "ok ok"},
    {"PUT", "lost lost lost lost", "awawawa", "network unknown"},
    {"GET", "cut:200 200", "awa", "ok ok"},
    {"GET", "large", "a", "too_large unknown"},
    {"GET", "cert", "a", "tls not_sent"},
    {"POST", "cert", "a", "tls not_sent"},
    {"GET", "url", "a", "config not_sent"},
    {"GET", "closed", "a", "cancelled unknown"},

    /* A dead kept connection: one cure, then like any lost answer. */
    {"GET", "stale 200", "af", "ok ok"},
    {"GET", "stale stale 200", "afwa", "ok ok"},
    {"GET", "503 stale 200", "awaf", "ok ok"},
    {"POST", "dead 201", "af", "ok ok"},
    {"POST", "dead lost", "af", "network unknown"},
    {"POST", "dead stale", "af", "network unknown"},
    {"POST", "dead dead 201", "afwa", "ok ok"},
    {"GET", "dead stale 200", "afwa", "ok ok"},

    /* An earlier attempt may have been applied: a later refusal does not
       tell. */
    {"PUT", "lost 409", "awa", "http unknown"},
    {"PUT", "503 412", "awa", "http unknown"},
    {"PUT", "stale connect connect connect", "afwawa", "connect unknown"},
    {"PUT", "lost 200", "awa", "ok ok"},

    /* DELETE: gone is what was asked for, if we may have done it. */
    {"DELETE", "404", "a", "http rejected"},
    {"DELETE", "410", "a", "http rejected"},
    {"DELETE", "connect 404", "awa", "http rejected"},
    {"DELETE", "429 404", "awa", "http rejected"},
    {"DELETE", "lost 400", "awa", "http unknown"},
    {"PUT", "lost 404", "awa", "http unknown"},
};

static void test_rows(void)
{
  size_t i;

  for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    struct cln_attempt last;
    struct play play;
    const char *at = rows[i].script;
    int count = 0;
    char about[80];

    snprintf(about, sizeof(about), "%s: %s", rows[i].method, rows[i].script);
    play_init(&play, rows[i].method, (unsigned)i);
    play_run(&play, rows[i].script);
    play_check(&play, rows[i].trace, rows[i].result, about);
    do {
      at = play_read(at, &last);
      count++;
    } while (*at != '\0');
    CHECK_NUMBER(play.call.attempts, count, about);
    CHECK_NUMBER(play.call.retries, count - 1, about);
    CHECK_NUMBER(play.call.http_status, last.http_status, about);
    CHECK_NUMBER(play.call.retry_after_ms, last.retry_after_ms, about);
    CHECK_ABOUT(!play.call.recovered && !play.call.token_failed, about);
  }
}

/* Gone is what a DELETE asked for, if we may have done it. */
static void test_recovered(void)
{
  static const char *const cases[][2] = {
      {"lost 404", "awa"},    {"lost 410", "awa"},       {"stale 404", "af"},
      {"503 404", "awa"},     {"lost dns 404", "awawa"}, {"late 404", "awa"},
      {"cut:200 404", "awa"}, {"lost 503 410", "awawa"},
  };
  size_t i;

  for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    struct play play;

    play_init(&play, "DELETE", (unsigned)i);
    play_run(&play, cases[i][0]);
    play_check(&play, cases[i][1], "ok ok", cases[i][0]);
    CHECK_ABOUT(play.call.recovered, cases[i][0]);
  }
}

/* Reads change nothing: `unknown` told of a GET that was answered 404, after
   a 503 or a dead kept connection, that it may have been applied. */
static void test_reads_lose_nothing(void)
{
  static const char *const methods[] = {"GET", "HEAD", "OPTIONS"};
  struct play play;
  size_t i;

  for (i = 0; i < 3; i++) {
    play_init(&play, methods[i], 7);
    play_run(&play, "stale 503 404");
    play_check(&play, "afwa", "http rejected", methods[i]);
  }
}

/* The status line of a refusal came, its body did not: `unknown` was told of
   a record that the server had refused. */
static void test_refusal_cut_short(void)
{
  struct play play;

  play_init(&play, "POST", 1);
  play_run(&play, "cut:409");
  play_check(&play, "a", "network rejected", "409");
  play_init(&play, "POST", 1);
  play_run(&play, "cut:429 400");
  play_check(&play, "awa", "http rejected", "429, then 400");
  play_init(&play, "POST", 1);
  play_run(&play, "cut:100");
  play_check(&play, "a", "network unknown", "100 is no answer");
  play_init(&play, "POST", 1);
  play.call.options.retry_503 = true;
  play_run(&play, "cut:503+1000");
  play_check(&play, "a", "network unknown", "503 refuses nothing");
}

static void test_retry_503(void)
{
  static const char *const cases[][3] = {
      {"503+3000 201", "awa", "ok ok"},
      {"503", "a", "http unknown"},
      {"502+3000", "a", "http unknown"},
      {"503+3000 503", "awa", "http unknown"},
      {"503+3000 503+1 503+1 503+1", "awawawa", "http rejected"},
  };
  struct play play;
  size_t i;

  for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    play_init(&play, "POST", (unsigned)i);
    play.call.options.retry_503 = true;
    play_run(&play, cases[i][0]);
    play_check(&play, cases[i][1], cases[i][2], cases[i][0]);
    if (i == 0)
      CHECK_NUMBER(play.waits[0], 3000, "Retry-After");
  }
}

/* retry = false: one attempt, not even the cure of a dead connection. */
static void test_one_attempt(void)
{
  struct play play;

  play_init(&play, "GET", 1);
  play.call.options.max_attempts = 1;
  play_run(&play, "503");
  play_check(&play, "a", "http unknown", "503");
  CHECK_NUMBER(play.call.retries, 0, "retries");
  play_init(&play, "GET", 1);
  play.call.options.max_attempts = 1;
  play_run(&play, "stale");
  play_check(&play, "a", "network unknown", "stale");
}

/* A catalog may say that a POST is safe, or that a PUT is not. */
static void test_class_beats_method(void)
{
  struct play play;

  play_init(&play, "POST", 1);
  play.call.options.retry_class = CLN_RETRY_SAFE;
  play_run(&play, "lost 200");
  play_check(&play, "awa", "ok ok", "a safe POST");
  play_init(&play, "PUT", 1);
  play.call.options.retry_class = CLN_RETRY_NEVER;
  play_run(&play, "lost");
  play_check(&play, "a", "network unknown", "a PUT, never");
}

int main(void)
{
  test_rows();
  test_recovered();
  test_reads_lose_nothing();
  test_refusal_cut_short();
  test_retry_503();
  test_one_attempt();
  test_class_beats_method();
  return test_end();
}
