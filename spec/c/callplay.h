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

/*
 * A script is a list of how attempts end, in words:
 *   503        an answer;            503+1000  ... with a Retry-After, in ms
 *   lost       written, no answer;   cut:409   ... broken off after that
 * status stale      the same, on a kept connection that was dead late       no
 * answer in time;    slow      not even a connection in time dns connect tls
 * not written; may be better next time cert url                         not
 * written; never will be large closed                     too large an answer;
 * client closed
 */
static const struct {
  const char *word;
  struct cln_attempt attempt; /* status, http_status, written,
                                 stale_connection, permanent, retry_after */
} play_words[] = {
    {"lost", {CLN_NETWORK, 0, true, false, false, -1}},
    {"cut:", {CLN_NETWORK, 0, true, false, false, -1}},
    {"stale", {CLN_NETWORK, 0, true, true, false, -1}},
    {"dead", {CLN_NETWORK, 0, false, true, false, -1}},
    {"late", {CLN_TIMEOUT, 0, true, false, false, -1}},
    {"slow", {CLN_TIMEOUT, 0, false, false, false, -1}},
    {"dns", {CLN_DNS, 0, false, false, false, -1}},
    {"connect", {CLN_CONNECT, 0, false, false, false, -1}},
    {"tls", {CLN_TLS, 0, false, false, false, -1}},
    {"cert", {CLN_TLS, 0, false, false, true, -1}},
    {"url", {CLN_CONFIG, 0, false, false, true, -1}},
    {"large", {CLN_TOO_LARGE, 0, true, false, true, -1}},
    {"closed", {CLN_CANCELLED, 0, true, false, false, -1}},
};

/* Reads the script's first word and returns the rest. */
static inline const char *play_read(const char *script,
                                    struct cln_attempt *attempt)
{
  struct cln_attempt answer = {CLN_OK, 0, true, false, false, -1};
  char *end;
  size_t i;

  *attempt = answer;
  for (i = 0; i < sizeof(play_words) / sizeof(play_words[0]); i++) {
    size_t len = strlen(play_words[i].word);
    if (strncmp(script, play_words[i].word, len) == 0) {
      *attempt = play_words[i].attempt;
      script += len;
      break;
    }
  }
  if (*script >= '0' && *script <= '9') {
    attempt->http_status = (int)strtol(script, &end, 10);
    if (*end == '+')
      attempt->retry_after_ms = strtoll(end + 1, &end, 10);
    script = end;
  }
  return *script == ' ' ? script + 1 : script;
}

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
  long long waits[PLAY_MOST]; /* milliseconds; one of 0 has no w */
};

static inline void play_token(struct play *play, const char *token,
                              long long lifetime_ms)
{
  struct cln_error error;

  if (cln_token_store_set(&play->store, token, strlen(token), lifetime_ms, 0,
                          play->now_ms, &error) != CLN_OK)
    CHECK_ABOUT(false, error.message);
}

/* The class that goes with the method, 4 attempts, 60 s, no token needed;
   seed: of the jitter. Fields may be changed before play_run. */
static inline void play_init(struct play *play, const char *method,
                             unsigned seed)
{
  struct cln_call_options options = {CLN_RETRY_SAFE, 4,     500,  20000, 0,
                                     false,          false, false};
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

/* Plays until DONE; the script must then be at its end. Counts as a check
   only where it fails: many are played. */
static inline void play_run(struct play *play, const char *script)
{
  struct cln_attempt attempt;
  size_t step, waits = 0;

  for (step = 0; step < PLAY_MOST; step++) {
    char *letter = &play->trace[step];

    switch (cln_call_next(&play->call, &play->store, play->now_ms)) {
    case CLN_ATTEMPT:
      *letter = play->call.fresh_connection ? 'f' : 'a';
      if (*script == '\0') {
        CHECK_ABOUT(false, "no more attempts than expected");
        return;
      }
      script = play_read(script, &attempt);
      cln_call_attempt_over(&play->call, &attempt, play->store.generation,
                            play->now_ms);
      if (play->call.phase == CLN_CALL_WAITING)
        play->waits[waits++] = play->call.wait_until_ms - play->now_ms;
      break;
    case CLN_WAIT:
      *letter = 'w';
      play->now_ms = play->call.wait_until_ms;
      break;
    case CLN_TOKEN:
      *letter = play->call.token_optional ? 'o' : 't';
      play_renew(play);
      break;
    case CLN_DONE:
      if (*script != '\0')
        CHECK_ABOUT(false, "as many attempts as expected");
      if (cln_call_next(&play->call, &play->store, play->now_ms) != CLN_DONE)
        CHECK_ABOUT(false, "done once, done for ever");
      return;
    }
  }
  play->trace[0] = '!';
}

/* The end of an attempt that cln_call_next asked for just now. */
static inline void play_over(struct play *play, const char *word,
                             unsigned generation)
{
  struct cln_attempt attempt;

  play_read(word, &attempt);
  cln_call_attempt_over(&play->call, &attempt, generation, play->now_ms);
}

static inline void play_free(struct play *play)
{
  cln_token_store_free(&play->store);
}

/* result: kind and outcome, "http unknown". */
static inline void play_check(const struct play *play, const char *trace,
                              const char *result, const char *about)
{
  const struct cln_call *call = &play->call;
  char got[64];

  snprintf(got, sizeof(got), "%s %s", cln_status_name(call->status),
           cln_outcome_name(call->outcome));
  CHECK_TEXT(play->trace, strlen(play->trace), trace, about);
  CHECK_TEXT(got, strlen(got), result, about);
}

#endif
