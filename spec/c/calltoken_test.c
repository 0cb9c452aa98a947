/* call.c: when a call asks for a token, and what it does without. */
#include "callplay.h"

#define HOUR_MS 3600000LL

/* Like play_check, of a kind that a table names. */
static void check_kind(const struct play *play, const char *trace,
                       enum cln_status kind, const char *outcome)
{
  char result[64];

  snprintf(result, sizeof(result), "%s %s", cln_status_name(kind), outcome);
  play_check(play, trace, result, result);
}

static void test_none_needed(void)
{
  struct play play;

  play_init(&play, "GET", 1);
  play_run(&play, "200");
  play_check(&play, "a", "ok ok", "needs none");
  play_init(&play, "GET", 1);
  play_needs_token(&play);
  CHECK_ABOUT(cln_call_next(&play.call, NULL, play.now_ms) == CLN_ATTEMPT,
              "signed requests have no store");
}

static void test_first_use(void)
{
  struct play play;

  play_init(&play, "POST", 1);
  play_needs_token(&play);
  CHECK(cln_call_next(&play.call, &play.store, play.now_ms) == CLN_TOKEN);
  CHECK_NUMBER(play.call.token_generation, 0, "any token");
  CHECK(!play.call.token_optional);
  play_token(&play, "first", HOUR_MS);
  cln_call_token_over(&play.call, CLN_OK);
  play_run(&play, "200");
  play_check(&play, "a", "ok ok", "with the first token");
  play_free(&play);
}

static void test_fresh_and_expired(void)
{
  struct play play;

  play_init(&play, "GET", 1);
  play_needs_token(&play);
  play_token(&play, "t", HOUR_MS);
  play_run(&play, "200");
  play_check(&play, "a", "ok ok", "a fresh token");
  play_free(&play);

  play_init(&play, "GET", 1);
  play_needs_token(&play);
  play_token(&play, "t", 1000);
  play.now_ms += 1000;
  play_run(&play, "200");
  play_check(&play, "ta", "ok ok", "an expired token");
  play_free(&play);

  play_init(&play, "GET", 1);
  play_needs_token(&play);
  play_token(&play, "t", -1);
  play.call.options.deadline_ms += 1000 * HOUR_MS;
  play.now_ms += 999 * HOUR_MS;
  play_run(&play, "200");
  play_check(&play, "a", "ok ok", "one without an end");
  play_free(&play);
}

/* A 401 asks for a token newer than the one that was sent, once. */
static void test_401(const char *method)
{
  struct cln_budget *budget;
  struct play play;

  play_init(&play, method, 1);
  play_needs_token(&play);
  play_token(&play, "one", HOUR_MS);
  play_token(&play, "two", HOUR_MS);
  budget = &play.budget;
  budget->level = 0;
  CHECK(cln_call_next(&play.call, &play.store, play.now_ms) == CLN_ATTEMPT);
  play_over(&play, "401", 2);
  CHECK(cln_call_next(&play.call, &play.store, play.now_ms) == CLN_TOKEN);
  CHECK_NUMBER(play.call.token_generation, 2, "newer than the second");
  CHECK_ABOUT(!play.call.token_optional, "the old one does not serve");
  play_renew(&play);
  play_run(&play, "200");
  play_check(&play, "a", "ok ok", method);
  CHECK_NUMBER(play.call.attempts, 2, "attempts");
  CHECK_ABOUT(budget->level == 0, "a replay takes nothing");
  play_free(&play);

  play_init(&play, method, 1);
  play_needs_token(&play);
  play_token(&play, "one", HOUR_MS);
  play_run(&play, "401 401");
  play_check(&play, "ata", "auth rejected", "one replay only");
  CHECK(!play.call.token_failed && !cln_call_retryable(&play.call));
  play_free(&play);
}

/* Another call had the same 401 and has renewed the token meanwhile. */
static void test_401_renewed_by_another(void)
{
  struct play play;

  play_init(&play, "GET", 1);
  play_needs_token(&play);
  play_token(&play, "one", HOUR_MS);
  CHECK(cln_call_next(&play.call, &play.store, play.now_ms) == CLN_ATTEMPT);
  play_token(&play, "two", HOUR_MS);
  play_over(&play, "401", 1);
  play_run(&play, "200");
  play_check(&play, "a", "ok ok", "no second renewal");
  play_free(&play);
}

/* A bearer given as text cannot be renewed. */
static void test_401_not_renewable(void)
{
  struct play play;

  play_init(&play, "GET", 1);
  play.call.options.needs_token = true;
  play_token(&play, "t", -1);
  play_run(&play, "401");
  play_check(&play, "a", "auth rejected", "not renewable");
  play_free(&play);
}

/* The replay counts neither as the only attempt nor against the retries. */
static void test_401_and_attempts(void)
{
  struct play play;

  play_init(&play, "GET", 1);
  play_needs_token(&play);
  play_token(&play, "t", HOUR_MS);
  play.call.options.max_attempts = 1;
  play_run(&play, "401 200");
  play_check(&play, "ata", "ok ok", "retry = false, 401");
  play_free(&play);

  play_init(&play, "GET", 1);
  play_needs_token(&play);
  play_token(&play, "t", HOUR_MS);
  play.call.options.max_attempts = 1;
  play_run(&play, "401 503");
  play_check(&play, "ata", "http unknown", "401, then 503");
  play_free(&play);
}

/* What a POST may do after its 401 is what any first POST may. */
static void test_401_then_lost(void)
{
  struct play play;

  play_init(&play, "POST", 1);
  play_needs_token(&play);
  play_token(&play, "t", HOUR_MS);
  play_run(&play, "401 lost");
  play_check(&play, "ata", "network unknown", "401, lost");
  play_free(&play);
}

static void test_401_after_deadline(void)
{
  struct play play;

  play_init(&play, "GET", 1);
  play_needs_token(&play);
  play_token(&play, "t", HOUR_MS);
  CHECK(cln_call_next(&play.call, &play.store, play.now_ms) == CLN_ATTEMPT);
  play.now_ms = play.call.options.deadline_ms;
  play_over(&play, "401", 1);
  play_run(&play, "");
  play_check(&play, "", "auth rejected", "no time for a token");
  play_free(&play);
}

static void test_no_token(void)
{
  static const enum cln_status kinds[] = {CLN_AUTH, CLN_DNS, CLN_CONNECT,
                                          CLN_TLS, CLN_TIMEOUT};
  struct play play;
  size_t i;

  for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
    play_init(&play, "POST", 1);
    play_needs_token(&play);
    play.token_fails = kinds[i];
    play_run(&play, "");
    check_kind(&play, "t", kinds[i], "not_sent");
    CHECK(play.call.token_failed && play.call.attempts == 0);
    play_free(&play);

    play_init(&play, "POST", 1);
    play_needs_token(&play);
    play_token(&play, "t", HOUR_MS);
    play.token_fails = kinds[i];
    play_run(&play, "401");
    check_kind(&play, "at", kinds[i], "rejected");
    CHECK(play.call.token_failed && play.call.attempts == 1);
    play_free(&play);
  }
}

/* PUT lost, answered 401 when sent again, and then no token: what became of
   the first is as unknown as before. */
static void test_no_token_after_lost(void)
{
  struct play play;

  play_init(&play, "PUT", 1);
  play_needs_token(&play);
  play_token(&play, "t", HOUR_MS);
  play.token_fails = CLN_CONNECT;
  play_run(&play, "lost 401");
  play_check(&play, "awat", "connect unknown", "lost, 401");
  play_free(&play);
}

static void aging(struct play *play)
{
  play_init(play, "GET", 1);
  play_needs_token(play);
  play_token(play, "old", HOUR_MS);
  play->call.options.deadline_ms = play->now_ms + 2 * HOUR_MS;
  play->now_ms += HOUR_MS - 60000;
  CHECK(cln_token_store_state(&play->store, play->now_ms) == CLN_TOKEN_AGING);
}

static void test_refresh_ahead(void)
{
  struct play play;

  aging(&play);
  play_run(&play, "200");
  play_check(&play, "oa", "ok ok", "refreshed ahead");
  CHECK_NUMBER(play.store.generation, 2, "generation");
  play_free(&play);

  aging(&play);
  CHECK(cln_call_next(&play.call, &play.store, play.now_ms) == CLN_TOKEN);
  CHECK_NUMBER(play.call.token_generation, 1, "newer than the old one");
  CHECK(play.call.token_optional);
  play_free(&play);

  /* It fails: the old one serves, and is not offered again. */
  aging(&play);
  play.token_fails = CLN_AUTH;
  play_run(&play, "503+1000 200");
  play_check(&play, "oawa", "ok ok", "the old one serves");
  CHECK(!play.call.token_failed);
  CHECK_NUMBER(play.store.generation, 1, "generation");
  play_free(&play);

  /* A long wait ends the old one's life: now it must be a new one. */
  aging(&play);
  play.token_fails = CLN_CONNECT;
  play_run(&play, "503+60000");
  play_check(&play, "oawt", "connect unknown", "expired since");
  CHECK(play.call.token_failed);
  play_free(&play);

  /* The old one is refused after all. */
  aging(&play);
  CHECK(cln_call_next(&play.call, &play.store, play.now_ms) == CLN_TOKEN);
  cln_call_token_over(&play.call, CLN_CONNECT);
  play_run(&play, "401 200");
  play_check(&play, "ata", "ok ok", "refused after all");
  play_free(&play);
}

int main(void)
{
  test_none_needed();
  test_first_use();
  test_fresh_and_expired();
  test_401("GET");
  test_401("POST");
  test_401_renewed_by_another();
  test_401_not_renewable();
  test_401_and_attempts();
  test_401_then_lost();
  test_401_after_deadline();
  test_no_token();
  test_no_token_after_lost();
  test_refresh_ahead();
  return test_end();
}
