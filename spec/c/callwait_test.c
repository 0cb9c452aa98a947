/* call.c: how long a call waits, what it pays, and when its time is over. */
#include "callplay.h"

static double back_off_limit(double base_ms, double cap_ms, int retry)
{
  double most = base_ms;

  while (retry-- > 0)
    most *= 2;
  return most < cap_ms ? most : cap_ms;
}

/* Full jitter: anywhere between 0 and the limit, and really everywhere. */
static void test_back_off(double base_ms, double cap_ms)
{
  enum { SEEDS = 2000, RETRIES = 7 };
  static struct cln_attempt script[RETRIES + 1];
  double least[RETRIES], most[RETRIES], sum[RETRIES];
  bool inside = true;
  unsigned seed;
  int i;

  for (i = 0; i < RETRIES; i++) {
    least[i] = 1e9;
    most[i] = sum[i] = 0;
  }
  for (i = 0; i <= RETRIES; i++) {
    struct cln_attempt unavailable = ANSWER(503);
    script[i] = unavailable;
  }
  for (seed = 0; seed < SEEDS; seed++) {
    struct play play;

    play_init(&play, "GET", seed);
    play.call.options.max_attempts = RETRIES + 1;
    play.call.options.base_ms = base_ms;
    play.call.options.cap_ms = cap_ms;
    play.call.options.deadline_ms = play.now_ms + 1000000000;
    play_run(&play, script, RETRIES + 1);
    for (i = 0; i < RETRIES; i++) {
      double wait = (double)play.waits[i];
      inside = inside && wait >= 0 &&
               wait <= back_off_limit(base_ms, cap_ms, i);
      least[i] = wait < least[i] ? wait : least[i];
      most[i] = wait > most[i] ? wait : most[i];
      sum[i] += wait;
    }
  }
  CHECK(inside);
  for (i = 0; i < RETRIES; i++) {
    double limit = back_off_limit(base_ms, cap_ms, i);
    CHECK_ABOUT(least[i] < limit * 0.02 + 1, "down to nothing");
    CHECK_ABOUT(most[i] > limit * 0.98 - 1, "up to the limit");
    CHECK_ABOUT(sum[i] / SEEDS > limit * 0.45 - 1 &&
                    sum[i] / SEEDS < limit * 0.55 + 1,
                "the middle in the middle");
  }
}

/* Retry-After is honoured to the millisecond, shorter or longer than a
   back-off. 0 is at once. */
static void test_retry_after(void)
{
  static const struct cln_attempt script[] = {
      ANSWER_LATER(429, 30000), ANSWER_LATER(429, 1), ANSWER_LATER(503, 0),
      ANSWER(200)};
  struct play play;

  play_init(&play, "GET", 1);
  play_run(&play, script, 4);
  play_check(&play, "awawaa", CLN_OK, CLN_OUTCOME_OK, "Retry-After");
  CHECK_NUMBER(play.waits[0], 30000, "longer");
  CHECK_NUMBER(play.waits[1], 1, "shorter");
  CHECK_NUMBER(play.call.retry_after_ms, -1, "the last answer named none");
  CHECK(play.budget.level == 100 - 3);

  play_init(&play, "POST", 1);
  play_run(&play, script, 2 + 1);
  play_check(&play, "awawa", CLN_HTTP, CLN_OUTCOME_UNKNOWN, "POST 429");
  CHECK_NUMBER(play.waits[0], 30000, "POST");
}

/* A Retry-After that does not fit ends the call at once, carrying it. */
static void test_retry_after_too_long(void)
{
  static const long long waits[] = {60000, 60001, 86400000};
  size_t i;

  for (i = 0; i < 3; i++) {
    struct cln_attempt script[] = {ANSWER_LATER(429, 0)};
    struct play play;

    script[0].retry_after_ms = waits[i];
    play_init(&play, "GET", 1);
    play_run(&play, script, 1);
    play_check(&play, "a", CLN_RATE_LIMITED, CLN_OUTCOME_REJECTED,
               "does not fit");
    CHECK_NUMBER(play.call.retry_after_ms, waits[i], "carried");
    CHECK(play.budget.level == 100);
    CHECK(cln_call_retryable(&play.call));
  }
}

static void test_retry_after_just_fits(void)
{
  static const struct cln_attempt script[] = {ANSWER_LATER(429, 59999),
                                              ANSWER(200)};
  struct play play;

  play_init(&play, "GET", 1);
  play_run(&play, script, 2);
  play_check(&play, "awa", CLN_OK, CLN_OUTCOME_OK, "59,999 of 60,000 ms");
}

/* A back-off that would pass the deadline ends the call with its last
   error. */
static void test_back_off_too_long(void)
{
  static const struct cln_attempt script[] = {UNSENT(CLN_CONNECT)};
  struct play play;

  play_init(&play, "POST", 1);
  play.call.options.base_ms = play.call.options.cap_ms = 1e12;
  play_run(&play, script, 1);
  play_check(&play, "a", CLN_CONNECT, CLN_OUTCOME_NOT_SENT, "too long");
  CHECK(play.budget.level == 100);
}

static void test_deadline(void)
{
  static const struct cln_attempt late = FAILED(CLN_TIMEOUT);
  static const struct cln_attempt refused = ANSWER(429);
  struct play play;

  play_init(&play, "GET", 1);
  play.now_ms = play.call.options.deadline_ms;
  play_run(&play, NULL, 0);
  play_check(&play, "", CLN_TIMEOUT, CLN_OUTCOME_NOT_SENT,
             "over before the first attempt");
  CHECK_NUMBER(play.call.attempts, 0, "attempts");
  CHECK(cln_call_retryable(&play.call));

  play_init(&play, "POST", 1);
  play.now_ms = play.call.options.deadline_ms;
  play_run(&play, NULL, 0);
  CHECK_ABOUT(cln_call_retryable(&play.call), "a POST that was not sent");

  /* The last attempt took all the time there was. */
  play_init(&play, "GET", 1);
  CHECK(cln_call_next(&play.call, NULL, play.now_ms) == CLN_ATTEMPT);
  play.now_ms = play.call.options.deadline_ms;
  cln_call_attempt_over(&play.call, &late, 0, play.now_ms);
  CHECK(cln_call_next(&play.call, NULL, play.now_ms) == CLN_DONE);
  play_check(&play, "", CLN_TIMEOUT, CLN_OUTCOME_UNKNOWN, "the last attempt");

  /* Its owner overslept: the wait was to end before the deadline. */
  play_init(&play, "POST", 1);
  CHECK(cln_call_next(&play.call, NULL, play.now_ms) == CLN_ATTEMPT);
  cln_call_attempt_over(&play.call, &refused, 0, play.now_ms);
  CHECK(cln_call_next(&play.call, NULL, play.now_ms) == CLN_WAIT);
  play.now_ms = play.call.options.deadline_ms + 1;
  CHECK(cln_call_next(&play.call, NULL, play.now_ms) == CLN_DONE);
  play_check(&play, "", CLN_RATE_LIMITED, CLN_OUTCOME_REJECTED, "overslept");
}

/* Asked too early, it says WAIT again, with the same end. */
static void test_asked_early(void)
{
  static const struct cln_attempt later = ANSWER_LATER(429, 1000);
  struct play play;
  long long until_ms;

  play_init(&play, "GET", 1);
  CHECK(cln_call_next(&play.call, NULL, play.now_ms) == CLN_ATTEMPT);
  cln_call_attempt_over(&play.call, &later, 0, play.now_ms);
  until_ms = play.now_ms + 1000;
  CHECK(cln_call_next(&play.call, NULL, until_ms - 500) == CLN_WAIT);
  CHECK_NUMBER(play.call.wait_until_ms, until_ms, "the end");
  CHECK(cln_call_next(&play.call, NULL, until_ms - 1) == CLN_WAIT);
  CHECK_NUMBER(play.call.wait_until_ms, until_ms, "the same end");
  CHECK(cln_call_next(&play.call, NULL, until_ms) == CLN_ATTEMPT);
}

/* ---- the budget --------------------------------------------------------- */

static void begin(struct play *play, struct cln_budget *budget)
{
  play_init(play, "GET", 1);
  cln_call_init(&play->call, &play->call.options, "GET", budget,
                &play->random);
}

static void test_budget(void)
{
  static const struct cln_attempt script[] = {ANSWER(503), ANSWER(503),
                                              ANSWER(503), ANSWER(503)};
  static const struct cln_attempt good[] = {ANSWER(200)};
  struct cln_budget budget;
  struct play play;

  cln_budget_init(&budget, 3, 0.5);
  CHECK(budget.level == 3);
  begin(&play, &budget);
  CHECK_ABOUT(budget.level == 3, "never above its capacity");
  play_run(&play, script, 4);
  CHECK_ABOUT(budget.level == 0, "three retries");

  begin(&play, &budget);
  CHECK(budget.level == 0.5);
  play_run(&play, script, 1);
  play_check(&play, "a", CLN_HTTP, CLN_OUTCOME_UNKNOWN, "half is not enough");
  CHECK_ABOUT(budget.level == 0.5, "nothing is taken then");
  CHECK_NUMBER(play.call.http_status, 503, "its last error");

  begin(&play, &budget);
  CHECK(budget.level == 1);
  play_run(&play, script, 2);
  play_check(&play, "awa", CLN_HTTP, CLN_OUTCOME_UNKNOWN, "one is");
  CHECK(budget.level == 0);

  begin(&play, &budget);
  play_run(&play, good, 1);
  play_check(&play, "a", CLN_OK, CLN_OUTCOME_OK, "a first attempt is free");
  CHECK(budget.level == 0.5);
}

/* The retry of a dead pooled connection takes nothing. */
static void test_cures_are_free(void)
{
  static const struct cln_attempt script[] = {STALE, ANSWER(200)};
  static const struct cln_attempt twice[] = {STALE, STALE};
  struct cln_budget budget;
  struct play play;

  cln_budget_init(&budget, 0, 0);
  begin(&play, &budget);
  play_run(&play, script, 2);
  play_check(&play, "af", CLN_OK, CLN_OUTCOME_OK, "stale, empty budget");
  begin(&play, &budget);
  play_run(&play, twice, 2);
  play_check(&play, "af", CLN_NETWORK, CLN_OUTCOME_UNKNOWN,
             "the second one is a retry");
}

/* The cure is not offered only as long as attempts are left. */
static void test_cure_on_the_last_attempt(void)
{
  static const struct cln_attempt script[] = {ANSWER(503), ANSWER(503),
                                              ANSWER(503), STALE, LOST};
  struct play play;

  play_init(&play, "GET", 1);
  play_run(&play, script, 5);
  play_check(&play, "awawawaf", CLN_NETWORK, CLN_OUTCOME_UNKNOWN,
             "four attempts and a cure");
  CHECK_NUMBER(play.call.attempts, 5, "attempts");
}

int main(void)
{
  test_back_off(500, 20000);
  test_back_off(100, 100);
  test_back_off(4000, 1000);
  test_back_off(0, 20000);
  test_retry_after();
  test_retry_after_too_long();
  test_retry_after_just_fits();
  test_back_off_too_long();
  test_deadline();
  test_asked_early();
  test_budget();
  test_cures_are_free();
  test_cure_on_the_last_attempt();
  return test_end();
}
