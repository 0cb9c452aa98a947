/* call.c: what a call does after each kind of answer and failure. */
#include "callplay.h"

#define MOST_ATTEMPTS 6

/* Each row is played with full budget, without a token. */
static const struct {
  const char *about;
  const char *method;
  const char *trace;
  enum cln_status status;
  enum cln_outcome outcome;
  int count; /* entries of script */
  struct cln_attempt script[MOST_ATTEMPTS];
} rows[] = {
    /* A single answer. */
    {"GET 200", "GET", "a", CLN_OK, CLN_OUTCOME_OK, 1, {ANSWER(200)}},
    {"POST 201", "POST", "a", CLN_OK, CLN_OUTCOME_OK, 1, {ANSWER(201)}},
    {"DELETE 204", "DELETE", "a", CLN_OK, CLN_OUTCOME_OK, 1, {ANSWER(204)}},
    {"299", "POST", "a", CLN_OK, CLN_OUTCOME_OK, 1, {ANSWER(299)}},
    {"302 is no success",
     "GET",
     "a",
     CLN_HTTP,
     CLN_OUTCOME_REJECTED,
     1,
     {ANSWER(302)}},
    {"POST 400",
     "POST",
     "a",
     CLN_HTTP,
     CLN_OUTCOME_REJECTED,
     1,
     {ANSWER(400)}},
    {"401 without a token to renew",
     "GET",
     "a",
     CLN_AUTH,
     CLN_OUTCOME_REJECTED,
     1,
     {ANSWER(401)}},
    {"GET 404", "GET", "a", CLN_HTTP, CLN_OUTCOME_REJECTED, 1, {ANSWER(404)}},
    {"GET 501: a refusal",
     "GET",
     "a",
     CLN_HTTP,
     CLN_OUTCOME_REJECTED,
     1,
     {ANSWER(501)}},
    {"GET 505",
     "GET",
     "a",
     CLN_HTTP,
     CLN_OUTCOME_REJECTED,
     1,
     {ANSWER(505)}},
    {"POST 501",
     "POST",
     "a",
     CLN_HTTP,
     CLN_OUTCOME_REJECTED,
     1,
     {ANSWER(501)}},

    /* never: what may have been applied is not sent again. */
    {"POST 500", "POST", "a", CLN_HTTP, CLN_OUTCOME_UNKNOWN, 1, {ANSWER(500)}},
    {"POST 502", "POST", "a", CLN_HTTP, CLN_OUTCOME_UNKNOWN, 1, {ANSWER(502)}},
    {"POST 503", "POST", "a", CLN_HTTP, CLN_OUTCOME_UNKNOWN, 1, {ANSWER(503)}},
    {"POST 504", "POST", "a", CLN_HTTP, CLN_OUTCOME_UNKNOWN, 1, {ANSWER(504)}},
    {"POST 507", "POST", "a", CLN_HTTP, CLN_OUTCOME_UNKNOWN, 1, {ANSWER(507)}},
    {"POST 408", "POST", "a", CLN_HTTP, CLN_OUTCOME_UNKNOWN, 1, {ANSWER(408)}},
    {"POST 503 with Retry-After",
     "POST",
     "a",
     CLN_HTTP,
     CLN_OUTCOME_UNKNOWN,
     1,
     {ANSWER_LATER(503, 1000)}},
    {"POST, answer lost",
     "POST",
     "a",
     CLN_NETWORK,
     CLN_OUTCOME_UNKNOWN,
     1,
     {LOST}},
    {"PATCH, answer lost",
     "PATCH",
     "a",
     CLN_NETWORK,
     CLN_OUTCOME_UNKNOWN,
     1,
     {LOST}},
    {"POST, no answer in time",
     "POST",
     "a",
     CLN_TIMEOUT,
     CLN_OUTCOME_UNKNOWN,
     1,
     {FAILED(CLN_TIMEOUT)}},
    {"POST on a dead kept connection",
     "POST",
     "a",
     CLN_NETWORK,
     CLN_OUTCOME_UNKNOWN,
     1,
     {STALE}},
    {"POST, success cut short",
     "POST",
     "a",
     CLN_NETWORK,
     CLN_OUTCOME_UNKNOWN,
     1,
     {CUT(201)}},
    {"POST, answer too large",
     "POST",
     "a",
     CLN_TOO_LARGE,
     CLN_OUTCOME_UNKNOWN,
     1,
     {FAILED(CLN_TOO_LARGE)}},

    /* never: what surely was not applied is. */
    {"POST, no address",
     "POST",
     "awa",
     CLN_OK,
     CLN_OUTCOME_OK,
     2,
     {UNSENT(CLN_DNS), ANSWER(201)}},
    {"POST, no connection",
     "POST",
     "awawa",
     CLN_OK,
     CLN_OUTCOME_OK,
     3,
     {UNSENT(CLN_CONNECT), UNSENT(CLN_CONNECT), ANSWER(201)}},
    {"POST, time-out while connecting",
     "POST",
     "awa",
     CLN_OK,
     CLN_OUTCOME_OK,
     2,
     {UNSENT(CLN_TIMEOUT), ANSWER(201)}},
    {"POST, handshake broken off",
     "POST",
     "awa",
     CLN_OK,
     CLN_OUTCOME_OK,
     2,
     {UNSENT(CLN_TLS), ANSWER(201)}},
    {"POST, never written",
     "POST",
     "awawawa",
     CLN_CONNECT,
     CLN_OUTCOME_NOT_SENT,
     4,
     {UNSENT(CLN_CONNECT), UNSENT(CLN_CONNECT), UNSENT(CLN_CONNECT),
      UNSENT(CLN_CONNECT)}},
    {"POST, not written, then lost",
     "POST",
     "awa",
     CLN_NETWORK,
     CLN_OUTCOME_UNKNOWN,
     2,
     {UNSENT(CLN_CONNECT), LOST}},
    {"POST 429",
     "POST",
     "awa",
     CLN_OK,
     CLN_OUTCOME_OK,
     2,
     {ANSWER(429), ANSWER(201)}},
    {"POST 429 to the end",
     "POST",
     "awawawa",
     CLN_RATE_LIMITED,
     CLN_OUTCOME_REJECTED,
     4,
     {ANSWER(429), ANSWER(429), ANSWER(429), ANSWER(429)}},
    {"POST 429, then 503",
     "POST",
     "awa",
     CLN_HTTP,
     CLN_OUTCOME_UNKNOWN,
     2,
     {ANSWER(429), ANSWER(503)}},
    {"POST 425: too early, but not 429",
     "POST",
     "a",
     CLN_HTTP,
     CLN_OUTCOME_REJECTED,
     1,
     {ANSWER(425)}},

    /* safe: tried again while it might succeed. */
    {"GET 503, 200",
     "GET",
     "awa",
     CLN_OK,
     CLN_OUTCOME_OK,
     2,
     {ANSWER(503), ANSWER(200)}},
    {"PUT 502, 504, 500, 200",
     "PUT",
     "awawawa",
     CLN_OK,
     CLN_OUTCOME_OK,
     4,
     {ANSWER(502), ANSWER(504), ANSWER(500), ANSWER(200)}},
    {"GET 408, 425, 429, 200",
     "GET",
     "awawawa",
     CLN_OK,
     CLN_OUTCOME_OK,
     4,
     {ANSWER(408), ANSWER(425), ANSWER(429), ANSWER(200)}},
    {"GET lost, 200",
     "GET",
     "awa",
     CLN_OK,
     CLN_OUTCOME_OK,
     2,
     {LOST, ANSWER(200)}},
    {"PUT lost to the end",
     "PUT",
     "awawawa",
     CLN_NETWORK,
     CLN_OUTCOME_UNKNOWN,
     4,
     {LOST, LOST, LOST, LOST}},
    {"GET, answer cut short",
     "GET",
     "awa",
     CLN_OK,
     CLN_OUTCOME_OK,
     2,
     {CUT(200), ANSWER(200)}},
    {"GET, answer too large",
     "GET",
     "a",
     CLN_TOO_LARGE,
     CLN_OUTCOME_UNKNOWN,
     1,
     {FAILED(CLN_TOO_LARGE)}},
    {"GET, certificate refused",
     "GET",
     "a",
     CLN_TLS,
     CLN_OUTCOME_NOT_SENT,
     1,
     {HOPELESS(CLN_TLS)}},
    {"POST, certificate refused",
     "POST",
     "a",
     CLN_TLS,
     CLN_OUTCOME_NOT_SENT,
     1,
     {HOPELESS(CLN_TLS)}},
    {"GET, URL refused",
     "GET",
     "a",
     CLN_CONFIG,
     CLN_OUTCOME_NOT_SENT,
     1,
     {HOPELESS(CLN_CONFIG)}},
    {"GET, client closed",
     "GET",
     "a",
     CLN_CANCELLED,
     CLN_OUTCOME_UNKNOWN,
     1,
     {FAILED(CLN_CANCELLED)}},

    /* A dead kept connection: one cure, then like any lost answer. */
    {"GET stale, 200",
     "GET",
     "af",
     CLN_OK,
     CLN_OUTCOME_OK,
     2,
     {STALE, ANSWER(200)}},
    {"GET stale twice",
     "GET",
     "afwa",
     CLN_OK,
     CLN_OUTCOME_OK,
     3,
     {STALE, STALE, ANSWER(200)}},
    {"GET 503, then stale",
     "GET",
     "awaf",
     CLN_OK,
     CLN_OUTCOME_OK,
     3,
     {ANSWER(503), STALE, ANSWER(200)}},

    /* An earlier attempt may have been applied: a later refusal does not
       tell. */
    {"PUT lost, then 409",
     "PUT",
     "awa",
     CLN_HTTP,
     CLN_OUTCOME_UNKNOWN,
     2,
     {LOST, ANSWER(409)}},
    {"PUT 503, then 412",
     "PUT",
     "awa",
     CLN_HTTP,
     CLN_OUTCOME_UNKNOWN,
     2,
     {ANSWER(503), ANSWER(412)}},
    {"PUT stale, then no connection",
     "PUT",
     "afwawa",
     CLN_CONNECT,
     CLN_OUTCOME_UNKNOWN,
     4,
     {STALE, UNSENT(CLN_CONNECT), UNSENT(CLN_CONNECT), UNSENT(CLN_CONNECT)}},
    {"PUT lost, then 200",
     "PUT",
     "awa",
     CLN_OK,
     CLN_OUTCOME_OK,
     2,
     {LOST, ANSWER(200)}},

    /* DELETE: gone is what was asked for, if we may have done it. */
    {"DELETE 404", "DELETE", "a", CLN_HTTP, CLN_OUTCOME_REJECTED, 1,
     {ANSWER(404)}},
    {"DELETE 410", "DELETE", "a", CLN_HTTP, CLN_OUTCOME_REJECTED, 1,
     {ANSWER(410)}},
    {"DELETE not written, then 404",
     "DELETE",
     "awa",
     CLN_HTTP,
     CLN_OUTCOME_REJECTED,
     2,
     {UNSENT(CLN_CONNECT), ANSWER(404)}},
    {"DELETE 429, then 404",
     "DELETE",
     "awa",
     CLN_HTTP,
     CLN_OUTCOME_REJECTED,
     2,
     {ANSWER(429), ANSWER(404)}},
    {"DELETE lost, then 400",
     "DELETE",
     "awa",
     CLN_HTTP,
     CLN_OUTCOME_UNKNOWN,
     2,
     {LOST, ANSWER(400)}},
    {"PUT lost, then 404",
     "PUT",
     "awa",
     CLN_HTTP,
     CLN_OUTCOME_UNKNOWN,
     2,
     {LOST, ANSWER(404)}},
};

static void test_rows(void)
{
  size_t i;

  for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    struct play play;
    const struct cln_attempt *last = &rows[i].script[rows[i].count - 1];

    play_init(&play, rows[i].method, (unsigned)i);
    play_run(&play, rows[i].script, (size_t)rows[i].count);
    play_check(&play, rows[i].trace, rows[i].status, rows[i].outcome,
               rows[i].about);
    CHECK_NUMBER(play.call.attempts, rows[i].count, rows[i].about);
    CHECK_NUMBER(play.call.retries, rows[i].count - 1, rows[i].about);
    CHECK_NUMBER(play.call.http_status, last->http_status, rows[i].about);
    CHECK_NUMBER(play.call.retry_after_ms, last->retry_after_ms,
                 rows[i].about);
    CHECK_ABOUT(!play.call.recovered && !play.call.token_failed,
                rows[i].about);
    play_free(&play);
  }
}

static void test_recovered(void)
{
  static const struct {
    const char *about;
    const char *trace;
    int count;
    struct cln_attempt script[3];
  } cases[] = {
      {"lost, then 404", "awa", 2, {LOST, ANSWER(404)}},
      {"lost, then 410", "awa", 2, {LOST, ANSWER(410)}},
      {"stale, then 404", "af", 2, {STALE, ANSWER(404)}},
      {"503, then 404", "awa", 2, {ANSWER(503), ANSWER(404)}},
      {"time-out, then 404", "awa", 2, {FAILED(CLN_TIMEOUT), ANSWER(404)}},
      {"lost, not written, then 404",
       "awawa",
       3,
       {LOST, UNSENT(CLN_DNS), ANSWER(404)}},
  };
  size_t i;

  for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    struct play play;

    play_init(&play, "DELETE", (unsigned)i);
    play_run(&play, cases[i].script, (size_t)cases[i].count);
    play_check(&play, cases[i].trace, CLN_OK, CLN_OUTCOME_OK, cases[i].about);
    CHECK_ABOUT(play.call.recovered, cases[i].about);
    play_free(&play);
  }
}

/* Reads change nothing: `unknown` told of a GET that was answered 404, after
   a 503 or a dead kept connection, that "it may have been applied". */
static void test_reads_lose_nothing(void)
{
  static const struct cln_attempt script[] = {STALE, ANSWER(503), ANSWER(404)};
  static const char *const methods[] = {"GET", "HEAD", "OPTIONS"};
  size_t i;

  for (i = 0; i < 3; i++) {
    struct play play;

    play_init(&play, methods[i], 7);
    play_run(&play, script, 3);
    play_check(&play, "afwa", CLN_HTTP, CLN_OUTCOME_REJECTED, methods[i]);
    play_free(&play);
  }
}

/* The status line of a refusal came, its body did not: `unknown` was told of
   a record that the server had refused. */
static void test_refusal_cut_short(void)
{
  static const struct cln_attempt conflict[] = {CUT(409)};
  static const struct cln_attempt limited[] = {CUT(429), ANSWER(400)};
  static const struct cln_attempt interim[] = {CUT(100)};
  static const struct cln_attempt failed[] = {CUT(503)};
  struct play play;

  play_init(&play, "POST", 1);
  play_run(&play, conflict, 1);
  play_check(&play, "a", CLN_NETWORK, CLN_OUTCOME_REJECTED, "409 cut");
  play_init(&play, "POST", 1);
  play_run(&play, limited, 2);
  play_check(&play, "awa", CLN_HTTP, CLN_OUTCOME_REJECTED, "429 cut, 400");
  play_init(&play, "POST", 1);
  play_run(&play, interim, 1);
  play_check(&play, "a", CLN_NETWORK, CLN_OUTCOME_UNKNOWN, "100 is no answer");
  play_init(&play, "POST", 1);
  play.call.options.retry_503 = true;
  play_run(&play, failed, 1);
  play_check(&play, "a", CLN_NETWORK, CLN_OUTCOME_UNKNOWN, "503 cut");
}

static void test_retry_503(void)
{
  static const struct cln_attempt later[] = {ANSWER_LATER(503, 3000),
                                             ANSWER(201)};
  static const struct cln_attempt plain[] = {ANSWER(503)};
  static const struct cln_attempt bad_gateway[] = {ANSWER_LATER(502, 3000)};
  struct play play;

  play_init(&play, "POST", 1);
  play.call.options.retry_503 = true;
  play_run(&play, later, 2);
  play_check(&play, "awa", CLN_OK, CLN_OUTCOME_OK, "503 with Retry-After");
  CHECK_NUMBER(play.waits[0], 3000, "Retry-After");

  play_init(&play, "POST", 1);
  play.call.options.retry_503 = true;
  play_run(&play, plain, 1);
  play_check(&play, "a", CLN_HTTP, CLN_OUTCOME_UNKNOWN, "503 without");

  play_init(&play, "POST", 1);
  play.call.options.retry_503 = true;
  play_run(&play, bad_gateway, 1);
  play_check(&play, "a", CLN_HTTP, CLN_OUTCOME_UNKNOWN, "502 with");

  play_init(&play, "POST", 1);
  play.call.options.retry_503 = true;
  play.call.options.max_attempts = 1;
  play_run(&play, later, 1);
  play_check(&play, "a", CLN_HTTP, CLN_OUTCOME_REJECTED, "the last attempt");
  CHECK(cln_call_retryable(&play.call));
}

/* retry = false: one attempt, not even the cure of a dead connection. */
static void test_one_attempt(void)
{
  static const struct cln_attempt busy[] = {ANSWER(503)};
  static const struct cln_attempt stale[] = {STALE};
  struct play play;

  play_init(&play, "GET", 1);
  play.call.options.max_attempts = 1;
  play_run(&play, busy, 1);
  play_check(&play, "a", CLN_HTTP, CLN_OUTCOME_UNKNOWN, "503");
  CHECK_NUMBER(play.call.retries, 0, "retries");
  play_init(&play, "GET", 1);
  play.call.options.max_attempts = 1;
  play_run(&play, stale, 1);
  play_check(&play, "a", CLN_NETWORK, CLN_OUTCOME_UNKNOWN, "stale");
}

/* A catalog may say that a POST is safe, or that a PUT is not. */
static void test_class_beats_method(void)
{
  static const struct cln_attempt lost[] = {LOST, ANSWER(200)};
  struct play play;

  play_init(&play, "POST", 1);
  play.call.options.retry_class = CLN_RETRY_SAFE;
  play_run(&play, lost, 2);
  play_check(&play, "awa", CLN_OK, CLN_OUTCOME_OK, "a safe POST");
  play_init(&play, "PUT", 1);
  play.call.options.retry_class = CLN_RETRY_NEVER;
  play_run(&play, lost, 1);
  play_check(&play, "a", CLN_NETWORK, CLN_OUTCOME_UNKNOWN, "a PUT, never");
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
