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
  double least[RETRIES], most[RETRIES], sum[RETRIES];
  bool inside = true;
  unsigned seed;
  int i;

  for (i = 0; i < RETRIES; i++) {
    least[i] = 1e9;
    most[i] = sum[i] = 0;
  }
  for (seed = 0; seed < SEEDS; seed++) {
    struct play play;

    play_init(&play, "GET", seed);
    play.call.options.max_attempts = RETRIES + 1;
    play.call.options.base_ms = base_ms;
    play.call.options.cap_ms = cap_ms;
    play.call.options.deadline_ms = play.now_ms + 1000000000;
    play_run(&play, "503 503 503 503 503 503 503 503");
    for (i = 0; i < RETRIES; i++) {
      double wait = (double)play.waits[i];
      inside =
          inside && wait >= 0 && wait <= back_off_limit(base_ms, cap_ms, i);
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

/* Retry-After is honoured to the millisecond, be it longer or shorter than
   a back-off. 0 is at once. */
static void test_retry_after(void)
{
  struct play play;

  play_init(&play, "GET", 1);
  play_run(&play, "429+30000 429+1 503+0 200");
  play_check(&play, "awawaa", "ok ok", "Retry-After");
  CHECK_NUMBER(play.waits[0], 30000, "longer");
  CHECK_NUMBER(play.waits[1], 1, "shorter");
  CHECK_NUMBER(play.waits[2], 0, "at once");
  CHECK_NUMBER(play.call.retry_after_ms, -1, "the last answer named none");
  CHECK_ABOUT(play.budget.level == 100 - 3, "each is paid");

  play_init(&play, "POST", 1);
  play_run(&play, "429+30000 201");
  play_check(&play, "awa", "ok ok", "POST 429");
  CHECK_NUMBER(play.waits[0], 30000, "POST");
}

/* A Retry-After that does not fit ends the call at once, carrying it. */
static void test_retry_after_and_deadline(void)
{
  static const struct {
    const char *script;
    long long retry_after_ms;
  } too_long[] = {
      {"429+60000", 60000}, {"429+60001", 60001}, {"429+86400000", 86400000}};
  struct play play;
  size_t i;

  for (i = 0; i < 3; i++) {
    play_init(&play, "GET", 1);
    play_run(&play, too_long[i].script);
    play_check(&play, "a", "rate_limited rejected", too_long[i].script);
    CHECK_NUMBER(play.call.retry_after_ms, too_long[i].retry_after_ms,
                 "carried");
    CHECK_ABOUT(play.budget.level == 100, "not paid");
    CHECK(cln_call_retryable(&play.call));
  }
  play_init(&play, "GET", 1);
  play_run(&play, "429+59999 200");
  play_check(&play, "awa", "ok ok", "59,999 of 60,000 ms");
}

/* A back-off that would pass the deadline ends the call with its last
   error. */
static void test_back_off_too_long(void)
{
  struct play play;

  play_init(&play, "POST", 1);
  play.call.options.base_ms = play.call.options.cap_ms = 1e12;
  play_run(&play, "connect");
  play_check(&play, "a", "connect not_sent", "too long");
  CHECK(play.budget.level == 100);
}

static enum cln_action next(struct play *play)
{
  return cln_call_next(&play->call, NULL, play->now_ms);
}

static void test_deadline(void)
{
  struct play play;

  play_init(&play, "POST", 1);
  play.now_ms = play.call.options.deadline_ms;
  play_run(&play, "");
  play_check(&play, "", "timeout not_sent", "before the first attempt");
  CHECK_NUMBER(play.call.attempts, 0, "attempts");
  CHECK(cln_call_retryable(&play.call));

  /* The last attempt took all the time there was. */
  play_init(&play, "GET", 1);
  CHECK(next(&play) == CLN_ATTEMPT);
  play.now_ms = play.call.options.deadline_ms;
  play_over(&play, "late", 0);
  CHECK(next(&play) == CLN_DONE);
  play_check(&play, "", "timeout unknown", "the last attempt");

  /* Its owner overslept: the wait was to end before the deadline. */
  play_init(&play, "POST", 1);
  CHECK(next(&play) == CLN_ATTEMPT);
  play_over(&play, "429", 0);
  CHECK(next(&play) == CLN_WAIT);
  play.now_ms = play.call.options.deadline_ms + 1;
  CHECK(next(&play) == CLN_DONE);
  play_check(&play, "", "rate_limited rejected", "overslept");
}

/* Asked too early, it says WAIT again, with the same end. */
static void test_asked_early(void)
{
  struct play play;
  long long until_ms;

  play_init(&play, "GET", 1);
  CHECK(next(&play) == CLN_ATTEMPT);
  play_over(&play, "429+1000", 0);
  until_ms = play.now_ms + 1000;
  play.now_ms = until_ms - 1;
  CHECK(next(&play) == CLN_WAIT);
  CHECK_NUMBER(play.call.wait_until_ms, until_ms, "the same end");
  play.now_ms = until_ms;
  CHECK(next(&play) == CLN_ATTEMPT);
}

/* ---- the budget --------------------------------------------------------- */

static void begin(struct play *play, struct cln_budget *budget)
{
  struct cln_call_options options;

  play_init(play, "GET", 1);
  options = play->call.options;
  cln_call_init(&play->call, &options, "GET", budget, &play->random);
}

static void test_budget(void)
{
  struct cln_budget budget;
  struct play play;

  cln_budget_init(&budget, 3, 0.5);
  CHECK(budget.level == 3);
  begin(&play, &budget);
  CHECK_ABOUT(budget.level == 3, "never above its capacity");
  play_run(&play, "503 503 503 503");
  CHECK_ABOUT(budget.level == 0, "three retries");

  begin(&play, &budget);
  CHECK_ABOUT(budget.level == 0.5, "a new call puts back");
  play_run(&play, "503");
  play_check(&play, "a", "http unknown", "half is not enough");
  CHECK_ABOUT(budget.level == 0.5, "nothing is taken then");
  CHECK_NUMBER(play.call.http_status, 503, "its last error");

  begin(&play, &budget);
  CHECK(budget.level == 1);
  play_run(&play, "503 503");
  play_check(&play, "awa", "http unknown", "one is");
  CHECK(budget.level == 0);

  begin(&play, &budget);
  play_run(&play, "200");
  play_check(&play, "a", "ok ok", "a first attempt is free");
  CHECK(budget.level == 0.5);
}

/* The retry of a dead kept connection takes nothing, once. */
static void test_cure(void)
{
  struct cln_budget budget;
  struct play play;

  cln_budget_init(&budget, 0, 0);
  begin(&play, &budget);
  play_run(&play, "stale 200");
  play_check(&play, "af", "ok ok", "with an empty budget");
  begin(&play, &budget);
  play_run(&play, "stale stale");
  play_check(&play, "af", "network unknown", "the second is a retry");

  play_init(&play, "GET", 1);
  play_run(&play, "503 503 503 stale lost");
  play_check(&play, "awawawaf", "network unknown", "beyond the attempts");
}

int main(void)
{
  test_back_off(500, 20000);
  test_back_off(100, 100);
  test_back_off(4000, 1000);
  test_back_off(0, 20000);
  test_retry_after();
  test_retry_after_and_deadline();
  test_back_off_too_long();
  test_deadline();
  test_asked_early();
  test_budget();
  test_cure();
  return test_end();
}
