/* call.c: ends from outside, and what an ended call says of itself. */
#include "callplay.h"

/* Like play_check, of a kind that a table names. */
static void check_kind(const struct play *play, const char *trace,
                       enum cln_status kind, const char *outcome)
{
  char result[64];

  snprintf(result, sizeof(result), "%s %s", cln_status_name(kind), outcome);
  play_check(play, trace, result, result);
}

static void test_end_outside(void)
{
  struct play play;

  play_init(&play, "POST", 1);
  cln_call_end(&play.call, CLN_CANCELLED);
  play_run(&play, "");
  play_check(&play, "", "cancelled not_sent", "before");

  play_init(&play, "GET", 1);
  CHECK(cln_call_next(&play.call, NULL, play.now_ms) == CLN_ATTEMPT);
  cln_call_end(&play.call, CLN_CANCELLED);
  play_run(&play, "");
  play_check(&play, "", "cancelled unknown", "in flight");

  play_init(&play, "POST", 1);
  play_needs_token(&play);
  CHECK(cln_call_next(&play.call, &play.store, play.now_ms) == CLN_TOKEN);
  cln_call_end(&play.call, CLN_CANCELLED);
  play_run(&play, "");
  play_check(&play, "", "cancelled not_sent", "at a token");
  CHECK(!play.call.token_failed);

  play_init(&play, "POST", 1);
  CHECK(cln_call_next(&play.call, NULL, play.now_ms) == CLN_ATTEMPT);
  play_over(&play, "429", 0);
  CHECK(play.call.phase == CLN_CALL_WAITING);
  cln_call_end(&play.call, CLN_CANCELLED);
  play_check(&play, "", "cancelled rejected", "waiting");

  play_init(&play, "PUT", 1);
  CHECK(cln_call_next(&play.call, NULL, play.now_ms) == CLN_ATTEMPT);
  play_over(&play, "lost", 0);
  cln_call_end(&play.call, CLN_CANCELLED);
  play_check(&play, "", "cancelled unknown", "waiting, lost");
}

/* An ended call stays as it is: a late cancellation made a success look
   cancelled. */
static void test_end_after_the_end(void)
{
  struct play play;

  play_init(&play, "POST", 1);
  play_run(&play, "200");
  cln_call_end(&play.call, CLN_CANCELLED);
  play_check(&play, "a", "ok ok", "a late cancellation");
}

/* ATTEMPT was said, but the attempt never began: the token's scopes do not
   allow it, or the request cannot be signed. Its outcome was `unknown`. */
static void test_refused_before_sending(void)
{
  static const enum cln_status kinds[] = {CLN_CONFIG, CLN_VALIDATION,
                                          CLN_SCOPE, CLN_BUSY, CLN_PHASE};
  struct play play;
  size_t i;

  for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
    play_init(&play, "POST", 1);
    CHECK(cln_call_next(&play.call, NULL, play.now_ms) == CLN_ATTEMPT);
    cln_call_end(&play.call, kinds[i]);
    check_kind(&play, "", kinds[i], "not_sent");

    play_init(&play, "PUT", 1);
    CHECK(cln_call_next(&play.call, NULL, play.now_ms) == CLN_ATTEMPT);
    play_over(&play, "lost", 0);
    play.now_ms = play.call.wait_until_ms;
    CHECK(cln_call_next(&play.call, NULL, play.now_ms) == CLN_ATTEMPT);
    cln_call_end(&play.call, kinds[i]);
    check_kind(&play, "", kinds[i], "unknown");
  }
}

static void test_retryable(void)
{
  static const struct {
    enum cln_status status;
    int http_status;
    const char *safe;  /* one letter per outcome: not_sent, rejected, */
    const char *never; /* unknown; y or n */
  } truths[] = {
      {CLN_DNS, 0, "yyy", "yyn"},        {CLN_CONNECT, 0, "yyy", "yyn"},
      {CLN_NETWORK, 0, "yyy", "yyn"},    {CLN_TIMEOUT, 0, "yyy", "yyn"},
      {CLN_BUSY, 0, "yyy", "yyn"},       {CLN_RATE_LIMITED, 429, "yyy", "yyn"},
      {CLN_HTTP, 408, "yyy", "yyn"},     {CLN_HTTP, 425, "yyy", "yyn"},
      {CLN_HTTP, 500, "yyy", "yyn"},     {CLN_HTTP, 502, "yyy", "yyn"},
      {CLN_HTTP, 503, "yyy", "yyn"},     {CLN_HTTP, 504, "yyy", "yyn"},
      {CLN_HTTP, 302, "nnn", "nnn"},     {CLN_HTTP, 400, "nnn", "nnn"},
      {CLN_HTTP, 403, "nnn", "nnn"},     {CLN_HTTP, 404, "nnn", "nnn"},
      {CLN_HTTP, 409, "nnn", "nnn"},     {CLN_HTTP, 501, "nnn", "nnn"},
      {CLN_OK, 200, "nnn", "nnn"},       {CLN_CONFIG, 0, "nnn", "nnn"},
      {CLN_VALIDATION, 0, "nnn", "nnn"}, {CLN_SCOPE, 0, "nnn", "nnn"},
      {CLN_AUTH, 401, "nnn", "nnn"},     {CLN_TLS, 0, "nnn", "nnn"},
      {CLN_CANCELLED, 0, "nnn", "nnn"},  {CLN_PHASE, 0, "nnn", "nnn"},
      {CLN_JSON, 200, "nnn", "nnn"},     {CLN_TOO_LARGE, 200, "nnn", "nnn"},
      {CLN_DRY_RUN, 0, "nnn", "nnn"},
  };
  size_t i;
  int outcome;

  for (i = 0; i < sizeof(truths) / sizeof(truths[0]); i++)
    for (outcome = CLN_OUTCOME_NOT_SENT; outcome <= CLN_OUTCOME_UNKNOWN;
         outcome++) {
      struct cln_call call;
      const char *about = cln_status_name(truths[i].status);

      memset(&call, 0, sizeof(call));
      call.status = truths[i].status;
      call.http_status = truths[i].http_status;
      call.outcome = (enum cln_outcome)outcome;
      call.options.retry_class = CLN_RETRY_SAFE;
      CHECK_NUMBER(cln_call_retryable(&call), truths[i].safe[outcome] == 'y',
                   about);
      call.options.retry_class = CLN_RETRY_NEVER;
      CHECK_NUMBER(cln_call_retryable(&call), truths[i].never[outcome] == 'y',
                   about);
    }
}

static void test_names(void)
{
  CHECK(strcmp(cln_outcome_name(CLN_OUTCOME_NOT_SENT), "not_sent") == 0);
  CHECK(strcmp(cln_outcome_name(CLN_OUTCOME_REJECTED), "rejected") == 0);
  CHECK(strcmp(cln_outcome_name(CLN_OUTCOME_UNKNOWN), "unknown") == 0);
  CHECK(strcmp(cln_outcome_name(CLN_OUTCOME_OK), "ok") == 0);
}

int main(void)
{
  test_end_outside();
  test_end_after_the_end();
  test_refused_before_sending();
  test_retryable();
  test_names();
  return test_end();
}
