/* See call.h. */
#include "call.h"

#include <string.h>

void cln_budget_init(struct cln_budget *budget, double capacity, double refill)
{
  budget->level = capacity;
  budget->capacity = capacity;
  budget->refill = refill;
}

void cln_call_init(struct cln_call *call,
                   const struct cln_call_options *options, const char *method,
                   struct cln_budget *budget, struct cln_random *random)
{
  memset(call, 0, sizeof(*call));
  call->options = *options;
  call->budget = budget;
  call->random = random;
  call->retry_after_ms = -1;
  call->is_delete = strcmp(method, "DELETE") == 0;
  call->is_read = strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0 ||
                  strcmp(method, "OPTIONS") == 0;
  budget->level += budget->refill;
  if (budget->level > budget->capacity)
    budget->level = budget->capacity;
}

static enum cln_action end(struct cln_call *call, enum cln_status status,
                           enum cln_outcome outcome)
{
  call->phase = CLN_CALL_ENDED;
  call->status = status;
  /* A later refusal does not tell what became of an earlier, lost attempt. */
  call->outcome = call->lost_answer && outcome != CLN_OUTCOME_OK
                      ? CLN_OUTCOME_UNKNOWN
                      : outcome;
  return CLN_DONE;
}

static bool refuses_before_sending(enum cln_status status)
{
  return status == CLN_CONFIG || status == CLN_VALIDATION ||
         status == CLN_SCOPE || status == CLN_BUSY || status == CLN_PHASE;
}

void cln_call_end(struct cln_call *call, enum cln_status status)
{
  enum cln_outcome outcome = call->outcome;

  if (call->phase == CLN_CALL_ENDED)
    return;
  if (call->phase == CLN_CALL_FLYING && !refuses_before_sending(status))
    outcome = CLN_OUTCOME_UNKNOWN;
  else if (call->attempts == 0)
    outcome = CLN_OUTCOME_NOT_SENT;
  end(call, status, outcome);
}

/* Says whether a token must be had first; fills in the TOKEN fields. */
static bool wants_token(struct cln_call *call,
                        const struct cln_token_store *store, long long now_ms)
{
  enum cln_token_state state;

  if (!call->options.needs_token || !store)
    return false;
  if (call->token_generation != 0 &&
      store->generation <= call->token_generation) {
    call->token_optional = false;
    return true;
  }
  state = cln_token_store_state(store, now_ms);
  if (state == CLN_TOKEN_AGING && !call->token_asked) {
    call->token_asked = true;
    call->token_optional = true;
    call->token_generation = store->generation;
    return true;
  }
  call->token_optional = false;
  return state == CLN_TOKEN_NONE || state == CLN_TOKEN_EXPIRED;
}

enum cln_action cln_call_next(struct cln_call *call,
                              const struct cln_token_store *store,
                              long long now_ms)
{
  if (call->phase == CLN_CALL_ENDED)
    return CLN_DONE;
  if (now_ms >= call->options.deadline_ms) {
    if (call->attempts == 0)
      return end(call, CLN_TIMEOUT, CLN_OUTCOME_NOT_SENT);
    return end(call, call->status, call->outcome);
  }
  if (call->phase == CLN_CALL_WAITING) {
    if (now_ms < call->wait_until_ms)
      return CLN_WAIT;
    call->phase = CLN_CALL_READY;
  }
  if (wants_token(call, store, now_ms))
    return CLN_TOKEN;
  call->phase = CLN_CALL_FLYING;
  return CLN_ATTEMPT;
}

void cln_call_token_over(struct cln_call *call, enum cln_status status)
{
  if (call->token_optional) {
    /* A failed refresh ahead: the old token serves on. */
    call->token_optional = false;
    call->token_generation = 0;
    return;
  }
  if (status == CLN_OK) {
    call->token_generation = 0;
    return;
  }
  call->token_failed = true;
  cln_call_end(call, status);
}

static enum cln_status kind_of_answer(int http_status)
{
  if (http_status >= 200 && http_status <= 299)
    return CLN_OK;
  if (http_status == 401)
    return CLN_AUTH;
  if (http_status == 429)
    return CLN_RATE_LIMITED;
  return CLN_HTTP;
}

/* 5xx says nothing about whether a write was done before it failed; 501 and
   505 are refusals. */
static bool answer_is_doubtful(int http_status)
{
  return http_status == 408 ||
         (http_status >= 500 && http_status != 501 && http_status != 505);
}

static bool answer_is_passing(int http_status)
{
  return http_status == 408 || http_status == 425 || http_status == 429 ||
         http_status == 500 || (http_status >= 502 && http_status <= 504);
}

static enum cln_outcome outcome_of(const struct cln_call *call,
                                   const struct cln_attempt *attempt)
{
  if (attempt->status == CLN_OK) {
    if (kind_of_answer(attempt->http_status) == CLN_OK)
      return CLN_OUTCOME_OK;
    if (attempt->http_status == 503 && attempt->retry_after_ms >= 0 &&
        call->options.retry_503)
      return CLN_OUTCOME_REJECTED;
    return answer_is_doubtful(attempt->http_status) ? CLN_OUTCOME_UNKNOWN
                                                    : CLN_OUTCOME_REJECTED;
  }
  /* A refusal whose body was cut short is still one. */
  if (attempt->http_status >= 300 && !answer_is_doubtful(attempt->http_status))
    return CLN_OUTCOME_REJECTED;
  return attempt->written ? CLN_OUTCOME_UNKNOWN : CLN_OUTCOME_NOT_SENT;
}

/* Whether sending the request again does no harm, whatever became of it. */
static bool may_send_again(const struct cln_call *call,
                           const struct cln_attempt *attempt,
                           enum cln_outcome outcome)
{
  if (call->options.retry_class == CLN_RETRY_SAFE)
    return true;
  return outcome == CLN_OUTCOME_NOT_SENT || attempt->http_status == 429 ||
         (outcome == CLN_OUTCOME_REJECTED && attempt->http_status == 503);
}

static bool might_succeed(const struct cln_attempt *attempt)
{
  if (attempt->status == CLN_OK)
    return answer_is_passing(attempt->http_status);
  switch (attempt->status) {
  case CLN_DNS:
  case CLN_CONNECT:
  case CLN_NETWORK:
  case CLN_TIMEOUT:
  case CLN_TLS:
    return !attempt->permanent;
  default:
    return false;
  }
}

static double back_off_ms(struct cln_call *call)
{
  double most = call->options.base_ms;
  int i;

  for (i = 1; i < call->attempts && most < call->options.cap_ms; i++)
    most *= 2;
  if (most > call->options.cap_ms)
    most = call->options.cap_ms;
  return most * cln_random_unit(call->random);
}

static bool take_from_budget(struct cln_budget *budget)
{
  if (budget->level < 1)
    return false;
  budget->level -= 1;
  return true;
}

void cln_call_attempt_over(struct cln_call *call,
                           const struct cln_attempt *attempt,
                           unsigned generation, long long now_ms)
{
  enum cln_outcome outcome = outcome_of(call, attempt);
  long long delay_ms;

  call->phase = CLN_CALL_READY;
  call->attempts++;
  call->retries = call->attempts - 1;
  call->fresh_connection = false;
  call->http_status = attempt->http_status;
  call->retry_after_ms = attempt->retry_after_ms;
  call->status = attempt->status == CLN_OK
                     ? kind_of_answer(attempt->http_status)
                     : attempt->status;
  call->outcome = outcome;

  if (call->is_delete && call->lost_answer &&
      (attempt->http_status == 404 || attempt->http_status == 410)) {
    call->recovered = true;
    end(call, CLN_OK, CLN_OUTCOME_OK);
    return;
  }
  if (outcome == CLN_OUTCOME_OK) {
    end(call, CLN_OK, outcome);
    return;
  }
  if (outcome == CLN_OUTCOME_UNKNOWN && !call->is_read)
    call->lost_answer = true;

  /* The replay after a 401 and the revival of a dead kept connection are
     cures, not retries: once each, at no cost to the budget. */
  if (attempt->http_status == 401 && call->options.needs_token &&
      call->options.token_renewable && !call->token_replayed) {
    call->token_replayed = true;
    call->token_generation = generation;
    return;
  }
  if (attempt->stale_connection && !call->revived &&
      call->options.max_attempts > 1 &&
      may_send_again(call, attempt, outcome)) {
    call->revived = true;
    call->fresh_connection = true;
    return;
  }

  if (!may_send_again(call, attempt, outcome) || !might_succeed(attempt) ||
      call->attempts >= call->options.max_attempts) {
    end(call, call->status, outcome);
    return;
  }
  delay_ms = attempt->retry_after_ms >= 0 ? attempt->retry_after_ms
                                          : (long long)back_off_ms(call);
  if (now_ms + delay_ms >= call->options.deadline_ms ||
      !take_from_budget(call->budget)) {
    end(call, call->status, outcome);
    return;
  }
  call->wait_until_ms = now_ms + delay_ms;
  call->phase = CLN_CALL_WAITING;
}

bool cln_call_retryable(const struct cln_call *call)
{
  switch (call->status) {
  case CLN_DNS:
  case CLN_CONNECT:
  case CLN_NETWORK:
  case CLN_TIMEOUT:
  case CLN_RATE_LIMITED:
  case CLN_BUSY:
    break;
  case CLN_HTTP:
    if (!answer_is_passing(call->http_status))
      return false;
    break;
  default:
    return false;
  }
  return call->options.retry_class == CLN_RETRY_SAFE ||
         call->outcome == CLN_OUTCOME_NOT_SENT ||
         call->outcome == CLN_OUTCOME_REJECTED;
}

const char *cln_outcome_name(enum cln_outcome outcome)
{
  switch (outcome) {
  case CLN_OUTCOME_NOT_SENT:
    return "not_sent";
  case CLN_OUTCOME_REJECTED:
    return "rejected";
  case CLN_OUTCOME_UNKNOWN:
    return "unknown";
  default:
    return "ok";
  }
}
