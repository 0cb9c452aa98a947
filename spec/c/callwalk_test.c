/*
 * call.c: random walks. Whatever the attempts and tokens do, whatever the
 * options, some things never happen. A failing walk can be played again by
 * its seed.
 */
#include "callplay.h"

#define WALKS 60000

struct walk {
  struct play play;
  struct cln_random dice; /* what happens; apart from the jitter */
  bool may_repeat;        /* a never call may still go out */
  bool was_401;           /* the last attempt ended so */
  int attempts, renewals; /* seen by us */
  int paid;               /* waits entered */
  const char *fault;      /* what should never happen, or NULL */
};

static int roll(struct walk *walk, int sides)
{
  return (int)(cln_random_u64(&walk->dice) % (unsigned)sides);
}

static bool often(struct walk *walk)
{
  return roll(walk, 4) != 0;
}

static void fault(struct walk *walk, const char *what)
{
  if (!walk->fault)
    walk->fault = what;
}

static struct cln_attempt random_attempt(struct walk *walk)
{
  static const int answers[] = {200, 204, 302, 400, 401, 401, 403, 404,
                                408, 409, 410, 425, 429, 429, 500, 501,
                                502, 503, 503, 503, 504, 507};
  static const enum cln_status failures[] = {
      CLN_DNS,     CLN_CONNECT, CLN_NETWORK,   CLN_NETWORK,
      CLN_TIMEOUT, CLN_TLS,     CLN_TOO_LARGE, CLN_CANCELLED};
  struct cln_attempt attempt = {CLN_OK, 0, true, false, false, -1};

  if (roll(walk, 2) == 0) {
    attempt.http_status = answers[roll(walk, 22)];
    if (roll(walk, 3) == 0)
      attempt.retry_after_ms = (long long)roll(walk, 20) * roll(walk, 2000);
    return attempt;
  }
  attempt.status = failures[roll(walk, 8)];
  attempt.written = attempt.status != CLN_DNS &&
                    attempt.status != CLN_CONNECT && roll(walk, 2) == 0;
  attempt.stale_connection = attempt.written && roll(walk, 2) == 0;
  attempt.permanent = roll(walk, 8) == 0;
  if (attempt.written && roll(walk, 4) == 0)
    attempt.http_status = answers[roll(walk, 22)];
  return attempt;
}

static void set_up(struct walk *walk, unsigned seed)
{
  static const char *const methods[] = {"GET",  "PUT",   "DELETE",
                                        "POST", "PATCH", "HEAD"};
  static const double budgets[] = {0, 1, 2.5, 100};
  struct play *play = &walk->play;
  struct cln_call_options *options = &play->call.options;

  memset(walk, 0, sizeof(*walk));
  walk->dice.pid = (long)getpid();
  walk->dice.state[0] = seed * 2654435761u + 1;
  walk->dice.state[1] = seed;
  while (roll(walk, 16) != 0)
    ;
  play_init(play, methods[roll(walk, 6)], seed);
  options->max_attempts = 1 + roll(walk, 5);
  options->base_ms = roll(walk, 1000);
  options->cap_ms = roll(walk, 5000);
  options->deadline_ms = play->now_ms + roll(walk, 40000);
  options->retry_503 = roll(walk, 2) == 0;
  play->budget.level = budgets[roll(walk, 4)];
  if (often(walk))
    play_needs_token(play);
  options->token_renewable = often(walk);
  if (options->needs_token && often(walk))
    play_token(play, "t", often(walk) ? roll(walk, 60000) : -1);
  walk->may_repeat = true;
}

/* A never call goes out again only after an answer that says it was not
   applied, or when nothing was written. */
static void attempt(struct walk *walk)
{
  struct play *play = &walk->play;
  const struct cln_call_options *options = &play->call.options;
  struct cln_attempt next = random_attempt(walk);
  enum cln_token_state state =
      cln_token_store_state(&play->store, play->now_ms);

  walk->attempts++;
  if (!walk->may_repeat)
    fault(walk, "a never call was sent twice");
  if (play->now_ms >= options->deadline_ms)
    fault(walk, "an attempt after the deadline");
  if (options->needs_token &&
      (state == CLN_TOKEN_NONE || state == CLN_TOKEN_EXPIRED))
    fault(walk, "an attempt without a token");
  if (options->retry_class == CLN_RETRY_NEVER)
    walk->may_repeat = !next.written || next.http_status == 401 ||
                       next.http_status == 429 ||
                       (next.status == CLN_OK && next.http_status == 503 &&
                        next.retry_after_ms >= 0 && options->retry_503);
  play->now_ms += roll(walk, 3000);
  cln_call_attempt_over(&play->call, &next, play->store.generation,
                        play->now_ms);
  if (play->call.phase == CLN_CALL_WAITING)
    walk->paid++;
}

static void renew(struct walk *walk)
{
  struct play *play = &walk->play;

  walk->renewals++;
  play->now_ms += roll(walk, 1000);
  play->token_fails = often(walk) ? CLN_OK : CLN_CONNECT;
  play_renew(play);
}

static void check_end(struct walk *walk, double paid_from)
{
  const struct cln_call *call = &walk->play.call;

  if (call->attempts != walk->attempts)
    fault(walk, "attempts counted otherwise");
  if (call->attempts > call->options.max_attempts + 2)
    fault(walk, "more attempts than allowed, and the two cures");
  if (paid_from - walk->play.budget.level != walk->paid)
    fault(walk, "each wait is paid, and nothing else");
  if (walk->play.budget.level < 0)
    fault(walk, "the budget below nothing");
  if ((call->status == CLN_OK) != (call->outcome == CLN_OUTCOME_OK))
    fault(walk, "a success that is none");
  if (walk->attempts == 0 && call->outcome != CLN_OUTCOME_NOT_SENT)
    fault(walk, "something was sent without an attempt");
  if (!walk->may_repeat && call->status != CLN_OK &&
      cln_call_retryable(call) && call->outcome != CLN_OUTCOME_REJECTED)
    fault(walk, "a never call that may have been applied is retryable");
  if (walk->play.call.token_failed && call->status == CLN_OK)
    fault(walk, "a success without a token");
}

static const char *one_walk(unsigned seed)
{
  struct walk walk;
  struct play *play = &walk.play;
  double paid_from;
  int step;

  set_up(&walk, seed);
  paid_from = play->budget.level;
  for (step = 0; step < 64 && !walk.fault; step++) {
    enum cln_action action =
        cln_call_next(&play->call, &play->store, play->now_ms);

    if (action == CLN_DONE)
      break;
    if (action == CLN_ATTEMPT) {
      attempt(&walk);
    } else if (action == CLN_TOKEN) {
      renew(&walk);
    } else {
      if (play->call.wait_until_ms >= play->call.options.deadline_ms)
        fault(&walk, "a wait past the deadline");
      if (play->call.wait_until_ms <= play->now_ms)
        fault(&walk, "a wait for the past");
      play->now_ms = play->call.wait_until_ms;
    }
  }
  if (step == 64)
    fault(&walk, "no end");
  check_end(&walk, paid_from);
  play_free(play);
  return walk.fault;
}

int main(void)
{
  int faults = 0;
  unsigned seed;

  for (seed = 0; seed < WALKS && faults < 10; seed++) {
    const char *what = one_walk(seed);

    if (what) {
      printf("  seed %u: %s\n", seed, what);
      faults++;
    }
  }
  CHECK_NUMBER(faults, 0, "faults in random walks");
  return test_end();
}
