/*
 * Plays a call to its end against a script of attempts: a conductor with a
 * fake clock, that notes what the state machine asked for. One per test
 * program; play_free releases the token.
 */
#ifndef CLN_CALLPLAY_H
#define CLN_CALLPLAY_H

#include <unistd.h>

#include "../../src/call.h"
#include "test.h"

/* Attempts of a script: {status, http, written, stale, permanent, later}. */
#define ANSWER(http)           {CLN_OK, http, true, false, false, -1}
#define ANSWER_LATER(http, ms) {CLN_OK, http, true, false, false, ms}
#define LOST                   {CLN_NETWORK, 0, true, false, false, -1}
#define CUT(http)              {CLN_NETWORK, http, true, false, false, -1}
#define STALE                  {CLN_NETWORK, 0, true, true, false, -1}
#define UNSENT(status)         {status, 0, false, false, false, -1}
#define FAILED(status)         {status, 0, true, false, false, -1}
#define HOPELESS(status)       {status, 0, false, false, true, -1}

#define PLAY_MOST 24

struct play {
  struct cln_call call;
  struct cln_budget budget;
  struct cln_random random;
  struct cln_token_store store;
  long long now_ms;            /* the fake clock */
  enum cln_status token_fails; /* CLN_OK: a token can be had */
  /* One letter per action: a attempt, f attempt on a fresh connection,
     w wait, t token, o optional token; "!" when it does not end. */
  char trace[PLAY_MOST + 1];
  long long waits[PLAY_MOST]; /* milliseconds, one per w */
};

static inline void play_token(struct play *play, const char *token,
                              long long lifetime_ms)
{
  struct cln_error error;

  CHECK(cln_token_store_set(&play->store, token, strlen(token), lifetime_ms, 0,
                            play->now_ms, &error) == CLN_OK);
}

/* The class that goes with the method, 4 attempts, 60 s, no token needed;
   seed: of the jitter. Fields may be changed before play_run. */
static inline void play_init(struct play *play, const char *method,
                             unsigned seed)
{
  struct cln_call_options options = {CLN_RETRY_SAFE, 4,     500,   20000,
                                     0,              false, false, false};
  int i;

  memset(play, 0, sizeof(*play));
  play->now_ms = 1000000;
  play->random.pid = (long)getpid();
  play->random.state[0] = seed + 1;
  for (i = 0; i < 20; i++) /* near seeds, far streams */
    cln_random_u64(&play->random);
  cln_token_store_init(&play->store);
  cln_budget_init(&play->budget, 100, 0.5);
  options.deadline_ms = play->now_ms + 60000;
  if (strcmp(method, "POST") == 0 || strcmp(method, "PATCH") == 0)
    options.retry_class = CLN_RETRY_NEVER;
  cln_call_init(&play->call, &options, method, &play->budget, &play->random);
}

static inline void play_needs_token(struct play *play)
{
  play->call.options.needs_token = true;
  play->call.options.token_renewable = true;
}

static inline void play_renew(struct play *play)
{
  if (play->token_fails == CLN_OK)
    play_token(play, "renewed", 3600000);
  cln_call_token_over(&play->call, play->token_fails);
}

static inline void play_run(struct play *play,
                            const struct cln_attempt *script, size_t count)
{
  size_t attempt = 0, step, waits = 0;

  for (step = 0; step < PLAY_MOST; step++) {
    char *letter = &play->trace[step];

    switch (cln_call_next(&play->call, &play->store, play->now_ms)) {
    case CLN_ATTEMPT:
      *letter = play->call.fresh_connection ? 'f' : 'a';
      if (!CHECK_ABOUT(attempt < count, "no more attempts than expected"))
        return;
      cln_call_attempt_over(&play->call, &script[attempt++],
                            play->store.generation, play->now_ms);
      break;
    case CLN_WAIT:
      *letter = 'w';
      play->waits[waits++] = play->call.wait_until_ms - play->now_ms;
      play->now_ms = play->call.wait_until_ms;
      break;
    case CLN_TOKEN:
      *letter = play->call.token_optional ? 'o' : 't';
      play_renew(play);
      break;
    case CLN_DONE:
      CHECK_ABOUT(cln_call_next(&play->call, &play->store, play->now_ms) ==
                      CLN_DONE,
                  "done once, done for ever");
      return;
    }
  }
  play->trace[0] = '!';
}

static inline void play_free(struct play *play)
{
  cln_token_store_free(&play->store);
}

static inline void play_check(const struct play *play, const char *trace,
                              enum cln_status status, enum cln_outcome outcome,
                              const char *about)
{
  const struct cln_call *call = &play->call;

  CHECK_TEXT(play->trace, strlen(play->trace), trace, about);
  CHECK_TEXT(cln_status_name(call->status),
             strlen(cln_status_name(call->status)), cln_status_name(status),
             about);
  CHECK_TEXT(cln_outcome_name(call->outcome),
             strlen(cln_outcome_name(call->outcome)),
             cln_outcome_name(outcome), about);
}

#endif
